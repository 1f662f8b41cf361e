/* SPDX-License-Identifier: MIT */
/* Learning a timing layer: examples as a table with a column for each measure, then the steps of the fit. */
#include "model/timing.h"
#include "base/json.h"
#include "base/number.h"
#include "model/playbook.h"
#include "model/surge.h"
#include "trait/parse.h"

struct learning {
    const struct icp__timing_input *in;
    struct icp__signals *signals;
    struct icp__moments moments;
    icp_schema *schema;
    struct icp__arena arena;
    struct icp__table table;
    struct icp__cell *cells;
    char *room; /* [rows * columns of events] texts of numbers */
    uint32_t derived;
    double *mass;
    int32_t *column[ICP__ORIGINS]; /* of the companies' schema in the tables of companies */
};

#define CELL_ROOM 24u
#define NOT_THEN "not looked at: may have become known after the moment that is judged"

static bool has_column(const icp_schema *s, struct icp_str table, const char *rest, bool begins) {
    const size_t n = strlen(rest);
    for (uint32_t i = 0; i < s->columns; i++) {
        const struct icp_str name = s->column[i].name;
        if (name.size >= table.size + n && (begins || name.size == table.size + n) && !memcmp(name.data, table.data, table.size) &&
            !memcmp(name.data + table.size, rest, n))
            return true;
    }
    return false;
}

/* "deals count" beside "deals.amount sum": what a dataset makes of a child table's rows, those of later days among them. */
static bool is_of_child(const icp_schema *s, struct icp_str name) {
    static const char count[] = " count";
    const char *point = memchr(name.data, '.', name.size);
    if (point)
        return has_column(s, (struct icp_str){name.data, (size_t)(point - name.data)}, count, false);
    const size_t n = sizeof count - 1;
    return name.size > n && !memcmp(name.data + name.size - n, count, n) && has_column(s, (struct icp_str){name.data, name.size - n}, ".", true);
}

/* What may have become known after a moment is not looked at: dates, and sums over rows whose events are columns of their own. */
static bool is_of_no_time(const icp_schema *s, const struct icp__column *c) {
    return c->kind != ICP_KIND_DATE && !is_of_child(s, c->name);
}

/* The companies' columns where a layer looks at them, then those made of events. */
static icp_status make_schema(struct learning *k, struct icp_error *err) {
    const icp_schema *from = k->in->layer == ICP_LAYER_RETENTION ? k->in->schema : NULL;
    const struct icp__signals *s = k->signals;
    k->derived = from ? from->columns : 0;
    k->schema = icp__schema_new(k->in->ctx, k->derived + s->columns);
    if (!k->schema)
        return icp__no_memory(err);
    k->schema->extraction = from ? from->extraction : ICP__EXTRACTION;
    for (uint32_t i = 0; i < k->derived; i++) {
        struct icp__column *c = &k->schema->column[i];
        *c = from->column[i];
        struct icp_str reason = from->column[i].reason;
        if (!is_of_no_time(from, c)) {
            c->kind = ICP_KIND_IGNORED;
            reason = (struct icp_str){NOT_THEN, sizeof NOT_THEN - 1};
        }
        if (!icp__schema_copy_str(k->schema, from->column[i].name, &c->name) || !icp__schema_copy_str(k->schema, from->column[i].id, &c->id) ||
            !icp__schema_copy_str(k->schema, reason, &c->reason))
            return icp__no_memory(err);
    }
    for (uint32_t i = 0; i < s->columns; i++) {
        struct icp__bytes name;
        struct icp__column *c = &k->schema->column[k->derived + i];
        icp__bytes_init(&name, k->in->ctx);
        icp__signals_header(s, &s->column[i], &name);
        c->kind = ICP_KIND_NUMBER;
        c->decimal = '.';
        const bool fine = !name.failed && icp__schema_set_name(k->schema, c, name.data, name.size) &&
                          icp__schema_copy_str(k->schema, (struct icp_str){"made of events", 14}, &c->reason);
        icp__bytes_free(&name);
        if (!fine)
            return icp__no_memory(err);
    }
    return ICP_OK;
}

/* Thousandths as a decimal. */
static size_t print_thousandths(int64_t v, char out[CELL_ROOM]) {
    size_t n = icp__int_print(v / 1000, out);
    uint32_t rest = (uint32_t)(v % 1000);
    if (!rest)
        return n;
    out[n++] = '.';
    for (uint32_t unit = 100; rest; rest %= unit, unit /= 10)
        out[n++] = (char)('0' + rest / unit);
    return n;
}

static void visit(void *user, uint32_t row, const struct icp__track *t) {
    struct learning *k = user;
    const struct icp__signals *s = k->signals;
    for (uint32_t i = 0; i < s->columns; i++) {
        struct icp__cell *cell = &k->cells[(size_t)row * k->schema->columns + k->derived + i];
        char *at = k->room + ((size_t)row * s->columns + i) * CELL_ROOM;
        int64_t v;
        if (!icp__signals_value(s, &s->column[i], t, k->moments.row[row].day, false, &v))
            continue;
        *cell = (struct icp__cell){at, print_thousandths(v, at)};
    }
}

static icp_status find_columns(struct learning *k, const struct icp__table *const table[ICP__ORIGINS], struct icp_error *err) {
    icp_status s = ICP_OK;
    for (int o = 0; !s && o < ICP__ORIGINS; o++) {
        k->column[o] = icp__arena_alloc(&k->arena, k->in->schema->columns + 1u, sizeof **k->column);
        s = !k->column[o] ? icp__no_memory(err) : table[o] ? icp__table_columns(k->in->ctx, table[o], k->in->schema, k->column[o], err) : ICP_OK;
    }
    return s;
}

/* What is known of the account's company: the reference's row, else the universe's, else the customer's own. */
static void copy_company(struct learning *k, const struct icp__table *const table[ICP__ORIGINS], uint32_t row) {
    for (int o = 0; o < ICP__ORIGINS; o++) {
        const int64_t at = table[o] ? icp__table_find(table[o], k->table.hashes[row], k->table.keys[row]) : -1;
        for (uint32_t i = 0; at >= 0 && i < k->derived; i++)
            if (k->column[o][i] >= 0)
                k->cells[(size_t)row * k->schema->columns + i] = table[o]->cells[(uint64_t)at * table[o]->columns + (uint32_t)k->column[o][i]];
        if (at >= 0)
            return;
    }
}

static icp_status make_table(struct learning *k, struct icp_error *err) {
    const struct icp__timing_input *in = k->in;
    const struct icp__table *const table[ICP__ORIGINS] = {in->customers->reference->table, in->customers->universe, in->customers->given};
    const uint32_t rows = k->moments.rows, columns = k->schema->columns;
    struct icp__table *t = &k->table;
    uint64_t *hashes = icp__arena_alloc(&k->arena, rows + 1u, sizeof *hashes);
    struct icp_str *keys = icp__arena_alloc(&k->arena, rows + 1u, sizeof *keys);
    if (icp__table_cell_bytes(rows, columns) > in->ctx->options.max_memory)
        return icp__fail(err, ICP_E_LIMIT, "%u account-moments with %u columns exceed max_memory", rows, columns);
    k->cells = icp__arena_alloc(&k->arena, (size_t)rows * columns + 1, sizeof *k->cells);
    k->room = icp__arena_alloc(&k->arena, ((size_t)rows * k->signals->columns + 1) * CELL_ROOM, 1);
    k->mass = icp__arena_alloc(&k->arena, rows + 1u, sizeof *k->mass);
    if (!hashes || !keys || !k->cells || !k->room || !k->mass)
        return icp__no_memory(err);
    memset(k->cells, 0, (size_t)rows * columns * sizeof *k->cells);
    for (uint32_t i = 0; i < rows; i++) {
        const uint32_t account = in->history->order[k->moments.row[i].place];
        hashes[i] = in->history->hash[account];
        keys[i] = (struct icp_str){in->history->accounts.key[account].data, in->history->accounts.key[account].size};
        k->mass[i] = k->moments.row[i].mass;
    }
    *t = (struct icp__table){.ctx = in->ctx, .columns = columns, .rows = rows, .cells = k->cells, .hashes = hashes, .keys = keys};
    if (!k->derived)
        return ICP_OK;
    const icp_status s = find_columns(k, table, err);
    for (uint32_t i = 0; !s && i < rows; i++)
        copy_company(k, table, i);
    return s;
}

static icp_status play(struct learning *k, struct icp_error *err) {
    uint32_t *map = icp__moments_map(k->in->history, k->signals);
    const struct icp__replay replay = {k->in->history, &k->moments, k->signals->ring, k->signals->rings, k->signals->decay, map, visit, k};
    const bool fine = map && icp__moments_replay(&replay);
    icp__free(k->in->ctx, map);
    return fine ? ICP_OK : icp__no_memory(err);
}

static icp_status learn(struct learning *k, const struct icp_progress *p, struct icp__learned *out, struct icp_error *err) {
    const struct icp__timing_input *in = k->in;
    const struct icp__examples examples = {&k->table, k->moments.negatives, k->mass, k->moments.outcomes, k->derived};
    const struct icp__timing_facts facts = {in->history, &k->moments, k->signals};
    struct icp__steps r = {0};
    icp_status s = icp__design_examples(in->ctx, &examples, k->schema, in->release, in->pool, p, &r.design, err);
    if (!s && r.design.fields == 0)
        s = icp__fail(err, ICP_E_TOO_FEW, "no column of events differs between accounts");
    if (!s)
        s = icp__steps_run(&r, in->pool, p, err);
    if (!s) {
        struct icp__outcome o = {.reference = in->customers->reference, .steps = &r, .which = in->layer, .timing = &facts};
        if (k->moments.outcomes + 0.5 < in->least)
            o.flags |= ICP_MODEL_FEW_CUSTOMERS;
        if (!r.interval.calibrated)
            o.flags |= ICP_MODEL_INTERVAL_UNCALIBRATED;
        s = icp__outcome_learn(&o, out, err);
        if (!s)
            icp__outcome_say(&o);
    }
    icp__steps_free(&r);
    return s;
}

static icp_status enough(const struct learning *k, struct icp_error *err) {
    const struct icp__moments *m = &k->moments;
    const struct icp__timing_input *in = k->in;
    const char *layer = icp__layer_names[in->layer];
    if (!in->history->events && in->layer == ICP_LAYER_INTENT)
        return icp__fail(err, ICP_E_TOO_FEW, "no events were given: intent cannot be learned from outcomes alone");
    if (in->layer == ICP_LAYER_RETENTION && !in->history->by_kind[ICP__CHURNED])
        return icp__fail(err, ICP_E_TOO_FEW, "no outcome says churned: retention has nothing to compare with");
    char end[10];
    icp__date_print(m->end - 1, end);
    if (m->rows == 0)
        return icp__fail(err, ICP_E_TOO_FEW, "no account was known for a whole horizon of %u days before the data end on %.*s", m->horizon, 10, end);
    if (m->all)
        return ICP_OK;
    const bool none = m->negatives == 0 || m->rows == m->negatives;
    if (none || (m->outcomes + 0.5 < in->least && !in->allow_few))
        return icp__fail(err, ICP_E_TOO_FEW,
                         "%s: %llu outcomes in %u account-moments, and %u without; at least %u outcomes are needed. The data end on %.*s, the horizon is %u days; "
                         "%llu moments are too young; %llu outcomes are of accounts without events",
                         layer, (unsigned long long)(m->outcomes + 0.5), m->rows - m->negatives, m->negatives, in->least, 10, end, m->horizon,
                         (unsigned long long)m->censored, (unsigned long long)m->outcomes_without_events);
    return ICP_OK;
}

static icp_status run(struct learning *k, const struct icp_progress *p, struct icp__learned *out, struct icp_error *err) {
    const struct icp__timing_input *in = k->in;
    struct icp__signals *s = k->signals;
    icp_status st = icp__moments_make(in->history, in->layer, in->horizon, &k->moments, err);
    if (!st)
        st = enough(k, err);
    if (!st && (!icp__moments_signals(in->history, &k->moments, s) || (!s->assumed && !icp__moments_half_lives(in->history, &k->moments, s))))
        st = icp__no_memory(err);
    if (st)
        return st;
    icp__timing_columns(in->history, s, in->layer == ICP_LAYER_RETENTION ? in->schema->columns : 0);
    if (!icp__signals_prepare(s) || (s->assumed && !icp__moments_priors(in->history, &k->moments, s)))
        return icp__no_memory(err);
    st = make_schema(k, err);
    if (st)
        return st;
    if (s->assumed)
        return icp__surge_learn(in->history, &k->moments, s, k->schema, in->customers->reference, out, err);
    st = make_table(k, err);
    if (!st)
        st = play(k, err);
    return st ? st : learn(k, p, out, err);
}

icp_status icp__timing_learn(const struct icp__timing_input *in, const struct icp_progress *p, struct icp__learned *out, struct icp_error *err) {
    struct learning k = {.in = in, .signals = icp__alloc(in->ctx, 1, sizeof *k.signals)};
    if (!k.signals)
        return icp__no_memory(err);
    icp__arena_init(&k.arena, in->ctx);
    icp__signals_init(k.signals, in->ctx);
    icp_status s = run(&k, p, out, err);
    if (!s) {
        out->own_schema = k.schema;
        k.schema = NULL;
        icp__signals_write(k.signals, &out->signals);
        if (out->signals.failed) {
            icp__learned_free(out);
            s = icp__no_memory(err);
        }
    }
    icp_schema_unref(k.schema);
    icp__moments_free(&k.moments);
    icp__signals_free(k.signals);
    icp__free(in->ctx, k.signals);
    icp__arena_free(&k.arena);
    return s;
}
