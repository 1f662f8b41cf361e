/* SPDX-License-Identifier: MIT */
/* Any bytes as a table: what is read has a schema that reads back, and a reference that loads and merges to itself.
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct icp_context_options o = {.struct_size = sizeof o, .max_cell = 1 << 16, .max_columns = 300, .max_memory = 1 << 24};
    icp_context *c;
    if (size < 1 || icp_context_new(&o, &c, NULL)) return 0;
    for (int pass = 0; pass < 3; pass++) {
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
        text[0] = (uint8_t)i;
        for (size_t k = 0; k < pieces; k++) {
            s ^= s << 13, s ^= s >> 7, s ^= s << 17;
            const char *p = piece[s % (sizeof piece / sizeof *piece)];
            memcpy(text + size, p, strlen(p));
            size += strlen(p);
        }
        LLVMFuzzerTestOneInput(text, size);
    }
    return 0;
}
#endif
