/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Versions that were in force: remembered apart, by the keys that signed, and read strictly. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "store/trust.h"

static char dir[64];
static int etc = -EBADF;

static void setup(void)
{
        (void)snprintf(dir, sizeof(dir), "/tmp/usbzone-memory-XXXXXX");
        cr_assert_not_null(mkdtemp(dir));
        etc = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void teardown(void)
{
        char command[128];

        (void)snprintf(command, sizeof(command), "rm -rf %s", dir);
        cr_assert_eq(system(command), 0);
        etc = fd_close(etc);
}

TestSuite(store_memory, .init = setup, .fini = teardown, .timeout = 60);

static void put_file(const char *name, const void *data, size_t size)
{
        int fd = openat(etc, name, O_WRONLY | O_TRUNC | O_CREAT | O_CLOEXEC, 0644);

        cr_assert_geq(fd, 0);
        cr_assert_eq(file_write_full(fd, data, size), 0);
        (void)close(fd);
}

Test(store_memory, the_highest_versions_are_remembered_apart)
{
        TrustFloor seen = {.policy = 9, .keys = 9};

        cr_assert_eq(trust_remembered(etc, &seen, NULL), 0);
        cr_assert(seen.policy == 0 && seen.keys == 0);
        cr_assert_eq(trust_remember(etc, (TrustFloor){.policy = 7, .keys = 2}, NULL), 0);
        cr_assert_eq(trust_remember(etc, (TrustFloor){.policy = 5, .keys = 4}, NULL), 0);
        cr_assert_eq(trust_remembered(etc, &seen, NULL), 0);
        cr_assert(seen.policy == 7 && seen.keys == 4);
        cr_assert_eq(trust_remember(etc, (TrustFloor){.policy = UINT64_MAX, .keys = 1}, NULL), 0);
        cr_assert_eq(trust_remembered(etc, &seen, NULL), 0);
        cr_assert(seen.policy == UINT64_MAX && seen.keys == 4);
}

Test(store_memory, a_memory_that_cannot_be_written_is_named)
{
        const char *failed = NULL;

        cr_assert_eq(mkdirat(etc, TRUST_KEYS_VERSION_FILE, 0700), 0);
        cr_assert_lt(trust_remember(etc, (TrustFloor){.policy = 7, .keys = 2}, &failed), 0);
        cr_assert_str_eq(failed, TRUST_KEYS_VERSION_FILE);
        cr_assert_eq(unlinkat(etc, TRUST_KEYS_VERSION_FILE, AT_REMOVEDIR), 0);
        cr_assert_eq(unlinkat(etc, TRUST_VERSION_FILE, 0), 0);
        cr_assert_eq(mkdirat(etc, TRUST_VERSION_FILE, 0700), 0);
        cr_assert_lt(trust_remember(etc, (TrustFloor){.policy = 7, .keys = 2}, &failed), 0);
        cr_assert_str_eq(failed, TRUST_VERSION_FILE);
        cr_assert_eq(unlinkat(etc, TRUST_VERSION_FILE, AT_REMOVEDIR), 0);
}

Test(store_memory, a_damaged_memory_is_said_and_written_anew)
{
        static const char *const bad[] = {"",
                                          "\n",
                                          "x\n",
                                          "7",
                                          "7\n7\n",
                                          "-1\n",
                                          "7\n\n",
                                          "7\n000102030405060708090a0b0c0d0e0f\n",
                                          "7\n000102030405060708090a0b0c0d0e0f \n",
                                          "7\n000102030405060708090a0b0c0d0e0f x\n",
                                          "7\n000102030405060708090a0b0c0d0e0g 7\n",
                                          "7\n000102030405060708090a0b0c0d0e 7\n",
                                          "7\n000102030405060708090a0b0c0d0e0f 7 7\n"};
        const char *damaged;
        TrustFloor seen;

        cr_assert_eq(trust_remember(etc, (TrustFloor){.policy = 2, .keys = 3}, NULL), 0);
        for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
                put_file(TRUST_VERSION_FILE, bad[i], strlen(bad[i]));
                cr_assert_eq(trust_remembered(etc, &seen, &damaged), -EBADMSG, "row %zu", i);
                cr_assert(seen.policy == 0 && seen.keys == 3 && seen.n == 0,
                          "row %zu: the other is still known", i);
                cr_assert_str_eq(damaged, TRUST_VERSION_FILE);
        }
        cr_assert_eq(trust_remember(etc, (TrustFloor){.policy = 2, .keys = 1}, NULL), 0);
        cr_assert_eq(trust_remembered(etc, &seen, NULL), 0);
        cr_assert(seen.policy == 2 && seen.keys == 3);
        put_file(TRUST_KEYS_VERSION_FILE, "x\n", 2);
        cr_assert_eq(trust_remembered(etc, &seen, &damaged), -EBADMSG);
        cr_assert(seen.policy == 2 && seen.keys == 0);
        cr_assert_str_eq(damaged, TRUST_KEYS_VERSION_FILE, "the right one is named");
}

static TrustFloor seen_by(uint8_t key, uint64_t version)
{
        TrustFloor seen = {.policy = version, .keys = 1, .n = 1};

        memset(seen.signers[0].id, key, KEY_ID_SIZE);
        seen.signers[0].version = version;
        return seen;
}

Test(store_memory, what_a_key_has_signed_counts_as_long_as_the_list_has_it)
{
        Keyring ring = {.n = 2};
        TrustFloor seen;

        for (uint8_t i = 0; i < 2; i++) {
                memset(ring.keys[i].id, 1 + i, KEY_ID_SIZE);
                ring.keys[i].purpose = PURPOSE_POLICY;
        }
        cr_assert_eq(trust_remember(etc, (TrustFloor){.policy = 4, .keys = 1}, NULL), 0);
        cr_assert_eq(trust_remembered(etc, &seen, NULL), 0);
        cr_assert_eq(trust_policy_floor(&seen, &ring), 4, "nobody knows who signed it");
        cr_assert_eq(trust_remember(etc, seen_by(1, 5), NULL), 0);
        cr_assert_eq(trust_remember(etc, seen_by(2, INT64_MAX), NULL), 0);
        cr_assert_eq(trust_remember(etc, seen_by(1, 3), NULL), 0);
        cr_assert_eq(trust_remembered(etc, &seen, NULL), 0);
        cr_assert_eq(seen.n, 2);
        cr_assert_eq(seen.policy, INT64_MAX);
        cr_assert_eq(trust_policy_floor(&seen, &ring), INT64_MAX);
        ring.keys[1].revoked = true;
        cr_assert_eq(trust_policy_floor(&seen, &ring), 5);
        ring.keys[1].revoked = false;
        ring.keys[1].purpose = PURPOSE_LABEL;
        cr_assert_eq(trust_policy_floor(&seen, &ring), 5, "it signs no policies now");
        ring.n = 1;
        cr_assert_eq(trust_policy_floor(&seen, &ring), 5);
        ring.n = 0;
        cr_assert_eq(trust_policy_floor(&seen, &ring), 0);
}

Test(store_memory, of_many_keys_those_with_the_highest_policies_are_remembered)
{
        TrustFloor seen;

        for (unsigned i = 1; i <= TRUST_SIGNERS_MAX + 8; i++)
                cr_assert_eq(trust_remember(etc, seen_by((uint8_t)i, 100 + i), NULL), 0);
        cr_assert_eq(trust_remembered(etc, &seen, NULL), 0);
        cr_assert_eq(seen.n, TRUST_SIGNERS_MAX);
        for (size_t i = 0; i < seen.n; i++)
                cr_assert_gt(seen.signers[i].version, 108);
}
