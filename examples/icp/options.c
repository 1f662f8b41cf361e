/* SPDX-License-Identifier: MIT */
/* Options: the same word means the same in every command. */
#include "command.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum type { TEXT, PATTERN, NUMBER, FLAG, FORMAT };
struct option {
    char letter; /* in command.takes */
    const char *name;
    enum type type;
    size_t at;
    const char *value, *help;
};
#define AT(member) offsetof(struct options, member)
static const struct option all[] = {
    {'k', "--key", TEXT, AT(key), "COL", "column that identifies the company"},
    {'h', "--host-key", FLAG, AT(host_key), NULL, "the key is a URL, host or e-mail address: use its host"},
    {'r', "--reference", TEXT, AT(reference), "REF", "reference to compare with"},
    {'c', "--customers", TEXT, AT(customers), "FILE", "customers: full rows, or keys alone"},
    {'u', "--universe", TEXT, AT(universe), "FILE", "full rows of customers who are listed only by key"},
    {'w', "--weights", TEXT, AT(weights), "COL", "column of the customers with a positive weight"},
    {'C', "--company", TEXT, AT(company), "KEY", "key of the company"},
    {'s', "--schema", TEXT, AT(schema), "FILE", "schema as icp schema prints it; default: inferred"},
    {'i', "--include-field", PATTERN, AT(include), "PATTERN", "use only fields that match (* and ? are wild; may be repeated)"},
    {'e', "--exclude-field", PATTERN, AT(exclude), "PATTERN", "leave out fields that match (may be repeated)"},
    {'K', "--k", NUMBER, AT(k), "N", "companies kept in a reference; default 65536"},
    {'S', "--seed", NUMBER, AT(seed), "N", "seed of the sample; default 0"},
    {'a', "--allow-few", FLAG, AT(allow_few), NULL, "fit with fewer than 20 customers; every result says so"},
    {'n', "--top", NUMBER, AT(top), "N", "show only the first N"},
    {'R', "--reasons", NUMBER, AT(reasons), "N", "reasons per company, at most 64; default 5"},
    {'f', "--format", FORMAT, AT(format), "csv|jsonl|json|table", "form of the output"},
    {'T', "--threads", NUMBER, AT(threads), "N", "threads, 1 to 256; default 1; never changes a result"},
    {'o', "-o", TEXT, AT(output), "FILE", "write here; default: standard output"},
    {'q', "--quiet", FLAG, AT(quiet), NULL, "no progress and no remarks"},
};

static const struct option *find(const struct command *c, const char *name, size_t size) {
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (strlen(all[i].name) == size && strncmp(all[i].name, name, size) == 0)
            return strchr(c->takes, all[i].letter) ? &all[i] : NULL;
    return NULL;
}

static int wrong(const struct command *c, const char *what, const char *which) {
    fprintf(stderr, "icp: %s%s%s; see icp %s --help\n", what, *which ? " " : "", which, c->name);
    return EXIT_USAGE;
}

static bool set_format(struct options *o, const char *v) {
    static const char *const names[] = {"", "csv", "jsonl", "json", "table"};
    for (int i = 1; i < 5; i++)
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

static bool set(struct options *o, const struct option *p, const char *v) {
    char *at = (char *)o + p->at;
    switch (p->type) {
    case TEXT:
        return *(const char **)at = v, true;
    case FLAG:
        return *(bool *)at = true;
    case NUMBER:
        return set_number((uint64_t *)at, v);
    case FORMAT:
        return set_format(o, v);
    case PATTERN: {
        struct patterns *all_of = (struct patterns *)at;
        return all_of->count < 64 && (all_of->item[all_of->count++] = v, true);
    }
    }
    return false;
}

static int one(struct options *o, const struct command *c, int argc, char **argv, int *i) {
    const char *arg = argv[*i], *equals = strncmp(arg, "--", 2) == 0 ? strchr(arg, '=') : NULL;
    size_t size = equals ? (size_t)(equals - arg) : strlen(arg);
    const struct option *p = find(c, arg, size);
    if (!p)
        return wrong(c, "unknown option", arg);
    if (p->type == FLAG && equals)
        return wrong(c, "no value is expected behind", p->name);
    const char *v = equals ? equals + 1 : p->type == FLAG ? "" : *i + 1 < argc ? argv[++*i] : NULL;
    if (!v || (!*v && p->type != FLAG))
        return wrong(c, "a value is expected behind", p->name);
    if (!set(o, p, v))
        return wrong(c, p->type == NUMBER ? "a whole number is expected behind" : "unexpected value behind", p->name);
    return EXIT_DONE;
}

int options_parse(struct options *o, const struct command *c, int argc, char **argv) {
    bool only_files = false;
    o->reasons = UINT64_MAX;
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
        return wrong(c, "a file is missing: icp", c->name);
    if (c->max_files >= 0 && o->file_count > c->max_files)
        return wrong(c, "unexpected argument", o->files[c->max_files]);
    return EXIT_DONE;
}

void options_help(FILE *to, const struct command *c) {
    fprintf(to, "usage: icp %s %s\n\n%s\n\n", c->name, c->usage, c->help);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (strchr(c->takes, all[i].letter)) {
            char head[64];
            snprintf(head, sizeof head, "%s %s", all[i].name, all[i].value ? all[i].value : "");
            fprintf(to, "  %-32s %s\n", head, all[i].help);
        }
    fprintf(to, "\nFILE may be CSV (comma, semicolon, tab) or JSON lines, also .gz, or - for standard input.\n");
}
