/* SPDX-License-Identifier: MIT */
/* The file form of references and models: header, table of sections, sections, trailer (doc/format.md). */
#pragma once
#include "base/hash.h"
#include "base/io.h"

#define ICP__SECTIONS_MAX 64
enum { ICP__SECTION_CRITICAL = 1u, ICP__SECTION_DEFLATED = 2u, ICP__SECTION_OUTSIDE_ID = 4u };

struct icp__section {
    char tag[5]; /* NUL-terminated */
    uint32_t flags;
    const uint8_t *data; /* plain bytes */
    uint64_t size;
    bool owned; /* data was allocated on load (inflated) */
};
struct icp__container {
    icp_context *ctx;
    uint16_t major, minor;
    uint32_t count;
    struct icp__section sections[ICP__SECTIONS_MAX];
    bool id_known;  /* id was computed and no section changed since: writing need not do it again */
    uint8_t id[32]; /* SHA-256 over tag, plain size and plain bytes of every section inside the id, in table order */
};
/* Parses a file in memory; sections point into it (borrowed: it must outlive the container) unless deflated. Every size is
 * checked before anything is allocated. `known` = tags this reader knows, NULL-terminated; an unknown critical section or
 * another major = ICP_E_VERSION; wrong magic = ICP_E_FORMAT naming what the file is (a model given as a reference ...). */
icp_status icp__container_parse(icp_context *c, const uint8_t *data, size_t size, const char magic[8], uint16_t major,
                                const char *const *known, const char *source, struct icp__container *out, struct icp_error *err);
/* Reads a whole file into *file, which the caller frees after the container, and parses it. Takes the source over, on failure
 * too. A file that is none of ours is refused after its first bytes. On failure nothing is left to free. */
icp_status icp__container_load(icp_context *c, struct icp_source *s, const char magic[8], uint16_t major,
                               const char *const *known, struct icp__bytes *file, struct icp__container *out, struct icp_error *err);
const struct icp__section *icp__container_find(const struct icp__container *k, const char *tag); /* NULL = absent */
/* Appends a section; false = there is no room. */
bool icp__container_add(struct icp__container *k, const char *tag, uint32_t flags, const void *data, uint64_t size);
void icp__container_id(struct icp__container *k); /* computes id from the sections */
/* Serialises in table order; sets id. Sections with ICP__SECTION_DEFLATED are compressed here. Takes the sink over: commits it,
 * or aborts it on failure. */
icp_status icp__container_write(struct icp__container *k, const char magic[8], struct icp_sink *s, struct icp_error *err);
void icp__container_free(struct icp__container *k); /* frees owned section data only */

#define ICP__MAGIC_REFERENCE "ICPREF\0\1"
#define ICP__MAGIC_MODEL "ICPMDL\0\1"
