/* SPDX-License-Identifier: MIT */
/* icp edit: a model with points changed by hand. */
#include "command.h"
#include <stdlib.h>
#include <string.h>

static void put_item(struct text *t, bool *first, const char *target, const char *name, size_t size, const char *action) {
    text_put(t, *first ? "{\"" : ",{\"");
    text_put(t, target);
    text_put(t, "\":");
    text_json(t, name, size);
    text_put(t, ",");
    text_put(t, action);
    text_put(t, "}");
    *first = false;
}

/* "industry=fintech weight=40": what stands behind the last blank is done to the trait. */
static bool put_set(struct text *t, bool *first, const char *set) {
    const char *blank = strrchr(set, ' '), *equals = blank ? strchr(blank, '=') : NULL;
    const size_t word = equals ? (size_t)(equals - blank) - 1 : 0;
    char action[64];
    if (!word || blank == set)
        return false;
    const char *digits = equals + 1 + (equals[1] == '-');
    if (!*digits || strspn(digits, "0123456789") != strlen(digits) || strlen(digits) > 9 || (strncmp(blank + 1, "weight", word) && strncmp(blank + 1, "points", word)) || word != 6)
        return false;
    snprintf(action, sizeof action, "\"%.6s\":%s", blank + 1, equals + 1);
    put_item(t, first, "trait", set, (size_t)(blank - set), action);
    return true;
}

/* The text of edits from --author, --reason, --set and --off-... */
static int text_of(const struct options *o, struct text *t) {
    bool first = true;
    text_put(t, "{\"author\":");
    text_json(t, o->author, strlen(o->author));
    text_put(t, ",\"reason\":");
    text_json(t, o->reason, strlen(o->reason));
    text_put(t, ",\"edits\":[");
    for (int i = 0; i < o->learned_family.count; i++)
        put_item(t, &first, "family", o->learned_family.item[i], strlen(o->learned_family.item[i]), "\"learned\":true");
    for (int i = 0; i < o->off_family.count; i++)
        put_item(t, &first, "family", o->off_family.item[i], strlen(o->off_family.item[i]), "\"off\":true");
    for (int i = 0; i < o->off_column.count; i++)
        put_item(t, &first, "column", o->off_column.item[i], strlen(o->off_column.item[i]), "\"off\":true");
    for (int i = 0; i < o->set.count; i++)
        if (!put_set(t, &first, o->set.item[i]))
            return fprintf(stderr, "icp: --set takes \"TRAIT weight=N\" or \"TRAIT points=N\" with a whole N, not \"%s\"\n", o->set.item[i]), EXIT_USAGE;
    text_put(t, "]}");
    return EXIT_DONE;
}

static int check(const struct options *o) {
    const bool items = o->set.count || o->off_family.count || o->off_column.count || o->learned_family.count;
    if (!o->reference || !o->output)
        return fprintf(stderr, "icp: %s is missing; see icp edit --help\n", o->reference ? "-o" : "--reference"), EXIT_USAGE;
    if (o->edits ? items || o->author || o->reason : !items || !o->author || !o->reason)
        return fprintf(stderr, "icp: either --edits, or --author and --reason with --set, --off-family, --off-column or --learned-family\n"), EXIT_USAGE;
    return EXIT_DONE;
}

static icp_status edited(icp_context *c, const struct options *o, const struct text *json, icp_model **out, struct icp_error *e) {
    icp_reference *r = NULL;
    icp_model *m = NULL;
    icp_status s = model_of(c, o->files[0], &m, e);
    if (!s)
        s = reference_of(c, o->reference, &r, e);
    if (!s) {
        s = icp_model_edit(m, r, json->data ? json->data : "", json->size, out, e);
        if (s && o->edits && !e->source[0] && e->line > 0)
            snprintf(e->source, sizeof e->source, "%s", o->edits);
        if (s && !o->edits)
            e->line = e->column = -1; /* of a text that nobody wrote */
    }
    icp_reference_unref(r);
    icp_model_unref(m);
    return s;
}

static icp_status save(icp_context *c, const struct options *o, const icp_model *m, struct icp_error *e) {
    struct icp_sink sink = {.struct_size = sizeof sink};
    icp_status s = sink_of(c, o->output, &sink, e);
    return s ? s : icp_model_save(m, &sink, e);
}

static void remark(const icp_model *m) {
    struct icp_model_info info = {.struct_size = sizeof info};
    uint32_t traits = 0;
    if (icp_model_describe(m, &info, NULL))
        return;
    for (uint32_t i = 0; i < info.traits; i++) {
        struct icp_trait t = {.struct_size = sizeof t};
        traits += !icp_model_trait(m, i, &t, NULL) && t.kind != ICP_TRAIT_KNOWN && t.points != t.learned_points;
    }
    fprintf(stderr, traits ? "%u traits differ from what was learned; every result carries the flag edited\n" : "no trait differs from what was learned\n", traits);
}

int run_edit(const struct options *o) {
    struct icp_error e = error_new();
    struct text json = {0};
    icp_model *m = NULL;
    int code = check(o);
    if (!code && !o->edits)
        code = text_of(o, &json);
    icp_context *c = code ? NULL : context_new();
    icp_status s = ICP_OK;
    if (!code && o->edits)
        s = read_whole(c, o, o->edits, &json, &e);
    if (!code && !s)
        s = edited(c, o, &json, &m, &e);
    if (!code && !s)
        s = save(c, o, m, &e);
    if (s)
        code = refuse(&e);
    else if (!code && !o->quiet)
        remark(m);
    text_free(&json);
    icp_model_unref(m);
    icp_context_unref(c);
    return code;
}
