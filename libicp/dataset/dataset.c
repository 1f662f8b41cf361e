/* SPDX-License-Identifier: MIT */
/* The public face of datasets: tables in, readers out. */
#include "dataset/dataset.h"

static icp_status not_yet(struct icp_error *err) { return icp__fail(err, ICP_E_UNSUPPORTED, "datasets are not in this build"); }
icp_status icp_dataset_open(icp_context *c, const struct icp_table *tables, uint32_t count, const struct icp_dataset_options *o,
                            const struct icp_progress *p, icp_dataset **out, struct icp_error *err) {
    (void)c, (void)tables, (void)count, (void)o, (void)p, (void)out;
    return not_yet(err);
}
icp_status icp_dataset_open_path(icp_context *c, const char *path, const struct icp_dataset_options *o, const struct icp_progress *p,
                                 icp_dataset **out, struct icp_error *err) {
    (void)c, (void)path, (void)o, (void)p, (void)out;
    return not_yet(err);
}
int32_t icp_dataset_is_path(icp_context *c, const char *path) {
    (void)c, (void)path;
    return 0;
}
icp_status icp_dataset_manifest(const icp_dataset *d, icp_buffer **json, struct icp_error *err) {
    (void)d, (void)json;
    return not_yet(err);
}
icp_status icp_dataset_report(const icp_dataset *d, icp_buffer **json, struct icp_error *err) {
    (void)d, (void)json;
    return not_yet(err);
}
icp_status icp_dataset_key(const icp_dataset *d, struct icp_str *out, struct icp_error *err) {
    (void)d, (void)out;
    return not_yet(err);
}
icp_status icp_dataset_companies(icp_dataset *d, icp_reader **out, struct icp_error *err) { return icp__join_open(d, out, err); }
icp_status icp_dataset_events(icp_dataset *d, icp_reader **out, struct icp_error *err) { return icp__events_open(d, out, err); }
icp_status icp__dataset_table(const icp_dataset *d, uint32_t member, icp_reader **out, struct icp_error *err) {
    (void)d, (void)member, (void)out;
    return not_yet(err);
}
icp_dataset *icp_dataset_ref(icp_dataset *d) { return d; }
void icp_dataset_unref(icp_dataset *d) { (void)d; }
