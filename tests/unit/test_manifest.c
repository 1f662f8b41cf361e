/* SPDX-License-Identifier: MIT */
/* Manifests: known texts, round trips of random ones, every error with its place, failing memory. */
#include "check_main.h"
#include "dataset/manifest.h"
#include "linking.h"
#include <stdio.h>

static icp_context *ctx;
static void setup(void) { ck_assert_int_eq(icp_context_new(NULL, &ctx, NULL), ICP_OK); }
static void teardown(void) { icp_context_unref(ctx); }

static const char known[] =
    "{\n"
    "  \"icp_dataset\": 1,\n"
    "  \"company\": \"accounts\",\n"
    "  \"tables\": [\n"
    "    {\"name\": \"accounts\", \"file\": \"accounts.csv\", \"role\": \"company\", \"key\": \"account\", \"reason\": \"two tables point at it\",\n"
    "     \"parent\": {\"column\": \"subsidiary_of\", \"to_column\": \"account\", \"match\": \"exact\", \"sure\": 0.97, \"reason\": \"all 7 values\"},\n"
    "     \"columns\": [\n"
    "       {\"name\": \"account\", \"use\": \"key\", \"kind\": \"key\", \"family\": \"other\", \"reason\": \"85 different among 85 rows\", \"seen\": 85, \"filled\": 85},\n"
    "       {\"name\": \"Sector\", \"use\": \"pass\", \"kind\": \"category\", \"family\": \"industry\", \"reason\": \"a column of companies\", \"seen\": 85, \"filled\": 80},\n"
    "       {\"name\": \"revenue\", \"use\": \"pass\", \"kind\": \"number\", \"family\": \"size\", \"decimal\": \",\"},\n"
    "       {\"name\": \"subsidiary_of\", \"use\": \"link\", \"kind\": \"category\", \"family\": \"other\"}\n"
    "     ]},\n"
    "    {\"name\": \"Sales Pipeline\", \"role\": \"child\", \"key\": \"opportunity_id\",\n"
    "     \"link\": {\"column\": \"account\", \"to\": \"accounts\", \"to_column\": \"account\", \"match\": \"normalised\", \"separator\": \";\", \"sure\": 1, \"reason\": \"\\\"GTX\\\"\"},\n"
    "     \"lookups\": [\n"
    "       {\"column\": \"product\", \"to\": \"products\", \"to_column\": \"product\", \"match\": \"exact\", \"sure\": 0.005},\n"
    "       {\"column\": \"account\", \"to\": \"products\", \"to_column\": \"series\", \"match\": \"normalised\"}\n"
    "     ],\n"
    "     \"columns\": [\n"
    "       {\"name\": \"opportunity_id\", \"use\": \"key\", \"kind\": \"key\", \"family\": \"other\"},\n"
    "       {\"name\": \"account\", \"use\": \"link\", \"kind\": \"category\", \"family\": \"other\"},\n"
    "       {\"name\": \"product\", \"use\": \"link\", \"kind\": \"category\", \"family\": \"other\"},\n"
    "       {\"name\": \"deal_stage\", \"use\": \"list\", \"kind\": \"category\", \"family\": \"stage\", \"late\": true, \"event_kind\": true, \"reason\": \"4 different values\"},\n"
    "       {\"name\": \"tags\", \"use\": \"list\", \"kind\": \"list\", \"family\": \"keywords\", \"separator\": \"[]\"},\n"
    "       {\"name\": \"close_value\", \"use\": \"number\", \"kind\": \"number\", \"family\": \"other\", \"decimal\": \".\", \"late\": true},\n"
    "       {\"name\": \"close_date\", \"use\": \"date\", \"kind\": \"date\", \"family\": \"other\", \"order\": \"dmy\"},\n"
    "       {\"name\": \"email\", \"use\": \"protected\", \"kind\": \"ignored\", \"family\": \"other\", \"reason\": \"e-mail address: protected\"}\n"
    "     ]},\n"
    "    {\"name\": \"products\", \"file\": \"products.csv.gz\", \"role\": \"lookup\", \"key\": \"product\",\n"
    "     \"columns\": [\n"
    "       {\"name\": \"product\", \"use\": \"key\", \"kind\": \"key\", \"family\": \"other\"},\n"
    "       {\"name\": \"series\", \"use\": \"pass\", \"kind\": \"category\", \"family\": \"other\"}\n"
    "     ]},\n"
    "    {\"name\": \"notes\", \"file\": \"notes.csv\", \"role\": \"excluded\", \"reason\": \"left out by the caller\"},\n"
    "    {\"name\": \"teams\", \"file\": \"teams.csv\", \"role\": \"unlinked\", \"reason\": \"no column is contained\"}\n"
    "  ]\n"
    "}\n";

static icp_status try_read(const char *text, size_t size, struct icp__manifest *m, struct icp_error *err) {
    *err = (struct icp_error){.struct_size = sizeof *err};
    return icp__manifest_read(ctx, text, size, m, err);
}

static void must_read(const char *text, size_t size, struct icp__manifest *m) {
    struct icp_error err;
    ck_assert_msg(try_read(text, size, m, &err) == ICP_OK, "%lld:%lld: %s\n%s", (long long)err.line, (long long)err.column, err.message, text);
}

static void expect_text(const struct icp__manifest *m, const char *text, size_t size) {
    struct icp__bytes b;
    icp__bytes_init(&b, ctx);
    icp__manifest_write(m, &b);
    ck_assert(!b.failed);
    ck_assert_str_eq(b.data, text);
    ck_assert_uint_eq(b.size, size);
    icp__bytes_free(&b);
}

static bool is(struct icp_str s, const char *text) { return s.size == strlen(text) && !memcmp(s.data, text, s.size); }

START_TEST(the_known_text_means_what_it_says) {
    struct icp__manifest m;
    must_read(known, sizeof known - 1, &m);
    ck_assert_uint_eq(m.members, 5);
    ck_assert_uint_eq(m.company, 0);
    const struct icp__member *a = &m.member[0], *s = &m.member[1], *p = &m.member[2];
    ck_assert(is(a->name, "accounts") && is(a->file, "accounts.csv") && is(a->reason, "two tables point at it"));
    ck_assert(a->role == ICP__ROLE_COMPANY && a->key == 0 && a->schema->columns == 4 && a->lookups == 0);
    ck_assert(a->up.to == 0 && a->up.column == 3 && a->up.to_column == 0 && a->up.sure == 970 && !a->up.normalised && !a->up.separator);
    ck_assert(is(a->up.reason, "all 7 values") && is(a->column[1].reason, "a column of companies"));
    ck_assert(a->schema->column[1].kind == ICP_KIND_CATEGORY && a->schema->column[1].family == ICP_FAMILY_INDUSTRY);
    ck_assert(is(a->schema->column[1].name, "Sector") && is(a->schema->column[1].id, "sector") && a->schema->column[1].filled == 80);
    ck_assert(a->schema->column[2].decimal == ',' && a->column[2].part == ICP__PART_PASS && a->column[0].part == ICP__PART_KEY);
    ck_assert(!s->file.data && s->role == ICP__ROLE_CHILD && s->key == 0 && s->schema->columns == 8);
    ck_assert(s->up.to == 0 && s->up.column == 1 && s->up.normalised && s->up.separator == ';' && s->up.sure == 1000 && is(s->up.reason, "\"GTX\""));
    ck_assert_uint_eq(s->lookups, 2);
    ck_assert(s->lookup[0].to == 2 && s->lookup[0].column == 2 && s->lookup[0].to_column == 0 && s->lookup[0].sure == 5 && !s->lookup[0].normalised);
    ck_assert(s->lookup[1].to == 2 && s->lookup[1].to_column == 1 && s->lookup[1].sure == -1 && s->lookup[1].normalised && !s->lookup[1].reason.size);
    ck_assert(s->column[3].late && s->column[3].event_kind && !s->column[4].late && s->column[5].late && !s->column[5].event_kind);
    ck_assert(s->column[5].part == ICP__PART_NUMBER && s->column[6].part == ICP__PART_DATE && s->column[7].part == ICP__PART_PROTECTED);
    ck_assert(s->schema->column[4].separator == 'j' && s->schema->column[6].date_order == ICP__DATE_DMY);
    ck_assert(p->role == ICP__ROLE_LOOKUP && p->up.to == ICP__NO_LINK && is(p->file, "products.csv.gz"));
    ck_assert(m.member[3].role == ICP__ROLE_EXCLUDED && m.member[3].schema->columns == 0 && m.member[3].key == -1 && m.member[3].up.to == ICP__NO_LINK);
    ck_assert(m.member[4].role == ICP__ROLE_UNLINKED);
    expect_text(&m, known, sizeof known - 1);
    icp__manifest_free(&m);
    icp__manifest_free(&m); /* freed is as good as empty */
}
END_TEST

/* What people write by hand: other order, other case, blanks, no reasons, defaults. */
START_TEST(loose_texts_become_canonical) {
    static const char loose[] =
        "\xef\xbb\xbf{\"tables\":[{\"columns\":[{\"use\":\"link\",\"kind\":\"category\",\"name\":\" Konto \",\"late\":false},{\"kind\":\"list\",\"use\":\"list\",\"name\":\"tags\"}],"
        "\"link\":{\"sure\":0.500,\"match\":\"exact\",\"to_column\":\"ID\",\"to\":\"FIRMEN\",\"column\":\"KONTO\"},\"role\":\"child\",\"name\":\"deals\"},"
        "{\"role\":\"company\",\"name\":\"Firmen\",\"key\":\"iD\",\"columns\":[{\"name\":\"id\",\"use\":\"key\",\"kind\":\"key\",\"id\":\"id\"},"
        "{\"name\":\"n\",\"use\":\"pass\",\"kind\":\"number\"}]}],\"company\":\"firmen\",\"icp_dataset\":1}";
    static const char canonical[] =
        "{\n  \"icp_dataset\": 1,\n  \"company\": \"Firmen\",\n  \"tables\": [\n"
        "    {\"name\": \"deals\", \"role\": \"child\",\n"
        "     \"link\": {\"column\": \"Konto\", \"to\": \"Firmen\", \"to_column\": \"id\", \"match\": \"exact\", \"sure\": 0.5},\n"
        "     \"columns\": [\n"
        "       {\"name\": \"Konto\", \"use\": \"link\", \"kind\": \"category\", \"family\": \"other\"},\n"
        "       {\"name\": \"tags\", \"use\": \"list\", \"kind\": \"list\", \"family\": \"other\", \"separator\": \";\"}\n"
        "     ]},\n"
        "    {\"name\": \"Firmen\", \"role\": \"company\", \"key\": \"id\",\n"
        "     \"columns\": [\n"
        "       {\"name\": \"id\", \"use\": \"key\", \"kind\": \"key\", \"family\": \"other\"},\n"
        "       {\"name\": \"n\", \"use\": \"pass\", \"kind\": \"number\", \"family\": \"other\", \"decimal\": \".\"}\n"
        "     ]}\n  ]\n}\n";
    struct icp__manifest m;
    must_read(loose, sizeof loose - 1, &m);
    expect_text(&m, canonical, sizeof canonical - 1);
    icp__manifest_free(&m);
}
END_TEST

/* Excluding a table is the change of one word: what else is said of it stays unread, links at it do not. */
START_TEST(a_table_is_excluded_by_its_role_alone) {
    static const char role[] = "\"role\": \"child\"";
    const char *at = strstr(known, role);
    struct icp__manifest m;
    struct icp__bytes b;
    icp__bytes_init(&b, ctx);
    icp__bytes_add(&b, known, (size_t)(at - known));
    icp__bytes_text(&b, "\"role\": \"excluded\"");
    icp__bytes_text(&b, at + sizeof role - 1);
    must_read(b.data, b.size, &m);
    ck_assert(m.member[1].role == ICP__ROLE_EXCLUDED && m.member[1].up.to == ICP__NO_LINK && m.member[1].lookups == 0);
    icp__manifest_free(&m);
    icp__bytes_free(&b);
}
END_TEST

/* ---- random manifests ---- */

static uint64_t state;
static uint32_t pick(uint32_t n) { /* 0..n-1 */
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % n;
}

static struct icp_str random_text(struct icp__manifest *m, uint32_t number) {
    static const char *const pieces[] = {"a",  "Deal", " ",  "\"", "\\",           "/",  "\n", "\t", "\x01", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x92\xb0",
                                         "\x7f", ".",    "_id", ",",  "\xe2\x80\xa8", "{}", "[",  ":",  "%",    "0",        "null",         "'"};
    char text[128], *at = text;
    for (uint32_t n = pick(7); n; n--) {
        const char *p = pieces[pick(sizeof pieces / sizeof *pieces)];
        memcpy(at, p, strlen(p));
        at += strlen(p);
    }
    if (number != UINT32_MAX) at += snprintf(at, 16, "x%u", number);
    return (struct icp_str){icp__arena_copy(&m->arena, text, (size_t)(at - text)), (size_t)(at - text)};
}

static void random_column(struct icp__manifest *m, struct icp__member *t, uint32_t i, bool key) {
    struct icp__column *c = &t->schema->column[i];
    struct icp__member_column *u = &t->column[i];
    struct icp_str name = random_text(m, i);
    ck_assert(icp__schema_set_name(t->schema, c, name.data, name.size));
    u->part = (uint8_t)(key ? ICP__PART_KEY : pick(ICP__PART_DATE + 1));
    if (!key && u->part == ICP__PART_KEY) u->part = ICP__PART_LINK;
    c->kind = key ? ICP_KIND_KEY : u->part == ICP__PART_NUMBER ? ICP_KIND_NUMBER : u->part == ICP__PART_DATE ? ICP_KIND_DATE : (int32_t)pick(10);
    if (!key && c->kind == ICP_KIND_KEY) c->kind = ICP_KIND_TEXT;
    c->family = (int32_t)pick(8);
    if (c->kind == ICP_KIND_LIST) c->separator = (uint8_t)";,|j"[pick(4)];
    if (c->kind == ICP_KIND_NUMBER) c->decimal = (uint8_t)".,"[pick(2)];
    if (c->kind == ICP_KIND_DATE) c->date_order = (uint8_t)pick(3);
    if (c->kind == ICP_KIND_CATEGORY) c->normaliser = (uint8_t)pick(2);
    c->seen = pick(2) ? pick(1000000) : 0;
    c->filled = pick(2) ? UINT64_MAX - pick(9) : 0;
    u->late = !pick(4);
    u->event_kind = !pick(5);
    u->reason = random_text(m, UINT32_MAX);
    ck_assert(icp__schema_copy_str(t->schema, u->reason, &c->reason));
}

static struct icp__link random_link(struct icp__manifest *m, const struct icp__member *from, uint32_t to) {
    return (struct icp__link){.column = pick(from->schema->columns), .to = to, .to_column = pick(m->member[to].schema->columns), .normalised = pick(2),
                              .separator = pick(3) ? 0 : ";,|"[pick(3)], .sure = (int32_t)pick(1003) - 2 < 0 ? -1 : (int32_t)pick(1001),
                              .reason = random_text(m, UINT32_MAX)};
}

static void random_manifest(struct icp__manifest *m) {
    *m = (struct icp__manifest){.ctx = ctx, .members = 1 + pick(9)};
    icp__arena_init(&m->arena, ctx);
    m->member = icp__arena_alloc(&m->arena, m->members, sizeof *m->member);
    memset(m->member, 0, m->members * sizeof *m->member);
    m->company = pick(m->members);
    for (uint32_t i = 0; i < m->members; i++) {
        struct icp__member *t = &m->member[i];
        t->role = (uint8_t)(i == m->company ? ICP__ROLE_COMPANY : (uint8_t[]){0, 2, 2, 2, 3, 3, 4}[pick(7)]);
        t->name = random_text(m, i);
        if (pick(3)) t->file = (struct icp_str){icp__arena_copy(&m->arena, "a b.csv", 7), 7};
        t->reason = random_text(m, UINT32_MAX);
        t->up.to = ICP__NO_LINK;
        const bool linked = t->role != ICP__ROLE_UNLINKED && t->role != ICP__ROLE_EXCLUDED;
        const uint32_t columns = linked ? 1 + pick(6) : pick(3);
        t->key = columns && (t->role == ICP__ROLE_COMPANY || pick(2)) ? (int32_t)pick(columns) : -1;
        t->schema = icp__schema_new(ctx, columns);
        t->column = icp__arena_alloc(&m->arena, columns, sizeof *t->column);
        memset(t->column, 0, columns * sizeof *t->column);
        for (uint32_t c = 0; c < columns; c++) random_column(m, t, c, (int32_t)c == t->key);
    }
    for (uint32_t i = 0, last = m->company; i < m->members; i++) { /* a child points at the company or a child before it */
        struct icp__member *t = &m->member[i];
        if (t->role == ICP__ROLE_CHILD) t->up = random_link(m, t, pick(2) ? m->company : last), last = i;
        if (t->role == ICP__ROLE_COMPANY && pick(2)) t->up = random_link(m, t, i);
        if (t->role != ICP__ROLE_CHILD && t->role != ICP__ROLE_COMPANY) continue;
        t->lookup = icp__arena_alloc(&m->arena, m->members, sizeof *t->lookup);
        for (uint32_t k = 0; k < m->members; k++)
            if (m->member[k].role == ICP__ROLE_LOOKUP && pick(2)) t->lookup[t->lookups++] = random_link(m, t, k);
    }
}

static void same_text(struct icp_str a, struct icp_str b) {
    ck_assert_uint_eq(a.size, b.size);
    ck_assert(!a.size || !memcmp(a.data, b.data, a.size));
}

static void same_link(const struct icp__link *a, const struct icp__link *b) {
    ck_assert_uint_eq(a->to, b->to);
    if (a->to == ICP__NO_LINK) return;
    ck_assert(a->column == b->column && a->to_column == b->to_column && a->normalised == b->normalised && a->separator == b->separator);
    ck_assert_int_eq(a->sure, b->sure);
    same_text(a->reason, b->reason);
}

static void same_manifest(const struct icp__manifest *a, const struct icp__manifest *b) {
    ck_assert(a->members == b->members && a->company == b->company);
    for (uint32_t i = 0; i < a->members; i++) {
        const struct icp__member *x = &a->member[i], *y = &b->member[i];
        same_text(x->name, y->name);
        same_text(x->file, y->file);
        same_text(x->reason, y->reason);
        ck_assert(!x->file.data == !y->file.data && x->role == y->role && x->key == y->key && x->lookups == y->lookups);
        same_link(&x->up, &y->up);
        for (uint32_t l = 0; l < x->lookups; l++) same_link(&x->lookup[l], &y->lookup[l]);
        ck_assert_uint_eq(x->schema->columns, y->schema->columns);
        ck_assert(y->schema->extraction > 0);
        for (uint32_t c = 0; c < x->schema->columns; c++) {
            const struct icp__column *s = &x->schema->column[c], *t = &y->schema->column[c];
            ck_assert(s->kind == t->kind && s->family == t->family && s->separator == t->separator && s->decimal == t->decimal);
            ck_assert(s->date_order == t->date_order && s->normaliser == t->normaliser && s->seen == t->seen && s->filled == t->filled);
            same_text(s->name, t->name);
            same_text(s->id, t->id);
            same_text(s->reason, t->reason);
            ck_assert(x->column[c].part == y->column[c].part && x->column[c].late == y->column[c].late);
            ck_assert(x->column[c].event_kind == y->column[c].event_kind);
            same_text(x->column[c].reason, y->column[c].reason);
        }
    }
}

START_TEST(written_and_read_is_the_same) {
    for (uint64_t seed = 0; seed < 2000; seed++) {
        state = seed * 7919;
        struct icp__manifest m, again;
        struct icp__bytes b;
        random_manifest(&m);
        icp__bytes_init(&b, ctx);
        icp__manifest_write(&m, &b);
        must_read(b.data, b.size, &again);
        same_manifest(&m, &again);
        expect_text(&again, b.data, b.size);
        icp__manifest_free(&m);
        icp__manifest_free(&again);
        icp__bytes_free(&b);
    }
}
END_TEST

/* ---- errors ---- */

/* `from` of the known text becomes `to` (NULL: that is all of it); the error points at the '@', which is taken out. */
struct mistake {
    const char *from, *to;
    icp_status code;
    const char *message;
};
#define EXCLUDED_TABLE "{\"name\": \"notes\", \"file\": \"notes.csv\", \"role\": \"excluded\", \"reason\": \"left out by the caller\"}"
#define PARENT "\"parent\": {\"column\": \"subsidiary_of\", \"to_column\": \"account\", \"match\": \"exact\", \"sure\": 0.97,"
#define LINK "\"link\": {\"column\": \"account\", \"to\": \"accounts\", \"to_column\": \"account\", \"match\": \"normalised\", \"separator\": \";\", \"sure\": 1,"
#define LOOKUP "{\"column\": \"product\", \"to\": \"products\", \"to_column\": \"product\", \"match\": \"exact\", \"sure\": 0.005}"
#define TINY_COMPANY "{\"name\": \"A\", \"role\": \"company\", \"key\": \"k\", \"columns\": [{\"name\": \"k\", \"use\": \"key\", \"kind\": \"key\"}]"
static const struct mistake mistakes[] = {
    {NULL, "@[]", ICP_E_FORMAT, "a manifest is an array; expected an object"},
    {NULL, "{\"icp_dataset\": 1, \"company\": \"a\", \"tables\": @7}", ICP_E_FORMAT, "tables is a number; expected an array"},
    {NULL, "{\"icp_dataset\": 1, \"company\": \"a\", \"tables\":\n @[]}", ICP_E_FORMAT, "a manifest without a table"},
    {NULL, "\n @{\"icp_dataset\": 1, \"company\": \"a\"}", ICP_E_FORMAT, "a manifest without \"tables\""},
    {NULL, "{\"icp_dataset\": 1, \"company\": \"a\", \"tables\": [" TINY_COMPANY ", \"parent\": @4}]}", ICP_E_FORMAT, "parent is a number; expected an object"},
    {NULL, "{\"icp_dataset\": 1, \"company\": \"a\", \"tables\": [" TINY_COMPANY ",\n\"lookups\": @{}}]}", ICP_E_FORMAT, "lookups is an object; expected an array"},
    {"\"icp_dataset\": 1,", "\"icp_dataset\": @2,", ICP_E_FORMAT, "manifest version 2 is not known; this library reads 1"},
    {"\"icp_dataset\": 1,", "\"icp_dataset\": @\"1\",", ICP_E_FORMAT, "icp_dataset is a string; expected 1"},
    {"{\n  \"icp_dataset\": 1,", "@{", ICP_E_FORMAT, "a manifest without \"icp_dataset\""},
    {"\"icp_dataset\": 1,", "\"icp_dataset\": 1, \"more\": @0,", ICP_E_FORMAT, "unknown member \"more\"; known: icp_dataset, company, tables"},
    {"\"company\": \"accounts\",", "\"company\": @\"acounts\",", ICP_E_FORMAT, "no table \"acounts\" in this manifest"},
    {"\"company\": \"accounts\",", "\"company\": @7,", ICP_E_FORMAT, "company is a number; expected a string"},
    {"{\n  \"icp_dataset\": 1,\n  \"company\": \"accounts\",", "@{\"icp_dataset\": 1,", ICP_E_FORMAT, "a manifest without \"company\""},
    {"\"company\": \"accounts\",", "\"company\": @\"teams\",", ICP_E_SCHEMA, "\"teams\" is to be the company table, but its role is unlinked"},
    {"\"teams.csv\", \"role\": \"unlinked\"", "\"teams.csv\", \"role\": @\"company\"", ICP_E_SCHEMA, "\"teams\" is a second company table, beside \"accounts\""},
    {"    {\"name\": \"accounts\"", "    @7, {\"name\": \"accounts\"", ICP_E_FORMAT, "table is a number; expected an object"},
    {"{\"name\": \"notes\", ", "@{", ICP_E_FORMAT, "a table without \"name\""},
    {"{\"name\": \"notes\", ", "{\"name\": @null, ", ICP_E_FORMAT, "name is null; expected a string"},
    {"{\"name\": \"notes\", ", "{\"name\": @\" \\t\", ", ICP_E_FORMAT, NULL},
    {"{\"name\": \"notes\", ", "{\"name\": @\"no\\u0000tes\", ", ICP_E_FORMAT, NULL},
    {"{\"name\": \"notes\", ", "{\"name\": @\"ACCOUNTS \", ", ICP_E_FORMAT, "table \"ACCOUNTS \" stands twice"},
    {EXCLUDED_TABLE, "@{\"name\": \"notes\"}", ICP_E_FORMAT, "a table without \"role\""},
    {EXCLUDED_TABLE, "{\"name\": \"notes\", \"role\": @\"parent\"}", ICP_E_FORMAT, "unknown role \"parent\"; known: unlinked, company, child, lookup, excluded"},
    {"\"notes.csv\"", "@5", ICP_E_FORMAT, "file is a number; expected a string"},
    {"\"notes.csv\"", "@\"../notes.csv\"", ICP_E_FORMAT, "file \"../notes.csv\"; expected the name of a file beside the manifest"},
    {"\"notes.csv\"", "@\"/etc/passwd\"", ICP_E_FORMAT, "file \"/etc/passwd\"; expected the name of a file beside the manifest"},
    {"\"notes.csv\"", "@\"..\"", ICP_E_FORMAT, "file \"..\"; expected the name of a file beside the manifest"},
    {"\"notes.csv\"", "@\"\"", ICP_E_FORMAT, "file \"\"; expected the name of a file beside the manifest"},
    {"\"notes.csv\"", "@\"a\\u0000b\"", ICP_E_FORMAT, NULL},
    {"\"notes.csv\"", "@\"..\\\\b\"", ICP_E_FORMAT, NULL},
    {"\"left out by the caller\"", "@[]", ICP_E_FORMAT, "reason is an array; expected a string"},
    {"\"file\": \"teams.csv\", ", "\"path\": @\"teams.csv\", ", ICP_E_FORMAT,
     "unknown member \"path\"; known: name, file, role, key, reason, parent, link, lookups, columns"},
    {", \"key\": \"account\",", ", \"key\": @\"acount\",", ICP_E_FORMAT, "table \"accounts\" lists no column \"acount\""},
    {", \"key\": \"account\",", ", \"key\": @0,", ICP_E_FORMAT, "key is a number; expected a string"},
    {"{\"name\": \"accounts\", \"file\": \"accounts.csv\", \"role\": \"company\", \"key\": \"account\",", "@{\"name\": \"accounts\", \"role\": \"company\",", ICP_E_FORMAT,
     "company table \"accounts\" without \"key\""},
    {PARENT, "\"parent\": {\"to\": @\"accounts\",", ICP_E_FORMAT, "unknown member \"to\"; known: column, to_column, match, separator, sure, reason"},
    {PARENT, "\"parent\": @{\"column\": \"subsidiary_of\", \"to_column\": \"account\",", ICP_E_FORMAT, "parent without \"match\""},
    {PARENT, "\"parent\": {\"column\": \"subsidiary_of\", \"to_column\": \"account\", \"match\": @\"fuzzy\",", ICP_E_FORMAT,
     "unknown match \"fuzzy\"; known: exact, normalised"},
    {PARENT, "\"parent\": {\"column\": @\"parent\", \"to_column\": \"account\", \"match\": \"exact\",", ICP_E_FORMAT, "table \"accounts\" lists no column \"parent\""},
    {PARENT, "\"parent\": {\"column\": \"subsidiary_of\", \"to_column\": @\"id\", \"match\": \"exact\",", ICP_E_FORMAT, "table \"accounts\" lists no column \"id\""},
    {"     " PARENT, "     \"link\": @{\"to\": \"accounts\", \"column\": \"subsidiary_of\", \"to_column\": \"account\", \"match\": \"exact\",", ICP_E_FORMAT,
     "table \"accounts\" has the role company; \"link\" is for the role child"},
    {LINK, "\"parent\": @{", ICP_E_FORMAT, "table \"Sales Pipeline\" has the role child; \"parent\" is for the role company"},
    {"\"role\": \"unlinked\",", "\"role\": \"unlinked\", \"link\": @0,", ICP_E_FORMAT, "table \"teams\" has the role unlinked; \"link\" is for the role child"},
    {"\"role\": \"unlinked\",", "\"role\": \"unlinked\", \"lookups\": @[],", ICP_E_FORMAT,
     "table \"teams\" has the role unlinked; \"lookups\" is for the role company or child"},
    {"{\"name\": \"teams\", \"file\": \"teams.csv\", \"role\": \"unlinked\",", "@{\"name\": \"teams\", \"role\": \"child\",", ICP_E_FORMAT, "child \"teams\" without \"link\""},
    {LINK, "\"link\": @{\"column\": \"account\", \"to_column\": \"account\", \"match\": \"exact\",", ICP_E_FORMAT, "link without \"to\""},
    {LINK, "\"link\": @{\"column\": \"account\", \"to\": \"accounts\", \"match\": \"exact\",", ICP_E_FORMAT, "link without \"to_column\""},
    {LINK, "\"link\": @{\"to\": \"accounts\", \"to_column\": \"account\", \"match\": \"exact\",", ICP_E_FORMAT, "link without \"column\""},
    {LINK, "\"link\": {\"column\": \"account\", \"to\": @\"firms\", \"to_column\": \"account\", \"match\": \"exact\",", ICP_E_FORMAT, "no table \"firms\" in this manifest"},
    {LINK, "\"link\": {\"column\": \"account\", \"to\": @\"notes\", \"to_column\": \"account\", \"match\": \"exact\",", ICP_E_FORMAT,
     "a link cannot lead to table \"notes\": its role is excluded"},
    {LINK, "\"link\": {\"column\": \"account\", \"to\": @\"products\", \"to_column\": \"product\", \"match\": \"exact\",", ICP_E_FORMAT,
     "a link cannot lead to table \"products\": its role is lookup"},
    {LINK, "\"link\": {\"column\": \"account\", \"to\": @\"sales pipeline\", \"to_column\": \"opportunity_id\", \"match\": \"exact\",", ICP_E_SCHEMA,
     "the links go round in a circle: from \"Sales Pipeline\" to \"Sales Pipeline\" and back"},
    {LINK, "\"link\": {\"column\": \"account\", \"to\": \"accounts\", \"to_column\": \"account\", \"match\": \"exact\", \"separator\": @\"/\",", ICP_E_FORMAT,
     "unknown separator \"/\"; known: ;, ,, |"},
    {"\"sure\": 1,", "\"sure\": @1.001,", ICP_E_FORMAT, "sure is 1.001; expected a number from 0 to 1 with at most three decimals"},
    {"\"sure\": 1,", "\"sure\": @0.1234,", ICP_E_FORMAT, "sure is 0.1234; expected a number from 0 to 1 with at most three decimals"},
    {"\"sure\": 1,", "\"sure\": @-1,", ICP_E_FORMAT, "sure is -1; expected a number from 0 to 1 with at most three decimals"},
    {"\"sure\": 1,", "\"sure\": @1e0,", ICP_E_FORMAT, "sure is 1e0; expected a number from 0 to 1 with at most three decimals"},
    {"\"sure\": 1,", "\"sure\": @2,", ICP_E_FORMAT, NULL},
    {"\"sure\": 1,", "\"sure\": @\"1\",", ICP_E_FORMAT, NULL},
    {"\"sure\": 1,", "\"sure\": @[],", ICP_E_FORMAT, NULL},
    {LOOKUP, "{\"column\": \"product\", \"to\": @\"accounts\", \"to_column\": \"account\", \"match\": \"exact\"}", ICP_E_FORMAT,
     "a lookup cannot lead to table \"accounts\": its role is company"},
    {LOOKUP, "@true", ICP_E_FORMAT, "lookup is true; expected an object"},
    {LOOKUP, "@{}", ICP_E_FORMAT, "lookup without \"column\""},
    {"\"role\": \"excluded\",", "\"role\": \"excluded\", \"columns\": @3,", ICP_E_FORMAT, "columns is a number; expected an array"},
    {"\"role\": \"excluded\",", "\"role\": \"excluded\", \"columns\": [@3],", ICP_E_FORMAT, "column is a number; expected an object"},
    {"{\"name\": \"email\", \"use\": \"protected\", ", "@{\"name\": \"email\", ", ICP_E_FORMAT, "a column without \"use\""},
    {"\"use\": \"protected\"", "\"use\": @\"secret\"", ICP_E_FORMAT, "unknown use \"secret\"; known: skip, protected, key, link, pass, list, number, date"},
    {"\"use\": \"protected\"", "\"use\": @\"number\"", ICP_E_FORMAT, "column \"email\" of kind ignored cannot be used as number"},
    {"\"use\": \"protected\"", "\"use\": @\"date\"", ICP_E_FORMAT, "column \"email\" of kind ignored cannot be used as date"},
    {"\"use\": \"protected\"", "\"use\": @\"key\"", ICP_E_FORMAT, "column \"email\" is not the key of its table"},
    {"\"use\": \"protected\"", "\"used\": @\"key\"", ICP_E_FORMAT, NULL},
    {"{\"name\": \"email\", \"use\": \"protected\", \"kind\": \"ignored\",", "@{\"name\": \"email\", \"use\": \"protected\",", ICP_E_FORMAT, "column \"email\" has no \"kind\""},
    {"\"kind\": \"ignored\"", "\"kind\": @\"none\"", ICP_E_FORMAT, NULL},
    {"\"kind\": \"ignored\"", "\"kind\": \"ignored\", \"late\": @1", ICP_E_FORMAT, "late is a number; expected true or false"},
    {"\"kind\": \"ignored\"", "\"kind\": \"ignored\", \"event_kind\": @null", ICP_E_FORMAT, "event_kind is null; expected true or false"},
    {"\"kind\": \"ignored\"", "\"kind\": \"ignored\", \"seen\": @-1", ICP_E_FORMAT, "seen is a number; expected a whole number"},
    {"{\"name\": \"email\"", "@{\"name\": \"TAGS\"", ICP_E_FORMAT, "column \"TAGS\" stands twice"},
    {"\"order\": \"dmy\"", "\"order\": @\"dym\"", ICP_E_FORMAT, "unknown order \"dym\"; known: ymd, dmy, mdy"},
    {"\"separator\": \"[]\"", "\"separator\": @\"{}\"", ICP_E_FORMAT, NULL},
    {"\"decimal\": \",\"", "\"decimal\": @\"'\"", ICP_E_FORMAT, "unknown decimal \"'\"; known: ., ,"},
    {"\"family\": \"stage\"", "\"family\": @\"sage\"", ICP_E_FORMAT, NULL},
    {"\"unlinked\"", "\"unlinked\"@x", ICP_E_FORMAT, "',' or '}' is expected here"},
    {"\"role\": \"unlinked\"", "\"role\": \"unlinked\", @\"name\": \"x\"", ICP_E_FORMAT, "this name comes a second time in its object"},
};

static void make_mistake(const struct mistake *k, struct icp__bytes *text, int64_t *line, int64_t *column) {
    const char *at = k->from ? strstr(known, k->from) : known, *mark = strchr(k->to, '@');
    ck_assert_msg(at && mark, "%s", k->to);
    icp__bytes_init(text, ctx);
    icp__bytes_add(text, known, (size_t)(at - known));
    icp__bytes_add(text, k->to, (size_t)(mark - k->to));
    *line = *column = 1;
    for (size_t i = 0; i < text->size; i++) {
        ++*column;
        if (text->data[i] == '\n') ++*line, *column = 1;
    }
    icp__bytes_text(text, mark + 1);
    if (k->from) icp__bytes_text(text, at + strlen(k->from));
}

START_TEST(every_mistake_is_told_with_its_place) {
    const struct mistake *k = &mistakes[_i];
    struct icp__manifest m, before;
    struct icp__bytes text;
    struct icp_error err;
    int64_t line, column;
    memset(&m, 0x5a, sizeof m);
    memcpy(&before, &m, sizeof m);
    make_mistake(k, &text, &line, &column);
    const icp_status st = try_read(text.data, text.size, &m, &err);
    ck_assert_msg(st == k->code && err.code == k->code, "%d (%s) for %s", st, err.message, k->to);
    ck_assert_msg(err.line == line && err.column == column, "%lld:%lld, not %lld:%lld: %s\nfor %s", (long long)err.line, (long long)err.column,
                  (long long)line, (long long)column, err.message, k->to);
    if (k->message) ck_assert_str_eq(err.message, k->message);
    ck_assert_int_eq(memcmp(&m, &before, sizeof m), 0);
    icp__bytes_free(&text);
}
END_TEST

START_TEST(a_longer_circle_is_found) {
    static const char text[] =
        "{\"icp_dataset\": 1, \"company\": \"c\", \"tables\": [{\"name\": \"c\", \"role\": \"company\", \"key\": \"k\", \"columns\": [{\"name\": \"k\", \"use\": \"key\", \"kind\": \"key\"}]},\n"
        "{\"name\": \"x\", \"role\": \"child\", \"link\": {\"column\": \"k\", \"to\": \"y\", \"to_column\": \"k\", \"match\": \"exact\"}, \"columns\": [{\"name\": \"k\", \"use\": \"link\", \"kind\": \"text\"}]},\n"
        "{\"name\": \"y\", \"role\": \"child\", \"link\": {\"column\": \"k\", \"to\": \"z\", \"to_column\": \"k\", \"match\": \"exact\"}, \"columns\": [{\"name\": \"k\", \"use\": \"link\", \"kind\": \"text\"}]},\n"
        "{\"name\": \"z\", \"role\": \"child\", \"link\": {\"column\": \"k\", \"to\": \"y\", \"to_column\": \"k\", \"match\": \"exact\"}, \"columns\": [{\"name\": \"k\", \"use\": \"link\", \"kind\": \"text\"}]}]}";
    struct icp__manifest m;
    struct icp_error err;
    ck_assert_int_eq(try_read(text, sizeof text - 1, &m, &err), ICP_E_SCHEMA);
    ck_assert_msg((err.line == 3 || err.line == 4) && err.column == 62, "%lld:%lld", (long long)err.line, (long long)err.column);
    ck_assert_msg(strstr(err.message, "circle") && strstr(err.message, "\"y\"") && strstr(err.message, "\"z\"") && !strstr(err.message, "\"x\""), "%s", err.message);
}
END_TEST

/* ---- limits ---- */

static void many(struct icp__bytes *b, uint32_t tables, uint32_t columns) {
    icp__bytes_init(b, ctx);
    icp__bytes_text(b, "{\"icp_dataset\": 1, \"company\": \"t0\", \"tables\": [");
    for (uint32_t i = 0; i < tables; i++) {
        icp__bytes_print(b, "%s{\"name\": \"t%u\", \"role\": \"%s\", ", i ? ",\n" : "", i, i ? "child" : "company");
        if (i) icp__bytes_print(b, "\"link\": {\"column\": \"k0\", \"to\": \"t%u\", \"to_column\": \"k0\", \"match\": \"exact\"}, ", i - 1);
        else icp__bytes_text(b, "\"key\": \"k0\", ");
        icp__bytes_text(b, "\"columns\": [");
        for (uint32_t c = 0; c < columns; c++)
            icp__bytes_print(b, "%s{\"name\": \"k%u\", \"use\": \"pass\", \"kind\": \"text\"}", c ? "," : "", c);
        icp__bytes_text(b, "]}");
    }
    icp__bytes_text(b, "]}");
    ck_assert(!b->failed);
}

START_TEST(a_thousand_tables_in_one_chain_are_read_and_no_more) {
    struct icp__bytes b;
    struct icp__manifest m;
    struct icp_error err;
    many(&b, 1000, 3);
    must_read(b.data, b.size, &m);
    ck_assert_uint_eq(m.member[999].up.to, 998);
    icp__manifest_free(&m);
    icp__bytes_free(&b);
    many(&b, 1001, 1);
    ck_assert_int_eq(try_read(b.data, b.size, &m, &err), ICP_E_LIMIT);
    ck_assert(err.line == 1 && err.column == 47);
    ck_assert_str_eq(err.message, "1001 tables; at most 1000 are read");
    icp__bytes_free(&b);
}
END_TEST

START_TEST(columns_are_limited_by_the_context) {
    const struct icp_context_options o = {.struct_size = sizeof o, .max_columns = 20};
    icp_context *c = NULL;
    struct icp__bytes b;
    struct icp__manifest m;
    struct icp_error err = {.struct_size = sizeof err};
    ck_assert_int_eq(icp_context_new(&o, &c, NULL), ICP_OK);
    many(&b, 1, 20);
    ck_assert_int_eq(icp__manifest_read(c, b.data, b.size, &m, &err), ICP_OK);
    icp__manifest_free(&m);
    icp__bytes_free(&b);
    many(&b, 1, 21);
    ck_assert_int_eq(icp__manifest_read(c, b.data, b.size, &m, &err), ICP_E_LIMIT);
    ck_assert_str_eq(err.message, "21 columns; the context allows 20");
    icp__bytes_free(&b);
    icp_context_unref(c);
}
END_TEST

/* ---- hostile ---- */

START_TEST(every_beginning_is_refused_with_a_place) {
    for (size_t n = 0; n < sizeof known - 2; n++) { /* all but the last line break */
        struct icp__manifest m;
        struct icp_error err;
        const char *text = n ? known : NULL;
        ck_assert_int_eq(try_read(text ? text : "", n, &m, &err), ICP_E_FORMAT);
        ck_assert(err.line >= 1 && err.column >= 1);
    }
}
END_TEST

/* What is read of a spoilt text is sound: it can be written, and read again. */
START_TEST(spoilt_texts_are_refused_or_sound) {
    int good = 0;
    state = 77;
    for (int round = 0; round < 20000; round++) {
        char text[sizeof known];
        struct icp__manifest m, again;
        struct icp_error err;
        struct icp__bytes b;
        memcpy(text, known, sizeof known);
        for (uint32_t n = 1 + pick(3); n; n--) {
            const uint32_t at = pick(sizeof known - 1), from = pick(sizeof known - 1);
            if (pick(2)) text[at] = "\"{}[],: 019.ak"[pick(14)];
            else memmove(text + at, known + from, 1 + pick((uint32_t)(sizeof known - 1 - (at > from ? at : from))) % 12);
        }
        if (try_read(text, sizeof known - 1, &m, &err)) {
            ck_assert_msg(err.line >= 1 && err.column >= 1, "%s", err.message);
            continue;
        }
        good++;
        icp__bytes_init(&b, ctx);
        icp__manifest_write(&m, &b);
        must_read(b.data, b.size, &again);
        same_manifest(&m, &again);
        icp__manifest_free(&m);
        icp__manifest_free(&again);
        icp__bytes_free(&b);
    }
    ck_assert_int_gt(good, 300);
}
END_TEST

/* Every allocation of reading a text and writing it again fails once, alone or with all after it. */
static void fail_each(const char *text, size_t size, size_t least) {
    for (int onwards = 0; onwards < 2; onwards++)
        for (size_t at = 1, done = 0; !done; at++) {
            struct counting k = {0};
            icp_context *c = counting_context(&k);
            struct icp_error err = {.struct_size = sizeof err};
            struct icp__manifest m, before;
            struct icp__bytes b;
            memset(&m, 0x5a, sizeof m);
            memcpy(&before, &m, sizeof m);
            k.calls = 0, k.fail_at = at, k.fail_onwards = onwards;
            const icp_status st = icp__manifest_read(c, text, size, &m, &err);
            if (st) {
                ck_assert_msg(st == ICP_E_MEMORY && err.code == ICP_E_MEMORY, "%d: %s", st, err.message);
                ck_assert_int_eq(memcmp(&m, &before, sizeof m), 0);
            } else {
                icp__bytes_init(&b, c);
                icp__manifest_write(&m, &b);
                done = k.calls < at;
                ck_assert_int_eq(b.failed, !done);
                icp__bytes_free(&b);
                icp__manifest_free(&m);
                ck_assert_uint_gt(at, least); /* reading alone asks more often */
            }
            icp_context_unref(c);
            ck_assert_uint_eq(k.live, 0);
            ck_assert_uint_lt(at, 5000);
        }
}

START_TEST(failing_memory_leaks_nothing) {
    fail_each(known, sizeof known - 1, 30);
    /* Names so long that each of their copies asks for memory. */
    static char name[20001];
    struct icp__bytes b;
    memset(name, 'n', sizeof name - 1);
    icp__bytes_init(&b, ctx);
    for (int i = 0; i < 2; i++) {
        icp__bytes_text(&b, i ? ", \"role\": \"child\", \"link\": {\"match\": \"exact\", \"column\": \"" : "{\"icp_dataset\": 1, \"company\": \"");
        icp__bytes_text(&b, name);
        icp__bytes_text(&b, i ? "\", \"to\": \"" : "\", \"tables\": [{\"name\": \"");
        icp__bytes_text(&b, name);
        icp__bytes_text(&b, i ? "\", \"to_column\": \"" : "\", \"file\": \"");
        icp__bytes_text(&b, name);
        icp__bytes_text(&b, i ? "\", \"reason\": \"" : "\", \"role\": \"company\", \"key\": \"");
        icp__bytes_text(&b, name);
        icp__bytes_text(&b, i ? "\"}" : "\"");
        icp__bytes_text(&b, ", \"columns\": [{\"use\": \"pass\", \"kind\": \"text\", \"name\": \"");
        icp__bytes_text(&b, name);
        icp__bytes_text(&b, i ? "\"}]}]}" : "\"}]}, {\"name\": \"child\"");
    }
    ck_assert(!b.failed);
    fail_each(b.data, b.size, 30);
    icp__bytes_free(&b);
}
END_TEST

/* A manifest that was written and read joins like the one it came from. */
START_TEST(a_manifest_joins_like_its_original) {
    static const struct link_table tables[] = {
        {"accounts", ICP__ROLE_COMPANY, "KPP", "id", NULL, NULL, "id,sector,size\na1,bank,10\na2,farm,20\n", 0},
        {"deals", ICP__ROLE_CHILD, "KLvNDLM", "deal", "account~accounts.id", "product>products.id",
         "deal,account,stage,amount,closed,product,tags\nd1,A-1,won,1.5,2024-01-02,p1,x;y\nd2,a1,lost,2,2024-02-02,p2,y\nd3,a2,won,,2024-03-01,p1,\nd4,a9,won,7,2024-03-01,p1,\n", 0},
        {"products", ICP__ROLE_LOOKUP, "KP", "id", NULL, NULL, "id,series\np1,red\np2,blue\n", 0},
    };
    for (int events = 0; events < 2; events++) {
        struct linking l;
        struct icp__bytes b, first, second;
        struct icp__manifest read, own;
        struct icp_error err = {.struct_size = sizeof err};
        link_init(&l, ctx, tables, 3);
        ck_assert_int_eq(link_read_all(&l, events, &first, &err), ICP_OK);
        icp__bytes_init(&b, ctx);
        icp__manifest_write(&l.d.manifest, &b);
        must_read(b.data, b.size, &read);
        own = l.d.manifest;
        l.d.manifest = read;
        ck_assert_msg(link_read_all(&l, events, &second, &err) == ICP_OK, "%s", err.message);
        ck_assert_str_eq(first.data, second.data);
        ck_assert(strstr(first.data, events ? "deals:closed" : "deals.products.series"));
        l.d.manifest = own;
        icp__manifest_free(&read);
        icp__bytes_free(&b);
        icp__bytes_free(&first);
        icp__bytes_free(&second);
        link_free(&l);
    }
}
END_TEST

/* ---- what datasets write ---- */

/* The manifest of a dataset is read again to the same bytes, and opens the same dataset; then narrowed, the same holds. */
static void writes_what_it_reads(const struct icp_table *tables, uint32_t count, const char *exclude, const char *expected) {
    struct icp_dataset_options o = {.struct_size = sizeof o, .exclude = exclude};
    struct icp_error err = {.struct_size = sizeof err};
    icp_buffer *held = NULL;
    struct icp_str before = {NULL, 0};
    for (int round = 0; round < 3; round++) { /* found; followed and narrowed; followed */
        icp_dataset *d = NULL;
        icp_buffer *json = NULL;
        struct icp_str text;
        struct icp__manifest m;
        o.exclude_size = exclude && round == 1 ? strlen(exclude) : 0;
        o.manifest = before.data, o.manifest_size = before.size;
        ck_assert_msg(icp_dataset_open(ctx, tables, count, &o, NULL, &d, &err) == ICP_OK, "%s\n%.*s", err.message, (int)before.size, before.data);
        ck_assert_int_eq(icp_dataset_manifest(d, &json, &err), ICP_OK);
        ck_assert_int_eq(icp_buffer_data(json, &text), ICP_OK);
        must_read(text.data, text.size, &m);
        expect_text(&m, text.data, text.size);
        icp__manifest_free(&m);
        if (round == 2) same_text(text, before);
        if (round == 1) ck_assert_msg(strstr(text.data, expected), "%s is not in %s", expected, text.data);
        icp_dataset_unref(d);
        icp_buffer_unref(held);
        held = json, before = text;
    }
    icp_buffer_unref(held);
}

START_TEST(datasets_write_what_they_read) {
    static const char *const industries[] = {"Banking", "Insurance", "Software", "Retail", "Mining", "Construction", "Education", "Agriculture", "Telecommunications",
                                             "Biotechnology", "Pharmaceuticals", "Real Estate", "Automotive", "Aerospace", "Chemicals", "Energy", "Hospitality",
                                             "Logistics", "Media", "Gaming", "Textiles", "Utilities", "Legal Services", "Consulting", "Advertising"};
    enum { ROWS = 25 };
    struct icp__bytes text[4];
    static const char *const names[] = {"accounts", "deals", "calls", "products"};
    static const char *const heads[] = {"industry,size\n", "deal_id,industry,product_id,amount\n", "call_id,deal_id,product_id,minutes\n", "product_id,series\n"};
    struct link_table from[4];
    struct link_source source[4];
    struct icp_table tables[4];
    memset(source, 0, sizeof source);
    for (uint32_t t = 0; t < 4; t++) {
        icp__bytes_init(&text[t], ctx);
        icp__bytes_text(&text[t], heads[t]);
        for (uint32_t i = 0; i < (t == 3 ? 8u : t ? 200u : (uint32_t)ROWS); i++) {
            if (t == 0) icp__bytes_print(&text[t], "%s,%u\n", industries[i], i * 7 % 50);
            if (t == 1) icp__bytes_print(&text[t], "D%u,%s,P%u,%u.5\n", i, industries[i % ROWS], i % 8, i * 3);
            if (t == 2) icp__bytes_print(&text[t], "C%u,D%u,P%u,%u.5\n", i, i % 150, i % 7, i % 60);
            if (t == 3) icp__bytes_print(&text[t], "P%u,%s\n", i, i % 2 ? "red" : "blue");
        }
        from[t] = (struct link_table){.name = names[t], .text = text[t].data, .size = text[t].size};
        source[t].from = &from[t];
        tables[t] = (struct icp_table){sizeof tables[t], 0, names[t], strlen(names[t]), &source[t], link_open};
    }
    writes_what_it_reads(tables, 4, NULL, "\"column\": \"deal_id\", \"to\": \"deals\"");
    writes_what_it_reads(tables, 4, NULL, "{\"name\": \"industry\", \"use\": \"key\", \"kind\": \"key\", \"family\": \"industry\", \"reason\"");
    writes_what_it_reads(tables, 4, "deals", "\"role\": \"unlinked\", \"key\": \"call_id\"");
    writes_what_it_reads(tables, 4, "products", "\"role\": \"excluded\", \"key\": \"product_id\"");
    writes_what_it_reads(tables, 4, "calls.minutes", "{\"name\": \"minutes\", \"use\": \"skip\"");
    for (uint32_t t = 0; t < 4; t++) icp__bytes_free(&text[t]);
}
END_TEST

int main(void) {
    Suite *s = suite_create("manifest");
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, the_known_text_means_what_it_says);
    tcase_add_test(t, loose_texts_become_canonical);
    tcase_add_test(t, a_table_is_excluded_by_its_role_alone);
    tcase_add_test(t, written_and_read_is_the_same);
    tcase_add_loop_test(t, every_mistake_is_told_with_its_place, 0, (int)(sizeof mistakes / sizeof *mistakes));
    tcase_add_test(t, a_longer_circle_is_found);
    tcase_add_test(t, a_thousand_tables_in_one_chain_are_read_and_no_more);
    tcase_add_test(t, columns_are_limited_by_the_context);
    tcase_add_test(t, every_beginning_is_refused_with_a_place);
    tcase_add_test(t, spoilt_texts_are_refused_or_sound);
    tcase_add_test(t, failing_memory_leaks_nothing);
    tcase_add_test(t, a_manifest_joins_like_its_original);
    tcase_add_test(t, datasets_write_what_they_read);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
