/* SPDX-License-Identifier: MIT */
/* One table of members says what a card may hold. */
#include "model/card.h"
#include "base/sort.h"
#include "trait/parse.h"

#define LINE_MOST 200u
#define TEXT_MOST 4000u
#define DAYS_MOST 36500u
#define PERCENT_USUAL 25u

enum type { LINE, TEXT, DATE, DAYS, PERCENT, OBJECT, LINES, OBJECTS, BOOK };
static const struct member {
    const char *in, *name; /* in = the object it belongs to, "" = the card */
    enum type type;
    bool must;
} members[] = {
    {"", "owner", LINE, false},
    {"", "fitted", DATE, false},
    {"", "review", OBJECT, false},
    {"review", "every_days", DAYS, false},
    {"review", "last", DATE, false},
    {"review", "next", DATE, false},
    {"", "calibration", OBJECT, false},
    {"calibration", "every_days", DAYS, false},
    {"calibration", "last", DATE, false},
    {"calibration", "next", DATE, false},
    {"", "signals", OBJECTS, false},
    {"signals", "name", LINE, true},
    {"signals", "definition", TEXT, true},
    {"signals", "owner", LINE, false},
    {"signals", "reviewed", DATE, false},
    {"", "playbook", BOOK, false},
    {"", "epochs", OBJECTS, false},
    {"epochs", "from", DATE, true},
    {"epochs", "what", TEXT, true},
    {"epochs", "weight_percent", PERCENT, false},
    {"", "sources", OBJECTS, false},
    {"sources", "name", LINE, true},
    {"sources", "as_of", DATE, false},
    {"sources", "text", TEXT, false},
    {"", "approvals", OBJECTS, false},
    {"approvals", "by", LINE, true},
    {"approvals", "on", DATE, true},
    {"approvals", "authority", LINE, false},
    {"approvals", "text", TEXT, false},
    {"", "resolvers", LINES, false},
};
#define MEMBERS (sizeof members / sizeof members[0])

struct check {
    icp_context *ctx;
    icp_status code;
    struct icp_error *err;
};

static const struct member *member_of(const char *in, struct icp_str name) {
    for (size_t i = 0; i < MEMBERS; i++)
        if (strcmp(members[i].in, in) == 0 && strlen(members[i].name) == name.size && memcmp(members[i].name, name.data, name.size) == 0)
            return &members[i];
    return NULL;
}

static bool read_day(const struct icp__json *j, int64_t *day) {
    double days;
    if (j == NULL || j->type != ICP__JSON_STRING || j->text.size != 10 || icp__date_read(j->text.data, 10, 0, &days) != ICP__DATE_ISO)
        return false;
    *day = (int64_t)days;
    return true;
}

static bool read_number(const struct icp__json *j, uint64_t least, uint64_t most, uint32_t *out) {
    uint64_t v;
    if (!icp__json_uint(j, &v) || v < least || v > most)
        return false;
    *out = (uint32_t)v;
    return true;
}

static icp_status check_string(const struct check *c, const struct icp__json *j, const char *name, bool line) {
    bool seen = false, control = false;
    for (size_t i = 0; j->type == ICP__JSON_STRING && i < j->text.size; i++) {
        const unsigned char byte = (unsigned char)j->text.data[i];
        control = control || byte < (line ? 32 : 1);
        seen = seen || byte > ' ';
    }
    if (!seen || control || j->text.size > (line ? LINE_MOST : TEXT_MOST))
        return icp__json_expected(j, c->code, c->err, name, line ? "one line of 1 to 200 bytes" : "a text of 1 to 4000 bytes");
    return ICP_OK;
}

static icp_status check_object(const struct check *c, const struct icp__json *j, const char *in);

static icp_status check_list(const struct check *c, const struct icp__json *j, const struct member *m) {
    icp_status st = ICP_OK;
    if (j->type != ICP__JSON_ARRAY)
        return icp__json_expected(j, c->code, c->err, m->name, m->type == LINES ? "an array of strings" : "an array of objects");
    for (const struct icp__json *k = j->child; st == ICP_OK && k != NULL; k = k->next)
        st = m->type == LINES ? check_string(c, k, m->name, true) : check_object(c, k, m->name);
    return st;
}

static icp_status check_value(const struct check *c, const struct icp__json *j, const struct member *m) {
    struct icp__playbook *book = NULL;
    int64_t day;
    uint32_t v;
    switch (m->type) {
    case LINE: return check_string(c, j, m->name, true);
    case TEXT: return check_string(c, j, m->name, false);
    case DATE: return read_day(j, &day) ? ICP_OK : icp__json_expected(j, c->code, c->err, m->name, "a date such as \"2026-12-31\"");
    case DAYS: return read_number(j, 1, DAYS_MOST, &v) ? ICP_OK : icp__json_expected(j, c->code, c->err, m->name, "a whole number of days, 1 to 36500");
    case PERCENT: return read_number(j, 1, 100, &v) ? ICP_OK : icp__json_expected(j, c->code, c->err, m->name, "a whole number, 1 to 100");
    case OBJECT: return check_object(c, j, m->name);
    case LINES:
    case OBJECTS: return check_list(c, j, m);
    case BOOK: {
        const icp_status st = icp__playbook_read(c->ctx, j, c->code, &book, c->err);
        icp__free(c->ctx, book);
        return st;
    }
    }
    return ICP_OK;
}

static icp_status check_object(const struct check *c, const struct icp__json *j, const char *in) {
    if (j->type != ICP__JSON_OBJECT)
        return icp__json_expected(j, c->code, c->err, *in ? in : "a card", "an object");
    for (const struct icp__json *k = j->child; k != NULL; k = k->next) {
        const struct member *m = member_of(in, k->name);
        const icp_status st = m != NULL ? check_value(c, k, m) : ICP_OK;
        if (st != ICP_OK)
            return st;
    }
    for (size_t i = 0; i < MEMBERS; i++) {
        const struct icp__place where = icp__json_place(j);
        if (members[i].must && strcmp(members[i].in, in) == 0 && icp__json_get(j, members[i].name) == NULL)
            return icp__fail_at(c->err, c->code, &where, "an object of \"%s\" lacks \"%s\"", in, members[i].name);
    }
    return ICP_OK;
}

static struct icp__cadence read_cadence(const struct icp__json *j) {
    struct icp__cadence c = {0, ICP__DAY_UNKNOWN, ICP__DAY_UNKNOWN};
    (void)read_number(icp__json_get(j, "every_days"), 1, DAYS_MOST, &c.every);
    (void)read_day(icp__json_get(j, "last"), &c.last);
    (void)read_day(icp__json_get(j, "next"), &c.next);
    return c;
}

int64_t icp__cadence_due(const struct icp__cadence *c, int64_t also) {
    const int64_t last = also > c->last ? also : c->last;
    if (c->next != ICP__DAY_UNKNOWN && c->next > last)
        return c->next;
    if (c->every == 0)
        return ICP__DAY_UNKNOWN;
    return last == ICP__DAY_UNKNOWN ? 0 : last + c->every; /* never done: overdue */
}

/* Ascending, however they were written. */
static void read_epochs(const struct icp__json *list, struct icp__card *out) {
    for (const struct icp__json *j = list->child; j != NULL; j = j->next) {
        struct icp__epoch e = {0, PERCENT_USUAL};
        uint32_t i = out->epochs++;
        (void)read_day(icp__json_get(j, "from"), &e.day);
        (void)read_number(icp__json_get(j, "weight_percent"), 1, 100, &e.percent);
        for (; i > 0 && out->epoch[i - 1].day > e.day; i--)
            out->epoch[i] = out->epoch[i - 1];
        out->epoch[i] = e;
    }
}

static icp_status read_card(const struct check *c, const struct icp__json *top, struct icp__card *out) {
    const struct icp__json *epochs = icp__json_get(top, "epochs"), *book = icp__json_get(top, "playbook");
    icp_status st = check_object(c, top, "");
    uint32_t n = 0;
    for (const struct icp__json *j = epochs != NULL ? epochs->child : NULL; st == ICP_OK && j != NULL; j = j->next)
        if (++n > ICP__EPOCHS)
            st = icp__json_expected(j, c->code, c->err, "epochs", "at most 16 of them");
    if (st == ICP_OK && book != NULL)
        st = icp__playbook_read(c->ctx, book, c->code, &out->playbook, c->err);
    if (st != ICP_OK)
        return st;
    out->owned = icp__json_get(top, "owner") != NULL;
    out->review = read_cadence(icp__json_get(top, "review"));
    out->calibration = read_cadence(icp__json_get(top, "calibration"));
    out->fitted = ICP__DAY_UNKNOWN;
    (void)read_day(icp__json_get(top, "fitted"), &out->fitted);
    if (epochs != NULL)
        read_epochs(epochs, out);
    return ICP_OK;
}

icp_status icp__card_read(icp_context *c, const char *json, size_t size, icp_status code, struct icp__card *out, struct icp_error *err) {
    const struct check k = {c, code, err};
    struct icp__card card = {0};
    struct icp__json *top = NULL;
    struct icp__arena a;
    icp__arena_init(&a, c);
    icp_status st = icp__json_parse(&a, json, size, code, &top, err);
    if (st == ICP_OK)
        st = read_card(&k, top, &card);
    icp__arena_free(&a);
    if (st == ICP_OK)
        *out = card;
    return st;
}

void icp__card_free(icp_context *c, struct icp__card *card) {
    icp__free(c, card->playbook);
    *card = (struct icp__card){0};
}

static void unknown(struct icp__bytes *out, const struct icp__json *j, const char *in, uint32_t *n) {
    for (const struct icp__json *k = j->type == ICP__JSON_OBJECT ? j->child : NULL; k != NULL; k = k->next) {
        const struct member *m = member_of(in, k->name);
        if (m != NULL && m->type == OBJECT)
            unknown(out, k, m->name, n);
        for (const struct icp__json *i = m != NULL && m->type == OBJECTS ? k->child : NULL; i != NULL; i = i->next)
            unknown(out, i, m->name, n);
        if (m != NULL || *n == 100)
            continue;
        icp__bytes_text(out, (*n)++ ? ",{\"in\":" : "{\"in\":");
        icp__json_strz(out, *in ? in : "card");
        icp__bytes_text(out, ",\"name\":");
        icp__json_string(out, k->name.data, k->name.size);
        icp__json_member(out, "line", k->line);
        icp__bytes_text(out, "}");
    }
}

icp_status icp__card_unknown(icp_context *c, const char *json, size_t size, struct icp__bytes *out, struct icp_error *err) {
    struct icp__arena a;
    struct icp__json *top = NULL;
    uint32_t n = 0;
    icp__arena_init(&a, c);
    icp_status st = icp__json_parse(&a, json, size, ICP_E_FORMAT, &top, err);
    if (st == ICP_OK)
        unknown(out, top, "", &n);
    icp__arena_free(&a);
    return st;
}
