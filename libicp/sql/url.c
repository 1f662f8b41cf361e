/* SPDX-License-Identifier: MIT */
/* Hosts of web addresses. */
#include "sql/sql.h"

const struct icp__sql_kind icp__sql_of_url = {0};
