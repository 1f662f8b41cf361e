/* SPDX-License-Identifier: MIT */
/* icp flag: raised by anyone, given to somebody, resolved by those with authority. */
#include "ledger.h"
#include <stdlib.h>
#include <string.h>

int run_flag_raise(const struct options *o) {
    return entry_run(o, "flag", "raised", true);
}

int run_flag_assign(const struct options *o) {
    return entry_run(o, "flag", "assigned", false);
}

/* The model whose card says who resolves this flag: that of --model, else the flag's own, else the published one; the last two as far
 * as the ledger has them. NULL = none. */
static int model_asked(icp_context *c, const struct options *o, icp_ledger *l, icp_model **out) {
    struct icp_error e = error_new();
    struct icp_ledger_filter f = {.struct_size = sizeof f, .after = strtoull(o->files[0], NULL, 10) - 1, .limit = 1};
    struct json *all = NULL;
    uint64_t number = 1;
    uint8_t id[32];
    if (o->entry.model && !model_is_id(o->entry.model))
        return model_of(c, o->entry.model, out, &e) ? refuse(&e) : EXIT_DONE;
    int code = entries_of(l, &f, &all);
    const struct json *list = json_at(all, "entries");
    const char *named = o->entry.model ? o->entry.model : list && list->count ? json_string(json_at(list->items[0], "entry"), "model") : "";
    if (*named)
        model_unhex(named, id);
    else if (!code && icp_ledger_published(l, id, &number, &e))
        code = refuse(&e);
    json_free(all);
    if (code || !number)
        return code;
    icp_status s = icp_ledger_load_model(l, id, out, &e);
    return !s || s == ICP_E_LEDGER ? EXIT_DONE : refuse(&e);
}

static int check_card(const icp_model *m, const char *authority) {
    struct icp_error e = error_new();
    struct icp_str s;
    icp_buffer *b = NULL;
    if (icp_model_card(m, &b, &e) || icp_buffer_data(b, &s))
        return refuse(&e);
    struct json *card = json_parse(s.data, s.size);
    const struct json *list = json_at(card, "resolvers");
    bool may = !list || list->type != JSON_LIST;
    for (size_t i = 0; !may && i < list->count; i++)
        may = list->items[i]->type == JSON_STRING && list->items[i]->text.data && !strcmp(list->items[i]->text.data, authority);
    json_free(card);
    icp_buffer_unref(b);
    return may ? EXIT_DONE : refuse_text(authority, "this authority is none of the resolvers that the model's card names");
}

int run_flag_resolve(const struct options *o) {
    icp_ledger *l = NULL;
    icp_model *m = NULL;
    if (!o->entry.authority)
        return missing("--authority");
    icp_context *c = context_new();
    int code = ledger_of(c, o, ICP_LEDGER_READ_ONLY, &l);
    if (!code)
        code = model_asked(c, o, l, &m);
    if (!code && m)
        code = check_card(m, o->entry.authority);
    icp_model_unref(m);
    icp_ledger_free(l);
    icp_context_unref(c);
    return code ? code : entry_run(o, "flag", "resolved", false);
}
