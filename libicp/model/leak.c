/* SPDX-License-Identifier: MIT */
/* Which columns give the answer away. A column is judged against the other columns of its own data: the same area under the curve is
 * an honest column among honest ones here, and the answer itself there (doc/audit.md has the reasoning and the figures). */
#include "base/number.h"
#include "model/scan.h"
#include "base/sort.h"

#define SURE 2.5          /* standard errors that an area is lowered by before it counts */
#define TIMES 1.6         /* how much stronger than the strongest of the rest a leak is, in log odds */
#define NEARLY 1.2        /* shown as a suspect */
#define TELLING_LEAST 5u  /* columns that say something, before the rest shows what honest columns look like ... */
#define TELLING_FEW 3u    /* ... for a verdict; for a suspicion */
#define PURE 1.946        /* log odds of an area of 7/8: enough by itself where the rest is silent, or where several leaks stand together */
#define CUSTOMERS_LEAST 10u
#define FILLED_TIMES 1.386 /* ln 4: filled, or missing, so many times as often for customers as the usual column is */
#define FILLED_LEAST 5u
#define DATED_LEAST 5u
#define UNIQUE_LEAST 50u
#define NAME_SURE 4.0         /* orders that are learned vary more than their error says: 3 of 120 lists by chance went beyond 3 */
#define NAME_COARSE 0.75

static double clamp(double v, double lo, double hi) {
    return v < lo ? lo : v > hi ? hi : v;
}

/* Log odds that a customer stands above another company. */
static double odds(double auc) {
    double a = clamp(auc, 1e-4, 1 - 1e-4);
    return icp__log(a / (1 - a));
}

static double strength(const struct icp__area *a, double errors) {
    if (!a->done)
        return 0;
    double by = a->auc < .5 ? .5 - a->auc : a->auc - .5;
    return odds(.5 + by - errors * a->se);
}

/* The order of values is learned, so below one half there is nothing but chance; being filled may speak either way. */
static double alone_strength(const struct icp__area *a, double errors) {
    return a->done && a->auc > .5 ? strength(a, errors) : 0;
}

/* One column in the contest. */
struct entry {
    uint32_t column;
    double low, mid, floor; /* strength lowered by its errors; as measured; what chance gives */
    bool by_filling;        /* strongest by being filled, not by its values */
    bool firm;              /* describes what a firm is */
    bool out;               /* found already */
};
struct judge {
    struct icp__design *d;
    struct entry *entry;
    uint32_t entries;
    double *room;           /* [2 * columns] for medians */
};

static bool describes_firm(const struct icp__column *c, enum icp__hint hint) {
    return c->family != ICP_FAMILY_OTHER && c->family != ICP_FAMILY_STAGE && hint == ICP__HINT_NONE;
}

static void enter(struct judge *j, uint32_t c) {
    const struct icp__leak *l = &j->d->note[c].leak;
    struct icp_str word = {NULL, 0};
    bool alone = l->alone.done && l->known_customers >= CUSTOMERS_LEAST;
    double low[2] = {alone ? alone_strength(&l->alone, SURE) : 0, strength(&l->known, SURE)};
    double mid[2] = {alone ? alone_strength(&l->alone, 0) : 0, strength(&l->known, 0)};
    struct entry e = {.column = c, .by_filling = low[1] > low[0]};
    e.low = low[e.by_filling];
    e.mid = mid[0] > mid[1] ? mid[0] : mid[1];
    e.floor = alone ? odds(.5 + l->alone.se) : 0;
    e.firm = !e.by_filling && describes_firm(&j->d->schema->column[c], icp__leak_hint(j->d->schema->column[c].name, &word));
    j->entry[j->entries++] = e;
}

/* The strongest first; ties by place in the schema, which is that of the sorted names. */
static void sort_entries(struct judge *j) {
    for (uint32_t i = 1; i < j->entries; i++) {
        struct entry e = j->entry[i];
        uint32_t k = i;
        for (; k > 0 && j->entry[k - 1].low < e.low; k--)
            j->entry[k] = j->entry[k - 1];
        j->entry[k] = e;
    }
}

/* What the rest behind the first k says: its strongest, and how many of it say anything. */
struct rest {
    double next;
    uint32_t telling;
    int32_t column;
};

static struct rest rest_of(const struct entry *e, uint32_t n, uint32_t from) {
    struct rest r = {0, 0, -1};
    for (uint32_t i = from; i < n; i++) {
        double mid = e[i].mid > e[i].floor ? e[i].mid : e[i].floor;
        r.telling += e[i].low > 0;
        if (mid <= r.next && r.column >= 0)
            continue;
        r.next = mid;
        r.column = (int32_t)e[i].column;
    }
    return r;
}

static void found(struct judge *j, struct entry *e, int32_t next) {
    struct icp__leak *l = &j->d->note[e->column].leak;
    uint8_t cause = e->by_filling ? ICP__CAUSE_MISSING : ICP__CAUSE_ALONE;
    *(e->firm ? &l->hints : &l->causes) |= cause;
    l->next = next;
    e->out = true;
}

/* The smallest group at the top that stands apart from all behind it, then the next group, so that one leak does not hide another. Several at once
 * must be nearly pure: two honest columns of about the same strength are common, and one honest group before a crowd of silent columns too. */
static void contest(struct judge *j) {
    uint32_t first = 0;
    sort_entries(j);
    for (;;) {
        struct entry *e = j->entry + first;
        uint32_t n = j->entries - first, k = 1;
        struct rest r = {0, 0, -1};
        for (; 2 * k <= n + 1 && e[k - 1].low > 0; k++) {
            r = rest_of(e, n, k);
            bool pure = e[k - 1].low >= PURE, apart = e[k - 1].low >= TIMES * r.next;
            if (apart && (pure || (k == 1 && r.telling >= TELLING_LEAST)))
                break;
        }
        bool some = false;
        if (2 * k <= n + 1 && e[k - 1].low > 0)
            for (uint32_t i = 0; i < k; i++) {
                found(j, &e[i], r.column);
                some = some || !e[i].firm;
            }
        if (!some)
            break;
        first += k;
    }
    for (uint32_t i = first; i < j->entries; i++) { /* too few companies tell to be sure, or several that are alike: shown all the same */
        const struct entry *x = &j->entry[i];
        if (!x->out && !x->firm && x->low > 0 && x->mid >= PURE)
            j->d->note[x->column].leak.hints |= x->by_filling ? ICP__CAUSE_MISSING : ICP__CAUSE_ALONE;
    }
    if (first >= j->entries)
        return;
    const struct entry *e = j->entry + first;
    struct rest r = rest_of(e, j->entries - first, 1);
    struct icp__leak *l = &j->d->note[e->column].leak;
    bool leads = !e->firm && r.telling >= TELLING_FEW && e->low >= NEARLY * r.next;
    if (!e->out && e->low > 0 && (leads || (e->low >= PURE && e->low >= r.next))) {
        l->hints |= e->by_filling ? ICP__CAUSE_MISSING : ICP__CAUSE_ALONE;
        l->next = r.column;
    }
}

/* v has room for 2 n. */
static double median(double *v, uint32_t n) {
    icp__sort_doubles(v, n, v + n);
    return n == 0 ? 0 : n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

/* How many of the customers and of the others are filled, or missing. */
static void count_filled(const struct icp__design *d, const struct icp__leak *l, bool missing, double k[2]) {
    k[0] = missing ? d->parts.customers - l->known_customers : l->known_customers;
    k[1] = missing ? d->parts.others - l->known_others : l->known_others;
}

/* Log of the ratio of these shares, lowered by so many standard errors. */
static double filled_ratio(const struct icp__design *d, const double count[2], double errors) {
    double k = count[0] + .5, n = d->parts.customers + 1.0, q = count[1] + .5, m = d->parts.others + 1.0;
    double variance = 1 / k - 1 / n + 1 / q - 1 / m;
    return icp__log(k / n) - icp__log(q / m) - errors * icp__sqrt(variance > 0 ? variance : 0);
}

/* Filled, or missing, much more often for customers than the usual column is, and telling more by that than any column that is not. */
static void judge_filling(struct judge *j, bool missing) {
    struct icp__design *d = j->d;
    uint32_t n = 0;
    double count[2], next = 0;
    for (uint32_t c = 0; c < d->schema->columns; c++)
        if (d->note[c].leak.measured) {
            count_filled(d, &d->note[c].leak, missing, count);
            j->room[n++] = filled_ratio(d, count, 0);
        }
    double usual = n > 2 ? median(j->room, n) : 0;
    for (int second = 0; second < 2; second++)
        for (uint32_t c = 0; c < d->schema->columns; c++) {
            struct icp__leak *l = &d->note[c].leak;
            if (!l->measured)
                continue;
            count_filled(d, l, missing, count);
            bool more = count[0] >= FILLED_LEAST && filled_ratio(d, count, SURE) - usual >= FILLED_TIMES;
            double mid = strength(&l->known, 0);
            if (!second && !more && mid > next)
                next = mid;
            if (second && more && d->note[c].use != ICP__LEFT_NO_CUSTOMER && strength(&l->known, SURE) >= TIMES * next)
                l->causes |= missing ? ICP__CAUSE_MISSING : ICP__CAUSE_FILLED;
        }
}

static void judge_unique(struct icp__design *d, uint32_t c) {
    struct icp__leak *l = &d->note[c].leak;
    uint64_t known = (uint64_t)l->known_customers + l->known_others;
    bool category = d->schema->column[c].kind == ICP_KIND_CATEGORY;
    if (l->serial || (category && known >= UNIQUE_LEAST && (uint64_t)l->distinct * 100 >= known * 97))
        l->causes |= ICP__CAUSE_UNIQUE;
}

/* Most, beyond chance: the lower end of Wilson's interval (1927). */
static void judge_after(struct icp__leak *l) {
    double n = l->dated, p = n > 0 ? l->after / n : 0, z = 1.645;
    double low = n > 0 ? (p + z * z / (2 * n) - z * icp__sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n) : 0;
    if (l->dated >= DATED_LEAST && low > .5)
        l->causes |= ICP__CAUSE_AFTER;
}

/* A plain name decides by itself: a column called "churned" is the outcome, whatever it looks like here. Of other names the data must agree; how
 * much less they need to say depends on how near the name comes. */
static void judge_name(struct judge *j, uint32_t c) {
    struct icp__design *d = j->d;
    struct icp__leak *l = &d->note[c].leak;
    enum icp__hint hint = icp__leak_hint(d->schema->column[c].name, &l->word);
    if (hint == ICP__HINT_NONE)
        return;
    if (hint == ICP__HINT_OUTCOME)
        l->causes |= ICP__CAUSE_NAME;
    else if (!d->parts.customers && hint == ICP__HINT_STATE)
        l->hints |= ICP__CAUSE_NAME;
    if (hint == ICP__HINT_OUTCOME || !d->parts.customers)
        return;
    struct icp__area alone = l->alone, known = l->known;
    double least = NAME_COARSE / d->parts.customers; /* a handful that all say the usual thing have no spread to measure an error by */
    alone.se = alone.se > least ? alone.se : least;
    known.se = known.se > least ? known.se : least;
    bool sure = alone_strength(&alone, NAME_SURE) > 0 || strength(&known, NAME_SURE) > 0;
    double low = alone_strength(&l->alone, SURE), filled = strength(&l->known, SURE), most = 0;
    low = filled > low ? filled : low;
    for (uint32_t i = 0; i < j->entries; i++) {
        const struct entry *e = &j->entry[i];
        if (e->column != c && !e->out && e->mid > most)
            most = e->mid;
    }
    if (sure && low > 0 && low >= (hint == ICP__HINT_STATE ? most : NEARLY * most))
        l->causes |= ICP__CAUSE_NAME;
    else if (hint == ICP__HINT_STATE && sure)
        l->hints |= ICP__CAUSE_NAME;
}

/* Thousandths of a share. */
static void put_share(struct icp__bytes *b, double v) {
    int64_t t = icp__round(v * 1000);
    icp__bytes_print(b, "%lld.%lld%%", (long long)(t / 10), (long long)(t % 10));
}

static void put_area(struct icp__bytes *b, const struct icp__area *a) {
    int64_t t = icp__round(a->auc * 1000);
    icp__bytes_print(b, "%lld.%lld%lld%lld", (long long)(t / 1000), (long long)(t / 100 % 10), (long long)(t / 10 % 10), (long long)(t % 10));
}

static void put_filled(const struct icp__design *d, const struct icp__leak *l, struct icp__bytes *b) {
    icp__bytes_text(b, "filled for ");
    put_share(b, (double)l->known_customers / d->parts.customers);
    icp__bytes_text(b, " of the customers and ");
    put_share(b, d->parts.others ? (double)l->known_others / d->parts.others : 0);
    icp__bytes_text(b, " of other companies");
}

static void put_next(const struct icp__design *d, const struct icp__leak *l, struct icp__bytes *b) {
    if (l->next < 0)
        return;
    const struct icp_str *name = &d->schema->column[l->next].name;
    const struct icp__leak *n = &d->note[l->next].leak;
    bool filling = strength(&n->known, 0) > alone_strength(&n->alone, 0);
    icp__bytes_print(b, ", the next column %.*s%s ", (int)(name->size < 64 ? name->size : 64), name->data, filling ? " by being filled" : "");
    put_area(b, filling ? &n->known : &n->alone);
}

static void put_cause(const struct icp__design *d, uint32_t c, uint32_t cause, bool proven, struct icp__bytes *b) {
    const struct icp__leak *l = &d->note[c].leak;
    switch (cause) {
    case ICP__CAUSE_FILLED:
        put_filled(d, l, b);
        return;
    case ICP__CAUSE_MISSING:
        put_filled(d, l, b);
        icp__bytes_text(b, ", which alone separates: AUC ");
        put_area(b, &l->known);
        put_next(d, l, b);
        return;
    case ICP__CAUSE_ALONE:
        icp__bytes_text(b, proven ? "separates too well alone: AUC " : "separates best alone: AUC ");
        put_area(b, &l->alone);
        put_next(d, l, b);
        if (!proven && describes_firm(&d->schema->column[c], ICP__HINT_NONE))
            icp__bytes_text(b, ", but describes what a company is");
        return;
    case ICP__CAUSE_UNIQUE:
        icp__bytes_print(b, "numbers the rows: %u different values in %u rows", l->distinct, l->known_customers + l->known_others);
        return;
    case ICP__CAUSE_AFTER:
        icp__bytes_print(b, "dated on or after the day they became customers for %u of %u", l->after, l->dated);
        return;
    default:
        icp__bytes_print(b, "named like the outcome (\"%.*s\")", (int)l->word.size, l->word.data);
        if (!d->parts.customers)
            icp__bytes_text(b, "; there are no customers to test it with");
        else if (l->alone.done) {
            icp__bytes_text(b, proven ? "; AUC " : ", though it leads no other column; AUC ");
            put_area(b, &l->alone);
        }
    }
}

static bool reason_make(struct icp__design *d, uint32_t c) {
    struct icp__leak *l = &d->note[c].leak;
    struct icp__bytes b;
    icp__bytes_init(&b, d->ctx);
    for (int proven = 1; proven >= 0; proven--)
        for (uint32_t k = 0; k < ICP__CAUSES; k++) {
            uint32_t cause = 1u << k;
            if (!((proven ? l->causes : l->hints & ~l->causes) & cause))
                continue;
            if (b.size)
                icp__bytes_text(&b, "; ");
            put_cause(d, c, cause, proven, &b);
        }
    bool fine = !b.failed;
    if (fine && b.size) {
        l->reason = (struct icp_str){icp__arena_copy(&d->arena, b.data, b.size), b.size};
        fine = l->reason.data != NULL;
    }
    icp__bytes_free(&b);
    return fine;
}

static bool released(const struct icp__column *c, struct icp_str release) {
    return icp__patterns_match(release, c->name) || icp__patterns_match(release, c->id);
}

bool icp__leak_judge(struct icp__design *d, struct icp_str release) {
    uint32_t columns = d->schema->columns;
    struct judge j = {.d = d, .entry = icp__calloc(d->ctx, columns + 1u, sizeof *j.entry), .room = icp__calloc(d->ctx, 2 * (size_t)columns + 1, sizeof *j.room)};
    bool fine = j.entry && j.room;
    bool compared = fine && d->parts.customers && d->parts.others;
    for (uint32_t c = 0; c < columns; c++)
        d->note[c].leak.next = -1;
    if (compared) {
        judge_filling(&j, false);
        judge_filling(&j, true);
    }
    for (uint32_t c = 0; fine && c < columns; c++) /* what is found by its filling hides nothing else */
        if (d->note[c].leak.measured && d->note[c].use == ICP__USED && !d->note[c].leak.causes)
            enter(&j, c);
    if (compared)
        contest(&j);
    for (uint32_t c = 0; fine && c < columns; c++) {
        struct icp__leak *l = &d->note[c].leak;
        if (!l->measured)
            continue;
        judge_unique(d, c);
        judge_after(l);
        judge_name(&j, c);
        l->verdict = l->causes ? released(&d->schema->column[c], release) ? ICP__VERDICT_RELEASED : ICP__VERDICT_QUARANTINED
                               : l->hints ? ICP__VERDICT_SUSPECT : ICP__VERDICT_CLEAR;
        fine = reason_make(d, c);
    }
    if (j.entry)
        icp__free(d->ctx, j.entry);
    if (j.room)
        icp__free(d->ctx, j.room);
    return fine;
}
