/* SPDX-License-Identifier: MIT */
/* Filling the caller's error, names of status codes, log lines, progress. */
#include "base/format.h"

const char *icp_status_name(icp_status s) {
    static const char *const names[] = {
        "ICP_OK",       "ICP_E_ARGUMENT",    "ICP_E_MEMORY", "ICP_E_IO",       "ICP_E_CANCELLED",
        "ICP_E_LIMIT",  "ICP_E_UNSUPPORTED", "ICP_E_FORMAT", "ICP_E_CHECKSUM", "ICP_E_VERSION",
        "ICP_E_EXTRACTION", "ICP_E_SCHEMA",  "ICP_E_KEY",    "ICP_E_TOO_FEW",  "ICP_E_NO_MATCH",
        "ICP_E_REFERENCE",  "ICP_E_STATE",   "ICP_E_LEDGER", "ICP_E_GATE",
    };
    return s >= 0 && (size_t)s < sizeof names / sizeof names[0] ? names[s] : "ICP_E_?";
}

static void put_text(char *out, size_t cap, const char *s, size_t n) {
    size_t size = icp__clean(s, n < cap ? n : cap - 1, out);
    memset(out + size, 0, cap - size);
}

static void fill(struct icp_error *err, icp_status code, const struct icp__place *where, const char *format,
                 va_list ap) {
    struct icp_error own;
    char text[sizeof own.message];
    /* Formatted in full before the caller's struct is touched: an argument may point into it. */
    size_t size = icp__format(text, sizeof text - 1, format, ap);
    memset(&own, 0, sizeof own);
    own.code = code;
    own.row = where->row, own.line = where->line, own.column = where->column, own.byte = where->byte;
    if (where->source)
        put_text(own.source, sizeof own.source, where->source, strlen(where->source));
    if (where->field.data)
        put_text(own.field, sizeof own.field, where->field.data, where->field.size);
    put_text(own.message, sizeof own.message, text, size);
    /* There is nobody to tell about a struct_size that was not set. */
    (void)icp__output(err, sizeof own, &own, sizeof own, NULL);
}

icp_status icp__fail(struct icp_error *err, icp_status code, const char *format, ...) {
    if (err) {
        va_list ap;
        va_start(ap, format);
        fill(err, code, &ICP__NOWHERE, format, ap);
        va_end(ap);
    }
    return code;
}

icp_status icp__fail_at(struct icp_error *err, icp_status code, const struct icp__place *where, const char *format,
                        ...) {
    if (err) {
        va_list ap;
        va_start(ap, format);
        fill(err, code, where, format, ap);
        va_end(ap);
    }
    return code;
}

icp_status icp__no_memory(struct icp_error *err) { return icp__fail(err, ICP_E_MEMORY, "out of memory"); }

void icp__say(icp_context *c, int32_t level, int32_t code, const char *format, ...) {
    if (!c->options.log)
        return;
    char text[512];
    va_list ap;
    va_start(ap, format);
    size_t size = icp__format(text, sizeof text - 1, format, ap);
    va_end(ap);
    size = icp__clean(text, size < sizeof text ? size : sizeof text - 1, text);
    text[size] = 0;
    c->options.log(c->options.log_user, level, code, text, size);
}

icp_status icp__progress_check(const struct icp_progress *p, struct icp_error *err) {
    struct icp_progress own;
    icp_status s = icp__options(p, sizeof own, &own, sizeof own, err);
    if (!s && own.reserved)
        s = icp__fail(err, ICP_E_UNSUPPORTED, "reserved of icp_progress is not 0");
    return s;
}

icp_status icp__progress(const struct icp_progress *p, uint32_t stage, uint64_t done, uint64_t total,
                         struct icp_error *err) {
    if (!p || !p->fn || !p->fn(p->user, stage, done, total))
        return ICP_OK;
    return icp__fail(err, ICP_E_CANCELLED, "stopped by the progress callback");
}
