/* SPDX-License-Identifier: MIT */
/* Reads rows as events. Rows wait until their columns are known, and dates until the order of day and month is. */
#include "base/format.h"
#include "base/json.h"
#include "base/text.h"
#include "dataset/moment.h"
#include "ingest/reader.h"
#include "timing/event_columns.h"
#include "trait/parse.h"

enum {
    PROBE = 4096,    /* rows that columns are found in */
    WAIT = 65536,    /* rows that wait for a date that tells days from months */
    LEAD = 8,        /* so many dates more of one order than of the other decide */
    WAIT_MOST = 1 << 25, /* bytes that wait */
};

struct row {
    struct icp__cell cell[ICP__EVENT_ROLES];
    uint64_t number;
};
struct reading {
    struct icp__event_reading *r;
    icp_reader *reader;
    struct icp__event_found found;
    struct icp__layout *layout; /* of the last batch; `at` belongs to it */
    int32_t at[ICP__EVENT_ROLES];
    bool begun; /* columns were looked for */

    struct icp__arena held_arena;
    struct icp__event_rows *held; /* until then */
    size_t held_count, held_cap;
    uint64_t held_rows;

    struct icp__arena wait_arena;
    struct row *wait;
    size_t waits, wait_cap;
    uint64_t dmy, mdy, slashed;
    bool ordered, guessed;
    uint8_t order;

    char text[32]; /* what `moment` was read from: dates come in runs */
    size_t text_size;
    bool moment_read;
    struct icp__moment moment;
    bool any;       /* there was an event */
    int64_t before; /* its time */
    struct icp__bytes room;
};

void icp__event_reading_init(struct icp__event_reading *r, icp_context *c) {
    memset(r, 0, sizeof *r);
    r->ctx = c;
    icp__repeats_init(&r->repeats, c);
    icp__bytes_init(&r->columns, c);
    icp__bytes_text(&r->columns, "[]");
}

void icp__event_reading_free(struct icp__event_reading *r) {
    icp__repeats_free(&r->repeats);
    icp__bytes_free(&r->columns);
}

/* One row. */

static bool read_moment(struct reading *s, struct icp_str v) {
    if (v.size && v.size == s->text_size && !memcmp(v.data, s->text, v.size)) return s->moment_read;
    s->moment_read = icp__moment_read(v.data, v.size, s->order, &s->moment);
    s->text_size = v.size <= sizeof s->text ? v.size : 0;
    memcpy(s->text, v.data, s->text_size);
    return s->moment_read;
}

static void note_bad(struct reading *s, const struct row *row, struct icp_str v) {
    struct icp__event_counts *n = &s->r->counts;
    const char *source = s->reader->source ? s->reader->source : "";
    const size_t size = strlen(source) < sizeof n->bad_source ? strlen(source) : sizeof n->bad_source - 1;
    if (n->unreadable_time++) return;
    n->bad_row = (int64_t)row->number;
    n->bad_source[icp__clean(source, size, n->bad_source)] = 0;
    n->bad_text[icp__clean(v.data, v.size < sizeof n->bad_text ? v.size : sizeof n->bad_text - 1, n->bad_text)] = 0;
}

static bool count_repeat(struct reading *s, const struct icp__event *e) {
    char figures[40];
    uint64_t bits = 0;
    if (e->valued) memcpy(&bits, &e->value, sizeof bits);
    icp__put64(figures, e->key.size);
    icp__put64(figures + 8, (uint64_t)e->first);
    icp__put64(figures + 16, (uint64_t)e->last);
    icp__put64(figures + 24, bits);
    icp__put64(figures + 32, e->valued);
    s->room.size = 0;
    icp__bytes_add(&s->room, figures, sizeof figures);
    icp__bytes_add(&s->room, e->key.data, e->key.size);
    icp__bytes_add(&s->room, e->type.data, e->type.size);
    return !s->room.failed && icp__repeats_add(&s->r->repeats, (struct icp_str){s->room.data, s->room.size});
}

/* false = a row without a type. */
static bool read_type(const struct reading *s, const struct row *row, char text[ICP__TYPE_ROOM], struct icp_str *out) {
    struct icp_str v;
    bool bad;
    *out = s->found.type;
    if (out->data || (!s->found.name[ICP__EVENT_TYPE].data && !s->r->ask.type.data)) return true;
    if (!icp__cell_value(&row->cell[ICP__EVENT_TYPE], &v, &bad)) return false;
    *out = (struct icp_str){text, icp__fold_value(v.data, v.size, text, ICP__TYPE_ROOM)};
    return out->size > 0;
}

static void read_value(struct reading *s, const struct row *row, struct icp__event *e) {
    struct icp_str v;
    bool bad = false;
    if (icp__cell_value(&row->cell[ICP__EVENT_VALUE], &v, &bad)) {
        e->valued = icp__number_read(v.data, v.size, s->found.decimal, &e->value, NULL);
        bad = !e->valued;
    }
    s->r->counts.unreadable_value += bad;
}

/* What refuses an event does not know where it stands. */
static icp_status note_place(const struct reading *s, const struct row *row, icp_status st, struct icp_error *err) {
    if (st && st != ICP_E_MEMORY && err && err->struct_size >= sizeof *err && err->struct_size <= 65536 && err->row < 0) {
        const char *source = s->reader->source ? s->reader->source : "";
        const size_t size = strlen(source) < sizeof err->source ? strlen(source) : sizeof err->source - 1;
        err->source[icp__clean(source, size, err->source)] = 0;
        err->row = (int64_t)row->number;
    }
    return st;
}

static icp_status give(struct reading *s, const struct row *row, struct icp_error *err) {
    struct icp__event_counts *n = &s->r->counts;
    struct icp__event e = {.row = row->number};
    char host[256], type[ICP__TYPE_ROOM];
    struct icp_str v;
    bool bad = false;
    e.key = icp__trim(row->cell[ICP__EVENT_KEY].data, row->cell[ICP__EVENT_KEY].size);
    if (!icp__event_for_many(e.key)) e.key = icp__key_of(&row->cell[ICP__EVENT_KEY], s->r->key_form, host);
    if (!e.key.size) return n->without_key++, ICP_OK;
    if (!read_type(s, row, type, &e.type)) return n->without_type++, ICP_OK;
    if (!icp__cell_value(&row->cell[ICP__EVENT_TIME], &v, &bad)) return n->without_time++, ICP_OK;
    if (!read_moment(s, v)) return note_bad(s, row, v), ICP_OK;
    if (s->moment.last < 0) return n->before_1970++, ICP_OK;
    e.first = s->moment.first, e.last = s->moment.last;
    read_value(s, row, &e);
    if (!count_repeat(s, &e)) return icp__no_memory(err);
    n->unsorted += s->any && e.last < s->before;
    s->any = true;
    s->before = e.last;
    n->events++;
    return note_place(s, row, s->r->take(s->r->user, &e, err), err);
}

/* Rows that wait for the order of day and month. */

/* No more of a cell than anything looks at, so that what waits stays small. */
static bool keep(struct icp__arena *a, const struct icp__cell *from, struct icp__cell *to) {
    *to = *from;
    if (!from->size) return true;
    if (to->size > ICP__CELL_MAX) to->size = ICP__CELL_MAX + 1;
    to->data = icp__arena_copy(a, from->data, to->size);
    return to->data != NULL;
}

static icp_status give_waiting(struct reading *s, struct icp_error *err) {
    icp_status st = ICP_OK;
    s->ordered = true;
    s->guessed = s->dmy == s->mdy;
    /* As the schema guesses: strokes are American, hyphens and points are not. */
    if (!s->guessed) s->order = s->dmy > s->mdy ? ICP__DATE_DMY : ICP__DATE_MDY;
    else s->order = s->slashed * 2 > s->dmy ? ICP__DATE_MDY : ICP__DATE_DMY;
    s->text_size = 0;
    for (size_t i = 0; i < s->waits && !st; i++) st = give(s, &s->wait[i], err);
    s->waits = 0;
    icp__arena_free(&s->wait_arena);
    return st;
}

/* Most dates: there is nothing to decide. */
static bool is_iso(struct icp_str v) {
    for (size_t i = 0; i < 4; i++)
        if (v.size < 5 || !icp__is_digit(v.data[i])) return false;
    return v.data[4] == '-';
}

static bool is_numeric(struct icp_str v, uint8_t order) {
    double days;
    return icp__date_read(v.data, v.size, order, &days) == ICP__DATE_NUMERIC;
}

static icp_status take_row(struct reading *s, const struct row *row, struct icp_error *err) {
    struct icp_str v;
    bool bad, dmy = false, mdy = false;
    if (s->ordered) return give(s, row, err);
    if (icp__cell_value(&row->cell[ICP__EVENT_TIME], &v, &bad) && !is_iso(v)) {
        dmy = is_numeric(v, ICP__DATE_DMY), mdy = is_numeric(v, ICP__DATE_MDY);
        s->dmy += dmy, s->mdy += mdy;
        s->slashed += (dmy || mdy) && memchr(v.data, '/', v.size);
    }
    if (!s->waits && !dmy && !mdy) return give(s, row, err);
    if (!icp__grow(s->r->ctx, &s->wait, &s->wait_cap, s->waits + 1, sizeof *s->wait)) return icp__no_memory(err);
    struct row *kept = &s->wait[s->waits];
    kept->number = row->number;
    for (int k = 0; k < ICP__EVENT_ROLES; k++)
        if (!keep(&s->wait_arena, &row->cell[k], &kept->cell[k])) return icp__no_memory(err);
    s->waits++;
    const uint64_t lead = s->dmy > s->mdy ? s->dmy - s->mdy : s->mdy - s->dmy;
    return lead >= LEAD || s->waits == WAIT || s->wait_arena.total > WAIT_MOST ? give_waiting(s, err) : ICP_OK;
}

/* Rows that wait for the columns. */

static void free_held(struct reading *s) {
    for (size_t i = 0; i < s->held_count; i++) icp__layout_unref(s->held[i].layout);
    icp__free(s->r->ctx, s->held);
    icp__arena_free(&s->held_arena);
    s->held = NULL;
    s->held_count = s->held_cap = 0;
    s->held_rows = 0;
}

static bool hold(struct reading *s, const struct icp__event_rows *rows) {
    const size_t count = (size_t)(rows->rows * rows->layout->columns);
    struct icp__cell *cells = icp__arena_alloc(&s->held_arena, count, sizeof *cells);
    if (!cells || !icp__grow(s->r->ctx, &s->held, &s->held_cap, s->held_count + 1, sizeof *s->held)) return false;
    for (size_t i = 0; i < count; i++)
        if (!keep(&s->held_arena, &rows->cells[i], &cells[i])) return false;
    s->held[s->held_count++] = (struct icp__event_rows){icp__layout_ref(rows->layout), cells, rows->rows, rows->first};
    s->held_rows += rows->rows;
    return true;
}

static void use_layout(struct reading *s, struct icp__layout *l) {
    if (l != s->layout) {
        icp__layout_unref(s->layout);
        s->layout = icp__layout_ref(l);
    }
    icp__event_columns_map(&s->found, l, s->at);
}

static icp_status take_rows(struct reading *s, const struct icp__event_rows *rows, struct icp_error *err) {
    icp_status st = ICP_OK;
    if (rows->layout != s->layout) use_layout(s, rows->layout);
    for (uint64_t i = 0; i < rows->rows && !st; i++) {
        struct row row = {.number = rows->first + i};
        for (int k = 0; k < ICP__EVENT_ROLES; k++) (void)icp__event_cell(rows, i, s->at[k], &row.cell[k]);
        s->r->counts.rows++;
        st = take_row(s, &row, err);
    }
    return st;
}

/* Columns of JSON lines become known as they come; those of other files are all there from the first row on. */
static bool may_come(const struct reading *s) { return s->reader->format == ICP_FORMAT_JSONL && !s->reader->maker; }

static icp_status find_columns(struct reading *s, const struct icp__event_rows *rows, size_t count, struct icp_error *err) {
    const char *source = s->reader->source;
    struct icp__layout *l = rows[count - 1].layout;
    icp_status st = icp__event_columns_find(&s->found, s->r, rows, count, PROBE, source, err);
    if (!st && !s->found.settled && !may_come(s)) st = icp__event_columns_fail(&s->found, s->r, l, source, err);
    if (st) return st;
    s->begun = true;
    use_layout(s, l);
    return ICP_OK;
}

static icp_status begin(struct reading *s, struct icp_error *err) {
    if (!s->held_count) return ICP_OK;
    icp_status st = find_columns(s, s->held, s->held_count, err);
    for (size_t i = 0; i < s->held_count && !st; i++) st = take_rows(s, &s->held[i], err);
    free_held(s);
    return st;
}

static icp_status take_batch(struct reading *s, const icp_batch *b, struct icp_error *err) {
    const struct icp__event_rows rows = {b->layout, b->cells, b->rows, b->first_row};
    icp_status st = ICP_OK;
    if (s->begun) {
        if (!s->found.settled && rows.layout != s->layout) st = find_columns(s, &rows, 1, err);
        return st ? st : take_rows(s, &rows, err);
    }
    if (!s->held_count && rows.rows >= PROBE) {
        st = find_columns(s, &rows, 1, err);
        return st ? st : take_rows(s, &rows, err);
    }
    if (!hold(s, &rows)) return icp__no_memory(err);
    return s->held_rows >= PROBE || s->held_arena.total > WAIT_MOST ? begin(s, err) : ICP_OK;
}

/* A file. */

static void write_name(struct icp__bytes *b, const char *name, struct icp_str s) {
    icp__bytes_text(b, name);
    if (s.data) icp__json_string(b, s.data, s.size);
    else icp__bytes_text(b, "null");
}

static void write_columns(struct reading *s) {
    struct icp__bytes *b = &s->r->columns;
    const struct icp__event_found *f = &s->found;
    const char *source = s->reader->source ? s->reader->source : "";
    if (b->failed) return;
    b->size--; /* the bracket */
    if (b->size > 1) icp__bytes_text(b, ",");
    write_name(b, "{\"source\":", (struct icp_str){source, strlen(source)});
    write_name(b, ",\"key\":", f->written[ICP__EVENT_KEY]);
    write_name(b, ",\"type\":", f->written[ICP__EVENT_TYPE]);
    write_name(b, ",\"types\":", f->type);
    write_name(b, ",\"time\":", f->written[ICP__EVENT_TIME]);
    write_name(b, ",\"value\":", f->written[ICP__EVENT_VALUE]);
    icp__bytes_text(b, !s->ordered ? ",\"order\":null" : s->order == ICP__DATE_DMY ? ",\"order\":\"dmy\"" : ",\"order\":\"mdy\"");
    icp__bytes_text(b, s->guessed ? ",\"order_guessed\":true}]" : ",\"order_guessed\":false}]");
}

static icp_status read_all(struct reading *s, const struct icp_progress *p, struct icp_error *err) {
    icp_batch *b = NULL;
    icp_status st;
    while (!(st = icp_reader_next(s->reader, &b, err)) && b) {
        st = take_batch(s, b, err);
        icp_batch_unref(b);
        if (!st) st = icp__progress(p, ICP_STAGE_READ, icp__reader_raw(s->reader), icp__reader_hint(s->reader), err);
        if (st) return st;
    }
    if (!st && !s->begun) st = begin(s, err);
    if (!st && s->begun && !s->found.settled) st = icp__event_columns_fail(&s->found, s->r, s->layout, s->reader->source, err);
    if (!st && s->waits) st = give_waiting(s, err);
    return st;
}

icp_status icp__event_reading_run(struct icp__event_reading *r, icp_reader *reader, const struct icp_progress *p, struct icp_error *err) {
    struct reading s = {.r = r, .reader = reader};
    if (r->columns.failed) return icp__no_memory(err);
    icp__event_found_init(&s.found, r->ctx);
    icp__arena_init(&s.held_arena, r->ctx);
    icp__arena_init(&s.wait_arena, r->ctx);
    icp__bytes_init(&s.room, r->ctx);
    icp_status st = read_all(&s, p, err);
    if (!st) write_columns(&s);
    if (!st && (r->columns.failed || !icp__repeats_settle(&r->repeats))) st = icp__no_memory(err);
    if (!st) {
        r->counts.duplicates = icp__repeats_count(&r->repeats);
        r->counts.estimated = r->repeats.level > 0;
    }
    free_held(&s);
    icp__free(r->ctx, s.wait);
    icp__arena_free(&s.wait_arena);
    icp__bytes_free(&s.room);
    icp__layout_unref(s.layout);
    icp__event_found_free(&s.found);
    return st;
}

void icp__event_counts_write(const struct icp__event_counts *n, struct icp__bytes *json) {
    const struct {
        const char *name;
        uint64_t count;
    } figures[] = {{"\"rows\":", n->rows},
                   {",\"events\":", n->events},
                   {",\"without_key\":", n->without_key},
                   {",\"without_type\":", n->without_type},
                   {",\"without_time\":", n->without_time},
                   {",\"unreadable_time\":", n->unreadable_time},
                   {",\"unreadable_value\":", n->unreadable_value},
                   {",\"before_1970\":", n->before_1970},
                   {",\"unsorted\":", n->unsorted},
                   {",\"duplicates\":", n->duplicates}};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        icp__bytes_text(json, figures[i].name);
        icp__json_uint_write(json, figures[i].count);
    }
    icp__bytes_text(json, n->estimated ? ",\"duplicates_estimated\":true" : ",\"duplicates_estimated\":false");
    icp__bytes_text(json, ",\"first_unreadable_time\":");
    if (!n->bad_row) {
        icp__bytes_text(json, "null");
        return;
    }
    icp__bytes_text(json, "{\"source\":");
    icp__json_strz(json, n->bad_source);
    icp__bytes_text(json, ",\"row\":");
    icp__json_int(json, n->bad_row);
    icp__bytes_text(json, ",\"text\":");
    icp__json_strz(json, n->bad_text);
    icp__bytes_text(json, "}");
}
