/* SPDX-License-Identifier: MIT */
/* icp distribution: tiers of a model's reference and customers, or of a file of scores. */
#include "command.h"
#include <stdlib.h>
#include <string.h>

struct spread {
    const char *name;
    uint64_t counts[560];
    struct icp_spread of;
};

static icp_status from_model(icp_context *c, const struct options *o, struct spread *two, int *code, struct icp_error *e) {
    static const char *const names[] = {"reference", "customers"}, *const timing[] = {"without outcome", "with outcome"};
    icp_model *m = NULL;
    int32_t layer = 0;
    icp_status s = model_of(c, o->files[0], &m, e);
    *code = s ? EXIT_DONE : layer_of(o, m, &layer);
    for (int who = 0; !s && !*code && who < 2; who++) {
        icp_distribution *d = NULL;
        two[who].name = layer == ICP_LAYER_FIT ? names[who] : timing[who];
        two[who].of.struct_size = sizeof two[who].of;
        s = icp_distribution_of_model(m, layer, who, &d, e);
        if (!s)
            s = icp_distribution_counts(d, two[who].counts, &two[who].of, e);
        icp_distribution_free(d);
    }
    icp_model_unref(m);
    return s;
}

static icp_status add_row(icp_distribution *d, const icp_batch *b, uint64_t row, int32_t column, const char *name, uint64_t number, struct icp_error *e) {
    struct icp_str cell = icp_batch_cell(b, row, (uint32_t)column);
    int32_t score = 0;
    for (size_t i = 0; i < cell.size && i < 4; i++)
        score = cell.data[i] >= '0' && cell.data[i] <= '9' ? score * 10 + (cell.data[i] - '0') : -100000;
    icp_status s = icp_distribution_add_score(d, score, e);
    if (s) {
        snprintf(e->message, sizeof e->message, "a score from 200 to 759 is expected");
        snprintf(e->field, sizeof e->field, "%s", name);
        e->row = (int64_t)number;
        e->column = column + 1;
    }
    return s;
}

static icp_status from_scores(icp_context *c, const struct options *o, struct spread *one, struct icp_error *e) {
    icp_reader *r = NULL;
    icp_distribution *d = NULL;
    uint64_t row = 0;
    char name[64];
    snprintf(name, sizeof name, "%.40s_score", o->layer ? o->layer : "fit");
    icp_status s = reader_of(c, o, o->files[0], &r, e);
    if (!s)
        s = icp_distribution_new(c, &d, e);
    for (icp_batch *b = NULL; !s;) {
        s = icp_reader_next(r, &b, e);
        if (s || !b)
            break;
        int32_t column = find_column(b, name, strlen(name));
        if (column < 0) {
            s = ICP_E_FORMAT;
            snprintf(e->message, sizeof e->message, "neither a model nor a file with a column %.40s", name);
        }
        for (uint64_t i = 0; !s && i < icp_batch_rows(b); i++)
            s = add_row(d, b, i, column, name, ++row, e);
        icp_batch_unref(b);
    }
    one->name = "companies";
    one->of.struct_size = sizeof one->of;
    if (!s)
        s = icp_distribution_counts(d, one->counts, &one->of, e);
    if (s && !e->source[0])
        snprintf(e->source, sizeof e->source, "%s", o->files[0]);
    icp_distribution_free(d);
    icp_reader_free(r);
    return s;
}

static bool is_model(const char *path) {
    char magic[6] = "";
    FILE *f = fopen(path, "rb");
    size_t n = f ? fread(magic, 1, sizeof magic, f) : 0;
    if (f)
        fclose(f);
    return n == sizeof magic && memcmp(magic, "ICP", 3) == 0;
}

static void bar(struct text *t, uint64_t part, uint64_t of, int width) {
    int n = of ? (int)((double)part * width / (double)of + .5) : 0;
    for (int i = 0; i < n; i++)
        text_put(t, "█");
    if (!n && part)
        text_put(t, "▏");
}

static void tiers_table(const struct spread *all, int count, enum format f, struct text *out) {
    static const char *const ranges[] = {"", "200-338", "339-444", "445-550", "551-656", "657-759"};
    static const char *const names[] = {"of", "tier", "scores", "companies", "percent", "share"};
    struct table t;
    bool draw = f == FORMAT_DEFAULT || f == FORMAT_TABLE;
    table_init(&t, draw ? 6 : 5, names, "sssnns");
    for (int s = 0; s < count; s++)
        for (int tier = 5; tier >= 1; tier--) {
            struct text *row = table_row(&t);
            text_put(&row[0], all[s].name);
            text_put(&row[1], tier_name(tier));
            text_put(&row[2], ranges[tier]);
            text_int(&row[3], (int64_t)all[s].of.tier[tier]);
            share_text(&row[4], all[s].of.tier[tier], all[s].of.companies);
            if (draw)
                bar(&row[5], all[s].of.tier[tier], all[s].of.companies, 50);
        }
    table_write(&t, f, out);
    table_free(&t);
}

/* One line per 20 scores, from the highest; the tier edges are marked. */
static void histogram(const struct spread *s, struct text *out) {
    enum { STEP = 20, LINES = 560 / STEP };
    uint64_t sums[LINES] = {0}, largest = 0;
    for (int i = 0; i < 560; i++) {
        sums[i / STEP] += s->counts[i];
        largest = sums[i / STEP] > largest ? sums[i / STEP] : largest;
    }
    text_put(out, "\n");
    text_put(out, s->name);
    text_put(out, " by score\n");
    for (int i = LINES - 1; i >= 0; i--) {
        text_int(out, 200 + i * STEP);
        text_put(out, "  ");
        bar(out, sums[i], largest, 60);
        if (sums[i]) {
            text_put(out, " ");
            text_int(out, (int64_t)sums[i]);
        }
        text_put(out, "\n");
    }
}

/* The figures compare customers with the companies counted: of customers alone they mean nothing. */
static void remarks(const struct spread *s, bool of_companies, struct text *out) {
    text_put(out, "\n");
    text_put(out, s->name);
    text_put(out, ": ");
    text_int(out, (int64_t)s->of.companies);
    if (of_companies) {
        text_put(out, "; the scores tell customers from them by ");
        text_fixed(out, s->of.customer_bits_micro / 1000, 3);
        text_put(out, " bits (0 = not at all); ");
        text_fixed(out, s->of.effective_share_micro / 1000, 1);
        text_put(out, "% of them carry the ratios");
    }
    text_put(out, "\n");
}

int run_distribution(const struct options *o) {
    struct icp_error e = error_new();
    icp_context *c = context_new();
    struct spread *all = calloc(2, sizeof *all);
    struct text out = {0};
    bool model = is_model(o->files[0]);
    if (!all)
        return refuse_text(NULL, "out of memory");
    int code = EXIT_DONE;
    icp_status s = model ? from_model(c, o, all, &code, &e) : from_scores(c, o, all, &e);
    if (!s && !code)
        tiers_table(all, model ? 2 : 1, o->format, &out);
    for (int i = 0; !s && !code && i < (model ? 2 : 1); i++)
        if (o->format == FORMAT_DEFAULT || o->format == FORMAT_TABLE) {
            histogram(&all[i], &out);
            remarks(&all[i], i == 0, &out);
        }
    if (s)
        code = refuse(&e);
    else if (!code)
        code = text_write(&out, c, o->output);
    text_free(&out);
    free(all);
    icp_context_unref(c);
    return code;
}
