/* SPDX-License-Identifier: MIT */
/* Joins a dataset: prints rows and seconds of the processor, or every cell. Usage: join_rows DATA [as_of DAYS] [memory BYTES] [events] [print] [report] */
#include <icp/icp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int complain(const struct icp_error *e) {
    fprintf(stderr, "%s:%lld:%lld: %s\n", e->source, (long long)e->line, (long long)e->column, e->message);
    return EXIT_FAILURE;
}

/* Cells parted by U+001F, rows by U+001E. */
static void print_rows(const icp_batch *b, int names) {
    const uint32_t columns = icp_batch_columns(b);
    for (uint32_t i = 0; names && i < columns; i++) {
        const struct icp_str s = icp_batch_name(b, i);
        printf("%.*s%c", (int)s.size, s.data, i + 1 < columns ? 0x1f : 0x1e);
    }
    for (uint64_t row = 0; row < icp_batch_rows(b); row++)
        for (uint32_t i = 0; i < columns; i++) {
            const struct icp_str s = icp_batch_cell(b, row, i);
            if (s.size) fwrite(s.data, 1, s.size, stdout);
            putchar(i + 1 < columns ? 0x1f : 0x1e);
        }
}

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); /* others may be at work too */
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    struct icp_error err = {.struct_size = sizeof err};
    struct icp_context_options co = {.struct_size = sizeof co};
    struct icp_dataset_options o = {.struct_size = sizeof o};
    icp_context *c = NULL;
    icp_dataset *d = NULL;
    icp_reader *r = NULL;
    icp_batch *b = NULL;
    icp_buffer *json = NULL;
    struct icp_str text;
    int events = 0, print = 0, report = 0;
    for (int i = 2; i < argc; i++) {
        if (!strcmp(argv[i], "events")) events = 1;
        else if (!strcmp(argv[i], "print")) print = 1;
        else if (!strcmp(argv[i], "report")) report = 1;
        else if (!strcmp(argv[i], "as_of") && i + 1 < argc) o.flags = ICP_DATASET_AS_OF, o.as_of = INT64_C(86400000000) * atoll(argv[++i]);
        else if (!strcmp(argv[i], "memory") && i + 1 < argc) co.max_memory = strtoull(argv[++i], NULL, 10);
    }
    if (argc < 2 || icp_context_new(&co, &c, &err)) return complain(&err);
    const double start = seconds();
    icp_status st = icp_dataset_open_path(c, argv[1], &o, NULL, &d, &err);
    const double opened = seconds();
    if (!st) st = events ? icp_dataset_events(d, &r, &err) : icp_dataset_companies(d, &r, &err);
    unsigned long long rows = 0;
    while (!st && !(st = icp_reader_next(r, &b, &err)) && b) {
        if (print) print_rows(b, rows == 0);
        rows += icp_batch_rows(b);
        icp_batch_unref(b);
    }
    if (!st && report && !icp_dataset_report(d, &json, NULL) && !icp_buffer_data(json, &text)) puts(text.data);
    if (!st && !print && !report) printf("%llu rows, opened in %.3f s, read in %.3f s\n", rows, opened - start, seconds() - opened);
    icp_buffer_unref(json);
    icp_reader_free(r);
    icp_dataset_unref(d);
    icp_context_unref(c);
    return st ? complain(&err) : EXIT_SUCCESS;
}
