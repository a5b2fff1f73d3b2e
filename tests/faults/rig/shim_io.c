/* Where a store meets the disk -> the k-th call of a kind fails, once or from then on. For LD_PRELOAD.
 *
 * Only files whose name contains "spool" count. Armed by io_arm(), or by the environment before the first call:
 * IO_KIND (0 write, 1 sync, 2 truncate), IO_AT (counted from 1), IO_ERROR (an errno; -1: half is written, and said so;
 * -2: half is written, and the process is gone), IO_STICKY (1: and every later call, too).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WRITE, SYNC, TRUNCATE, KINDS };
enum { SHORT = -1, TORN = -2 };

static int kind = -1, at, error, sticky, log_unsynced;
static int counted[KINDS];

void io_arm(int kind_, int at_, int error_, int sticky_)
{
    kind = kind_, at = at_, error = error_, sticky = sticky_, log_unsynced = 0;
    memset(counted, 0, sizeof counted);
}

int io_counted(int kind_) { return counted[kind_]; }

/* Whether a sync of the log that somebody waits for has failed: SQLite's own calls are fsync, the store's is fdatasync. A log that
 * is kept for another opening has another name, and nobody's promise hangs on it. */
int io_log_unsynced(void) { return log_unsynced; }

__attribute__((constructor)) static void from_environment(void)
{
    if (getenv("IO_KIND") != NULL)
        io_arm(atoi(getenv("IO_KIND")), atoi(getenv("IO_AT")), atoi(getenv("IO_ERROR")), atoi(getenv("IO_STICKY")));
}

static char name[4096]; /* of the file that the latest call was about: these lives have one thread that writes */

static int fails(int fd, int kind_)
{
    char link[64];
    ssize_t size;

    if (kind < 0)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    size = readlink(link, name, sizeof name - 1);
    if (size < 0)
        return 0;
    name[size] = 0;
    if (strstr(name, "spool") == NULL)
        return 0;
    counted[kind_]++;
    return kind_ == kind && (sticky ? counted[kind_] >= at : counted[kind_] == at);
}

#define REAL(name) static __typeof__(name) *real; if (real == NULL) real = dlsym(RTLD_NEXT, #name)

#define FAIL(call_half)                     \
    do {                                    \
        if (error > 0) {                    \
            errno = error;                  \
            return -1;                      \
        }                                   \
        ssize_t half = call_half;           \
        if (error == TORN)                  \
            _exit(137);                     \
        return half;                        \
    } while (0)

ssize_t write(int fd, const void *data, size_t size)
{
    REAL(write);
    if (fails(fd, WRITE))
        FAIL(real(fd, data, (size + 1) / 2));
    return real(fd, data, size);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t where)
{
    REAL(pwrite);
    if (fails(fd, WRITE))
        FAIL(real(fd, data, (size + 1) / 2, where));
    return real(fd, data, size, where);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t where)
{
    REAL(pwrite64);
    if (fails(fd, WRITE))
        FAIL(real(fd, data, (size + 1) / 2, where));
    return real(fd, data, size, where);
}

int fsync(int fd)
{
    REAL(fsync);
    if (fails(fd, SYNC))
        FAIL(0);
    return real(fd);
}

int fdatasync(int fd)
{
    REAL(fdatasync);
    if (fails(fd, SYNC)) {
        log_unsynced |= strstr(name, "-wal") != NULL;
        FAIL(0);
    }
    return real(fd);
}

int ftruncate(int fd, off_t size)
{
    REAL(ftruncate);
    if (fails(fd, TRUNCATE))
        FAIL(0);
    return real(fd, size);
}

int ftruncate64(int fd, off64_t size)
{
    REAL(ftruncate64);
    if (fails(fd, TRUNCATE))
        FAIL(0);
    return real(fd, size);
}
