/* Where a program meets the disk and the clock -> a card that stalls, a clock that was never set. For LD_PRELOAD.
 *
 * SHIM_STALL: while the file of this name exists, whoever syncs or writes a file whose name contains "spool" waits;
 *             that somebody waits is said by a file of the same name with ".waiting" behind it.
 * SHIM_1970:  when set, the wall clock began at 1970 when the machine booted.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static void stall(int fd)
{
    const char *trigger = getenv("SHIM_STALL");
    char link[64], name[4096], waiting[4096];
    ssize_t size;

    if (trigger == NULL || access(trigger, F_OK) != 0)
        return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    size = readlink(link, name, sizeof name - 1);
    if (size < 0)
        return;
    name[size] = 0;
    if (strstr(name, "spool") == NULL)
        return;
    snprintf(waiting, sizeof waiting, "%s.waiting", trigger);
    close(open(waiting, O_CREAT | O_WRONLY, 0600));
    while (access(trigger, F_OK) == 0)
        usleep(10000);
}

#define REAL(name) static __typeof__(name) *real; if (real == NULL) real = dlsym(RTLD_NEXT, #name)

int fdatasync(int fd) { REAL(fdatasync); stall(fd); return real(fd); }
int fsync(int fd) { REAL(fsync); stall(fd); return real(fd); }

int clock_gettime(clockid_t id, struct timespec *at)
{
    REAL(clock_gettime);
    return real(id == CLOCK_REALTIME && getenv("SHIM_1970") ? CLOCK_BOOTTIME : id, at);
}

time_t time(time_t *at)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at != NULL)
        *at = now.tv_sec;
    return now.tv_sec;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone)
{
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return 0;
}
