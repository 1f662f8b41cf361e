/* SPDX-License-Identifier: MIT */
/* What the reading of a dataset met, in words. */
#include "command.h"
#include <string.h>

enum { NEAR_MOST = 3 };

/* 8800 as 8,800: these numbers are read by people. */
static void count(struct text *t, int64_t n) {
    struct text digits = {0};
    text_int(&digits, n);
    for (size_t i = 0; i < digits.size; i++) {
        if (i && (digits.size - i) % 3 == 0)
            text_char(t, ',');
        text_char(t, digits.data[i]);
    }
    text_free(&digits);
}

static void rows(struct text *t, int64_t n) {
    count(t, n);
    text_put(t, n == 1 ? " row" : " rows");
}

static bool is(const struct json *table, const char *role) {
    return strcmp(json_string(table, "role"), role) == 0;
}

/* "accounts: 85 rows, joined with sales_pipeline (7,375 of 8,800 rows), products; left alone: data_dictionary" */
static void joined(struct text *t, const struct json *tables) {
    const char *before = "; joined with ", *alone = "; not joined: ";
    for (size_t i = 0; i < tables->count; i++)
        if (is(tables->items[i], "company")) {
            text_put(t, json_string(tables->items[i], "name"));
            text_put(t, ": ");
            rows(t, json_int(tables->items[i], "rows"));
        }
    for (size_t i = 0; i < tables->count; i++) {
        const struct json *table = tables->items[i];
        if (!is(table, "child") && !is(table, "lookup"))
            continue;
        text_put(t, before);
        text_put(t, json_string(table, "name"));
        before = ", ";
        if (!is(table, "child"))
            continue;
        text_put(t, " (");
        count(t, json_int(table, "joined"));
        text_put(t, " of ");
        rows(t, json_int(table, "rows"));
        text_char(t, ')');
    }
    for (size_t i = 0; i < tables->count; i++)
        if (is(tables->items[i], "unlinked")) {
            text_put(t, alone);
            text_put(t, json_string(tables->items[i], "name"));
            alone = ", ";
        }
    text_char(t, '\n');
}

static void say(struct text *t, const struct json *table, const char *member, const char *what) {
    int64_t n = json_int(table, member);
    if (n <= 0)
        return;
    text_put(t, json_string(table, "name"));
    text_put(t, ": ");
    rows(t, n);
    text_put(t, what);
}

static void near_keys(struct text *t, const struct json *table) {
    const struct json *near = json_at(table, "near");
    int64_t more = 0;
    for (size_t i = 0; near && i < near->count; i++) {
        const struct json *pair = near->items[i];
        const char *other = json_string(pair, "table");
        if (i >= NEAR_MOST) {
            more += json_int(pair, "rows");
            continue;
        }
        text_put(t, json_string(table, "name"));
        text_put(t, ": ");
        rows(t, json_int(pair, "rows"));
        text_put(t, json_int(pair, "rows") == 1 ? " says \"" : " say \"");
        text_put(t, json_string(pair, "own"));
        text_put(t, "\", ");
        text_put(t, *other ? other : "the table above");
        text_put(t, " has \"");
        text_put(t, json_string(pair, "other"));
        text_put(t, "\": not joined; \"match\": \"normalised\" in the manifest joins them\n");
    }
    if (more) {
        text_put(t, json_string(table, "name"));
        text_put(t, ": ");
        rows(t, more);
        text_put(t, " more nearly match\n");
    }
}

static void left_out(struct text *t, const struct json *table) {
    const struct json *capped = json_at(table, "left_out");
    if (!capped || !capped->count)
        return;
    text_put(t, json_string(table, "name"));
    text_put(t, ": ");
    count(t, (int64_t)capped->count);
    text_put(t, capped->count == 1 ? " column is left out: it would add too many traits\n" : " columns are left out: they would add too many traits\n");
}

void dataset_remarks(const char *path, const char *json, size_t size) {
    struct json *report = json_parse(json, size);
    const struct json *complete = json_at(report, "complete");
    /* What was not read to its end has met nothing to speak of. */
    const struct json *tables = complete && complete->text.size == 4 ? json_at(report, "tables") : NULL;
    struct text t = {0};
    (void)path;
    if (tables)
        joined(&t, tables);
    for (size_t i = 0; tables && i < tables->count; i++) {
        const struct json *table = tables->items[i];
        say(&t, table, "without_key", is(table, "company") ? " without a key\n" : " that name no company\n");
        say(&t, table, "orphans", " with a key that no row above has\n");
        near_keys(&t, table);
        say(&t, table, "ambiguous", " with a key that stands for several\n");
        say(&t, table, "unreached", " below rows that belong to no company\n");
        say(&t, table, "late_rows", " dated too late: not seen\n");
        say(&t, table, "undated", " without a date\n");
        say(&t, table, "duplicates", " with a key that was there before\n");
        left_out(&t, table);
    }
    if (t.size)
        fwrite(t.data, 1, t.size, stderr);
    text_free(&t);
    json_free(report);
}
