/* SPDX-License-Identifier: MIT */
/* Commands, their help, and which one is meant. */
#include "command.h"
#include <signal.h>
#include <string.h>

const struct command commands[] = {
    {"schema", "sieqfTo", 1, 1, run_schema, "FILE", "What was understood of each column, as JSON that can be edited and given back with --schema."},
    {"reference build", "keKShoqT", 1, -1, run_reference_build, "--key COL -o REF FILE...",
     "Builds a reference, the frozen picture of companies at large, from CSV or JSON lines (also .gz)."},
    {"reference merge", "oqK", 1, -1, run_reference_merge, "-o REF REF...", "Merges references that were built in parts; the bytes are those of one build."},
    {"reference show", "fo", 1, 1, run_reference_show, "REF", "What a reference is made of."},
    {"fit", "krcuwsieaqTof", 0, 0, run_fit, "--reference REF --customers FILE [--universe FILE] -o MODEL",
     "Learns what tells the customers apart from companies at large."},
    {"score", "kqTofnR", 2, 2, run_score, "MODEL FILE [--key COL] [-o OUT]", "Scores every row of FILE, one output row per input row, in order."},
    {"explain", "kqoCf", 2, 2, run_explain, "MODEL FILE --company KEY", "Shows why one company scores as it does."},
    {"traits", "fon", 1, 1, run_traits, "MODEL", "What the customers have in common, strongest first."},
    {"distribution", "fo", 1, 1, run_distribution, "MODEL|SCORES", "How many companies fall into each tier."},
};
const int command_count = sizeof commands / sizeof commands[0];

static void usage(FILE *to) {
    fprintf(to, "usage: icp COMMAND ...\n\n");
    for (int i = 0; i < command_count; i++)
        fprintf(to, "  icp %s %s\n      %s\n", commands[i].name, commands[i].usage, commands[i].help);
    fprintf(to, "\n`icp COMMAND --help` shows the options of a command. Exit status: 0 done, 1 refused or failed, 2 wrong usage.\n");
}

/* "reference build" takes two words. Returns the words used, 0 = no such command. */
static int match(const struct command *c, int argc, char **argv) {
    const char *space = strchr(c->name, ' ');
    if (!space)
        return strcmp(argv[0], c->name) == 0 ? 1 : 0;
    size_t first = (size_t)(space - c->name);
    return argc > 1 && strlen(argv[0]) == first && strncmp(argv[0], c->name, first) == 0 && strcmp(argv[1], space + 1) == 0 ? 2 : 0;
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of the write that meets it */
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0))
        return usage(stdout), EXIT_DONE;
    if (argc > 1 && strcmp(argv[1], "--version") == 0) {
        uint32_t v = icp_version();
        printf("icp %u.%u.%u\n", v >> 16, v >> 8 & 255, v & 255);
        return EXIT_DONE;
    }
    for (int i = 0; argc > 1 && i < command_count; i++) {
        int words = match(&commands[i], argc - 1, argv + 1);
        if (!words)
            continue;
        struct options o = {0};
        int code = options_parse(&o, &commands[i], argc - 1 - words, argv + 1 + words);
        if (code == EXIT_DONE && o.help)
            options_help(stdout, &commands[i]);
        else if (code == EXIT_DONE)
            code = commands[i].run(&o);
        return code;
    }
    if (argc > 1)
        fprintf(stderr, "icp: no command \"%s\"; see icp --help\n", argv[1]);
    else
        usage(stderr);
    return EXIT_USAGE;
}
