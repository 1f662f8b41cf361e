/* SPDX-License-Identifier: MIT */
/* icp dataset. */
#include "command.h"

int run_dataset(const struct options *o) {
    (void)o;
    return refuse_text(NULL, "not in this build");
}
