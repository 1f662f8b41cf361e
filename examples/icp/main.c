/* SPDX-License-Identifier: MIT */
/* Commands, their help, and which one is meant. Completion and the man page say what these tables say. */
#include "options.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define ANY_FORMAT "table|csv|jsonl|json"
#define ABOUT_ROWS \
    "FILE may be CSV (comma, semicolon, tab) or JSON lines, also .gz, or - for standard input; or a folder of linked tables, or a\n" \
    "manifest as icp dataset writes it: then the tables are joined, one row per company.\n"
#define ABOUT_HEAD "Prints the number of the entry and the head of the ledger. Keep the head: a tail that is cut off is found against it alone.\n"
#define TAKES(...) (const unsigned char[]){__VA_ARGS__, OPTION_COUNT}
const struct command commands[] = {
    {"schema", 1, 1, run_schema, "FILE",
     "What was understood of each column, as JSON that can be edited and given back with --schema.", "json|table",
     "Every column has a reason. To correct one, edit its kind, family, separator, decimal or order (doc/schema.md).\n" ABOUT_ROWS,
     TAKES(KEY, SCHEMA, FIELD_OPTIONS, DATASET_OPTIONS, FORMAT, THREADS, OUTPUT, QUIET)},
    {"reference build", 1, -1, run_reference_build, "[--key COL] -o REF FILE...",
     "Builds a reference, the frozen picture of companies at large.", NULL,
     "Several FILEs count as one. Scores of models with the same reference can be compared; keep it. E-mail addresses and telephone\n"
     "numbers are not stored unless --release names their columns (doc/protect.md).\n" ABOUT_ROWS,
     TAKES(KEY, HOST_KEY, FIELD_OPTIONS, DATASET_OPTIONS, K, SEED, THREADS, OUTPUT_REQUIRED, QUIET)},
    {"reference merge", 1, -1, run_reference_merge, "-o REF REF...",
     "Merges references that were built in parts; the bytes are those of one build.", NULL, "",
     TAKES(K, OUTPUT_REQUIRED, QUIET)},
    {"reference show", 1, 1, run_reference_show, "REF", "What a reference is made of.", ANY_FORMAT, "",
     TAKES(FORMAT, OUTPUT)},
    {"fit", 0, 0, run_fit, "--reference REF --customers FILE [--universe FILE] [--events FILE --outcomes FILE] -o MODEL",
     "Learns what tells the customers apart from companies at large.", "json",
     "With --events and --outcomes the model also learns when companies buy (intent) and who stays (retention): doc/timing.md.\n"
     "Customers are looked up in the reference and the universe by key, else by domain and name. --format json prints on standard output who was found and\n"
     "what became of each column (doc/command.md).\n" ABOUT_ROWS,
     TAKES(KEY, REFERENCE, CUSTOMERS, UNIVERSE, WEIGHTS, SCHEMA, FIELD_OPTIONS, DATASET_OPTIONS, EXCLUDE, SINCE, EVENTS, OUTCOMES, EVENT_COLUMNS,
           LAYERS, HORIZON, CARD, EXACT_KEYS, ALLOW_FEW, FORMAT, THREADS, OUTPUT_REQUIRED, QUIET)},
    {"score", 2, 2, run_score, "MODEL FILE [--key COL] [-o OUT]", "Scores every row of FILE, one output row per input row, in order.",
     "csv|jsonl|json|table",
     "Columns: key; fit_score, 200 to 759; fit_tier; fit_low and fit_high, the 90% interval; fit_evidence in bits, each of which doubles\n"
     "the ratio; confidence; flags; reasons, the strongest traits with their points. README.md says how to read them. Layers learned from\n"
     "events have columns of their own; they are read with --events and --as-of (doc/timing.md). With --ledger effective_tier and override follow,\n"
     "and the ledger's head, against which a cut history is found (doc/card.md).\n" ABOUT_ROWS,
     TAKES(KEY, DATASET_OPTIONS, EVENTS, EVENT_COLUMNS, QUADRANT, BLEND, TOP_COMPANIES, REASONS, FORMAT, THREADS, OUTPUT, DECISION_OPTIONS, NOW,
           QUIET)},
    {"explain", 2, 2, run_explain, "MODEL FILE --company KEY", "Shows why one company scores as it does.", ANY_FORMAT,
     "csv and jsonl give the contributions alone; table and json add the score, what was unknown and the causes of the confidence.\n" ABOUT_ROWS,
     TAKES(KEY, COMPANY, DATASET_OPTIONS, EVENTS, EVENT_COLUMNS, LAYER, FORMAT, OUTPUT, DECISION_OPTIONS, NOW, QUIET)},
    {"card", 1, 1, run_card, "MODEL [--check] | MODEL --card FILE [-o MODEL2 [--ledger FILE --author NAME]]", "Who answers for a model, what is overdue, and what its signals mean; or puts another card on it.",
     "table|csv|jsonl|json", "With --card the card is that of FILE; with -o the model that carries it is written, and with --ledger the card becomes\n"
     "an entry of the ledger; else it is shown and checked (doc/card.md).\n",
     TAKES(CARD, AS_OF, FORMAT, OUTPUT, DECISION_OPTIONS, CARD_CHECK, AUTHORSHIP, NOW, QUIET)},
    {"traits", 1, 1, run_traits, "MODEL", "What the customers have in common, strongest first.", ANY_FORMAT,
     "Columns: weight, -100 to 100, how far the customers' share lies above the reference's; both shares; lift, their ratio; points, what\n"
     "the trait adds to a score given all others; n, the customers that have it.\n",
     TAKES(LAYER, TOP_TRAITS, FORMAT, OUTPUT)},
    {"export", 1, 1, run_export, "MODEL --sql [--dialect NAME] [--table NAME] [-o FILE]", "The fit score as one SELECT, to be run in a database.", NULL,
     "Columns: key, fit_score, fit_tier, fit_millipoints, and exact, which is true for rows whose figures are those of icp score. What is exact in which\n"
     "dialect: doc/sql.md.\n",
     TAKES(KEY, SQL, SQL_DIALECT, SQL_TABLE, SQL_PARTIAL, OUTPUT, QUIET)},
    {"edit", 1, 1, run_edit, "MODEL --reference REF (--edits FILE | --author NAME --reason TEXT --set \"TRAIT weight=N\" ...) -o MODEL2",
     "Changes points of the fit layer by hand; the learned values stay in the model.", NULL,
     "The reference is the one that the model was fitted on: offsets are set anew over it, so that the mean ratio stays 1. Edits count from the\n"
     "learned values. FILE is JSON: {\"author\":\"...\",\"reason\":\"...\",\"edits\":[{\"trait\":\"industry=fintech\",\"weight\":40},\n"
     "{\"trait\":\"...\",\"points\":12000},{\"family\":\"size\",\"off\":true},{\"column\":\"Tags\",\"learned\":true}]} (doc/change.md).\n",
     TAKES(REFERENCE, EDITS, SET, OFF_FAMILY, OFF_COLUMN, LEARNED_FAMILY, EDIT_AUTHOR, EDIT_REASON, OUTPUT_REQUIRED, QUIET)},
    {"diff", 2, 3, run_diff, "MODEL [MODEL2] NOW [--before FILE] [--via MODEL] [-o ROWS]",
     "What changed the scores between two moments, two models, or both: an exact split for every company.", "table|json",
     "The parts, in points of score that add up to each change: company data (under MODEL), decay of events, edits by hand, customer list, reference, extraction\n"
     "version. Where list and reference both changed they are one part, unless --via names a model of MODEL's reference and MODEL2's customers. -o writes\n"
     "a CSV row for each company, in thousandths of a point (doc/change.md). Without --before the companies are the same.\n" ABOUT_ROWS,
     TAKES(KEY, HOST_KEY, DATASET_OPTIONS, EVENTS, EVENT_COLUMNS, LAYER, DIFF_BEFORE, BEFORE_AS_OF, VIA, TOP_TRAITS, FORMAT, OUTPUT, QUIET)},
    {"distribution", 1, 1, run_distribution, "MODEL|SCORES", "How many companies fall into each tier.", ANY_FORMAT,
     "Of a model: its reference, and its customers as fits that did not see them score them. Of SCORES, as icp score writes them: their rows.\n",
     TAKES(LAYER, FORMAT, OUTPUT)},
    {"segments", 1, 2, run_segments, "MODEL [FILE] [--by COL...]", "Which segments the model carries: customers, tiers and confidence by industry, geography, size or any trait.",
     ANY_FORMAT, "Without FILE only what the model stores. Each segment gets a verdict, thin or carried, with the reason (doc/segments.md).\n" ABOUT_ROWS,
     TAKES(KEY, DATASET_OPTIONS, EVENTS, EVENT_COLUMNS, LAYER, BY, TOP_SEGMENTS, FORMAT, OUTPUT, QUIET)},
    {"dataset", 1, 1, run_dataset, "DATA [-o MANIFEST]",
     "How the tables of a folder or a manifest hang together: roles, keys, links with how sure, and what each column is used for.",
     "table|json",
     "json, and every file written with -o, is a manifest that can be edited and given back in place of the folder (doc/dataset.md).\n",
     TAKES(FIELD_OPTIONS, DATASET_OPTIONS, FORMAT, OUTPUT, QUIET)},
    {"events", 1, 1, run_events, "DATA [-o FILE]", "The dated rows of a dataset as events: key, type, time, value.", "csv|jsonl", "",
     TAKES(FIELD_OPTIONS, DATASET_OPTIONS, FORMAT, OUTPUT, QUIET)},
    {"audit", 1, 1, run_audit, "DATA [--customers FILE] [-o FILE]",
     "What each column holds, how well it alone tells customers apart, and which columns give the answer away; before any fit.",
     "table|csv|jsonl|json", "Columns that give the answer away are quarantined by icp fit too, unless --release names them (doc/audit.md).\n"
     "With --events and --as-of DATA is a model: how stale the events are, by signal and by account (doc/timing.md).\n",
     TAKES(KEY, HOST_KEY, REFERENCE, CUSTOMERS, UNIVERSE, SCHEMA, FIELD_OPTIONS, DATASET_OPTIONS, EXCLUDE, SINCE, EVENTS, EVENT_COLUMNS, LAYER,
           EXACT_KEYS, FORMAT, THREADS, OUTPUT, QUIET)},
    {"drift", 2, 2, run_drift, "MODEL NOW [--before FILE] [-o FILE]",
     "Has the mix of companies changed since the fit, or since --before, and are the columns still what they were?", ANY_FORMAT,
     "What is tested, how, and what is found with how many rows: doc/drift.md. Layers that look at events need --events and --as-of.\n" ABOUT_ROWS,
     TAKES(KEY, DATASET_OPTIONS, EVENTS, EVENT_COLUMNS, DRIFT_BEFORE, FALSE_ALARM, DRIFT_CHECK, FORMAT, OUTPUT, QUIET)},
    {"match", 1, 1, run_match, "UNIVERSE --customers FILE [-o FILE]",
     "Finds customers given as keys, domains or names in a universe: exact, normalised, ambiguous or none, each listed.",
     "table|csv|jsonl|json", "One row per customer; nothing is picked where several companies fit (doc/identity.md).\n",
     TAKES(KEY, HOST_KEY, CUSTOMERS, DATASET_OPTIONS, EXACT_KEYS, FORMAT, OUTPUT, QUIET)},
    {"calibrate", 1, 2, run_calibrate, "MODEL FILE --outcomes FILE [--scored DATE|COL] | SCORES --outcomes FILE",
     "Do the scores hold: compares them with what came of the companies, young outcomes as such.", ANY_FORMAT,
     "FILE holds companies, which are scored here, or scores as icp score writes them. Observed and stated ratios by tier and score, ranking, base rate and a\n"
     "verdict with the outcomes it rests on (doc/calibration.md). --as-of is where the outcomes end. csv and jsonl give the tiers and scores.\n" ABOUT_ROWS,
     TAKES(KEY, HOST_KEY, DATASET_OPTIONS, EVENTS, OUTCOMES, EVENT_COLUMNS, HORIZON, LAYER, FORMAT, OUTPUT, DECISION_OPTIONS, NOW, SCORED, BASE,
           LOOKS, QUIET)},
    {"override withdraw", 1, 1, run_override_withdraw, "NUMBER --ledger FILE --text TEXT --author NAME", "Ends an override before its day.",
     ANY_FORMAT, "",
     TAKES(FORMAT, OUTPUT, LEDGER, AUTHORSHIP, NOW)},
    {"override list", 0, 0, run_override_list, "--ledger FILE", "The overrides that hold now.", ANY_FORMAT, "",
     TAKES(COMPANY, AS_OF, FORMAT, OUTPUT, LEDGER)},
    {"override", 0, 0, run_override,
     "--ledger FILE --company KEY|--trait ID...|--model MODEL --tier TIER --reason CODE --text TEXT --author NAME --authority TEXT --expiry DATE",
     "Says what counts instead of a model's tier, until when, and why.", ANY_FORMAT, "The model's score is not changed: results show both.\n" ABOUT_HEAD,
     TAKES(COMPANY, FORMAT, OUTPUT, LEDGER, AUTHORSHIP, NOW, TRAIT, FOR_MODEL, ABOUT_MODEL, TIER, EXPIRY, OVERRIDE_REASON, ENTRY_LAYER)},
    {"flag raise", 0, 0, run_flag_raise, "--ledger FILE --company KEY|--trait ID...|--model MODEL --text TEXT --author NAME",
     "Says that a score, a segment's scores or a model should be looked into.", ANY_FORMAT, ABOUT_HEAD,
     TAKES(COMPANY, FORMAT, OUTPUT, LEDGER, AUTHORSHIP, NOW, TRAIT, FOR_MODEL, ABOUT_MODEL, OVERRIDE_REASON, ENTRY_LAYER, ASSIGNEE)},
    {"flag assign", 1, 1, run_flag_assign, "NUMBER --ledger FILE --assignee NAME --author NAME", "Gives a flag to somebody.", ANY_FORMAT, "",
     TAKES(FORMAT, OUTPUT, LEDGER, AUTHORSHIP, NOW, ASSIGNEE)},
    {"flag resolve", 1, 1, run_flag_resolve, "NUMBER --ledger FILE [--model MODEL] --text TEXT --author NAME --authority TEXT",
     "Ends a flag: what was found.", ANY_FORMAT,
     "Where the model's card lists \"resolvers\", --authority must be one of them: the card of --model, else of the model that the flag is\n"
     "about, else of the published one; and a card in the ledger (doc/ledger.md).\n",
     TAKES(FORMAT, OUTPUT, LEDGER, AUTHORSHIP, NOW, ABOUT_MODEL)},
    {"flag list", 0, 0, run_flag_list, "--ledger FILE", "The flags that are open now.", ANY_FORMAT, "",
     TAKES(COMPANY, AS_OF, FORMAT, OUTPUT, LEDGER)},
    {"review", 0, 0, run_review, "--ledger FILE [--model MODEL|--company KEY|--entry N] --text TEXT --author NAME [--next DATE]",
     "Says that a model, a company's scores, a flag or an override was looked through.", ANY_FORMAT, ABOUT_HEAD,
     TAKES(COMPANY, FORMAT, OUTPUT, LEDGER, AUTHORSHIP, NOW, ABOUT_MODEL, ENTRY_LAYER, NEXT, ENTRY)},
    {"outcome", 0, 1, run_outcome, "--ledger FILE --author NAME --company KEY --outcome NAME --on DATE | FILE [--key COL]",
     "Records what came of a company, or of all companies of a file.", ANY_FORMAT,
     "Of a file nothing is written before all of its rows are read and right. An outcome that the ledger has, same company, outcome, day and\n"
     "layer, is not written again: a run that was interrupted goes on when it is started again.\n",
     TAKES(KEY, COMPANY, FORMAT, OUTPUT, LEDGER, AUTHORSHIP, NOW, BORNE_OUT_MODEL, ENTRY_LAYER, ON, OUTCOME, OUTCOME_TYPE, OUTCOME_DATE, QUIET)},
    {"change", 0, 0, run_change, "--ledger FILE --area NAME --text TEXT --author NAME [--on DATE]",
     "Records a change of product, positioning or market: models from before it may no longer hold.", ANY_FORMAT, ABOUT_HEAD,
     TAKES(FORMAT, OUTPUT, LEDGER, AUTHORSHIP, NOW, ABOUT_MODEL, AREA, ON)},
    {"publish list", 0, 0, run_publish_list, "--ledger FILE", "The versions of the ledger, and which one is published.", ANY_FORMAT, "",
     TAKES(FORMAT, OUTPUT, LEDGER)},
    {"publish", 1, 1, run_publish, "MODEL --ledger FILE --author NAME [--rows FILE] [--calibration FILE] [--gates FILE]",
     "Publishes a model, if it passes the gates against the published one.", "table|json",
     "Gates: cross-fitted Cllr, the same reference, layers, how many companies change their tier, calibration (doc/publish.md). Refused with the\n"
     "figures and exit status 1.\n" ABOUT_ROWS,
     TAKES(KEY, DATASET_OPTIONS, EVENTS, EVENT_COLUMNS, FORMAT, OUTPUT, LEDGER, AUTHORSHIP, NOW, ROWS, CALIBRATION, GATES, PUBLISH_CHECK, ANYWAY,
           QUIET)},
    {"restore", 1, 1, run_restore, "MODEL_ID|NUMBER --ledger FILE -o MODEL --author NAME",
     "Writes a published model as it was, byte for byte, and makes it the published one again.", ANY_FORMAT, ABOUT_HEAD,
     TAKES(FORMAT, OUTPUT_REQUIRED, LEDGER, AUTHORSHIP, NOW)},
    {"history", 0, 0, run_history, "--ledger FILE", "The entries of the ledger, oldest first.", ANY_FORMAT,
     "json and jsonl give the entries as they are stored (doc/ledger.md).\n",
     TAKES(COMPANY, FORMAT, OUTPUT, LEDGER, KIND, SINCE_ENTRY, FROM, TO, LAST)},
    {"ledger create", 0, 0, run_ledger_create, "--ledger FILE", "Makes an empty ledger.", ANY_FORMAT, "",
     TAKES(FORMAT, OUTPUT, LEDGER)},
    {"ledger head", 0, 0, run_ledger_head, "--ledger FILE", "The number and the hash of the last entry.", ANY_FORMAT, "",
     TAKES(FORMAT, OUTPUT, LEDGER)},
    {"ledger verify", 0, 0, run_ledger_verify, "--ledger FILE [--head N:HEX]", "Checks every entry, every stored model and the file.", ANY_FORMAT,
     "A tail that was cut off, or a history that was written anew, is found only against a head that was kept elsewhere.\n",
     TAKES(FORMAT, OUTPUT, LEDGER, HEAD)},
};
const int command_count = sizeof commands / sizeof commands[0];

static void usage(FILE *to) {
    fprintf(to, "usage: icp COMMAND ...\n\n");
    for (int i = 0; i < command_count; i++)
        fprintf(to, "  icp %s %s\n      %s\n", commands[i].name, commands[i].usage, commands[i].help);
    fprintf(to, "\n`icp COMMAND --help` shows the options of a command. Exit status: 0 done, 1 refused or failed, 2 wrong usage.\n");
}

static bool is_first_word(const struct command *c, const char *word) {
    size_t n = strlen(word);
    return strncmp(c->name, word, n) == 0 && c->name[n] == ' ';
}

/* No command: says what was meant, if a first word was right. */
static int unknown(const char *word, bool help) {
    bool first = false;
    for (int i = 0; i < command_count; i++)
        first = first || is_first_word(&commands[i], word);
    if (!first)
        return fprintf(stderr, "icp: no command \"%s\"; see icp --help\n", word), EXIT_USAGE;
    if (help)
        printf("usage:\n");
    else
        fprintf(stderr, "icp: \"%s\" is followed by one of:", word);
    for (int i = 0; i < command_count; i++) {
        if (!is_first_word(&commands[i], word))
            continue;
        if (help)
            printf("  icp %s %s\n      %s\n", commands[i].name, commands[i].usage, commands[i].help);
        else
            fprintf(stderr, " %s", commands[i].name + strlen(word) + 1);
    }
    if (!help)
        fprintf(stderr, "; see icp --help\n");
    return help ? EXIT_DONE : EXIT_USAGE;
}

static bool is_help(const char *word) {
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

/* "reference build" takes two words. Returns the words used, 0 = no such command. */
static int match(const struct command *c, int argc, char **argv) {
    const char *space = strchr(c->name, ' ');
    if (!space)
        return strcmp(argv[0], c->name) == 0 ? 1 : 0;
    size_t first = (size_t)(space - c->name);
    return argc > 1 && strlen(argv[0]) == first && strncmp(argv[0], c->name, first) == 0 && strcmp(argv[1], space + 1) == 0 ? 2 : 0;
}

const struct command *command_of(int argc, char **argv, int *words) {
    for (int i = 0; argc > 0 && i < command_count; i++)
        if ((*words = match(&commands[i], argc, argv)))
            return &commands[i];
    return NULL;
}

static int run(const struct command *c, int argc, char **argv) {
    struct options o = {0};
    int code = options_parse(&o, c, argc, argv);
    if (code == EXIT_DONE && o.help)
        options_help(stdout, c);
    else if (code == EXIT_DONE) {
        o.patterns_of_dataset = c->run != run_fit;
        code = c->run(&o);
        datasets_end(&o, code);
    }
    free(o.files);
    return code;
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of the write that meets it */
    if (argc > 1 && is_help(argv[1]))
        return usage(stdout), EXIT_DONE;
    if (argc > 1 && strcmp(argv[1], "--version") == 0) {
        uint32_t v = icp_version();
        printf("icp %u.%u.%u\n", v >> 16, v >> 8 & 255, v & 255);
        return EXIT_DONE;
    }
    if (argc > 1 && strcmp(argv[1], "--man") == 0)
        return man_page(stdout), EXIT_DONE;
    if (argc > 2 && strcmp(argv[1], "--complete") == 0 && strcmp(argv[2], "--") == 0)
        return complete(argc - 3, argv + 3);
    int words;
    const struct command *c = command_of(argc - 1, argv + 1, &words);
    if (c)
        return run(c, argc - 1 - words, argv + 1 + words);
    if (argc > 1)
        return unknown(argv[1], argc > 2 && is_help(argv[2]));
    usage(stderr);
    return EXIT_USAGE;
}
