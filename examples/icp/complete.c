/* SPDX-License-Identifier: MIT */
/* What the word under the cursor may become: one candidate per line, a tab, what it is. The line ":files" stands for names of files, which the
 * shell knows best. */
#include "options.h"
#include <string.h>

static void candidate(const char *lead, const char *word, size_t size, const char *help, const char *so_far) {
    size_t n = strlen(lead), have = strlen(so_far);
    if (strncmp(lead, so_far, have < n ? have : n) != 0 || (have > n && (have - n > size || strncmp(word, so_far + n, have - n) != 0)))
        return;
    printf("%s%.*s\t%s\n", lead, (int)size, word, help);
}

/* The first words of all commands, or those that follow `first`. */
static void command_words(const char *first, const char *so_far) {
    const char *last = "";
    for (int i = 0; i < command_count; i++) {
        const char *name = commands[i].name, *space = strchr(name, ' ');
        size_t size = space ? (size_t)(space - name) : strlen(name);
        bool again = strncmp(last, name, size) == 0 && (last[size] == ' ' || !last[size]);
        if (!*first && !again)
            candidate("", name, size, space ? "" : commands[i].help, so_far);
        else if (*first && space && strlen(first) == size && strncmp(first, name, size) == 0)
            candidate("", space + 1, strlen(space + 1), commands[i].help, so_far);
        last = name;
    }
}

/* MODEL, REF, FILE, DATA ...: not NUMBER, nor MODEL_ID|NUMBER. */
static bool is_file(const char *what) {
    size_t n = strcspn(what, " ");
    const char *number = strstr(what, "NUMBER");
    return *what && !(number && number < what + n);
}

static void value(const struct command *c, const struct option *p, const char *lead, const char *so_far) {
    static const char *const files[] = {"FILE", "REF", "MODEL"};
    const char *list = p->type == FORM ? c->formats : p->choices;
    for (const char *w = list; w && *w; w += strcspn(w, "|"), w += *w == '|')
        candidate(lead, w, strcspn(w, "|"), "", so_far);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (strcmp(p->value, files[i]) == 0)
            printf(":files\n");
}

static bool was_given(const struct option *p, int argc, char **argv) {
    for (int i = 0; i < argc; i++)
        if (strncmp(argv[i], p->name, strlen(p->name)) == 0 && (!argv[i][strlen(p->name)] || argv[i][strlen(p->name)] == '='))
            return true;
    return false;
}

static void option_words(const struct command *c, int argc, char **argv, const char *so_far) {
    for (enum option_id id = 0; id < OPTION_COUNT; id++) {
        const struct option *p = &all_options[id];
        if (option_is_taken(c, id) && (p->type == PATTERN || !was_given(p, argc, argv)))
            candidate("", p->name, strlen(p->name), p->help ? p->help : "form of the output", so_far);
    }
    candidate("", "--help", 6, "the options of this command", so_far);
}

static void of_command(const struct command *c, int argc, char **argv, const char *so_far) {
    const struct option *awaited = NULL;
    const char *equals;
    int files = 0;
    bool only_files = false;
    for (int i = 0; i < argc; i++) {
        const struct option *p = only_files || awaited ? NULL : option_find(c, argv[i], &equals);
        if (awaited)
            awaited = NULL;
        else if (p)
            awaited = p->type != FLAG && !equals ? p : NULL;
        else if (!only_files && strcmp(argv[i], "--") == 0)
            only_files = true;
        else
            files++;
    }
    const struct option *p = only_files || awaited ? NULL : option_find(c, so_far, &equals);
    if (awaited)
        value(c, awaited, "", so_far);
    else if (p && equals && p->type != FLAG) {
        char lead[32];
        snprintf(lead, sizeof lead, "%s=", p->name);
        value(c, p, lead, so_far);
    } else if (!only_files && *so_far == '-')
        option_words(c, argc, argv, so_far);
    else if ((c->max_files < 0 || files < c->max_files) && is_file(c->usage))
        printf(":files\n");
}

int complete(int argc, char **argv) {
    if (argc < 1)
        return EXIT_USAGE;
    const char *so_far = argv[argc - 1];
    int words;
    const struct command *c = command_of(argc - 1, argv, &words);
    if (argc == 1) {
        command_words("", so_far);
        if (*so_far == '-') {
            candidate("", "--help", 6, "all commands", so_far);
            candidate("", "--version", 9, "the version of the library", so_far);
        }
    } else if (argc == 2)
        command_words(argv[0], so_far);
    if (c)
        of_command(c, argc - 1 - words, argv + words, so_far);
    return EXIT_DONE;
}
