/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The growing string. */
#include <criterion/criterion.h>
#include <string.h>

#include "lib/strbuf.h"

TestSuite(strbuf, .timeout = 10);

Test(strbuf, grows_and_hands_over)
{
        _cleanup_(strbuf_clear) StrBuf b = strbuf(100000);
        _cleanup_(freep) char *text = NULL;
        size_t size;

        for (int i = 0; i < 1000; i++)
                strbuf_printf(&b, "line %d\n", i);
        strbuf_hex(&b, "\x01\xff", 2);
        strbuf_bytes(&b, "\0end", 4);
        cr_assert_eq(strbuf_take(&b, &text, &size), 0);
        cr_assert_eq(strncmp(text, "line 0\nline 1\n", 14), 0);
        cr_assert_eq(memcmp(text + size - 8, "01ff\0end", 9), 0);
        cr_assert_null(b.text);
}

Test(strbuf, an_empty_one_is_an_empty_string)
{
        StrBuf b = strbuf(0);
        _cleanup_(freep) char *text = NULL;
        size_t size;

        cr_assert_eq(strbuf_take(&b, &text, &size), 0);
        cr_assert_eq(size, 0);
        cr_assert_str_eq(text, "");
}

Test(strbuf, more_than_the_limit_fails_and_hands_nothing_over)
{
        StrBuf b = strbuf(4);
        _cleanup_(freep) char *text = NULL;
        size_t size;

        strbuf_printf(&b, "1234");
        cr_assert_not(b.failed);
        strbuf_printf(&b, "5");
        cr_assert(b.failed);
        cr_assert_eq(strbuf_take(&b, &text, &size), -ENOMEM);
        cr_assert_null(text);
        b = strbuf(4);
        strbuf_hex(&b, "abc", 3);
        cr_assert(b.failed);
        strbuf_clear(&b);
}
