/* SPDX-License-Identifier: MIT */
/* A candidate held against the published model, gate by gate. */
#include "govern/gates.h"
#include "ingest/batch.h"
#include "model/model.h"
#include "model/playbook.h"
#include <icp/govern.h>

enum { TIERS = 6 };

struct check {
    icp_model *candidate, *published; /* published NULL = none yet */
    struct icp_gates_options o;
    struct icp__gates gates;
    struct icp__gates_calibration calibration;
    uint32_t compared;         /* bits of layers that rows were scored in */
    uint64_t companies;        /* rows */
    uint64_t moves[4][TIERS][TIERS]; /* [layer][published tier][candidate's] */
    struct icp__bytes out, why;
    bool passed;
};
/* One gate of the report. */
struct gate {
    const char *name;
    int32_t layer;             /* 0 = of the whole model */
    bool checked, passed, measured;
    int64_t figure, limit;     /* millionths, if measured */
};

/* micro / 10^places with `least` decimals, and as many more as are not 0: a limit that is just missed must not look kept. */
static void decimal(struct icp__bytes *b, int64_t micro, int places, int least) {
    uint64_t v = micro < 0 ? 0 - (uint64_t)micro : (uint64_t)micro, unit = 1;
    for (int i = 0; i < places; i++)
        unit *= 10;
    icp__bytes_print(b, "%s%llu.", micro < 0 ? "-" : "", (unsigned long long)(v / unit));
    for (int i = 0; i < places && (i < least || v % unit != 0); i++) {
        v = v % unit * 10;
        icp__bytes_print(b, "%c", (char)('0' + v / unit));
    }
}

static void bits(struct icp__bytes *b, int64_t micro) { decimal(b, micro, 6, 3); }

static void percent(struct icp__bytes *b, int64_t micro) {
    decimal(b, micro, 4, 1);
    icp__bytes_text(b, "%");
}

/* What was written to why becomes the gate's sentence. */
static void write_gate(struct check *k, const struct gate *g) {
    icp__bytes_print(&k->out, "%s{\"gate\":\"%s\"", k->out.data != NULL && k->out.data[k->out.size - 1] == '}' ? "," : "", g->name);
    if (g->layer != 0)
        icp__bytes_print(&k->out, ",\"layer\":\"%s\"", icp__layer_names[g->layer]);
    icp__bytes_print(&k->out, ",\"checked\":%s,\"passed\":%s", g->checked ? "true" : "false", g->passed ? "true" : "false");
    if (g->measured) {
        icp__json_member(&k->out, "figure_micro", g->figure);
        icp__json_member(&k->out, "limit_micro", g->limit);
    }
    icp__bytes_text(&k->out, ",\"why\":");
    icp__json_string(&k->out, k->why.size != 0 ? k->why.data : "", k->why.size);
    k->out.failed = k->out.failed || k->why.failed;
    k->why.size = 0;
    k->passed = k->passed && g->passed;
}

/* Refits of lists of the same kind differ by .25 / sqrt(customers) bits or so (one standard deviation, doc/publish.md): twice that is let
 * through. */
static int64_t allowed_rise(const struct check *k, const icp_model *part, const icp_model *before) {
    const uint64_t fewer = part->info.customers < before->info.customers ? part->info.customers : before->info.customers;
    struct icp__fpenv env;
    if (k->gates.cllr_worse >= 0)
        return k->gates.cllr_worse;
    icp__fpenv_enter(&env);
    const int64_t rise = icp__round(500000 / icp__sqrt(fewer != 0 ? (double)fewer : 1));
    icp__fpenv_leave(&env);
    return rise;
}

static void check_cllr(struct check *k, const icp_model *part, const icp_model *before) {
    const int64_t cllr = part->info.cllr_micro;
    struct gate g = {"cllr", (int32_t)part->layer, true, cllr <= k->gates.cllr_most, true, cllr, k->gates.cllr_most};
    icp__bytes_print(&k->why, "cross-fitted Cllr of %s is ", icp__layer_names[part->layer]);
    bits(&k->why, cllr);
    icp__bytes_text(&k->why, " bits; at most ");
    bits(&k->why, g.limit);
    icp__bytes_text(&k->why, " are let through");
    write_gate(k, &g);
    icp__bytes_text(&k->out, "}");
    if (before == NULL)
        return;
    const int64_t worse = cllr - before->info.cllr_micro, rise = allowed_rise(k, part, before);
    g = (struct gate){"cllr_worse", g.layer, true, worse <= rise, true, worse, rise};
    icp__bytes_print(&k->why, "cross-fitted Cllr of %s goes from ", icp__layer_names[part->layer]);
    bits(&k->why, before->info.cllr_micro);
    icp__bytes_text(&k->why, " to ");
    bits(&k->why, cllr);
    icp__bytes_text(&k->why, " bits; it may rise by ");
    bits(&k->why, g.limit);
    write_gate(k, &g);
    icp__json_member(&k->out, "published_micro", before->info.cllr_micro);
    icp__json_member(&k->out, "candidate_micro", cllr);
    icp__bytes_text(&k->out, "}");
}

/* Companies of the reference that changed their tier at least: as many as one histogram must move to become the other. */
static icp_status least_moved(const struct check *k, int32_t layer, int64_t *share, struct icp_error *err) {
    struct icp_spread spread[2] = {{.struct_size = sizeof spread[0]}, {.struct_size = sizeof spread[0]}};
    const icp_model *const of[] = {k->published, k->candidate};
    struct icp__fpenv env;
    double moved = 0;
    for (int i = 0; i < 2; i++) {
        icp_distribution *d = NULL;
        icp_status st = icp_distribution_of_model(of[i], layer, ICP_WHO_REFERENCE, &d, err);
        if (st == ICP_OK)
            st = icp_distribution_counts(d, NULL, &spread[i], err);
        icp_distribution_free(d);
        if (st != ICP_OK)
            return st;
    }
    icp__fpenv_enter(&env);
    for (int t = 1; t < TIERS && spread[0].companies != 0 && spread[1].companies != 0; t++) {
        const double a = (double)spread[0].tier[t] / (double)spread[0].companies, b = (double)spread[1].tier[t] / (double)spread[1].companies;
        moved += a > b ? a - b : 0;
    }
    *share = icp__round(moved * 1e6);
    icp__fpenv_leave(&env);
    return ICP_OK;
}

static void write_moves(struct check *k, uint32_t layer, uint64_t changed) {
    icp__json_member(&k->out, "companies", (int64_t)k->companies);
    icp__json_member(&k->out, "changed", (int64_t)changed);
    icp__bytes_text(&k->out, ",\"moves\":[");
    for (int from = 1; from < TIERS; from++) {
        icp__bytes_text(&k->out, from > 1 ? ",[" : "[");
        for (int to = 1; to < TIERS; to++)
            icp__bytes_print(&k->out, "%s%llu", to > 1 ? "," : "", (unsigned long long)k->moves[layer][from][to]);
        icp__bytes_text(&k->out, "]");
    }
    icp__bytes_text(&k->out, "]");
}

static icp_status check_tiers(struct check *k, const icp_model *part, const icp_model *before, bool reference, struct icp_error *err) {
    const uint32_t layer = part->layer;
    const bool rows = (k->compared >> layer & 1u) != 0 && k->companies != 0;
    const bool stored = !rows && reference && part->signals == NULL && before->signals == NULL;
    struct gate g = {"tier_change", (int32_t)layer, rows || (stored && !k->gates.rows_required), false, rows || stored, 0, k->gates.tier_most};
    uint64_t changed = 0;
    for (int from = 1; rows && from < TIERS; from++)
        for (int to = 1; to < TIERS; to++)
            changed += from != to ? k->moves[layer][from][to] : 0;
    if (rows)
        g.figure = (int64_t)(changed / k->companies * 1000000 + changed % k->companies * 1000000 / k->companies);
    icp_status st = stored ? least_moved(k, g.layer, &g.figure, err) : ICP_OK;
    if (st != ICP_OK)
        return st;
    g.passed = (!g.measured || g.figure <= g.limit) && (rows || !k->gates.rows_required);
    if (g.measured) {
        icp__bytes_text(&k->why, rows ? "" : "at least ");
        percent(&k->why, g.figure);
        icp__bytes_text(&k->why, " of ");
        if (rows)
            icp__bytes_count(&k->why, k->companies);
        icp__bytes_print(&k->why, "%s change their tier of %s; at most ", rows ? " companies" : "the reference's companies", icp__layer_names[layer]);
        percent(&k->why, g.limit);
        icp__bytes_text(&k->why, " may");
        icp__bytes_text(&k->why, rows || !k->gates.rows_required ? "" : "; rows are required, and there are none");
    } else
        icp__bytes_print(&k->why, "tiers of %s were not compared: %s", icp__layer_names[layer],
                         part->signals != NULL || before->signals != NULL ? "there are no rows with events" : "there are no rows, and the references differ");
    write_gate(k, &g);
    icp__bytes_print(&k->out, ",\"basis\":%s", rows ? "\"rows\"" : stored ? "\"reference\"" : "null");
    if (rows)
        write_moves(k, layer, changed);
    icp__bytes_text(&k->out, "}");
    return ICP_OK;
}

static void check_layers(struct check *k) {
    struct gate g = {.name = "layers", .checked = true, .passed = true};
    for (uint32_t i = 0; i < k->published->parts; i++) {
        const uint32_t layer = k->published->part[i]->layer;
        if (icp__model_part(k->candidate, (int32_t)layer) != NULL)
            continue;
        icp__bytes_print(&k->why, "%s%s", k->why.size != 0 ? ", " : "the candidate lacks what the published model has: ", icp__layer_names[layer]);
        g.passed = !k->gates.layers_kept;
    }
    if (k->why.size == 0)
        icp__bytes_text(&k->why, "the candidate has every layer of the published model");
    write_gate(k, &g);
    icp__bytes_text(&k->out, "}");
}

static void check_reference(struct check *k, bool same) {
    struct gate g = {.name = "same_reference", .checked = true, .passed = same || !k->gates.reference_same};
    icp__bytes_text(&k->why, same ? "both stand on the same reference" : "the references differ: scores of the two do not compare with each other");
    write_gate(k, &g);
    icp__bytes_text(&k->out, "}");
}

static bool str_is(struct icp_str s, const char *text, size_t size) { return s.size == size && memcmp(s.data, text, size) == 0; }

static void check_calibration(struct check *k, const char id[64]) {
    const struct icp__gates_calibration *c = &k->calibration;
    struct gate g = {.name = "calibration", .checked = c->given, .passed = !k->gates.calibration_required};
    if (!c->given) {
        icp__bytes_print(&k->why, "there is no calibration report%s", k->gates.calibration_required ? ", and one is required" : "");
    } else if (c->model.data == NULL || !str_is(c->model, id, 64)) {
        g.passed = false;
        icp__bytes_text(&k->why, "the calibration report is not of this model");
    } else {
        g.passed = false;
        for (uint32_t i = 0; i < k->gates.verdicts; i++)
            g.passed = g.passed || str_is(c->verdict, k->gates.verdict[i].data, k->gates.verdict[i].size);
        icp__bytes_print(&k->why, "calibration of %.*s: %.*s", (int)(c->layer.size < 20 ? c->layer.size : 20), c->layer.data,
                         (int)(c->verdict.size < 60 ? c->verdict.size : 60), c->verdict.data);
        if (c->measured) {
            icp__bytes_text(&k->why, "; slope ");
            bits(&k->why, (int64_t)c->slope_micro);
            icp__bytes_text(&k->why, " over ");
            icp__bytes_count(&k->why, c->outcomes);
            icp__bytes_text(&k->why, " outcomes");
        }
    }
    write_gate(k, &g);
    icp__bytes_text(&k->out, "}");
}

/* Tiers of one result against another's. */
static icp_status count_moves(struct check *k, const icp_result *before, const icp_result *after, struct icp_error *err) {
    for (int32_t layer = ICP_LAYER_FIT; layer <= ICP_LAYER_RETENTION; layer++) {
        struct icp_array a = {.struct_size = sizeof a}, b = {.struct_size = sizeof b};
        if (!(k->compared >> layer & 1u))
            continue;
        icp_status st = icp_result_column(before, layer, ICP_COL_TIER, &a, err);
        if (st == ICP_OK)
            st = icp_result_column(after, layer, ICP_COL_TIER, &b, err);
        if (st != ICP_OK)
            return st;
        for (uint64_t i = 0; i < a.rows; i++)
            k->moves[layer][((const int32_t *)a.data)[i]][((const int32_t *)b.data)[i]]++;
    }
    k->companies += icp_result_rows(after);
    return ICP_OK;
}

static icp_status score_all(struct check *k, icp_scorer *const scorer[2], icp_result *const result[2], icp_reader *rows, const struct icp_progress *p,
                            struct icp_error *err) {
    icp_batch *b = NULL;
    icp_status st;
    while ((st = icp_reader_next(rows, &b, err)) == ICP_OK && b != NULL) {
        for (int i = 0; i < 2 && st == ICP_OK; i++)
            st = icp_scorer_score(scorer[i], b, result[i], err);
        if (st == ICP_OK)
            st = count_moves(k, result[0], result[1], err);
        icp_batch_unref(b);
        if (st == ICP_OK)
            st = icp__progress(p, ICP_STAGE_READ, icp__reader_raw(rows), icp__reader_hint(rows), err);
        if (st != ICP_OK)
            return st;
    }
    return st;
}

/* Rows are scored by both, in the layers that both have and that the events for them are there. */
static icp_status compare(struct check *k, icp_reader *rows, const struct icp_progress *p, struct icp_error *err) {
    icp_model *const of[2] = {k->published, k->candidate};
    icp_accounts *const accounts[2] = {k->o.published_accounts, k->o.candidate_accounts};
    icp_scorer *scorer[2] = {NULL, NULL};
    icp_result *result[2] = {NULL, NULL};
    icp_status st = ICP_OK;
    for (uint32_t i = 0; i < k->candidate->parts; i++) {
        const icp_model *part = k->candidate->part[i], *before = icp__model_part(k->published, (int32_t)part->layer);
        const bool events = before != NULL && (part->signals != NULL || before->signals != NULL);
        if (before != NULL && (!events || (accounts[0] != NULL && accounts[1] != NULL)))
            k->compared |= 1u << part->layer;
    }
    for (int i = 0; i < 2 && st == ICP_OK && k->compared != 0; i++) {
        const struct icp_scorer_options o = {.struct_size = sizeof o, .layers = k->compared, .accounts = accounts[i], .key_column = k->o.key_column,
                                             .key_size = k->o.key_size};
        st = icp_scorer_new(of[i], &o, &scorer[i], err);
        if (st == ICP_OK)
            st = icp_result_new(k->candidate->ctx, &result[i], err);
    }
    if (st == ICP_OK && k->compared != 0)
        st = score_all(k, scorer, result, rows, p, err);
    for (int i = 0; i < 2; i++) {
        icp_scorer_free(scorer[i]);
        icp_result_free(result[i]);
    }
    return st;
}

static icp_status write_all(struct check *k, struct icp_error *err) {
    char id[64];
    const bool reference = k->published != NULL && memcmp(k->candidate->info.reference_id, k->published->info.reference_id, 32) == 0;
    icp_status st = ICP_OK;
    icp__bytes_text(&k->out, "{\"version\":1,\"candidate\":");
    icp__json_hex(&k->out, k->candidate->info.id, 32);
    if (!k->out.failed)
        memcpy(id, k->out.data + k->out.size - 65, 64);
    icp__bytes_text(&k->out, ",\"published\":");
    if (k->published != NULL)
        icp__json_hex(&k->out, k->published->info.id, 32);
    else
        icp__bytes_text(&k->out, "null");
    icp__bytes_text(&k->out, ",\"gates\":[");
    for (uint32_t i = 0; i < k->candidate->parts && st == ICP_OK; i++) {
        const icp_model *part = k->candidate->part[i], *before = k->published != NULL ? icp__model_part(k->published, (int32_t)part->layer) : NULL;
        check_cllr(k, part, before);
        if (before != NULL)
            st = check_tiers(k, part, before, reference, err);
    }
    if (st != ICP_OK)
        return st;
    if (k->published != NULL) {
        check_layers(k);
        check_reference(k, reference);
    }
    if (!k->out.failed)
        check_calibration(k, id);
    icp__bytes_print(&k->out, "],\"passed\":%s}", k->passed ? "true" : "false");
    return ICP_OK;
}

static icp_status read_options(const struct icp_gates_options *given, struct check *k, struct icp_error *err) {
    icp_status st = icp__options(given, sizeof k->o, &k->o, sizeof k->o, err);
    if (st != ICP_OK)
        return st;
    if (k->o.flags != 0)
        return icp__fail(err, ICP_E_UNSUPPORTED, "flags of icp_gates_options are %u; none are known", (unsigned)k->o.flags);
    if ((k->o.gates_json == NULL && k->o.gates_size != 0) || (k->o.calibration_json == NULL && k->o.calibration_size != 0) ||
        (k->o.key_column == NULL && k->o.key_size != 0))
        return icp__fail(err, ICP_E_ARGUMENT, "a text of icp_gates_options is NULL, but has a size");
    return ICP_OK;
}

icp_status icp_gates_check(icp_model *candidate, icp_model *published, icp_reader *rows, const struct icp_gates_options *o, const struct icp_progress *p,
                           icp_buffer **json, struct icp_error *err) {
    struct check k = {.candidate = candidate, .published = published, .passed = true};
    struct icp__arena a;
    if (candidate == NULL || json == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "candidate and json must not be NULL");
    icp_status st = icp__progress_check(p, err);
    if (st == ICP_OK)
        st = read_options(o, &k, err);
    if (st != ICP_OK)
        return st;
    icp__arena_init(&a, candidate->ctx);
    icp__bytes_init(&k.out, candidate->ctx);
    icp__bytes_init(&k.why, candidate->ctx);
    st = icp__gates_read(&a, k.o.gates_json, k.o.gates_size, &k.gates, err);
    if (st == ICP_OK)
        st = icp__gates_calibration_read(&a, k.o.calibration_json, k.o.calibration_size, &k.calibration, err);
    if (st == ICP_OK && published != NULL && rows != NULL)
        st = compare(&k, rows, p, err);
    if (st == ICP_OK)
        st = write_all(&k, err);
    if (st == ICP_OK)
        st = icp__bytes_finish(&k.out, json, err);
    icp__bytes_free(&k.out);
    icp__bytes_free(&k.why);
    icp__arena_free(&a);
    return st;
}
