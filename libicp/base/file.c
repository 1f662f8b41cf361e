/* SPDX-License-Identifier: MIT */
/* Files as sources and sinks; the only file that knows POSIX files. */
#include "base/file.h"
#include "base/bytes.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h> /* rename() lives there */
#include <sys/stat.h>
#include <unistd.h>

#define SINK_BUFFER 65536u
#define LINKS_MOST 40
#define NAMES_MOST 10000u

/* Short, without locale and the same on every system. */
static const char *problem_text(int e) {
    switch (e) {
    case ENOENT: return "no such file or directory";
    case EACCES: return "permission denied";
    case EPERM: return "operation not permitted";
    case EISDIR: return "is a directory";
    case ENOTDIR: return "a part of the path is not a directory";
    case ENOSPC: return "no space left on the device";
    case EDQUOT: return "disk quota exceeded";
    case EFBIG: return "the file would become too large";
    case EROFS: return "the file system is read-only";
    case ENAMETOOLONG: return "the path is too long";
    case ELOOP: return "too many symbolic links";
    case EMFILE: return "this process has too many open files";
    case ENFILE: return "the system has too many open files";
    case EIO: return "input/output error of the device";
    case EPIPE: return "the other end of the pipe is closed";
    case ETXTBSY: return "the file is being executed";
    case EBUSY: return "the file is busy";
    case ENXIO: return "no such device, or nobody reads the pipe";
    case EEXIST: return "no unused name for a temporary file in this directory";
    case ENOMEM: return "out of memory";
    case EXDEV: return "the target lies on another file system";
    default: return NULL;
    }
}

static icp_status fail_errno(struct icp_error *err, const char *path, int e) {
    struct icp__place where = ICP__NOWHERE;
    where.source = path;
    const char *text = problem_text(e);
    return text ? icp__fail_at(err, ICP_E_IO, &where, "%s", text)
                : icp__fail_at(err, ICP_E_IO, &where, "system error %d", e);
}

static icp_status check_path(icp_context *c, const char *path, const void *out, struct icp_error *err) {
    if (!c || !path || !out)
        return icp__fail(err, ICP_E_ARGUMENT, "%s is NULL", !c ? "the context" : !path ? "path" : "out");
    return *path ? ICP_OK : icp__fail(err, ICP_E_ARGUMENT, "path is empty");
}

static char *copy_text(icp_context *c, const char *s, size_t n) {
    char *p = icp__alloc(c, n + 1, 1);
    if (!p)
        return NULL;
    memcpy(p, s, n);
    p[n] = 0;
    return p;
}

/* Sources. */

struct source {
    icp_context *ctx;
    char *path;
    int fd;
    int problem; /* errno of the read that failed */
};

static int64_t source_read(void *user, void *buf, size_t cap) {
    struct source *f = user;
    size_t most = (size_t)1 << 30;
    for (;;) {
        ssize_t n = read(f->fd, buf, cap < most ? cap : most);
        if (n >= 0)
            return n;
        if (errno != EINTR) {
            f->problem = errno;
            return -1;
        }
    }
}

static void source_close(void *user) {
    struct source *f = user;
    icp_context *c = f->ctx;
    (void)close(f->fd);
    icp__free(c, f->path);
    icp__free(c, f);
    icp_context_unref(c);
}

const char *icp__file_read_problem(const struct icp_source *s) {
    if (s->read != source_read)
        return NULL;
    const char *text = problem_text(((struct source *)s->user)->problem);
    return text ? text : "the file cannot be read";
}

static int open_retry(const char *path, int flags, mode_t mode) {
    int fd;
    do
        fd = open(path, flags | O_CLOEXEC | O_NOCTTY, mode);
    while (fd < 0 && errno == EINTR);
    return fd;
}

icp_status icp_source_open_file(icp_context *c, const char *path, struct icp_source *out, struct icp_error *err) {
    icp_status s = check_path(c, path, out, err);
    if (s)
        return s;
    struct stat st;
    int fd = open_retry(path, O_RDONLY, 0);
    if (fd < 0)
        return fail_errno(err, path, errno);
    if (fstat(fd, &st) < 0 || S_ISDIR(st.st_mode)) {
        s = fail_errno(err, path, S_ISDIR(st.st_mode) ? EISDIR : errno);
        (void)close(fd);
        return s;
    }
    struct source *f = icp__calloc(c, 1, sizeof *f);
    char *name = copy_text(c, path, strlen(path));
    if (!f || !name) {
        icp__free(c, f);
        icp__free(c, name);
        (void)close(fd);
        return icp__no_memory(err);
    }
    *f = (struct source){icp_context_ref(c), name, fd, 0};
    *out = (struct icp_source){
        .struct_size = sizeof *out, .user = f, .read = source_read, .close = source_close, .name = name};
    if (S_ISREG(st.st_mode) && st.st_size > 0)
        out->size_hint = (uint64_t)st.st_size;
    return ICP_OK;
}

/* Sinks. */

struct sink {
    icp_context *ctx;
    char *path;      /* as given, for messages */
    char *target;    /* links resolved; NULL = written in place */
    char *temporary; /* exists as long as it is not NULL */
    int fd;
    int problem; /* errno of what failed; the first one stays */
    size_t used;
    char buffer[SINK_BUFFER];
};

static void sink_release(struct sink *f) {
    icp_context *c = f->ctx;
    if (f->fd >= 0)
        (void)close(f->fd);
    if (f->temporary)
        (void)unlink(f->temporary);
    icp__free(c, f->temporary);
    icp__free(c, f->target);
    icp__free(c, f->path);
    icp__free(c, f);
    icp_context_unref(c);
}

/* A closed pipe or a file at its limit must be an error, not the death of the host: the signals are held back while we
 * write, and taken away if they were ours. */
static ssize_t write_quietly(int fd, const void *data, size_t n) {
    sigset_t held, before, pending, ours;
    struct timespec now = {0, 0};
    sigemptyset(&held);
    sigaddset(&held, SIGPIPE);
    sigaddset(&held, SIGXFSZ);
    sigemptyset(&pending);
    (void)sigpending(&pending);
    if (pthread_sigmask(SIG_BLOCK, &held, &before))
        return write(fd, data, n);
    ssize_t done = write(fd, data, n);
    int e = errno, signal = done >= 0 ? 0 : e == EPIPE ? SIGPIPE : e == EFBIG ? SIGXFSZ : 0;
    if (signal && sigismember(&pending, signal) != 1) {
        sigemptyset(&ours);
        sigaddset(&ours, signal);
        while (sigtimedwait(&ours, NULL, &now) < 0 && errno == EINTR) {
        }
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = e;
    return done;
}

static bool write_all(struct sink *f, const char *data, size_t n) {
    while (n && !f->problem) {
        size_t most = (size_t)1 << 30;
        ssize_t done = write_quietly(f->fd, data, n < most ? n : most);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0) {
            f->problem = done < 0 ? errno : EIO;
            break;
        }
        data += done;
        n -= (size_t)done;
    }
    return !f->problem;
}

static bool flush(struct sink *f) {
    size_t n = f->used;
    f->used = 0;
    return write_all(f, f->buffer, n);
}

static int64_t sink_write(void *user, const void *data, size_t n) {
    struct sink *f = user;
    if (f->problem || (n > SINK_BUFFER - f->used && !flush(f)))
        return -1;
    if (n >= SINK_BUFFER)
        return write_all(f, data, n) ? (int64_t)n : -1;
    memcpy(f->buffer + f->used, data, n);
    f->used += n;
    return (int64_t)n;
}

static void sink_abort(void *user) { sink_release(user); }

/* Some file systems and all pipes cannot sync; that is no loss we could prevent. */
static bool synced(int fd) {
    return !fsync(fd) || errno == EINVAL || errno == ENOTSUP || errno == ENOSYS || errno == EROFS;
}

static size_t folder_size(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

static bool sync_folder(struct sink *f) {
    size_t n = folder_size(f->target);
    /* The temporary file's name is no longer needed and long enough for its folder. */
    memcpy(f->temporary, n ? f->target : "./", n ? n : 2);
    f->temporary[n ? n : 2] = 0;
    int fd = open_retry(f->temporary, O_RDONLY | O_DIRECTORY, 0);
    icp__free(f->ctx, f->temporary);
    f->temporary = NULL;
    if (fd < 0)
        return true; /* a folder may allow writing and not reading */
    bool done = synced(fd);
    if (!done)
        f->problem = errno;
    (void)close(fd);
    return done;
}

static bool finish(struct sink *f) {
    if (f->problem || !flush(f))
        return false;
    if (f->target && !synced(f->fd))
        f->problem = errno;
    int fd = f->fd;
    f->fd = -1;
    if (close(fd) < 0 && errno != EINTR && !f->problem)
        f->problem = errno;
    if (f->problem || !f->target)
        return !f->problem;
    if (rename(f->temporary, f->target) < 0) {
        f->problem = errno;
        return false;
    }
    return sync_folder(f);
}

static int32_t sink_commit(void *user) {
    struct sink *f = user;
    bool done = finish(f);
    sink_release(f);
    return done ? 0 : -1;
}

bool icp__file_commit(const struct icp_sink *s, icp_status *status, struct icp_error *err) {
    if (s->commit != sink_commit)
        return false;
    struct sink *f = s->user;
    *status = finish(f) ? ICP_OK : fail_errno(err, f->path, f->problem);
    sink_release(f);
    return true;
}

const char *icp__file_write_problem(const struct icp_sink *s) {
    if (s->write != sink_write)
        return NULL;
    const char *text = problem_text(((struct sink *)s->user)->problem);
    return text ? text : "the file cannot be written";
}

/* One step of a symbolic link: `path` becomes what it points to. errno on failure, 0 done. */
static int follow_link(icp_context *c, char **path, size_t size) {
    size_t folder = folder_size(*path), cap = size + 1;
    for (;;) {
        char *to = icp__alloc(c, folder + cap + 1, 1);
        if (!to)
            return ENOMEM;
        ssize_t n = readlink(*path, to + folder, cap);
        if (n < 0 || (size_t)n >= cap) {
            int e = errno;
            icp__free(c, to);
            if (n < 0)
                return e;
            cap *= 2; /* the link grew, or /proc told no size */
            continue;
        }
        to[folder + (size_t)n] = 0;
        if (to[folder] == '/')
            memmove(to, to + folder, (size_t)n + 1);
        else
            memcpy(to, *path, folder);
        icp__free(c, *path);
        *path = to;
        return 0;
    }
}

/* Resolves the links at the end of f->target. *st = what is there now, st_mode 0 = nothing. */
static int resolve(struct sink *f, struct stat *st) {
    for (int i = 0; i < LINKS_MOST; i++) {
        if (lstat(f->target, st) < 0) {
            st->st_mode = 0;
            return errno == ENOENT ? 0 : errno;
        }
        if (!S_ISLNK(st->st_mode))
            return 0;
        int e = follow_link(f->ctx, &f->target, st->st_size > 0 ? (size_t)st->st_size : 128);
        if (e)
            return e;
    }
    return ELOOP;
}

/* The name is made from the process id and a counter: no clock, no shared state, and O_EXCL decides. */
static int open_temporary(struct sink *f, const struct stat *old) {
    size_t folder = folder_size(f->target);
    f->temporary = icp__alloc(f->ctx, folder + 64, 1);
    if (!f->temporary)
        return ENOMEM;
    memcpy(f->temporary, f->target, folder);
    for (uint32_t i = 0; i < NAMES_MOST; i++) {
        struct icp__bytes name;
        icp__bytes_init(&name, f->ctx);
        icp__bytes_print(&name, ".icp-%lld-%u.tmp", (long long)getpid(), (unsigned)i);
        if (name.failed) {
            errno = ENOMEM;
            break;
        }
        memcpy(f->temporary + folder, name.data, name.size + 1);
        icp__bytes_free(&name);
        /* A file that replaces a private one must not be open to others for a moment either. */
        f->fd = open_retry(f->temporary, O_WRONLY | O_CREAT | O_EXCL, old->st_mode ? 0600 : 0666);
        if (f->fd >= 0)
            return 0;
        if (errno != EEXIST)
            break;
    }
    int e = errno;
    icp__free(f->ctx, f->temporary);
    f->temporary = NULL;
    return e;
}

static int open_beside(struct sink *f, const struct stat *old) {
    if (old->st_mode && faccessat(AT_FDCWD, f->target, W_OK, AT_EACCESS) < 0)
        return errno;
    int e = open_temporary(f, old);
    if (e || !old->st_mode)
        return e;
    /* Only a privileged process can keep the owner; for all others it is already the right one. */
    bool foreign = old->st_uid != geteuid() || old->st_gid != getegid();
    if (foreign && fchown(f->fd, old->st_uid, old->st_gid) < 0 && errno != EPERM)
        return errno;
    return fchmod(f->fd, old->st_mode & 0777) < 0 ? errno : 0;
}

static int open_in_place(struct sink *f) {
    icp__free(f->ctx, f->target);
    f->target = NULL;
    /* Pipes and devices have nothing to truncate; a regular file that is reached this way does. */
    f->fd = open_retry(f->path, O_WRONLY | O_TRUNC, 0);
    return f->fd < 0 ? errno : 0;
}

static int open_sink(struct sink *f) {
    struct stat given, found;
    bool there = stat(f->path, &given) == 0;
    if (!there && errno != ENOENT)
        return errno;
    if (there && S_ISDIR(given.st_mode))
        return EISDIR;
    if (there && !S_ISREG(given.st_mode))
        return open_in_place(f);
    int e = resolve(f, &found);
    if (e)
        return e;
    /* Names such as /dev/fd/3 are links that lead elsewhere than their text says. */
    if (there && (!found.st_mode || found.st_dev != given.st_dev || found.st_ino != given.st_ino))
        return open_in_place(f);
    return open_beside(f, &found);
}

icp_status icp_sink_open_file(icp_context *c, const char *path, struct icp_sink *out, struct icp_error *err) {
    icp_status s = check_path(c, path, out, err);
    if (s)
        return s;
    struct sink *f = icp__alloc(c, 1, sizeof *f);
    if (!f)
        return icp__no_memory(err);
    memset(f, 0, offsetof(struct sink, buffer));
    f->ctx = icp_context_ref(c);
    f->fd = -1;
    f->path = copy_text(c, path, strlen(path));
    f->target = copy_text(c, path, strlen(path));
    int e = f->path && f->target ? open_sink(f) : ENOMEM;
    if (e) {
        s = e == ENOMEM ? icp__no_memory(err) : fail_errno(err, path, e);
        sink_release(f);
        return s;
    }
    *out = (struct icp_sink){.struct_size = sizeof *out, .user = f, .write = sink_write, .commit = sink_commit,
                             .abort = sink_abort, .name = f->path};
    return ICP_OK;
}

/* Folders. */

enum icp__path_kind icp__path_kind(const char *path) {
    struct stat st;
    if (stat(path, &st) < 0)
        return ICP__PATH_NONE;
    return S_ISDIR(st.st_mode) ? ICP__PATH_FOLDER : ICP__PATH_FILE;
}

static void sift_name(struct icp_str *v, size_t at, size_t n) {
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && icp__str_compare(v[child + 1], v[child]) > 0)
            child++;
        if (icp__str_compare(v[at], v[child]) >= 0)
            return;
        const struct icp_str t = v[at];
        v[at] = v[child], v[child] = t;
    }
}

static void sort_names(struct icp_str *v, size_t n) {
    for (size_t i = n / 2; i-- > 0;)
        sift_name(v, i, n);
    for (size_t i = n; i-- > 1;) {
        const struct icp_str t = v[0];
        v[0] = v[i], v[i] = t;
        sift_name(v, 0, i);
    }
}

static bool is_folder_at(int fd, const char *name) {
    struct stat st;
    return fstatat(fd, name, &st, 0) == 0 && S_ISDIR(st.st_mode);
}

icp_status icp__folder_list(struct icp__arena *a, const char *path, struct icp_str **names, uint32_t *count, struct icp_error *err) {
    DIR *dir = opendir(path);
    struct icp_str *list = NULL;
    size_t n = 0, cap = 0;
    icp_status s = ICP_OK;
    if (!dir)
        return fail_errno(err, path, errno);
    while (!s) {
        errno = 0;
        const struct dirent *e = readdir(dir);
        if (!e) {
            if (errno)
                s = fail_errno(err, path, errno);
            break;
        }
        if (is_folder_at(dirfd(dir), e->d_name))
            continue;
        const size_t size = strlen(e->d_name);
        char *name = icp__arena_copy(a, e->d_name, size);
        if (!name || n >= UINT32_MAX || !icp__grow(a->ctx, &list, &cap, n + 1, sizeof *list))
            s = icp__no_memory(err);
        else
            list[n++] = (struct icp_str){name, size};
    }
    (void)closedir(dir);
    struct icp_str *kept = s ? NULL : icp__arena_alloc(a, n, sizeof *kept);
    if (!s && !kept)
        s = icp__no_memory(err);
    if (!s) {
        sort_names(list, n);
        if (n)
            memcpy(kept, list, n * sizeof *kept);
        *names = kept;
        *count = (uint32_t)n;
    }
    icp__free(a->ctx, list);
    return s;
}
