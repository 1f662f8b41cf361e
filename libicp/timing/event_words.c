/* SPDX-License-Identifier: MIT */
/* Outcomes, and what breaks a company's history, by the words for them. Whole phrases only: a customer visit is no conversion. */
#include "timing/events.h"
#include "base/text.h"
#include "trait/parse.h"

enum { TEXT_MOST = 256 };

/* '*' = anything may follow, behind a blank. */
struct words {
    uint8_t kind;
    const char *phrases; /* between bars */
};
static const struct words outcomes[] = {
    {ICP__CONVERTED, "|converted|conversion|convert|won|win|closed won|close won|deal won|deal closed won|won deal|opportunity won|"
                     "opportunity closed won|won opportunity|opp won|customer|became customer|became a customer|new customer|customer won|"
                     "customer acquired|purchase|purchased|first purchase|bought|sold|signed|contract signed|deal signed|signed contract|join|"
                     "joined|rejoin|rejoined|"},
    {ICP__LOST, "|lost|closed lost|close lost|deal lost|deal closed lost|lost deal|opportunity lost|opportunity closed lost|lost opportunity|"
                "opp lost|disqualified|unqualified|rejected|declined|no decision|no sale|not won|not interested|"},
    {ICP__EXPANDED, "|expanded|expansion|upsell|upsold|upsell won|expansion won|upgrade|upgraded|plan upgrade|plan upgraded|tier upgrade|"
                    "subscription upgrade|subscription upgraded|account expansion|account expanded|contract expansion|contract expanded|"
                    "seat expansion|seats added|cross sell|cross sold|cross selling|upselling|add on|"},
    {ICP__RENEWED, "|renewed|renewal|renew|renewal won|retained|contract renewed|contract renewal|subscription renewed|subscription renewal|"
                   "membership renewed|membership renewal|auto renewed|auto renewal|customer retained|customer renewed|closed won renewal|"
                   "contract extended|"},
    {ICP__CHURNED, "|churned|churn|customer churn|customer churned|churned customer|account churned|cancelled|canceled|cancellation|cancelation|"
                   "cancel|contract cancelled|contract canceled|subscription cancelled|subscription canceled|subscription cancellation|"
                   "subscription ended|membership ended|account cancelled|account canceled|account closed|left|leave|removed|terminated|"
                   "termination|contract terminated|non renewal|not renewed|did not renew|lapsed|expired|customer lost|lost customer|offboarded|"},
};
static const struct words breaks[] = {
    {ICP__ACQUISITION, "|acquisition|acquired|acquired by*|acquisition by*|was acquired|was acquired by*|got acquired|been acquired|"
                       "company acquired|company acquisition|acquisition announced|acquisition completed|takeover|taken over|taken over by*|"
                       "hostile takeover|buyout|bought out|bought by*|"},
    {ICP__MERGER, "|merger|merged|merged with*|merged into*|merger with*|merger announced|merger completed|company merger|merger and acquisition|"
                  "merger & acquisition|mergers and acquisitions|mergers & acquisitions|merger acquisition|m&a|"},
    {ICP__REPOSITIONING, "|repositioning|repositioned|reposition|rebrand|rebranded|rebranding|pivot|pivoted|pivoting|company pivot|"
                         "strategic pivot|product pivot|strategic shift|strategy change|change of strategy|business model change|"
                         "change of business model|company renamed|company name change|"},
    {ICP__DISRUPTION, "|disruption|business disruption|layoffs|layoff|mass layoffs|mass layoff|laid off|workforce reduction|reduction in force|"
                      "bankruptcy|bankrupt|bankruptcy filing|filed for bankruptcy|chapter 11|chapter 7|insolvency|insolvent|receivership|"
                      "liquidation|liquidated|data breach|security breach|restructuring|restructured|restructure|reorganisation|reorganization|"
                      "reorg|shutdown|shut down|ceased operations|out of business|went out of business|company closed|"},
};
/* Leadership: any of these with what may stand before or behind it. */
static const char *const leaders = "|ceo|cfo|cto|coo|cmo|cio|cro|ciso|cpo|chief executive|chief executive officer|leadership|management|executive|"
                                   "executives|";
static const char *const before[] = {"new ", "change of ", "change in "};
static const char *const behind[] = {" change", " changes", " changed", " departure", " transition", " resigned", " replaced", " left"};

/* Does the text have these words? Blanks do not count: up-sell and upsell, closed won and closedwon. */
static bool is_phrase(const char *s, size_t n, const char *p, size_t size) {
    size_t i = 0;
    const bool more = size && p[size - 1] == '*';
    for (size_t k = 0; k < size - more; k++) {
        if (p[k] == ' ') continue;
        while (i < n && s[i] == ' ') i++;
        if (i == n || s[i++] != p[k]) return false;
    }
    return i == n || (more && s[i] == ' ');
}

static bool among(const char *s, size_t n, const char *phrases) {
    for (const char *p = phrases + 1; *p;) {
        const char *end = strchr(p, '|');
        if (is_phrase(s, n, p, (size_t)(end - p))) return true;
        p = end + 1;
    }
    return false;
}

static uint8_t kind_among(const char *s, size_t n, const struct words *w, size_t count) {
    for (size_t i = 0; n && i < count; i++)
        if (among(s, n, w[i].phrases)) return w[i].kind;
    return 0;
}

static bool says_leadership(const char *s, size_t n) {
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        const size_t size = strlen(before[i]);
        if (n > size && !memcmp(s, before[i], size) && among(s + size, n - size, leaders)) return true;
    }
    for (size_t i = 0; i < sizeof behind / sizeof *behind; i++) {
        const size_t size = strlen(behind[i]);
        if (n > size && !memcmp(s + n - size, behind[i], size) && among(s, n - size, leaders)) return true;
    }
    return n > 3 && !memcmp(s, "new", 3) && s[3] != ' ' && among(s + 3, n - 3, "|ceo|cfo|cto|coo|cmo|cio|"); /* NewCEO, folded */
}

/* Underscores, hyphens, points and strokes as single blanks. */
static size_t plain(const char *s, size_t n, char out[TEXT_MOST]) {
    size_t size = 0;
    for (size_t i = 0; i < n && size < TEXT_MOST; i++) {
        const bool dash = n - i >= 3 && !memcmp(s + i, "\xE2\x80", 2) && (unsigned char)s[i + 2] >= 0x90 && (unsigned char)s[i + 2] <= 0x95;
        const bool gap = dash || s[i] == '_' || s[i] == '-' || s[i] == '.' || s[i] == '/' || s[i] == ' ';
        if (!gap) out[size++] = s[i];
        else if (size && out[size - 1] != ' ') out[size++] = ' ';
        if (dash) i += 2;
    }
    while (size && out[size - 1] == ' ') size--;
    return size;
}

/* Headers say when: acquired_at, churn_date. Returns the length without such a word, n where there is none. */
static size_t without_when(const char *s, size_t n) {
    static const char *const words[] = {" at", " on", " date", " time", " timestamp", " event"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const size_t size = strlen(words[i]);
        if (n > size && !memcmp(s + n - size, words[i], size)) return n - size;
    }
    return n;
}

static uint8_t outcome_of(const char *s, size_t n) { return kind_among(s, n, outcomes, sizeof outcomes / sizeof *outcomes); }

static uint8_t break_of(const char *s, size_t n) {
    const uint8_t kind = kind_among(s, n, breaks, sizeof breaks / sizeof *breaks);
    return kind ? kind : says_leadership(s, n) ? ICP__LEADERSHIP : 0;
}

/* The whole text; of "table:column:value" the value, then the column. A table's name alone says nothing about its rows. */
static uint8_t kind_of(struct icp_str type, uint8_t (*of)(const char *s, size_t n)) {
    char text[TEXT_MOST];
    size_t end = type.size < TEXT_MOST ? type.size : TEXT_MOST;
    size_t n = plain(type.data, end, text);
    uint8_t kind = of(text, n);
    if (!kind) kind = of(text, without_when(text, n));
    while (!kind && end) {
        size_t start = end;
        while (start && type.data[start - 1] != ':') start--;
        if (!start) break;
        n = plain(type.data + start, end - start, text);
        kind = of(text, n);
        if (!kind) kind = of(text, without_when(text, n));
        end = start - 1;
    }
    return kind;
}

enum icp__outcome_kind icp__outcome_kind_of(struct icp_str type) { return (enum icp__outcome_kind)kind_of(type, outcome_of); }
enum icp__break_kind icp__break_kind_of(struct icp_str type) { return (enum icp__break_kind)kind_of(type, break_of); }

const char *icp__break_name(enum icp__break_kind k) {
    static const char *const names[ICP__BREAKS] = {"none", "acquisition", "merger", "leadership change", "repositioning", "disruption"};
    return (unsigned)k < ICP__BREAKS ? names[k] : "none";
}

bool icp__event_fold_lines(struct icp__arena *a, const char *data, size_t size, struct icp_str *out) {
    const size_t cap = (size + 1) * (ICP__FOLD_GROWTH + 16);
    char *folded = icp__arena_alloc(a, cap, 1);
    size_t n = 0;
    if (!folded) return false;
    for (const char *p = data, *end = data + size; p < end;) {
        const char *line = memchr(p, '\n', (size_t)(end - p));
        const struct icp_str t = icp__trim(p, (size_t)((line ? line : end) - p));
        if (t.size) {
            n += icp__fold_value(t.data, t.size, folded + n, cap - n - 1);
            folded[n++] = '\n';
        }
        p = line ? line + 1 : end;
    }
    *out = (struct icp_str){folded, n};
    return true;
}

bool icp__event_breaks(struct icp_str lines, struct icp_str type, enum icp__break_kind *kind) {
    const char *p = lines.data, *end = p ? p + lines.size : p;
    *kind = icp__break_kind_of(type);
    while (!*kind && p < end) {
        const char *line = memchr(p, '\n', (size_t)(end - p));
        const size_t n = (size_t)((line ? line : end) - p);
        if (n && n == type.size && memcmp(p, type.data, n) == 0) *kind = ICP__DISRUPTION;
        p += n + 1;
    }
    return *kind != ICP__NO_BREAK;
}
