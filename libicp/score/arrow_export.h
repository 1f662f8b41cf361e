/* SPDX-License-Identifier: MIT */
/* Columns of a result as Arrow sees them. */
#pragma once
#include "score/result.h"
#include <icp/arrow.h>

#define ICP__SHOWN_MOST 80u

enum icp__shown_kind { ICP__SHOWN_INT32, ICP__SHOWN_INT64, ICP__SHOWN_LABEL, ICP__SHOWN_TEXT, ICP__SHOWN_LIST, ICP__SHOWN_WITHOUT };
struct icp__shown {
    char name[40];
    enum icp__shown_kind kind;
    const void *data;               /* int32 or int64 values; lists: the traits or points */
    const char *const *labels;      /* by value */
    const struct icp__texts *texts;
    const struct icp__frame *frame; /* of lists and of scores without an event */
    int32_t unknown;                /* of int32: this value is none; 0 = all are values */
    bool sparse;                    /* an empty text is none */
};
/* The columns that a page has, in their order. */
uint32_t icp__shown_columns(const struct icp__page *p, struct icp__shown out[ICP__SHOWN_MOST]);
/* One column, in memory of its own. */
icp_status icp__shown_array(icp_context *c, const struct icp__page *p, const struct icp__shown *column, struct ArrowArray *out, struct icp_error *err);
