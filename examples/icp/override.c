/* SPDX-License-Identifier: MIT */
/* icp override: what counts instead of a model's tier. */
#include "ledger.h"
#include <string.h>

int run_override(const struct options *o) {
    struct text now = {0};
    int64_t expiry;
    time_text(&now, now_of(o));
    bool over = o->entry.expiry && parse_moment(o->entry.expiry, &expiry) && strncmp(o->entry.expiry, now.data, 10) <= 0;
    text_free(&now);
    if (over) {
        fprintf(stderr, "icp: --expiry %s is over: it is the first day on which the override no longer counts\n", o->entry.expiry);
        return EXIT_USAGE;
    }
    return entry_run(o, "override", "set", true);
}

int run_override_withdraw(const struct options *o) {
    return entry_run(o, "override", "withdrawn", false);
}
