/* SPDX-License-Identifier: MIT */
/* The commands of the ledger, where libicp-ledger was not built. */
#include "command.h"

int ledger_decisions(icp_context *c, const struct options *o, struct decided *out) {
    (void)c, (void)o, (void)out;
    return refuse_text(NULL, "this build has no ledger: it was made without SQLite");
}

int ledger_card(icp_context *c, const struct options *o, const icp_model *m) {
    (void)c, (void)o, (void)m;
    return refuse_text(NULL, "this build has no ledger: it was made without SQLite");
}

icp_status ledger_outcomes(icp_context *c, const char *path, icp_reader **out, struct icp_error *e) {
    (void)c, (void)path, (void)out;
    snprintf(e->message, sizeof e->message, "this build has no ledger: it was made without SQLite");
    return ICP_E_UNSUPPORTED;
}

#define NONE(run) \
    int run(const struct options *o) { \
        (void)o; \
        return refuse_text(NULL, "this build has no ledger: it was made without SQLite"); \
    }
NONE(run_override)
NONE(run_override_withdraw)
NONE(run_flag_raise)
NONE(run_flag_assign)
NONE(run_flag_resolve)
NONE(run_review)
NONE(run_outcome)
NONE(run_change)
NONE(run_history)
NONE(run_ledger_create)
NONE(run_ledger_head)
NONE(run_ledger_verify)
NONE(run_override_list)
NONE(run_flag_list)
NONE(run_publish)
NONE(run_publish_list)
NONE(run_restore)
