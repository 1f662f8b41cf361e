/* SPDX-License-Identifier: MIT */
/* The shape of arrays. Sizes of buffers cannot be seen: the interface does not carry them. */
#include "ingest/arrow.h"

struct check {
    const struct icp__arrow_plan *plan;
    struct icp_error *err;
};

static icp_status refuse(const struct check *k, uint32_t column, icp_status code, const char *text) {
    struct icp__place place = ICP__NOWHERE;
    place.source = ICP__ARROW_SOURCE;
    if (column < k->plan->layout->columns) {
        place.column = (int64_t)column + 1;
        place.field = k->plan->layout->names[column];
    }
    return icp__fail_at(k->err, code, &place, "%s", text);
}

static int64_t buffers_wanted(const struct icp__arrow_type *t) {
    switch (t->kind) {
    case ICP__ARROW_NULL: case ICP__ARROW_RUNS: return 0;
    case ICP__ARROW_STRUCT: case ICP__ARROW_FIXED_LIST: return 1;
    case ICP__ARROW_TEXT: case ICP__ARROW_LIST_VIEW: case ICP__ARROW_TEXT_VIEW: return 3;
    default: return 2;
    }
}

/* Bytes of an element where a pointer is moved by more than the widest number. */
static int64_t width_of(const struct icp__arrow_type *t) {
    return t->kind == ICP__ARROW_FIXED_TEXT || t->kind == ICP__ARROW_FIXED_LIST ? (t->size > 1 ? t->size : 1) : 1;
}

static const char *wrong_buffers(const struct icp__arrow_type *t, const struct ArrowArray *a) {
    const int64_t wanted = buffers_wanted(t), end = a->offset + a->length;
    const bool view = t->kind == ICP__ARROW_TEXT_VIEW;
    if (view ? a->n_buffers < wanted || a->n_buffers > INT32_MAX : a->n_buffers != wanted) return "the number of buffers is wrong";
    if (!wanted) return NULL;
    if (!a->buffers) return "the buffers are missing";
    if (!a->buffers[0] && a->null_count > 0) return "values are missing, but there is no validity bitmap";
    if (wanted > 1 && end && !a->buffers[1] && !(t->kind == ICP__ARROW_FIXED_TEXT && !t->size)) return "a buffer is missing";
    if (t->kind == ICP__ARROW_LIST_VIEW && end && !a->buffers[2]) return "a buffer is missing";
    if (view && a->n_buffers > 3 && !a->buffers[a->n_buffers - 1]) return "the sizes of the text buffers are missing";
    return NULL;
}

static const char *wrong_array(const struct icp__arrow_type *t, const struct ArrowArray *a, int64_t need) {
    if (!a || !a->release) return "an array is missing or was released";
    if (a->length < 0 || a->offset < 0) return "a length or an offset is negative";
    if (a->null_count < -1 || a->null_count > a->length) return "the count of missing values is wrong";
    if (a->length < need) return "an array is shorter than the one that it belongs to";
    if (a->n_children != t->children || (a->n_children && !a->children)) return "the number of children is wrong";
    if (!a->dictionary != !t->dictionary) return "a dictionary is missing, or there is one too many";
    return NULL;
}

/* The ends of runs ascend and reach the end of the array. */
static const char *wrong_runs(const struct icp__arrow_type *t, const struct ArrowArray *a) {
    const struct ArrowArray *ends = a->children[0], *values = a->children[1];
    const uint8_t bytes = t->child[0].bytes;
    int64_t last = 0;
    if (values->length < ends->length) return "there are more runs than values";
    for (int64_t i = ends->offset; i < ends->offset + ends->length; i++) {
        int64_t end = 0;
        if (ends->buffers[0] && !icp__arrow_bit(ends->buffers[0], i)) return "the end of a run is missing";
        if (bytes == 2) {
            int16_t v;
            memcpy(&v, (const char *)ends->buffers[1] + i * 2, 2);
            end = v;
        } else {
            end = icp__arrow_offset(ends->buffers[1], bytes, i);
        }
        if (end <= last) return "the ends of runs are not ascending";
        last = end;
    }
    return last < a->offset + a->length ? "runs end before the array" : NULL;
}

/* flat: t is a column, or a struct of columns. */
static icp_status check(const struct check *k, uint32_t column, bool flat, const struct icp__arrow_type *t, const struct ArrowArray *a, int64_t need) {
    const char *text = wrong_array(t, a, need);
    if (text) return refuse(k, column, ICP_E_FORMAT, text);
    if (a->offset > ICP__ARROW_MOST || a->length > ICP__ARROW_MOST - a->offset || a->offset + a->length > ICP__ARROW_MOST * 8 / width_of(t))
        return refuse(k, column, ICP_E_LIMIT, "an array is longer than memory can be");
    text = wrong_buffers(t, a);
    if (text) return refuse(k, column, ICP_E_FORMAT, text);
    const int64_t end = a->offset + a->length;
    icp_status st = ICP_OK;
    for (uint32_t i = 0; i < t->children && !st; i++) {
        const bool own = flat && t->kind == ICP__ARROW_STRUCT;
        const int64_t least = t->kind == ICP__ARROW_STRUCT ? end : t->kind == ICP__ARROW_FIXED_LIST ? end * t->size : 0;
        st = check(k, own ? t->child[i].column : column, own, &t->child[i], a->children[i], least);
    }
    if (!st && t->dictionary) st = check(k, column, false, t->dictionary, a->dictionary, 0);
    if (st || t->kind != ICP__ARROW_RUNS) return st;
    text = wrong_runs(t, a);
    return text ? refuse(k, column, ICP_E_FORMAT, text) : ICP_OK;
}

icp_status icp__arrow_check(const struct icp__arrow_plan *p, const struct ArrowArray *a, struct icp_error *err) {
    const struct check k = {p, err};
    return check(&k, UINT32_MAX, true, p->root, a, 0);
}
