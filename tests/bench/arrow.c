/* SPDX-License-Identifier: MIT */
/* A batch of 100,000 rows and 20 columns (8 of text, 6 of whole numbers, 2 of doubles, 2 of days, a truth value, a list) made from Arrow and from text, and
 * scored: medians of a number of rounds, in turn. What makes the arrays, or the bytes and offsets, is not timed.
 * usage: arrow_bench [ROUNDS] */
#include "../unit/arrowing.h"
#include <icp/icp.h>
#include <time.h>

enum { SAMPLE = 20000, CUSTOMERS = 500, COLUMNS = 20, MOST = 101 };
static uint64_t ROWS = 100000; /* at most */
static struct icp_error e = {.struct_size = sizeof e};
static void must(icp_status s) {
    if (!s) return;
    fprintf(stderr, "%s: %s\n", e.source, e.message);
    exit(1);
}
static uint64_t seed = 7;
static uint32_t below(uint32_t n) {
    seed ^= seed >> 12, seed ^= seed << 25, seed ^= seed >> 27;
    return (uint32_t)((seed * UINT64_C(2685821657736338717)) >> 33) % n;
}

/* The rows, as cells and as values. */
static char (*cell)[COLUMNS][96];
static int64_t (*whole)[COLUMNS];
static double (*real)[COLUMNS];
static const char kinds[COLUMNS + 1] = "kttttttdiiiiiiggDDbl"; /* key, text, text of many words, numbers, days, truth, list */

static void make_rows(void) {
    static const char *const words[] = {"platform", "for", "teams", "data", "cloud", "retail", "health", "payments", "robots", "logistics", "energy", "of", "and", "security", "mobile", "labs"};
    cell = calloc(ROWS, sizeof *cell), whole = calloc(ROWS, sizeof *whole), real = calloc(ROWS, sizeof *real);
    for (uint64_t r = 0; r < ROWS; r++)
        for (int k = 0; k < COLUMNS; k++) {
            char *c = cell[r][k], *p = c;
            const int64_t v = whole[r][k] = kinds[k] == 'D' ? 12000 + below(7000) : kinds[k] == 'b' ? below(2) : below(1u << (6 + k));
            real[r][k] = (double)below(1000000) / (k == 14 ? 100 : 7);
            if (kinds[k] == 'k') snprintf(c, 96, "company%06d.example", (int)r);
            else if (kinds[k] == 't') snprintf(c, 96, "%s %s", words[below(16)], words[below(4 + (uint32_t)k)]);
            else if (kinds[k] == 'd') for (int w = 0; w < 9; w++) p += sprintf(p, "%s%s", w ? " " : "", words[below(16)]);
            else if (kinds[k] == 'i') snprintf(c, 96, "%lld", (long long)v);
            else if (kinds[k] == 'g') snprintf(c, 96, k == 14 ? "%.2f" : "%.17g", real[r][k]);
            else if (kinds[k] == 'D') {
                const time_t t = (time_t)v * 86400;
                strftime(c, 96, "%Y-%m-%d", gmtime(&t));
            } else if (kinds[k] == 'b') snprintf(c, 96, "%s", v ? "true" : "false");
            else snprintf(c, 96, "[\"%s\",\"%s\"]", words[below(16)], words[below(16)]);
        }
}

struct bytes {
    char *data;
    int64_t *offsets;
};
static struct bytes as_text(uint64_t rows) {
    struct bytes b = {malloc((rows + 1) * COLUMNS * 96), malloc(((rows + 1) * COLUMNS + 1) * 8)};
    int64_t at = 0;
    size_t i = 0;
    b.offsets[0] = 0;
    for (uint64_t r = 0; r <= rows; r++)
        for (int k = 0; k < COLUMNS; k++) {
            char name[16];
            snprintf(name, sizeof name, "column %c", 'a' + k);
            const char *c = !r ? k ? name : "key" : cell[r - 1][k];
            const size_t n = strlen(c);
            memcpy(b.data + at, c, n);
            b.offsets[++i] = at += (int64_t)n;
        }
    return b;
}
static struct ArrowSchema *type_of_rows(void) {
    struct ArrowSchema *s = arrow_type("+s", "", COLUMNS);
    for (int k = 0; k < COLUMNS; k++) {
        char name[16];
        const char *format = kinds[k] == 'i' ? "l" : kinds[k] == 'g' ? "g" : kinds[k] == 'D' ? "tdD" : kinds[k] == 'b' ? "b" : kinds[k] == 'l' ? "+l" : "u";
        snprintf(name, sizeof name, "column %c", 'a' + k);
        s->children[k] = arrow_type(format, k ? name : "key", kinds[k] == 'l');
        if (kinds[k] == 'l') s->children[k]->children[0] = arrow_type("u", "item", 0);
    }
    return s;
}
static struct ArrowArray *list_array(uint64_t rows, int k) {
    const char **items = calloc(rows * 2, sizeof *items);
    char *text = malloc(rows * 96), *p = text;
    int32_t *offsets = calloc(rows + 1, 4);
    for (uint64_t r = 0; r < rows; r++) {
        char *copy = p;
        p += sprintf(p, "%s", cell[r][k]) + 1;
        char *first = copy + 2, *second = strstr(first, "\",\"");
        *second = 0, second += 3, second[strlen(second) - 2] = 0;
        items[2 * r] = first, items[2 * r + 1] = second, offsets[r + 1] = (int32_t)(2 * r + 2);
    }
    struct ArrowArray *a = arrow_array((int64_t)rows, 2, 1);
    arrow_put(a, 1, offsets, (rows + 1) * 4);
    a->children[0] = arrow_text(items, (int64_t)(2 * rows));
    free(items), free(text), free(offsets);
    return a;
}
static struct ArrowArray *array_of_rows(uint64_t rows) {
    struct ArrowArray *a = arrow_array((int64_t)rows, 1, COLUMNS);
    const char **cells = calloc(rows, sizeof *cells);
    int64_t *values = calloc(rows, 8);
    for (int k = 0; k < COLUMNS; k++) {
        memset(values, 0, rows * 8);
        for (uint64_t r = 0; r < rows; r++) {
            cells[r] = cell[r][k];
            if (kinds[k] == 'g') memcpy(&values[r], &real[r][k], 8);
            else if (kinds[k] == 'D') ((int32_t *)values)[r] = (int32_t)whole[r][k];
            else if (kinds[k] == 'b') ((uint8_t *)values)[r / 8] |= (uint8_t)(whole[r][k] << r % 8);
            else values[r] = whole[r][k];
        }
        a->children[k] = strchr("ktd", kinds[k]) ? arrow_text(cells, (int64_t)rows) : kinds[k] == 'l' ? list_array(rows, k) : arrow_fixed(values, kinds[k] == 'D' ? 4 : 8, (int64_t)rows);
    }
    free(cells), free(values);
    return a;
}
static icp_batch *batch_of_text(icp_context *c, const struct bytes *t, uint64_t rows) {
    icp_batch *b = NULL;
    must(icp_batch_from_text(c, COLUMNS, rows + 1, t->data, t->offsets, NULL, &b, &e));
    return b;
}
static icp_model *model_of(icp_context *c, icp_batch *sample) {
    icp_reference_builder *builder;
    icp_reference *reference;
    icp_fit *fit;
    icp_model *m;
    icp_reader *r;
    struct icp_source source = {.struct_size = sizeof source};
    char *keys = malloc(CUSTOMERS * 40 + 8), *p = keys + sprintf(keys, "key\n");
    for (int i = 0; i < CUSTOMERS; i++) p += sprintf(p, "%s\n", cell[i * 7][0]);
    must(icp_reference_builder_new(c, NULL, &builder, &e));
    must(icp_reference_builder_add_batch(builder, sample, &e));
    must(icp_reference_builder_finish(builder, &reference, &e));
    must(icp_fit_new(c, reference, NULL, NULL, &fit, &e));
    must(icp_source_from_memory(c, keys, (size_t)(p - keys), &source, &e));
    must(icp_reader_open(c, &source, NULL, &r, &e));
    must(icp_fit_add_customers(fit, r, NULL, &e));
    must(icp_fit_run(fit, NULL, &m, &e));
    icp_reader_free(r), icp_fit_free(fit), icp_reference_unref(reference), icp_reference_builder_free(builder);
    free(keys);
    return m;
}
static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}
static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}
static double median(double *v, int n) {
    qsort(v, (size_t)n, sizeof *v, by_value);
    return v[n / 2];
}

int main(int argc, char **argv) {
    const int rounds = argc > 1 ? atoi(argv[1]) : 9;
    if (argc > 2) ROWS = (uint64_t)atoll(argv[2]);
    static double made[2][MOST], all[2][MOST], out[MOST];
    icp_context *c;
    icp_scorer *s;
    icp_result *result[2];
    must(icp_context_new(NULL, &c, &e));
    make_rows();
    struct bytes t = as_text(ROWS < SAMPLE ? ROWS : SAMPLE);
    icp_batch *sample = batch_of_text(c, &t, ROWS < SAMPLE ? ROWS : SAMPLE);
    icp_model *m = model_of(c, sample);
    icp_batch_unref(sample), free(t.data), free(t.offsets);
    t = as_text(ROWS);
    must(icp_scorer_new(m, NULL, &s, &e));
    must(icp_result_new(c, &result[0], &e)), must(icp_result_new(c, &result[1], &e));
    struct ArrowSchema *type = type_of_rows();
    for (int i = 0; i < rounds && i < MOST; i++)
        for (int k = 0; k < 2; k++) {
            struct ArrowArray a = {0}, *built = k ? array_of_rows(ROWS) : NULL;
            if (k) a = *built, free(built);
            icp_batch *b = NULL;
            const double start = now();
            if (k) must(icp_batch_from_arrow(c, type, &a, &b, &e));
            else b = batch_of_text(c, &t, ROWS);
            made[k][i] = now() - start;
            must(icp_scorer_score(s, b, result[k], &e));
            icp_batch_unref(b);
            all[k][i] = now() - start;
            if (!k) continue;
            struct ArrowSchema x;
            const double give = now();
            must(icp_result_export(result[k], &x, &a, &e));
            out[i] = now() - give;
            x.release(&x), a.release(&a);
        }
    struct icp_array x = {.struct_size = sizeof x}, y = x;
    must(icp_result_column(result[0], ICP_LAYER_FIT, ICP_COL_MILLIPOINTS, &x, &e));
    must(icp_result_column(result[1], ICP_LAYER_FIT, ICP_COL_MILLIPOINTS, &y, &e));
    if (memcmp(x.data, y.data, x.rows * 8)) return puts("scores differ"), 1;
    const double text = median(all[0], rounds), arrow = median(all[1], rounds);
    printf("made and scored, ms: text %.1f, arrow %.1f, ratio %.2f; made alone: text %.1f, arrow %.1f; result given out: %.1f\n", text, arrow, arrow / text, median(made[0], rounds),
           median(made[1], rounds), median(out, rounds));
    arrow_drop_type(type);
    icp_result_free(result[0]), icp_result_free(result[1]), icp_scorer_free(s), icp_model_unref(m);
    icp_context_unref(c);
    free(t.data), free(t.offsets), free(cell), free(whole), free(real);
    return 0;
}
