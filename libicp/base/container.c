/* SPDX-License-Identifier: MIT */
/* Reading the container of references and models (doc/format.md). Nothing is trusted before it was checked. */
#include "base/container.h"
#include "base/deflate.h"
#include "base/text.h"

#define HEADER 56u
#define ENTRY 40u
#define SMALLEST 64u

struct file {
    const uint8_t *data;
    uint64_t size;
    const char *source;
    struct icp_error *err;
};

static icp_status refuse(const struct file *f, icp_status code, uint64_t byte, const char *text) {
    struct icp__place where = ICP__NOWHERE;
    where.source = f->source;
    where.byte = (int64_t)byte;
    return icp__fail_at(f->err, code, &where, "%s", text);
}

static icp_status refuse_section(const struct file *f, icp_status code, uint64_t byte, const char *tag, const char *text) {
    struct icp__place where = ICP__NOWHERE;
    where.source = f->source;
    where.byte = (int64_t)byte;
    return icp__fail_at(f->err, code, &where, "section %s: %s", tag, text);
}

static uint64_t align8(uint64_t v) {
    return (v + 7) & ~UINT64_C(7);
}

/* What a file that is not ours may be; it only has to help a person who gave the wrong one. */
static const char *looks_like(const uint8_t *data, size_t size) {
    static const struct {
        const char *magic;
        size_t size;
        const char *name;
    } known[] = {{"\x1f\x8b", 2, "gzip"},  {"PK\3\4", 4, "zip or a spreadsheet"}, {"%PDF", 4, "PDF"}, {"SQLite format 3", 15, "SQLite"},
                 {"PAR1", 4, "Parquet"},   {"ARROW1", 6, "Arrow"},                {"\x28\xb5\x2f\xfd", 4, "zstd"}, {"\xd0\xcf\x11\xe0", 4, "an old spreadsheet"},
                 {"\xff\xfe", 2, "UTF-16 text"}, {"\xfe\xff", 2, "UTF-16 text"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (size >= known[i].size && !memcmp(data, known[i].magic, known[i].size))
            return known[i].name;
    size_t n = size < 4096 ? size : 4096, i = 0;
    bool separated = false;
    for (; i < n; i++) {
        if (data[i] < 32 && !icp__is_blank((char)data[i]))
            return "binary data";
        separated |= data[i] == ',' || data[i] == ';' || data[i] == '\t';
    }
    for (i = size >= 3 && !memcmp(data, "\xef\xbb\xbf", 3) ? 3 : 0; i < n && icp__is_blank((char)data[i]); i++)
        ;
    if (i == n)
        return "blank text";
    return data[i] == '{' || data[i] == '[' ? "JSON" : data[i] == '<' ? "HTML or XML" : separated ? "CSV" : "text";
}

static icp_status check_magic(const struct file *f, const char magic[8]) {
    const bool model = magic[3] == 'M';
    if (f->size >= 8 && !memcmp(f->data, magic, 8))
        return ICP_OK;
    if (!f->size)
        return refuse(f, ICP_E_FORMAT, 0, "the file is empty");
    if (f->size >= 8 && !memcmp(f->data, model ? ICP__MAGIC_REFERENCE : ICP__MAGIC_MODEL, 8))
        return refuse(f, ICP_E_FORMAT, 0, model ? "this is a reference, not a model" : "this is a model, not a reference");
    if (f->size >= 6 && (!memcmp(f->data, "ICPREF", 6) || !memcmp(f->data, "ICPMDL", 6)))
        return refuse(f, ICP_E_CHECKSUM, 6, "the file is damaged: wrong bytes in its first line");
    struct icp__place where = ICP__NOWHERE;
    where.source = f->source;
    where.byte = 0;
    return icp__fail_at(f->err, ICP_E_FORMAT, &where, "not a libicp file: looks like %s", looks_like(f->data, (size_t)f->size));
}

static icp_status check_version(const struct file *f, uint16_t major) {
    uint16_t theirs = icp__get16(f->data + 8);
    if (theirs == major)
        return ICP_OK;
    struct icp__place where = ICP__NOWHERE;
    where.source = f->source;
    where.byte = 8;
    return icp__fail_at(f->err, ICP_E_VERSION, &where, "format version %u; this library reads version %u", (unsigned)theirs, (unsigned)major);
}

static icp_status check_header(const struct file *f, const char magic[8], uint16_t major, uint32_t *count) {
    icp_status s = check_magic(f, magic);
    if (s)
        return s;
    if (f->size < SMALLEST)
        return refuse(f, ICP_E_CHECKSUM, f->size, "the file is cut short");
    if ((s = check_version(f, major)))
        return s;
    uint32_t n = icp__get32(f->data + 12);
    if (!n || n > ICP__SECTIONS_MAX)
        return refuse(f, ICP_E_CHECKSUM, 12, "the file is damaged: wrong number of sections");
    uint64_t said = icp__get64(f->data + 16);
    if (f->size < said)
        return refuse(f, ICP_E_CHECKSUM, f->size, "the file is cut short");
    if (f->size > said || said % 8 || said < HEADER + n * ENTRY + 8)
        return refuse(f, ICP_E_CHECKSUM, 16, "the file is damaged: wrong size");
    if (icp__hash(f->data, HEADER + n * ENTRY, 0) != icp__get64(f->data + said - 8))
        return refuse(f, ICP_E_CHECKSUM, said - 8, "the file is damaged: wrong checksum of the table");
    *count = n;
    return ICP_OK;
}

struct entry {
    uint64_t offset, stored, plain, sum;
};

static icp_status check_tag(const struct file *f, const uint8_t *at, const struct icp__container *k) {
    for (int i = 0; i < 4; i++)
        if (!((at[i] >= 'A' && at[i] <= 'Z') || (at[i] >= '0' && at[i] <= '9')))
            return refuse(f, ICP_E_FORMAT, (uint64_t)(at - f->data), "the tag of a section is not four capital letters or digits");
    for (uint32_t i = 0; i < k->count; i++)
        if (!memcmp(k->sections[i].tag, at, 4))
            return refuse_section(f, ICP_E_FORMAT, (uint64_t)(at - f->data), k->sections[i].tag, "comes twice");
    return ICP_OK;
}

static icp_status check_entry(const struct file *f, icp_context *c, const uint8_t *at, struct icp__section *section, struct entry *e, uint64_t from) {
    uint64_t place = (uint64_t)(at - f->data), end = f->size - 8;
    memcpy(section->tag, at, 4);
    section->tag[4] = 0;
    section->flags = icp__get32(at + 4);
    *e = (struct entry){icp__get64(at + 8), icp__get64(at + 16), icp__get64(at + 24), icp__get64(at + 32)};
    if (section->flags & ~(uint32_t)(ICP__SECTION_CRITICAL | ICP__SECTION_DEFLATED | ICP__SECTION_OUTSIDE_ID))
        return refuse_section(f, ICP_E_VERSION, place + 4, section->tag, "has flags that this library does not know");
    if (e->offset != from || e->offset > end || e->stored > end - e->offset)
        return refuse_section(f, ICP_E_FORMAT, place + 8, section->tag, "does not lie where it should");
    bool deflated = section->flags & ICP__SECTION_DEFLATED;
    if (deflated ? e->stored < 2 || e->plain / 1032 > e->stored || e->plain > 1032 * e->stored + 64 : e->plain != e->stored)
        return refuse_section(f, ICP_E_FORMAT, place + 24, section->tag, "says it is larger than its bytes can be");
    if (e->plain > c->options.max_memory || e->plain > SIZE_MAX - 16)
        return refuse_section(f, ICP_E_LIMIT, place + 24, section->tag, "is larger than the context's max_memory");
    section->size = e->plain;
    return ICP_OK;
}

static bool is_known(const char *const *known, const char *tag) {
    for (; *known; known++)
        if (!strcmp(*known, tag))
            return true;
    return false;
}

static icp_status check_table(const struct file *f, icp_context *c, uint32_t count, const char *const *known, struct icp__container *k,
                              struct entry *entries) {
    uint64_t from = HEADER + count * ENTRY, together = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *at = f->data + HEADER + i * ENTRY;
        struct icp__section *section = &k->sections[i];
        icp_status s = check_tag(f, at, k);
        if (s || (s = check_entry(f, c, at, section, &entries[i], from)))
            return s;
        together += section->flags & ICP__SECTION_DEFLATED ? section->size : 0;
        if (together > c->options.max_memory)
            return refuse_section(f, ICP_E_LIMIT, (uint64_t)(at - f->data), section->tag, "makes the file larger than the context's max_memory");
        if ((section->flags & ICP__SECTION_CRITICAL) && !is_known(known, section->tag))
            return refuse_section(f, ICP_E_VERSION, (uint64_t)(at - f->data), section->tag, "is needed and not known to this library");
        from = align8(entries[i].offset + entries[i].stored);
        k->count++;
    }
    return from == f->size - 8 ? ICP_OK : refuse(f, ICP_E_FORMAT, 16, "the sections do not fill the file");
}

static icp_status check_bytes(const struct file *f, const struct icp__container *k, const struct entry *entries) {
    for (uint32_t i = 0; i < k->count; i++) {
        uint64_t end = entries[i].offset + entries[i].stored;
        if (icp__hash(f->data + entries[i].offset, (size_t)entries[i].stored, 0) != entries[i].sum)
            return refuse_section(f, ICP_E_CHECKSUM, entries[i].offset, k->sections[i].tag, "the file is damaged: wrong checksum");
        for (uint64_t at = end; at < align8(end); at++)
            if (f->data[at])
                return refuse(f, ICP_E_CHECKSUM, at, "the file is damaged: a gap is not empty");
    }
    return ICP_OK;
}

static icp_status load_sections(const struct file *f, struct icp__container *k, const struct entry *entries) {
    for (uint32_t i = 0; i < k->count; i++) {
        struct icp__section *section = &k->sections[i];
        const uint8_t *stored = f->data + entries[i].offset;
        if (!(section->flags & ICP__SECTION_DEFLATED)) {
            section->data = stored;
            continue;
        }
        uint8_t *plain = icp__alloc(k->ctx, (size_t)section->size, 1);
        if (!plain)
            return icp__no_memory(f->err);
        section->data = plain;
        section->owned = true;
        icp_status s = icp__inflate(k->ctx, stored, (size_t)entries[i].stored, plain, (size_t)section->size, f->err);
        if (s == ICP_E_FORMAT)
            return refuse_section(f, s, entries[i].offset, section->tag, "does not inflate to the size it says");
        if (s)
            return s;
    }
    return ICP_OK;
}

icp_status icp__container_parse(icp_context *c, const uint8_t *data, size_t size, const char magic[8], uint16_t major,
                                const char *const *known, const char *source, struct icp__container *out, struct icp_error *err) {
    const struct file f = {data, size, source, err};
    struct entry entries[ICP__SECTIONS_MAX];
    struct icp__container k;
    uint32_t count = 0;
    icp_status s = check_header(&f, magic, major, &count);
    if (s)
        return s;
    memset(&k, 0, sizeof k);
    k.ctx = c;
    k.major = major;
    k.minor = icp__get16(data + 10);
    if ((s = check_table(&f, c, count, known, &k, entries)) || (s = check_bytes(&f, &k, entries)) || (s = load_sections(&f, &k, entries)))
        goto fail;
    icp__container_id(&k);
    if (memcmp(k.id, data + 24, sizeof k.id)) {
        s = refuse(&f, ICP_E_CHECKSUM, 24, "the file is damaged: its id does not belong to its content");
        goto fail;
    }
    *out = k;
    return ICP_OK;
fail:
    icp__container_free(&k);
    return s;
}

/* The rest of the file, but never more than its header says and one byte. */
static icp_status read_rest(struct icp__input *in, struct icp__bytes *file, struct icp_error *err) {
    uint64_t said = icp__get64(file->data + 16);
    for (size_t step = 1 << 16; file->size <= said; step = step < 1 << 24 ? 2 * step : step) {
        uint64_t left = said + 1 - file->size;
        size_t got, before = file->size, want = left < step ? (size_t)left : step;
        char *at = icp__bytes_room(file, want);
        if (!at)
            return icp__no_memory(err);
        icp_status s = icp__input_read(in, at, want, &got, err);
        file->size = before + (s ? 0 : got);
        if (s || got < want)
            return s;
    }
    return ICP_OK;
}

static icp_status read_file(icp_context *c, struct icp__input *in, const char magic[8], uint16_t major, struct icp__bytes *file, struct icp_error *err) {
    size_t got, want = 4096;
    char *at = icp__bytes_room(file, want);
    if (!at)
        return icp__no_memory(err);
    icp_status s = icp__input_read(in, at, want, &got, err);
    if (s)
        return s;
    file->size = got;
    const struct file f = {(const uint8_t *)file->data, got, icp__input_name(in), err};
    if ((s = check_magic(&f, magic)) || got < want)
        return s;
    if ((s = check_version(&f, major)))
        return s;
    if (icp__get64(file->data + 16) / (ICP__SECTIONS_MAX + 1) > c->options.max_memory)
        return refuse(&f, ICP_E_LIMIT, 16, "the file says it is larger than the context's max_memory allows");
    return read_rest(in, file, err);
}

icp_status icp__container_load(icp_context *c, struct icp_source *source, const char magic[8], uint16_t major,
                               const char *const *known, struct icp__bytes *file, struct icp__container *out, struct icp_error *err) {
    struct icp__input *in;
    struct icp__bytes bytes;
    icp_status s = icp__input_open(c, source, &in, err);
    if (s)
        return s;
    icp__bytes_init(&bytes, c);
    s = read_file(c, in, magic, major, &bytes, err);
    if (!s)
        s = icp__container_parse(c, (const uint8_t *)bytes.data, bytes.size, magic, major, known, icp__input_name(in), out, err);
    icp__input_free(in);
    if (s)
        icp__bytes_free(&bytes);
    else
        *file = bytes;
    return s;
}

const struct icp__section *icp__container_find(const struct icp__container *k, const char *tag) {
    for (uint32_t i = 0; i < k->count; i++)
        if (!strcmp(k->sections[i].tag, tag))
            return &k->sections[i];
    return NULL;
}

void icp__container_free(struct icp__container *k) {
    for (uint32_t i = 0; i < k->count; i++)
        if (k->sections[i].owned)
            icp__free(k->ctx, (void *)(uintptr_t)k->sections[i].data);
    memset(k, 0, sizeof *k);
}
