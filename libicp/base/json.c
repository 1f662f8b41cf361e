/* SPDX-License-Identifier: MIT */
/* JSON as RFC 8259 has it: a strict parser into an arena. */
#include "base/json.h"
#include "base/number.h"
#include "base/text.h"

#define DEPTH_MAX 64
/* Objects up to this size are checked for duplicate names pair by pair, larger ones through a sorted list. */
#define PAIRS_MAX 16

struct parser {
    struct icp__arena *arena;
    const char *start, *at, *end;
    icp_status code, status;
    struct icp_error *err;
    const char *first, *counted; /* behind a byte order mark; up to where lines and columns are counted */
    uint32_t line, column;
};

/* Counted on from the last place asked for, so that this is linear over the whole text. */
static void place(struct parser *p, const char *at, uint32_t *line, uint32_t *column) {
    if (at < p->counted)
        p->counted = p->first, p->line = 1, p->column = 1;
    for (; p->counted < at; p->counted++) {
        if (*p->counted == '\n')
            p->line++, p->column = 1;
        else
            p->column += ((unsigned char)*p->counted & 0xc0) != 0x80;
    }
    *line = p->line;
    *column = p->column;
}

static bool refuse(struct parser *p, const char *at, const char *what) {
    struct icp__place where = ICP__NOWHERE;
    uint32_t line, column;
    place(p, at, &line, &column);
    where.line = line;
    where.column = column;
    where.byte = at - p->start;
    p->status = icp__fail_at(p->err, p->code, &where, "%s", what);
    return false;
}

static bool no_memory(struct parser *p) {
    p->status = icp__no_memory(p->err);
    return false;
}

static void skip_blanks(struct parser *p) {
    while (p->at < p->end && (*p->at == ' ' || *p->at == '\t' || *p->at == '\n' || *p->at == '\r'))
        p->at++;
}

static bool is_digit(const struct parser *p) {
    return p->at < p->end && *p->at >= '0' && *p->at <= '9';
}

static bool digits(struct parser *p) {
    if (!is_digit(p))
        return refuse(p, p->at, "a digit is expected here");
    while (is_digit(p))
        p->at++;
    return true;
}

static bool parse_number(struct parser *p, struct icp__json *j) {
    const char *start = p->at;
    p->at += *p->at == '-';
    bool zero = p->at < p->end && *p->at == '0';
    if (!digits(p))
        return false;
    if (zero && p->at - start > 1 + (*start == '-'))
        return refuse(p, start, "a number must not start with 0");
    if (p->at < p->end && *p->at == '.') {
        p->at++;
        if (!digits(p))
            return false;
    }
    if (p->at < p->end && (*p->at | 32) == 'e') {
        p->at++;
        if (p->at < p->end && (*p->at == '+' || *p->at == '-'))
            p->at++;
        if (!digits(p))
            return false;
    }
    j->type = ICP__JSON_NUMBER;
    j->text = (struct icp_str){icp__arena_copy(p->arena, start, (size_t)(p->at - start)), (size_t)(p->at - start)};
    return j->text.data ? true : no_memory(p);
}

static bool hex4(struct parser *p, uint32_t *out) {
    uint32_t v = 0;
    for (int i = 0; i < 4; i++, p->at++) {
        char c = p->at < p->end ? *p->at : 0, low = (char)(c | 32);
        if (c >= '0' && c <= '9')
            v = v * 16 + (uint32_t)(c - '0');
        else if (low >= 'a' && low <= 'f')
            v = v * 16 + (uint32_t)(low - 'a' + 10);
        else
            return refuse(p, p->at, "four hexadecimal digits are expected after \\u");
    }
    *out = v;
    return true;
}

static size_t put_utf8(uint32_t v, char *out) {
    if (v < 0x80) {
        out[0] = (char)v;
        return 1;
    }
    size_t n = v < 0x800 ? 2 : v < 0x10000 ? 3 : 4;
    for (size_t i = n; i-- > 1; v >>= 6)
        out[i] = (char)(0x80 | (v & 63));
    out[0] = (char)((n == 2 ? 0xc0 : n == 3 ? 0xe0 : 0xf0) | v);
    return n;
}

static bool parse_escape(struct parser *p, char **out) {
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *start = p->at++;
    char c = p->at < p->end ? *p->at : 0;
    const char *found = c ? strchr(from, c) : NULL;
    if (found) {
        p->at++;
        *(*out)++ = to[found - from];
        return true;
    }
    if (c != 'u')
        return refuse(p, start, "unknown escape");
    p->at++;
    uint32_t v = 0, low = 0;
    if (!hex4(p, &v))
        return false;
    if (v >= 0xd800 && v < 0xe000) {
        if (v >= 0xdc00 || p->end - p->at < 2 || p->at[0] != '\\' || p->at[1] != 'u')
            return refuse(p, start, "half of a surrogate pair");
        p->at += 2;
        if (!hex4(p, &low))
            return false;
        if (low < 0xdc00 || low >= 0xe000)
            return refuse(p, start, "half of a surrogate pair");
        v = 0x10000 + ((v - 0xd800) << 10) + (low - 0xdc00);
    }
    *out += put_utf8(v, *out);
    return true;
}

/* at = the opening quote */
static bool parse_string(struct parser *p, struct icp_str *text) {
    const char *start = p->at++, *q = p->at;
    while (q < p->end && *q != '"')
        q += *q == '\\' && q + 1 < p->end ? 2 : 1;
    if (q >= p->end)
        return refuse(p, start, "this string does not end");
    /* No escape is shorter than what it stands for. */
    char *room = icp__arena_alloc(p->arena, (size_t)(q - start), 1), *out = room;
    if (!room)
        return no_memory(p);
    while (*p->at != '"') {
        if (*p->at == '\\') {
            if (!parse_escape(p, &out))
                return false;
        } else if ((unsigned char)*p->at < 32) {
            return refuse(p, p->at, "a control character must be escaped");
        } else {
            *out++ = *p->at++;
        }
    }
    p->at++;
    *out = 0;
    *text = (struct icp_str){room, (size_t)(out - room)};
    return true;
}

static int compare_text(struct icp_str a, struct icp_str b) {
    size_t n = a.size < b.size ? a.size : b.size;
    int c = n ? memcmp(a.data, b.data, n) : 0;
    return c ? c : a.size < b.size ? -1 : a.size > b.size;
}

struct named {
    struct icp_str name;
    const char *at;
};

static void sink_down(struct named *a, size_t i, size_t n) {
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        child += child + 1 < n && compare_text(a[child + 1].name, a[child].name) > 0;
        if (compare_text(a[i].name, a[child].name) >= 0)
            return;
        struct named t = a[i];
        a[i] = a[child], a[child] = t;
    }
}

static void sort_names(struct named *a, size_t n) {
    for (size_t i = n / 2; i-- > 0;)
        sink_down(a, i, n);
    while (n-- > 1) {
        struct named t = a[0];
        a[0] = a[n], a[n] = t;
        sink_down(a, 0, n);
    }
}

/* Refuses at the first place where a name comes a second time. */
static bool check_names(struct parser *p, const struct named *names, size_t n) {
    const char *at = NULL;
    if (n <= PAIRS_MAX) {
        for (size_t i = 1; i < n && !at; i++)
            for (size_t j = 0; j < i && !at; j++)
                at = compare_text(names[i].name, names[j].name) == 0 ? names[i].at : NULL;
    } else {
        struct named *sorted = icp__arena_alloc(p->arena, n, sizeof *sorted);
        if (!sorted)
            return no_memory(p);
        memcpy(sorted, names, n * sizeof *sorted);
        sort_names(sorted, n);
        for (size_t i = 1; i < n; i++) {
            if (compare_text(sorted[i].name, sorted[i - 1].name))
                continue;
            const char *later = sorted[i].at > sorted[i - 1].at ? sorted[i].at : sorted[i - 1].at;
            at = at && at < later ? at : later;
        }
    }
    return at ? refuse(p, at, "this name comes a second time in its object") : true;
}

static bool parse_value(struct parser *p, struct icp__json *j, int depth);

static bool parse_name(struct parser *p, struct icp_str *name) {
    if (p->at >= p->end || *p->at != '"')
        return refuse(p, p->at, "a name in quotes is expected here");
    if (!parse_string(p, name))
        return false;
    skip_blanks(p);
    if (p->at >= p->end || *p->at != ':')
        return refuse(p, p->at, "':' is expected here");
    p->at++;
    return true;
}

struct members {
    struct named *names;
    size_t count, cap;
};

static bool parse_member(struct parser *p, bool object, struct members *m, struct icp__json *j, int depth) {
    if (object) {
        const char *at = p->at;
        if (!parse_name(p, &j->name))
            return false;
        if (!icp__grow(p->arena->ctx, &m->names, &m->cap, m->count + 1, sizeof *m->names))
            return no_memory(p);
        m->names[m->count++] = (struct named){j->name, at};
    }
    return parse_value(p, j, depth + 1);
}

static bool parse_members(struct parser *p, struct icp__json *j, bool object, struct members *m, int depth) {
    char close = object ? '}' : ']';
    struct icp__json **link = &j->child;
    p->at++;
    skip_blanks(p);
    if (p->at < p->end && *p->at == close) {
        p->at++;
        return true;
    }
    for (;;) {
        struct icp__json *child = icp__arena_alloc(p->arena, 1, sizeof *child);
        if (!child)
            return no_memory(p);
        memset(child, 0, sizeof *child);
        skip_blanks(p);
        if (!parse_member(p, object, m, child, depth))
            return false;
        *link = child;
        link = &child->next;
        skip_blanks(p);
        if (p->at < p->end && *p->at == close) {
            p->at++;
            return check_names(p, m->names, m->count);
        }
        if (p->at >= p->end || *p->at != ',')
            return refuse(p, p->at, object ? "',' or '}' is expected here" : "',' or ']' is expected here");
        p->at++;
    }
}

static bool parse_word(struct parser *p, struct icp__json *j) {
    static const struct {
        const char *text;
        enum icp__json_type type;
    } words[] = {{"null", ICP__JSON_NULL}, {"false", ICP__JSON_FALSE}, {"true", ICP__JSON_TRUE}};
    for (size_t i = 0; i < 3; i++) {
        size_t n = strlen(words[i].text);
        if ((size_t)(p->end - p->at) >= n && !memcmp(p->at, words[i].text, n)) {
            j->type = words[i].type;
            p->at += n;
            return true;
        }
    }
    return refuse(p, p->at, p->at < p->end ? "a value is expected here" : "the text ends where a value is expected");
}

static bool parse_value(struct parser *p, struct icp__json *j, int depth) {
    skip_blanks(p);
    place(p, p->at, &j->line, &j->column);
    char c = p->at < p->end ? *p->at : 0;
    if (c == '"') {
        j->type = ICP__JSON_STRING;
        return parse_string(p, &j->text);
    }
    if (c == '-' || (c >= '0' && c <= '9'))
        return parse_number(p, j);
    if (c != '{' && c != '[')
        return parse_word(p, j);
    if (depth >= DEPTH_MAX)
        return refuse(p, p->at, "more than 64 levels");
    struct members m = {NULL, 0, 0};
    j->type = c == '{' ? ICP__JSON_OBJECT : ICP__JSON_ARRAY;
    bool ok = parse_members(p, j, c == '{', &m, depth);
    icp__free(p->arena->ctx, m.names);
    return ok;
}

/* The first byte that is no UTF-8; only called when there is one. */
static const char *first_bad(const char *s, const char *end) {
    while (s < end) {
        size_t n = 1;
        while (n < 5 && s + n <= end && !icp__utf8_valid(s, n))
            n++;
        if (n == 5 || s + n > end)
            break;
        s += n;
    }
    return s;
}

icp_status icp__json_parse(struct icp__arena *a, const char *text, size_t size, icp_status code, struct icp__json **out,
                           struct icp_error *err) {
    struct parser p = {a, text, text, text + size, code, code, err, text, text, 1, 1};
    if (!size)
        p.start = p.at = p.end = p.first = p.counted = "";
    if (!icp__utf8_valid(p.at, size)) {
        refuse(&p, first_bad(p.at, p.end), "not UTF-8");
        return p.status;
    }
    if (size >= 3 && !memcmp(p.at, "\xef\xbb\xbf", 3))
        p.first = p.counted = p.at += 3;
    struct icp__json *top = icp__arena_alloc(a, 1, sizeof *top);
    if (!top)
        return icp__no_memory(err);
    memset(top, 0, sizeof *top);
    if (!parse_value(&p, top, 0))
        return p.status;
    skip_blanks(&p);
    if (p.at < p.end) {
        refuse(&p, p.at, "something follows after the value");
        return p.status;
    }
    *out = top;
    return ICP_OK;
}

const struct icp__json *icp__json_get(const struct icp__json *object, const char *name) {
    size_t n = strlen(name);
    if (!object || object->type != ICP__JSON_OBJECT)
        return NULL;
    for (const struct icp__json *j = object->child; j; j = j->next)
        if (j->name.size == n && !memcmp(j->name.data, name, n))
            return j;
    return NULL;
}

bool icp__json_is(const struct icp__json *j, const char *text) {
    return j && j->type == ICP__JSON_STRING && j->text.size == strlen(text) && !memcmp(j->text.data, text, j->text.size);
}

bool icp__json_uint(const struct icp__json *j, uint64_t *out) {
    uint64_t v = 0;
    if (!j || j->type != ICP__JSON_NUMBER)
        return false;
    for (size_t i = 0; i < j->text.size; i++) {
        unsigned d = (unsigned)(j->text.data[i] - '0');
        if (d > 9 || v > (UINT64_MAX - d) / 10)
            return false;
        v = v * 10 + d;
    }
    *out = v;
    return true;
}
