/* SPDX-License-Identifier: MIT */
/* A schema with some of its columns left out by pattern. */
#include "base/text.h"
#include "trait/schema.h"

static bool copy_column(icp_schema *s, const struct icp__column *from, struct icp__column *to) {
    *to = *from;
    return icp__schema_copy_str(s, from->name, &to->name) && icp__schema_copy_str(s, from->id, &to->id) &&
           icp__schema_copy_str(s, from->reason, &to->reason);
}

/* One pattern a line. */
static bool next_line(struct icp_str *rest, struct icp_str *line) {
    while (rest->size) {
        const char *end = memchr(rest->data, '\n', rest->size);
        const size_t n = end ? (size_t)(end - rest->data) : rest->size, taken = end ? n + 1 : n;
        *line = icp__trim(rest->data, n);
        rest->data += taken, rest->size -= taken;
        if (line->size) return true;
    }
    return false;
}

static bool matches(struct icp_str line, const struct icp__column *c) {
    return icp__pattern_match(line, c->name) || icp__pattern_match(line, c->id);
}

/* The first pattern that the column matches; size 0 = none. */
static struct icp_str match(struct icp_str patterns, const struct icp__column *c) {
    struct icp_str line;
    while (next_line(&patterns, &line))
        if (matches(line, c)) return line;
    return (struct icp_str){NULL, 0};
}

static icp_status check_patterns(const icp_schema *s, struct icp_str patterns, struct icp_error *err) {
    struct icp_str line = {patterns.data, 0};
    uint32_t lines = 0;
    while (next_line(&patterns, &line)) {
        uint32_t i = 0;
        while (i < s->columns && !matches(line, &s->column[i])) i++;
        if (i == s->columns)
            return icp__fail(err, ICP_E_SCHEMA, "no column matches \"%.*s\"", (int)(line.size > 128 ? 128 : line.size), line.data);
        lines++;
    }
    return lines ? ICP_OK : icp__fail(err, ICP_E_SCHEMA, "no column matches \"\"");
}

static bool ignore(icp_schema *s, struct icp__column *c, struct icp_str patterns, struct icp_str found) {
    struct icp__bytes b;
    struct icp_str line, rest = found.size ? found : patterns;
    const char *before = found.size ? "left out by \"" : "not asked for: only \"";
    icp__bytes_init(&b, s->ctx);
    while (next_line(&rest, &line)) {
        icp__bytes_text(&b, before);
        icp__bytes_add(&b, line.data, line.size);
        before = "\", \"";
    }
    icp__bytes_text(&b, "\"");
    bool done = !b.failed && icp__schema_copy_str(s, (struct icp_str){b.data, b.size}, &c->reason);
    icp__bytes_free(&b);
    c->kind = ICP_KIND_IGNORED;
    return done;
}

static icp_status select_columns(const icp_schema *s, struct icp_str patterns, int32_t keep, icp_schema **out, struct icp_error *err) {
    icp_schema *copy = icp__schema_new(s->ctx, s->columns);
    if (!copy) return icp__no_memory(err);
    copy->extraction = s->extraction;
    for (uint32_t i = 0; i < s->columns; i++) {
        const struct icp__column *c = &s->column[i];
        const struct icp_str found = match(patterns, c);
        bool done = copy_column(copy, c, &copy->column[i]);
        if (done && (found.size != 0) != (keep == 1) && c->kind != ICP_KIND_KEY && c->kind != ICP_KIND_IGNORED)
            done = ignore(copy, &copy->column[i], patterns, found);
        if (!done) {
            icp_schema_unref(copy);
            return icp__no_memory(err);
        }
    }
    *out = copy;
    return ICP_OK;
}

icp_status icp_schema_select(const icp_schema *s, const char *pattern, size_t size, int32_t keep, icp_schema **out, struct icp_error *err) {
    if (!s || !pattern || !out) return icp__fail(err, ICP_E_ARGUMENT, "%s is NULL", !s ? "schema" : !pattern ? "pattern" : "out");
    if (keep != 0 && keep != 1) return icp__fail(err, ICP_E_ARGUMENT, "keep is %d, not 0 or 1", keep);
    const struct icp_str patterns = {pattern, size};
    icp_status status = check_patterns(s, patterns, err);
    return status ? status : select_columns(s, patterns, keep, out, err);
}

icp_status icp__schema_protect(const icp_schema *s, struct icp_str patterns, icp_schema **out, struct icp_error *err) {
    return select_columns(s, patterns, 0, out, err);
}
