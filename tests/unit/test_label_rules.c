/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Labels that must not be written, and are refused even when a genuine key has signed them. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/unit/fixture.h"

TestSuite(label_rules, .timeout = 30);

static const struct Rule {
        const char *name;
        size_t offset; /* of the bytes in the label, and what they become */
        const char *bytes;
        size_t size;
} rules[] = {
        {"version 2", 8, "\x02\0", 2},
        {"algorithm none", 10, "\0", 1},
        {"algorithm 3", 10, "\x03", 1},
        {"no signature", 11, "\0", 1},
        {"three signatures", 11, "\x03", 1},
        {"two signatures, one key", 11, "\x02", 1},
        {"zone none", 12, "\0", 1},
        {"zone 4", 12, "\x04", 1},
        {"zone 255", 12, "\xff", 1},
        {"level in zone internal", 12, "\x01\x02", 2},
        {"classified without level", 13, "\0", 1},
        {"level 4", 13, "\x04", 1},
        {"second key id unused but set", 32, "\x01", 1},
        {"negative issue time", 79, "\x80", 1},
        {"negative start", 87, "\xff", 1},
        {"negative end", 95, "\x80", 1},
        {"negative retention end", 103, "\x80", 1},
        {"end before start", 88, "\x01\0\0\0\0\0\0\0", 8},
        {"number not terminated", 136, "0123456789abcdef0123456789abcdef", 32},
        {"number with newline", 136, "a\nb", 3},
        {"bytes after the terminator", 136, "ab\0cd", 5},
        {"unit is no UTF-8", 168, "\xff", 1},
        {"holder with an override", 264, "\xe2\x80\xae", 3},
        {"33 computers", 360, "\x21\0", 2},
        {"65535 computers", 360, "\xff\xff", 2},
        {"more computers than ids", 360, "\x03\0", 2},
        {"fewer computers than ids", 360, "\x01\0", 2},
        {"gap not zero", 362, "\x01", 1},
        {"padding not zero", 880, "\x01", 1},
        {"last padding byte", LABEL_SIGNED_SIZE - 1, "\x80", 1},
};

Test(label_rules, a_genuine_signature_makes_no_malformed_label_good)
{
        for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
                uint8_t bytes[LABEL_SIZE];
                Label l, back;
                Fixture f;

                fixture_init(&f);
                l = fixture_label(&f, ZONE_CLASSIFIED, LEVEL_SECRET);
                l.n_hosts = 2;
                memset(l.hosts[0], 1, HOST_ID_SIZE);
                memset(l.hosts[1], 2, HOST_ID_SIZE);
                cr_assert_eq(label_encode(&l, bytes), 0);
                memcpy(bytes + rules[i].offset, rules[i].bytes, rules[i].size);
                if (strcmp(rules[i].name, "two signatures, one key") == 0)
                        memcpy(bytes + 32, bytes + 16, KEY_ID_SIZE);
                cr_assert_eq(key_sign(f.label, bytes, LABEL_SIGNED_SIZE, bytes + LABEL_SIGNED_SIZE),
                             0);
                cr_assert_eq(label_read(bytes, &f.snapshot.authority.ring, &back),
                             REASON_LABEL_MALFORMED, "row '%s'", rules[i].name);
                fixture_done(&f);
        }
}

Test(label_rules, an_unused_signature_slot_is_zero)
{
        uint8_t bytes[LABEL_SIZE];
        Fixture f;
        Label l, back;

        fixture_init(&f);
        l = fixture_label(&f, ZONE_INTERNAL, LEVEL_NONE);
        fixture_sign_label(&f, &l, bytes);
        bytes[LABEL_SIZE - 1] = 1;
        cr_assert_eq(label_read(bytes, &f.snapshot.authority.ring, &back), REASON_LABEL_MALFORMED);
        fixture_done(&f);
}

typedef void (*Change)(Label *l);

static void no_zone(Label *l)
{
        l->zone = ZONE_NONE;
}

static void wrong_level(Label *l)
{
        l->level = LEVEL_SECRET;
}

static void no_algorithm(Label *l)
{
        l->algorithm = ALGORITHM_NONE;
}

static void no_key(Label *l)
{
        memset(l->key_id[0], 0, KEY_ID_SIZE);
}

static void no_signatures(Label *l)
{
        l->n_signatures = 0;
}

static void early_end(Label *l)
{
        l->not_after = l->not_before;
}

static void negative_time(Label *l)
{
        l->issued = -1;
}

static void long_number(Label *l)
{
        memset(l->media_number, 'x', sizeof(l->media_number));
}

static void unclean_holder(Label *l)
{
        strcpy(l->holder, "a\x1b[31m");
}

static void dirty_unit(Label *l)
{
        l->unit[sizeof(l->unit) - 1] = 'x';
}

static void many_hosts(Label *l)
{
        l->n_hosts = LABEL_HOSTS_MAX + 1;
}

static void zero_host(Label *l)
{
        l->n_hosts = 1;
}

Test(label_rules, what_could_not_be_read_back_is_not_written)
{
        static const struct {
                const char *name;
                Change change;
        } changes[] = {
                {"no zone", no_zone},
                {"level where none belongs", wrong_level},
                {"no algorithm", no_algorithm},
                {"no key", no_key},
                {"no signatures", no_signatures},
                {"end at start", early_end},
                {"negative time", negative_time},
                {"long number", long_number},
                {"unclean holder", unclean_holder},
                {"bytes after the unit", dirty_unit},
                {"too many computers", many_hosts},
                {"a computer without id", zero_host},
        };
        uint8_t bytes[LABEL_SIZE];
        Fixture f;
        Label l;

        fixture_init(&f);
        for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
                l = fixture_label(&f, ZONE_INTERNAL, LEVEL_NONE);
                cr_assert_eq(label_encode(&l, bytes), 0, "row '%s'", changes[i].name);
                changes[i].change(&l);
                cr_assert_eq(label_encode(&l, bytes), -EINVAL, "row '%s'", changes[i].name);
        }
        fixture_done(&f);
}

Test(label_rules, every_computer_fits_up_to_the_limit)
{
        uint8_t bytes[LABEL_SIZE];
        Fixture f;
        Label l, back;

        fixture_init(&f);
        l = fixture_label(&f, ZONE_INTERNET, LEVEL_NONE);
        l.n_hosts = LABEL_HOSTS_MAX;
        for (unsigned i = 0; i < LABEL_HOSTS_MAX; i++)
                memset(l.hosts[i], (int)i + 1, HOST_ID_SIZE);
        l.not_after = 0;
        fixture_sign_label(&f, &l, bytes);
        cr_assert_eq(label_read(bytes, &f.snapshot.authority.ring, &back), REASON_OK);
        cr_assert_eq(back.hosts[LABEL_HOSTS_MAX - 1][0], LABEL_HOSTS_MAX);
        fixture_done(&f);
}
