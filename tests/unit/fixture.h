/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An organisation, a computer and a drive that fits it, for tests to spoil one thing at a time. */
#pragma once

#include "policy/decide.h"

#define T0 1800000000LL /* 2027-01-15: "now" in most tests */
#define DAY 86400LL

typedef struct Fixture {
        PrivateKey *root, *host, *label, *label2, *policy;
        Snapshot snapshot; /* zone internal, built-in rules */
        Facts facts;       /* a plain drive; fixture_put_label() writes its label */
} Fixture;

void fixture_init(Fixture *f);
void fixture_done(Fixture *f);

/* A label for the fixture's drive and label key. */
Label fixture_label(const Fixture *f, Zone zone, Level level);
/* Signs with the fixture's label key(s) and writes both copies. */
void fixture_put_label(Fixture *f, const Label *label);
/* Signs one copy, as it would stand on the drive. */
void fixture_sign_label(const Fixture *f, const Label *label, uint8_t ret[LABEL_SIZE]);

/* Replaces the fixture's interfaces: n rows of number, class, subclass, protocol. */
void fixture_set_interfaces(Fixture *f, size_t n, const uint8_t rows[][4]);

/* What USBZONE_TEST_ALGORITHM says, else Ed25519: the tests run once with each. */
Algorithm fixture_algorithm(void);
Hash fixture_hash(void);
/* A test that verifies once for each byte of a file takes a minute with SM2: it takes every byte
 * with Ed25519, every seventh with SM2. */
size_t fixture_step(void);
PrivateKey *make_key(Purpose purpose);
/* A key of a purpose, its public half in the ring. */
PrivateKey *make_ring_key(Keyring *ring, Purpose purpose);
Decision decide(const Fixture *f, const Grants *grants, int64_t now);
/* The step of a check, or NULL if it did not run. */
const DecisionStep *find_step(const Decision *d, Check check);

void assert_verdict(const char *row, const Decision *d, Effect effect, Reason reason,
                    Severity severity);

void set_host(Fixture *f, Zone zone, Level level);
/* One grant, from a minute ago for an hour. */
Grants make_grant(const uint8_t identity[DIGEST_SIZE], Effect effect);

/* A file in memory, read and written through the whitelist's callbacks. */
typedef struct MemFile {
        uint8_t *data;
        size_t size, room;
        unsigned long reads;
        int fail; /* -errno for every call, 0 = work */
} MemFile;
int mem_read(void *userdata, uint64_t offset, void *ret, size_t n);
int mem_write(void *userdata, const void *data, size_t n);
void mem_done(MemFile *m);
