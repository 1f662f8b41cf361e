/* SPDX-License-Identifier: MIT */
/* Reads a file with the library and counts rows and cells, to be compared with the yardstick. Usage: read_count FILE [stats] */
#include <icp/batch.h>
#include <stdio.h>
#include <stdlib.h>

static int complain(const struct icp_error *e) {
    fprintf(stderr, "%s:%lld:%lld: %s\n", e->source, (long long)e->line, (long long)e->column, e->message);
    return EXIT_FAILURE;
}

int main(int argc, char **argv) {
    struct icp_error err = {.struct_size = sizeof err};
    icp_context *c = NULL;
    struct icp_source source;
    icp_reader *r = NULL;
    if (argc < 2) {
        fputs("usage: read_count FILE [stats]\n", stderr);
        return EXIT_FAILURE;
    }
    source.struct_size = sizeof source;
    if (icp_context_new(NULL, &c, &err)) return complain(&err);
    if (icp_source_open_file(c, argv[1], &source, &err) || icp_reader_open(c, &source, NULL, &r, &err)) {
        icp_context_unref(c);
        return complain(&err);
    }
    unsigned long long rows = 0, cells = 0;
    icp_batch *b = NULL;
    icp_status st;
    while (!(st = icp_reader_next(r, &b, &err)) && b) {
        rows += icp_batch_rows(b);
        cells += icp_batch_rows(b) * icp_batch_columns(b);
        icp_batch_unref(b);
    }
    printf("%llu rows %llu cells\n", rows, cells);
    icp_buffer *json = NULL;
    struct icp_str text;
    if (argc > 2 && !icp_reader_stats(r, &json, NULL) && !icp_buffer_data(json, &text)) puts(text.data);
    icp_buffer_unref(json);
    icp_reader_free(r);
    icp_context_unref(c);
    return st ? complain(&err) : EXIT_SUCCESS;
}
