/* SPDX-License-Identifier: MIT */
/* One company, filled in cell by cell; every column keeps its memory from one company to the next. */
#include "base/number.h"
#include "base/text.h"
#include "trait/parse.h"

struct slot {
    char *data;
    size_t cap;
    bool items; /* written by icp_record_add_item: a JSON list */
};
struct storage {
    char *converted; /* scratch for cells that are not UTF-8 */
    size_t converted_cap;
    struct slot slot[];
};

static struct slot *slot_of(icp_record *r, int32_t column) { return &((struct storage *)r->more)->slot[column]; }

icp_status icp_record_new(const icp_schema *s, icp_record **out, struct icp_error *err) {
    if (!s || !out) return icp__fail(err, ICP_E_ARGUMENT, "%s is NULL", s ? "out" : "schema");
    icp_context *c = s->ctx;
    icp_record *r = icp__calloc(c, 1, sizeof *r);
    struct icp__cell *cells = icp__calloc(c, s->columns, sizeof *cells);
    char *more = icp__calloc(c, 1, sizeof(struct storage) + s->columns * sizeof(struct slot));
    if (r && cells && more) {
        for (uint32_t i = 0; i < s->columns; i++) cells[i] = (struct icp__cell){s->column[i].name.data, s->column[i].name.size};
        r->layout = icp__layout_new(c, s->columns, cells);
    }
    if (!r || !cells || !more || !r->layout) {
        icp__free(c, more), icp__free(c, cells), icp__free(c, r);
        return icp__no_memory(err);
    }
    memset(cells, 0, s->columns * sizeof *cells);
    r->ctx = icp_context_ref(c);
    /* The count of references is the only thing about a schema that changes. */
    r->schema = icp_schema_ref((icp_schema *)(uintptr_t)s);
    r->cells = cells;
    r->more = more;
    *out = r;
    return ICP_OK;
}

void icp_record_free(icp_record *r) {
    if (!r) return;
    icp_context *c = r->ctx;
    struct storage *more = r->more;
    for (uint32_t i = 0; i < r->schema->columns; i++) icp__free(c, more->slot[i].data);
    icp__free(c, more->converted);
    icp__free(c, more);
    icp__free(c, r->cells);
    icp__layout_unref(r->layout);
    icp_schema_unref(r->schema);
    icp__free(c, r);
    icp_context_unref(c);
}

void icp_record_clear(icp_record *r) {
    if (!r) return;
    for (uint32_t i = 0; i < r->schema->columns; i++) {
        r->cells[i] = (struct icp__cell){NULL, 0};
        slot_of(r, (int32_t)i)->items = false;
    }
}

int32_t icp_record_column(const icp_record *r, const char *name, size_t size) {
    return r && name ? icp__schema_find(r->schema, name, size) : -1;
}

static bool known_column(const icp_record *r, int32_t column) { return r && column >= 0 && (uint32_t)column < r->schema->columns; }

static void unset(icp_record *r, int32_t column) {
    r->cells[column] = (struct icp__cell){NULL, 0};
    slot_of(r, column)->items = false;
}

static icp_status reserve(icp_record *r, int32_t column, size_t size) {
    struct slot *t = slot_of(r, column);
    if (size > r->ctx->options.max_cell) return ICP_E_LIMIT;
    if (!icp__grow(r->ctx, &t->data, &t->cap, size ? size : 1, 1)) return ICP_E_MEMORY;
    if (r->cells[column].data) r->cells[column].data = t->data;
    return ICP_OK;
}

/* Cells that are not UTF-8 are read as Windows-1252, as readers do. Room for both the cell and its conversion. */
static icp_status prepare(icp_record *r, int32_t column, const char *data, size_t size) {
    struct storage *more = r->more;
    if (size > r->ctx->options.max_cell) return ICP_E_LIMIT;
    if (ICP__LIKELY(icp__utf8_valid(data, size))) return reserve(r, column, size);
    if (size > SIZE_MAX / 3 || !icp__grow(r->ctx, &more->converted, &more->converted_cap, size * 3, 1)) return ICP_E_MEMORY;
    size_t n = icp__utf8_from_1252(data, size, more->converted);
    return reserve(r, column, n);
}

/* prepare() was successful, so that nothing can fail any more. */
static void store(icp_record *r, int32_t column, const char *data, size_t size) {
    struct storage *more = r->more;
    struct slot *t = slot_of(r, column);
    if (ICP__UNLIKELY(!icp__utf8_valid(data, size))) {
        size = icp__utf8_from_1252(data, size, more->converted);
        data = more->converted;
    }
    if (size) memcpy(t->data, data, size);
    t->items = false;
    r->cells[column] = (struct icp__cell){t->data, size};
}

icp_status icp_record_set_text(icp_record *r, int32_t column, const char *data, size_t size) {
    if (!known_column(r, column) || (!data && size)) return ICP_E_ARGUMENT;
    if (!data) {
        unset(r, column);
        return ICP_OK;
    }
    icp_status st = prepare(r, column, data, size);
    if (!st) store(r, column, data, size);
    return st;
}

icp_status icp_record_set_number(icp_record *r, int32_t column, double v) {
    if (!known_column(r, column)) return ICP_E_ARGUMENT;
    if (!(v - v == 0)) {
        unset(r, column);
        return ICP_OK;
    }
    char text[40];
    return icp_record_set_text(r, column, text, icp__sure_decimals(text, icp__decimal_print(v, text)));
}

icp_status icp_record_set_time(icp_record *r, int32_t column, int64_t micros) {
    if (!known_column(r, column)) return ICP_E_ARGUMENT;
    if (micros == ICP_TIME_UNKNOWN) {
        unset(r, column);
        return ICP_OK;
    }
    int64_t day = micros / 86400000000;
    if (micros % 86400000000 < 0) day--;
    if (day < icp__days_of(1000, 1, 1) || day > icp__days_of(2999, 12, 31)) return ICP_E_ARGUMENT;
    char text[10];
    icp__date_print(day, text);
    return icp_record_set_text(r, column, text, sizeof text);
}

icp_status icp_record_add_item(icp_record *r, int32_t column, const char *data, size_t size) {
    if (!known_column(r, column) || !data || r->schema->column[column].kind != ICP_KIND_LIST) return ICP_E_ARGUMENT;
    struct slot *t = slot_of(r, column);
    struct storage *more = r->more;
    if (size > r->ctx->options.max_cell) return ICP_E_LIMIT;
    if (!icp__utf8_valid(data, size)) {
        if (size > SIZE_MAX / 3 || !icp__grow(r->ctx, &more->converted, &more->converted_cap, size * 3, 1)) return ICP_E_MEMORY;
        size = icp__utf8_from_1252(data, size, more->converted);
        data = more->converted;
    }
    size_t used = r->cells[column].data ? r->cells[column].size : 0, need = used + 4;
    uint8_t separator = r->schema->column[column].separator;
    for (size_t i = 0; i < size; i++) need += data[i] == '"' || data[i] == '\\' ? 2 : 1;
    icp_status st = reserve(r, column, need);
    if (st) return st;
    char *p = t->data + used;
    if (used && !t->items) { /* behind a cell set as text */
        *p++ = separator && separator != 'j' ? (char)separator : separator ? ',' : ';';
        memcpy(p, data, size);
        r->cells[column] = (struct icp__cell){t->data, used + 1 + size};
        return ICP_OK;
    }
    /* A list in brackets takes any item, also one that holds the separator. */
    if (used) p[-1] = ',';
    else *p++ = '[';
    *p++ = '"';
    for (size_t i = 0; i < size; i++) {
        if (data[i] == '"' || data[i] == '\\') *p++ = '\\';
        *p++ = data[i];
    }
    *p++ = '"';
    *p++ = ']';
    t->items = true;
    r->cells[column] = (struct icp__cell){t->data, (size_t)(p - t->data)};
    return ICP_OK;
}

static bool is_set(const uint8_t *validity, uint32_t i) { return !validity || validity[i / 8] >> (i % 8) & 1; }

static bool all_ascii(const char *s, size_t n) {
    uint64_t all = 0, word;
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        memcpy(&word, s + i, 8);
        all |= word;
    }
    for (; i < n; i++) all |= (unsigned char)s[i];
    return (all & UINT64_C(0x8080808080808080)) == 0;
}

static icp_status check_offsets(const icp_record *r, const char *bytes, const int64_t *offsets) {
    uint32_t n = r->schema->columns;
    if (offsets[0] < 0 || (!bytes && offsets[n] != offsets[0])) return ICP_E_ARGUMENT;
    for (uint32_t i = 0; i < n; i++) {
        if (offsets[i + 1] < offsets[i]) return ICP_E_ARGUMENT;
        if ((uint64_t)offsets[i + 1] > SIZE_MAX) return ICP_E_LIMIT;
    }
    return ICP_OK;
}

/* Cells that are ASCII together need no look at their encoding one by one. */
static icp_status set_ascii(icp_record *r, const char *bytes, const int64_t *offsets, const uint8_t *validity) {
    struct slot *slot = slot_of(r, 0);
    uint32_t n = r->schema->columns;
    for (uint32_t i = 0; i < n; i++) {
        size_t size = (size_t)(offsets[i + 1] - offsets[i]);
        icp_status st = size < slot[i].cap || !is_set(validity, i) ? ICP_OK : reserve(r, (int32_t)i, size);
        if (st) return st;
    }
    for (uint32_t i = 0; i < n; i++) {
        size_t size = (size_t)(offsets[i + 1] - offsets[i]);
        bool set = is_set(validity, i);
        slot[i].items = false;
        if (set && size) memcpy(slot[i].data, bytes + offsets[i], size);
        r->cells[i] = set ? (struct icp__cell){slot[i].data, size} : (struct icp__cell){NULL, 0};
    }
    return ICP_OK;
}

icp_status icp_record_set_all(icp_record *r, const char *bytes, const int64_t *offsets, const uint8_t *validity) {
    if (!r || !offsets) return ICP_E_ARGUMENT;
    const icp_status offered = check_offsets(r, bytes, offsets);
    if (offered) return offered;
    uint32_t n = r->schema->columns;
    if (!bytes) bytes = "";
    /* The size first: bytes beyond the limit are not looked at. */
    if (n && (uint64_t)(offsets[n] - offsets[0]) <= r->ctx->options.max_cell && all_ascii(bytes + offsets[0], (size_t)(offsets[n] - offsets[0])))
        return set_ascii(r, bytes, offsets, validity);
    for (uint32_t i = 0; i < n; i++) {
        icp_status st = is_set(validity, i) ? prepare(r, (int32_t)i, bytes + offsets[i], (size_t)(offsets[i + 1] - offsets[i])) : ICP_OK;
        if (st) return st;
    }
    for (uint32_t i = 0; i < n; i++)
        if (is_set(validity, i)) store(r, (int32_t)i, bytes + offsets[i], (size_t)(offsets[i + 1] - offsets[i]));
        else unset(r, (int32_t)i);
    return ICP_OK;
}
