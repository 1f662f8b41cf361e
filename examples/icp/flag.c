/* SPDX-License-Identifier: MIT */
/* icp flag: raised by anyone, given to somebody, resolved by those with authority. */
#include "ledger.h"
#include <string.h>

int run_flag_raise(const struct options *o) {
    return entry_run(o, "flag", "raised", true);
}

int run_flag_assign(const struct options *o) {
    return entry_run(o, "flag", "assigned", false);
}

/* The card of a model file may say who resolves flags; the ledger asks the cards that it holds itself. */
static int check_resolver(const struct options *o) {
    struct icp_error e = error_new();
    struct icp_str s;
    icp_context *c = context_new();
    icp_model *m = NULL;
    icp_buffer *b = NULL;
    struct json *card = NULL;
    int code = model_of(c, o->entry.model, &m, &e) || icp_model_card(m, &b, &e) || icp_buffer_data(b, &s) ? refuse(&e) : EXIT_DONE;
    if (!code)
        card = json_parse(s.data, s.size);
    const struct json *list = json_at(card, "resolvers");
    bool may = !list || list->type != JSON_LIST;
    for (size_t i = 0; !may && i < list->count; i++)
        may = list->items[i]->type == JSON_STRING && list->items[i]->text.data && !strcmp(list->items[i]->text.data, o->entry.authority);
    json_free(card);
    icp_buffer_unref(b);
    icp_model_unref(m);
    icp_context_unref(c);
    return code || may ? code : refuse_text(o->entry.model, "--authority is none of the resolvers that the model's card names");
}

int run_flag_resolve(const struct options *o) {
    int code = EXIT_DONE;
    if (o->entry.authority && o->entry.model && strlen(o->entry.model) != 64)
        code = check_resolver(o);
    return code ? code : entry_run(o, "flag", "resolved", false);
}
