/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times a decision with a small and a large whitelist and labels of both algorithms, and counts
 * what each look-up reads. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "lib/file.h"
#include "policy/decide.h"

#define LOOKUPS 20000u
#define DECISIONS 400u
#define ROUNDS 9u
#define NOW 1790000000

typedef struct Bench {
        int fd;
        uint64_t reads;
        Snapshot snapshot;
        WhitelistEntry *entries;
        size_t n;
} Bench;

static double seconds(void)
{
        struct timespec t;

        (void)clock_gettime(CLOCK_MONOTONIC, &t);
        return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int read_counted(void *userdata, uint64_t offset, void *ret, size_t n)
{
        Bench *b = userdata;

        b->reads++;
        return file_pread_full(b->fd, ret, n, offset);
}

static int write_file(void *userdata, const void *data, size_t n)
{
        return file_write_full(*(int *)userdata, data, n);
}

static void check(int r, const char *what)
{
        if (r == 0)
                return;
        fprintf(stderr, "bench_decide: %s: %d\n", what, r);
        exit(1);
}

/* A device, its label, and what is trusted; equal for every size of whitelist. */
static void make_device(Algorithm algorithm, Facts *facts, Snapshot *snapshot)
{
        _cleanup_(private_key_freep) PrivateKey *key = NULL;
        Label label = {.algorithm = algorithm, .n_signatures = 1, .zone = ZONE_INTERNAL};

        facts->interfaces.n = 1;
        facts->interfaces.list[0] =
                (UsbInterface){.class = 0x08, .subclass = 0x06, .protocol = 0x50};
        facts->identity.vid = 0x1209;
        facts->identity.serial_size = 6;
        memcpy(facts->identity.serial, "SERIAL", 6);
        memcpy(facts->identity.scsi_vendor, "Vendor  ", SCSI_VENDOR_SIZE);
        memcpy(facts->identity.scsi_product, "Product         ", SCSI_PRODUCT_SIZE);
        facts->identity.capacity = UINT64_C(16) << 30;
        facts->identity.block_size = 512;
        facts->probe = PROBE_OK;
        facts->n_luns = 1;

        check(private_key_generate(algorithm, PURPOSE_LABEL, &key), "key");
        memcpy(label.key_id[0], private_key_public(key)->id, KEY_ID_SIZE);
        label.id[0] = 1;
        label.sequence = 1;
        label.issued = label.not_before = NOW - 1000;
        strcpy(label.media_number, "B-1");
        strcpy(label.unit, "Unit");
        strcpy(label.holder, "Holder");
        check(identity_digest(&facts->identity, label.identity), "identity");
        check(label_encode(&label, facts->area), "label");
        check(label_sign(facts->area, 0, key), "signature");
        memcpy(facts->area + LABEL_SIZE, facts->area, LABEL_SIZE);

        snapshot->status = REASON_OK;
        strcpy(snapshot->authority.name, "Bench");
        snapshot->authority.threshold = 1;
        check(keyring_add(&snapshot->authority.ring, private_key_public(key)), "ring");
        snapshot->host.zone = ZONE_INTERNAL;
        snapshot->host.id[0] = 1;
        bundle_defaults(&snapshot->bundle);
        snapshot->bundle.version = 1;
        bundle_set(&snapshot->bundle, SETTING_WHITELIST_REQUIRED, ZONE_NONE, LIST_NEED_LABELLED);
}

/* A whitelist of `n` drives, ours among them, behind pread() on an unlinked file. */
static void make_whitelist(Bench *b, const Facts *facts, size_t n)
{
        char name[] = "/tmp/usbzone-bench-XXXXXX";
        uint8_t digest[DIGEST_SIZE];
        struct stat st;

        b->n = n;
        b->entries = calloc(n, sizeof(WhitelistEntry));
        b->fd = mkostemp(name, O_CLOEXEC);
        check(!b->entries || b->fd < 0, "temporary file");
        (void)unlink(name);
        for (size_t i = 0; i < n; i++) {
                check(random_bytes(b->entries[i].identity, DIGEST_SIZE), "random");
                b->entries[i].zone = ZONE_INTERNAL;
        }
        check(identity_digest(&facts->identity, b->entries[n / 2].identity), "identity");
        check(whitelist_build(b->entries, n, write_file, &b->fd, digest), "whitelist");
        check(fstat(b->fd, &st), "size");
        check(whitelist_open(&b->snapshot.whitelist, read_counted, b, (uint64_t)st.st_size, digest),
              "open");
        memcpy(b->snapshot.bundle.whitelist_digest, digest, DIGEST_SIZE);
        b->snapshot.bundle.has_whitelist = true;
}

static double lookup_once(Bench *b)
{
        double start = seconds();
        WhitelistEntry found;

        for (size_t i = 0; i < LOOKUPS; i++)
                if (whitelist_find(&b->snapshot.whitelist, b->entries[i * 7919 % b->n].identity,
                                   &found) != 1)
                        check(-1, "an entry was not found");
        return (seconds() - start) / LOOKUPS * 1e6;
}

static double decide_once(Bench *b, const Facts *facts)
{
        static Decision decision;
        double start = seconds();

        for (size_t i = 0; i < DECISIONS; i++) {
                policy_decide(&b->snapshot, facts, NULL, NOW, &decision);
                if (decision.verdict.effect != EFFECT_ALLOW) {
                        fprintf(stderr, "bench_decide: %s\n", reason_slug(decision.verdict.reason));
                        exit(1);
                }
        }
        return (seconds() - start) / DECISIONS * 1e6;
}

static int by_value(const void *a, const void *b)
{
        double x = *(const double *)a, y = *(const double *)b;

        return (x > y) - (x < y);
}

static double median(double *values)
{
        qsort(values, ROUNDS, sizeof(double), by_value);
        return values[ROUNDS / 2];
}

/* The signature of the label alone, checked as a decision does. */
static double verify_once(const Facts *facts, const Snapshot *snapshot)
{
        double start = seconds();
        Label label;

        for (size_t i = 0; i < DECISIONS; i++)
                check(label_read(facts->area, &snapshot->authority.ring, &label) != REASON_OK,
                      "label");
        return (seconds() - start) / DECISIONS * 1e6;
}

static void row(const char *what, double a, double b)
{
        printf("%-34s %11.2f us %11.2f us %8.2f\n", what, a, b, b / a);
}

static const size_t sizes[] = {10, 1000000};

static void decisions(const char *what, Algorithm algorithm, double *ret_verify)
{
        static Bench benches[ARRAY_SIZE(sizes)];
        static Facts facts;
        static Snapshot snapshot;
        double lookup[ARRAY_SIZE(sizes)][ROUNDS], decide[ARRAY_SIZE(sizes)][ROUNDS];
        double verify[ROUNDS], l[ARRAY_SIZE(sizes)], d[ARRAY_SIZE(sizes)], reads[ARRAY_SIZE(sizes)];

        memset(&facts, 0, sizeof(facts));
        memset(&snapshot, 0, sizeof(snapshot));
        memset(benches, 0, sizeof(benches));
        make_device(algorithm, &facts, &snapshot);
        for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
                benches[i].snapshot = snapshot;
                make_whitelist(&benches[i], &facts, sizes[i]);
        }
        /* In turns, so that a busy moment of the machine meets both. */
        for (size_t round = 0; round < ROUNDS; round++) {
                for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
                        benches[i].reads = 0;
                        lookup[i][round] = lookup_once(&benches[i]);
                        reads[i] = (double)benches[i].reads / LOOKUPS;
                        decide[i][round] = decide_once(&benches[i], &facts);
                }
                verify[round] = verify_once(&facts, &snapshot);
        }
        for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
                l[i] = median(lookup[i]);
                d[i] = median(decide[i]);
                free(benches[i].entries);
                (void)close(benches[i].fd);
        }
        *ret_verify = median(verify);
        row(what, d[0], d[1]);
        row("  whitelist look-up alone", l[0], l[1]);
        printf("%-34s %14.2f %14.2f %8.2f\n", "  records read for a look-up", reads[0], reads[1],
               reads[1] / reads[0]);
}

int main(void)
{
        double ed25519, sm2;

        printf("%-34s %14s %14s %8s\n", "decision, native", "10 entries", "1,000,000", "ratio");
        decisions("whole decision, Ed25519 label", ALGORITHM_ED25519_SHA256, &ed25519);
        decisions("whole decision, SM2 label", ALGORITHM_SM2_SM3, &sm2);
        printf("\n%-34s %14s %14s %8s\n", "signature of a label", "Ed25519", "SM2", "ratio");
        row("verified, as at each plug", ed25519, sm2);
        return 0;
}
