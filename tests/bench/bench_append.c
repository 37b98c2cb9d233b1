/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times a durable record beside a bare write + fdatasync of as many bytes, by turns in one folder:
 * bench_append FOLDER [RECORDS] */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/file.h"
#include "lib/text.h"
#include "store/ledger.h"

#define RECORDS 1000u
#define RECORDS_MAX 100000u

typedef enum Way { WAY_BARE, WAY_RECORD, WAY_HEAD, WAY_MAX_ } Way;

static const char *const names[WAY_MAX_] = {
        "write + fdatasync of as many bytes",
        "ledger: a sealed record",
        "ledger: a sealed record and its signed head",
};

typedef struct Bench {
        Ledger *ledger;
        Heads *heads;
        int raw_fd;
        json_object *fields;
        char line[512];
} Bench;

static void check(int r, const char *what)
{
        if (r >= 0)
                return;
        fprintf(stderr, "bench_append: %s: %s\n", what, strerror(-r));
        exit(1);
}

/* A block, as the daemon records it. */
static json_object *make_fields(void)
{
        static const char *const texts[][2] = {
                {"verdict", "block"},        {"effect", "block"},       {"reason", "zone-mismatch"},
                {"severity", "critical"},    {"vid", "0951"},           {"pid", "1666"},
                {"serial", "60A44C413FAA"},  {"media_number", "A-042"}, {"drive_zone", "internet"},
                {"host_zone", "internal"},   {"mode", "enforce"},       {"sysname", "1-2"},
                {"scsi_vendor", "Kingston"}, {"rule", "internal"},
        };
        json_object *o = json_object_new_object();

        for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
                json_object_object_add(o, texts[i][0], json_object_new_string(texts[i][1]));
        return o;
}

static void do_one(Bench *b, Way way)
{
        Head head = {.kind = HEAD_VIOLATION};

        if (way == WAY_BARE) {
                check(file_write_full(b->raw_fd, b->line, sizeof(b->line)), "write");
                check(fdatasync(b->raw_fd) < 0 ? -errno : 0, "fdatasync");
                return;
        }
        check(ledger_append(b->ledger, "verdict", b->fields), "append");
        if (way == WAY_RECORD)
                return;
        ledger_head(b->ledger, &head.chain);
        (void)snprintf(head.host, sizeof(head.host), "%032d", 1);
        text_time_format_us(clock_us(CLOCK_REALTIME), head.time);
        check(heads_append(b->heads, &head, NULL), "head");
}

static int compare(const void *a, const void *b)
{
        const uint64_t *x = a, *y = b;

        return (*x > *y) - (*x < *y);
}

int main(int argc, char **argv)
{
        int dir = argc > 1 ? file_open_dir(AT_FDCWD, argv[1]) : -EINVAL;
        uint64_t n = RECORDS, bare = 1, *times[WAY_MAX_];
        Bench b = {.fields = make_fields()};

        if (dir < 0 || (argc > 2 && (text_u64(argv[2], RECORDS_MAX, &n) < 0 || n < 2))) {
                fprintf(stderr, "usage: bench_append FOLDER [RECORDS]\n");
                return 2;
        }
        memset(b.line, 'x', sizeof(b.line));
        b.raw_fd = openat(dir, "bare", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
        check(b.raw_fd < 0 ? -errno : 0, "bare");
        check(ledger_open(dir, "00000000000000000000000000000001", &b.ledger), "ledger_open");
        check(ledger_heads(b.ledger, &b.heads), "heads");
        for (Way w = 0; w < WAY_MAX_; w++)
                times[w] = calloc(n, sizeof(uint64_t));
        for (uint64_t i = 0; i < n; i++)
                for (Way w = 0; w < WAY_MAX_; w++) {
                        uint64_t start = clock_us(CLOCK_MONOTONIC);

                        do_one(&b, w);
                        times[w][i] = clock_us(CLOCK_MONOTONIC) - start;
                }
        for (Way w = 0; w < WAY_MAX_; w++) {
                qsort(times[w], n, sizeof(uint64_t), compare);
                if (w == WAY_BARE)
                        bare = MAX(times[w][n / 2], 1u);
                printf("%-44s median %6.3f ms  99%% %7.3f ms  %.2f times the bare write\n",
                       names[w], (double)times[w][n / 2] / 1000,
                       (double)times[w][n * 99 / 100] / 1000,
                       (double)times[w][n / 2] / (double)bare);
                free(times[w]);
        }
        ledger_close(b.ledger);
        json_object_put(b.fields);
        return 0;
}
