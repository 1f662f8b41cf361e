/* SPDX-License-Identifier: MIT */
/* Any bytes as a table: what is read has a schema that reads back, and a reference that loads and merges to itself.
 * And any bytes, behind a first byte of 128 and more, as edits of a model with timing layers that is then sealed anew: what still loads gives
 * scores, event by event the same as all at once.
 *
 *   clang -g -O1 -fsanitize=fuzzer,address,undefined -DICP_STATIC -Iinclude tests/fuzz/fuzz_tables.c <library compiled with
 *         -fsanitize=fuzzer-no-link,address,undefined> -lz -lpthread -lm
 *
 * With -DICP_REPLAY a main of its own runs over texts made from small pieces, as an ordinary test. */
#include <icp/icp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int holds, const char *what, const struct icp_error *e) {
    if (holds) return;
    fprintf(stderr, "%s: %s\n", what, e->message);
    abort();
}
static int refused(icp_status s, const struct icp_error *e) {
    if (s) must(e->code == s && e->message[0], "a refusal says why", e);
    return s != ICP_OK;
}

static icp_reader *reader_of(icp_context *c, const uint8_t *data, size_t size, int32_t format) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_source s = {.struct_size = sizeof s};
    struct icp_reader_options o = {.struct_size = sizeof o, .format = format, .rows_per_batch = 3};
    icp_reader *r = NULL;
    must(!icp_source_from_memory(c, data, size, &s, &e), "source", &e);
    if (refused(icp_reader_open(c, &s, &o, &r, &e), &e)) must(!r, "nothing is written on failure", &e);
    return r;
}

static void schema_reads_back(icp_context *c, icp_reader *r) {
    struct icp_error e = {.struct_size = sizeof e};
    icp_schema *s, *again;
    icp_buffer *json[2];
    struct icp_str text[2];
    if (refused(icp_schema_infer(c, r, NULL, &s, &e), &e)) return;
    must(!icp_schema_to_json(s, &json[0], &e) && !icp_buffer_data(json[0], &text[0]), "schema as JSON", &e);
    must(!icp_schema_from_json(c, text[0].data, text[0].size, &again, &e), "a schema reads back", &e);
    must(!icp_schema_to_json(again, &json[1], &e) && !icp_buffer_data(json[1], &text[1]), "schema as JSON", &e);
    must(text[0].size == text[1].size && !memcmp(text[0].data, text[1].data, text[0].size), "a schema reads back the same", &e);
    icp_buffer_unref(json[0]), icp_buffer_unref(json[1]);
    icp_schema_unref(s), icp_schema_unref(again);
}

static void same_id(const icp_reference *a, const icp_reference *b, const char *what) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_reference_info x = {.struct_size = sizeof x}, y = {.struct_size = sizeof y};
    must(!icp_reference_describe(a, &x, &e) && !icp_reference_describe(b, &y, &e), "describe", &e);
    must(!memcmp(x.id, y.id, sizeof x.id), what, &e);
}

static icp_reference *loaded(icp_context *c, const icp_reference *r) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_sink sink = {.struct_size = sizeof sink};
    struct icp_source source = {.struct_size = sizeof source};
    icp_buffer *file = NULL;
    struct icp_str bytes;
    icp_reference *out;
    must(!icp_sink_to_memory(c, &sink, &file, &e) && !icp_reference_save(r, &sink, &e) && !icp_buffer_data(file, &bytes), "save", &e);
    must(!icp_source_from_memory(c, bytes.data, bytes.size, &source, &e), "source", &e);
    must(!icp_reference_load(c, &source, &out, &e), "a reference loads", &e);
    icp_buffer_unref(file);
    return out;
}

static void reference_comes_back(icp_context *c, icp_reader *r, int32_t key_form) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_reference_options o = {.struct_size = sizeof o, .k = 4, .key_form = key_form};
    icp_reference_builder *b = NULL, *united = NULL;
    icp_reference *built, *again, *merged = NULL;
    must(!icp_reference_builder_new(c, &o, &b, &e) && !icp_reference_builder_new(c, &o, &united, &e), "builder", &e);
    if (!refused(icp_reference_builder_add(b, r, NULL, &e), &e) && !refused(icp_reference_builder_finish(b, &built, &e), &e)) {
        again = loaded(c, built);
        same_id(built, again, "loading keeps the id");
        must(!icp_reference_builder_merge(united, again, &e) && !icp_reference_builder_finish(united, &merged, &e), "merge", &e);
        same_id(built, merged, "a merge of one is the same");
        icp_reference_unref(built), icp_reference_unref(again), icp_reference_unref(merged);
    }
    icp_reference_builder_free(b), icp_reference_builder_free(united);
}

/* Models with timing layers, fitted once from made-up rows: hot accounts buy, and old customers leave. */

enum { COMPANIES = 120, FIRST = 19000, DAYS = 400, TEXT = 1 << 16 };
#define DAY INT64_C(86400000000)
static const char *const types[] = {"visit", "demo", "login", "new CEO", "acquired", "never seen"};

struct texts {
    char companies[TEXT], customers[TEXT], events[TEXT], outcomes[TEXT];
};
static void put(char *text, int company, const char *what, int day, int value) {
    char *p = text + strlen(text);
    (void)snprintf(p, (size_t)(text + TEXT - p), "c%03d,%s,%lld,%d\n", company, what, (long long)(FIRST + day) * 86400, value);
}
static struct texts *made_up(void) {
    static const char head[] = "id,type,time,value\n";
    struct texts *t = calloc(1, sizeof *t);
    memcpy(t->companies, "id,industry\n", 12), memcpy(t->customers, "id\n", 3);
    memcpy(t->events, head, sizeof head), memcpy(t->outcomes, head, sizeof head);
    for (int i = 0; i < COMPANIES; i++) {
        char row[64];
        strncat(t->companies, row, (size_t)snprintf(row, sizeof row, "c%03d,%s\n", i, i % 3 ? "retail" : "mining"));
        if (i % 3 == 0) strncat(t->customers, row, (size_t)snprintf(row, sizeof row, "c%03d\n", i));
        for (int day = i % 7; day < DAYS; day += 30 + i % 11) put(t->events, i, types[(day + i) % 3], day, day % 4 * 100);
        if (i % 10 == 0) put(t->events, i, types[3 + i % 2], 100 + i, 0);
        for (int k = 0; i % 3 == 0 && k < 4; k++) put(t->events, i, "demo", 150 + i - k * 3, 500);
        if (i % 3 == 0) put(t->outcomes, i, "converted", 152 + i, 0);
        if (i % 6 == 0) put(t->outcomes, i, "churned", 260 + i, 0);
    }
    return t;
}

static icp_reader *text_reader(icp_context *c, const char *text) { return reader_of(c, (const uint8_t *)text, strlen(text), ICP_FORMAT_CSV); }

static icp_buffer *fitted(icp_context *c, int assumed) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_sink sink = {.struct_size = sizeof sink};
    struct icp_fit_options o = {.struct_size = sizeof o, .flags = ICP_FIT_ALLOW_FEW, .horizon_days = 60};
    struct icp_reference_options ro = {.struct_size = sizeof ro};
    struct texts *t = made_up();
    icp_reference_builder *b;
    icp_reference *reference;
    icp_buffer *file;
    icp_model *m;
    icp_fit *f;
    icp_reader *r[] = {text_reader(c, t->companies), text_reader(c, t->customers), text_reader(c, t->events), text_reader(c, t->outcomes)};
    must(!icp_reference_builder_new(c, &ro, &b, &e) && !icp_reference_builder_add(b, r[0], NULL, &e), "rows of a reference", &e);
    must(!icp_reference_builder_finish(b, &reference, &e), "reference", &e);
    must(!icp_fit_new(c, reference, NULL, &o, &f, &e) && !icp_fit_add_customers(f, r[1], NULL, &e) && !icp_fit_add_events(f, r[2], NULL, NULL, &e) &&
             (assumed || !icp_fit_add_outcomes(f, r[3], NULL, NULL, &e)) && !icp_fit_run(f, NULL, &m, &e), "fit", &e);
    must(!icp_sink_to_memory(c, &sink, &file, &e) && !icp_model_save(m, &sink, &e), "save", &e);
    for (int i = 0; i < 4; i++) icp_reader_free(r[i]);
    icp_model_unref(m), icp_fit_free(f), icp_reference_unref(reference), icp_reference_builder_free(b), free(t);
    return file;
}

/* What loads. */

enum { LAYERS = 3, SEEN = 24 };
static struct icp_event event_of(int i, int64_t as_of) {
    const char *type = types[(i + 4) % 6]; /* what invalidates comes first of each round, and the rounds get newer */
    const int64_t time = as_of - (SEEN - i) * (SEEN - i) * DAY / 2;
    return (struct icp_event){.struct_size = sizeof(struct icp_event), .flags = i % 3 ? ICP_EVENT_VALUED : 0, .time = time, .value = i * 1e3,
                              .type = type, .type_size = strlen(type)};
}

static void must_agree(icp_scorer *const s[2], const icp_record *r, const icp_account *a, int32_t layer) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_score x = {.struct_size = sizeof x}, y = {.struct_size = sizeof y};
    icp_buffer *causes;
    must(!icp_scorer_score_record(s[0], r, a, layer, &x, &e) && !icp_scorer_score_record(s[1], r, NULL, layer, &y, &e), "score", &e);
    must(!memcmp(&x, &y, sizeof x), "one event at a time is all at once", &e);
    must(x.score >= 200 && x.score <= 759 && x.low <= x.score && x.score <= x.high && x.stale >= -1 && x.stale <= 1000, "a score in its range", &e);
    must(!icp_scorer_causes(s[1], layer, &causes, &e), "causes", &e);
    icp_buffer_unref(causes);
}

static icp_account *through_bytes(const icp_model *m, icp_account *a) {
    struct icp_error e = {.struct_size = sizeof e};
    icp_account *again = NULL;
    size_t size, same;
    must(!icp_account_save(a, NULL, 0, &size, &e), "size of an account", &e);
    void *bytes = malloc(size);
    must(!icp_account_save(a, bytes, size, &same, &e) && same == size && !icp_account_load(m, bytes, size, &again, &e), "a saved account loads", &e);
    icp_account_free(a), free(bytes);
    return again;
}

static void reports(const icp_model *m, icp_accounts *a, int32_t layer) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_layer_info info = {.struct_size = sizeof info};
    struct icp_signal signal = {.struct_size = sizeof signal};
    icp_buffer *json;
    if (icp_model_layer(m, layer, &info, &e)) return;
    must(icp_model_signal(m, layer, UINT32_MAX, &signal, &e) != ICP_OK, "no such signal", &e);
    if (!icp_accounts_audit(a, layer, &json, &e)) icp_buffer_unref(json);
    if (!icp_accounts_report(a, &json, &e)) icp_buffer_unref(json);
}

static void scores(icp_model *m) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_model_info info = {.struct_size = sizeof info};
    const int64_t as_of = (FIRST + DAYS) * DAY;
    struct icp_scorer_options o[2] = {{.struct_size = sizeof *o, .flags = ICP_SCORER_AS_OF, .as_of = as_of}, {.struct_size = sizeof *o}};
    icp_account *a;
    icp_accounts *all;
    icp_scorer *s[2];
    icp_schema *schema;
    icp_record *r;
    must(!icp_model_describe(m, &info, &e) && !icp_model_schema(m, &schema, &e) && !icp_record_new(schema, &r, &e), "record", &e);
    if (icp_account_new(m, &a, &e)) { /* the edits took its timing layers */
        icp_record_free(r), icp_schema_unref(schema);
        return;
    }
    must(!icp_accounts_new(m, as_of, NULL, &all, &e), "accounts", &e);
    for (int i = 0; i < SEEN; i++) {
        const struct icp_event x = event_of(i, as_of);
        must(!icp_account_add(a, &x, &e) && !icp_accounts_add_event(all, "c001", 4, &x, &e), "add", &e);
    }
    must(!icp_accounts_again(all), "in order", &e);
    a = through_bytes(m, a);
    o[1].accounts = all;
    must(!icp_scorer_new(m, &o[0], &s[0], &e) && !icp_scorer_new(m, &o[1], &s[1], &e), "scorer", &e);
    (void)icp_record_set_text(r, icp_record_column(r, "industry", 8), "mining", 6);
    const int32_t id = icp_record_column(r, "id", 2);
    if (id >= 0 && !icp_record_set_text(r, id, "c001", 4))
        for (int32_t layer = 1; layer <= LAYERS; layer++)
            if (info.layers >> layer & 1u) must_agree(s, r, layer == ICP_LAYER_FIT ? NULL : a, layer);
    for (int32_t layer = 1; layer <= LAYERS; layer++) reports(m, all, layer);
    icp_scorer_free(s[0]), icp_scorer_free(s[1]), icp_account_free(a), icp_accounts_unref(all), icp_record_free(r), icp_schema_unref(schema);
}

/* Edits. */

struct edits {
    const uint8_t *at, *end;
};
static uint32_t next(struct edits *e, uint32_t below) {
    uint32_t v = 0;
    for (int i = 0; i < 3; i++) v = v << 8 | (e->at < e->end ? *e->at++ : 0);
    return below ? v % below : 0;
}

/* A whole number of JSON by another; returns the new size. */
static size_t edit_number(struct edits *e, uint8_t *text, size_t size) {
    static const char *const numbers[] = {"0", "1", "2", "7", "24", "88", "480", "3650", "65536",
                                         "4294967295", "2147483647", "9223372036854775807", "-1"};
    size_t from = next(e, (uint32_t)size), to;
    while (from < size && (text[from] < '0' || text[from] > '9')) from++;
    for (to = from; to < size && text[to] >= '0' && text[to] <= '9';) to++;
    const char *v = numbers[next(e, sizeof numbers / sizeof *numbers)];
    if (from == size) return size;
    memmove(text + from + strlen(v), text + to, size - to);
    memcpy(text + from, v, strlen(v));
    return size - (to - from) + strlen(v);
}

static size_t edit(struct edits *e, uint8_t *d, size_t size, int json) {
    const size_t at = size ? next(e, (uint32_t)size) : 0;
    if (!size) return 0;
    switch (next(e, json ? 8 : 3)) {
        case 0: d[at] ^= (uint8_t)(1u << next(e, 8)); return size;
        case 1: d[at] = (uint8_t)next(e, 256); return size;
        case 2: return next(e, 4) ? (d[at] = (uint8_t)-(int)next(e, 3), size) : at;
        default: return edit_number(e, d, size);
    }
}

/* Model files as doc/format.md has them, none of whose sections is deflated. */

/* Of the library's own, so that what was edited is sealed with the right sums. */
struct icp__sha256 {
    uint32_t h[8];
    uint64_t bytes;
    uint8_t block[64];
};
uint64_t icp__hash(const void *data, size_t size, uint64_t seed);
void icp__sha256_init(struct icp__sha256 *s);
void icp__sha256_add(struct icp__sha256 *s, const void *data, size_t size);
void icp__sha256_finish(struct icp__sha256 *s, uint8_t out[32]);

enum { HEAD = 56, ENTRY = 40, SECTIONS = 24, ROOM = 64 };
struct file {
    const uint8_t *head;
    uint32_t count;
    struct section {
        uint8_t *data; /* a copy, with some room */
        size_t size;
    } section[SECTIONS];
};
static uint64_t get(const uint8_t *p, int bytes) {
    uint64_t v = 0;
    while (bytes--) v = v << 8 | p[bytes];
    return v;
}
static void set(uint8_t *p, uint64_t v) {
    for (int i = 0; i < 8; i++) p[i] = (uint8_t)(v >> 8 * i);
}
static struct file opened(const uint8_t *data) {
    struct file f = {.head = data, .count = (uint32_t)get(data + 12, 4)};
    for (uint32_t i = 0; i < f.count && i < SECTIONS; i++) {
        const uint8_t *at = data + HEAD + ENTRY * i;
        f.section[i].size = (size_t)get(at + 24, 8);
        f.section[i].data = malloc(f.section[i].size + ROOM);
        memcpy(f.section[i].data, data + get(at + 8, 8), f.section[i].size);
    }
    return f;
}
/* Closes it: its bytes with sizes, sums and id made anew. */
static struct section sealed(struct file *f) {
    size_t size = HEAD + ENTRY * f->count, at = size;
    struct icp__sha256 sha;
    for (uint32_t i = 0; i < f->count; i++) size += (f->section[i].size + 7) & ~(size_t)7;
    uint8_t *out = calloc(1, size + 8 + ROOM);
    memcpy(out, f->head, HEAD + ENTRY * f->count);
    icp__sha256_init(&sha);
    for (uint32_t i = 0; i < f->count; i++) {
        const struct section *s = &f->section[i];
        uint8_t *entry = out + HEAD + ENTRY * i;
        memcpy(out + at, s->data, s->size);
        set(entry + 8, at), set(entry + 16, s->size), set(entry + 24, s->size), set(entry + 32, icp__hash(out + at, s->size, 0));
        if (!(entry[4] & 4)) icp__sha256_add(&sha, entry, 4), icp__sha256_add(&sha, entry + 24, 8), icp__sha256_add(&sha, s->data, s->size);
        at += (s->size + 7) & ~(size_t)7;
        free(s->data);
    }
    set(out + 16, size + 8);
    icp__sha256_finish(&sha, out + 24);
    set(out + size, icp__hash(out, HEAD + ENTRY * f->count, 0));
    return (struct section){out, size + 8};
}

/* A section, or a section of the model that it is. */
static void edit_section(struct edits *e, struct file *f, int inner) {
    const uint32_t i = next(e, f->count);
    const char *tag = (const char *)f->head + HEAD + ENTRY * i;
    struct section *s = &f->section[i];
    if (!inner && (!memcmp(tag, "INTN", 4) || !memcmp(tag, "RETN", 4)) && next(e, 8)) {
        struct section before = *s;
        struct file nested = opened(s->data);
        for (uint32_t n = 1 + next(e, 2); n; n--) edit_section(e, &nested, 1);
        *s = sealed(&nested);
        free(before.data);
    } else {
        s->size = edit(e, s->data, s->size, !memcmp(tag, "SIGN", 4) || !memcmp(tag, "SCHM", 4));
    }
}

static uint64_t loaded_models; /* of those that were edited */
static void edited_model(icp_context *c, const uint8_t *data, size_t size) {
    static icp_buffer *original[2]; /* learned, assumed; kept to the end */
    static icp_context *own;
    struct icp_error e = {.struct_size = sizeof e};
    struct edits x = {data, data + size};
    struct icp_str bytes;
    icp_model *m = NULL;
    const uint32_t assumed = next(&x, 2);
    if (!own) {
        must(!icp_context_new(NULL, &own, &e), "context", &e);
        for (int i = 0; i < 2; i++) original[i] = fitted(own, i);
    }
    must(!icp_buffer_data(original[assumed], &bytes), "bytes", &e);
    struct file f = opened((const uint8_t *)bytes.data);
    for (uint32_t n = next(&x, 8) ? 1 + next(&x, 2) : 0; n; n--) edit_section(&x, &f, 0);
    const struct section file = sealed(&f);
    uint8_t *exact = malloc(file.size); /* so that a byte too far is noticed */
    memcpy(exact, file.data, file.size);
    if (refused(icp_model_load_memory(c, exact, file.size, NULL, NULL, &m, &e), &e)) must(!m, "nothing is written on failure", &e);
    else scores(m), icp_model_unref(m), loaded_models++;
    free(exact), free(file.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct icp_context_options o = {.struct_size = sizeof o, .max_cell = 1 << 16, .max_columns = 300, .max_memory = 1 << 24};
    icp_context *c;
    if (size < 1 || icp_context_new(&o, &c, NULL)) return 0;
    if (data[0] & 128) edited_model(c, data + 1, size - 1);
    for (int pass = 0; pass < 3 && !(data[0] & 128); pass++) {
        icp_reader *r = reader_of(c, data + 1, size - 1, data[0] % 3);
        if (r && pass == 0) schema_reads_back(c, r);
        else if (r) reference_comes_back(c, r, pass);
        icp_reader_free(r);
    }
    icp_context_unref(c);
    return 0;
}

#ifdef ICP_REPLAY
int main(void) {
    static const char *const piece[] = {"id", "name", "domain", ",", ";", "\t", "\n", "\r\n", "\"", "\"\"", " ", "1", "51-200", "a@b.co", "www.x.de", "{", "}", "[", "]",
                                        ":", "\"id\":", "\\u00e9", "\\ud83d", "null", "\xef\xbb\xbf", "\xc2\xad", "\xff", "\xe2\x80\xa8", "sep=;", "\x1f\x8b\x08", "-",
                                        "columnwithalongname,", "1,2,3\n", "id,name\n", "{\"id\":\"1\"}\n"};
    uint64_t s = 88172645463325252u;
    for (int i = 0; i < 4000; i++) {
        uint8_t text[4096];
        size_t size = 1, pieces = (size_t)(i % 80) + 1;
        text[0] = (uint8_t)(i & 127);
        for (size_t k = 0; k < pieces; k++) {
            s ^= s << 13, s ^= s >> 7, s ^= s << 17;
            const char *p = piece[s % (sizeof piece / sizeof *piece)];
            memcpy(text + size, p, strlen(p));
            size += strlen(p);
        }
        LLVMFuzzerTestOneInput(text, size);
    }
    for (int i = 0; i < 3000; i++) {
        uint8_t edits[64] = {128};
        for (size_t k = 1; i && k < sizeof edits; k++) s ^= s << 13, s ^= s >> 7, s ^= s << 17, edits[k] = (uint8_t)(s >> 32);
        LLVMFuzzerTestOneInput(edits, sizeof edits);
    }
    must(loaded_models > 300, "too few edited models load to tell anything", &(struct icp_error){.struct_size = sizeof(struct icp_error)});
    return 0;
}
#endif
