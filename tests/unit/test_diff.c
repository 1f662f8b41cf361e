/* SPDX-License-Identifier: MIT */
/* Differences of scores: the parts add up for every company, each stands for what really changed, and order does not matter. */
#include "editing.h"
#include "timing_world.h"

static icp_context *c;
static void setup(void) { c = context(); }
static void teardown(void) { icp_context_unref(c); }

enum { DATA, DECAY, EDITS, CUSTOMERS, REFERENCE, EXTRACTION, JOINT, PARTS, FIELDS = 17 };
/* One row of the output. */
struct line {
    char key[32], status[16], column[64];
    int score[2]; /* -1 = none */
    long long change, part[PARTS], saturation, column_change;
};
struct told {
    struct line *line;
    int lines;
    icp_buffer *rows, *summary;
};
static void told_free(struct told *t) { free(t->line), icp_buffer_unref(t->rows), icp_buffer_unref(t->summary); }

static void read_line(char *text, struct line *out) {
    char *field[FIELDS];
    int n = 0;
    for (char *p = text; n < FIELDS && p; n++) {
        field[n] = p;
        p = strchr(p, ',');
        if (p) *p++ = 0;
    }
    ck_assert_int_eq(n, FIELDS);
    memset(out, 0, sizeof *out);
    snprintf(out->key, sizeof out->key, "%s", field[0]), snprintf(out->status, sizeof out->status, "%s", field[1]), snprintf(out->column, sizeof out->column, "%s", field[15]);
    for (int i = 0; i < 2; i++) out->score[i] = *field[2 + i] ? atoi(field[2 + i]) : -1;
    out->change = atoll(field[6]), out->saturation = atoll(field[14]), out->column_change = atoll(field[16]);
    for (int i = 0; i < PARTS; i++) out->part[i] = atoll(field[7 + i]);
}
static struct told told_of(icp_buffer *rows, icp_buffer *summary) {
    struct told t = {.rows = rows, .summary = summary};
    struct icp_str s;
    icp_buffer_data(rows, &s);
    char *text = malloc(s.size + 1), *p = text;
    memcpy(text, s.data, s.size + 1);
    t.line = calloc(s.size / 20 + 1, sizeof *t.line);
    ck_assert_ptr_eq(strstr(text, "key,status,score_before,score_now,tier_before,tier_now,change,data,decay,edits,customers,reference,extraction,joint,saturation,column,column_change\n"), text);
    for (p = strchr(p, '\n') + 1; *p;) {
        char *end = strchr(p, '\n');
        *end = 0;
        read_line(p, &t.line[t.lines++]);
        p = end + 1;
    }
    free(text);
    return t;
}
static icp_status try_diff(icp_model *from, icp_model *to, const char *before, const char *now, const struct icp_diff_options *o, struct told *out, struct icp_error *e) {
    struct icp_sink sink = {.struct_size = sizeof sink};
    icp_buffer *rows = NULL, *summary = NULL;
    icp_reader *a = before ? world_reader(c, before, strlen(before), 7) : NULL, *b = world_reader(c, now, strlen(now), 0);
    ck_assert_int_eq(icp_sink_to_memory(c, &sink, &rows, NULL), ICP_OK);
    const icp_status s = icp_diff(from, to, a, b, o, NULL, &sink, &summary, e);
    icp_reader_free(a), icp_reader_free(b);
    if (s) {
        ck_assert(rows == NULL && summary == NULL);
        return s;
    }
    *out = told_of(rows, summary);
    return s;
}
static struct told diff(icp_model *from, icp_model *to, const char *before, const char *now, const struct icp_diff_options *o) {
    struct icp_error e = {.struct_size = sizeof e};
    struct told t;
    world_must(try_diff(from, to, before, now, o, &t, &e), &e);
    return t;
}
static long long figure(const struct told *t, const char *name) {
    struct icp_str s;
    char head[64];
    snprintf(head, sizeof head, "\"%s\":", name);
    icp_buffer_data(t->summary, &s);
    const char *p = strstr(s.data, head);
    ck_assert_msg(p != NULL, "no %s in %s", name, s.data);
    return atoll(p + strlen(head));
}
static int has(const struct told *t, const char *text) {
    struct icp_str s;
    icp_buffer_data(t->summary, &s);
    return strstr(s.data, text) != NULL;
}
static long long sum_of(const struct line *l) {
    long long sum = 0;
    for (int i = 0; i < PARTS; i++) sum += l->part[i];
    return sum;
}
/* Which parts moved anybody, as bits. */
static unsigned moved(const struct told *t) {
    unsigned bits = 0;
    for (int i = 0; i < t->lines; i++)
        for (int k = 0; k < PARTS; k++) bits |= t->line[i].part[k] ? 1u << k : 0;
    return bits;
}

/* The rows of a later day: cells have changed. */
static char *later_rows(struct world *w, uint64_t seed) {
    uint64_t s = seed;
    for (int i = 0; i < w->rows; i++)
        for (int f = 0; f < WORLD_COLUMNS; f++)
            if (world_uniform(&s) < .15) memcpy(w->row[i].cells[f], w->row[world_below(&s, w->rows)].cells[f], sizeof w->row[i].cells[f]);
    return world_csv(w, 0, 1, 0);
}
/* Two worlds' worth of models: another list, another reference, edits on either side. */
struct pair {
    struct half h;
    char *now, *keys;
    icp_reference *reference;
    icp_model *from, *to, *via, *same; /* via: from's reference, to's customers; same: as to, before its edits */
};
static struct pair pair_new(uint64_t seed) {
    struct pair p = {.h = half_new(c, seed, 600, 50, .15)};
    struct text a = times(p.h.model, "industry", -2), b = {NULL, 0};
    p.from = seed % 2 ? edited(p.h.model, p.h.reference, a.data) : icp_model_ref(p.h.model);
    for (int i = 0; i < p.h.w.rows; i++) { /* some customers leave, some come */
        struct world_row *r = &p.h.w.row[i];
        const int given = r->given;
        r->given = i % 3 ? r->given : r->withheld;
        r->withheld = i % 3 ? r->withheld : given;
    }
    p.keys = world_csv(&p.h.w, 0, 1, 1);
    p.via = world_fit(c, p.h.reference, p.keys, p.h.all, NULL);
    p.now = later_rows(&p.h.w, seed + 99);
    p.reference = world_reference(c, p.now);
    p.same = world_fit(c, p.reference, p.keys, NULL, NULL);
    b = times(p.same, "description", 2);
    p.to = seed % 3 ? edited(p.same, p.reference, b.data) : icp_model_ref(p.same);
    free(a.data), free(b.data);
    return p;
}
static void pair_free(struct pair *p) {
    icp_model_unref(p->from), icp_model_unref(p->to), icp_model_unref(p->via), icp_model_unref(p->same);
    icp_reference_unref(p->reference), free(p->now), free(p->keys), half_free(&p->h);
}

/* Against the scorer: the change is that of the scores, and the parts add up to it, for every company. */
START_TEST(parts_add_up_for_every_company) {
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct pair p = pair_new(seed);
        struct icp_diff_options o = {.struct_size = sizeof o, .via = seed % 4 == 2 ? p.via : NULL};
        const char *before = seed % 5 ? p.h.all : p.now;
        struct world_scores x = world_score(c, p.from, before, 0), y = world_score(c, p.to, p.now, 0);
        struct told t = diff(p.from, p.to, seed % 5 ? p.h.all : NULL, p.now, &o);
        long long whole = 0, parts = 0;
        ck_assert_int_eq(t.lines, (int)x.rows);
        for (int i = 0; i < t.lines; i++) { /* keys ascend as rows do */
            const struct line *l = &t.line[i];
            ck_assert_str_eq(l->key, p.h.w.row[i].key);
            ck_assert_msg(l->change == y.milli[i] - x.milli[i] && sum_of(l) == l->change, "seed %d, %s", (int)seed, l->key);
            ck_assert_int_eq(l->saturation, 1000LL * (y.score[i] - x.score[i]) - l->change);
            ck_assert(l->score[0] == x.score[i] && l->score[1] == y.score[i]);
            whole += l->change, parts += sum_of(l);
        }
        ck_assert(has(&t, "{\"part\":\"change\",") && figure(&t, "sum") == whole && whole == parts);
        ck_assert_int_eq(moved(&t) >> JOINT & 1, o.via == NULL);
        world_scores_free(&x), world_scores_free(&y), told_free(&t), pair_free(&p);
    }
}
END_TEST

/* Each part is what it is called. */
START_TEST(each_part_stands_for_what_changed) {
    for (uint64_t seed = 11; seed <= 14; seed++) {
        struct pair p = pair_new(seed);
        struct icp_diff_options o = {.struct_size = sizeof o, .via = p.via};
        struct told none = diff(p.from, NULL, NULL, p.h.all, NULL), itself = diff(p.from, p.from, p.h.all, p.h.all, NULL), data = diff(p.from, NULL, p.h.all, p.now, NULL);
        struct told edits = diff(p.h.model, p.from, NULL, p.now, NULL), list = diff(p.h.model, p.via, NULL, p.now, NULL);
        struct told joint = diff(p.h.model, p.same, NULL, p.now, NULL), parted = diff(p.h.model, p.same, NULL, p.now, &o);
        ck_assert_uint_eq(moved(&none) | moved(&itself), 0);
        ck_assert_uint_eq(moved(&data), 1u << DATA);
        ck_assert_uint_eq(moved(&edits), seed % 2 ? 1u << EDITS : 0);
        ck_assert_uint_eq(moved(&list), 1u << CUSTOMERS);
        ck_assert_uint_eq(moved(&joint), 1u << JOINT);
        ck_assert(has(&joint, "\"joint\":[\"customers\",\"reference\"]") && has(&list, "\"joint\":[]") && has(&parted, "\"joint\":[]"));
        ck_assert_uint_eq(moved(&parted), 1u << CUSTOMERS | 1u << REFERENCE);
        for (int i = 0; i < joint.lines; i++) { /* via parts it exactly, and the list is that of the first reference */
            ck_assert_int_eq(joint.line[i].part[JOINT], parted.line[i].part[CUSTOMERS] + parted.line[i].part[REFERENCE]);
            ck_assert_int_eq(parted.line[i].part[CUSTOMERS], list.line[i].part[CUSTOMERS]);
        }
        struct told *all[] = {&none, &itself, &data, &edits, &list, &joint, &parted};
        for (int i = 0; i < 7; i++) told_free(all[i]);
        pair_free(&p);
    }
}
END_TEST

static char *shuffled(const char *csv, uint64_t s) {
    const char *line[2000], *p = strchr(csv, '\n') + 1;
    char *out = malloc(strlen(csv) + 1), *at = out;
    int n = 0;
    at += sprintf(at, "%.*s", (int)(p - csv), csv);
    for (; *p; p = strchr(p, '\n') + 1) line[n++] = p;
    for (; n; n--) {
        const int k = world_below(&s, n);
        at += sprintf(at, "%.*s", (int)(strchr(line[k], '\n') + 1 - line[k]), line[k]);
        line[k] = line[n - 1];
    }
    return out;
}
START_TEST(order_of_rows_and_seed_do_not_matter) {
    for (uint64_t seed = 21; seed <= 23; seed++) {
        struct pair p = pair_new(seed);
        char *before = shuffled(p.h.all, seed), *now = shuffled(p.now, seed + 7);
        struct told a = diff(p.from, p.to, p.h.all, p.now, NULL), b = diff(p.from, p.to, before, now, NULL);
        ck_assert(same_bytes(a.rows, b.rows) && same_bytes(a.summary, b.summary));
        const struct icp_context_options o = {.struct_size = sizeof o, .hash_seed = seed * 13};
        icp_context *other = c;
        icp_buffer *x = model_bytes(c, p.from), *y = model_bytes(c, p.to);
        struct icp_str fx, fy;
        icp_model *from, *to;
        icp_buffer_data(x, &fx), icp_buffer_data(y, &fy);
        ck_assert_int_eq(icp_context_new(&o, &c, NULL), ICP_OK);
        ck_assert_int_eq(icp_model_load_memory(c, fx.data, fx.size, NULL, NULL, &from, NULL), ICP_OK);
        ck_assert_int_eq(icp_model_load_memory(c, fy.data, fy.size, NULL, NULL, &to, NULL), ICP_OK);
        struct told d = diff(from, to, before, now, NULL);
        ck_assert(same_bytes(a.rows, d.rows) && same_bytes(a.summary, d.summary));
        told_free(&d), icp_model_unref(from), icp_model_unref(to), icp_buffer_unref(x), icp_buffer_unref(y);
        icp_context_unref(c);
        c = other;
        told_free(&a), told_free(&b), free(before), free(now), pair_free(&p);
    }
}
END_TEST

/* Columns: the one that moved most, against the contributions of a record. */
static void by_column(icp_model *m, const struct world_row *row, long long *out) {
    struct icp_score score = {.struct_size = sizeof score};
    int32_t trait[300], points[300];
    icp_schema *schema;
    icp_record *r;
    icp_scorer *s;
    size_t n = 0;
    ck_assert_int_eq(icp_model_schema(m, &schema, NULL), ICP_OK);
    ck_assert_int_eq(icp_record_new(schema, &r, NULL), ICP_OK);
    ck_assert_int_eq(icp_scorer_new(m, NULL, &s, NULL), ICP_OK);
    for (int f = 0; f < WORLD_COLUMNS; f++)
        icp_record_set_text(r, icp_record_column(r, world_names[f], strlen(world_names[f])), row->cells[f], strlen(row->cells[f]));
    ck_assert_int_eq(icp_scorer_score_record(s, r, NULL, ICP_LAYER_FIT, &score, NULL), ICP_OK);
    ck_assert_int_eq(icp_scorer_contributions(s, ICP_LAYER_FIT, trait, points, 300, &n, NULL), ICP_OK);
    for (size_t i = 0; i < n; i++)
        for (int f = 0; f < WORLD_COLUMNS; f++)
            if (!strcmp(trait_at(m, (uint32_t)trait[i]).column.data, world_names[f])) out[f] += points[i];
    icp_scorer_free(s), icp_record_free(r), icp_schema_unref(schema);
}
START_TEST(the_column_named_moved_most) {
    struct half h = half_new(c, 31, 400, 50, .15);
    struct world_row *then = malloc((size_t)h.w.rows * sizeof *then);
    memcpy(then, h.w.row, (size_t)h.w.rows * sizeof *then);
    char *now = later_rows(&h.w, 5);
    struct told t = diff(h.model, NULL, h.all, now, NULL);
    for (int i = 0; i < t.lines; i += 3) {
        long long a[WORLD_COLUMNS] = {0}, b[WORLD_COLUMNS] = {0}, most = 0, named = 0;
        by_column(h.model, &then[i], a), by_column(h.model, &h.w.row[i], b);
        for (int f = 0; f < WORLD_COLUMNS; f++) {
            most = llabs(b[f] - a[f]) > most ? llabs(b[f] - a[f]) : most;
            named = strcmp(t.line[i].column, world_names[f]) ? named : b[f] - a[f];
        }
        ck_assert_msg(llabs(named) == most && t.line[i].column_change == named, "%s: %s", t.line[i].key, t.line[i].column);
    }
    told_free(&t), free(then), free(now), half_free(&h);
}
END_TEST

START_TEST(companies_of_one_file_and_keys_twice_are_listed) {
    static const char before[] = "key,industry\na,Industry A\nb,Industry B\nb,Industry A\nd,Industry C\n,Industry D\nq\"1,Industry A\n", now[] = "key,industry\nd,Industry C\na,Industry B\ne,Industry A\nb,Industry A\ng,\ng,\nq\"1,Industry A\n";
    struct half h = half_new(c, 3, 500, 60, .1);
    struct told t = diff(h.model, NULL, before, now, NULL);
    static const char *const keys[] = {"a", "b", "d", "e", "g", "\"q\"\"1\""}, *const status[] = {"changed", "duplicate", "same", "only_now", "duplicate", "same"};
    ck_assert_int_eq(t.lines, 6);
    for (int i = 0; i < 6; i++) {
        ck_assert_str_eq(t.line[i].key, keys[i]);
        ck_assert_str_eq(t.line[i].status, status[i]);
    }
    ck_assert(t.line[1].score[0] == -1 && t.line[1].score[1] == -1 && t.line[3].score[0] == -1 && t.line[3].score[1] > 0 && t.line[3].change == 0);
    ck_assert(figure(&t, "rows_before") == 6 && figure(&t, "rows_now") == 7 && figure(&t, "without_key_before") == 1 && figure(&t, "without_key_now") == 0);
    ck_assert(figure(&t, "companies") == 3 && figure(&t, "changed") == 1 && figure(&t, "only_before") == 0 && figure(&t, "only_now") == 1 && figure(&t, "duplicates") == 2);
    told_free(&t);
    t = diff(h.model, NULL, now, before, NULL); /* the other way round */
    ck_assert(figure(&t, "only_before") == 1 && figure(&t, "only_now") == 0 && figure(&t, "duplicates") == 2 && !strcmp(t.line[3].status, "only_before"));
    told_free(&t);
    const struct icp_diff_options o = {.struct_size = sizeof o, .flags = ICP_DIFF_HOST_KEY, .key_column = "site", .key_size = 4, .top = 1};
    t = diff(h.model, NULL, "site,industry\nhttp://www.a.com/x,Industry A\nb.com,Industry A\n", "site,industry\na.com,Industry B\nb.com,Industry C\n", &o);
    ck_assert_int_eq(figure(&t, "companies"), 2);
    struct icp_str s;
    icp_buffer_data(t.summary, &s);
    ck_assert_ptr_null(strstr(strstr(s.data, "\"largest\"") + 20, "},{\"key\"")); /* one is listed */
    told_free(&t), half_free(&h);
}
END_TEST

/* Tiers and counts of the summary are those of the rows. */
START_TEST(the_summary_counts_the_rows) {
    struct pair p = pair_new(41);
    struct told t = diff(p.from, p.to, p.h.all, p.now, NULL);
    long long tiers[6][6] = {{0}}, scores = 0, changed = 0, other = 0, size = 0;
    char text[400] = "\"tiers\":[", *at = text + 9;
    for (int i = 0; i < t.lines; i++) {
        const int *s = t.line[i].score;
        const int a = s[0] >= 657 ? 5 : s[0] >= 551 ? 4 : s[0] >= 445 ? 3 : s[0] >= 339 ? 2 : 1, b = s[1] >= 657 ? 5 : s[1] >= 551 ? 4 : s[1] >= 445 ? 3 : s[1] >= 339 ? 2 : 1;
        tiers[a][b]++, other += a != b, scores += s[0] != s[1], changed += t.line[i].change != 0, size += llabs(t.line[i].change);
    }
    for (int a = 1; a <= 5; a++)
        at += sprintf(at, "%s[%lld,%lld,%lld,%lld,%lld]", a > 1 ? "," : "", tiers[a][1], tiers[a][2], tiers[a][3], tiers[a][4], tiers[a][5]);
    ck_assert_msg(has(&t, text), "%s", text);
    ck_assert(figure(&t, "tier_changed") == other && figure(&t, "score_changed") == scores && figure(&t, "changed") == changed);
    ck_assert_int_eq(figure(&t, "mean_size"), (size + t.lines / 2) / t.lines);
    long long last = INT64_MAX;
    struct icp_str s;
    icp_buffer_data(t.summary, &s);
    for (const char *q = strstr(s.data, "\"largest\""); (q = strstr(q, "\"change\":")); q++) {
        const long long now = llabs(atoll(q + 9));
        ck_assert_int_le(now, last);
        last = now;
    }
    int larger = 0;
    for (int i = 0; i < t.lines; i++) larger += llabs(t.line[i].change) > last;
    ck_assert_int_lt(larger, 10);
    told_free(&t), pair_free(&p);
}
END_TEST

/* Timing: what passes with time alone is decay; what happens in between is data. */
struct past {
    struct timing_world w;
    char *companies, *early, *all;
    icp_model *m, *other;
};
enum { MIDDLE = TIMING_START + TIMING_DAYS - 120 };
static struct past past_new(uint64_t seed) {
    struct past p = {.w = timing_world_new(seed, 150)};
    struct timing_list *l = &p.w.events;
    p.companies = timing_companies(&p.w, 0);
    p.all = timing_csv(&p.w, l, 0, 0, 1);
    p.m = timing_world_model(c, &p.w, TIMING_ALL, 1);
    p.other = timing_world_model(c, &p.w, TIMING_FIT | TIMING_INTENT, 0);
    size_t n = 0;
    for (size_t i = 0; i < l->count; i++)
        if (l->event[i].time < MIDDLE * TIMING_DAY) l->event[n++] = l->event[i];
    l->count = n;
    p.early = timing_csv(&p.w, l, 0, 0, 1);
    return p;
}
static void past_free(struct past *p) {
    icp_model_unref(p->m), icp_model_unref(p->other), free(p->companies), free(p->early), free(p->all), timing_world_free(&p->w);
}
static struct icp_array milli_of(icp_model *m, icp_accounts *a, int32_t layer, const char *companies, icp_result **keep) {
    icp_scorer *s = timing_scorer(m, 0, a, 0);
    *keep = timing_score(s, c, companies);
    icp_scorer_free(s);
    return timing_column(*keep, layer, ICP_COL_MILLIPOINTS);
}
START_TEST(time_alone_is_decay_and_new_events_are_data) {
    for (uint64_t seed = 3; seed <= 4; seed++) {
        struct past p = past_new(seed);
        const int32_t layer = seed % 2 ? ICP_LAYER_INTENT : ICP_LAYER_RETENTION;
        icp_accounts *then = timing_accounts(p.m, c, MIDDLE * TIMING_DAY, (const char *const *)&p.all, 1, NULL);
        icp_accounts *later = timing_accounts(p.m, c, TIMING_END, (const char *const *)&p.early, 1, NULL), *now = timing_accounts(p.m, c, TIMING_END, (const char *const *)&p.all, 1, NULL);
        struct icp_diff_options o = {.struct_size = sizeof o, .layer = layer, .events_before = then, .events_now = later};
        icp_result *r[3];
        const struct icp_array was = milli_of(p.m, then, layer, p.companies, &r[0]), faded = milli_of(p.m, later, layer, p.companies, &r[1]), is = milli_of(p.m, now, layer, p.companies, &r[2]);
        struct told quiet = diff(p.m, NULL, p.companies, p.companies, &o);
        o.events_now = now;
        struct told busy = diff(p.m, p.m, NULL, p.companies, &o);
        ck_assert_uint_eq(moved(&quiet), 1u << DECAY);
        ck_assert_uint_eq(moved(&busy), 1u << DECAY | 1u << DATA);
        for (int i = 0; i < quiet.lines; i++) {
            const int64_t a = ((const int64_t *)was.data)[i], b = ((const int64_t *)faded.data)[i], x = ((const int64_t *)is.data)[i];
            ck_assert(quiet.line[i].part[DECAY] == b - a && quiet.line[i].change == b - a);
            ck_assert(busy.line[i].part[DECAY] == b - a && busy.line[i].part[DATA] == x - b && busy.line[i].change == x - a);
        }
        ck_assert(figure(&busy, "before_as_of") == MIDDLE * TIMING_DAY && figure(&busy, "as_of") == TIMING_END);
        for (int i = 0; i < 3; i++) icp_result_free(r[i]);
        told_free(&quiet), told_free(&busy), icp_accounts_unref(then), icp_accounts_unref(later), icp_accounts_unref(now), past_free(&p);
    }
}
END_TEST

START_TEST(models_with_events_are_compared_too) {
    struct past p = past_new(5);
    icp_accounts *then = timing_accounts(p.m, c, MIDDLE * TIMING_DAY, (const char *const *)&p.all, 1, NULL), *now = timing_accounts(p.m, c, TIMING_END, (const char *const *)&p.all, 1, NULL);
    icp_accounts *other = timing_accounts(p.other, c, TIMING_END, (const char *const *)&p.all, 1, NULL);
    struct icp_diff_options o = {.struct_size = sizeof o, .layer = ICP_LAYER_INTENT, .events_before = then, .events_now = now, .events_now_to = other};
    struct icp_error e = {.struct_size = sizeof e};
    icp_result *r[2];
    const struct icp_array was = milli_of(p.m, then, ICP_LAYER_INTENT, p.companies, &r[0]), is = milli_of(p.other, other, ICP_LAYER_INTENT, p.companies, &r[1]);
    struct told t = diff(p.m, p.other, NULL, p.companies, &o), none;
    for (int i = 0; i < t.lines; i++) {
        ck_assert_int_eq(t.line[i].change, ((const int64_t *)is.data)[i] - ((const int64_t *)was.data)[i]);
        ck_assert_int_eq(sum_of(&t.line[i]), t.line[i].change);
    }
    o.events_now_to = NULL;
    ck_assert_int_eq(try_diff(p.m, p.other, NULL, p.companies, &o, &none, &e), ICP_E_ARGUMENT);
    o.events_now_to = now;
    ck_assert_int_eq(try_diff(p.m, p.other, NULL, p.companies, &o, &none, &e), ICP_E_REFERENCE);
    o.events_now_to = then;
    o = (struct icp_diff_options){.struct_size = sizeof o, .layer = ICP_LAYER_FIT, .events_now = now};
    ck_assert_int_eq(try_diff(p.m, NULL, NULL, p.companies, &o, &none, &e), ICP_E_ARGUMENT);
    o = (struct icp_diff_options){.struct_size = sizeof o, .layer = ICP_LAYER_INTENT, .events_before = now, .events_now = then};
    ck_assert_int_eq(try_diff(p.m, NULL, NULL, p.companies, &o, &none, &e), ICP_E_ARGUMENT);
    o = (struct icp_diff_options){.struct_size = sizeof o, .layer = ICP_LAYER_INTENT, .events_before = then};
    ck_assert_int_eq(try_diff(p.m, NULL, NULL, p.companies, &o, &none, &e), ICP_E_ARGUMENT);
    o = (struct icp_diff_options){.struct_size = sizeof o, .layer = ICP_LAYER_RETENTION};
    ck_assert_int_eq(try_diff(p.other, NULL, NULL, p.companies, &o, &none, &e), ICP_E_UNSUPPORTED);
    told_free(&t), icp_result_free(r[0]), icp_result_free(r[1]), icp_accounts_unref(then), icp_accounts_unref(now), icp_accounts_unref(other), past_free(&p);
}
END_TEST

static void must_refuse(icp_status want, icp_model *from, icp_model *to, const char *before, const char *now, const struct icp_diff_options *o, const char *says) {
    struct icp_error e = {.struct_size = sizeof e};
    struct told none;
    ck_assert_msg(try_diff(from, to, before, now, o, &none, &e) == want, "%s: %s", says, e.message);
    ck_assert_msg(strstr(e.message, says) != NULL, "%s: %s", says, e.message);
}
START_TEST(what_cannot_be_compared_is_refused) {
    struct pair p = pair_new(51);
    struct icp_diff_options via = {.struct_size = sizeof via, .via = p.same}, alone = {.struct_size = sizeof alone, .via = p.via}, flags = {.struct_size = sizeof flags, .flags = 2};
    struct icp_diff_options key = {.struct_size = sizeof key, .key_column = "absent", .key_size = 6}, top = {.struct_size = sizeof top, .top = 1001};
    must_refuse(ICP_E_REFERENCE, p.from, p.to, NULL, p.now, &via, "reference of the first model");
    must_refuse(ICP_E_ARGUMENT, p.from, NULL, NULL, p.now, &alone, "two different models");
    must_refuse(ICP_E_UNSUPPORTED, p.from, NULL, NULL, p.now, &flags, "unknown flags");
    must_refuse(ICP_E_ARGUMENT, p.from, NULL, NULL, p.now, &top, "at most 1000");
    must_refuse(ICP_E_KEY, p.from, NULL, NULL, p.now, &key, "absent");
    must_refuse(ICP_E_KEY, p.from, NULL, "industry\nIndustry A\n", p.now, NULL, "");
    must_refuse(ICP_E_SCHEMA, p.from, NULL, p.now, "key,colour\na,red\n", NULL, "none of the model's");
    struct told t = diff(p.from, NULL, NULL, "industry\nIndustry A\n", NULL); /* against themselves rows need no key */
    ck_assert_int_eq(figure(&t, "companies"), 1);
    told_free(&t), pair_free(&p);
}
END_TEST

/* Both files' companies must fit max_memory; one file alone needs none. */
START_TEST(memory_is_bounded) {
    struct half h = half_new(c, 3, 500, 60, .1);
    const struct icp_context_options o = {.struct_size = sizeof o, .max_memory = 1 << 20};
    icp_buffer *file = model_bytes(c, h.model);
    struct text many = {malloc(1 << 20), 0};
    struct icp_str s;
    icp_model *m;
    icp_context *whole = c;
    icp_buffer_data(file, &s);
    many.size = (size_t)sprintf(many.data, "key,industry\n");
    for (int i = 0; i < 9000; i++) many.size += (size_t)sprintf(many.data + many.size, "company-%06d,Industry A\n", i);
    ck_assert_int_eq(icp_context_new(&o, &c, NULL), ICP_OK);
    ck_assert_int_eq(icp_model_load_memory(c, s.data, s.size, NULL, NULL, &m, NULL), ICP_OK);
    must_refuse(ICP_E_LIMIT, m, NULL, many.data, many.data, NULL, "max_memory");
    struct told t = diff(m, NULL, NULL, many.data, NULL);
    ck_assert_int_eq(t.lines, 9000);
    told_free(&t), icp_model_unref(m);
    icp_context_unref(c);
    c = whole;
    icp_buffer_unref(file), free(many.data), half_free(&h);
}
END_TEST

/* A sink is committed once or aborted once. */
struct counted {
    int writes, fail_at, committed, aborted, commit_fails;
};
static int64_t count_write(void *user, const void *buf, size_t n) {
    struct counted *s = user;
    (void)buf;
    return ++s->writes == s->fail_at ? -1 : (int64_t)n;
}
static int32_t count_commit(void *user) { return ((struct counted *)user)->committed++, ((struct counted *)user)->commit_fails; }
static void count_abort(void *user) { ((struct counted *)user)->aborted++; }
START_TEST(the_sink_is_finished_once) {
    struct half h = half_new(c, 3, 500, 60, .1);
    const struct {
        int fail_at, commit_fails, model;
        icp_status want;
    } cases[] = {{0, 0, 1, ICP_OK}, {1, 0, 1, ICP_E_IO}, {0, 1, 1, ICP_E_IO}, {0, 0, 0, ICP_E_ARGUMENT}};
    for (int i = 0; i < 4; i++) {
        struct counted n = {.fail_at = cases[i].fail_at, .commit_fails = cases[i].commit_fails};
        struct icp_sink sink = {sizeof sink, 0, &n, count_write, count_commit, count_abort, "rows"};
        icp_reader *r = world_reader(c, h.odd, strlen(h.odd), 0);
        icp_buffer *summary = NULL;
        ck_assert_int_eq(icp_diff(cases[i].model ? h.model : NULL, NULL, NULL, r, NULL, NULL, &sink, &summary, NULL), cases[i].want);
        ck_assert_int_eq(n.committed + n.aborted, 1);
        ck_assert(n.committed == (i % 2 == 0) && (summary != NULL) == (i == 0));
        icp_buffer_unref(summary), icp_reader_free(r);
    }
    icp_reader *r = world_reader(c, h.odd, strlen(h.odd), 0);
    icp_buffer *summary = NULL;
    ck_assert_int_eq(icp_diff(h.model, NULL, NULL, r, NULL, NULL, NULL, &summary, NULL), ICP_OK); /* without rows */
    icp_buffer_unref(summary), icp_reader_free(r), half_free(&h);
}
END_TEST

int main(void) {
    Suite *s = suite_create("diff");
    TCase *t = tcase_create("diff");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 300);
    tcase_add_test(t, parts_add_up_for_every_company);
    tcase_add_test(t, each_part_stands_for_what_changed);
    tcase_add_test(t, order_of_rows_and_seed_do_not_matter);
    tcase_add_test(t, the_column_named_moved_most);
    tcase_add_test(t, companies_of_one_file_and_keys_twice_are_listed);
    tcase_add_test(t, the_summary_counts_the_rows);
    tcase_add_test(t, time_alone_is_decay_and_new_events_are_data);
    tcase_add_test(t, models_with_events_are_compared_too);
    tcase_add_test(t, what_cannot_be_compared_is_refused);
    tcase_add_test(t, memory_is_bounded);
    tcase_add_test(t, the_sink_is_finished_once);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
