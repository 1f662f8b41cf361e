/* SPDX-License-Identifier: MIT */
/* Quadrants and actions. Good and better is the line on both axes; a playbook may name an action for each quadrant and for each pair of tiers. */
#include "model/playbook.h"

const char *const icp__quadrant_names[ICP__QUADRANTS + 1] = {"", "low", "investigate", "early", "pursue"};
static const char *const defaults[ICP__QUADRANTS + 1] = {"", "low priority", "investigate", "nurture", "pursue"};
const char *const icp__layer_names[4] = {"", "fit", "intent", "retention"};
const char *const icp__tier_names[ICP__TIERS + 1] = {"", "Very Poor", "Poor", "Fair", "Good", "Excellent"};

int32_t icp_quadrant_of(int32_t fit_tier, int32_t intent_tier) {
    if (fit_tier >= ICP_TIER_GOOD)
        return intent_tier >= ICP_TIER_GOOD ? ICP_QUADRANT_PURSUE : ICP_QUADRANT_EARLY;
    return intent_tier >= ICP_TIER_GOOD ? ICP_QUADRANT_INVESTIGATE : ICP_QUADRANT_LOW;
}

struct icp_str icp__playbook_action(const struct icp__playbook *p, int32_t fit_tier, int32_t intent_tier) {
    const char *text = defaults[icp_quadrant_of(fit_tier, intent_tier)];
    return p ? p->action[fit_tier][intent_tier] : (struct icp_str){text, strlen(text)};
}

static bool is(struct icp_str a, const char *text) { return a.size == strlen(text) && memcmp(a.data, text, a.size) == 0; }

/* "Excellent x Good" -> fit and intent tier. */
static bool read_pair(struct icp_str name, int32_t *fit, int32_t *intent) {
    for (*fit = 1; *fit <= ICP__TIERS; ++*fit)
        for (*intent = 1; *intent <= ICP__TIERS; ++*intent) {
            const char *f = icp__tier_names[*fit], *i = icp__tier_names[*intent];
            const size_t n = strlen(f), k = strlen(i);
            if (name.size == n + 3 + k && !memcmp(name.data, f, n) && !memcmp(name.data + n, " x ", 3) && !memcmp(name.data + n + 3, i, k))
                return true;
        }
    return false;
}

static icp_status check_member(const struct icp__json *j, icp_status code, struct icp_error *err) {
    int32_t fit, intent;
    bool quadrant = false;
    for (int q = 1; q <= ICP__QUADRANTS; q++)
        quadrant = quadrant || is(j->name, icp__quadrant_names[q]);
    if (!quadrant && !read_pair(j->name, &fit, &intent))
        return icp__json_expected(j, code, err, "playbook", "members pursue, early, investigate, low or pairs of tiers such as \"Excellent x Good\" (fit x intent)");
    if (j->type != ICP__JSON_STRING || j->text.size == 0 || j->text.size > 200)
        return icp__json_expected(j, code, err, "an action", "a text of 1 to 200 bytes");
    return ICP_OK;
}

static void place(struct icp__playbook *p, const struct icp__json *book, char *at) {
    for (int32_t fit = 1; fit <= ICP__TIERS; fit++)
        for (int32_t intent = 1; intent <= ICP__TIERS; intent++)
            p->action[fit][intent] = icp__playbook_action(NULL, fit, intent);
    for (int pairs = 0; pairs < 2; pairs++) /* pairs of tiers stand above quadrants */
        for (const struct icp__json *j = book->child; j; j = j->next) {
            int32_t fit = 0, intent = 0;
            const bool pair = read_pair(j->name, &fit, &intent);
            if (pair != (pairs == 1))
                continue;
            memcpy(at, j->text.data, j->text.size);
            for (int32_t f = 1; f <= ICP__TIERS; f++)
                for (int32_t i = 1; i <= ICP__TIERS; i++)
                    if (pair ? f == fit && i == intent : is(j->name, icp__quadrant_names[icp_quadrant_of(f, i)]))
                        p->action[f][i] = (struct icp_str){at, j->text.size};
            at += j->text.size;
            *at++ = '\0';
        }
}

icp_status icp__playbook_read(icp_context *c, const struct icp__json *book, icp_status code, struct icp__playbook **out, struct icp_error *err) {
    size_t room = 0;
    if (book->type != ICP__JSON_OBJECT)
        return icp__json_expected(book, code, err, "playbook", "an object");
    for (const struct icp__json *j = book->child; j; j = j->next) {
        icp_status st = check_member(j, code, err);
        if (st)
            return st;
        room += j->text.size + 1;
    }
    struct icp__playbook *p = icp__alloc(c, 1, sizeof *p + room);
    if (!p)
        return icp__no_memory(err);
    place(p, book, (char *)(p + 1));
    *out = p;
    return ICP_OK;
}
