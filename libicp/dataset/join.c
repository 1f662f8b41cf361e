/* SPDX-License-Identifier: MIT */
#include "dataset/dataset.h"

icp_status icp__join_open(icp_dataset *d, icp_reader **out, struct icp_error *err) {
    (void)d, (void)out;
    return icp__fail(err, ICP_E_UNSUPPORTED, "datasets are not in this build");
}
