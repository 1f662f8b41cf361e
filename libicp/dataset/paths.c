/* SPDX-License-Identifier: MIT */
/* Datasets of files: a folder, a manifest with the files beside it, or one table. */
#include "base/file.h"
#include "base/io.h"
#include "base/text.h"
#include "dataset/open.h"
#include "trait/parse.h"

enum { MANIFEST_HEAD = 65536, MANIFEST_MAX = 256 << 20 };

struct file {
    icp_context *ctx;
    char *path;
};
struct files {
    icp_dataset *d;
    struct icp_table *table;
    struct icp_str *file;
    uint32_t count;
};

static icp_status open_file(void *user, struct icp_source *out, struct icp_error *err) {
    const struct file *f = user;
    return icp_source_open_file(f->ctx, f->path, out, err);
}

static bool ends_with(struct icp_str s, const char *end) {
    const size_t n = strlen(end);
    return s.size > n && icp__same_word(s.data + s.size - n, n, end);
}

static struct icp_str without(struct icp_str s, size_t n) { return (struct icp_str){s.data, s.size - n}; }

/* Name of a table by its file: without .gz and what kind of file it is. size 0 = the file is no table. */
static struct icp_str table_name(struct icp_str file, bool any) {
    static const char *const kinds[] = {".csv", ".tsv", ".jsonl", ".ndjson", ".json"};
    if (ends_with(file, ".gz")) file = without(file, 3);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (ends_with(file, kinds[i])) return without(file, strlen(kinds[i]));
    if (!any) return (struct icp_str){"", 0};
    for (size_t n = 1; n < file.size && n < 8; n++)
        if (file.data[file.size - n] == '.') return without(file, n);
    return file;
}

static struct icp_str last_part(const char *path) {
    const char *slash = strrchr(path, '/');
    slash = slash ? slash + 1 : path;
    return (struct icp_str){slash, strlen(slash)};
}

/* Begins as an object and speaks of being a manifest. Other JSON files are tables. */
static bool is_manifest(icp_context *c, const char *path) {
    const struct icp_str name = last_part(path);
    struct icp_source s;
    struct icp__input *in = NULL;
    char *head = NULL;
    size_t n = 0;
    bool found = false;
    if (!ends_with(name, ".json") || icp__path_kind(path) != ICP__PATH_FILE) return false;
    memset(&s, 0, sizeof s);
    s.struct_size = sizeof s;
    if (icp_source_open_file(c, path, &s, NULL) || icp__input_open(c, &s, &in, NULL)) return false;
    head = icp__alloc(c, MANIFEST_HEAD, 1);
    if (head && !icp__input_read(in, head, MANIFEST_HEAD, &n, NULL)) {
        size_t at = n >= 3 && !memcmp(head, "\xEF\xBB\xBF", 3) ? 3 : 0;
        while (at < n && icp__is_blank(head[at])) at++;
        static const char mark[] = "\"icp_dataset\"";
        for (size_t i = at; at < n && head[at] == '{' && !found && i + sizeof mark - 1 <= n; i++)
            found = head[i] == '"' && !memcmp(head + i, mark, sizeof mark - 1);
    }
    icp__free(c, head);
    icp__input_free(in);
    return found;
}

int32_t icp_dataset_is_path(icp_context *c, const char *path) {
    if (!c || !path || !*path) return 0;
    return icp__path_kind(path) == ICP__PATH_FOLDER || is_manifest(c, path);
}

/* folder may end in slashes; size 0 = the working folder. */
static char *join_path(struct icp__arena *a, struct icp_str folder, struct icp_str name) {
    const bool slash = folder.size && folder.data[folder.size - 1] != '/';
    char *path = folder.size < SIZE_MAX / 2 && name.size < SIZE_MAX / 2 - 2 ? icp__arena_alloc(a, folder.size + name.size + 2, 1) : NULL;
    if (!path) return NULL;
    memcpy(path, folder.data, folder.size);
    if (slash) path[folder.size] = '/';
    memcpy(path + folder.size + slash, name.data, name.size);
    path[folder.size + slash + name.size] = 0;
    return path;
}

static bool set_file(icp_dataset *d, struct icp_table *t, struct icp_str name, char *path) {
    struct file *f = path ? icp__arena_alloc(&d->arena, 1, sizeof *f) : NULL;
    char *copy = f ? icp__arena_copy(&d->arena, name.data, name.size) : NULL;
    if (!copy) return false;
    *f = (struct file){d->ctx, path};
    *t = (struct icp_table){.struct_size = sizeof *t, .name = copy, .name_size = name.size, .user = f, .open = open_file};
    return true;
}

static icp_status add_file(struct files *s, struct icp_str folder, struct icp_str file, bool any, struct icp_error *err) {
    const struct icp_str name = table_name(file, any);
    char *path = join_path(&s->d->arena, folder, file);
    if (!path) return icp__no_memory(err);
    if (!name.size || file.data[0] == '.' || (!any && is_manifest(s->d->ctx, path))) return ICP_OK;
    if (s->count == ICP__TABLES_MAX) return icp__fail(err, ICP_E_LIMIT, "more than %u tables", ICP__TABLES_MAX);
    const struct icp_str own = icp__dataset_fold(&s->d->arena, name);
    if (!own.data) return icp__no_memory(err);
    for (uint32_t i = 0; i < s->count; i++) {
        const struct icp_str other = icp__dataset_fold(&s->d->arena, (struct icp_str){s->table[i].name, s->table[i].name_size});
        if (!other.data) return icp__no_memory(err);
        if (other.size != own.size || memcmp(other.data, own.data, own.size)) continue;
        struct icp__place place = ICP__NOWHERE;
        place.source = path;
        return icp__fail_at(err, ICP_E_FORMAT, &place, "the table has the same name as \"%s\"", s->file[i].data);
    }
    if (!set_file(s->d, &s->table[s->count], name, path)) return icp__no_memory(err);
    s->file[s->count++] = file;
    return ICP_OK;
}

static icp_status open_folder(icp_dataset *d, const char *path, const struct icp_dataset_options *o, const struct icp_progress *p, struct icp_error *err) {
    struct files s = {d, NULL, NULL, 0};
    struct icp_str *names;
    uint32_t count;
    icp_status st = icp__folder_list(&d->arena, path, &names, &count, err);
    if (st) return st;
    s.table = icp__arena_alloc(&d->arena, count, sizeof *s.table);
    s.file = icp__arena_alloc(&d->arena, count, sizeof *s.file);
    if (!s.table || !s.file) return icp__no_memory(err);
    for (uint32_t i = 0; i < count && !st; i++) st = add_file(&s, (struct icp_str){path, strlen(path)}, names[i], false, err);
    if (st) return st;
    if (s.count) return icp__dataset_find(d, s.table, s.file, s.count, o, p, err);
    struct icp__place place = ICP__NOWHERE;
    place.source = path;
    return icp__fail_at(err, ICP_E_FORMAT, &place, "no table in this folder: it has no .csv, .tsv, .jsonl, .ndjson or .json file, also .gz");
}

static icp_status read_text(icp_context *c, const char *path, struct icp__bytes *out, struct icp_error *err) {
    struct icp_source s;
    struct icp__input *in = NULL;
    memset(&s, 0, sizeof s);
    s.struct_size = sizeof s;
    icp_status st = icp_source_open_file(c, path, &s, err);
    if (!st) st = icp__input_open(c, &s, &in, err);
    if (!st) st = icp__input_all(in, MANIFEST_MAX, out, err);
    icp__input_free(in);
    return st;
}

/* Messages about a manifest name its file. */
static icp_status named(icp_status st, const char *path, struct icp_error *err) {
    if (!st || !err || err->source[0] || err->struct_size < sizeof *err) return st;
    struct icp_error copy = *err;
    struct icp__place place = {path, copy.row, copy.line, copy.column, copy.byte, {copy.field, strlen(copy.field)}};
    return icp__fail_at(err, st, &place, "%s", copy.message);
}

static icp_status open_manifest(icp_dataset *d, const char *path, const struct icp_dataset_options *o, struct icp_error *err) {
    struct icp__bytes text;
    const struct icp_str folder = {path, (size_t)(last_part(path).data - path)};
    icp__bytes_init(&text, d->ctx);
    icp_status st = read_text(d->ctx, path, &text, err);
    if (!st) st = icp__manifest_read(d->ctx, text.data ? text.data : "", text.size, &d->manifest, err);
    d->table = st ? NULL : icp__arena_alloc(&d->arena, d->manifest.members, sizeof *d->table);
    if (!st && !d->table) st = icp__no_memory(err);
    for (uint32_t i = 0; i < d->manifest.members && !st; i++) {
        const struct icp__member *m = &d->manifest.member[i];
        memset(&d->table[i], 0, sizeof d->table[i]);
        if (m->file.data) {
            if (!set_file(d, &d->table[i], m->name, join_path(&d->arena, folder, m->file))) st = icp__no_memory(err);
        } else if (m->role != ICP__ROLE_EXCLUDED && m->role != ICP__ROLE_UNLINKED) {
            const struct icp__place place = icp__manifest_place(d->ctx, text.data, text.size, i, -1);
            st = icp__fail_at(err, ICP_E_FORMAT, &place, "table \"%.*s\" has no \"file\"", (int)(m->name.size > 60 ? 60 : m->name.size), m->name.data);
        }
    }
    if (!st) st = icp__dataset_follow(d, text.data, text.size, o, err);
    icp__bytes_free(&text);
    return named(st, path, err);
}

static icp_status open_any(icp_dataset *d, const char *path, const struct icp_dataset_options *o, const struct icp_progress *p, struct icp_error *err) {
    const enum icp__path_kind kind = icp__path_kind(path);
    if (kind == ICP__PATH_FOLDER) return open_folder(d, path, o, p, err);
    if (kind == ICP__PATH_FILE && is_manifest(d->ctx, path)) return open_manifest(d, path, o, err);
    struct icp_table table;
    struct icp_str file = {NULL, 0};
    struct files s = {d, &table, &file, 0};
    icp_status st = add_file(&s, (struct icp_str){path, (size_t)(last_part(path).data - path)}, last_part(path), true, err);
    if (!st && !s.count) st = icp__fail(err, ICP_E_ARGUMENT, "\"%s\" is no name of a table", path);
    return st ? st : icp__dataset_find(d, &table, &file, 1, o, p, err);
}

icp_status icp_dataset_open_path(icp_context *c, const char *path, const struct icp_dataset_options *o, const struct icp_progress *p,
                                 icp_dataset **out, struct icp_error *err) {
    struct icp_dataset_options own = {.struct_size = sizeof own};
    icp_dataset *d;
    if (!c || !path || !out) return icp__fail(err, ICP_E_ARGUMENT, "%s is NULL", !c ? "context" : !path ? "path" : "out");
    if (!*path) return icp__fail(err, ICP_E_ARGUMENT, "path is empty");
    icp_status st = icp__progress_check(p, err);
    if (!st) st = icp__dataset_options(o, &own, err);
    if (!st && own.manifest_size) st = icp__fail(err, ICP_E_ARGUMENT, "a manifest beside a path; give the manifest's own path");
    if (!st) st = icp__dataset_new(c, &d, err);
    if (st) return st;
    st = open_any(d, path, &own, p, err);
    if (st) icp_dataset_unref(d);
    else *out = d;
    return st;
}
