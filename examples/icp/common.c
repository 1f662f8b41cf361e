/* SPDX-License-Identifier: MIT */
/* Context, input, output, progress and errors of the command. */
#include "command.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct icp_error error_new(void) {
    return (struct icp_error){.struct_size = sizeof(struct icp_error), .row = -1, .line = -1, .column = -1, .byte = -1};
}

int refuse_text(const char *file, const char *text) {
    progress_end();
    fprintf(stderr, "icp: %s%s%s\n", file ? file : "", file ? ": " : "", text);
    return EXIT_REFUSED;
}

int refuse(const struct icp_error *e) {
    progress_end();
    fputs("icp: ", stderr);
    if (e->source[0])
        fputs(e->source, stderr);
    int64_t at = e->row > 0 ? e->row : e->line;
    if (at > 0)
        fprintf(stderr, ":%lld", (long long)at);
    if (at > 0 && e->column > 0)
        fprintf(stderr, ":%lld", (long long)e->column);
    if (e->source[0] || at > 0)
        fputs(": ", stderr);
    fputs(e->message, stderr);
    if (e->field[0] && !strstr(e->message, e->field))
        fprintf(stderr, " (column \"%s\")", e->field);
    fputc('\n', stderr);
    return EXIT_REFUSED;
}

icp_context *context_new(void) {
    icp_context *c = NULL;
    if (icp_context_new(NULL, &c, NULL))
        exit(refuse_text(NULL, "out of memory"));
    return c;
}

static void tell(void *user, int32_t level, int32_t code, const char *text, size_t size) {
    (void)user, (void)code;
    progress_end();
    fprintf(stderr, "%s: %.*s\n", level >= ICP_LOG_WARNING ? "warning" : "note", (int)size, text);
}

icp_context *context_telling(void) {
    struct icp_context_options o = {.struct_size = sizeof o, .log = tell};
    icp_context *c = NULL;
    if (icp_context_new(&o, &c, NULL))
        exit(refuse_text(NULL, "out of memory"));
    return c;
}

icp_pool *pool_of(icp_context *c, const struct options *o) {
    icp_pool *p = NULL;
    struct icp_error e = error_new();
    if (o->threads > 1 && icp_pool_new(c, (uint32_t)o->threads, &p, &e))
        exit(refuse(&e));
    return p;
}

/* Progress: one line on a terminal, rewritten. */
static const char *progress_what;
static bool progress_shown;
static uint64_t progress_last;

static int32_t progress_show(void *user, uint32_t stage, uint64_t done, uint64_t total) {
    (void)user;
    static const char *const stages[] = {"", "reading", "reading traits", "fitting", "calibrating"};
    const char *what = stage < 5 ? stages[stage] : "";
    bool bytes = stage == ICP_STAGE_READ;
    fprintf(stderr, "\r\033[K%s: %s ", progress_what, what);
    if (total)
        fprintf(stderr, "%d%%", (int)(100.0 * (double)(done < total ? done : total) / (double)total));
    else
        fprintf(stderr, "%llu%s", (unsigned long long)(bytes ? done >> 20 : done), bytes ? " MiB" : "");
    fflush(stderr);
    progress_shown = true;
    return 0;
}

const struct icp_progress *progress_of(const struct options *o, const char *what) {
    static const struct icp_progress p = {.struct_size = sizeof p, .fn = progress_show};
    progress_what = what;
    return o->quiet || !isatty(2) ? NULL : &p;
}

const struct icp_progress *progress_again(const struct options *o) {
    return progress_of(o, progress_what ? progress_what : "icp");
}

void progress_end(void) {
    if (progress_shown)
        fputs("\r\033[K", stderr);
    progress_shown = false;
}

static int64_t read_fd0(void *user, void *buf, size_t cap) {
    (void)user;
    ssize_t n;
    do
        n = read(0, buf, cap);
    while (n < 0 && errno == EINTR);
    return n;
}

/* A file source that tells how far it has come. */
struct counted {
    struct icp_source inner;
    const struct icp_progress *progress;
    uint64_t done;
};
static int64_t counted_read(void *user, void *buf, size_t cap) {
    struct counted *s = user;
    int64_t n = s->inner.read(s->inner.user, buf, cap);
    if (n > 0) {
        s->done += (uint64_t)n;
        if (s->done - progress_last >= 1 << 20 || s->done < progress_last) {
            progress_last = s->done;
            s->progress->fn(s->progress->user, ICP_STAGE_READ, s->done, s->inner.size_hint);
        }
    }
    return n;
}
static void counted_close(void *user) {
    struct counted *s = user;
    if (s->inner.close)
        s->inner.close(s->inner.user);
    free(s);
}

icp_status source_of(icp_context *c, const struct options *o, const char *path, struct icp_source *out, struct icp_error *e) {
    if (strcmp(path, "-") == 0) {
        *out = (struct icp_source){.struct_size = sizeof *out, .read = read_fd0, .name = "standard input"};
        return ICP_OK;
    }
    struct icp_source s = {.struct_size = sizeof s};
    icp_status status = icp_source_open_file(c, path, &s, e);
    if (status)
        return status;
    const struct icp_progress *p = progress_again(o);
    struct counted *wrap = p ? malloc(sizeof *wrap) : NULL;
    if (!wrap)
        return *out = s, ICP_OK;
    *wrap = (struct counted){s, p, 0};
    *out = (struct icp_source){sizeof *out, 0, wrap, counted_read, counted_close, s.name, s.size_hint};
    return ICP_OK;
}

static int64_t write_fd1(void *user, const void *buf, size_t n) {
    (void)user;
    ssize_t done;
    do
        done = write(1, buf, n);
    while (done < 0 && errno == EINTR);
    if (done < 0 && errno != EPIPE)
        refuse_text("standard output", errno == ENOSPC ? "no space left" : "cannot be written");
    return done;
}

icp_status sink_of(icp_context *c, const char *path, struct icp_sink *out, struct icp_error *e) {
    if (path && strcmp(path, "-") != 0)
        return icp_sink_open_file(c, path, out, e);
    *out = (struct icp_sink){.struct_size = sizeof *out, .write = write_fd1, .name = "standard output"};
    return ICP_OK;
}

icp_status model_of(icp_context *c, const char *path, icp_model **out, struct icp_error *e) {
    struct icp_source s = {.struct_size = sizeof s};
    icp_status status = icp_source_open_file(c, path, &s, e);
    return status ? status : icp_model_load(c, &s, out, e);
}

int32_t find_column(const icp_batch *b, const char *name, size_t size) {
    for (uint32_t i = 0; i < icp_batch_columns(b); i++) {
        struct icp_str n = icp_batch_name(b, i);
        if (n.size == size && memcmp(n.data, name, size) == 0)
            return (int32_t)i;
    }
    return -1;
}
