/* SPDX-License-Identifier: MIT */
/* Edits by hand: what they change, that ratios still average to 1, and that nothing learned is lost. */
#include "editing.h"
#include "model/edits.h"
#include "timing_world.h"

enum { SEEDS = 8, ROWS = 3000 };

static icp_context *c;
static void setup(void) { c = context(); }
static void teardown(void) { icp_context_unref(c); }

/* Mean ratio over the companies outside the reference that are no customers. */
static double outside(icp_model *m, const struct half *h, const char *odd) {
    struct world_scores s = world_score(c, m, odd, 0);
    double mean = 0;
    int n = 0;
    for (uint64_t i = 0; i < s.rows; i++)
        if (!h->w.row[2 * i + 1].given) mean += world_ratio(s.milli[i]), n++;
    world_scores_free(&s);
    return mean / n;
}

static const char *const offs[] = {"{\"column\":\"industry\",\"off\":true}", "{\"family\":\"size\",\"off\":true}", "{\"column\":\"description\",\"off\":true}",
                                   "{\"column\":\"country\",\"off\":true},{\"column\":\"tags\",\"off\":true}"};
enum { OFFS = sizeof offs / sizeof *offs, LARGE = OFFS + WORLD_COLUMNS + 1 };
/* Large edits: parts switched off, all weights of a column doubled, all weights halved. NULL = the model does not use the column. */
static icp_model *large_edit(const struct half *h, int which) {
    if (which < OFFS) return uses(h->model, "industry") && uses(h->model, "country") && uses(h->model, "tags") && uses(h->model, "employees") && uses(h->model, "description")
                                 ? edited(h->model, h->reference, offs[which]) : NULL;
    const char *column = which < OFFS + WORLD_COLUMNS ? world_names[which - OFFS] : NULL;
    if (column && !uses(h->model, column)) return NULL;
    struct text t = times(h->model, column, column ? 2 : .5);
    icp_model *m = edited(h->model, h->reference, t.data);
    free(t.data);
    return m;
}

/* Promise 1, over lists that are short and long parts of the reference. */
START_TEST(mean_ratio_stays_one_after_large_edits) {
    double total[LARGE] = {0}, learned = 0;
    int n[LARGE] = {0};
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct half h = half_new(c, seed, ROWS, 20 + 25 * (int)seed, .2);
        const double before = outside(h.model, &h, h.odd);
        learned += before / SEEDS;
        for (int i = 0; i < LARGE; i++) {
            icp_model *m = large_edit(&h, i);
            if (!m) continue;
            const double mean = outside(m, &h, h.odd);
            ck_assert_msg(mean > .7 && mean < 1.4, "seed %d, edit %d: mean ratio %f", (int)seed, i, mean);
            total[i] += mean, n[i]++;
            icp_model_unref(m);
        }
        half_free(&h);
    }
    for (int i = 0; i < LARGE; i++) {
        ck_assert_int_ge(n[i], SEEDS / 2);
        ck_assert_msg(total[i] / n[i] > .9 && total[i] / n[i] < 1.1, "edit %d: mean over seeds %f (learned %f)", i, total[i] / n[i], learned);
    }
}
END_TEST

/* Columns that say the same twice: what one says no more the other says alone, and both made half as large again say it more than twice. */
static void repeat_columns(struct world *w, uint64_t seed) {
    uint64_t s = seed;
    for (int i = 0; i < w->rows; i++) {
        struct world_row *r = &w->row[i];
        if (r->cells[0][0] && world_uniform(&s) < .85) snprintf(r->cells[2], sizeof r->cells[2], "Land of %s", r->cells[0]);
    }
}
START_TEST(mean_ratio_stays_one_where_columns_repeat_each_other) {
    double total[3] = {0};
    enum { LISTS = 6 };
    for (uint64_t seed = 41; seed < 41 + LISTS; seed++) {
        struct half h = {.w = world_new(seed, ROWS, 120, .1)};
        repeat_columns(&h.w, seed);
        h.even = world_csv(&h.w, 0, 2, 0), h.odd = world_csv(&h.w, 1, 2, 0), h.all = world_csv(&h.w, 0, 1, 0), h.keys = world_csv(&h.w, 0, 1, 1);
        h.reference = world_reference(c, h.even), h.model = world_fit(c, h.reference, h.keys, h.all, NULL);
        struct text both = times(h.model, "industry", 1.5), country = times(h.model, "country", 1.5), less = times(h.model, "country", -1);
        text_add(&both, ",%s", country.data);
        icp_model *m[3] = {edited(h.model, h.reference, both.data), edited(h.model, h.reference, "{\"column\":\"country\",\"off\":true}"), edited(h.model, h.reference, less.data)};
        for (int i = 0; i < 3; i++) total[i] += outside(m[i], &h, h.odd) / LISTS, icp_model_unref(m[i]);
        free(both.data), free(country.data), free(less.data), half_free(&h);
    }
    for (int i = 0; i < 3; i++) ck_assert_msg(total[i] > .9 && total[i] < 1.1, "edit %d: mean ratio %f", i, total[i]);
}
END_TEST

/* Customers in the reference have high ratios, which an edit takes away: the others must not be lifted for it. */
START_TEST(mean_ratio_stays_where_many_of_the_reference_are_customers) {
    double total[OFFS] = {0};
    int n[OFFS] = {0};
    for (uint64_t seed = 61; seed < 67; seed++) {
        struct half h = half_new(c, seed, ROWS, 330, .2);
        const double before = outside(h.model, &h, h.odd);
        for (int i = 0; i < OFFS; i++) {
            icp_model *m = large_edit(&h, i);
            if (m) total[i] += outside(m, &h, h.odd) / before, n[i]++;
            icp_model_unref(m);
        }
        half_free(&h);
    }
    for (int i = 0; i < OFFS; i++) ck_assert_msg(total[i] / n[i] > .95 && total[i] / n[i] < 1.05, "edit %d: %f times the mean ratio before", i, total[i] / n[i]);
}
END_TEST

/* Promise 4: nobody gains or loses by what is not known. */
START_TEST(mean_ratio_stays_near_one_with_columns_hidden) {
    double total[LARGE] = {0};
    int n[LARGE] = {0};
    for (uint64_t seed = 21; seed < 21 + SEEDS; seed++) {
        struct half h = half_new(c, seed, ROWS, 80, .1);
        uint64_t state = seed;
        for (int i = 0; i < h.w.rows; i++)
            for (int f = 0; f < WORLD_COLUMNS; f++)
                if (world_uniform(&state) < .5) h.w.row[i].cells[f][0] = 0;
        char *odd = world_csv(&h.w, 1, 2, 0);
        for (int i = 0; i < LARGE; i += 3) {
            icp_model *m = large_edit(&h, i);
            if (m) total[i] += outside(m, &h, odd), n[i]++;
            icp_model_unref(m);
        }
        free(odd), half_free(&h);
    }
    for (int i = 0; i < LARGE; i += 3) ck_assert_msg(total[i] / n[i] > .85 && total[i] / n[i] < 1.1, "edit %d: mean ratio %f", i, total[i] / n[i]);
}
END_TEST

/* A column alone has mean ratio 1 too, where it is known. */
START_TEST(mean_ratio_of_a_column_alone_stays_one) {
    double total[WORLD_COLUMNS] = {0};
    int n[WORLD_COLUMNS] = {0};
    for (uint64_t seed = 81; seed < 85; seed++) {
        struct half h = half_new(c, seed, 2000, 80, .1);
        struct world alone = {h.w.rows, h.w.customers, malloc((size_t)h.w.rows * sizeof *h.w.row)};
        for (int f = 0; f < WORLD_COLUMNS; f++) {
            if (!uses(h.model, world_names[f])) continue;
            memcpy(alone.row, h.w.row, (size_t)alone.rows * sizeof *alone.row);
            for (int i = 0; i < alone.rows; i++)
                for (int k = 0; k < WORLD_COLUMNS; k++)
                    if (k != f) alone.row[i].cells[k][0] = 0;
            struct text t = times(h.model, world_names[f], 2);
            icp_model *m = edited(h.model, h.reference, t.data);
            char *odd = world_csv(&alone, 1, 2, 0);
            total[f] += outside(m, &h, odd), n[f]++;
            free(odd), free(t.data), icp_model_unref(m);
        }
        world_free(&alone), half_free(&h);
    }
    for (int f = 0; f < WORLD_COLUMNS; f++)
        if (n[f]) ck_assert_msg(total[f] / n[f] > .93 && total[f] / n[f] < 1.07, "%s: mean ratio %f", world_names[f], total[f] / n[f]);
}
END_TEST

static void must_have(const icp_buffer *b, const char *text) {
    struct icp_str s;
    icp_buffer_data(b, &s);
    ck_assert_msg(strstr(s.data, text) != NULL, "%s\nis not in\n%s", text, s.data);
}

START_TEST(an_edit_does_what_it_says) {
    struct half h = half_new(c, 3, 800, 60, .1);
    icp_model *m = edited(h.model, h.reference, "{\"trait\":\"industry=industry a\",\"points\":-7000},{\"family\":\"size\",\"off\":true}");
    struct icp_model_info before = info_of(h.model), after = info_of(m);
    icp_buffer *summary;
    ck_assert(h.model->unseen && !m->unseen); /* known of the learned points alone */
    ck_assert(after.flags == (before.flags | ICP_MODEL_EDITED) && !(before.flags & ICP_MODEL_EDITED));
    ck_assert_mem_eq(after.parent_id, before.id, 32);
    ck_assert_mem_ne(after.id, before.id, 32);
    ck_assert_mem_eq(before.parent_id, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32);
    ck_assert_uint_eq(after.traits, before.traits);
    for (uint32_t i = 0; i < after.traits; i++) {
        const struct icp_trait a = trait_at(h.model, i), b = trait_at(m, i);
        ck_assert_str_eq(a.id.data, b.id.data);
        ck_assert(a.points == a.learned_points && b.learned_points == a.points && b.learned_weight == a.weight && a.learned_weight == a.weight);
        if (a.family == ICP_FAMILY_SIZE) ck_assert_msg(b.points == 0 && b.variance == 0 && (b.kind == ICP_TRAIT_KNOWN || b.weight == 0), "%s", b.id.data);
        else if (!strcmp(a.id.data, "industry=industry a")) ck_assert(b.points == -7000 && b.weight == a.weight && b.variance != a.variance);
        else if (a.kind != ICP_TRAIT_KNOWN) ck_assert_msg(b.points == a.points && b.weight == a.weight && b.variance == a.variance, "%s", b.id.data);
    }
    ck_assert_int_eq(icp_model_summary(m, &summary, NULL), ICP_OK);
    must_have(summary, "\"author\":\"Ann\",\"reason\":\"we moved\",\"edits\":[{\"trait\":\"industry=industry a\",\"points\":-7000},{\"family\":\"size\",\"off\":true}]}]}");
    icp_buffer_unref(summary), icp_model_unref(m), half_free(&h);
}
END_TEST

/* A weight scales what was learned: with it points, interval and effective customers. */
START_TEST(a_weight_scales_the_learned_points) {
    int seen = 0;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct half h = half_new(c, seed, 800, 60, .1);
        uint64_t s = seed;
        for (uint32_t i = 0; i < info_of(h.model).traits; i++) {
            const struct icp_trait a = trait_at(h.model, i);
            const int weight = world_below(&s, 201) - 100;
            char item[400];
            if (a.kind == ICP_TRAIT_KNOWN || !a.weight || i % 7) continue;
            snprintf(item, sizeof item, "{\"trait\":\"%s\",\"weight\":%d}", a.id.data, weight);
            icp_model *m = edited(h.model, h.reference, item);
            const struct icp_trait b = trait_at(m, i);
            const double points = (double)a.points * weight / a.weight, part = points / a.points;
            ck_assert_msg(fabs(b.points - points) <= .5 && b.weight == weight && b.learned_weight == a.weight, "%s: %d", item, (int)b.points);
            ck_assert(fabs((double)b.variance - (double)a.variance * part * part) <= 1 + (double)a.variance * part * part * .01);
            icp_model_unref(m), seen++;
        }
        half_free(&h);
    }
    ck_assert_int_gt(seen, 20);
}
END_TEST

/* Items of an edit that are drawn: traits, columns, families, sometimes back to what was learned. */
static void draw_items(icp_model *m, uint64_t *s, struct text *out) {
    for (int k = 1 + world_below(s, 6); k > 0; k--) {
        const struct icp_trait t = trait_at(m, (uint32_t)world_below(s, (int)info_of(m).traits));
        const char *comma = out->size ? "," : "";
        switch (world_below(s, 5)) {
        case 0: text_add(out, "%s{\"column\":\"%s\",\"off\":true}", comma, t.column.data); break;
        case 1: text_add(out, "%s{\"column\":\"%s\",\"learned\":true}", comma, t.column.data); break;
        case 2:
            if (t.kind != ICP_TRAIT_KNOWN) text_add(out, "%s{\"trait\":\"%s\",\"points\":5},{\"trait\":\"%s\",\"points\":%d}", comma, t.id.data, t.id.data, (int)t.learned_points);
            break;
        default:
            if (t.kind == ICP_TRAIT_KNOWN) continue;
            if (t.learned_weight && world_below(s, 2)) text_add(out, "%s{\"trait\":\"%s\",\"weight\":%d}", comma, t.id.data, world_below(s, 201) - 100);
            else text_add(out, "%s{\"trait\":\"%s\",\"points\":%d,\"layer\":\"fit\"}", comma, t.id.data, world_below(s, 200001) - 100000);
        }
    }
    if (!out->size) text_add(out, "{\"column\":\"industry\",\"learned\":true}");
}
static struct text learned_again(icp_model *m) {
    struct text t = {NULL, 0};
    for (int f = 0; f < WORLD_COLUMNS; f++)
        if (uses(m, world_names[f])) text_add(&t, "%s{\"column\":\"%s\",\"learned\":true}", t.size ? "," : "", world_names[f]);
    return t;
}
static void must_be_alike(icp_model *a, icp_model *b, const char *rows) {
    struct world_scores x = world_score(c, a, rows, 0), y = world_score(c, b, rows, 0);
    ck_assert_mem_eq(x.milli, y.milli, x.rows * 8);
    ck_assert_mem_eq(x.variance, y.variance, x.rows * 8);
    ck_assert_mem_eq(a->trai, b->trai, (size_t)a->entries * ICP__TRAIT_SIZE);
    for (uint32_t i = 0; i < a->schema->columns; i++) ck_assert_uint_eq(a->slots[i].share, b->slots[i].share);
    for (uint32_t i = 0; i < info_of(a).traits; i++) {
        const struct icp_trait p = trait_at(a, i), q = trait_at(b, i);
        ck_assert_msg(p.points == q.points && p.weight == q.weight && p.variance == q.variance && p.learned_points == q.learned_points && p.learned_weight == q.learned_weight,
                      "%s", p.id.data);
    }
    ck_assert_int_eq(a->unseen != NULL, b->unseen != NULL);
    if (a->unseen) ck_assert_mem_eq(a->unseen, b->unseen, ICP__UNSEEN_SIZE);
    for (int who = 0; who < 2; who++) {
        uint64_t counts[2][560];
        for (int k = 0; k < 2; k++) {
            icp_distribution *d;
            ck_assert_int_eq(icp_distribution_of_model(k ? b : a, ICP_LAYER_FIT, who, &d, NULL), ICP_OK);
            ck_assert_int_eq(icp_distribution_counts(d, counts[k], NULL, NULL), ICP_OK);
            icp_distribution_free(d);
        }
        ck_assert_mem_eq(counts[0], counts[1], sizeof counts[0]);
    }
    world_scores_free(&x), world_scores_free(&y);
}

START_TEST(going_back_gives_the_learned_model_and_the_way_does_not_matter) {
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct half h = half_new(c, seed, 500, 40, .2);
        struct text both = {NULL, 0}, first = {NULL, 0}, second = {NULL, 0}, all = learned_again(h.model);
        uint64_t s = seed * 31;
        draw_items(h.model, &s, &first), draw_items(h.model, &s, &second);
        text_add(&both, "%s,%s", first.data, second.data);
        icp_model *one = edited(h.model, h.reference, first.data), *two = edited(one, h.reference, second.data), *at_once = edited(h.model, h.reference, both.data);
        must_be_alike(two, at_once, h.odd);
        icp_model *back = edited(two, h.reference, all.data);
        must_be_alike(back, h.model, h.odd);
        ck_assert(!(info_of(back).flags & ICP_MODEL_EDITED));
        ck_assert_mem_eq(info_of(back).parent_id, info_of(two).id, 32);
        icp_model_unref(one), icp_model_unref(two), icp_model_unref(at_once), icp_model_unref(back);
        free(both.data), free(first.data), free(second.data), free(all.data), half_free(&h);
    }
}
END_TEST

/* The same edit, in another context, gives the same file; saved and loaded it stays so, and is edited further. */
START_TEST(same_edit_same_bytes_also_when_loaded) {
    struct half h = half_new(c, 5, 500, 40, .2);
    struct text items = times(h.model, "description", 3);
    const struct icp_context_options o = {.struct_size = sizeof o, .hash_seed = 99};
    struct icp_error e = {.struct_size = sizeof e};
    icp_context *other;
    ck_assert_int_eq(icp_context_new(&o, &other, NULL), ICP_OK);
    icp_buffer *file = model_bytes(c, h.model);
    struct icp_str bytes;
    icp_buffer_data(file, &bytes);
    icp_model *loaded, *again;
    icp_reference *same = world_reference(other, h.even);
    world_must(icp_model_load_memory(other, bytes.data, bytes.size, NULL, NULL, &loaded, &e), &e);
    icp_model *a = edited(h.model, h.reference, items.data), *b = edited(loaded, same, items.data);
    icp_buffer *x = model_bytes(c, a), *y = model_bytes(other, b);
    ck_assert(same_bytes(x, y));
    icp_buffer_data(x, &bytes);
    world_must(icp_model_load_memory(c, bytes.data, bytes.size, NULL, NULL, &again, &e), &e);
    must_be_alike(a, again, h.odd);
    icp_model *further = edited(again, h.reference, "{\"column\":\"description\",\"learned\":true}");
    must_be_alike(further, h.model, h.odd);
    icp_model_unref(further), icp_model_unref(again), icp_model_unref(a), icp_model_unref(b), icp_model_unref(loaded);
    icp_buffer_unref(x), icp_buffer_unref(y), icp_buffer_unref(file), icp_reference_unref(same);
    icp_context_unref(other), free(items.data), half_free(&h);
}
END_TEST

START_TEST(every_history_is_kept_and_scores_say_edited) {
    struct half h = half_new(c, 6, 500, 40, .2);
    icp_model *one = edited(h.model, h.reference, "{\"column\":\"industry\",\"off\":true}"), *two = edited(one, h.reference, "{\"column\":\"tags\",\"off\":true}");
    icp_model *models[] = {h.model, one, two};
    icp_buffer *summary;
    struct icp_str s;
    ck_assert_int_eq(icp_model_summary(two, &summary, NULL), ICP_OK);
    must_have(summary, "[{\"column\":\"industry\",\"off\":true}]},{\"parent\":\"");
    icp_buffer_data(summary, &s);
    ck_assert_ptr_nonnull(strstr(s.data, "\"slope_micro\":")); /* what the fit found is still there */
    icp_buffer_unref(summary);
    for (int k = 0; k < 3; k++) {
        struct icp_scorer_options o = {.struct_size = sizeof o};
        struct icp_score score = {.struct_size = sizeof score};
        icp_schema *schema;
        icp_record *r;
        icp_scorer *x;
        ck_assert_int_eq(icp_model_schema(models[k], &schema, NULL), ICP_OK);
        ck_assert_int_eq(icp_record_new(schema, &r, NULL), ICP_OK);
        ck_assert_int_eq(icp_scorer_new(models[k], &o, &x, NULL), ICP_OK);
        ck_assert_int_eq(icp_record_set_text(r, icp_record_column(r, "industry", 8), "Industry A", 10), ICP_OK);
        ck_assert_int_eq(icp_scorer_score_record(x, r, NULL, ICP_LAYER_FIT, &score, NULL), ICP_OK);
        ck_assert_int_eq((score.flags & ICP_FLAG_EDITED) != 0, k > 0);
        if (k) ck_assert_int_eq(score.millipoints, 0); /* of a column that is off nothing is left, not even its offset */
        ck_assert_int_eq(icp_scorer_causes(x, ICP_LAYER_FIT, &summary, NULL), ICP_OK);
        icp_buffer_data(summary, &s);
        ck_assert_int_eq(strstr(s.data, "\"points of the model were changed by hand\"") != NULL, k > 0);
        icp_buffer_unref(summary), icp_scorer_free(x), icp_record_free(r), icp_schema_unref(schema);
    }
    icp_model_unref(one), icp_model_unref(two), half_free(&h);
}
END_TEST

/* All off: everybody scores 498. */
START_TEST(everything_off_says_nothing) {
    struct half h = half_new(c, 7, 500, 40, .2);
    struct text t = {NULL, 0};
    for (int f = 0; f < WORLD_COLUMNS; f++)
        if (uses(h.model, world_names[f])) text_add(&t, "%s{\"column\":\"%s\",\"off\":true}", t.size ? "," : "", world_names[f]);
    icp_model *m = edited(h.model, h.reference, t.data);
    struct world_scores s = world_score(c, m, h.odd, 0);
    for (uint64_t i = 0; i < s.rows; i++) ck_assert(s.milli[i] == 0 && s.score[i] == 498);
    world_scores_free(&s), icp_model_unref(m), free(t.data), half_free(&h);
}
END_TEST

/* The reference as it scores now; as many customers as before. */
START_TEST(distributions_are_those_of_the_new_points) {
    struct half h = half_new(c, 8, 900, 60, .2);
    struct text t = times(h.model, "industry", 2);
    icp_model *m = edited(h.model, h.reference, t.data);
    struct world_scores s = world_score(c, m, h.even, 0);
    uint64_t counts[560] = {0}, stored[560], sum = 0;
    icp_distribution *d;
    for (uint64_t i = 0; i < s.rows; i++) counts[s.score[i] - 200]++;
    ck_assert_int_eq(icp_distribution_of_model(m, ICP_LAYER_FIT, ICP_WHO_REFERENCE, &d, NULL), ICP_OK);
    ck_assert_int_eq(icp_distribution_counts(d, stored, NULL, NULL), ICP_OK);
    ck_assert_mem_eq(counts, stored, sizeof counts);
    icp_distribution_free(d);
    ck_assert_int_eq(icp_distribution_of_model(m, ICP_LAYER_FIT, ICP_WHO_CUSTOMERS, &d, NULL), ICP_OK);
    ck_assert_int_eq(icp_distribution_counts(d, stored, NULL, NULL), ICP_OK);
    for (int i = 0; i < 560; i++) sum += stored[i];
    ck_assert_uint_eq(sum, info_of(m).customers);
    icp_distribution_free(d), world_scores_free(&s), icp_model_unref(m), free(t.data), half_free(&h);
}
END_TEST

/* Layers that are learned from events stay as they are. */
START_TEST(other_layers_and_the_card_are_kept) {
    struct timing_world w = timing_world_new(3, 150);
    char *companies = timing_companies(&w, 0);
    icp_reference *r = world_reference(c, companies);
    icp_model *m = timing_world_model(c, &w, TIMING_ALL, 1), *x = edited(m, r, "{\"column\":\"industry\",\"off\":true}"), *none = NULL;
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_layer_info fit = {.struct_size = sizeof fit}, intent = fit;
    ck_assert_int_eq(icp_model_layer(x, ICP_LAYER_FIT, &fit, NULL), ICP_OK);
    ck_assert_int_eq(icp_model_layer(x, ICP_LAYER_INTENT, &intent, NULL), ICP_OK);
    ck_assert((fit.flags & ICP_MODEL_EDITED) && !(intent.flags & ICP_MODEL_EDITED));
    ck_assert_uint_eq(info_of(m).traits, info_of(x).traits);
    for (uint32_t i = intent.first_trait; i < info_of(x).traits; i++) ck_assert_int_eq(trait_at(m, i).points, trait_at(x, i).points);
    ck_assert_int_eq(try_edit(m, r, "{\"column\":\"industry\",\"off\":true,\"layer\":\"intent\"}", &none, &e), ICP_E_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(e.message, "cannot be set anew"));
    icp_model *only = timing_world_model(c, &w, TIMING_INTENT, 1);
    ck_assert_int_eq(try_edit(only, r, "{\"column\":\"industry\",\"off\":true}", &none, &e), ICP_E_UNSUPPORTED);
    ck_assert_ptr_null(none);
    icp_model_unref(only), icp_model_unref(x), icp_model_unref(m), icp_reference_unref(r), free(companies), timing_world_free(&w);
}
END_TEST

static const struct refusal {
    const char *text;
    icp_status code;
    int line, column; /* 0 = not told */
    const char *says;
} refusals[] = {
    {"{", ICP_E_FORMAT, 1, 2, ""},
    {"[]", ICP_E_FORMAT, 1, 1, "an object"},
    {"{\"author\":\"a\",\"edits\":[{\"column\":\"industry\",\"off\":true}]}", ICP_E_FORMAT, 1, 1, "every edit names who and why"},
    {"{\"author\":\"\",\"reason\":\"b\",\"edits\":[{\"column\":\"industry\",\"off\":true}]}", ICP_E_FORMAT, 1, 11, "author"},
    {"{\"author\":\"a\",\"reason\":\"b\"}", ICP_E_FORMAT, 1, 1, "edits"},
    {"{\"author\":\"a\",\"reason\":\"b\",\"edits\":[]}", ICP_E_FORMAT, 1, 36, "at least one"},
    {"{\"author\":\"a\",\"reason\":\"b\",\"edits\":[],\"more\":1}", ICP_E_FORMAT, 1, 46, "unknown member \"more\""},
    {"{\"author\":\"a\",\"reason\":\"b\",\"edits\":[\n{\"column\":\"industry\",\"of\":true}]}", ICP_E_FORMAT, 2, 27, "unknown member \"of\""},
    {"{\"author\":\"a\",\"reason\":\"b\",\"edits\":[\n{\"off\":true}]}", ICP_E_FORMAT, 2, 1, "one text of trait, family or column"},
    {"{\"author\":\"a\",\"reason\":\"b\",\"edits\":[\n{\"column\":\"industry\",\"family\":\"size\",\"off\":true}]}", ICP_E_FORMAT, 2, 1, "one text of"},
    {"{\"author\":\"a\",\"reason\":\"b\",\"edits\":[\n{\"column\":\"industry\"}]}", ICP_E_FORMAT, 2, 1, "one of weight, points, off or learned"},
    {"{\"author\":\"a\",\"reason\":\"b\",\"edits\":[\n{\"column\":\"industry\",\"off\":true,\"learned\":true}]}", ICP_E_FORMAT, 2, 1, "one of weight"},
    {"{\"author\":\"a\",\"reason\":\"b\",\"edits\":[\n{\"column\":\"industry\",\"off\":false}]}", ICP_E_FORMAT, 2, 28, "true"},
    {"{\"author\":\"a\",\"reason\":\"b\",\"edits\":[\n{\"column\":\"industry\",\"points\":1}]}", ICP_E_FORMAT, 2, 31, "only a trait has \"points\""},
    {"{\"author\":\"a\",\"reason\":\"b\",\"edits\":[\n{\"column\":\"no such\",\"off\":true}]}", ICP_E_FORMAT, 2, 11, "no column \"no such\""},
    {"{\"author\":\"a\",\"reason\":\"b\",\"edits\":[\n{\"family\":\"no such\",\"off\":true}]}", ICP_E_FORMAT, 2, 11, "unknown family \"no such\""},
    {"{\"author\":\"a\",\"reason\":\"b\",\"edits\":[\n{\"family\":\"hiring\",\"off\":true}]}", ICP_E_FORMAT, 2, 11, "no column of the family \"hiring\""},
    {"{\"author\":\"a\",\"reason\":\"b\",\"edits\":[\n{\"trait\":\"industry=x\",\"points\":1}]}", ICP_E_FORMAT, 2, 10, "no trait \"industry=x\""},
    {"{\"author\":\"a\",\"reason\":\"b\",\"edits\":[\n{\"trait\":\"industry=*\",\"points\":1}]}", ICP_E_FORMAT, 2, 10, "offsets are set"},
    {"{\"author\":\"a\",\"reason\":\"b\",\"edits\":[\n{\"trait\":\"industry=industry a\",\"points\":5000001}]}", ICP_E_FORMAT, 2, 41, "5000000"},
    {"{\"author\":\"a\",\"reason\":\"b\",\"edits\":[\n{\"trait\":\"industry=industry a\",\"points\":1.5}]}", ICP_E_FORMAT, 2, 41, "whole"},
    {"{\"author\":\"a\",\"reason\":\"b\",\"edits\":[\n{\"trait\":\"industry=industry a\",\"weight\":101}]}", ICP_E_FORMAT, 2, 41, "-100 to 100"},
    {"{\"author\":\"a\",\"reason\":\"b\",\"edits\":[\n{\"trait\":\"industry=industry a\",\"weight\":\"1\"}]}", ICP_E_FORMAT, 2, 41, "-100 to 100"},
    {"{\"author\":\"a\",\"reason\":\"b\",\"edits\":[\n{\"column\":\"industry\",\"off\":true,\"layer\":\"fits\"}]}", ICP_E_FORMAT, 2, 41, "layer"},
    {"{\"author\":\"a\",\"reason\":\"b\",\"edits\":[\n{\"column\":\"industry\",\"off\":true,\"layer\":\"retention\"}]}", ICP_E_UNSUPPORTED, 2, 41, "cannot be set anew"},
};

START_TEST(what_is_not_understood_is_refused_with_its_place) {
    const struct refusal *x = &refusals[_i];
    struct half h = half_new(c, 3, 500, 40, .1);
    struct icp_error e = {.struct_size = sizeof e};
    icp_model *m = (void *)(uintptr_t)7;
    ck_assert_int_eq(icp_model_edit(h.model, h.reference, x->text, strlen(x->text), &m, &e), x->code);
    ck_assert_msg(e.line == x->line && e.column == x->column && strstr(e.message, x->says), "%s\n%d:%d: %s", x->text, (int)e.line, (int)e.column, e.message);
    ck_assert_ptr_eq(m, (void *)(uintptr_t)7);
    half_free(&h);
}
END_TEST

START_TEST(a_weight_of_zero_cannot_be_scaled_and_texts_have_a_length) {
    struct half h = half_new(c, 3, 500, 40, .1);
    struct icp_error e = {.struct_size = sizeof e};
    icp_model *m = NULL;
    char item[6000] = "";
    for (uint32_t i = 0; i < info_of(h.model).traits && !item[0]; i++) {
        const struct icp_trait t = trait_at(h.model, i);
        if (t.kind != ICP_TRAIT_KNOWN && t.weight == 0) snprintf(item, sizeof item, "{\"trait\":\"%s\",\"weight\":1}", t.id.data);
    }
    ck_assert_int_eq(try_edit(h.model, h.reference, item, &m, &e), ICP_E_FORMAT);
    ck_assert_ptr_nonnull(strstr(e.message, "the learned weight is 0"));
    const int n = snprintf(item, sizeof item, "{\"author\":\"a\",\"reason\":\"%04001d\",\"edits\":[{\"column\":\"industry\",\"off\":true}]}", 1);
    ck_assert_int_eq(icp_model_edit(h.model, h.reference, item, (size_t)n, &m, &e), ICP_E_LIMIT);
    icp_reference *other = world_reference(c, h.all);
    ck_assert_int_eq(try_edit(h.model, other, "{\"column\":\"industry\",\"off\":true}", &m, &e), ICP_E_REFERENCE);
    ck_assert_ptr_null(m);
    icp_reference_unref(other), half_free(&h);
}
END_TEST

/* Files that say what no edit says. */
enum broken { WITHOUT_HISTORY, WITHOUT_LEARNED, WITHOUT_FLAG, FLAG_ALONE, EMPTY_HISTORY, OTHER_HISTORY, SHORT_LEARNED, WILD_ENTRY, WILD_WEIGHT, HUGE_COUNTS, TWICE, BROKEN };
static icp_status load_broken(icp_model *m, enum broken how, struct icp_error *e) {
    struct icp__container k = {.ctx = c, .major = ICP__FORMAT_MAJOR, .minor = ICP__FORMAT_MINOR};
    struct icp_sink sink = {.struct_size = sizeof sink};
    icp_buffer *file = NULL;
    icp_model *out = NULL;
    struct icp_str bytes;
    char *copies[64] = {NULL};
    for (uint32_t i = 0; i < m->file.count; i++) {
        const struct icp__section *s = &m->file.sections[i];
        const int edit = !strcmp(s->tag, "EDIT"), learned = !strcmp(s->tag, "LRND"), layer = !strcmp(s->tag, "LAYR");
        uint64_t size = s->size;
        char *p = copies[i] = malloc(size + 64);
        memcpy(p, s->data, size);
        if ((edit && how == WITHOUT_HISTORY) || (learned && how == WITHOUT_LEARNED) || ((edit || learned) && how == FLAG_ALONE)) continue;
        if (layer && how == WITHOUT_FLAG) p[4] = (char)(p[4] & ~ICP_MODEL_EDITED);
        if (edit && how == EMPTY_HISTORY) size = 2, memcpy(p, "[]", 2);
        if (edit && how == OTHER_HISTORY) p[3] ^= 1;
        if (learned && how == SHORT_LEARNED) size -= 8;
        if (learned && how == WILD_ENTRY) p[ICP__LEARNED_HEAD + 3] = 127;
        if (learned && how == WILD_WEIGHT) p[ICP__LEARNED_HEAD + 4] = 101;
        if (learned && how == HUGE_COUNTS) memset(p, 0xff, 8);
        if (learned && how == TWICE) memcpy(p + ICP__LEARNED_HEAD + 32, p + ICP__SPREAD_SIZE, 4);
        ck_assert(icp__container_add(&k, s->tag, s->flags, p, size));
    }
    ck_assert_int_eq(icp_sink_to_memory(c, &sink, &file, NULL), ICP_OK);
    ck_assert_int_eq(icp__container_write(&k, ICP__MAGIC_MODEL, &sink, NULL), ICP_OK);
    icp_buffer_data(file, &bytes);
    const icp_status st = icp_model_load_memory(c, bytes.data, bytes.size, NULL, NULL, &out, e);
    icp_model_unref(out), icp_buffer_unref(file);
    for (int i = 0; i < 64; i++) free(copies[i]);
    return st;
}
START_TEST(files_that_no_edit_writes_are_refused) {
    struct half h = half_new(c, 3, 500, 40, .1);
    icp_model *m = edited(h.model, h.reference, "{\"column\":\"industry\",\"off\":true}");
    struct icp_error e = {.struct_size = sizeof e};
    ck_assert_int_eq(load_broken(m, BROKEN, &e), ICP_OK);
    for (int how = 0; how < BROKEN; how++) ck_assert_msg(load_broken(m, (enum broken)how, &e) == ICP_E_FORMAT, "%d", how);
    icp_model_unref(m), half_free(&h);
}
END_TEST

int main(void) {
    Suite *s = suite_create("edit");
    TCase *t = tcase_create("edit");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 300);
    tcase_add_test(t, mean_ratio_stays_one_after_large_edits);
    tcase_add_test(t, mean_ratio_stays_one_where_columns_repeat_each_other);
    tcase_add_test(t, mean_ratio_stays_where_many_of_the_reference_are_customers);
    tcase_add_test(t, mean_ratio_stays_near_one_with_columns_hidden);
    tcase_add_test(t, mean_ratio_of_a_column_alone_stays_one);
    tcase_add_test(t, an_edit_does_what_it_says);
    tcase_add_test(t, a_weight_scales_the_learned_points);
    tcase_add_test(t, going_back_gives_the_learned_model_and_the_way_does_not_matter);
    tcase_add_test(t, same_edit_same_bytes_also_when_loaded);
    tcase_add_test(t, every_history_is_kept_and_scores_say_edited);
    tcase_add_test(t, everything_off_says_nothing);
    tcase_add_test(t, distributions_are_those_of_the_new_points);
    tcase_add_test(t, other_layers_and_the_card_are_kept);
    tcase_add_loop_test(t, what_is_not_understood_is_refused_with_its_place, 0, sizeof refusals / sizeof *refusals);
    tcase_add_test(t, a_weight_of_zero_cannot_be_scaled_and_texts_have_a_length);
    tcase_add_test(t, files_that_no_edit_writes_are_refused);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
