/* SPDX-License-Identifier: MIT */
/* One entry of the ledger: made of options, checked and appended by the library. */
#include "ledger.h"
#include <stdlib.h>
#include <string.h>

static void name(struct text *t, const char *member) {
    text_put(t, t->size && t->data[t->size - 1] == '{' ? "\"" : ",\"");
    text_put(t, member);
    text_put(t, "\":");
}

void entry_string(struct text *t, const char *member, const char *value) {
    if (!value)
        return;
    name(t, member);
    text_json(t, value, strlen(value));
}

static void number(struct text *t, const char *member, uint64_t value) {
    if (!value)
        return;
    name(t, member);
    text_int(t, (int64_t)value);
}

static int text_of_input(struct text *t) {
    char part[4096];
    for (size_t n; (n = fread(part, 1, sizeof part, stdin)) > 0;) {
        text_add(t, part, n);
        if (t->size > 65536) /* far more than an entry takes */
            break;
    }
    while (t->size && (t->data[t->size - 1] == '\n' || t->data[t->size - 1] == '\r'))
        t->data[--t->size] = 0;
    return ferror(stdin) ? refuse_text("standard input", "cannot be read") : EXIT_DONE;
}

int entry_who(struct text *t, const struct options *o) {
    struct text input = {0};
    if (!o->entry.author)
        return missing("--author");
    entry_string(t, "author", o->entry.author);
    entry_string(t, "authority", o->entry.authority);
    if (!o->entry.text || strcmp(o->entry.text, "-"))
        return entry_string(t, "text", o->entry.text), EXIT_DONE;
    int code = text_of_input(&input);
    if (!code) {
        name(t, "text");
        text_json(t, input.data ? input.data : "", input.size);
    }
    text_free(&input);
    return code;
}

bool model_is_id(const char *s) {
    return strlen(s) == 64 && strspn(s, "0123456789abcdef") == 64;
}

static uint8_t digit(char c) { return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10); }

void model_unhex(const char *hex, uint8_t id[32]) {
    for (size_t i = 0; i < 32; i++)
        id[i] = (uint8_t)(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
}

int model_id(icp_context *c, const char *file_or_id, struct text *id) {
    struct icp_error e = error_new();
    struct icp_model_info info = {.struct_size = sizeof info};
    icp_model *m = NULL;
    if (model_is_id(file_or_id))
        return text_put(id, file_or_id), EXIT_DONE;
    icp_status s = model_of(c, file_or_id, &m, &e);
    if (!s)
        s = icp_model_describe(m, &info, &e);
    if (!s)
        text_hex(id, info.id, 32);
    icp_model_unref(m);
    return s ? refuse(&e) : EXIT_DONE;
}

int entry_model(icp_context *c, struct text *t, const struct options *o) {
    const char *which = o->entry.model ? o->entry.model : o->entry.of_model;
    struct text id = {0};
    int code = which ? model_id(c, which, &id) : EXIT_DONE;
    entry_string(t, "model", id.data);
    text_free(&id);
    return code;
}

/* A segment of traits that the model lacks would never hold: a slip of the pen. */
static int check_traits(icp_context *c, const struct options *o) {
    struct icp_error e = error_new();
    icp_model *m = NULL;
    int code = EXIT_DONE;
    if (!o->entry.of_model || model_is_id(o->entry.of_model))
        return EXIT_DONE;
    if (model_of(c, o->entry.of_model, &m, &e))
        return refuse(&e);
    for (int i = 0; !code && i < o->entry.traits.count; i++) {
        const char *trait = o->entry.traits.item[i];
        if (icp_model_find_trait(m, ICP_LAYER_FIT, trait, strlen(trait)) < 0) {
            fprintf(stderr, "icp: --trait \"%s\" is no trait of the layer fit of %s; icp traits lists them\n", trait, o->entry.of_model);
            code = EXIT_REFUSED;
        }
    }
    icp_model_unref(m);
    return code;
}

/* What it is about: one of three. */
static int scope(icp_context *c, struct text *t, const struct options *o) {
    const struct entry_options *n = &o->entry;
    int scopes = (o->company != NULL) + (n->traits.count > 0) + (n->model != NULL);
    if (scopes != 1) {
        fprintf(stderr, "icp: %s of --company, --trait and --model is expected\n", scopes ? "only one" : "one");
        return EXIT_USAGE;
    }
    if (n->model && n->of_model) {
        fprintf(stderr, "icp: --for belongs to --company and --trait\n");
        return EXIT_USAGE;
    }
    entry_string(t, "scope", o->company ? "company" : n->model ? "model" : "segment");
    if (!n->traits.count)
        return EXIT_DONE;
    name(t, "traits");
    for (int i = 0; i < n->traits.count; i++) {
        text_char(t, i ? ',' : '[');
        text_json(t, n->traits.item[i], strlen(n->traits.item[i]));
    }
    text_char(t, ']');
    return check_traits(c, o);
}

/* --entry, or the number that stands without an option. */
static int refers(struct text *t, const struct options *o) {
    const char *s = o->file_count ? o->files[0] : "";
    size_t n = strlen(s);
    uint64_t entry = n ? strtoull(s, NULL, 10) : o->entry.number;
    if (n && (n > 18 || strspn(s, "0123456789") != n || !entry)) {
        fprintf(stderr, "icp: the number of an entry is expected, not \"%s\"\n", s);
        return EXIT_USAGE;
    }
    number(t, "refers", entry);
    return EXIT_DONE;
}

/* The library speaks of members; most options are called alike. */
static const char *option_of(const char *member, size_t size) {
    static const char *const options[][2] = {{"author", "author"}, {"authority", "authority"}, {"text", "text"}, {"key", "company"}, {"traits", "trait"},
        {"model", "model"}, {"layer", "layer"}, {"tier", "tier"}, {"expiry", "expiry"}, {"refers", "entry"}, {"reason", "reason"},
        {"assignee", "assignee"}, {"next", "next"}, {"area", "area"}, {"on", "on"}, {"outcome", "outcome"}};
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        if (strlen(options[i][0]) == size && !strncmp(options[i][0], member, size))
            return options[i][1];
    return NULL;
}

int refuse_entry(const struct icp_error *e) {
    static const char unknown[] = "unknown ", lost[] = " is missing";
    const char *at = strncmp(e->message, unknown, strlen(unknown)) ? e->message : e->message + strlen(unknown);
    const size_t n = strcspn(at, " ");
    const char *option = e->code == ICP_E_FORMAT && !e->source[0] ? option_of(at, n) : NULL;
    if (!option)
        return refuse(e);
    if (at == e->message)
        fprintf(stderr, "icp: --%s%s\n", option, strncmp(at + n, lost, strlen(lost)) ? at + n : lost);
    else
        fprintf(stderr, "icp: --%s: %s\n", option, e->message);
    return EXIT_USAGE;
}

static int append(icp_context *c, const struct options *o, const struct text *t) {
    struct icp_error e = error_new();
    struct icp_ledger_head head = {.struct_size = sizeof head};
    icp_ledger *l = NULL;
    int code = ledger_of(c, o, 0, &l);
    if (!code && icp_ledger_append(l, now_of(o), t->data, t->size, &head, &e))
        code = refuse_entry(&e);
    icp_ledger_free(l);
    return code ? code : say_head(c, o, &head);
}

int ledger_card(icp_context *c, const struct options *o, const icp_model *m) {
    struct icp_error e = error_new();
    struct icp_model_info info = {.struct_size = sizeof info};
    struct text t = {0}, id = {0};
    icp_buffer *card = NULL;
    struct icp_str json;
    if (icp_model_describe(m, &info, &e) || icp_model_card(m, &card, &e) || icp_buffer_data(card, &json))
        return refuse(&e);
    text_hex(&id, info.id, 32);
    text_put(&t, "{\"kind\":\"card\",\"card\":");
    text_add(&t, json.data, json.size);
    entry_string(&t, "model", id.data);
    int code = entry_who(&t, o);
    text_put(&t, "}");
    if (!code)
        code = append(c, o, &t);
    text_free(&t);
    text_free(&id);
    icp_buffer_unref(card);
    return code;
}

/* A command takes those options alone that its entry may have: what was given is written, and what is missing the ledger says. */
int entry_run(const struct options *o, const char *kind, const char *state, bool scoped) {
    const struct entry_options *n = &o->entry;
    icp_context *c = context_new();
    struct text t = {0};
    text_put(&t, "{\"kind\":");
    text_json(&t, kind, strlen(kind));
    entry_string(&t, "state", state);
    entry_string(&t, "key", o->company);
    entry_string(&t, "layer", o->layer);
    entry_string(&t, "tier", n->tier);
    entry_string(&t, "reason", n->reason);
    entry_string(&t, "expiry", n->expiry);
    entry_string(&t, "assignee", n->assignee);
    entry_string(&t, "next", n->next);
    entry_string(&t, "area", n->area);
    entry_string(&t, "outcome", n->outcome);
    entry_string(&t, "on", n->on);
    int code = scoped ? scope(c, &t, o) : refers(&t, o);
    if (!code)
        code = entry_model(c, &t, o);
    if (!code)
        code = entry_who(&t, o);
    text_put(&t, "}");
    if (!code)
        code = append(c, o, &t);
    text_free(&t);
    icp_context_unref(c);
    return code;
}
