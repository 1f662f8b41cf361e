/* SPDX-License-Identifier: MIT */
/* Reading a JSON tree with checks: what is wrong is told with its place and what would be right. */
#include "base/json.h"

struct icp__place icp__json_place(const struct icp__json *j) {
    struct icp__place where = ICP__NOWHERE;
    where.line = j->line, where.column = j->column;
    return where;
}

icp_status icp__json_expected(const struct icp__json *j, icp_status code, struct icp_error *err, const char *what, const char *wanted) {
    static const char *const types[] = {"null", "false", "true", "a number", "a string", "an array", "an object"};
    const struct icp__place where = icp__json_place(j);
    return icp__fail_at(err, code, &where, "%s is %s; expected %s", what, types[j->type], wanted);
}

icp_status icp__json_choice(icp_context *c, const struct icp__json *j, icp_status code, const char *what, const char *const *names,
                            size_t count, size_t *out, struct icp_error *err) {
    if (j->type != ICP__JSON_STRING) return icp__json_expected(j, code, err, what, "a string");
    for (size_t i = 0; i < count; i++)
        if (icp__json_is(j, names[i])) {
            *out = i;
            return ICP_OK;
        }
    const struct icp__place where = icp__json_place(j);
    struct icp__bytes b;
    icp__bytes_init(&b, c);
    for (size_t i = 0; i < count; i++) {
        if (i) icp__bytes_text(&b, ", ");
        icp__bytes_text(&b, names[i]);
    }
    const int shown = j->text.size > 60 ? 60 : (int)j->text.size;
    icp_status st = b.failed ? icp__no_memory(err)
                             : icp__fail_at(err, code, &where, "unknown %s \"%.*s\"; known: %s", what, shown, j->text.data, b.data);
    icp__bytes_free(&b);
    return st;
}

icp_status icp__json_known(icp_context *c, const struct icp__json *object, icp_status code, const char *what, const char *const *names,
                           size_t count, struct icp_error *err) {
    if (object->type != ICP__JSON_OBJECT) return icp__json_expected(object, code, err, what, "an object");
    for (const struct icp__json *m = object->child; m; m = m->next) {
        struct icp__json name = *m;
        size_t i;
        name.type = ICP__JSON_STRING;
        name.text = m->name;
        icp_status st = icp__json_choice(c, &name, code, "member", names, count, &i, err);
        if (st) return st;
    }
    return ICP_OK;
}
