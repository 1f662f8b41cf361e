/* SPDX-License-Identifier: MIT */
/* What C calls in Go. The user pointer of every callback is the number of a cgo.Handle, so that no Go pointer lies in C memory; it is set here
 * since Go may not hold a number as a pointer. */
#pragma once
#include <icp/icp.h>
#include <stdlib.h>

void icpgo_log(struct icp_context_options *o, uintptr_t handle);
void icpgo_progress(struct icp_progress *p, uintptr_t handle);
void icpgo_source(struct icp_source *s, uintptr_t handle, const char *name, uint64_t size);
void icpgo_sink(struct icp_sink *s, uintptr_t handle);
void icpgo_table(struct icp_table *t, uintptr_t handle);
