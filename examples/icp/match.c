/* SPDX-License-Identifier: MIT */
/* icp match. */
#include "command.h"

int run_match(const struct options *o) {
    (void)o;
    return refuse_text(NULL, "not in this build");
}
