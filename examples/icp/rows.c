/* SPDX-License-Identifier: MIT */
/* Rows of companies: out of a file, a folder or a manifest. */
#include "command.h"
#include <stdlib.h>
#include <string.h>

enum { DATASETS_MOST = 4 };

/* A command that names a folder twice reads it twice, but finds out once how its tables hang together. */
static struct opened {
    const char *path;
    int64_t as_of; /* 0 = none */
    icp_dataset *dataset;
} opened[DATASETS_MOST];
static int opened_count;

void patterns_text(struct text *t, const struct patterns *p) {
    for (int i = 0; i < p->count; i++) {
        text_put(t, t->size ? "\n" : "");
        text_put(t, p->item[i]);
    }
}

/* "deals", "deals.amount"; a word without a point may also be a column of any table. */
static void of_tables(struct text *t, const struct patterns *p) {
    for (int i = 0; i < p->count; i++) {
        const char *const parts[] = {t->size ? "\n" : "", p->item[i], strchr(p->item[i], '.') ? "" : "\n*.", strchr(p->item[i], '.') ? "" : p->item[i]};
        for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
            text_put(t, parts[k]);
    }
}

bool is_dataset(icp_context *c, const char *path) {
    return strcmp(path, "-") != 0 && icp_dataset_is_path(c, path);
}

bool asks_in_vain(icp_context *c, const struct options *o, const char *const *paths, int count, bool include) {
    const char *option = o->as_of ? "--as-of" : o->company_table ? "--company-table" : include ? "--include-field" : NULL;
    for (int i = 0; option && i < count; i++)
        if (paths[i] && is_dataset(c, paths[i]))
            option = NULL;
    if (option)
        fprintf(stderr, "icp: %s is for a folder or a manifest, and no FILE is one\n", option);
    return option != NULL;
}

static size_t size_of(const char *s) {
    return s ? strlen(s) : 0;
}

icp_status dataset_of(icp_context *c, const struct options *o, const char *path, icp_dataset **out, struct icp_error *e) {
    for (int i = 0; i < opened_count; i++)
        if (strcmp(opened[i].path, path) == 0 && opened[i].as_of == o->as_of_micros)
            return *out = opened[i].dataset, ICP_OK;
    struct text include = {0}, exclude = {0}, release = {0};
    if (o->patterns_of_dataset) {
        of_tables(&include, &o->include);
        of_tables(&exclude, &o->exclude);
    }
    of_tables(&exclude, &o->protect);
    of_tables(&release, &o->release);
    struct icp_dataset_options d = {.struct_size = sizeof d, .flags = o->as_of ? ICP_DATASET_AS_OF : 0, .as_of = o->as_of_micros,
                                    .company = o->company_table, .company_size = size_of(o->company_table),
                                    .include = include.data, .include_size = include.size, .exclude = exclude.data,
                                    .exclude_size = exclude.size, .release = release.data, .release_size = release.size};
    icp_status s = icp_dataset_open_path(c, path, &d, progress_again(o), out, e);
    progress_end();
    text_free(&include);
    text_free(&exclude);
    text_free(&release);
    if (!s && opened_count < DATASETS_MOST)
        opened[opened_count++] = (struct opened){path, o->as_of_micros, *out};
    if (s && !e->source[0])
        snprintf(e->source, sizeof e->source, "%s", path);
    return s;
}

icp_status reader_of(icp_context *c, const struct options *o, const char *path, icp_reader **out, struct icp_error *e) {
    if (is_dataset(c, path)) {
        icp_dataset *d = NULL;
        icp_status s = dataset_of(c, o, path, &d, e);
        return s ? s : icp_dataset_companies(d, out, e);
    }
    struct icp_source s = {.struct_size = sizeof s};
    icp_status status = source_of(c, o, path, &s, e);
    return status ? status : icp_reader_open(c, &s, NULL, out, e);
}

icp_status key_of(icp_context *c, const struct options *o, const char *path, struct text *key, struct icp_error *e) {
    icp_dataset *d = NULL;
    struct icp_str name = {NULL, 0};
    if (o->key)
        return text_put(key, o->key), ICP_OK;
    if (!is_dataset(c, path))
        return ICP_OK;
    icp_status s = dataset_of(c, o, path, &d, e);
    if (!s)
        s = icp_dataset_key(d, &name, e);
    if (!s)
        text_add(key, name.data, name.size);
    return s;
}

const struct icp_progress *reading_progress(icp_context *c, const struct options *o, const char *path) {
    return is_dataset(c, path) ? progress_again(o) : NULL;
}

void datasets_end(const struct options *o, int code) {
    progress_end();
    for (int i = 0; i < opened_count; i++) {
        icp_buffer *json = NULL;
        struct icp_str report;
        if (code == EXIT_DONE && !o->quiet && !icp_dataset_report(opened[i].dataset, &json, NULL) && !icp_buffer_data(json, &report))
            dataset_remarks(opened[i].path, report.data, report.size);
        icp_buffer_unref(json);
        icp_dataset_unref(opened[i].dataset);
    }
    opened_count = 0;
}

icp_status fit_add(icp_context *c, const struct options *o, const char *path, icp_fit *f,
                   icp_status (*to)(icp_fit *, icp_reader *, const struct icp_progress *, struct icp_error *), struct icp_error *e) {
    icp_reader *r = NULL;
    icp_status s = reader_of(c, o, path, &r, e);
    if (!s)
        s = to(f, r, reading_progress(c, o, path), e);
    icp_reader_free(r);
    return s;
}
