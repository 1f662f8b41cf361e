/* SPDX-License-Identifier: MIT */
/* Options: the same word means the same in every command. */
#include "options.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define AT(member) offsetof(struct options, member)
/* In the order in which help shows them. */
const struct option all_options[OPTION_COUNT] = {
    [KEY] = {"--key", TEXT, AT(key), "COL", "column that identifies the company; default: the one the reference or model names, else a likely one"},
    [HOST_KEY] = {"--host-key", FLAG, AT(host_key), NULL, "the key is a URL, host or e-mail address: use its host"},
    [REFERENCE] = {"--reference", TEXT, AT(reference), "REF", "reference to compare with"},
    [CUSTOMERS] = {"--customers", TEXT, AT(customers), "FILE", "customers: full rows, or keys alone"},
    [UNIVERSE] = {"--universe", TEXT, AT(universe), "FILE", "full rows of customers who are listed only by key"},
    [WEIGHTS] = {"--weights", TEXT, AT(weights), "COL", "column of the customers' file that holds a positive weight"},
    [COMPANY] = {"--company", TEXT, AT(company), "KEY", "key of the company"},
    [SCHEMA] = {"--schema", TEXT, AT(schema), "FILE", "schema as icp schema prints it; default: inferred"},
    [INCLUDE_FIELD] = {"--include-field", PATTERN, AT(include), "PATTERN", "use only fields that match (* and ? are wild; may be repeated)"},
    [EXCLUDE_FIELD] = {"--exclude-field", PATTERN, AT(exclude), "PATTERN", "leave out fields that match (may be repeated)"},
    [RELEASE] = {"--release", PATTERN, AT(release), "PATTERN", "use columns that are quarantined as leaks or protected as personal data (may be repeated)"},
    [PROTECT] = {"--protect", PATTERN, AT(protect), "PATTERN", "never keep columns that match (may be repeated)"},
    [EXCLUDE] = {"--exclude", TEXT, AT(excluded), "FILE", "companies that count neither as customers nor as others: competitors, partners"},
    [SINCE] = {"--since", TEXT, AT(since), "COL", "column of the customers' file with the date on which each became one"},
    [EVENTS] = {"--events", PATTERN, AT(events), "FILE", "events of accounts: key, type, time, value; or a folder, whose dated rows are events (may be repeated)"},
    [OUTCOMES] = {"--outcomes", PATTERN, AT(outcomes), "FILE", "what came of accounts and when: converted, lost, expanded, renewed, churned; or a ledger (may be repeated)"},
    [EVENT_KEY] = {"--event-key", TEXT, AT(event_key), "COL", "column of events and outcomes with the account's key; default: found"},
    [EVENT_TYPE] = {"--event-type", TEXT, AT(event_type), "COL", "their column with the type; default: found, else the name of the column of times"},
    [EVENT_TIME] = {"--event-time", TEXT, AT(event_time), "COL", "their column with the date or time; default: found"},
    [EVENT_VALUE] = {"--event-value", TEXT, AT(event_value), "COL", "their column with an amount; default: found"},
    [INVALIDATES] = {"--invalidates", PATTERN, AT(invalidates), "TYPE", "a type of events that makes what came before it count a quarter, beside acquisitions and the like (may be repeated)"},
    [LAYERS] = {"--layers", TEXT, AT(layers), "LIST", "layers to learn, of fit,intent,retention; default: those that there is data for"},
    [HORIZON] = {"--horizon", NUMBER, AT(horizon), "DAYS", "how far ahead of a moment an outcome counts; default 90"},
    [CARD] = {"--card", TEXT, AT(card), "FILE", "the model's card: JSON with a playbook and whatever else"},
    [QUADRANT] = {"--quadrant", TEXT, AT(quadrant), "NAME", "only pursue, early (fits, silent), investigate (strong signals outside the profile) or low", "pursue|early|investigate|low"},
    [BLEND] = {"--blend", TEXT, AT(blend), "WEIGHTS", "one more column: the mean of scores with these weights, such as fit=0.6,intent=0.4"},
    [LAYER] = {"--layer", TEXT, AT(layer), "NAME", "fit, intent or retention; default: the model's first", "fit|intent|retention"},
    [AS_OF] = {"--as-of", MOMENT, AT(as_of), "DATE", "see nothing dated at or after DATE (2026-11-22, or 2026-11-22T09:30Z)"},
    [COMPANY_TABLE] = {"--company-table", TEXT, AT(company_table), "NAME", "table of a dataset with one row per company; default: found"},
    [DRIFT_BEFORE] = {"--before", TEXT, AT(before), "FILE", "earlier rows to compare with; default: the reference, as the model stores it"},
    [FALSE_ALARM] = {"--false-alarm", TEXT, AT(false_alarm), "PERCENT", "chance that a run without drift alarms; default 5"},
    [DRIFT_CHECK] = {"--check", FLAG, AT(check), NULL, "exit with 1 where there is an alarm"},
    [EXACT_KEYS] = {"--exact-keys", FLAG, AT(exact_keys), NULL, "find customers by their key alone, never by domain or name"},
    [K] = {"--k", NUMBER, AT(k), "N", "companies kept in a reference; default 65536"},
    [SEED] = {"--seed", NUMBER, AT(seed), "N", "seed of the sample; default 0"},
    [ALLOW_FEW] = {"--allow-few", FLAG, AT(allow_few), NULL, "fit with fewer than 20 customers; every result says so"},
    [DIFF_BEFORE] = {"--before", TEXT, AT(before), "FILE", "the companies at the earlier moment"},
    [BEFORE_AS_OF] = {"--before-as-of", MOMENT, AT(before_as_of), "DATE", "see events before DATE alone at the earlier moment; default: as --as-of"},
    [VIA] = {"--via", TEXT, AT(via), "MODEL", "a model fitted on MODEL's reference and MODEL2's customers: parts the customer list from the reference"},
    [EDITS] = {"--edits", TEXT, AT(edits), "FILE", "who changes what and why, as JSON"},
    [SET] = {"--set", PATTERN, AT(set), "EDIT", "\"TRAIT weight=N\" scales the learned points by N / the learned weight, \"TRAIT points=N\" sets milli-points (may be repeated)"},
    [OFF_FAMILY] = {"--off-family", PATTERN, AT(off_family), "NAME", "the family's traits count nothing (may be repeated)"},
    [OFF_COLUMN] = {"--off-column", PATTERN, AT(off_column), "COL", "the column's traits count nothing (may be repeated)"},
    [LEARNED_FAMILY] = {"--learned-family", PATTERN, AT(learned_family), "NAME", "back to what was learned (may be repeated)"},
    [EDIT_AUTHOR] = {"--author", TEXT, AT(author), "NAME", "who changes it"},
    [EDIT_REASON] = {"--reason", TEXT, AT(reason), "TEXT", "why"},
    [TOP_COMPANIES] = {"--top", NUMBER, AT(top), "N", "only the N with the most evidence, best first"},
    [TOP_TRAITS] = {"--top", NUMBER, AT(top), "N", "only the first N"},
    [REASONS] = {"--reasons", NUMBER, AT(reasons), "N", "reasons per company, at most 64; default 5"},
    [BY] = {"--by", PATTERN, AT(by), "COL", "a column that parts companies into segments, or the id of a trait; default: industry, geography, size (may be repeated)"},
    [SQL] = {"--sql", FLAG, AT(sql), NULL, "write SQL"},
    [SQL_DIALECT] = {"--dialect", TEXT, AT(dialect), "NAME", "duckdb, postgres, snowflake, bigquery or sqlite; default: duckdb", "duckdb|postgres|snowflake|bigquery|sqlite"},
    [SQL_TABLE] = {"--table", TEXT, AT(sql_table), "NAME", "the table of companies, parts divided by dots; default: companies"},
    [SQL_PARTIAL] = {"--partial", FLAG, AT(partial), NULL, "leave out columns that SQL cannot express; the columns of the result then say partial"},
    [TOP_SEGMENTS] = {"--top", NUMBER, AT(top), "N", "only the N largest segments of a column; default 20"},
    [FORMAT] = {"--format", FORM, AT(format), "FORM", NULL},
    [THREADS] = {"--threads", NUMBER, AT(threads), "N", "threads, 1 to 256; default 1; never changes a result"},
    [OUTPUT] = {"-o", TEXT, AT(output), "FILE", "write here; default: standard output"},
    [OUTPUT_REQUIRED] = {"-o", TEXT, AT(output), "FILE", "write here; required"},
    [LEDGER] = {"--ledger", TEXT, AT(ledger), "FILE", "the ledger (doc/ledger.md)"},
    [LEDGER_SHOWN] = {"--ledger", TEXT, AT(ledger), "FILE", "show what the ledger says: overrides, open flags, changes since the fit, reviews"},
    [DECISIONS] = {"--decisions", TEXT, AT(decisions), "FILE", "the same out of a JSON file of entries (doc/card.md)"},
    [CARD_CHECK] = {"--check", FLAG, AT(check), NULL, "exit 1 where something is overdue, open, changed, not owned, not defined or unknown"},
    [AUTHOR] = {"--author", TEXT, AT(entry.author), "NAME", "who says so"},
    [AUTHORITY] = {"--authority", TEXT, AT(entry.authority), "TEXT", "by what right: a role, a decision"},
    [REASON_TEXT] = {"--text", TEXT, AT(entry.text), "TEXT", "why; - = read it from standard input"},
    [NOW] = {"--now", TIME, AT(now), "TIME", "take this for the present, for scripts and tests; default: the clock"},
    [TRAIT] = {"--trait", PATTERN, AT(entry.traits), "ID", "a trait of a segment, as icp traits names it (may be repeated: all of them hold)"},
    [BORNE_OUT_MODEL] = {"--for", TEXT, AT(entry.of_model), "MODEL", "the model whose score it bears out or not: a file, or its id"},
    [FOR_MODEL] = {"--for", TEXT, AT(entry.of_model), "MODEL", "holds for scores of this model alone: a model file, or its id"},
    [ABOUT_MODEL] = {"--model", TEXT, AT(entry.model), "MODEL", "the model as a whole: a model file, or its id"},
    [TIER] = {"--tier", TEXT, AT(entry.tier), "TIER", "what counts instead: \"Very Poor\", Poor, Fair, Good or Excellent", "Very Poor|Poor|Fair|Good|Excellent"},
    [EXPIRY] = {"--expiry", TEXT, AT(entry.expiry), "DATE", "the first day on which it no longer counts"},
    [OVERRIDE_REASON] = {"--reason", TEXT, AT(entry.reason), "CODE", "context (not in the data), thin_segment, categorical or other", "context|thin_segment|categorical|other"},
    [ENTRY_LAYER] = {"--layer", TEXT, AT(layer), "NAME", "fit, intent or retention; default: fit", "fit|intent|retention"},
    [ASSIGNEE] = {"--assignee", TEXT, AT(entry.assignee), "NAME", "who looks into it"},
    [NEXT] = {"--next", TEXT, AT(entry.next), "DATE", "when to look again"},
    [ENTRY] = {"--entry", NUMBER, AT(entry.number), "N", "the entry that was reviewed: a flag, an override"},
    [AREA] = {"--area", TEXT, AT(entry.area), "NAME", "product, positioning, market, data, weights or other", "product|positioning|market|data|weights|other"},
    [ON] = {"--on", TEXT, AT(entry.on), "DATE", "the day of it"},
    [OUTCOME] = {"--outcome", TEXT, AT(entry.outcome), "NAME", "won, lost, retained or churned", "won|lost|retained|churned"},
    [OUTCOME_TYPE] = {"--type", TEXT, AT(event_type), "COL", "column of FILE with the outcome; default: outcome, type or status"},
    [OUTCOME_DATE] = {"--date", TEXT, AT(event_time), "COL", "column of FILE with the day; default: on, date, day or time"},
    [KIND] = {"--kind", TEXT, AT(entry.kind), "NAME", "only override, flag, review, outcome, version, card or change", "override|flag|review|outcome|version|card|change"},
    [SINCE_ENTRY] = {"--since", NUMBER, AT(entry.number), "N", "only entries behind entry N"},
    [FROM] = {"--from", TIME, AT(entry.from), "TIME", "only at or after"},
    [TO] = {"--to", TIME, AT(entry.to), "TIME", "only before"},
    [LAST] = {"--last", NUMBER, AT(top), "N", "only the last N"},
    [ROWS] = {"--rows", TEXT, AT(entry.rows), "FILE", "companies that both models score, to see how many change their tier"},
    [CALIBRATION] = {"--calibration", TEXT, AT(entry.calibration), "FILE", "report of icp calibrate --format json on this model"},
    [GATES] = {"--gates", TEXT, AT(entry.gates), "FILE", "limits, as JSON (doc/publish.md)"},
    [PUBLISH_CHECK] = {"--check", FLAG, AT(entry.only_check), NULL, "only say whether it would be published"},
    [ANYWAY] = {"--anyway", FLAG, AT(entry.anyway), NULL, "also when a gate is not passed; with --authority and --text"},
    [HEAD] = {"--head", TEXT, AT(entry.head), "N:HEX", "a head that was kept, as every entry gives one"},
    [SCORED] = {"--scored", TEXT, AT(scored), "DATE|COL", "when the scores were made: a day, or the column of FILE that says it; without it every outcome counts"},
    [BASE] = {"--base", TEXT, AT(base), "SHARE", "share of the companies at large that is expected to have the outcome: 0.03, 3%, or model: the share of customers in its reference"},
    [LOOKS] = {"--looks", NUMBER, AT(looks), "N", "such a report is looked at N times: so much rarer is a false alarm of each; default 1"},
    [QUIET] = {"--quiet", FLAG, AT(quiet), NULL, "no progress and no remarks"},
};

_Static_assert(OPTION_COUNT < 256, "command.takes holds bytes");

bool option_is_taken(const struct command *c, enum option_id id) {
    for (const unsigned char *p = c->takes; *p != OPTION_COUNT; p++)
        if (*p == id)
            return true;
    return false;
}

const struct option *option_find(const struct command *c, const char *arg, const char **equals) {
    *equals = strncmp(arg, "--", 2) == 0 ? strchr(arg, '=') : NULL;
    size_t size = *equals ? (size_t)(*equals - arg) : strlen(arg);
    for (const unsigned char *id = c->takes; *id != OPTION_COUNT; id++)
        if (strlen(all_options[*id].name) == size && strncmp(all_options[*id].name, arg, size) == 0)
            return &all_options[*id];
    return NULL;
}

static int wrong(const struct command *c, const char *what, const char *which) {
    fprintf(stderr, "icp: %s%s%s; see icp %s --help\n", what, *which ? " " : "", which, c->name);
    return EXIT_USAGE;
}

static bool takes_format(const struct command *c, const char *v) {
    size_t n = strlen(v);
    for (const char *p = c->formats; p; p = strchr(p, '|') ? strchr(p, '|') + 1 : NULL)
        if (strcspn(p, "|") == n && strncmp(p, v, n) == 0)
            return true;
    return false;
}

static bool set_format(struct options *o, const struct command *c, const char *v) {
    static const char *const names[] = {"", "csv", "jsonl", "json", "table"};
    for (int i = 1; i < 5 && takes_format(c, v); i++)
        if (strcmp(v, names[i]) == 0)
            return o->format = (enum format)i, true;
    return false;
}

static bool set_number(uint64_t *at, const char *v) {
    char *end;
    errno = 0;
    unsigned long long n = strtoull(v, &end, 10);
    if (*v < '0' || *v > '9' || *end || errno)
        return false;
    return *at = n, true;
}

static bool set(struct options *o, const struct command *c, const struct option *p, const char *v) {
    char *at = (char *)o + p->at;
    switch (p->type) {
    case TEXT:
        return *(const char **)at = v, true;
    case MOMENT:
        return *(const char **)at = v, parse_moment(v, p->at == AT(as_of) ? &o->as_of_micros : &o->before_as_of_micros);
    case TIME:
        return parse_moment(v, (int64_t *)at);
    case FLAG:
        return *(bool *)at = true;
    case NUMBER:
        return set_number((uint64_t *)at, v);
    case FORM:
        return set_format(o, c, v);
    case PATTERN: {
        struct patterns *all_of = (struct patterns *)at;
        return all_of->count < 64 && (all_of->item[all_of->count++] = v, true);
    }
    }
    return false;
}

static int one(struct options *o, const struct command *c, int argc, char **argv, int *i) {
    const char *equals;
    const struct option *p = option_find(c, argv[*i], &equals);
    if (!p)
        return wrong(c, "unknown option", argv[*i]);
    if (p->type == FLAG && equals)
        return wrong(c, "no value is expected behind", p->name);
    const char *v = equals ? equals + 1 : p->type == FLAG ? "" : *i + 1 < argc ? argv[++*i] : NULL;
    if (!v || (!*v && p->type != FLAG))
        return wrong(c, "a value is expected behind", p->name);
    if (set(o, c, p, v))
        return EXIT_DONE;
    if (p->type == FORM)
        return fprintf(stderr, "icp: \"%s\" is none of the forms of icp %s: %s\n", v, c->name, c->formats), EXIT_USAGE;
    if (p->type == MOMENT || p->type == TIME)
        return fprintf(stderr, "icp: \"%s\" is no date (2026-11-22) nor time with its zone (2026-11-22T09:30Z)\n", v), EXIT_USAGE;
    return wrong(c, p->type == NUMBER ? "a whole number is expected behind" : "too many of", p->name);
}

int options_parse(struct options *o, const struct command *c, int argc, char **argv) {
    bool only_files = false;
    o->reasons = UINT64_MAX;
    o->now = ICP_TIME_UNKNOWN;
    o->files = calloc((size_t)argc + 1, sizeof *o->files);
    if (!o->files)
        return refuse_text(NULL, "out of memory");
    for (int i = 0; i < argc; i++) {
        const char *arg = argv[i];
        if (only_files || arg[0] != '-' || !arg[1])
            o->files[o->file_count++] = arg;
        else if (strcmp(arg, "--") == 0)
            only_files = true;
        else if (strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0)
            return o->help = true, EXIT_DONE;
        else {
            int code = one(o, c, argc, argv, &i);
            if (code != EXIT_DONE)
                return code;
        }
    }
    if (o->threads > 256 || (o->reasons != UINT64_MAX && o->reasons > 64))
        return wrong(c, "too large a number behind", o->threads > 256 ? "--threads" : "--reasons");
    if (o->file_count < c->min_files)
        return fprintf(stderr, "icp: a file is missing; usage: icp %s %s\n", c->name, c->usage), EXIT_USAGE;
    if (c->max_files >= 0 && o->file_count > c->max_files)
        return wrong(c, "unexpected argument", o->files[c->max_files]);
    return EXIT_DONE;
}

void options_help(FILE *to, const struct command *c) {
    fprintf(to, "usage: icp %s %s\n\n%s\n\n", c->name, c->usage, c->help);
    for (enum option_id id = 0; id < OPTION_COUNT; id++)
        if (option_is_taken(c, id)) {
            const struct option *p = &all_options[id];
            char head[64];
            snprintf(head, sizeof head, "%s %s", p->name, p->value ? p->value : "");
            fprintf(to, "  %-24s %s%s%s\n", head, p->help ? p->help : "form of the output: ", p->help ? "" : c->formats,
                    p->help || !strchr(c->formats, '|') ? "" : "; default: the first");
        }
    fprintf(to, "%s%s", *c->more ? "\n" : "", c->more);
}
