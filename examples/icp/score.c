/* SPDX-License-Identifier: MIT */
/* icp score: reader, scorers and writer. Threads take batches in turn and write them in that order. */
#include "score_row.h"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct best { /* a row kept for --top */
    int64_t evidence;
    uint64_t row;
    struct text line;
};
struct job {
    const struct options *o;
    icp_context *context;
    icp_model *model;
    icp_reader *reader;
    const struct icp_progress *progress; /* of a dataset; files tell their own */
    struct icp_sink sink;
    struct score_layout layout;
    icp_accounts *accounts;
    struct decided decided;
    int32_t quadrant;   /* only rows of this one; 0 = all */
    struct text key;    /* its column; empty = as the model says */
    struct text *names; /* of traits, ready to be put inside a quoted CSV or JSON cell */
    uint32_t traits;
    pthread_mutex_t lock;
    pthread_cond_t turn;
    uint64_t taken, written, rows, seen; /* batches taken and written; rows written and taken */
    struct best *best;
    size_t kept, cap;
    bool stop, keeps; /* keeps: rows are written at the end */
    bool opened;      /* the bracket of a JSON list is written */
    bool headed;      /* the heading is written, and that only in front of rows: what is refused writes nothing */
    int code;
};

static int sink_text(struct job *j, struct text *t) {
    for (size_t done = 0; done < t->size;) {
        int64_t n = j->sink.write(j->sink.user, t->data + done, t->size - done);
        if (n <= 0)
            return j->o->output ? refuse_text(j->o->output, errno == ENOSPC ? "no space left" : "cannot be written") : EXIT_REFUSED;
        done += (size_t)n;
    }
    t->size = 0;
    return EXIT_DONE;
}

static int by_evidence(const void *a, const void *b) {
    const struct best *x = a, *y = b;
    if (x->evidence != y->evidence)
        return x->evidence > y->evidence ? -1 : 1;
    return x->row < y->row ? -1 : 1;
}

static struct best *best_new(struct job *j) {
    if (j->kept == j->cap) {
        j->cap = j->cap ? j->cap * 2 : 1024;
        struct best *more = realloc(j->best, j->cap * sizeof *more);
        if (!more)
            exit(refuse_text(NULL, "out of memory"));
        j->best = more;
    }
    return &j->best[j->kept++];
}

static bool is_wanted(const struct job *j, const struct view *v, uint64_t row) { return !j->quadrant || v->quadrant[row] == j->quadrant; }

/* Keeps rows for the end: the best ones (collects up to twice as many, then cuts), or for a table all of them in order. */
static void keep(struct job *j, const struct view *v, uint64_t rows) {
    size_t top = j->o->top;
    int first = 1;
    while (!(j->layout.layers >> first & 1u))
        first++;
    for (uint64_t i = 0; i < rows; i++) {
        if (!is_wanted(j, v, i))
            continue;
        struct best *b = best_new(j);
        *b = (struct best){v->layer[first].evidence[i], j->rows + i, {0}};
        score_row_write(&b->line, &j->layout, v, i);
        if (top && j->kept == 2 * top) {
            qsort(j->best, j->kept, sizeof *j->best, by_evidence);
            while (j->kept > top)
                text_free(&j->best[--j->kept].line);
        }
    }
}

static int fail(struct job *j, const struct icp_error *e) {
    j->stop = true;
    if (j->code == EXIT_DONE)
        j->code = refuse(e);
    pthread_cond_broadcast(&j->turn);
    return 1;
}

/* Takes the next batch; NULL = nothing left. Called with the lock held. */
static icp_batch *take(struct job *j, uint64_t *number) {
    struct icp_error e = error_new();
    icp_batch *b = NULL;
    if (j->stop)
        return NULL;
    if (icp_reader_next(j->reader, &b, &e)) {
        fail(j, &e);
        return NULL;
    }
    if (!b)
        j->stop = true;
    else if (j->progress)
        j->progress->fn(j->progress->user, ICP_STAGE_EXTRACT, j->seen += icp_batch_rows(b), 0);
    *number = j->taken;
    j->taken += b != NULL;
    return b;
}

static int heading(struct job *j) {
    struct text t = {0};
    int n = j->layout.format == FORMAT_CSV && !j->headed ? j->layout.columns : 0;
    for (int i = 0; i < n; i++) {
        text_put(&t, j->layout.header[i]);
        text_char(&t, i + 1 == n ? '\n' : ',');
    }
    j->headed = true;
    int code = sink_text(j, &t);
    text_free(&t);
    return code;
}

static int emit(struct job *j, struct text *t, const struct view *v, uint64_t rows) {
    int code = heading(j);
    if (code != EXIT_DONE)
        return code;
    if (j->keeps)
        keep(j, v, rows);
    else {
        if (j->layout.format == FORMAT_JSON && !j->opened && t->size) {
            t->data[0] = '[';
            j->opened = true;
        }
        code = sink_text(j, t);
    }
    j->rows += rows;
    return code;
}

static icp_status score_batch(const struct job *j, icp_scorer *s, icp_result *r, const icp_batch *b, struct text *t, struct view *v,
                              struct icp_error *e) {
    icp_status status = icp_scorer_score(s, b, r, e);
    if (!status)
        status = view_of(v, &j->layout, r, e);
    for (uint64_t i = 0; !status && !j->keeps && i < icp_result_rows(r); i++)
        if (is_wanted(j, v, i))
            score_row_write(t, &j->layout, v, i);
    return status;
}

static void *work(void *arg) {
    struct job *j = arg;
    struct icp_scorer_options so = {.struct_size = sizeof so, .reasons = j->layout.reasons, .accounts = j->accounts, .key_column = j->key.data, .key_size = j->key.size,
                                    .flags = ICP_SCORER_AS_OF, .as_of = moment_of(j->o), .decisions = j->decided.decisions};
    struct icp_error e = error_new();
    icp_scorer *s = NULL;
    icp_result *r = NULL;
    struct text t = {0};
    icp_status status = icp_scorer_new(j->model, &so, &s, &e);
    if (!status)
        status = icp_result_new(j->context, &r, &e);
    pthread_mutex_lock(&j->lock);
    if (status)
        fail(j, &e);
    for (uint64_t number = 0;;) {
        icp_batch *b = take(j, &number);
        if (!b)
            break;
        pthread_mutex_unlock(&j->lock);
        struct view v;
        status = score_batch(j, s, r, b, &t, &v, &e);
        icp_batch_unref(b);
        pthread_mutex_lock(&j->lock);
        while (j->written != number && j->code == EXIT_DONE)
            pthread_cond_wait(&j->turn, &j->lock);
        if (j->code != EXIT_DONE || (status && fail(j, &e)))
            break;
        j->code = emit(j, &t, &v, icp_result_rows(r));
        j->stop = j->stop || j->code != EXIT_DONE;
        j->written++;
        pthread_cond_broadcast(&j->turn);
    }
    pthread_mutex_unlock(&j->lock);
    text_free(&t);
    icp_result_free(r);
    icp_scorer_free(s);
    return NULL;
}

static void run_threads(struct job *j) {
    pthread_t threads[256];
    uint64_t started = 1;
    for (; started < j->o->threads; started++)
        if (pthread_create(&threads[started], NULL, work, j))
            break;
    work(j);
    for (uint64_t i = 1; i < started; i++)
        pthread_join(threads[i], NULL);
}

static struct text escaped(const struct icp_str *id, bool json) {
    struct text t = {0}, in = {0};
    if (json)
        text_json(&in, id->data, id->size);
    for (size_t i = 0; !json && i < id->size; i++) {
        if (id->data[i] == '"')
            text_char(&t, '"');
        text_char(&t, id->data[i]);
    }
    if (json) /* without the outer quotes: it becomes a part of a longer string */
        text_add(&t, in.data + 1, in.size - 2);
    text_free(&in);
    return t;
}

static icp_status name_traits(struct job *j, struct icp_error *e) {
    struct icp_model_info info = {.struct_size = sizeof info};
    icp_status s = icp_model_describe(j->model, &info, e);
    j->traits = info.traits;
    j->names = calloc((size_t)info.traits + 1, sizeof *j->names);
    if (!j->names)
        exit(refuse_text(NULL, "out of memory"));
    for (uint32_t i = 0; !s && i < info.traits; i++) {
        struct icp_trait t = {.struct_size = sizeof t};
        s = icp_model_trait(j->model, i, &t, e);
        if (!s)
            j->names[i] = escaped(&t.id, j->layout.format == FORMAT_JSON || j->layout.format == FORMAT_JSONL);
    }
    return s;
}

/* A finished CSV line as a row of an aligned table. */
static void table_line(struct table *table, const struct text *line) {
    struct text *cell = table_row(table);
    bool quoted = false;
    for (size_t i = 0; i + 1 < line->size; i++) {
        char c = line->data[i];
        if (c == '"' && quoted && line->data[i + 1] == '"')
            text_char(cell, line->data[++i]);
        else if (c == '"')
            quoted = !quoted;
        else if (c == ',' && !quoted)
            cell++;
        else
            text_char(cell, c);
    }
}

static void write_kept(struct job *j, struct text *out) {
    size_t n = j->o->top && j->kept > j->o->top ? j->o->top : j->kept;
    struct table table;
    if (j->o->top && j->kept)
        qsort(j->best, j->kept, sizeof *j->best, by_evidence);
    table_init(&table, j->layout.columns, j->layout.header, j->layout.kinds);
    for (size_t i = 0; i < n; i++)
        if (j->layout.format == FORMAT_TABLE)
            table_line(&table, &j->best[i].line);
        else
            text_add(out, j->best[i].line.data, j->best[i].line.size);
    if (j->layout.format == FORMAT_TABLE)
        table_write(&table, FORMAT_TABLE, out);
    if (j->layout.format == FORMAT_JSON && n)
        out->data[0] = '[';
    table_free(&table);
}

static int finish(struct job *j) {
    struct text t = {0};
    int code = heading(j);
    if (j->keeps)
        write_kept(j, &t);
    if (j->layout.format == FORMAT_JSON)
        text_put(&t, j->opened || (j->keeps && j->kept) ? "\n]\n" : "[]\n");
    if (code == EXIT_DONE)
        code = sink_text(j, &t);
    text_free(&t);
    return code;
}

static int run_job(struct job *j) {
    run_threads(j);
    if (j->code == EXIT_DONE)
        j->code = finish(j);
    if (j->code != EXIT_DONE) {
        if (j->sink.abort)
            j->sink.abort(j->sink.user);
    } else if (j->sink.commit && j->sink.commit(j->sink.user))
        j->code = refuse_text(j->o->output, "cannot be written");
    progress_end();
    return j->code;
}

/* Which layers are shown and what is asked of them. */
static int plan(struct job *j, icp_status *s, struct icp_error *e) {
    const struct options *o = j->o;
    struct icp_model_info info = {.struct_size = sizeof info};
    *s = icp_model_describe(j->model, &info, e);
    j->layout.layers = info.layers;
    for (int32_t layer = 1; !*s && layer < SHOWN_LAYERS; layer++) {
        struct icp_layer_info l = {.struct_size = sizeof l};
        if (info.layers >> layer & 1u && !(*s = icp_model_layer(j->model, layer, &l, e)) && l.horizon_days)
            j->layout.timing |= 1u << layer;
    }
    if (*s)
        return EXIT_DONE;
    if (o->blend && !blend_parse(o->blend, &j->layout))
        return fprintf(stderr, "icp: --blend takes layers of the model with weights, such as fit=0.6,intent=0.4; not \"%s\"\n", o->blend), EXIT_USAGE;
    j->quadrant = o->quadrant ? quadrant_parse(o->quadrant) : 0;
    if (o->quadrant && !j->quadrant)
        return fprintf(stderr, "icp: --quadrant is one of pursue, early, investigate, low; not \"%s\"\n", o->quadrant), EXIT_USAGE;
    if (j->quadrant && !(info.layers >> ICP_LAYER_FIT & info.layers >> ICP_LAYER_INTENT & 1u))
        return fprintf(stderr, "icp: --quadrant needs a model with the layers fit and intent\n"), EXIT_USAGE;
    if (o->events.count && !j->layout.timing)
        return fprintf(stderr, "icp: --events is given, but no layer of the model looks at events\n"), EXIT_USAGE;
    if (!o->events.count && (o->invalidates.count || o->event_key || o->event_type || o->event_time || o->event_value))
        return fprintf(stderr, "icp: --invalidates and --event-... say nothing without --events\n"), EXIT_USAGE;
    if (o->events.count && !o->as_of)
        return fprintf(stderr, "icp: --events needs --as-of DATE: the moment that is asked for\n"), EXIT_USAGE;
    return EXIT_DONE;
}

/* Events of companies that FILE does not hold: a wrong key column looks like this. */
static void unknown_remark(const struct job *j) {
    icp_buffer *json = NULL;
    struct icp_str report;
    if (!j->accounts || j->o->quiet || icp_accounts_report(j->accounts, &json, NULL) || icp_buffer_data(json, &report))
        return;
    struct json *r = json_parse(report.data, report.size);
    const int64_t accounts = r ? json_int(r, "accounts") : 0, scored = r ? json_int(r, "accounts_scored") : 0;
    if (accounts > scored)
        fprintf(stderr, "events: %lld of %lld accounts are in no row of %s\n", (long long)(accounts - scored), (long long)accounts, j->o->files[1]);
    json_free(r);
    icp_buffer_unref(json);
}

static void job_free(struct job *j) {
    for (size_t i = 0; i < j->kept; i++)
        text_free(&j->best[i].line);
    free(j->best);
    for (uint32_t i = 0; j->names && i < j->traits; i++)
        text_free(&j->names[i]);
    free(j->names);
    text_free(&j->key);
    icp_reader_free(j->reader);
    icp_accounts_unref(j->accounts);
    decided_free(&j->decided);
    icp_model_unref(j->model);
    icp_context_unref(j->context);
}

int run_score(const struct options *o) {
    struct icp_error e = error_new();
    struct job j = {.o = o, .context = context_telling(), .layout = {.format = o->format}, .sink = {.struct_size = sizeof j.sink}};
    int code = EXIT_DONE;
    if (j.layout.format == FORMAT_DEFAULT)
        j.layout.format = FORMAT_CSV;
    j.keeps = o->top > 0 || j.layout.format == FORMAT_TABLE;
    j.layout.reasons = o->reasons == UINT64_MAX ? 5 : (uint32_t)o->reasons;
    if (!o->events.count && !o->ledger && !o->decisions && asks_in_vain(j.context, o, o->files + 1, 1, false)) {
        icp_context_unref(j.context);
        return EXIT_USAGE;
    }
    pthread_mutex_init(&j.lock, NULL);
    pthread_cond_init(&j.turn, NULL);
    progress_of(o, "icp score");
    icp_status s = model_of(j.context, o->files[0], &j.model, &e);
    if (!s)
        code = plan(&j, &s, &e);
    if (!s && !code)
        s = name_traits(&j, &e);
    if (!s && !code)
        code = decisions_of(j.context, o, &j.decided);
    if (!s && !code)
        standing_remarks(o, j.model, &j.decided);
    j.layout.names = j.names;
    j.layout.decided = j.decided.decisions != NULL;
    j.layout.head = (struct icp_str){j.decided.head.data, j.decided.head.size};
    if (!s && !code)
        score_layout_make(&j.layout);
    if (!s && !code && o->events.count)
        s = accounts_of(j.context, o, j.model, &j.accounts, &e);
    if (!s && !code)
        s = key_of(j.context, o, o->files[1], &j.key, &e);
    if (!s && !code)
        s = reader_of(j.context, o, o->files[1], &j.reader, &e);
    if (!s && !code)
        s = sink_of(j.context, o->output, &j.sink, &e);
    j.progress = reading_progress(j.context, o, o->files[1]);
    if (s)
        code = refuse(&e);
    else if (!code)
        code = run_job(&j);
    if (!s && !code)
        unknown_remark(&j);
    job_free(&j);
    return code;
}
