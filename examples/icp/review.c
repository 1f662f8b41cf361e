/* SPDX-License-Identifier: MIT */
/* icp review, icp change: that something was looked through, that something is no longer as it was. */
#include "ledger.h"

int run_review(const struct options *o) {
    return entry_run(o, "review", NULL, false);
}

int run_change(const struct options *o) {
    return entry_run(o, "change", NULL, false);
}
