/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `key = value` text, and where its errors point. */
#include <criterion/criterion.h>
#include <string.h>

#include "lib/keyfile.h"

TestSuite(keyfile, .timeout = 10);

static int open_text(Keyfile *k, const char *text, TextError *error)
{
        return keyfile_open(k, text, strlen(text), "test 1", error);
}

Test(keyfile, pairs_are_read_in_order_with_their_places)
{
        static const char text[] = "test 1\n"
                                   "\n"
                                   "# a comment\n"
                                   "key = some value # not a comment\n"
                                   "\tother-2=\tx  y\t\n"
                                   "   # indented comment\n"
                                   "empty =\n"
                                   "last = 张三 = ok";
        static const struct {
                const char *key, *value;
                unsigned line, column;
        } rows[] = {
                {"key", "some value # not a comment", 4, 7},
                {"other-2", "x  y", 5, 11},
                {"empty", "", 7, 8},
                {"last", "张三 = ok", 8, 8},
        };
        TextError error;
        Keyfile k;

        cr_assert_eq(open_text(&k, text, &error), 0);
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                cr_assert_eq(keyfile_next(&k, &error), 1, "row '%s'", rows[i].key);
                cr_assert_str_eq(k.key, rows[i].key);
                cr_assert_str_eq(k.value, rows[i].value, "row '%s'", rows[i].key);
                cr_assert_eq(k.line, rows[i].line, "row '%s'", rows[i].key);
                cr_assert_eq(k.column, rows[i].column, "row '%s': column %u", rows[i].key,
                             k.column);
        }
        cr_assert_eq(keyfile_next(&k, &error), 0);
        cr_assert_eq(keyfile_next(&k, &error), 0);
}

Test(keyfile, sections_and_languages_are_told)
{
        static const char text[] = "test 1\n"
                                   "  [internal]  \n"
                                   "a[zh_CN] = 1\n"
                                   "a[sr@latin]=2\n"
                                   "a [b] = 3\n"
                                   "a = [b] = 4\n";
        static const struct {
                const char *key, *language, *value;
                unsigned column;
        } rows[] = {
                {KEYFILE_SECTION, "", "internal", 3},
                {"a", "zh_CN", "1", 12},
                {"a", "sr@latin", "2", 13},
        };
        TextError error;
        Keyfile k;

        cr_assert_eq(open_text(&k, text, &error), 0);
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                cr_assert_eq(keyfile_next(&k, &error), 1, "row %zu", i);
                cr_assert_str_eq(k.key, rows[i].key, "row %zu", i);
                cr_assert_str_eq(k.language, rows[i].language, "row %zu", i);
                cr_assert_str_eq(k.value, rows[i].value, "row %zu", i);
                cr_assert_eq(k.column, rows[i].column, "row %zu: %u", i, k.column);
        }
        cr_assert_eq(keyfile_next(&k, &error), -EINVAL);
        cr_assert_eq(keyfile_next(&k, &error), 1);
        cr_assert_str_eq(k.value, "[b] = 4");
        cr_assert_str_eq(k.language, "");
}

Test(keyfile, the_first_line_names_the_format)
{
        static const char *const bad[] = {
                "",           "test 2\n",      "test 1x\n",           " test 1\n",
                "\ntest 1\n", "key = value\n", "\xef\xbb\xbftest 1\n"};
        TextError error;
        Keyfile k;

        cr_assert_eq(open_text(&k, "test 1", &error), 0);
        cr_assert_eq(open_text(&k, "test 1\n", &error), 0);
        for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
                error = (TextError){0};
                cr_assert_eq(open_text(&k, bad[i], &error), -EINVAL, "row '%s'", bad[i]);
                cr_assert_eq(error.line, 1, "row '%s'", bad[i]);
                cr_assert_not_null(strstr(error.message, "test 1"), "row '%s'", bad[i]);
        }
}

Test(keyfile, errors_name_line_and_column)
{
        static const struct {
                const char *name, *text;
                unsigned line, column;
        } rows[] = {
                {"no equals sign", "test 1\na = 1\nnonsense\n", 3, 9},
                {"upper-case key", "test 1\nKey = 1\n", 2, 1},
                {"no key", "test 1\n\n\n = 1\n", 4, 2},
                {"two words before the sign", "test 1\na b = 1\n", 2, 3},
                {"carriage return", "test 1\na = 1\r\n", 2, 6},
                {"carriage return in line 1", "test 1\r\na = 1\n", 1, 7},
                {"escape code", "test 1\na = 1\x1b[31m\n", 2, 6},
                {"bad UTF-8 after good", "test 1\na = 张\xff\n", 2, 6},
                {"section without an end", "test 1\n[a\n", 2, 3},
                {"section without a name", "test 1\n[]\n", 2, 2},
                {"section and more", "test 1\n [a] b\n", 2, 4},
                {"section with blanks", "test 1\n[a b]\n", 2, 3},
                {"language without an end", "test 1\na[b = 1\n", 2, 2},
                {"language without a name", "test 1\na[] = 1\n", 2, 2},
                {"language with a dash", "test 1\na[zh-CN] = 1\n", 2, 2},
                {"language of no key", "test 1\n = [b]\n", 2, 2},
                {"override in a comment", "test 1\n# \xe2\x80\xae\n", 2, 3},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                TextError error = {0};
                Keyfile k;
                int r = open_text(&k, rows[i].text, &error);

                while (r == 0 && (r = keyfile_next(&k, &error)) == 1)
                        r = 0;
                cr_assert_eq(r, -EINVAL, "row '%s'", rows[i].name);
                cr_assert_eq(error.line, rows[i].line, "row '%s': line %u", rows[i].name,
                             error.line);
                cr_assert_eq(error.column, rows[i].column, "row '%s': column %u", rows[i].name,
                             error.column);
                cr_assert(error.message[0], "row '%s'", rows[i].name);
        }
}

Test(keyfile, a_nul_byte_is_an_error_and_hides_nothing)
{
        static const char text[] = "test 1\na = 1\0b\nc = 2\n";
        TextError error = {0};
        Keyfile k;

        cr_assert_eq(keyfile_open(&k, text, sizeof(text) - 1, "test 1", &error), 0);
        cr_assert_eq(keyfile_next(&k, &error), -EINVAL);
        cr_assert_eq(error.line, 2);
        cr_assert_eq(error.column, 6);
}

Test(keyfile, a_line_may_be_long_but_not_longer)
{
        static char text[KEYFILE_LINE_MAX + 64];
        TextError error = {0};
        size_t start;
        Keyfile k;

        strcpy(text, "test 1\na = ");
        start = strlen("test 1\n");
        memset(text + strlen(text), 'x', KEYFILE_LINE_MAX - 4);
        cr_assert_eq(open_text(&k, text, &error), 0);
        cr_assert_eq(keyfile_next(&k, &error), 1);
        cr_assert_eq(strlen(k.value), KEYFILE_LINE_MAX - 4);
        text[start + KEYFILE_LINE_MAX] = 'x';
        cr_assert_eq(open_text(&k, text, &error), 0);
        cr_assert_eq(keyfile_next(&k, &error), -EINVAL);
        cr_assert_eq(error.line, 2);
}

Test(keyfile, words_are_cut_off_and_pointed_at)
{
        TextError error = {0};
        char *word;
        Keyfile k;

        cr_assert_eq(open_text(&k, "test 1\na =  张三  two\tthree ", &error), 0);
        cr_assert_eq(keyfile_next(&k, &error), 1);
        cr_assert_str_eq(keyfile_word(&k.value), "张三");
        word = keyfile_word(&k.value);
        cr_assert_str_eq(word, "two");
        keyfile_point(&k, word);
        cr_assert_eq(k.column, 10, "column %u", k.column); /* characters, not bytes */
        cr_assert_str_eq(keyfile_word(&k.value), "three");
        cr_assert_null(keyfile_word(&k.value));
        cr_assert_null(keyfile_word(&k.value));
}
