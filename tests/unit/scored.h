/* SPDX-License-Identifier: MIT */
/* Generated scores with outcomes: companies whose odds of the outcome are base odds times e^(slope x), x the evidence that is stated. Same seed, same texts. */
#pragma once
#include "world.h"

enum { SCORED_START = 18262 }; /* 2020-01-01 */
#define SCORED_DAY INT64_C(86400000000)
struct scored {
    uint64_t seed;
    int rows;
    double base;    /* share with the outcome where the evidence says nothing */
    double slope;   /* 1 = the scores hold */
    double spread;  /* standard deviation of the evidence, natural logarithms */
    int spell;      /* scores were made over so many days; 0 = on one */
    int horizon;    /* days */
    double half;    /* days in which half of the outcomes come */
    int end;        /* day after the start on which the data end; 0 = late enough for all */
    int layer;      /* ICP_LAYER_...; 0 = fit */
    int again;      /* rows of each company; 0 = 1 */
    double trend;   /* the evidence of the last day lies so far above that of the first */
    /* What came of it. */
    char *scores, *outcomes;
    int came, came_in_all; /* by `end`; within the horizon */
};
static const char *const scored_layers[] = {"fit", "fit", "intent", "retention"};

static inline void scored_date(int day, char out[32]) { /* civil from days */
    int z = SCORED_START + day + 719468, era = z / 146097, doe = z - era * 146097, yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153, m = mp < 10 ? mp + 3 : mp - 9;
    sprintf(out, "%04d-%02d-%02d", yoe + era * 400 + (m <= 2), m, doy - (153 * mp + 2) / 5 + 1);
}
static inline void scored_make(struct scored *w) {
    uint64_t s = w->seed * 7919 + 3;
    const int again = w->again ? w->again : 1;
    char *a = w->scores = malloc((size_t)(w->rows * again) * 80 + 200), *b = w->outcomes = malloc((size_t)w->rows * 60 + 200);
    a += sprintf(a, "key,%s_evidence,scored\n", scored_layers[w->layer]);
    b += sprintf(b, "key,outcome,date\n");
    w->came = w->came_in_all = 0;
    for (int i = 0; i < w->rows; i++) {
        const int day = w->spell ? world_below(&s, w->spell) : 0;
        const double x = w->spread * world_normal(&s) + (w->spell ? w->trend * ((double)day / w->spell - .5) : 0), odds = w->base / (1 - w->base) * exp(w->slope * x);
        const double chance = odds / (1 + odds), u = world_uniform(&s);
        /* Fading: of those that come within the horizon, half by `half`. */
        const double cut = 1 - exp2(-w->horizon / w->half), delay = -log2(1 - world_uniform(&s) * cut) * w->half;
        char text[32];
        scored_date(day, text);
        for (int k = 0; k < again; k++)
            a += sprintf(a, "c%d,%.5f,%s\n", i, (w->layer == ICP_LAYER_RETENTION ? -x : x) / log(2), text);
        if (u >= chance) continue;
        const int on = day + (int)delay;
        w->came_in_all++;
        w->came += !w->end || on < w->end;
        scored_date(on, text);
        b += sprintf(b, "c%d,%s,%s\n", i, w->layer == ICP_LAYER_RETENTION ? "churned" : "converted", text);
    }
}
static inline void scored_free(struct scored *w) { free(w->scores), free(w->outcomes); }

static inline icp_buffer *scored_report(icp_context *c, const struct scored *w, struct icp_calibrate_options o) {
    struct icp_error e = {.struct_size = sizeof e};
    icp_buffer *json = NULL;
    icp_reader *rows = world_reader(c, w->scores, strlen(w->scores), 0), *outcomes = world_reader(c, w->outcomes, strlen(w->outcomes), 0);
    o.struct_size = sizeof o;
    o.flags |= ICP_CALIBRATE_STORED | ICP_CALIBRATE_AS_OF;
    o.layer = w->layer;
    o.horizon_days = (uint32_t)w->horizon;
    o.as_of = (SCORED_START + (w->end ? w->end : w->spell + w->horizon)) * SCORED_DAY;
    o.scored_column = "scored", o.scored_size = 6;
    world_must(icp_calibrate(NULL, rows, &outcomes, 1, &o, NULL, &json, &e), &e);
    icp_reader_free(rows), icp_reader_free(outcomes);
    return json;
}
/* A whole number of the report, the first behind `inside` (NULL = of all) with this name; INT64_MIN = null. */
static inline int64_t scored_number(icp_buffer *json, const char *inside, const char *name) {
    struct icp_str s = {NULL, 0};
    char member[80];
    icp_buffer_data(json, &s);
    const char *p = inside ? strstr(s.data, inside) : s.data;
    snprintf(member, sizeof member, "\"%s\":", name);
    p = p ? strstr(p, member) : NULL;
    ck_assert_msg(p != NULL, "no %s in %s", name, s.data);
    p += strlen(member);
    return strncmp(p, "null", 4) == 0 ? INT64_MIN : strtoll(p, NULL, 10);
}
static inline double scored_share(icp_buffer *json, const char *inside, const char *name) { return (double)scored_number(json, inside, name) / 1e6; }
/* 1 when the string `name` behind `inside` is this. */
static inline int scored_says(icp_buffer *json, const char *inside, const char *name, const char *word) {
    struct icp_str s = {NULL, 0};
    char member[120];
    icp_buffer_data(json, &s);
    const char *p = inside ? strstr(s.data, inside) : s.data;
    snprintf(member, sizeof member, "\"%s\":\"", name);
    p = p ? strstr(p, member) : NULL;
    if (!p) return 0;
    p += strlen(member);
    return strncmp(p, word, strlen(word)) == 0 && p[strlen(word)] == '"';
}
