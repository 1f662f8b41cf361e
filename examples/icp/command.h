/* SPDX-License-Identifier: MIT */
/* The command: what its files share. It uses the public headers only, like any other client. */
#pragma once
#include <icp/icp.h>
#include <stdbool.h>
#include <stdio.h>

enum { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2 };
enum format { FORMAT_DEFAULT, FORMAT_CSV, FORMAT_JSONL, FORMAT_JSON, FORMAT_TABLE };

struct patterns {
    const char *item[64];
    int count;
};
/* What an entry of the ledger says, as it was given. */
struct entry_options {
    const char *author, *authority, *text, *model, *of_model, *tier, *expiry, *reason, *assignee, *next, *area, *on, *outcome, *kind, *head;
    struct patterns traits;
    const char *rows, *calibration, *gates;
    bool anyway, only_check;
    uint64_t number;
    int64_t from, to; /* 0 = none */
};
/* Every option of every command; a command names those it takes. */
struct options {
    const char *key, *schema, *output, *reference, *customers, *universe, *weights, *company;
    const char *excluded, *since, *as_of, *company_table, *false_alarm;
    const char *event_key, *event_type, *event_time, *event_value, *layers, *card, *quadrant, *blend, *layer, *ledger, *decisions, *scored, *base;
    const char *dialect, *sql_table;
    const char *edits, *author, *reason, *before, *via, *before_as_of;
    int64_t before_as_of_micros; /* before_as_of, parsed */
    struct patterns set, off_family, off_column, learned_family;
    int64_t as_of_micros;       /* as_of, parsed */
    int64_t now;                /* ICP_TIME_UNKNOWN = the clock's */
    struct entry_options entry;
    bool patterns_of_dataset;   /* include and exclude name tables and their columns, not columns of the schema */
    struct patterns include, exclude, release, protect, events, outcomes, invalidates, by;
    uint64_t k, seed, horizon, threads, reasons, top, looks;
    enum format format;
    bool allow_few, quiet, help, host_key, exact_keys, check, sql, partial;
    const char **files; /* what is not an option, in order */
    int file_count;
};
struct command {
    const char *name;    /* "fit", "reference build" */
    int min_files, max_files; /* max -1 = any number */
    int (*run)(const struct options *o);
    const char *usage;   /* the line behind the name */
    const char *help;    /* one sentence */
    const char *formats; /* for --format, the default first, parted by | */
    const char *more;    /* shown by --help alone */
    const unsigned char *takes; /* ids of options.h; ends with OPTION_COUNT */
};
extern const struct command commands[];
extern const int command_count;
int options_parse(struct options *o, const struct command *c, int argc, char **argv); /* 0 or EXIT_USAGE */
void options_help(FILE *to, const struct command *c);

struct text;
/* One line on stderr: "icp: file:row:column: message". Both return an exit code. */
int refuse(const struct icp_error *e);
int refuse_text(const char *file, const char *text);
struct icp_error error_new(void);

icp_context *context_new(void);                 /* exits when there is no memory */
icp_context *context_telling(void);             /* the same; what the library has to say goes to stderr */
icp_pool *pool_of(icp_context *c, const struct options *o); /* NULL for one thread */
bool parse_moment(const char *s, int64_t *micros); /* 2026-11-22, or a time in ISO 8601 with its zone */
/* "-" is standard input; a folder or a manifest is a dataset, read as companies. */
bool is_dataset(icp_context *c, const char *path);
/* An option that only a dataset heeds (include: --include-field is one), and none of the paths is one: says so. Paths may be NULL. */
bool asks_in_vain(icp_context *c, const struct options *o, const char *const *paths, int count, bool include);
/* The dataset at a path, opened once; kept until datasets_end(). Takes --as-of, --company-table, --release, --protect and, where the
 * command says so, --include-field and --exclude-field. */
icp_status dataset_of(icp_context *c, const struct options *o, const char *path, icp_dataset **out, struct icp_error *e);
void datasets_end(const struct options *o, int code); /* says what their reading met, and releases them */
void dataset_remarks(const char *path, const char *json, size_t size); /* of icp_dataset_report(), on stderr */
/* --key, else the dataset's key; nothing for a plain file without --key. */
icp_status key_of(icp_context *c, const struct options *o, const char *path, struct text *key, struct icp_error *e);
const struct icp_progress *reading_progress(icp_context *c, const struct options *o, const char *path); /* files tell their own */
const struct icp_progress *progress_again(const struct options *o); /* of what progress_of() was last told */
void patterns_text(struct text *t, const struct patterns *p); /* added, one per line */
icp_status reader_of(icp_context *c, const struct options *o, const char *path, icp_reader **out, struct icp_error *e);
/* Reads the rows of a path into a fit, by one of the icp_fit_add_... */
icp_status fit_add(icp_context *c, const struct options *o, const char *path, icp_fit *f,
                   icp_status (*to)(icp_fit *, icp_reader *, const struct icp_progress *, struct icp_error *), struct icp_error *e);
/* Files of events or outcomes, folders as the events of their tables, ledgers as their outcomes. */
icp_status events_reader_of(icp_context *c, const struct options *o, const char *path, icp_reader **out, struct icp_error *e);
struct icp_event_columns event_columns_of(const struct options *o);
/* The accounts of --events as of --as-of, read twice where an invalidating event comes late; says what was left out. */
icp_status accounts_of(icp_context *c, const struct options *o, const icp_model *m, icp_accounts **out, struct icp_error *e);
/* What was read of events and outcomes, on stderr: `name` of a report. */
void events_remarks(const char *report, const char *name);
icp_status source_of(icp_context *c, const struct options *o, const char *path, struct icp_source *out, struct icp_error *e);
icp_status read_whole(icp_context *c, const struct options *o, const char *path, struct text *t, struct icp_error *e); /* of a small file */
icp_status sink_of(icp_context *c, const char *path, struct icp_sink *out, struct icp_error *e); /* NULL or "-" = stdout */
icp_status model_of(icp_context *c, const char *path, icp_model **out, struct icp_error *e);
icp_status reference_of(icp_context *c, const char *path, icp_reference **out, struct icp_error *e);
/* The schema of --schema, else the reference's, narrowed by --include-field and --exclude-field. */
icp_status schema_of(icp_context *c, const struct options *o, const icp_reference *r, icp_schema **out, struct icp_error *e);
void text_hex(struct text *t, const uint8_t *data, size_t n);
const struct icp_progress *progress_of(const struct options *o, const char *what); /* NULL unless stderr is a terminal */
void progress_end(void);
int32_t find_column(const icp_batch *b, const char *name, size_t size); /* exact header, -1 = none */

/* Text that grows; a failure to get memory ends the program with a message. */
struct text {
    char *data;
    size_t size, cap;
};
void text_add(struct text *t, const char *data, size_t size);
void text_put(struct text *t, const char *s);
void text_char(struct text *t, char c);
void text_int(struct text *t, int64_t v);
void text_fixed(struct text *t, int64_t v, int decimals); /* v / 10^decimals */
void text_csv(struct text *t, const char *s, size_t n);   /* quoted where it must be */
void text_json(struct text *t, const char *s, size_t n);  /* quoted, escaped */
/* The strings of the list "name":[...] in JSON that the library wrote, at most `most` of them, parted by ", ". Of objects only the
 * string `member` is taken; NULL = the list's items are strings. Returns how many were put. */
int text_list(struct text *t, const char *json, const char *name, const char *member, int most);
void text_free(struct text *t);
int text_write(struct text *t, icp_context *c, const char *path); /* to a file or stdout, all or nothing */

/* JSON that the library wrote, as a tree. */
enum json_type { JSON_WORD, JSON_STRING, JSON_LIST, JSON_OBJECT }; /* word: number, true, false, null */
struct json {
    enum json_type type;
    struct text name; /* as a member */
    struct text text;
    struct json **items;
    size_t count;
};
struct json *json_parse(const char *data, size_t size); /* NULL = not JSON */
void json_free(struct json *j);
const struct json *json_at(const struct json *j, const char *name); /* NULL = no such member */
int64_t json_int(const struct json *j, const char *name);           /* 0 = none */
const char *json_string(const struct json *j, const char *name);    /* "" = none */

/* A small table of strings, written in any of the formats. */
struct table {
    const char *const *names;
    const char *kinds; /* per column 's' text or 'n' number */
    int columns;
    struct text *cells; /* rows * columns */
    size_t rows, cap;
};
void table_init(struct table *t, int columns, const char *const *names, const char *kinds);
struct text *table_row(struct table *t); /* a new row of empty cells */
void table_write(const struct table *t, enum format f, struct text *out);
void table_free(struct table *t);

int64_t now_of(const struct options *o);    /* --now, else the clock */
int64_t moment_of(const struct options *o); /* --as-of, else now */
int json_file(icp_context *c, const struct options *o, const char *path, struct text *out); /* anything but EXIT_DONE was told */
/* What --ledger or --decisions say at that moment. */
struct decided {
    icp_decisions *decisions; /* NULL = neither was given */
    struct text head;         /* of the ledger, "12:9c0d..."; empty without */
};
int decisions_of(icp_context *c, const struct options *o, struct decided *out);
int ledger_decisions(icp_context *c, const struct options *o, struct decided *out);
int ledger_card(icp_context *c, const struct options *o, const icp_model *m); /* the model's card becomes an entry */
icp_status ledger_outcomes(icp_context *c, const char *path, icp_reader **out, struct icp_error *e); /* those of a ledger as rows */
void decided_free(struct decided *d);
/* What of the model is overdue, changed or flagged, on stderr. */
void standing_remarks(const struct options *o, const icp_model *m, const struct decided *d);

/* --layer, else the first of the model. EXIT_USAGE = not a layer, or not one of the model. */
int layer_of(const struct options *o, const icp_model *m, int32_t *layer);
const char *tier_name(int32_t tier);
const char *confidence_name(int32_t confidence);
void flag_names(struct text *t, uint64_t flags, char separator);
const char *family_name(int32_t family);
int64_t micro_evidence(int64_t millipoints); /* bits, millionths */
void ratio_text(struct text *t, int64_t millipoints, int32_t layer); /* "8.0 times as common among ..." */
void share_text(struct text *t, uint64_t part, uint64_t of); /* percent, one decimal; "-" of nothing */

int run_schema(const struct options *o);
int run_reference_build(const struct options *o);
int run_reference_merge(const struct options *o);
int run_reference_show(const struct options *o);
int run_fit(const struct options *o);
int run_score(const struct options *o);
int run_explain(const struct options *o);
int run_export(const struct options *o);
int run_traits(const struct options *o);
int run_distribution(const struct options *o);
int run_segments(const struct options *o);
int run_dataset(const struct options *o);
int run_drift(const struct options *o);
int run_events(const struct options *o);
int audit_events(const struct options *o); /* icp audit MODEL --events */
int run_audit(const struct options *o);
int run_match(const struct options *o);
int run_card(const struct options *o);
int run_calibrate(const struct options *o);
/* On the ledger: without it in this build they say so. */
int run_override(const struct options *o);
int run_override_withdraw(const struct options *o);
int run_flag_raise(const struct options *o);
int run_flag_assign(const struct options *o);
int run_flag_resolve(const struct options *o);
int run_override_list(const struct options *o);
int run_flag_list(const struct options *o);
int run_publish(const struct options *o);
int run_publish_list(const struct options *o);
int run_restore(const struct options *o);
int run_review(const struct options *o);
int run_outcome(const struct options *o);
int run_change(const struct options *o);
int run_history(const struct options *o);
int run_ledger_create(const struct options *o);
int run_ledger_head(const struct options *o);
int run_ledger_verify(const struct options *o);
int run_edit(const struct options *o);
int run_diff(const struct options *o);
