/* SPDX-License-Identifier: MIT */
/* A schema with some of its columns left out by pattern. */
#include "trait/schema.h"

static bool copy_column(icp_schema *s, const struct icp__column *from, struct icp__column *to) {
    *to = *from;
    return icp__schema_copy_str(s, from->name, &to->name) && icp__schema_copy_str(s, from->id, &to->id) &&
           icp__schema_copy_str(s, from->reason, &to->reason);
}

static bool ignore(icp_schema *s, struct icp__column *c, const char *pattern, size_t size, bool keep) {
    struct icp__bytes b;
    icp__bytes_init(&b, s->ctx);
    icp__bytes_text(&b, keep ? "not asked for: only \"" : "left out by \"");
    icp__bytes_add(&b, pattern, size);
    icp__bytes_text(&b, "\"");
    bool done = !b.failed && icp__schema_copy_str(s, (struct icp_str){b.data, b.size}, &c->reason);
    icp__bytes_free(&b);
    c->kind = ICP_KIND_IGNORED;
    return done;
}

icp_status icp_schema_select(const icp_schema *s, const char *pattern, size_t size, int32_t keep, icp_schema **out, struct icp_error *err) {
    if (!s || !pattern || !out) return icp__fail(err, ICP_E_ARGUMENT, "%s is NULL", !s ? "schema" : !pattern ? "pattern" : "out");
    if (keep != 0 && keep != 1) return icp__fail(err, ICP_E_ARGUMENT, "keep is %d, not 0 or 1", keep);
    struct icp_str p = {pattern, size};
    icp_schema *copy = icp__schema_new(s->ctx, s->columns);
    uint32_t matched = 0;
    if (!copy) return icp__no_memory(err);
    copy->extraction = s->extraction;
    for (uint32_t i = 0; i < s->columns; i++) {
        const struct icp__column *c = &s->column[i];
        bool match = icp__pattern_match(p, c->name) || icp__pattern_match(p, c->id);
        matched += match;
        bool done = copy_column(copy, c, &copy->column[i]);
        if (done && match != (keep == 1) && c->kind != ICP_KIND_KEY && c->kind != ICP_KIND_IGNORED)
            done = ignore(copy, &copy->column[i], pattern, size, keep == 1);
        if (!done) {
            icp_schema_unref(copy);
            return icp__no_memory(err);
        }
    }
    if (!matched) {
        icp_schema_unref(copy);
        return icp__fail(err, ICP_E_SCHEMA, "no column matches \"%.*s\"", (int)(size > 128 ? 128 : size), pattern);
    }
    *out = copy;
    return ICP_OK;
}
