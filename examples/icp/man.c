/* SPDX-License-Identifier: MIT */
/* icp(1), out of the tables that the command itself goes by. */
#include "options.h"
#include <string.h>

#define DATE "2026-11-28" /* of the last change of the page's own words */

/* Text as it is: nothing of it is taken for a request or an escape, and its lines may be filled. */
static void put(FILE *to, const char *s, size_t size) {
    for (size_t i = 0; i < size; i++) {
        bool starts = i == 0 || s[i - 1] == '\n';
        if (starts && (s[i] == '.' || s[i] == '\''))
            fputs("\\&", to);
        if (s[i] == '\\' || s[i] == '-')
            fputs(s[i] == '-' ? "\\-" : "\\e", to);
        else
            fputc(s[i], to);
    }
}

static void text(FILE *to, const char *s) {
    put(to, s, strlen(s));
}

/* A usage line: what is typed as it stands in bold, what stands for something in italics. */
static void usage(FILE *to, const struct command *c) {
    fputs("\\fBicp ", to);
    text(to, c->name);
    fputs("\\fR ", to);
    for (const char *p = c->usage; *p;) {
        size_t n = strcspn(p, " |[]()");
        bool option = *p == '-', named = *p >= 'A' && *p <= 'Z';
        if (n) {
            fputs(option ? "\\fB" : named ? "\\fI" : "", to);
            put(to, p, n);
            fputs(option || named ? "\\fR" : "", to);
        } else
            fputc(*p, to), n = 1;
        p += n;
    }
    fputc('\n', to);
}

static void command(FILE *to, const struct command *c) {
    fputs(".SS icp ", to);
    text(to, c->name);
    fputc('\n', to);
    usage(to, c);
    fputs(".PP\n", to);
    text(to, c->help);
    fputc('\n', to);
    if (*c->more)
        text(to, c->more);
    if (c->formats) {
        fputs("Forms of the output, the default first: ", to);
        for (const char *p = c->formats; *p; p += strcspn(p, "|"), p += *p == '|')
            fprintf(to, "%s%.*s", p == c->formats ? "" : ", ", (int)strcspn(p, "|"), p);
        fputs(".\n", to);
    }
    fputs(".PP\nOptions:\n", to);
    const char *comma = "";
    for (enum option_id id = 0; id < OPTION_COUNT; id++)
        if (option_is_taken(c, id)) {
            fprintf(to, "%s\\fB", comma);
            text(to, all_options[id].name);
            fputs("\\fR", to);
            comma = ",\n";
        }
    fputs(".\n", to);
}

static bool means_several_things(enum option_id id) {
    for (enum option_id other = 0; other < OPTION_COUNT; other++)
        if (other != id && strcmp(all_options[id].name, all_options[other].name) == 0)
            return true;
    return false;
}

static void option(FILE *to, enum option_id id) {
    const struct option *p = &all_options[id];
    fputs(".TP\n\\fB", to);
    text(to, p->name);
    fputs("\\fR", to);
    if (p->value) {
        fputs(" \\fI", to);
        text(to, p->value);
        fputs("\\fR", to);
    }
    fputc('\n', to);
    text(to, p->help ? p->help : "form of the output: csv, jsonl, json or table, as the command says");
    if (means_several_things(id)) {
        const char *lead = " (";
        for (int i = 0; i < command_count; i++)
            if (option_is_taken(&commands[i], id))
                fprintf(to, "%sicp %s", lead, commands[i].name), lead = ", ";
        fputc(')', to);
    }
    fputs(".\n", to);
}

void man_page(FILE *to) {
    uint32_t v = icp_version();
    fprintf(to, ".TH ICP 1 " DATE " \"libicp %u.%u.%u\" \"User Commands\"\n", v >> 16, v >> 8 & 255, v & 255);
    fputs(".SH NAME\nicp \\- learns an Ideal Customer Profile and scores companies against it\n"
          ".SH SYNOPSIS\n\\fBicp\\fR \\fICOMMAND\\fR ...\n.br\n\\fBicp\\fR \\fICOMMAND\\fR \\fB\\-\\-help\\fR\n.br\n\\fBicp \\-\\-version\\fR\n"
          ".SH DESCRIPTION\nFrom a list of customers and a reference of companies at large a model is learned; it scores any company by a ratio:\n"
          "657 means 8 times as common among the customers as among companies at large, 498 as common, and 53 points double it.\n"
          "The same model and input give the same bytes on every machine.\n"
          "Rows are written to standard output unless \\fB\\-o\\fR is given, remarks and errors to standard error.\n"
          "A file that is written is complete or is not there.\n"
          ".SH COMMANDS\n", to);
    for (int i = 0; i < command_count; i++)
        command(to, &commands[i]);
    fputs(".SH OPTIONS\nA word means the same in every command, unless commands stand behind it.\n"
          "A value follows as the next word or behind =; \\fB\\-\\-\\fR ends the options.\n", to);
    for (enum option_id id = 0; id < OPTION_COUNT; id++)
        option(to, id);
    fputs(".SH EXIT STATUS\n.TP\n0\nDone.\n.TP\n1\nRefused or failed, or an alarm with \\fB\\-\\-check\\fR; one line on standard error says why.\n"
          ".TP\n2\nWrong usage.\n"
          ".SH EXAMPLES\n.nf\nicp reference build \\-\\-key domain \\-o world.icpref companies.csv\n"
          "icp fit \\-\\-reference world.icpref \\-\\-customers customers.csv \\-\\-universe companies.csv \\-o model.icp\n"
          "icp score model.icp companies.csv \\-o scores.csv\nicp explain model.icp companies.csv \\-\\-company acme.com\n.fi\n", to);
}
