/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads what is in force as the daemon does at a reload, and tells the time and the memory of it.
 * Argument: the folder of the files. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store/trust.h"

#define ROUNDS 5u

static double seconds(void)
{
        struct timespec t;

        (void)clock_gettime(CLOCK_MONOTONIC, &t);
        return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* KiB resident now: the second number in statm of proc(5), in pages. */
static long resident(void)
{
        FILE *f = fopen("/proc/self/statm", "re");
        long pages = 0;

        if (!f || fscanf(f, "%*d %ld", &pages) != 1)
                perror("bench_trust: /proc/self/statm");
        if (f)
                (void)fclose(f);
        return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

int main(int argc, char **argv)
{
        int dirfd = argc == 2 ? open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
        double best = 1e9, start;
        long before = resident();

        if (dirfd < 0) {
                fprintf(stderr, "usage: bench_trust FOLDER\n");
                return 2;
        }
        for (size_t i = 0; i < ROUNDS; i++) {
                Trust *t = NULL;

                start = seconds();
                if (trust_load(dirfd, time(NULL), (TrustFloor){0}, &t) < 0 ||
                    t->snapshot.status != REASON_OK) {
                        fprintf(stderr, "bench_trust: %s\n", t ? t->message : "no memory");
                        return 1;
                }
                best = MIN(best, seconds() - start);
                if (i == 0)
                        printf("grown %ld\n", resident() - before);
                t = trust_free(t);
        }
        printf("seconds %.6f\n", best);
        (void)close(dirfd);
        return 0;
}
