/* SPDX-License-Identifier: MIT */
/* Runs a suite; every test program ends with this. */
#pragma once
#include <check.h>
#include <stdlib.h>

/* A sanitizer is slow and changes no figure: loops whose seeds pass the same lines again and again run a part of them there. */
#if defined(__SANITIZE_ADDRESS__)
enum { ICP_PART = 4 };
#else
enum { ICP_PART = 1 };
#endif

static inline int icp_test_run(Suite *s) {
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
