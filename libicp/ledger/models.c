/* SPDX-License-Identifier: MIT */
/* Model files in the ledger, each named by an entry with the hash of its bytes. */
#include "base/hash.h"
#include "ledger/models.h"


static int64_t collect(void *user, const void *data, size_t n) {
    struct icp__bytes *b = user;
    icp__bytes_add(b, data, n);
    return b->failed ? -1 : (int64_t)n;
}

static void hash_text(const void *data, size_t size, char out[65]) {
    struct icp__sha256 s;
    uint8_t hash[32];
    icp__sha256_init(&s);
    icp__sha256_add(&s, data, size);
    icp__sha256_finish(&s, hash);
    icp__ledger_hex(hash, out);
    out[64] = 0;
}

icp_status icp__stored_take(icp_ledger *l, const icp_model *m, struct icp__stored *f, struct icp_error *err) {
    struct icp_model_info info = {.struct_size = sizeof info};
    struct icp_sink sink = {.struct_size = sizeof sink, .user = &f->file, .write = collect};
    icp_status st = icp_model_describe(m, &info, err);
    if (!st)
        st = icp_model_save(m, &sink, err);
    if (f->file.failed)
        return icp__no_memory(err);
    if (st)
        return st;
    if (f->file.size > (size_t)sqlite3_limit(l->db, SQLITE_LIMIT_LENGTH, -1))
        return icp__fail(err, ICP_E_LIMIT, "the model has %zu bytes, more than this SQLite stores", f->file.size);
    struct icp__bytes size;
    icp__bytes_init(&size, &l->own);
    icp__json_uint_write(&size, f->file.size);
    if (size.failed)
        return icp__no_memory(err);
    memcpy(f->size, size.data, size.size + 1);
    icp__bytes_free(&size);
    icp__ledger_hex(info.id, f->id);
    f->id[64] = 0;
    hash_text(f->file.data, f->file.size, f->sha256);
    return ICP_OK;
}

/* *there = it is stored already, byte for byte. */
static icp_status find(icp_ledger *l, const struct icp__stored *f, bool *there, struct icp_error *err) {
    sqlite3_stmt *s = NULL;
    icp_status st = icp__ledger_prepare(l, "SELECT sha256 = ?2 FROM models WHERE id = ?1", &s, err);
    if (st)
        return st;
    (void)sqlite3_bind_text(s, 1, f->id, 64, SQLITE_STATIC);
    (void)sqlite3_bind_text(s, 2, f->sha256, 64, SQLITE_STATIC);
    st = icp__ledger_step(l, s, there, err);
    if (!st && *there && !sqlite3_column_int(s, 0))
        st = icp__fail(err, ICP_E_LEDGER, "other bytes are stored under the id of this model");
    sqlite3_finalize(s);
    return st;
}

static icp_status insert(icp_ledger *l, const struct icp__stored *f, struct icp_error *err) {
    sqlite3_stmt *s = NULL;
    bool row = false;
    icp_status st = icp__ledger_prepare(l, "INSERT INTO models(id, bytes, sha256, file) VALUES(?1, ?2, ?3, ?4)", &s, err);
    if (st)
        return st;
    (void)sqlite3_bind_text(s, 1, f->id, 64, SQLITE_STATIC);
    (void)sqlite3_bind_int64(s, 2, (sqlite3_int64)f->file.size);
    (void)sqlite3_bind_text(s, 3, f->sha256, 64, SQLITE_STATIC);
    int result = sqlite3_bind_blob64(s, 4, f->file.data, f->file.size, SQLITE_STATIC);
    st = result ? icp__ledger_fail(l, result, 0, err) : icp__ledger_step(l, s, &row, err);
    sqlite3_finalize(s);
    return st;
}

icp_status icp__stored_put(icp_ledger *l, const struct icp__stored *f, bool *there, struct icp_error *err) {
    icp_status st = find(l, f, there, err);
    return st || *there ? st : insert(l, f, err);
}

icp_status icp__stored_entry(icp_ledger *l, struct icp__arena *a, const struct icp__stored *f, const char *note_json, size_t size, struct icp__entry *e,
                             struct icp_error *err) {
    const struct icp__entry_own own[] = {{"kind", "version", false, NULL}, {"state", "stored", false, NULL}, {"model", f->id, false, NULL},
                                         {"sha256", f->sha256, false, NULL}, {"bytes", f->size, true, NULL}};
    return icp__entry_read(l, a, note_json, size, own, sizeof own / sizeof own[0], e, err);
}

static icp_status store(icp_ledger *l, int64_t now, const struct icp__stored *f, const struct icp__entry *e, struct icp__last *last,
                        struct icp_error *err) {
    bool there = false;
    icp_status st = icp__ledger_begin(l, true, err);
    if (st)
        return st;
    st = icp__stored_put(l, f, &there, err);
    if (!st)
        st = icp__entry_append(l, now, e, last, err);
    return icp__ledger_end(l, st, err);
}

icp_status icp_ledger_store_model(icp_ledger *l, const icp_model *m, int64_t now, const char *note_json, size_t size, struct icp_ledger_head *head,
                                  struct icp_error *err) {
    struct icp__stored f = {{0}, {0}, {0}, {0}};
    struct icp__entry e = {0};
    struct icp__arena a;
    struct icp__last last;
    if (!l || !m || !note_json)
        return icp__fail(err, ICP_E_ARGUMENT, "ledger, model and note must not be NULL");
    icp_status st = icp__entry_may_append(l, now, head, err);
    if (st)
        return st;
    icp__arena_init(&a, &l->own);
    icp__bytes_init(&f.file, &l->own);
    icp__bytes_init(&e.canonical, &l->own);
    st = icp__stored_take(l, m, &f, err);
    if (!st)
        st = icp__stored_entry(l, &a, &f, note_json, size, &e, err);
    if (!st)
        st = store(l, now, &f, &e, &last, err);
    if (!st)
        icp__ledger_head_fill(head, &last);
    icp__entry_free(&e);
    icp__bytes_free(&f.file);
    icp__arena_free(&a);
    return st;
}

/* s stands on the row: sha256, file. */
static icp_status load(icp_ledger *l, sqlite3_stmt *s, const uint8_t id[32], icp_model **out, struct icp_error *err) {
    struct icp__place where = ICP__NOWHERE;
    struct icp_model_info info = {.struct_size = sizeof info};
    struct icp_source source;
    icp_model *made = NULL;
    char sha256[65];
    struct icp_str said = icp__ledger_text(s, 0);
    const void *file = sqlite3_column_blob(s, 1);
    size_t size = (size_t)sqlite3_column_bytes(s, 1);
    where.source = l->path;
    if (sqlite3_errcode(l->db) == SQLITE_NOMEM)
        return icp__no_memory(err);
    hash_text(file, file ? size : 0, sha256);
    if (!file || said.size != 64 || memcmp(said.data, sha256, 64))
        return icp__fail_at(err, ICP_E_CHECKSUM, &where, "the stored model was changed");
    icp_status st = icp_source_from_memory(l->context, file, size, &source, err);
    if (!st)
        st = icp_model_load(l->context, &source, &made, err);
    if (!st)
        st = icp_model_describe(made, &info, err);
    if (!st && memcmp(info.id, id, 32))
        st = icp__fail_at(err, ICP_E_CHECKSUM, &where, "another model is stored under this id");
    if (st)
        icp_model_unref(made);
    else
        *out = made;
    return st;
}

icp_status icp_ledger_load_model(icp_ledger *l, const uint8_t id[32], icp_model **out, struct icp_error *err) {
    sqlite3_stmt *s = NULL;
    bool row = false;
    char text[64];
    if (!l || !id || !out)
        return icp__fail(err, ICP_E_ARGUMENT, "ledger, id and out must not be NULL");
    icp__ledger_rollback(l);
    icp__ledger_hex(id, text);
    icp_status st = icp__ledger_prepare(l, "SELECT sha256, file FROM models WHERE id = ?1", &s, err);
    if (!st) {
        (void)sqlite3_bind_text(s, 1, text, 64, SQLITE_STATIC);
        st = icp__ledger_step(l, s, &row, err);
    }
    if (!st)
        st = row ? load(l, s, id, out, err) : icp__fail(err, ICP_E_LEDGER, "no model %.*s is stored", 64, text);
    sqlite3_finalize(s);
    return st;
}
