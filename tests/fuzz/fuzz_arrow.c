/* SPDX-License-Identifier: MIT */
/* Any bytes as a plan for Arrow tables: types nested at random, arrays that fit them, then lies of the kinds that can be seen. What is read is the same
 * as one batch and in slices; what is refused says why; everything is released once. What the interface cannot show (buffers that are shorter than
 * their offsets say, an offset that leads past the end) is not tried: nobody could tell.
 *
 *   clang -g -O1 -fsanitize=fuzzer,address,undefined -DICP_STATIC -Iinclude tests/fuzz/fuzz_arrow.c <library compiled with
 *         -fsanitize=fuzzer-no-link,address,undefined> -lz -lpthread -lm
 *
 * With -DICP_REPLAY a main of its own runs over plans drawn at random, as an ordinary test. */
#include "../unit/arrowing.h"
#include <icp/icp.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DEPTH = 4, NODES = 200 };
struct tape {
    const uint8_t *data;
    size_t size, at;
    struct ArrowArray *node[NODES];
    char format[NODES][8];
    int nodes;
};
struct pair {
    struct ArrowSchema *type;
    struct ArrowArray *array;
};
static uint32_t next(struct tape *t) { return t->at < t->size ? t->data[t->at++] : 0; }
static uint32_t below(struct tape *t, uint32_t n) { return n ? next(t) % n : 0; }
static uint32_t word(struct tape *t) {
    uint32_t v = next(t);
    v = v << 8 | next(t), v = v << 8 | next(t);
    return v << 8 | next(t);
}

static struct ArrowArray *noted(struct tape *t, const char *format, struct ArrowArray *a) {
    if (t->nodes == NODES) return a;
    t->node[t->nodes] = a;
    snprintf(t->format[t->nodes++], sizeof t->format[0], "%s", format);
    return a;
}
static struct pair made(struct tape *t, const char *format, const char *name, struct ArrowArray *a, int children) {
    return (struct pair){arrow_type(format, name, children), noted(t, format, a)};
}
static void nulls(struct tape *t, struct ArrowArray *a, int64_t n) {
    uint8_t none[256];
    if (next(t) % 2) return;
    for (int64_t i = 0; i < n; i++) none[i] = next(t) % 4 == 0;
    arrow_validity(a, none, n);
}
static struct pair table(struct tape *t, const char *name, int64_t n, int depth);

static struct pair fixed(struct tape *t, const char *name, int64_t n) {
    static const struct {
        const char *format;
        size_t width;
    } types[] = {{"c", 1}, {"C", 1}, {"s", 2}, {"S", 2}, {"i", 4}, {"I", 4}, {"l", 8}, {"L", 8}, {"e", 2}, {"f", 4}, {"g", 8}, {"d:9,3,32", 4}, {"d:18,-2,64", 8}, {"d:38,9", 16},
                 {"d:76,99,256", 32}, {"tdD", 4}, {"tdm", 8}, {"tts", 4}, {"ttm", 4}, {"ttu", 8}, {"ttn", 8}, {"tss:", 8}, {"tsm:UTC", 8}, {"tsu:", 8}, {"tsn:", 8}, {"tDs", 8}, {"tDm", 8},
                 {"tDu", 8}, {"tDn", 8}, {"tiM", 4}, {"tiD", 8}, {"tin", 16}, {"w:3", 3}, {"w:0", 0}, {"b", 1}};
    const uint32_t which = below(t, sizeof types / sizeof *types);
    uint8_t bytes[256 * 32];
    for (size_t i = 0; i < types[which].width * (size_t)n; i++) bytes[i] = (uint8_t)(next(t) % 3 ? next(t) % 128 : 255 * (next(t) % 2));
    struct ArrowArray *a = arrow_fixed(bytes, types[which].width, n);
    nulls(t, a, n);
    return made(t, types[which].format, name, a, 0);
}
static const char *word_of(struct tape *t) {
    static const char *const words[] = {"", "a", "b;c", "\"", "caf\xe9", "\xc3\xa9", "twelve bytes", "more than twelve bytes of it", "\xe6\x97\xa5\xe6\x9c\xac", "\\\n", "5", "true", NULL};
    return words[below(t, sizeof words / sizeof *words)];
}
static struct pair text(struct tape *t, const char *name, int64_t n) {
    const char *cells[256];
    for (int64_t i = 0; i < n; i++) cells[i] = word_of(t);
    struct ArrowArray *a = arrow_text(cells, n);
    if (next(t) % 2) return made(t, next(t) % 4 ? "u" : "z", name, a, 0);
    int64_t wide[257];
    for (int64_t i = 0; i <= n; i++) wide[i] = ((const int32_t *)a->buffers[1])[i];
    arrow_put(a, 1, wide, ((size_t)n + 1) * 8);
    return made(t, next(t) % 4 ? "U" : "Z", name, a, 0);
}
static struct pair view(struct tape *t, const char *name, int64_t n) {
    static const char store[] = "all long texts lie in this one";
    struct ArrowArray *a = arrow_array(n, 4, 0);
    int32_t views[256 * 4];
    for (int64_t i = 0; i < n; i++) {
        const int32_t size = (int32_t)below(t, 20), from = (int32_t)below(t, 10);
        views[4 * i] = size, views[4 * i + 1] = views[4 * i + 2] = 0, views[4 * i + 3] = size > 12 ? from : 0;
        if (size <= 12) memcpy(views + 4 * i + 1, store, (size_t)size);
    }
    arrow_put(a, 1, views, (size_t)n * 16), arrow_put(a, 2, store, sizeof store - 1), arrow_put(a, 3, (const int64_t[]){sizeof store - 1}, 8);
    nulls(t, a, n);
    return made(t, "vu", name, a, 0);
}
static struct pair list(struct tape *t, const char *name, int64_t n, int depth) {
    const uint32_t kind = below(t, 5);
    const int64_t items = below(t, 20) + 2;
    int32_t offsets[257] = {0}, sizes[257] = {0};
    struct pair child = table(t, "item", kind == 4 ? n * 2 : items, depth + 1), p;
    struct ArrowArray *a = arrow_array(n, kind == 4 ? 1 : kind >= 2 ? 3 : 2, 1);
    for (int64_t i = 0; i < n; i++) {
        offsets[i + 1] = offsets[i] + (int32_t)(next(t) % 3 && offsets[i] < items ? 1 : 0);
        sizes[i] = (int32_t)below(t, (uint32_t)(items - offsets[i]) + 1);
    }
    if (kind < 4) arrow_put(a, 1, offsets, ((size_t)n + (kind < 2)) * 4);
    if (kind == 2 || kind == 3) arrow_put(a, 2, sizes, (size_t)n * 4);
    if (kind != 4) nulls(t, a, n);
    p = made(t, kind < 2 ? "+l" : kind < 4 ? "+vl" : "+w:2", name, a, 1);
    p.type->children[0] = child.type, a->children[0] = child.array;
    return p;
}
static struct pair map(struct tape *t, const char *name, int64_t n) {
    struct pair key = text(t, "key", 6), value = next(t) % 2 ? text(t, "value", 6) : fixed(t, "value", 6);
    struct ArrowArray *entries = arrow_array(6, 1, 2), *a = arrow_array(n, 2, 1);
    struct pair inner = made(t, "+s", "entries", entries, 2), p;
    int32_t offsets[257] = {0};
    for (int64_t i = 0; i < n; i++) offsets[i + 1] = offsets[i] + (next(t) % 2 && offsets[i] < 6);
    arrow_put(a, 1, offsets, ((size_t)n + 1) * 4);
    inner.type->children[0] = key.type, inner.type->children[1] = value.type;
    entries->children[0] = key.array, entries->children[1] = value.array;
    p = made(t, "+m", name, a, 1);
    p.type->children[0] = inner.type, a->children[0] = entries;
    return p;
}
static struct pair record(struct tape *t, const char *name, int64_t n, int depth) {
    const int members = (int)below(t, 4) + (depth == 0);
    struct ArrowArray *a = arrow_array(n, 1, members);
    struct pair p = {NULL, NULL}, child[8];
    if (depth) nulls(t, a, n);
    for (int i = 0; i < members; i++) child[i] = table(t, (const char *[]){"a", "b", "c", "d", "e"}[i], n + below(t, 3), depth + 1);
    p = made(t, "+s", name, a, members);
    for (int i = 0; i < members; i++) p.type->children[i] = child[i].type, a->children[i] = child[i].array;
    return p;
}
static struct pair coded(struct tape *t, const char *name, int64_t n, int depth) {
    const int64_t values = below(t, 5) + 1;
    struct pair dictionary = table(t, "", values, depth + 1), p;
    int32_t index[256];
    for (int64_t i = 0; i < n; i++) index[i] = (int32_t)below(t, (uint32_t)values);
    struct ArrowArray *a = arrow_fixed(index, 4, n);
    nulls(t, a, n);
    p = made(t, "i", name, a, 0);
    p.type->dictionary = dictionary.type, a->dictionary = dictionary.array;
    return p;
}
static struct pair runs(struct tape *t, const char *name, int64_t n, int depth) {
    int32_t ends[256], count = 0;
    struct ArrowArray *a = arrow_array(n, 0, 2);
    for (int64_t at = 0; at < n || !count;) ends[count++] = (int32_t)(at += 1 + below(t, 4));
    struct pair values = table(t, "values", count, depth + 1), p;
    p = made(t, "+r", name, a, 2);
    p.type->children[0] = arrow_type("i", "run_ends", 0), p.type->children[1] = values.type;
    a->children[0] = noted(t, "ends", arrow_fixed(ends, 4, count));
    a->children[1] = values.array;
    return p;
}
static struct pair table(struct tape *t, const char *name, int64_t n, int depth) {
    switch (depth >= DEPTH ? below(t, 4) : below(t, 10)) {
    case 0: return text(t, name, n);
    case 1: return view(t, name, n);
    case 2: return made(t, "n", name, arrow_array(n, 0, 0), 0);
    case 4: return list(t, name, n, depth);
    case 5: return record(t, name, n, depth);
    case 6: return coded(t, name, n, depth);
    case 7: return runs(t, name, n, depth);
    case 8: return map(t, name, n);
    default: return fixed(t, name, n);
    }
}

static void lie(struct tape *t) {
    const uint32_t which = below(t, (uint32_t)t->nodes);
    struct ArrowArray *a = t->node[which];
    const char *format = t->format[which];
    const int64_t huge[] = {-1, INT64_MIN, INT64_MAX, INT64_MAX / 2};
    int32_t v = (int32_t)word(t);
    if (next(t) % 2) v %= 16;
    switch (below(t, 9)) {
    case 0: a->length = huge[below(t, 4)]; break;
    case 1: a->offset = huge[below(t, 4)]; break;
    case 2: a->null_count = (int64_t)v; break;
    case 3: a->n_buffers = strcmp(format, "vu") ? a->n_buffers + 1 : 2; break;
    case 4: a->n_children += next(t) % 2 ? 1 : -1; break;
    case 5: a->buffers = NULL; break;
    case 6:
        if (a->length > 0) a->length -= 1; /* a child may become too short */
        break;
    default:
        if (!a->buffers || a->n_buffers < 2 || !a->buffers[1] || a->length < 2 || a->length > 256) break; /* an earlier lie */
        if (!strcmp(format, "ends") || strchr("i", *format) || !strcmp(format, "+l") || !strcmp(format, "+m") || !strcmp(format, "+vl") || !strcmp(format, "vu") || !strcmp(format, "u"))
            ((int32_t *)(uintptr_t)a->buffers[1])[below(t, (uint32_t)a->length)] = v; /* never the last offset */
    }
}

static uint64_t sum_of(const icp_batch *b, uint64_t sum) { /* looks at every byte */
    for (uint64_t r = 0; r < icp_batch_rows(b); r++)
        for (uint32_t k = 0; k < icp_batch_columns(b); k++) {
            const struct icp_str s = icp_batch_cell(b, r, k);
            sum = sum * 31 + (s.data ? s.size + 1 : 0);
            for (size_t i = 0; i < s.size; i++) sum = sum * 31 + (uint8_t)s.data[i];
        }
    return sum;
}
static struct pair planned(const uint8_t *data, size_t size) {
    struct tape t = {.data = data, .size = size};
    const uint32_t lies = below(&t, 3);
    struct pair p = record(&t, "", below(&t, 40), 0);
    for (uint32_t i = 0; i < lies; i++) lie(&t);
    return p;
}
static void told(icp_status s, const struct icp_error *e) { arrow_must(e->code == s && e->message[0], "a refusal says why"); }

static int as_batch(icp_context *c, const uint8_t *data, size_t size, uint64_t *sum) {
    struct pair p = planned(data, size);
    struct icp_error e = {.struct_size = sizeof e};
    struct ArrowArray a = *p.array;
    icp_batch *b = NULL;
    free(p.array);
    const icp_status s = icp_batch_from_arrow(c, p.type, &a, &b, &e);
    arrow_must(!a.release, "the array was not taken");
    arrow_drop_type(p.type);
    if (s) told(s, &e);
    *sum = s ? 0 : sum_of(b, 7);
    icp_batch_unref(b);
    return s == ICP_OK;
}
static int as_stream(icp_context *c, const uint8_t *data, size_t size, uint64_t *sum) {
    struct pair p = planned(data, size);
    struct icp_error e = {.struct_size = sizeof e};
    const struct icp_reader_options o = {.struct_size = sizeof o, .rows_per_batch = 3};
    struct ArrowArrayStream in = arrow_stream(p.type);
    icp_reader *r = NULL;
    icp_batch *b = NULL;
    arrow_stream_add(&in, p.array);
    icp_status s = icp_reader_open_arrow(c, &in, &o, &r, &e);
    arrow_must(!in.release, "the stream was not taken");
    *sum = 7;
    while (!s && !(s = icp_reader_next(r, &b, &e)) && b) {
        *sum = sum_of(b, *sum);
        icp_batch_unref(b);
    }
    if (s) told(s, &e);
    icp_reader_free(r);
    return s == ICP_OK;
}
/* Any text as a format. */
static void as_type(icp_context *c, const uint8_t *data, size_t size) {
    static const char *const formats[] = {"+s", "+l", "+m", "+r", "+w:2", "d:5,2", "d:", "ts", "tsu:", "w:", "u", "i", "+us:0", "+vl", "+"};
    struct tape t = {.data = data, .size = size};
    struct ArrowSchema *root = arrow_type("+s", "", 1), *at = root;
    for (uint32_t depth = below(&t, 80); depth && at->n_children; depth--) {
        const int children = (int)below(&t, 4);
        char any[8] = {0};
        for (int i = 0; i < 6; i++) any[i] = (char)next(&t);
        struct ArrowSchema *s = arrow_type(next(&t) % 4 ? formats[below(&t, sizeof formats / sizeof *formats)] : any, next(&t) % 2 ? "n" : NULL, children);
        for (int i = 1; i < children; i++) s->children[i] = arrow_type(formats[below(&t, sizeof formats / sizeof *formats)], "m", 0);
        if (next(&t) % 5 == 0) s->dictionary = arrow_type(formats[below(&t, sizeof formats / sizeof *formats)], "d", 0);
        at->children[0] = s, at = s;
    }
    if (at->n_children) at->children[0] = arrow_type("u", "leaf", 0);
    struct ArrowArrayStream in = arrow_stream(root);
    struct icp_error e = {.struct_size = sizeof e};
    icp_reader *r = NULL;
    const icp_status s = icp_reader_open_arrow(c, &in, NULL, &r, &e);
    if (s) told(s, &e);
    icp_reader_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const struct icp_context_options o = {.struct_size = sizeof o, .max_cell = 4096};
    struct icp_error e = {.struct_size = sizeof e};
    icp_context *c;
    uint64_t sum[2];
    arrow_must(!icp_context_new(&o, &c, &e), "context");
    const int whole = as_batch(c, data, size, &sum[0]), sliced = as_stream(c, data, size, &sum[1]);
    arrow_must(whole == sliced, "one way refuses, the other does not");
    arrow_must(!whole || sum[0] == sum[1], "slices hold something else");
    as_type(c, data, size);
    icp_context_unref(c);
    arrow_must(!arrow_live, "not everything was released");
    return whole;
}

#ifdef ICP_REPLAY
int main(void) {
    enum { PLANS = 20000, LONGEST = 700 };
    static uint8_t data[LONGEST];
    uint64_t s = 88172645463325252u;
    int read = 0;
    for (int i = 0; i < PLANS; i++) {
        const size_t n = (size_t)(i % LONGEST);
        for (size_t k = 0; k < n; k++) {
            s ^= s << 13, s ^= s >> 7, s ^= s << 17;
            data[k] = (uint8_t)(s >> 32);
        }
        read += LLVMFuzzerTestOneInput(data, n);
    }
    printf("%d of %d tables were read\n", read, PLANS);
    return read < PLANS / 10 || read > PLANS * 9 / 10;
}
#endif
