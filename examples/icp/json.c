/* SPDX-License-Identifier: MIT */
/* JSON that the library wrote, as a tree. */
#include "command.h"
#include <stdlib.h>
#include <string.h>

struct input {
    const char *at, *end;
    bool bad;
};

static struct json *node(enum json_type type) {
    struct json *j = calloc(1, sizeof *j);
    if (!j)
        exit(refuse_text(NULL, "out of memory"));
    j->type = type;
    return j;
}

static void blanks(struct input *in) {
    while (in->at < in->end && (*in->at == ' ' || *in->at == '\n' || *in->at == '\r' || *in->at == '\t'))
        in->at++;
}

static bool take(struct input *in, char c) {
    blanks(in);
    if (in->at == in->end || *in->at != c)
        return false;
    in->at++;
    return true;
}

static uint32_t hex4(struct input *in) {
    uint32_t v = 0;
    for (int i = 0; i < 4; i++) {
        static const char digits[] = "0123456789abcdef";
        const char *d = in->at < in->end && *in->at ? strchr(digits, *in->at | (*in->at >= 'A' ? 32 : 0)) : NULL;
        if (!d)
            return in->bad = true, 0;
        v = v * 16 + (uint32_t)(d - digits);
        in->at++;
    }
    return v;
}

static void utf8(struct text *t, uint32_t c) {
    if (c < 0x80) {
        text_char(t, (char)c);
        return;
    }
    int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    text_char(t, (char)((more == 1 ? 0xc0 : more == 2 ? 0xe0 : 0xf0) | c >> 6 * more));
    while (more-- > 0)
        text_char(t, (char)(0x80 | (c >> 6 * more & 63)));
}

static void escape(struct input *in, struct text *t) {
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    char c = in->at < in->end ? *in->at++ : 0;
    const char *known = c ? strchr(from, c) : NULL;
    if (known)
        text_char(t, to[known - from]);
    else if (c == 'u') {
        uint32_t u = hex4(in);
        if (u >= 0xd800 && u < 0xdc00 && in->end - in->at > 6 && in->at[0] == '\\' && in->at[1] == 'u') {
            in->at += 2;
            u = 0x10000 + ((u & 0x3ff) << 10) + (hex4(in) & 0x3ff);
        }
        utf8(t, u);
    } else
        in->bad = true;
}

/* Behind the opening quote. */
static void string(struct input *in, struct text *t) {
    while (in->at < in->end && *in->at != '"' && !in->bad) {
        if (*in->at == '\\')
            in->at++, escape(in, t);
        else
            text_char(t, *in->at++);
    }
    in->bad = in->bad || !take(in, '"');
}

static struct json *value(struct input *in, int depth);

static void add(struct json *j, struct json *item) {
    struct json **more = realloc(j->items, (j->count + 1) * sizeof *more);
    if (!more)
        exit(refuse_text(NULL, "out of memory"));
    j->items = more;
    j->items[j->count++] = item;
}

static struct json *several(struct input *in, int depth, char close) {
    struct json *j = node(close == ']' ? JSON_LIST : JSON_OBJECT);
    for (bool first = true; !in->bad && !take(in, close); first = false) {
        struct text name = {0};
        if (!first && !take(in, ','))
            in->bad = true;
        if (close == '}' && !in->bad) {
            in->bad = !take(in, '"');
            if (!in->bad)
                string(in, &name);
            in->bad = in->bad || !take(in, ':');
        }
        if (!in->bad) {
            struct json *item = value(in, depth + 1);
            item->name = name;
            add(j, item);
        } else
            text_free(&name);
    }
    return j;
}

static struct json *word(struct input *in) {
    struct json *j = node(JSON_WORD);
    while (in->at < in->end && !strchr(",]} \n\r\t", *in->at))
        text_char(&j->text, *in->at++);
    in->bad = in->bad || !j->text.size;
    return j;
}

static struct json *value(struct input *in, int depth) {
    if (depth > 32)
        in->bad = true;
    if (!in->bad && take(in, '['))
        return several(in, depth, ']');
    if (!in->bad && take(in, '{'))
        return several(in, depth, '}');
    if (!in->bad && take(in, '"')) {
        struct json *j = node(JSON_STRING);
        string(in, &j->text);
        return j;
    }
    return word(in);
}

struct json *json_parse(const char *data, size_t size) {
    struct input in = {data, data + size, false};
    struct json *j = value(&in, 0);
    if (in.bad) {
        json_free(j);
        return NULL;
    }
    return j;
}

void json_free(struct json *j) {
    if (!j)
        return;
    for (size_t i = 0; i < j->count; i++)
        json_free(j->items[i]);
    free(j->items);
    text_free(&j->name);
    text_free(&j->text);
    free(j);
}

const struct json *json_at(const struct json *j, const char *name) {
    size_t n = strlen(name);
    for (size_t i = 0; j && j->type == JSON_OBJECT && i < j->count; i++)
        if (j->items[i]->name.size == n && !memcmp(j->items[i]->name.data, name, n))
            return j->items[i];
    return NULL;
}

int64_t json_int(const struct json *j, const char *name) {
    const struct json *v = json_at(j, name);
    return v && v->type == JSON_WORD ? strtoll(v->text.data, NULL, 10) : 0;
}

const char *json_string(const struct json *j, const char *name) {
    const struct json *v = json_at(j, name);
    return v && v->type == JSON_STRING && v->text.data ? v->text.data : "";
}
