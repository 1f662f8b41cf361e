/* SPDX-License-Identifier: MIT */
/* Results as Arrow: every column, what is none, names as the command writes them, and memory of their own. */
#include "arrowing.h"
#include "handles.h"

struct exported {
    struct ArrowSchema type;
    struct ArrowArray array;
};
static struct exported export_of(const icp_result *r) {
    struct exported x;
    struct icp_error e = {.struct_size = sizeof e};
    world_must(icp_result_export(r, &x.type, &x.array, &e), &e);
    ck_assert_str_eq(x.type.format, "+s");
    ck_assert_int_eq(x.type.n_children, x.array.n_children);
    ck_assert_int_eq(x.array.length, (int64_t)icp_result_rows(r));
    ck_assert_int_eq(x.array.offset, 0);
    return x;
}
static void exported_free(struct exported *x) {
    if (x->array.release) x->array.release(&x->array);
    if (x->type.release) x->type.release(&x->type);
}
static int64_t find(const struct exported *x, const char *name) {
    for (int64_t i = 0; i < x->type.n_children; i++)
        if (!strcmp(x->type.children[i]->name, name)) return i;
    ck_abort_msg("no column %s", name);
    return -1;
}
static int is_set(const struct ArrowArray *a, int64_t i) { return !a->buffers[0] || (((const uint8_t *)a->buffers[0])[i / 8] >> (i % 8) & 1); }
static const char *text_at(const struct ArrowArray *a, int64_t i) {
    static char text[2][300];
    static int at;
    const int32_t *o = a->buffers[1];
    snprintf(text[at ^= 1], sizeof text[0], "%.*s", (int)(o[i + 1] - o[i]), (const char *)a->buffers[2] + o[i]);
    return text[at];
}
static void names_must_be(const struct exported *x, const char *want) {
    char names[2000] = "";
    for (int64_t i = 0; i < x->type.n_children; i++) {
        strcat(names, i ? " " : "");
        strcat(names, x->type.children[i]->name);
    }
    ck_assert_str_eq(names, want);
}

/* Against icp_result_column: a number that is none has a clear bit, and no other has. */
static void numbers_must_be(const struct exported *x, const char *name, const icp_result *r, int32_t layer, int32_t column, int32_t unknown) {
    struct icp_array a = {.struct_size = sizeof a};
    const struct ArrowArray *child = x->array.children[find(x, name)];
    int64_t none = 0;
    ck_assert_int_eq(icp_result_column(r, layer, column, &a, NULL), ICP_OK);
    ck_assert_str_eq(x->type.children[find(x, name)]->format, a.type == ICP_TYPE_INT32 ? "i" : "l");
    for (int64_t i = 0; i < (int64_t)a.rows; i++) {
        const int64_t v = a.type == ICP_TYPE_INT32 ? ((const int32_t *)a.data)[i] : ((const int64_t *)a.data)[i];
        const int64_t own = a.type == ICP_TYPE_INT32 ? ((const int32_t *)child->buffers[1])[i] : ((const int64_t *)child->buffers[1])[i];
        const int expected = !unknown || v != unknown;
        ck_assert_int_eq(is_set(child, i), expected);
        if (expected) ck_assert_int_eq(own, v);
        none += !expected;
    }
    ck_assert_int_eq(child->null_count, none);
}
static void labels_must_be(const struct exported *x, const char *name, const icp_result *r, int32_t layer, int32_t column, const char *const *labels) {
    struct icp_array a = {.struct_size = sizeof a};
    const struct ArrowArray *child = x->array.children[find(x, name)];
    ck_assert_int_eq(icp_result_column(r, layer, column, &a, NULL), ICP_OK);
    for (int64_t i = 0; i < (int64_t)a.rows; i++) ck_assert_str_eq(text_at(child, i), labels[((const int32_t *)a.data)[i]]);
    ck_assert_int_eq(child->null_count, 0);
}
static void texts_must_be(const struct exported *x, const char *name, const icp_result *r, int32_t layer, int32_t column, int sparse) {
    struct icp_array a = {.struct_size = sizeof a};
    const struct ArrowArray *child = x->array.children[find(x, name)];
    ck_assert_int_eq(icp_result_column(r, layer, column, &a, NULL), ICP_OK);
    for (int64_t i = 0; i < (int64_t)a.rows; i++) {
        const int64_t from = a.offsets[i], size = a.offsets[i + 1] - from;
        ck_assert_int_eq(is_set(child, i), !sparse || size > 0);
        ck_assert_uint_eq(strlen(text_at(child, i)), (size_t)size);
        ck_assert(!memcmp(text_at(child, i), (const char *)a.data + from, (size_t)size));
    }
}
static const char *const tiers[] = {"", "Very Poor", "Poor", "Fair", "Good", "Excellent"};
static const char *const confidences[] = {"", "Insufficient", "Low", "Medium", "High"};
static const char *const quadrants[] = {"", "low", "investigate", "early", "pursue"};

static void reasons_must_be(const struct exported *x, const char *prefix, const icp_result *r, int32_t layer) {
    char name[2][40];
    struct icp_array a[2] = {{.struct_size = sizeof a[0]}, {.struct_size = sizeof a[0]}};
    for (int k = 0; k < 2; k++) {
        snprintf(name[k], sizeof name[k], "%sreason_%s", prefix, k ? "points" : "traits");
        ck_assert_int_eq(icp_result_column(r, layer, k ? ICP_COL_REASON_POINTS : ICP_COL_REASON_TRAITS, &a[k], NULL), ICP_OK);
        const struct ArrowSchema *type = x->type.children[find(x, name[k])];
        const struct ArrowArray *list = x->array.children[find(x, name[k])], *items = list->children[0];
        const int32_t *o = list->buffers[1];
        ck_assert_str_eq(type->format, "+l");
        ck_assert_str_eq(type->children[0]->format, "i");
        ck_assert_int_eq(o[list->length], items->length);
        for (uint64_t i = 0; i < a[0].rows; i++) {
            uint64_t n = 0;
            while (n < a[0].width && ((const int32_t *)a[0].data)[i * a[0].width + n] >= 0) n++;
            ck_assert_uint_eq((uint64_t)(o[i + 1] - o[i]), n);
            for (uint64_t v = 0; v < n; v++) ck_assert_int_eq(((const int32_t *)items->buffers[1])[(uint64_t)o[i] + v], ((const int32_t *)a[k].data)[i * a[k].width + v]);
        }
    }
}

START_TEST(one_layer) {
    struct icp_scorer_options o = {.struct_size = sizeof o, .reasons = 3};
    icp_scorer *s = NULL;
    icp_result *r = NULL;
    ck_assert_int_eq(icp_scorer_new(lab.model, &o, &s, NULL), ICP_OK);
    ck_assert_int_eq(icp_result_new(lab.c, &r, NULL), ICP_OK);
    ck_assert_int_eq(icp_scorer_score(s, lab.batch, r, NULL), ICP_OK);
    struct exported x = export_of(r);
    names_must_be(&x, "key fit_score fit_tier fit_low fit_high fit_millipoints confidence flags reason_traits reason_points fit_variance fit_effective_milli fit_holds_milli");
    numbers_must_be(&x, "fit_score", r, ICP_LAYER_FIT, ICP_COL_SCORE, 0);
    numbers_must_be(&x, "fit_low", r, ICP_LAYER_FIT, ICP_COL_LOW, 0);
    numbers_must_be(&x, "fit_high", r, ICP_LAYER_FIT, ICP_COL_HIGH, 0);
    numbers_must_be(&x, "fit_millipoints", r, ICP_LAYER_FIT, ICP_COL_MILLIPOINTS, 0);
    numbers_must_be(&x, "flags", r, ICP_LAYER_FIT, ICP_COL_FLAGS, 0);
    numbers_must_be(&x, "fit_variance", r, ICP_LAYER_FIT, ICP_COL_VARIANCE, 0);
    numbers_must_be(&x, "fit_effective_milli", r, ICP_LAYER_FIT, ICP_COL_EFFECTIVE, 0);
    numbers_must_be(&x, "fit_holds_milli", r, ICP_LAYER_FIT, ICP_COL_HOLDS, 0);
    labels_must_be(&x, "fit_tier", r, ICP_LAYER_FIT, ICP_COL_TIER, tiers);
    labels_must_be(&x, "confidence", r, ICP_LAYER_FIT, ICP_COL_CONFIDENCE, confidences);
    texts_must_be(&x, "key", r, ICP_LAYER_FIT, ICP_COL_KEY, 0);
    reasons_must_be(&x, "", r, ICP_LAYER_FIT);
    exported_free(&x);
    icp_result_free(r);
    icp_scorer_free(s);
}
END_TEST

/* Fit, intent and retention: each timing layer has its own confidence, flags and what its events say. */
START_TEST(three_layers) {
    struct icp_scorer_options o = {.struct_size = sizeof o, .flags = ICP_SCORER_AS_OF, .as_of = TIMING_END, .reasons = 2, .accounts = lab.accounts};
    struct icp_error e = {.struct_size = sizeof e};
    icp_scorer *s = NULL;
    icp_result *r = NULL;
    icp_reader *in = reader_of(lab.firms);
    icp_batch *b = NULL;
    world_must(icp_reader_next(in, &b, &e), &e);
    world_must(icp_scorer_new(lab.timing, &o, &s, &e), &e);
    world_must(icp_result_new(lab.c, &r, &e), &e);
    world_must(icp_scorer_score(s, b, r, &e), &e);
    struct exported x = export_of(r);
#define TIMED(l) l "_score " l "_tier " l "_low " l "_high " l "_millipoints " l "_confidence " l "_flags " l "_trend_milli " l "_stale_milli " l "_event " l "_without_event " l \
                 "_reason_traits " l "_reason_points "
    names_must_be(&x, "key fit_score fit_tier fit_low fit_high fit_millipoints " TIMED("intent") TIMED("retention")
                  "confidence flags quadrant action reason_traits reason_points fit_variance fit_effective_milli fit_holds_milli "
                  "intent_variance intent_effective_milli intent_holds_milli intent_whole_millipoints retention_variance retention_effective_milli "
                  "retention_holds_milli retention_whole_millipoints");
    numbers_must_be(&x, "intent_score", r, ICP_LAYER_INTENT, ICP_COL_SCORE, 0);
    numbers_must_be(&x, "intent_trend_milli", r, ICP_LAYER_INTENT, ICP_COL_TREND, ICP_TREND_UNKNOWN);
    numbers_must_be(&x, "intent_stale_milli", r, ICP_LAYER_INTENT, ICP_COL_STALE, -1);
    numbers_must_be(&x, "intent_flags", r, ICP_LAYER_INTENT, ICP_COL_FLAGS, 0);
    numbers_must_be(&x, "intent_whole_millipoints", r, ICP_LAYER_INTENT, ICP_COL_WHOLE, 0);
    numbers_must_be(&x, "retention_low", r, ICP_LAYER_RETENTION, ICP_COL_LOW, 0);
    labels_must_be(&x, "intent_tier", r, ICP_LAYER_INTENT, ICP_COL_TIER, tiers);
    labels_must_be(&x, "intent_confidence", r, ICP_LAYER_INTENT, ICP_COL_CONFIDENCE, confidences);
    labels_must_be(&x, "quadrant", r, 0, ICP_COL_QUADRANT, quadrants);
    texts_must_be(&x, "action", r, 0, ICP_COL_ACTION, 0);
    texts_must_be(&x, "intent_event", r, ICP_LAYER_INTENT, ICP_COL_EVENT, 1);
    reasons_must_be(&x, "intent_", r, ICP_LAYER_INTENT);
    reasons_must_be(&x, "", r, ICP_LAYER_FIT);
    struct icp_array flags = {.struct_size = sizeof flags}, whole = flags;
    ck_assert_int_eq(icp_result_column(r, ICP_LAYER_INTENT, ICP_COL_FLAGS, &flags, NULL), ICP_OK);
    ck_assert_int_eq(icp_result_column(r, ICP_LAYER_INTENT, ICP_COL_WHOLE, &whole, NULL), ICP_OK);
    const struct ArrowArray *without = x.array.children[find(&x, "intent_without_event")];
    for (int64_t i = 0; i < without->length; i++) {
        const int broken = (((const int64_t *)flags.data)[i] & ICP_FLAG_INVALIDATED) != 0;
        ck_assert_int_eq(is_set(without, i), broken);
        if (broken) ck_assert_int_eq(((const int32_t *)without->buffers[1])[i], icp_tiers_score(icp_tiers_default(), ((const int64_t *)whole.data)[i]));
    }
    exported_free(&x);
    icp_batch_unref(b);
    icp_reader_free(in);
    icp_result_free(r);
    icp_scorer_free(s);
}
END_TEST

/* Overrides stand beside the scores. */
START_TEST(with_decisions) {
    static const char json[] = "{\"entries\":[{\"number\":4,\"time\":7,\"entry\":{\"kind\":\"override\",\"scope\":\"company\",\"key\":\"k00001\",\"tier\":\"Good\",\"reason\":\"context\","
                               "\"text\":\"t\",\"author\":\"A\",\"authority\":\"B\",\"expiry\":\"2099-01-01\"}}]}";
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_scorer_options o = {.struct_size = sizeof o};
    icp_scorer *s = NULL;
    icp_result *r = NULL;
    world_must(icp_decisions_from_json(lab.c, json, sizeof json - 1, TIMING_END, &o.decisions, &e), &e);
    world_must(icp_scorer_new(lab.model, &o, &s, &e), &e);
    world_must(icp_result_new(lab.c, &r, &e), &e);
    world_must(icp_scorer_score(s, lab.batch, r, &e), &e);
    struct exported x = export_of(r);
    names_must_be(&x, "key fit_score fit_tier fit_low fit_high fit_millipoints confidence flags effective_tier override fit_variance fit_effective_milli fit_holds_milli fit_override_number");
    labels_must_be(&x, "effective_tier", r, ICP_LAYER_FIT, ICP_COL_EFFECTIVE_TIER, tiers);
    texts_must_be(&x, "override", r, ICP_LAYER_FIT, ICP_COL_OVERRIDE, 1);
    numbers_must_be(&x, "fit_override_number", r, ICP_LAYER_FIT, ICP_COL_OVERRIDE_NUMBER, 0);
    ck_assert_int_eq(x.array.children[find(&x, "override")]->null_count, x.array.length - 1);
    exported_free(&x);
    icp_decisions_unref(o.decisions);
    icp_result_free(r);
    icp_scorer_free(s);
}
END_TEST

/* What was exported lives on: the result is written again and freed; children are taken out, as the specification allows; the context goes last. */
START_TEST(memory_of_its_own) {
    struct counting k = {0};
    icp_context *c = counting_context(&k);
    struct world w = world_new(5, 50, 20, .1);
    char *csv = world_csv(&w, 0, 1, 0), *keys = world_csv(&w, 0, 1, 1);
    icp_reference *ref = world_reference(c, csv);
    icp_model *m = world_fit(c, ref, keys, NULL, NULL);
    icp_scorer *s = NULL;
    icp_result *r = NULL;
    icp_batch *b = NULL;
    icp_reader *in = world_reader(c, csv, strlen(csv), 0);
    struct icp_scorer_options o = {.struct_size = sizeof o, .reasons = 3};
    struct icp_array score = {.struct_size = sizeof score};
    struct exported x;
    ck_assert(!icp_reader_next(in, &b, NULL) && !icp_scorer_new(m, &o, &s, NULL) && !icp_result_new(c, &r, NULL));
    ck_assert_int_eq(icp_result_export(r, &x.type, &x.array, NULL), ICP_E_STATE);
    ck_assert(!icp_scorer_score(s, b, r, NULL) && !icp_result_column(r, ICP_LAYER_FIT, ICP_COL_SCORE, &score, NULL));
    int32_t want[50];
    memcpy(want, score.data, sizeof want);
    x = export_of(r);
    icp_result_free(r), icp_scorer_free(s), icp_model_unref(m), icp_reference_unref(ref), icp_batch_unref(b), icp_reader_free(in);
    icp_context_unref(c);
    ck_assert_uint_gt(k.live, 0);
    const int64_t at = find(&x, "fit_score"), reasons = find(&x, "reason_traits");
    struct ArrowArray taken = *x.array.children[at], list = *x.array.children[reasons];
    struct ArrowSchema type = *x.type.children[at], list_type = *x.type.children[reasons];
    x.array.children[at]->release = NULL, x.array.children[reasons]->release = NULL;
    x.type.children[at]->release = NULL, x.type.children[reasons]->release = NULL;
    exported_free(&x);
    ck_assert_mem_eq(taken.buffers[1], want, sizeof want);
    ck_assert_str_eq(type.name, "fit_score");
    ck_assert_str_eq(list_type.children[0]->name, "item");
    ck_assert_int_eq(list.children[0]->length, ((const int32_t *)list.buffers[1])[50]);
    taken.release(&taken), list.release(&list), type.release(&type), list_type.release(&list_type);
    ck_assert(taken.release == NULL && type.release == NULL);
    ck_assert_uint_eq(k.live, 0);
    world_free(&w), free(csv), free(keys);
}
END_TEST

/* What was given out comes in again as it is: the export of one table is a record batch to the other side. */
START_TEST(a_result_can_be_read) {
    struct exported x = export_of(lab.result);
    icp_batch *b = NULL;
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_array key = {.struct_size = sizeof key};
    ck_assert_int_eq(icp_result_column(lab.result, 0, ICP_COL_KEY, &key, NULL), ICP_OK);
    world_must(icp_batch_from_arrow(lab.c, &x.type, &x.array, &b, &e), &e);
    ck_assert_uint_eq(icp_batch_rows(b), key.rows);
    for (uint64_t i = 0; i < key.rows; i++) {
        const struct icp_str s = icp_batch_cell(b, i, 0);
        ck_assert_int_eq((int64_t)s.size, key.offsets[i + 1] - key.offsets[i]);
        ck_assert(!memcmp(s.data, (const char *)key.data + key.offsets[i], s.size));
    }
    icp_batch_unref(b);
    exported_free(&x);
    ck_assert_int_eq(icp_result_export(NULL, &x.type, &x.array, &e), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_result_export(lab.result, NULL, &x.array, &e), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_result_export(lab.result, &x.type, NULL, &e), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_result_export(lab.empty, &x.type, &x.array, &e), ICP_E_STATE);
}
END_TEST

int main(void) {
    Suite *s = suite_create("arrow_out");
    TCase *t = tcase_create("arrow_out");
    tcase_set_timeout(t, 60);
    tcase_add_unchecked_fixture(t, setup, teardown);
    tcase_add_test(t, one_layer);
    tcase_add_test(t, three_layers);
    tcase_add_test(t, with_decisions);
    tcase_add_test(t, memory_of_its_own);
    tcase_add_test(t, a_result_can_be_read);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
