/* SPDX-License-Identifier: MIT */
/* Rows of a table or stream as events: which column says what, and what each row says. */
#pragma once
#include "dataset/lost.h"
#include "ingest/batch.h"
#include "ingest/sample.h"

/* Headers asked for; data NULL = found. They live as long as the caller's. */
struct icp__event_columns {
    struct icp_str key, type, time, value;
};
#define ICP__TYPE_ROOM 256 /* bytes of a folded type */
struct icp__event {
    struct icp_str key;  /* in the form of the reference's keys */
    struct icp_str type; /* folded (icp__fold_value), cut at 256 bytes; what is no UTF-8 was mended by the reader */
    int64_t first, last; /* microseconds: the first and the last moment that the cell may mean; known only after `last` */
    bool valued;
    double value;
    uint64_t row; /* data row, from 1 */
};
/* What was met while reading, over several files. */
struct icp__event_counts {
    uint64_t rows, events; /* rows read; given to `take` */
    uint64_t without_key, without_type, without_time, unreadable_time; /* rows left out, by the first of these that holds */
    uint64_t unreadable_value;  /* events that count without their value */
    uint64_t before_1970;       /* left out */
    uint64_t unsorted;          /* events earlier than the one before; harmless */
    uint64_t duplicates;        /* rows that say the same as one before: counted, not left out */
    bool estimated;             /* duplicates of more than a million rows */
    int64_t bad_row;            /* the first row whose time could not be read, 0 = none */
    char bad_source[128], bad_text[64]; /* where, and what stood there */
};
struct icp__event_reading {
    icp_context *ctx;
    struct icp__event_columns ask;
    struct icp_str key_header; /* of the reference: a column with this header, or one that ends with it, is the key */
    int32_t key_form;          /* ICP_KEY_... */
    icp_status (*take)(void *user, const struct icp__event *e, struct icp_error *err);
    void *user;
    struct icp__event_counts counts; /* added to */
    struct icp__repeats repeats;     /* over all files */
    /* JSON array, one object a file read: {"source":..,"key":..,"type":..,"types":..,"time":..,"value":..,"order":"dmy"|"mdy"|null,
     * "order_guessed":..}; headers, null = there is none; types = what every event of a file without a column for it is. */
    struct icp__bytes columns;
};
void icp__event_reading_init(struct icp__event_reading *r, icp_context *c);
void icp__event_reading_free(struct icp__event_reading *r);
/* Reads to the end, within icp__fpenv_enter(). ICP_E_KEY, ICP_E_SCHEMA name what was looked for and the columns there are; what
 * `take` fails with is passed on. Same rows, same events and counts, however the reader cuts them into batches. */
icp_status icp__event_reading_run(struct icp__event_reading *r, icp_reader *reader, const struct icp_progress *p, struct icp_error *err);
/* "counts" of the report as members of a JSON object, without braces. */
void icp__event_counts_write(const struct icp__event_counts *n, struct icp__bytes *json);

/* What an outcome's type says; folded text. */
enum icp__outcome_kind { ICP__NO_OUTCOME = 0, ICP__CONVERTED, ICP__LOST, ICP__EXPANDED, ICP__RENEWED, ICP__CHURNED, ICP__OUTCOMES };
enum icp__outcome_kind icp__outcome_kind_of(struct icp_str type);
/* What happened to a company whose history then says less; folded text. */
enum icp__break_kind { ICP__NO_BREAK = 0, ICP__ACQUISITION, ICP__MERGER, ICP__LEADERSHIP, ICP__REPOSITIONING, ICP__DISRUPTION, ICP__BREAKS };
enum icp__break_kind icp__break_kind_of(struct icp_str type);
const char *icp__break_name(enum icp__break_kind k);
/* Each line folded as types are, for comparing; false = no memory. */
bool icp__event_fold_lines(struct icp__arena *a, const char *data, size_t size, struct icp_str *out);
/* Does a type invalidate what came before? `lines` = further ones than the tables know, folded. */
bool icp__event_breaks(struct icp_str lines, struct icp_str type, enum icp__break_kind *kind);
/* A key that stands for no single account: `*` for all, `segment:` and a trait for those that have it. */
static inline bool icp__event_for_many(struct icp_str key) {
    static const char segment[] = "segment:";
    size_t i = 0;
    while (i < 8 && i < key.size && ((key.data[i] | (i < 7 ? 32 : 0)) == segment[i])) /* letters in either case */
        i++;
    return (key.size == 1 && key.data[0] == '*') || i == 8;
}
/* One event that no file holds, given to r->take; key and type as a cell would say them. Counted as a row. */
struct icp_event;
icp_status icp__event_reading_one(struct icp__event_reading *r, const char *key, size_t key_size, const struct icp_event *e, struct icp_error *err);
/* Checks an event and folds its type into `room`. */
icp_status icp__event_check(const struct icp_event *given, struct icp_event *own, char room[ICP__TYPE_ROOM], struct icp_str *type, struct icp_error *err);
/* Checks the caller's names of columns. */
struct icp_event_columns;
icp_status icp__event_columns_ask(const struct icp_event_columns *given, struct icp__event_columns *out, struct icp_error *err);
