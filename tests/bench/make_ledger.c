/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes a large ledger as the daemon would have: make_ledger STATE-FOLDER RECORDS HOST-NUMBER
 * [ALGORITHM [EVERY [mixed]]].
 * Each EVERY records one is a violation (64; 0: none); heads are signed there and every 256. Mixed:
 * zones, names in Chinese, here and there a text with a backslash, and each second violation is
 * acknowledged. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "lib/names.h"
#include "store/heads.h"
#include "store/segment.h"

#define SEGMENT_MAX (16u << 20)
#define T_FIRST 1767225600 /* 2026-01-01 */
#define STEP 25            /* seconds between two records */
#define DRIVES_PER_HOST 20u
#define VIOLATION_EVERY 64u
#define HEAD_EVERY 256u

typedef struct Making {
        unsigned host;
        uint64_t every; /* a violation each so many records; 0: none */
        char host_id[33];
        bool mixed;
        int dir;
        FILE *segment;
        size_t size;
        Heads *heads;
        Chain chain;
} Making;

static void die(const char *what)
{
        perror(what);
        exit(1);
}

/* Records that are not like the others: true, and the part that follows "host". */
static bool format_acknowledged(const Making *m, uint64_t seq, char *ret, size_t size)
{
        if (!m->mixed || !m->every || seq < 2 * m->every || seq % (2 * m->every) != 0)
                return false;
        (void)snprintf(ret, size,
                       "\"kind\":\"acknowledged\",\"record\":%" PRIu64 ",\"text\":\"看过了\","
                       "\"who\":\"李雷 (uid 1000)\"",
                       seq - m->every - 1);
        return true;
}

static void format_more(const Making *m, uint64_t seq, bool violation, char *ret, size_t size)
{
        *ret = '\0';
        if (m->mixed)
                (void)snprintf(ret, size,
                               ",\"drive_zone\":\"%s\",\"unit\":\"第三研究所\",\"holder\":\"王芳\","
                               "\"scsi_product\":\"%s\"",
                               violation ? "internet" : "internal",
                               seq % 16 == 0 ? "DISK \\\\xff" : "DISK");
}

static void format_body(const Making *m, uint64_t seq, bool violation, char *ret, size_t size)
{
        unsigned drive = m->host * DRIVES_PER_HOST + (unsigned)(seq % DRIVES_PER_HOST);
        char time[TEXT_TIME_MAX], key[2 * KEY_PUBLIC_MAX + 1], more[256];

        text_time_format_us(((uint64_t)T_FIRST + seq * STEP) * 1000000 + seq % 1000000, time);
        text_hex(heads_key(m->heads)->raw, heads_key(m->heads)->raw_size, key);
        format_more(m, seq, violation, more, sizeof(more));
        if (seq == 1)
                (void)snprintf(ret, size,
                               "{\"seq\":1,\"time\":\"%s\",\"boot\":\"%032d\",\"mono\":1,"
                               "\"host\":\"%s\",\"kind\":\"start\",\"ledger_key\":\"%s\"",
                               time, 0, m->host_id, key);
        else if (format_acknowledged(m, seq, more, sizeof(more)))
                (void)snprintf(ret, size,
                               "{\"seq\":%" PRIu64
                               ",\"time\":\"%s\",\"boot\":\"%032d\",\"mono\":%" PRIu64
                               ",\"host\":\"%s\",%s",
                               seq, time, 0, seq * STEP * 1000000, m->host_id, more);
        else
                (void)snprintf(
                        ret, size,
                        "{\"seq\":%" PRIu64 ",\"time\":\"%s\",\"boot\":\"%032d\",\"mono\":%" PRIu64
                        ",\"host\":\"%s\",\"kind\":\"verdict\",\"drive\":%u,\"verdict\":\"%s\","
                        "\"effect\":\"%s\",\"reason\":\"%s\",\"severity\":\"%s\","
                        "\"media_number\":\"N%u\",\"identity\":\"%064x\",\"serial\":\"S%u\","
                        "\"host_zone\":\"internal\"%s",
                        seq, time, 0, seq * STEP * 1000000, m->host_id, drive % 90,
                        violation ? "block" : "allow", violation ? "block" : "allow",
                        violation ? "zone-mismatch" : "ok", violation ? "critical" : "none", drive,
                        drive, drive, more);
}

static void next_segment(Making *m, uint64_t seq)
{
        const Segment s = {.first = seq, .part = 1};
        char name[SEGMENT_NAME_MAX];
        int fd;

        if (m->segment && fclose(m->segment) != 0)
                die("write");
        segment_name(&s, name);
        fd = openat(m->dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
        m->segment = fd < 0 ? NULL : fdopen(fd, "w");
        if (!m->segment)
                die(name);
        m->size = 0;
}

static void add_head(Making *m, bool violation)
{
        _cleanup_(freep) char *note = NULL;
        Head h = {.chain = m->chain, .kind = violation ? HEAD_VIOLATION : HEAD_INTERVAL};

        memcpy(h.host, m->host_id, sizeof(m->host_id));
        strcpy(h.time, "2026-11-21T08:00:00.000000Z");
        if (heads_append(m->heads, &h, &note) < 0)
                die("heads");
}

static void make(Making *m, uint64_t records)
{
        static char line[CHAIN_LINE_MAX];
        char body[2048];
        size_t size;

        for (uint64_t seq = 1; seq <= records; seq++) {
                bool violation = m->every && seq % m->every == m->every - 1;

                if (seq == 1 || m->size > SEGMENT_MAX)
                        next_segment(m, seq);
                format_body(m, seq, violation, body, sizeof(body));
                if (chain_append(&m->chain, body, NULL, line, &size) < 0 ||
                    fwrite(line, 1, size, m->segment) != size)
                        die("append");
                m->size += size;
                if (violation || seq % HEAD_EVERY == 0)
                        add_head(m, violation);
        }
        if (fclose(m->segment) != 0)
                die("write");
}

int main(int argc, char **argv)
{
        Algorithm algorithm = ALGORITHM_ED25519_SHA256;
        Making m = {.every = VIOLATION_EVERY};
        int state;

        if (argc < 4 || argc > 7 || (argc > 4 && algorithm_parse(argv[4], &algorithm) < 0) ||
            (argc > 5 && text_u64(argv[5], UINT32_MAX, &m.every) < 0)) {
                (void)fprintf(
                        stderr,
                        "make_ledger STATE-FOLDER RECORDS HOST-NUMBER [ALGORITHM [EVERY [mixed]]]\n");
                return 2;
        }
        m.mixed = argc > 6;
        m.chain.hash = algorithm_hash(algorithm);
        m.host = (unsigned)strtoul(argv[3], NULL, 10);
        (void)snprintf(m.host_id, sizeof(m.host_id), "%032x", m.host);
        (void)mkdir(argv[1], 0755);
        state = file_open_dir(AT_FDCWD, argv[1]);
        if (state < 0 || (mkdirat(state, UZ_LEDGER_DIR, 0755) < 0 && errno != EEXIST))
                die(argv[1]);
        m.dir = file_open_dir(state, UZ_LEDGER_DIR);
        if (m.dir < 0 || heads_open(state, algorithm, &m.heads) < 0)
                die(argv[1]);
        make(&m, strtoull(argv[2], NULL, 10));
        heads_close(m.heads);
        return 0;
}
