/* SPDX-License-Identifier: MIT */
/* The options: each has an id by which commands take it, and one entry in the table of options.c. Help, completion and the man page
 * are written from that table and the table of commands in main.c. */
#pragma once
#include "command.h"

/* Where one word means different things to different commands, each meaning has an id. Help shows options in this order. */
enum option_id {
    KEY, HOST_KEY, REFERENCE, CUSTOMERS, UNIVERSE, WEIGHTS, COMPANY, SCHEMA, INCLUDE_FIELD, EXCLUDE_FIELD, RELEASE, PROTECT, EXCLUDE, SINCE, EVENTS,
    OUTCOMES, EVENT_KEY, EVENT_TYPE, EVENT_TIME, EVENT_VALUE, INVALIDATES, LAYERS, HORIZON, CARD, QUADRANT, BLEND, LAYER, AS_OF, COMPANY_TABLE,
    DRIFT_BEFORE, FALSE_ALARM, DRIFT_CHECK, EXACT_KEYS, K, SEED, ALLOW_FEW, DIFF_BEFORE, BEFORE_AS_OF, VIA, EDITS, SET, OFF_FAMILY, OFF_COLUMN,
    LEARNED_FAMILY, EDIT_AUTHOR, EDIT_REASON, TOP_COMPANIES, TOP_TRAITS, REASONS, BY, SQL, SQL_DIALECT, SQL_TABLE, SQL_PARTIAL, TOP_SEGMENTS, FORMAT, THREADS, OUTPUT, OUTPUT_REQUIRED, LEDGER,
    LEDGER_SHOWN, DECISIONS, CARD_CHECK, AUTHOR, AUTHORITY, REASON_TEXT, NOW, TRAIT, BORNE_OUT_MODEL, FOR_MODEL, ABOUT_MODEL, TIER, EXPIRY,
    OVERRIDE_REASON, ENTRY_LAYER, ASSIGNEE, NEXT, ENTRY, AREA, ON, OUTCOME, OUTCOME_TYPE, OUTCOME_DATE, KIND, SINCE_ENTRY, FROM, TO, LAST, ROWS,
    CALIBRATION, GATES, PUBLISH_CHECK, ANYWAY, HEAD, SCORED, BASE, LOOKS, QUIET, OPTION_COUNT
};
/* What commands take together. */
#define FIELD_OPTIONS INCLUDE_FIELD, EXCLUDE_FIELD
#define DATASET_OPTIONS RELEASE, PROTECT, AS_OF, COMPANY_TABLE
#define EVENT_COLUMNS EVENT_KEY, EVENT_TYPE, EVENT_TIME, EVENT_VALUE, INVALIDATES
#define DECISION_OPTIONS LEDGER_SHOWN, DECISIONS
#define AUTHORSHIP AUTHOR, AUTHORITY, REASON_TEXT

enum option_type { TEXT, PATTERN, NUMBER, FLAG, FORM, MOMENT, TIME };
struct option {
    const char *name;
    enum option_type type;
    size_t at;                /* of its member in struct options */
    const char *value, *help; /* value NULL = a flag; help NULL = the forms of the command's output */
    const char *choices;      /* what the value is one of, parted by |; NULL = free. Help says them in its own words */
};
extern const struct option all_options[OPTION_COUNT];
bool option_is_taken(const struct command *c, enum option_id id);
/* "--name" or "--name=value" among those of a command; *equals is where the value's sign stands, NULL = none. NULL = no such option. */
const struct option *option_find(const struct command *c, const char *arg, const char **equals);
/* Which command the first words name, and how many they are. NULL = none. */
const struct command *command_of(int argc, char **argv, int *words);
int complete(int argc, char **argv);  /* icp --complete -- WORD...: what the last word may become, for the shells' completion scripts */
void man_page(FILE *to);              /* icp --man: icp(1) */
