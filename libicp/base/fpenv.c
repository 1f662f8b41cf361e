/* SPDX-License-Identifier: MIT */
/* The floating-point environment in which everything is computed: nearest, no traps, subnormals kept. */
#include "base/base.h"
#include <fenv.h>

_Static_assert(sizeof(fenv_t) <= sizeof(struct icp__fpenv), "icp__fpenv holds a fenv_t");

void icp__fpenv_enter(struct icp__fpenv *saved) {
    fenv_t env;
    memset(saved, 0, sizeof *saved);
    (void)fegetenv(&env);
    memcpy(saved->opaque, &env, sizeof env);
    (void)fesetenv(FE_DFL_ENV);
}

void icp__fpenv_leave(const struct icp__fpenv *saved) {
    fenv_t env;
    memcpy(&env, saved->opaque, sizeof env);
    (void)fesetenv(&env);
}
