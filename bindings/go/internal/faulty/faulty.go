// SPDX-License-Identifier: MIT

// Package faulty makes contexts whose memory runs out, for tests: test files cannot use cgo themselves.
package faulty

/*
#include <icp/icp.h>
#include <stdlib.h>

struct budget { long left; };

static int spent(void *user) {
    struct budget *b = user;
    return b->left >= 0 && b->left-- == 0 ? (b->left = 0, 1) : 0;
}

static void *take(void *user, size_t n) { return spent(user) ? NULL : malloc(n); }
static void *retake(void *user, void *p, size_t n) { return spent(user) ? NULL : realloc(p, n); }
static void give(void *user, void *p) { (void)user; free(p); }

static icp_context *context(struct budget *b) {
    struct icp_allocator a = {sizeof a, 0, b, take, retake, give};
    struct icp_context_options o = {.struct_size = sizeof o, .allocator = &a};
    icp_context *c = NULL;
    return icp_context_new(&o, &c, NULL) == ICP_OK ? c : NULL;
}
*/
import "C"

import "unsafe"

// Context gives an icp_context, and a function that lets it have so many allocations more; negative = all it wants.
func Context() (unsafe.Pointer, func(left int)) {
	b := (*C.struct_budget)(C.calloc(1, C.sizeof_struct_budget)) // never freed: the context may outlive everything here
	b.left = -1
	return unsafe.Pointer(C.context(b)), func(left int) { b.left = C.long(left) }
}
