/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ledger's chain: lines made and checked, every byte altered, lines lost, moved and torn. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "lib/text.h"
#include "policy/chain.h"
#include "tests/unit/fixture.h"

TestSuite(chain, .timeout = 30);

enum { LINES = 5 };

typedef struct Lines {
        char text[LINES][512];
        size_t size[LINES];
} Lines;

static Lines make_lines(void)
{
        static char line[CHAIN_LINE_MAX];
        Chain chain = {.hash = fixture_hash()};
        Lines l = {0};

        for (unsigned i = 0; i < LINES; i++) {
                char body[256];

                (void)snprintf(body, sizeof(body),
                               "{\"seq\":%u,\"time\":\"2026-11-21T08:00:00Z\",\"kind\":\"verdict\","
                               "\"holder\":\"王芳\"",
                               i + 1);
                cr_assert_eq(chain_append(&chain, body, NULL, line, &l.size[i]), 0);
                cr_assert_lt(l.size[i], sizeof(l.text[i]));
                memcpy(l.text[i], line, l.size[i]);
        }
        cr_assert_eq(chain.seq, LINES);
        return l;
}

static int check_all(const Lines *l, Chain *chain)
{
        *chain = (Chain){0};
        for (unsigned i = 0; i < LINES; i++) {
                int r = chain_check(chain, NULL, l->text[i], l->size[i]);

                if (r != 0)
                        return r;
        }
        return 0;
}

Test(chain, lines_are_checked_with_nothing_but_the_hash)
{
        Lines l = make_lines();
        char prev[2 * DIGEST_SIZE + 1], want[128];
        uint8_t digest[DIGEST_SIZE];
        Chain chain;

        cr_assert_eq(check_all(&l, &chain), 0);
        cr_assert_eq(chain.seq, LINES);
        memset(prev, '0', sizeof(prev) - 1);
        prev[sizeof(prev) - 1] = '\0';
        for (unsigned i = 0; i < LINES; i++) {
                (void)snprintf(want, sizeof(want), ",\"prev\":\"%s%s\",\"mac\":\"\"}\n",
                               fixture_hash() == HASH_SM3 ? "sm3:" : "", prev);
                cr_assert_str_eq(l.text[i] + l.size[i] - strlen(want), want);
                cr_assert_eq(digest_compute_as(fixture_hash(), l.text[i], l.size[i], digest), 0);
                text_hex(digest, sizeof(digest), prev);
        }
        cr_assert_eq(memcmp(chain.head, digest, DIGEST_SIZE), 0);
}

Test(chain, every_altered_byte_is_seen_at_its_line_or_the_next)
{
        static const uint8_t flips[] = {0x01, 0x20, 0x80};
        Lines l = make_lines();
        Chain chain;

        for (unsigned n = 0; n + 1 < LINES; n++)
                for (size_t i = 0; i < l.size[n]; i++)
                        for (size_t j = 0; j < ARRAY_SIZE(flips); j++) {
                                l.text[n][i] = (char)(l.text[n][i] ^ flips[j]);
                                cr_assert_gt(check_all(&l, &chain), 0, "line %u byte %zu", n, i);
                                cr_assert_leq(chain.seq, n + 1);
                                l.text[n][i] = (char)(l.text[n][i] ^ flips[j]);
                        }
        cr_assert_eq(check_all(&l, &chain), 0);
}

Test(chain, lost_repeated_and_moved_lines_are_seen)
{
        Lines l = make_lines();
        Chain chain = {0};

        cr_assert_eq(chain_check(&chain, NULL, l.text[1], l.size[1]), CHAIN_E_GAP);
        cr_assert_eq(chain_check(&chain, NULL, l.text[0], l.size[0]), 0);
        cr_assert_eq(chain_check(&chain, NULL, l.text[0], l.size[0]), CHAIN_E_GAP);
        cr_assert_eq(chain_check(&chain, NULL, l.text[2], l.size[2]), CHAIN_E_GAP);
        cr_assert_eq(chain.seq, 1);
        cr_assert_eq(chain_check(&chain, NULL, l.text[1], l.size[1]), 0);
        chain.head[5] ^= 1;
        cr_assert_eq(chain_check(&chain, NULL, l.text[2], l.size[2]), CHAIN_E_BROKEN);
        chain.head[5] ^= 1;
        cr_assert_eq(chain_check(&chain, NULL, l.text[2], l.size[2]), 0);
        chain.seq = UINT64_MAX;
        cr_assert_eq(chain_check(&chain, NULL, l.text[3], l.size[3]), CHAIN_E_GAP);
}

Test(chain, every_cut_line_is_torn)
{
        Lines l = make_lines();

        for (size_t size = 0; size < l.size[0]; size++) {
                Chain chain = {0};

                cr_assert_eq(chain_check(&chain, NULL, l.text[0], size), CHAIN_E_TORN, "size %zu",
                             size);
                cr_assert_eq(chain.seq, 0);
        }
}

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define AS "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define UPPER_AS "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

Test(chain, only_the_one_form_of_a_line_is_a_record)
{
        static const struct {
                const char *name, *line;
                int result;
        } rows[] = {
                {"shortest", "{\"seq\":1,\"prev\":\"" ZEROS "\",\"mac\":\"\"}\n", 0},
                {"with a mac", "{\"seq\":1,\"prev\":\"" ZEROS "\",\"mac\":\"" AS "\"}\n", 0},
                {"sm3", "{\"seq\":1,\"prev\":\"sm3:" ZEROS "\",\"mac\":\"\"}\n", 0},
                {"sm3 with a mac",
                 "{\"seq\":1,\"prev\":\"sm3:" ZEROS "\",\"mac\":\"sm3:" AS "\"}\n", 0},
                {"sm3 with a mac of SHA-256",
                 "{\"seq\":1,\"prev\":\"sm3:" ZEROS "\",\"mac\":\"" AS "\"}\n", CHAIN_E_FORMAT},
                {"SHA-256 with a mac of SM3",
                 "{\"seq\":1,\"prev\":\"" ZEROS "\",\"mac\":\"sm3:" AS "\"}\n", CHAIN_E_FORMAT},
                {"SM3:", "{\"seq\":1,\"prev\":\"SM3:" ZEROS "\",\"mac\":\"\"}\n", CHAIN_E_FORMAT},
                {"sha256:", "{\"seq\":1,\"prev\":\"sha256:" ZEROS "\",\"mac\":\"\"}\n",
                 CHAIN_E_FORMAT},
                {"sm3 twice", "{\"seq\":1,\"prev\":\"sm3:sm3:" ZEROS "\",\"mac\":\"\"}\n",
                 CHAIN_E_FORMAT},
                {"upper-case mac", "{\"seq\":1,\"prev\":\"" ZEROS "\",\"mac\":\"" UPPER_AS "\"}\n",
                 CHAIN_E_FORMAT},
                {"upper-case prev", "{\"seq\":1,\"prev\":\"" UPPER_AS "\",\"mac\":\"\"}\n",
                 CHAIN_E_FORMAT},
                {"another prev", "{\"seq\":1,\"prev\":\"" AS "\",\"mac\":\"\"}\n", CHAIN_E_BROKEN},
                {"seq 2", "{\"seq\":2,\"prev\":\"" ZEROS "\",\"mac\":\"\"}\n", CHAIN_E_GAP},
                {"seq 01", "{\"seq\":01,\"prev\":\"" ZEROS "\",\"mac\":\"\"}\n", CHAIN_E_FORMAT},
                {"seq 0", "{\"seq\":0,\"prev\":\"" ZEROS "\",\"mac\":\"\"}\n", CHAIN_E_FORMAT},
                {"seq too large",
                 "{\"seq\":18446744073709551617,\"prev\":\"" ZEROS "\",\"mac\":\"\"}\n",
                 CHAIN_E_FORMAT},
                {"seq as text", "{\"seq\":\"1\",\"prev\":\"" ZEROS "\",\"mac\":\"\"}\n",
                 CHAIN_E_FORMAT},
                {"blank in front", " {\"seq\":1,\"prev\":\"" ZEROS "\",\"mac\":\"\"}\n",
                 CHAIN_E_FORMAT},
                {"short mac", "{\"seq\":1,\"prev\":\"" ZEROS "\",\"mac\":\"aa\"}\n",
                 CHAIN_E_FORMAT},
                {"no mac", "{\"seq\":1,\"prev\":\"" ZEROS "\"}\n", CHAIN_E_FORMAT},
                {"two lines", "{\"seq\":1,\n\"prev\":\"" ZEROS "\",\"mac\":\"\"}\n",
                 CHAIN_E_FORMAT},
                {"escape code", "{\"seq\":1,\"a\":\"\x1b\",\"prev\":\"" ZEROS "\",\"mac\":\"\"}\n",
                 CHAIN_E_FORMAT},
                {"empty line", "\n", CHAIN_E_FORMAT},
                {"nothing", "", CHAIN_E_TORN},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                Chain chain = {0};

                cr_assert_eq(chain_check(&chain, NULL, rows[i].line, strlen(rows[i].line)),
                             rows[i].result, "row '%s'", rows[i].name);
                cr_assert_eq(chain.seq, rows[i].result == 0 ? 1 : 0, "row '%s'", rows[i].name);
        }
}

Test(chain, a_body_that_does_not_follow_is_not_appended)
{
        static char line[CHAIN_LINE_MAX], body[CHAIN_LINE_MAX + 1];
        Chain chain = {.hash = fixture_hash()}, same = chain;
        size_t end = fixture_hash() == HASH_SM3 ? 89 : 85, size = 0;

        cr_assert_eq(chain_append(&chain, "{\"seq\":2,\"a\":1", NULL, line, &size), -EINVAL);
        cr_assert_eq(chain_append(&chain, "{\"seq\":1", NULL, line, &size), -EINVAL);
        cr_assert_eq(chain_append(&chain, "{\"seq\":1,\"a\":\"\n\"", NULL, line, &size), -EINVAL);
        cr_assert_eq(chain_append(&chain, "{\"a\":1,\"seq\":1", NULL, line, &size), -EINVAL);
        memset(body, 'x', CHAIN_LINE_MAX);
        memcpy(body, "{\"seq\":1,\"a\":\"", 14);
        cr_assert_eq(chain_append(&chain, body, NULL, line, &size), -ENOSPC);
        cr_assert_eq(memcmp(&chain, &same, sizeof(chain)), 0);
        /* The longest that fits: the line's end takes 85 bytes, with SM3 89. */
        body[CHAIN_LINE_MAX - end] = '\0';
        body[CHAIN_LINE_MAX - end - 1] = '"';
        cr_assert_eq(chain_append(&chain, body, NULL, line, &size), 0, "size %zu", size);
        cr_assert_eq(size, CHAIN_LINE_MAX);
        cr_assert_eq(chain_check(&same, NULL, line, size), 0);
        cr_assert_eq(memcmp(&chain, &same, sizeof(chain)), 0);
}

/* Two lines of the first hash, then one of the other. */
Test(chain, the_hash_changes_where_the_line_before_is_known)
{
        static char line[3][CHAIN_LINE_MAX];
        Chain chain = {.hash = fixture_hash()}, read = {0}, wrong;
        Hash other = fixture_hash() == HASH_SM3 ? HASH_SHA256 : HASH_SM3;
        uint8_t digest[DIGEST_SIZE];
        size_t size[3];

        cr_assert_eq(chain_append(&chain, "{\"seq\":1,\"a\":1", NULL, line[0], &size[0]), 0);
        cr_assert_eq(chain_append(&chain, "{\"seq\":2,\"a\":2", NULL, line[1], &size[1]), 0);
        cr_assert_eq(chain_rehash(&chain, NULL, other, line[0], size[0]), CHAIN_E_BROKEN);
        cr_assert_eq(chain_rehash(&chain, NULL, other, line[1], size[1]), 0);
        cr_assert_eq(digest_compute_as(other, line[1], size[1], digest), 0);
        cr_assert_eq(memcmp(chain.head, digest, sizeof(digest)), 0);
        cr_assert_eq(chain_append(&chain, "{\"seq\":3,\"a\":3", NULL, line[2], &size[2]), 0);
        cr_assert_eq(chain.hash, other);
        cr_assert_eq(chain_check(&read, NULL, line[0], size[0]), 0);
        cr_assert_eq(chain_check(&read, NULL, line[1], size[1]), 0);
        cr_assert_eq(chain_check(&read, NULL, line[2], size[2]), CHAIN_E_HASH);
        wrong = read;
        cr_assert_eq(chain_check_after(&wrong, NULL, line[0], size[0], line[2], size[2]),
                     CHAIN_E_BROKEN);
        cr_assert_eq(wrong.seq, 2);
        cr_assert_eq(wrong.hash, fixture_hash());
        cr_assert_eq(chain_check_after(&read, NULL, line[1], size[1], line[2], size[2]), 0);
        cr_assert(chain_same_head(&read, &chain));
}

Test(chain, a_head_has_one_text_and_is_read_back)
{
        char text[CHAIN_HEAD_TEXT];
        Chain c = {.hash = HASH_SM3}, back = {0};

        memset(c.head, 0xab, sizeof(c.head));
        chain_head_text(&c, text);
        cr_assert_eq(strncmp(text, "sm3:abab", 8), 0);
        cr_assert_eq(strlen(text), 68);
        cr_assert_eq(chain_head_parse(text, &back), 0);
        cr_assert(chain_same_head(&c, &back));
        back.hash = HASH_SHA256;
        cr_assert_not(chain_same_head(&c, &back));
        cr_assert_eq(chain_head_parse(text + 4, &back), 0);
        cr_assert_eq(back.hash, HASH_SHA256);
        cr_assert_eq(chain_head_parse("sm3:", &back), -EINVAL);
        cr_assert_eq(chain_head_parse(text + 5, &back), -EINVAL);
        cr_assert_eq(chain_head_parse("sm2:", &back), -EINVAL);
}

Test(chain, the_kind_is_the_word_in_the_first_fields)
{
        static const char *const kinds[] = {"start", "verdict", "policy-loaded"};
        static const struct {
                const char *line;
                size_t kind;
        } rows[] = {
                {"{\"seq\":1,\"host\":\"\",\"kind\":\"start\",\"x\":1}", 1},
                {"{\"seq\":1,\"host\":\"\",\"kind\":\"policy-loaded\"}", 3},
                {"{\"seq\":1,\"kind\":\"verdict\",\"kind\":\"start\"}", 2},
                {"{\"seq\":1,\"kind\":\"starting\"}", 0},
                {"{\"seq\":1,\"kind\":\"star\"}", 0},
                {"{\"seq\":1,\"kind\":\"\"}", 0},
                {"{\"seq\":1,\"kind\":\"start", 0},
                {"{\"seq\":1,\"kind\":1}", 0},
                {"{\"seq\":1,\"text\":\",\\\"kind\\\":\\\"start\\\"\"}", 0},
                {"", 0},
        };
        char late[512] = "{\"seq\":1";

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
                cr_assert_eq(chain_line_kind(rows[i].line, strlen(rows[i].line), kinds,
                                             ARRAY_SIZE(kinds)),
                             rows[i].kind, "%s", rows[i].line);
        cr_assert_eq(chain_line_kind(rows[0].line, strlen(rows[0].line), kinds + 1, 2), 0);
        memset(late + strlen(late), ' ', 250);
        (void)strcat(late, ",\"kind\":\"start\"");
        cr_assert_eq(chain_line_kind(late, strlen(late), kinds, 1), 0,
                     "what stands later is a text");
}
