/* SPDX-License-Identifier: MIT */
/* Arrow that lies: refused with the place, released once. */
#include "arrowing.h"
#include "check_main.h"
#include "counting.h"

/* A table with one column of every shape; each lie changes one thing of it. */
enum { ROWS_OF = 4 };
struct table {
    struct ArrowSchema *type;
    struct ArrowArray *array;
};
static const char *const words[] = {"alpha", "beta", "a text of more than twelve bytes", "delta", "e"};
enum { TEXT, NUMBER, LIST, PAIR, CODED, RUNS, VIEW, FIXED, LISTED, COLUMNS };

static struct table table_new(void) {
    struct table t = {arrow_type("+s", "", COLUMNS), arrow_array(ROWS_OF, 1, COLUMNS)};
    struct ArrowSchema **s = t.type->children;
    struct ArrowArray **a = t.array->children;
    s[TEXT] = arrow_type("u", "text", 0), a[TEXT] = arrow_text(words, ROWS_OF);
    s[NUMBER] = arrow_type("i", "number", 0), a[NUMBER] = arrow_fixed((const int32_t[]){1, 2, 3, 4}, 4, ROWS_OF);
    s[LIST] = arrow_type("+l", "list", 1), a[LIST] = arrow_array(ROWS_OF, 2, 1);
    s[LIST]->children[0] = arrow_type("u", "item", 0), a[LIST]->children[0] = arrow_text(words, 5);
    arrow_put(a[LIST], 1, (const int32_t[]){0, 1, 3, 3, 5}, 20);
    s[PAIR] = arrow_type("+s", "pair", 1), a[PAIR] = arrow_array(ROWS_OF, 1, 1);
    s[PAIR]->children[0] = arrow_type("u", "in", 0), a[PAIR]->children[0] = arrow_text(words, ROWS_OF);
    s[CODED] = arrow_type("c", "coded", 0), a[CODED] = arrow_fixed((const int8_t[]){0, 1, 0, 1}, 1, ROWS_OF);
    s[CODED]->dictionary = arrow_type("u", "", 0), a[CODED]->dictionary = arrow_text(words, 2);
    s[RUNS] = arrow_type("+r", "runs", 2), a[RUNS] = arrow_array(ROWS_OF, 0, 2);
    s[RUNS]->children[0] = arrow_type("i", "run_ends", 0), s[RUNS]->children[1] = arrow_type("u", "values", 0);
    a[RUNS]->children[0] = arrow_fixed((const int32_t[]){1, 4}, 4, 2), a[RUNS]->children[1] = arrow_text(words, 2);
    s[VIEW] = arrow_type("vu", "view", 0), a[VIEW] = arrow_array(ROWS_OF, 4, 0);
    const int32_t views[16] = {1, 0, 0, 0, 13, 0, 0, 2, 0, 0, 0, 0, 15, 0, 0, 0};
    arrow_put(a[VIEW], 1, views, 64), arrow_put(a[VIEW], 2, "xxxxxxxxxxxxxxx", 15), arrow_put(a[VIEW], 3, (const int64_t[]){15}, 8);
    s[FIXED] = arrow_type("+w:2", "fixed", 1), a[FIXED] = arrow_array(ROWS_OF, 1, 1);
    s[FIXED]->children[0] = arrow_type("s", "item", 0), a[FIXED]->children[0] = arrow_fixed((const int16_t[]){1, 2, 3, 4, 5, 6, 7, 8}, 2, 8);
    s[LISTED] = arrow_type("+vl", "listed", 1), a[LISTED] = arrow_array(ROWS_OF, 3, 1);
    s[LISTED]->children[0] = arrow_type("u", "item", 0), a[LISTED]->children[0] = arrow_text(words, 5);
    arrow_put(a[LISTED], 1, (const int32_t[]){4, 0, 0, 2}, 16), arrow_put(a[LISTED], 2, (const int32_t[]){1, 0, 5, 2}, 16);
    return t;
}
static int32_t *ints(struct ArrowArray *a, int i) { return (int32_t *)(uintptr_t)a->buffers[i]; }
static void no_buffer(struct ArrowArray *a, int i) { free((void *)(uintptr_t)a->buffers[i]), a->buffers[i] = NULL; }
static void drop_child(struct ArrowArray *a) { a->release(a); }

#define LIE(name) static void name(struct table *t)
#define S(column) t->type->children[column]
#define A(column) t->array->children[column]
static void renamed(struct ArrowSchema *s, const char *format) { free((void *)(uintptr_t)s->format), s->format = strdup(format); }
LIE(nothing) { (void)t; }
LIE(not_a_struct) { renamed(t->type, "u"); }
LIE(no_format) { free((void *)(uintptr_t)S(NUMBER)->format), S(NUMBER)->format = NULL; }
LIE(empty_format) { renamed(S(NUMBER), ""); }
LIE(unknown_format) { renamed(S(NUMBER), "q"); }
LIE(long_format) { renamed(S(NUMBER), "ii"); }
LIE(bad_decimal) { renamed(S(NUMBER), "d:10"); }
LIE(bad_scale) { renamed(S(NUMBER), "d:10,101"); }
LIE(bad_bits) { renamed(S(NUMBER), "d:10,2,33"); }
LIE(bad_unit) { renamed(S(NUMBER), "tsx:"); }
LIE(no_colon) { renamed(S(NUMBER), "tss"); }
LIE(bad_width) { renamed(S(NUMBER), "w:-1"); }
LIE(huge_width) { renamed(S(NUMBER), "w:99999999999"); }
LIE(dense_union) { renamed(S(NUMBER), "+ud:0"); }
LIE(released_type) { S(TEXT)->release(S(TEXT)); }
LIE(no_type) { S(TEXT)->release(S(TEXT)), free(S(TEXT)), S(TEXT) = NULL; }
LIE(no_item_type) { S(LIST)->children[0]->release(S(LIST)->children[0]), free(S(LIST)->children[0]), S(LIST)->n_children = 0; }
LIE(negative_children) { S(PAIR)->children[0]->release(S(PAIR)->children[0]), free(S(PAIR)->children[0]), S(PAIR)->n_children = -1; }
LIE(coded_text) { S(TEXT)->dictionary = arrow_type("u", "", 0); }
LIE(text_runs) { renamed(S(RUNS)->children[0], "u"); }
LIE(byte_runs) { renamed(S(RUNS)->children[0], "c"); }
LIE(same_names) { free((void *)(uintptr_t)S(NUMBER)->name), S(NUMBER)->name = strdup("TEXT"); }
LIE(same_as_member) { free((void *)(uintptr_t)S(NUMBER)->name), S(NUMBER)->name = strdup("Pair.In"); }
LIE(map_without_pairs) { renamed(S(LIST), "+m"); }
LIE(long_name) { char *name = malloc(2000); memset(name, 'x', 1999), name[1999] = 0, free((void *)(uintptr_t)S(NUMBER)->name), S(NUMBER)->name = name; }
LIE(deep) {
    for (int i = 0; i < 100; i++) {
        struct ArrowSchema *list = arrow_type("+l", "item", 1);
        list->children[0] = S(LIST)->children[0], S(LIST)->children[0] = list;
    }
}
LIE(wide) {
    struct ArrowSchema **more = calloc(70, sizeof *more);
    for (int i = 0; i < 70; i++) {
        char name[8];
        snprintf(name, sizeof name, "c%d", i);
        more[i] = arrow_type("i", name, 0);
    }
    S(PAIR)->children[0]->release(S(PAIR)->children[0]), free(S(PAIR)->children[0]);
    free(S(PAIR)->children), S(PAIR)->children = more, S(PAIR)->n_children = 70;
}
LIE(negative_length) { A(NUMBER)->length = -1; }
LIE(negative_offset) { A(NUMBER)->offset = -1; }
LIE(short_child) { A(NUMBER)->length = 3; }
LIE(negative_table) { t->array->length = -1; }
LIE(overflow) { A(NUMBER)->offset = INT64_MAX - 4; }
LIE(long_table) { t->array->offset = INT64_MAX / 4; }
LIE(null_count) { A(NUMBER)->null_count = 5; }
LIE(null_count_below) { A(NUMBER)->null_count = -2; }
LIE(nulls_without_bitmap) { A(NUMBER)->null_count = 1; }
LIE(no_buffers) { A(NUMBER)->buffers = NULL; }
LIE(no_values) { no_buffer(A(NUMBER), 1); }
LIE(no_offsets) { no_buffer(A(TEXT), 1); }
LIE(no_text) { no_buffer(A(TEXT), 2); }
LIE(few_buffers) { A(NUMBER)->n_buffers = 1; }
LIE(many_buffers) { A(NUMBER)->n_buffers = 3; }
LIE(negative_buffers) { A(NUMBER)->n_buffers = -1; }
LIE(few_view_buffers) { A(VIEW)->n_buffers = 2; }
LIE(no_view_sizes) { no_buffer(A(VIEW), 3); }
LIE(few_children) { t->array->n_children = COLUMNS - 1; }
LIE(no_children) { t->array->children = NULL; }
LIE(child_of_number) { A(NUMBER)->n_children = 1; }
LIE(released_child) { drop_child(A(NUMBER)); }
LIE(released_item) { drop_child(A(LIST)->children[0]); }
LIE(released_dictionary) { drop_child(A(CODED)->dictionary); }
LIE(no_dictionary) { struct ArrowArray *d = A(CODED)->dictionary; d->release(d), free(d), A(CODED)->dictionary = NULL; }
LIE(one_dictionary_more) { A(NUMBER)->dictionary = arrow_text(words, 1); }
LIE(falling_offsets) { ints(A(TEXT), 1)[2] = 3; }
LIE(negative_offsets) { ints(A(TEXT), 1)[0] = -4; }
LIE(offsets_beyond_the_last) { ints(A(TEXT), 1)[2] = 5000; }
LIE(index_beyond) { ((int8_t *)(uintptr_t)A(CODED)->buffers[1])[2] = 2; }
LIE(index_below) { ((int8_t *)(uintptr_t)A(CODED)->buffers[1])[3] = -1; }
LIE(list_beyond) { ints(A(LIST), 1)[4] = 6; }
LIE(list_falling) { ints(A(LIST), 1)[2] = 0; }
LIE(list_below) { ints(A(LIST), 1)[0] = -1; }
LIE(item_falling) { ints(A(LIST)->children[0], 1)[2] = 0; }
LIE(listed_beyond) { ints(A(LISTED), 2)[3] = 4; }
LIE(listed_below) { ints(A(LISTED), 2)[1] = -1; }
LIE(short_items) { A(FIXED)->children[0]->length = 7; }
LIE(runs_falling) { ints(A(RUNS)->children[0], 1)[1] = 1; }
LIE(runs_short) { ints(A(RUNS)->children[0], 1)[1] = 3; }
LIE(runs_negative) { ints(A(RUNS)->children[0], 1)[0] = -1; }
LIE(runs_without_values) { A(RUNS)->children[1]->length = 1; }
LIE(runs_missing) { arrow_validity(A(RUNS)->children[0], (const uint8_t[]){0, 1}, 2); }
LIE(view_beyond) { ints(A(VIEW), 1)[7] = 3; }
LIE(view_below) { ints(A(VIEW), 1)[15] = -1; }
LIE(view_negative) { ints(A(VIEW), 1)[8] = -1; }
LIE(view_buffer) { ints(A(VIEW), 1)[14] = 1; }
LIE(view_large) { ints(A(VIEW), 1)[4] = INT32_MAX; }

static const struct {
    void (*lie)(struct table *);
    icp_status code;
    int64_t row, column;
    const char *field, *message;
} lies[] = {
    {nothing, ICP_OK, 0, 0, "", ""},
    {not_a_struct, ICP_E_FORMAT, -1, -1, "", "type \"u\" has not the children that it must have"},
    {no_format, ICP_E_FORMAT, -1, -1, "", "a schema is missing or was released"},
    {empty_format, ICP_E_FORMAT, -1, 2, "number", "type \"\" is not known"},
    {unknown_format, ICP_E_FORMAT, -1, 2, "number", "type \"q\" is not known"},
    {long_format, ICP_E_FORMAT, -1, 2, "number", "type \"ii\" is not known"},
    {bad_decimal, ICP_E_FORMAT, -1, 2, "number", "type \"d:10\" is not known"},
    {bad_scale, ICP_E_FORMAT, -1, 2, "number", "type \"d:10,101\" is not known"},
    {bad_bits, ICP_E_FORMAT, -1, 2, "number", "type \"d:10,2,33\" is not known"},
    {bad_unit, ICP_E_FORMAT, -1, 2, "number", "type \"tsx:\" is not known"},
    {no_colon, ICP_E_FORMAT, -1, 2, "number", "type \"tss\" is not known"},
    {bad_width, ICP_E_FORMAT, -1, 2, "number", "type \"w:-1\" is not known"},
    {huge_width, ICP_E_FORMAT, -1, 2, "number", "type \"w:99999999999\" is not known"},
    {dense_union, ICP_E_UNSUPPORTED, -1, 2, "number", "type \"+ud:0\" is a union, which is not read"},
    {released_type, ICP_E_FORMAT, -1, -1, "", "a schema is missing or was released"},
    {no_type, ICP_E_FORMAT, -1, -1, "", "a schema is missing or was released"},
    {no_item_type, ICP_E_FORMAT, -1, 3, "list", "type \"+l\" has not the children that it must have"},
    {negative_children, ICP_E_FORMAT, -1, 4, "pair", "type \"+s\" has not the children that it must have"},
    {coded_text, ICP_E_FORMAT, -1, 1, "text", "the indices of a dictionary are not whole numbers"},
    {text_runs, ICP_E_FORMAT, -1, 6, "runs", "the ends of runs are not whole numbers of 16, 32 or 64 bits"},
    {byte_runs, ICP_E_FORMAT, -1, 6, "runs", "the ends of runs are not whole numbers of 16, 32 or 64 bits"},
    {same_names, ICP_E_FORMAT, -1, 2, "TEXT", "columns 1 \"text\" and 2 \"TEXT\" have the same name"},
    {same_as_member, ICP_E_FORMAT, -1, 4, "pair.in", "columns 2 \"Pair.In\" and 4 \"pair.in\" have the same name"},
    {map_without_pairs, ICP_E_FORMAT, -1, 3, "list", "the entries of a map are not pairs"},
    {long_name, ICP_E_LIMIT, -1, -1, "", "name is longer than 1024 bytes"},
    {deep, ICP_E_LIMIT, -1, 3, "list", "nested deeper than 64"},
    {wide, ICP_E_LIMIT, -1, 65, "pair.c61", "more than 64 columns"},
    {negative_length, ICP_E_FORMAT, -1, 2, "number", "a length or an offset is negative"},
    {negative_offset, ICP_E_FORMAT, -1, 2, "number", "a length or an offset is negative"},
    {short_child, ICP_E_FORMAT, -1, 2, "number", "an array is shorter than the one that it belongs to"},
    {negative_table, ICP_E_FORMAT, -1, -1, "", "a length or an offset is negative"},
    {overflow, ICP_E_LIMIT, -1, 2, "number", "an array is longer than memory can be"},
    {long_table, ICP_E_LIMIT, -1, -1, "", "an array is longer than memory can be"},
    {null_count, ICP_E_FORMAT, -1, 2, "number", "the count of missing values is wrong"},
    {null_count_below, ICP_E_FORMAT, -1, 2, "number", "the count of missing values is wrong"},
    {nulls_without_bitmap, ICP_E_FORMAT, -1, 2, "number", "values are missing, but there is no validity bitmap"},
    {no_buffers, ICP_E_FORMAT, -1, 2, "number", "the buffers are missing"},
    {no_values, ICP_E_FORMAT, -1, 2, "number", "a buffer is missing"},
    {no_offsets, ICP_E_FORMAT, -1, 1, "text", "a buffer is missing"},
    {no_text, ICP_E_FORMAT, 1, 1, "text", "a buffer is missing"},
    {few_buffers, ICP_E_FORMAT, -1, 2, "number", "the number of buffers is wrong"},
    {many_buffers, ICP_E_FORMAT, -1, 2, "number", "the number of buffers is wrong"},
    {negative_buffers, ICP_E_FORMAT, -1, 2, "number", "the number of buffers is wrong"},
    {few_view_buffers, ICP_E_FORMAT, -1, 7, "view", "the number of buffers is wrong"},
    {no_view_sizes, ICP_E_FORMAT, -1, 7, "view", "the sizes of the text buffers are missing"},
    {few_children, ICP_E_FORMAT, -1, -1, "", "the number of children is wrong"},
    {no_children, ICP_E_FORMAT, -1, -1, "", "the number of children is wrong"},
    {child_of_number, ICP_E_FORMAT, -1, 2, "number", "the number of children is wrong"},
    {released_child, ICP_E_FORMAT, -1, 2, "number", "an array is missing or was released"},
    {released_item, ICP_E_FORMAT, -1, 3, "list", "an array is missing or was released"},
    {released_dictionary, ICP_E_FORMAT, -1, 5, "coded", "an array is missing or was released"},
    {no_dictionary, ICP_E_FORMAT, -1, 5, "coded", "a dictionary is missing, or there is one too many"},
    {one_dictionary_more, ICP_E_FORMAT, -1, 2, "number", "a dictionary is missing, or there is one too many"},
    {falling_offsets, ICP_E_FORMAT, 2, 1, "text", "offsets are not ascending"},
    {negative_offsets, ICP_E_FORMAT, 1, 1, "text", "offsets are not ascending"},
    {offsets_beyond_the_last, ICP_E_FORMAT, 2, 1, "text", "offsets are not ascending"},
    {index_beyond, ICP_E_FORMAT, 3, 5, "coded", "an index lies outside its dictionary"},
    {index_below, ICP_E_FORMAT, 4, 5, "coded", "an index lies outside its dictionary"},
    {list_beyond, ICP_E_FORMAT, 4, 3, "list", "a list lies outside its items"},
    {list_falling, ICP_E_FORMAT, 2, 3, "list", "offsets are not ascending"},
    {list_below, ICP_E_FORMAT, 1, 3, "list", "a list lies outside its items"},
    {item_falling, ICP_E_FORMAT, 2, 3, "list", "offsets are not ascending"},
    {listed_beyond, ICP_E_FORMAT, 4, 9, "listed", "a list lies outside its items"},
    {listed_below, ICP_E_FORMAT, 2, 9, "listed", "a list lies outside its items"},
    {short_items, ICP_E_FORMAT, -1, 8, "fixed", "an array is shorter than the one that it belongs to"},
    {runs_falling, ICP_E_FORMAT, -1, 6, "runs", "the ends of runs are not ascending"},
    {runs_short, ICP_E_FORMAT, -1, 6, "runs", "runs end before the array"},
    {runs_negative, ICP_E_FORMAT, -1, 6, "runs", "the ends of runs are not ascending"},
    {runs_without_values, ICP_E_FORMAT, -1, 6, "runs", "there are more runs than values"},
    {runs_missing, ICP_E_FORMAT, -1, 6, "runs", "the end of a run is missing"},
    {view_beyond, ICP_E_FORMAT, 2, 7, "view", "a text lies outside its buffer"},
    {view_below, ICP_E_FORMAT, 4, 7, "view", "a text lies outside its buffer"},
    {view_negative, ICP_E_FORMAT, 3, 7, "view", "a length is negative"},
    {view_buffer, ICP_E_FORMAT, 4, 7, "view", "a text lies outside its buffer"},
    {view_large, ICP_E_LIMIT, 2, 7, "view", "cell is larger than 1000 bytes"},
};
enum { LIES = sizeof lies / sizeof *lies };

static icp_context *narrow_context(struct counting *k) {
    struct icp_allocator a = counting_allocator(k);
    const struct icp_context_options o = {.struct_size = sizeof o, .max_cell = 1000, .max_columns = 64, .allocator = &a};
    icp_context *c = NULL;
    ck_assert_int_eq(icp_context_new(&o, &c, NULL), ICP_OK);
    return c;
}

/* As a batch and as a stream: the same refusal; everything is released once, and nothing of the library is left. */
START_TEST(a_lie_is_refused_with_its_place) {
    for (int streamed = 0; streamed < 2; streamed++) {
        struct counting k = {0};
        icp_context *c = narrow_context(&k);
        struct icp_error e = {.struct_size = sizeof e};
        struct table t = table_new();
        icp_batch *b = NULL;
        icp_reader *r = NULL;
        icp_status st;
        lies[_i].lie(&t);
        if (streamed) {
            struct ArrowArrayStream s = arrow_stream(t.type);
            arrow_stream_add(&s, t.array);
            /* A schema that lies cannot be copied by the honest stream: it is given out as it is. */
            st = lies[_i].lie == released_type || lies[_i].lie == no_type || lies[_i].lie == no_format || lies[_i].lie == negative_children ? -1 : ICP_OK;
            if (st) {
                s.release(&s);
            } else {
                st = icp_reader_open_arrow(c, &s, NULL, &r, &e);
                ck_assert(s.release == NULL);
                if (!st) st = icp_reader_next(r, &b, &e);
            }
        } else {
            struct ArrowArray a = *t.array;
            free(t.array);
            st = icp_batch_from_arrow(c, t.type, &a, &b, &e);
            ck_assert(a.release == NULL);
            t.type->release(t.type), free(t.type);
        }
        if (st != -1) {
            ck_assert_msg(st == lies[_i].code, "%s (%s)", icp_status_name(st), e.message);
            if (st) {
                ck_assert_str_eq(e.message, lies[_i].message);
                ck_assert_str_eq(e.source, "arrow");
                ck_assert_str_eq(e.field, lies[_i].field);
                ck_assert_int_eq(e.row, lies[_i].row);
                ck_assert_int_eq(e.column, lies[_i].column);
                ck_assert_ptr_null(b);
            }
        }
        icp_batch_unref(b);
        icp_reader_free(r);
        icp_context_unref(c);
        ck_assert_int_eq(arrow_live, 0);
        ck_assert_uint_eq(k.live, 0);
    }
}
END_TEST

START_TEST(arguments) {
    struct counting k = {0};
    icp_context *c = narrow_context(&k);
    struct icp_error e = {.struct_size = sizeof e};
    icp_batch *b = (icp_batch *)&e;
    icp_reader *r = (icp_reader *)&e;
    for (int i = 0; i < 6; i++) {
        struct ArrowSchema *type = arrow_table_type();
        struct ArrowArray *made = arrow_table(0, 3), a = *made;
        struct ArrowArrayStream s = arrow_stream(arrow_table_type());
        struct icp_reader_options o = {.struct_size = sizeof o};
        icp_status want = ICP_E_ARGUMENT;
        free(made);
        if (i == 3) a.release(&a), s.release(&s);
        if (i == 4) o.flags = 1, want = ICP_E_UNSUPPORTED;
        if (i == 5) o.struct_size = 4;
        if (i < 4) ck_assert_int_eq(icp_batch_from_arrow(i == 0 ? NULL : c, i == 1 ? NULL : type, &a, i == 2 ? NULL : &b, &e), ICP_E_ARGUMENT);
        if (i < 4) ck_assert(a.release == NULL);
        else a.release(&a);
        if (i == 1) s.release(&s);
        ck_assert_int_eq(icp_reader_open_arrow(i == 0 ? NULL : c, &s, &o, i == 2 ? NULL : &r, &e), want);
        ck_assert(s.release == NULL);
        arrow_drop_type(type);
        ck_assert_int_eq(arrow_live, 0);
    }
    ck_assert_int_eq(icp_batch_from_arrow(c, NULL, NULL, &b, &e), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_reader_open_arrow(c, NULL, NULL, &r, &e), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_reader_open_arrow(c, NULL, NULL, &r, NULL), ICP_E_ARGUMENT);
    ck_assert_ptr_eq(b, &e);
    ck_assert_ptr_eq(r, &e);
    icp_context_unref(c);
}
END_TEST

int main(void) {
    Suite *s = suite_create("arrow_bad");
    TCase *t = tcase_create("arrow_bad");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, a_lie_is_refused_with_its_place, 0, LIES);
    tcase_add_test(t, arguments);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
