/* SPDX-License-Identifier: MIT */
/* Decisions against an oracle that holds all entries in a plain list: random ledgers over many seeds. Cards and the calendar. */
#include "check_main.h"
#include "world.h"

#define DAY INT64_C(86400000000)
#define TODAY (INT64_C(20000) * DAY) /* 2024-10-04 */
enum { ROWS = 300, ENTRIES = 160, SEEDS = 16 };

static const char *const tiers[] = {"", "Very Poor", "Poor", "Fair", "Good", "Excellent"};
static const char *const columns[] = {"industry", "country"}; /* with one value a row */

struct entry {
    int64_t time, expiry; /* microseconds, day */
    int flag, ends, refers, scope, tier, other_model;
    int row, column; /* company; segment: the value that the row has in the column */
};
struct world_of {
    icp_context *c;
    struct world w;
    char *rows;
    icp_model *m;
    char id[65];
    struct entry entry[ENTRIES];
};

static void day_text(int64_t day, char out[40]) {
    int64_t y = 1970;
    static const int months[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int m = 0;
    for (; day >= 365 + (y % 4 == 0); y++) day -= 365 + (y % 4 == 0); /* good from 1970 to 2099 */
    for (; day >= months[m] + (m == 1 && y % 4 == 0); m++) day -= months[m] + (m == 1 && y % 4 == 0);
    snprintf(out, 40, "%04d-%02d-%02d", (int)(y % 10000), m + 1, (int)(day % 100) + 1);
}

static void make(struct world_of *o, uint64_t seed) {
    uint64_t s = seed * 77 + 5;
    o->c = NULL;
    ck_assert_int_eq(icp_context_new(NULL, &o->c, NULL), ICP_OK);
    o->w = world_new(seed, ROWS, 30, .1);
    o->rows = world_csv(&o->w, 0, 1, 0);
    char *keys = world_csv(&o->w, 0, 1, 1);
    icp_reference *r = world_reference(o->c, o->rows);
    o->m = world_fit(o->c, r, keys, NULL, NULL);
    icp_reference_unref(r), free(keys);
    struct icp_model_info info = {.struct_size = sizeof info};
    ck_assert_int_eq(icp_model_describe(o->m, &info, NULL), ICP_OK);
    for (int i = 0; i < 32; i++) snprintf(o->id + 2 * i, 3, "%02x", info.id[i]);
    int64_t time = TODAY - 400 * DAY;
    for (int i = 0; i < ENTRIES; i++) {
        struct entry *e = &o->entry[i];
        time += (int64_t)(world_next(&s) % (uint64_t)(6 * DAY));
        *e = (struct entry){.time = time, .expiry = TODAY / DAY - 200 + world_below(&s, 500), .flag = world_below(&s, 4) == 0, .refers = -1,
                            .scope = world_below(&s, 40) ? world_below(&s, 4) == 0 : 2, .tier = 1 + world_below(&s, 5), .other_model = world_below(&s, 6) == 0,
                            .row = world_below(&s, 60), .column = world_below(&s, 2)};
        if (i > 4 && world_below(&s, 4) == 0) {
            e->refers = world_below(&s, i);
            e->ends = 1;
            e->flag = o->entry[e->refers].flag;
        }
    }
}
static void drop(struct world_of *o) {
    icp_model_unref(o->m), free(o->rows), world_free(&o->w), icp_context_unref(o->c);
}

/* The id of the trait that a row has in a column; NULL = it has none of the model's. */
static const char *trait_of(const struct world_of *o, int row, int column, char out[200]) {
    const char *cell = o->w.row[row].cells[column ? 2 : 0];
    snprintf(out, 200, "%s=%s", columns[column], cell);
    for (char *p = out; *p; p++)
        if (*p >= 'A' && *p <= 'Z') *p = (char)(*p + 32);
    return *cell && icp_model_find_trait(o->m, ICP_LAYER_FIT, out, strlen(out)) >= 0 ? out : NULL;
}

static void write_entry(const struct world_of *o, FILE *f, int i, int number) {
    const struct entry *e = &o->entry[i];
    char trait[200], day[40];
    fprintf(f, "{\"number\":%d,\"time\":%lld,\"hash\":\"x\",\"entry\":{\"author\":\"Ann \\\"A\\\"\",\"kind\":\"%s\"", number, (long long)e->time, e->flag ? "flag" : "override");
    if (e->ends) {
        fprintf(f, ",\"state\":\"%s\",\"refers\":%d,\"text\":\"over\"}}", e->flag ? "resolved" : "withdrawn", e->refers + 1);
        return;
    }
    if (e->scope == 0) fprintf(f, ",\"scope\":\"company\",\"key\":\"%s\"", o->w.row[e->row].key);
    else if (e->scope == 2) fprintf(f, ",\"scope\":\"model\"");
    else fprintf(f, ",\"scope\":\"segment\",\"traits\":[\"%s\"]", trait_of(o, e->row, e->column, trait) ? trait : "industry=none of these");
    if (e->other_model) fprintf(f, ",\"model\":\"%064d\"", 7);
    else if (i % 3 == 0) fprintf(f, ",\"model\":\"%s\"", o->id);
    day_text(e->expiry, day);
    if (!e->flag) fprintf(f, ",\"tier\":\"%s\",\"expiry\":\"%s\",\"reason\":\"context\",\"authority\":\"VP\"", tiers[e->tier], day);
    fprintf(f, ",\"text\":\"because\"}}");
}

/* Entries below `most`, or all. */
static char *write_all(const struct world_of *o, int64_t before) {
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    fprintf(f, "{\"head\":{},\"entries\":[");
    for (int i = 0, n = 0; i < ENTRIES; i++)
        if (o->entry[i].time < before) {
            if (n++) fprintf(f, ",\n");
            write_entry(o, f, i, i + 1);
        }
    fprintf(f, "]}");
    fclose(f);
    return text;
}

static int holds(const struct world_of *o, int i) {
    const struct entry *e = &o->entry[i];
    if (e->ends || e->other_model || e->time >= TODAY || (!e->flag && e->expiry * DAY <= TODAY)) return 0;
    for (int k = i + 1; k < ENTRIES; k++)
        if (o->entry[k].ends && o->entry[k].refers == i && o->entry[k].time < TODAY) return 0;
    return 1;
}
static int concerns(const struct world_of *o, const struct entry *e, int row) {
    char mine[200], its[200];
    if (e->scope == 0) return e->row == row;
    if (e->scope == 2) return 1;
    const char *a = trait_of(o, row, e->column, mine), *b = trait_of(o, e->row, e->column, its);
    return a && b && !strcmp(a, b);
}
/* The override that counts; 0 = none. Company above segment above model, then the newest. */
static int oracle(const struct world_of *o, int row, int *flagged) {
    int best = 0;
    *flagged = 0;
    for (int i = 0; i < ENTRIES; i++) {
        const struct entry *e = &o->entry[i];
        if (!holds(o, i) || !concerns(o, e, row)) continue;
        if (e->flag) *flagged = 1;
        else if (!best || e->scope <= o->entry[best - 1].scope) best = i + 1;
    }
    return best;
}

static icp_decisions *decisions_of(icp_context *c, const char *text, int64_t as_of) {
    struct icp_error e = {.struct_size = sizeof e};
    icp_decisions *d = NULL;
    world_must(icp_decisions_from_json(c, text, strlen(text), as_of, &d, &e), &e);
    return d;
}

static const void *column_of(icp_result *r, int32_t column, const int64_t **offsets) {
    struct icp_array a = {.struct_size = sizeof a};
    struct icp_error e = {.struct_size = sizeof e};
    world_must(icp_result_column(r, ICP_LAYER_FIT, column, &a, &e), &e);
    if (offsets) *offsets = a.offsets;
    return a.data;
}

static void check_record(const struct world_of *o, icp_scorer *s, int row, int expected, int flagged, int tier) {
    struct icp_score score = {.struct_size = sizeof score};
    icp_schema *schema;
    icp_record *r;
    icp_buffer *json;
    struct icp_str text;
    ck_assert_int_eq(icp_model_schema(o->m, &schema, NULL), ICP_OK);
    ck_assert_int_eq(icp_record_new(schema, &r, NULL), ICP_OK);
    ck_assert_int_eq(icp_record_set_text(r, icp_record_column(r, "key", 3), o->w.row[row].key, strlen(o->w.row[row].key)), ICP_OK);
    for (int k = 0; k < WORLD_COLUMNS; k++)
        ck_assert_int_eq(icp_record_set_text(r, icp_record_column(r, world_names[k], strlen(world_names[k])), o->w.row[row].cells[k], strlen(o->w.row[row].cells[k])), ICP_OK);
    ck_assert_int_eq(icp_scorer_score_record(s, r, NULL, ICP_LAYER_FIT, &score, NULL), ICP_OK);
    ck_assert_uint_eq(score.override_number, (uint64_t)expected);
    ck_assert_int_eq(score.effective_tier, tier);
    ck_assert_int_eq((score.flags & ICP_FLAG_FLAGGED) != 0, flagged);
    ck_assert_int_eq(icp_scorer_causes(s, ICP_LAYER_FIT, &json, NULL), ICP_OK);
    ck_assert_int_eq(icp_buffer_data(json, &text), ICP_OK);
    ck_assert_int_eq(strstr(text.data, "\"override\":{") != NULL, expected != 0);
    ck_assert_int_eq(strstr(text.data, "an open flag questions this score") != NULL, flagged);
    icp_buffer_unref(json), icp_record_free(r), icp_schema_unref(schema);
}

START_TEST(decisions_follow_the_oracle_and_change_no_score) {
    struct world_of o;
    make(&o, (uint64_t)_i);
    char *text = write_all(&o, INT64_MAX);
    icp_decisions *d = decisions_of(o.c, text, TODAY);
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_scorer_options so = {.struct_size = sizeof so, .decisions = d, .key_column = "key", .key_size = 3};
    icp_scorer *s;
    icp_result *result;
    icp_batch *b;
    icp_reader *r = world_reader(o.c, o.rows, strlen(o.rows), ROWS);
    world_must(icp_scorer_new(o.m, &so, &s, &e), &e);
    world_must(icp_result_new(o.c, &result, &e), &e);
    world_must(icp_reader_next(r, &b, &e), &e);
    world_must(icp_scorer_score(s, b, result, &e), &e);
    struct world_scores plain = world_score(o.c, o.m, o.rows, 0);
    const int64_t *offsets, *number = column_of(result, ICP_COL_OVERRIDE_NUMBER, NULL), *flags = column_of(result, ICP_COL_FLAGS, NULL), *milli = column_of(result, ICP_COL_MILLIPOINTS, NULL);
    const int32_t *tier = column_of(result, ICP_COL_TIER, NULL), *effective = column_of(result, ICP_COL_EFFECTIVE_TIER, NULL), *score = column_of(result, ICP_COL_SCORE, NULL);
    const char *label = column_of(result, ICP_COL_OVERRIDE, &offsets);
    int overridden = 0;
    for (int i = 0; i < ROWS; i++) {
        int flagged, expected = oracle(&o, i, &flagged), should = expected ? o.entry[expected - 1].tier : plain.tier[i];
        ck_assert_int_eq(number[i], expected);
        ck_assert_int_eq(effective[i], should);
        ck_assert_int_eq((flags[i] & ICP_FLAG_FLAGGED) != 0, flagged);
        ck_assert(tier[i] == plain.tier[i] && score[i] == plain.score[i] && milli[i] == plain.milli[i]);
        ck_assert_int_eq(offsets[i + 1] > offsets[i], expected != 0);
        if (expected) ck_assert(!strncmp(label + offsets[i], tiers[should], strlen(tiers[should])) && memchr(label + offsets[i], '"', (size_t)(offsets[i + 1] - offsets[i])));
        overridden += expected != 0;
        if (i < 60) check_record(&o, s, i, expected, flagged, should);
    }
    ck_assert_int_gt(overridden, 5);
    icp_batch_unref(b), icp_reader_free(r), icp_result_free(result), icp_scorer_free(s), icp_decisions_unref(d), world_scores_free(&plain), free(text);
    drop(&o);
}
END_TEST

START_TEST(nothing_said_later_is_seen) {
    struct world_of o;
    make(&o, 100 + (uint64_t)_i);
    char *all = write_all(&o, INT64_MAX), *past = write_all(&o, TODAY);
    icp_decisions *d[2] = {decisions_of(o.c, all, TODAY), decisions_of(o.c, past, TODAY)};
    icp_buffer *json[2];
    struct icp_str text[2];
    for (int k = 0; k < 2; k++) ck_assert(icp_decisions_to_json(d[k], &json[k], NULL) == ICP_OK && icp_buffer_data(json[k], &text[k]) == ICP_OK);
    ck_assert_str_eq(text[0].data, text[1].data);
    ck_assert(strlen(all) > strlen(past));
    for (int k = 0; k < 2; k++) icp_buffer_unref(json[k]), icp_decisions_unref(d[k]);
    free(all), free(past);
    drop(&o);
}
END_TEST

START_TEST(bad_decisions_are_refused_with_their_place) {
    static const struct {
        const char *text;
        int64_t line, column;
    } cases[] = {
        {"[]", 1, 1},
        {"{\"entries\":5}", 1, 12},
        {"{\"entries\":[7]}", 1, 13},
        {"{\"entries\":[{}]}", 1, 13},
        {"{\"entries\":[\n{\"entry\":{}}]}", 2, 10},
        {"{\"entries\":[{\"entry\":{\"kind\":\"override\"}}]}", 1, 22},
        {"{\"entries\":[{\"entry\":{\"kind\":\"override\",\"scope\":\"town\"}}]}", 1, 49},
        {"{\"entries\":[{\"entry\":{\"kind\":\"override\",\"scope\":\"segment\",\"traits\":[]}}]}", 1, 68},
        {"{\"entries\":[{\"entry\":{\"kind\":\"flag\",\"scope\":\"model\",\"text\":\"t\",\"author\":\"a\",\"model\":\"xyz\"}}]}", 1, 85},
        {"{\"entries\":[{\"number\":2,\"entry\":{\"kind\":\"card\"}},{\"number\":2,\"entry\":{\"kind\":\"card\"}}]}", 1, 60},
        {"{\"entries\":[{\"entry\":{\"kind\":\"flag\",\"state\":\"resolved\"}}]}", 1, 22},
    };
    icp_context *c;
    ck_assert_int_eq(icp_context_new(NULL, &c, NULL), ICP_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct icp_error e = {.struct_size = sizeof e};
        icp_decisions *d = NULL;
        ck_assert_msg(icp_decisions_from_json(c, cases[i].text, strlen(cases[i].text), TODAY, &d, &e) == ICP_E_FORMAT && !d, "%s", cases[i].text);
        ck_assert_msg(e.line == cases[i].line && e.column == cases[i].column, "%s: %lld:%lld %s", cases[i].text, (long long)e.line, (long long)e.column, e.message);
    }
    icp_context_unref(c);
}
END_TEST

/* Flags of a model with a card, and decisions or none, on a day. */
static uint64_t flags_on(icp_context *c, icp_model *m, const char *card, const char *entries, const char *day_or_null, int64_t today, int32_t *confidence) {
    struct icp_error e = {.struct_size = sizeof e};
    icp_model *carded = icp_model_ref(m);
    if (card) {
        icp_model_unref(carded);
        world_must(icp_model_with_card(m, card, strlen(card), &carded, &e), &e);
    }
    icp_decisions *d = entries ? decisions_of(c, entries, today * DAY) : NULL;
    struct icp_scorer_options so = {.struct_size = sizeof so, .decisions = d, .flags = day_or_null ? ICP_SCORER_AS_OF : 0, .as_of = day_or_null ? today * DAY : 0};
    struct icp_score score = {.struct_size = sizeof score};
    icp_scorer *s;
    icp_schema *schema;
    icp_record *r;
    world_must(icp_scorer_new(carded, &so, &s, &e), &e);
    world_must(icp_model_schema(carded, &schema, &e), &e);
    world_must(icp_record_new(schema, &r, &e), &e);
    world_must(icp_record_set_text(r, icp_record_column(r, "industry", 8), "Industry A", 10), &e);
    world_must(icp_scorer_score_record(s, r, NULL, ICP_LAYER_FIT, &score, &e), &e);
    if (confidence) *confidence = score.confidence;
    icp_record_free(r), icp_schema_unref(schema), icp_scorer_free(s), icp_decisions_unref(d), icp_model_unref(carded);
    return score.flags & (ICP_FLAG_REVIEW_OVERDUE | ICP_FLAG_CALIBRATION_OVERDUE | ICP_FLAG_CHANGED | ICP_FLAG_FLAGGED);
}

#define ENTRY(time, body) "{\"time\":" #time ",\"entry\":{\"author\":\"A\",\"text\":\"t\"," body "}}"
#define ALL(list) "{\"entries\":[" list "]}"
/* Days: 2024-10-04 is 20000, its microseconds 1728000000000000. */
START_TEST(a_card_and_the_calendar) {
    static const struct {
        const char *card, *entries;
        int64_t today;
        uint64_t flags;
    } cases[] = {
        {NULL, NULL, 20000, 0},
        {"{\"owner\":\"A\"}", NULL, 20000, 0},
        {"{\"review\":{\"next\":\"2024-10-05\"}}", NULL, 20000, 0},
        {"{\"review\":{\"next\":\"2024-10-04\"}}", NULL, 20000, ICP_FLAG_REVIEW_OVERDUE},
        {"{\"review\":{\"every_days\":30,\"last\":\"2024-09-05\"}}", NULL, 20000, 0},
        {"{\"review\":{\"every_days\":29,\"last\":\"2024-09-05\"}}", NULL, 20000, ICP_FLAG_REVIEW_OVERDUE},
        {"{\"review\":{\"every_days\":29}}", NULL, 20000, ICP_FLAG_REVIEW_OVERDUE}, /* never reviewed */
        {"{\"review\":{\"next\":\"2024-10-04\",\"last\":\"2024-10-04\",\"every_days\":90}}", NULL, 20000, 0}, /* reviewed since */
        {"{\"calibration\":{\"every_days\":30,\"last\":\"2024-09-04\"}}", NULL, 20000, ICP_FLAG_CALIBRATION_OVERDUE},
        {"{\"calibration\":{\"every_days\":30,\"last\":\"2024-09-05\"}}", NULL, 20000, 0},
        /* reviews in the ledger */
        {"{\"review\":{\"every_days\":29,\"last\":\"2024-01-05\"}}", ALL(ENTRY(1727900000000000, "\"kind\":\"review\"")), 20000, 0},
        {"{\"review\":{\"every_days\":29,\"last\":\"2024-01-05\"}}", ALL(ENTRY(1727900000000000, "\"kind\":\"review\",\"next\":\"2024-10-04\"")), 20000, ICP_FLAG_REVIEW_OVERDUE},
        {"{\"review\":{\"every_days\":29,\"last\":\"2024-01-05\"}}", ALL(ENTRY(1728000000000001, "\"kind\":\"review\"")), 20000, ICP_FLAG_REVIEW_OVERDUE}, /* later */
        {"{\"review\":{\"every_days\":29,\"last\":\"2024-01-05\"}}", ALL(ENTRY(1727900000000000, "\"kind\":\"review\",\"key\":\"acme.com\"")), 20000, ICP_FLAG_REVIEW_OVERDUE}, /* of a company */
        /* changes: what is not known to be younger counts as older */
        {NULL, ALL(ENTRY(5, "\"kind\":\"change\",\"area\":\"product\"")), 20000, ICP_FLAG_CHANGED},
        {NULL, ALL(ENTRY(5, "\"kind\":\"change\",\"area\":\"market\"")), 20000, ICP_FLAG_CHANGED},
        {NULL, ALL(ENTRY(5, "\"kind\":\"change\",\"area\":\"weights\"")), 20000, 0},
        {NULL, ALL(ENTRY(5, "\"kind\":\"change\",\"area\":\"positioning\"") "," ENTRY(6, "\"kind\":\"review\"")), 20000, 0},
        {NULL, ALL(ENTRY(5, "\"kind\":\"review\"") "," ENTRY(6, "\"kind\":\"change\",\"area\":\"positioning\"")), 20000, ICP_FLAG_CHANGED},
        {"{\"fitted\":\"2024-09-01\"}", ALL(ENTRY(1725580800000000, "\"kind\":\"change\",\"area\":\"product\"")), 20000, ICP_FLAG_CHANGED}, /* said on 2024-09-06 */
        {"{\"fitted\":\"2024-09-06\"}", ALL(ENTRY(1725580800000000, "\"kind\":\"change\",\"area\":\"product\"")), 20000, 0},
        {"{\"fitted\":\"2024-09-06\"}", ALL(ENTRY(1725580800000000, "\"kind\":\"change\",\"area\":\"product\",\"on\":\"2024-09-20\"")), 20000, ICP_FLAG_CHANGED},
        {"{\"fitted\":\"2024-09-06\",\"epochs\":[{\"from\":\"2024-10-04\",\"what\":\"self-serve\"}]}", NULL, 20000, ICP_FLAG_CHANGED},
        {"{\"fitted\":\"2024-09-06\",\"epochs\":[{\"from\":\"2024-10-05\",\"what\":\"self-serve\"}]}", NULL, 20000, 0},
        {"{\"fitted\":\"2024-09-06\",\"epochs\":[{\"from\":\"2024-09-06\",\"what\":\"self-serve\"}]}", NULL, 20000, 0},
        {NULL, ALL(ENTRY(5, "\"kind\":\"flag\",\"scope\":\"model\"")), 20000, ICP_FLAG_FLAGGED},
        {NULL, ALL(ENTRY(5, "\"kind\":\"flag\",\"scope\":\"model\"") "," ENTRY(6, "\"kind\":\"flag\",\"state\":\"resolved\",\"refers\":1,\"authority\":\"B\"")), 20000, 0},
    };
    struct world_of o;
    make(&o, 3);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int32_t confidence, before;
        ck_assert_uint_eq(flags_on(o.c, o.m, NULL, NULL, NULL, 20000, &before), 0);
        const uint64_t flags = flags_on(o.c, o.m, cases[i].card, cases[i].entries, "as of", cases[i].today, &confidence);
        ck_assert_msg(flags == cases[i].flags, "case %zu: flags %llu, not %llu", i, (unsigned long long)flags, (unsigned long long)cases[i].flags);
        const int outdated = (cases[i].flags & ~(uint64_t)ICP_FLAG_FLAGGED) != 0;
        ck_assert_int_eq(confidence, outdated && before > ICP_CONFIDENCE_MEDIUM ? ICP_CONFIDENCE_MEDIUM : before);
        if (!cases[i].entries && cases[i].card) /* without a moment nothing is overdue: the library has no clock */
            ck_assert_uint_eq(flags_on(o.c, o.m, cases[i].card, NULL, NULL, cases[i].today, NULL), 0);
    }
    drop(&o);
}
END_TEST

START_TEST(bad_cards_are_refused_with_their_place) {
    static const struct {
        const char *text;
        int64_t line, column;
    } cases[] = {
        {"{\"owner\":\"\"}", 1, 10},
        {"{\"owner\":\"A\\nB\"}", 1, 10},
        {"{\"owner\":[\"A\"]}", 1, 10},
        {"{\"review\":{\"every_days\":0}}", 1, 25},
        {"{\"review\":{\"every_days\":1.5}}", 1, 25},
        {"{\"review\":{\n\"next\":\"soon\"}}", 2, 8},
        {"{\"review\":\"2024-01-01\"}", 1, 11},
        {"{\"fitted\":\"2024-02-30\"}", 1, 11},
        {"{\"signals\":{}}", 1, 12},
        {"{\"signals\":[{\"name\":\"industry\"}]}", 1, 13},
        {"{\"epochs\":[{\"from\":\"2024-01-01\",\"what\":\"x\",\"weight_percent\":101}]}", 1, 61},
        {"{\"epochs\":[{\"from\":\"2024-01-01\",\"what\":\"x\"},{\"what\":\"y\"}]}", 1, 45},
        {"{\"approvals\":[{\"by\":\"A\"}]}", 1, 15},
        {"{\"resolvers\":[\"A\",5]}", 1, 19},
        {"{\"sources\":[7]}", 1, 13},
    };
    struct world_of o;
    make(&o, 4);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct icp_error e = {.struct_size = sizeof e};
        icp_model *m = NULL;
        ck_assert_msg(icp_model_with_card(o.m, cases[i].text, strlen(cases[i].text), &m, &e) == ICP_E_FORMAT && !m, "%s", cases[i].text);
        ck_assert_msg(e.line == cases[i].line && e.column == cases[i].column, "%s: %lld:%lld %s", cases[i].text, (long long)e.line, (long long)e.column, e.message);
    }
    drop(&o);
}
END_TEST

START_TEST(another_card_is_another_model_with_the_same_scores) {
    static const char card[] = "{\"owner\": \"Ann\", \"more\": [1.50, {}], \"review\": {\"evry_days\": 3}}";
    struct world_of o;
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_model_info info[3] = {{.struct_size = sizeof info[0]}, {.struct_size = sizeof info[0]}, {.struct_size = sizeof info[0]}};
    icp_model *m, *back;
    icp_buffer *json, *standing;
    struct icp_str text;
    make(&o, 5);
    world_must(icp_model_with_card(o.m, card, strlen(card), &m, &e), &e);
    world_must(icp_model_with_card(m, "{}", 2, &back, &e), &e);
    ck_assert(!icp_model_describe(o.m, &info[0], NULL) && !icp_model_describe(m, &info[1], NULL) && !icp_model_describe(back, &info[2], NULL));
    ck_assert(memcmp(info[0].id, info[1].id, 32) && memcmp(info[1].id, info[2].id, 32) && !memcmp(info[0].reference_id, info[1].reference_id, 32));
    ck_assert(!icp_model_card(m, &json, NULL) && !icp_buffer_data(json, &text));
    ck_assert_str_eq(text.data, card);
    struct world_scores a = world_score(o.c, o.m, o.rows, 0), b = world_score(o.c, m, o.rows, 0);
    ck_assert(a.rows == b.rows && !memcmp(a.milli, b.milli, a.rows * 8) && !memcmp(a.variance, b.variance, a.rows * 8));
    ck_assert(!icp_model_standing(m, NULL, TODAY, &standing, NULL) && !icp_buffer_data(standing, &text));
    ck_assert(strstr(text.data, "\"as_of\":\"2024-10-04\"") && strstr(text.data, "\"owner\":\"Ann\"") && strstr(text.data, "{\"in\":\"review\",\"name\":\"evry_days\",\"line\":1}"));
    ck_assert(strstr(text.data, "{\"in\":\"card\",\"name\":\"more\"") && strstr(text.data, "\"undefined\":[\"") && strstr(text.data, "geography"));
    world_scores_free(&a), world_scores_free(&b);
    icp_buffer_unref(json), icp_buffer_unref(standing), icp_model_unref(m), icp_model_unref(back);
    drop(&o);
}
END_TEST

int main(void) {
    Suite *s = suite_create("decisions");
    TCase *t = tcase_create("decisions");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, decisions_follow_the_oracle_and_change_no_score, 0, SEEDS);
    tcase_add_loop_test(t, nothing_said_later_is_seen, 0, 4);
    tcase_add_test(t, bad_decisions_are_refused_with_their_place);
    tcase_add_test(t, a_card_and_the_calendar);
    tcase_add_test(t, bad_cards_are_refused_with_their_place);
    tcase_add_test(t, another_card_is_another_model_with_the_same_scores);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
