/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reader of `key = value` text with errors that know their place. */
#include "lib/keyfile.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/text.h"

#define KEY_CHARS "abcdefghijklmnopqrstuvwxyz0123456789-"
#define LANGUAGE_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_@"

int text_error(TextError *error, const char *format, ...)
{
        va_list args;

        *error = (TextError){0};
        va_start(args, format);
        (void)vsnprintf(error->message, sizeof(error->message), format, args);
        va_end(args);
        return -EINVAL;
}

int keyfile_error(const Keyfile *k, TextError *error, const char *format, ...)
{
        va_list args;

        error->line = k->line;
        error->column = k->column;
        va_start(args, format);
        (void)vsnprintf(error->message, sizeof(error->message), format, args);
        va_end(args);
        return -EINVAL;
}

void keyfile_point(Keyfile *k, const char *word)
{
        k->column = 1;
        for (const char *p = k->buffer; p < word && p < k->buffer + sizeof(k->buffer); p++)
                if (((unsigned char)*p & 0xc0) != 0x80)
                        k->column++;
}

/* Bytes of whole, clean characters at the start of a line. */
static size_t clean_prefix(const char *text, size_t len)
{
        size_t done = 0;

        while (done < len) {
                size_t n = 1;

                while (n <= 4 && done + n <= len && !text_is_clean(text + done, n))
                        n++;
                if (n > 4 || done + n > len)
                        break;
                done += n;
        }
        return done;
}

static int check_clean(Keyfile *k, size_t len, TextError *error)
{
        size_t good = clean_prefix(k->buffer, len);
        unsigned char bad;

        if (good == len)
                return 0;
        bad = (unsigned char)k->buffer[good];
        keyfile_point(k, k->buffer + good);
        if (bad == '\r')
                return keyfile_error(k, error,
                                     "the line ends in a carriage return; save the file with Unix "
                                     "line ends");
        return keyfile_error(k, error,
                             "byte 0x%02x starts no character that may stand here; use plain UTF-8 "
                             "text without control characters",
                             bad);
}

/* Copies the next line into the buffer. 1, 0 at the end, -EINVAL. */
static int next_line(Keyfile *k, TextError *error)
{
        const char *start = k->text + k->pos, *end;
        size_t len;
        int r;

        if (k->pos >= k->size)
                return 0;
        k->line++;
        k->column = 1;
        end = memchr(start, '\n', k->size - k->pos);
        len = end ? (size_t)(end - start) : k->size - k->pos;
        k->pos += len + (end ? 1 : 0);
        if (len > KEYFILE_LINE_MAX)
                return keyfile_error(k, error, "the line is longer than %u bytes; shorten it",
                                     KEYFILE_LINE_MAX);
        for (size_t i = 0; i < len; i++)
                k->buffer[i] = (char)(start[i] == '\t' ? ' ' : start[i]);
        k->buffer[len] = '\0';
        r = check_clean(k, len, error);
        if (r < 0)
                return r;
        while (len > 0 && k->buffer[len - 1] == ' ')
                k->buffer[--len] = '\0';
        return 1;
}

int keyfile_open(Keyfile *k, const char *text, size_t size, const char *format, TextError *error)
{
        int r;

        *k = (Keyfile){.text = text, .size = size};
        r = next_line(k, error);
        if (r < 0)
                return r;
        k->column = 1;
        if (r == 0) {
                k->line = 1;
                return keyfile_error(k, error, "the file is empty; its first line must be '%s'",
                                     format);
        }
        if (strcmp(k->buffer, format) != 0)
                return keyfile_error(k, error, "the first line must be '%s', but it is '%.64s'",
                                     format, k->buffer);
        return 0;
}

/* "[name]" */
static int cut_section(Keyfile *k, char *start, TextError *error)
{
        size_t n = strspn(start + 1, KEY_CHARS);

        if (n == 0 || strcmp(start + 1 + n, "]") != 0) {
                keyfile_point(k, start + 1 + n);
                return keyfile_error(k, error,
                                     "expected a section like '[internal]' alone on its "
                                     "line");
        }
        start[1 + n] = '\0';
        keyfile_point(k, start);
        k->key = KEYFILE_SECTION;
        k->language = "";
        k->value = start + 1;
        return 1;
}

/* At `p`, behind a key: "[zh_CN]" perhaps, then blanks. Returns what is behind them. */
static char *cut_language(Keyfile *k, char *p)
{
        size_t n = *p == '[' ? strspn(p + 1, LANGUAGE_CHARS) : 0;

        k->language = "";
        if (n > 0 && p[1 + n] == ']') {
                k->language = p + 1;
                p[1 + n] = '\0';
                p += n + 2;
        }
        return p + strspn(p, " ");
}

/* Cuts the line in the buffer into key and value. */
static int cut_line(Keyfile *k, char *start, TextError *error)
{
        size_t n = strspn(start, KEY_CHARS);
        char *p = cut_language(k, start + n);

        if (n == 0 || *p != '=') {
                keyfile_point(k, p);
                return keyfile_error(k, error,
                                     "expected 'key = value', with a key of a-z, 0-9 and "
                                     "'-'; put '#' in front of a comment");
        }
        p++;
        p += strspn(p, " ");
        start[n] = '\0';
        keyfile_point(k, p);
        k->key = start;
        k->value = p;
        return 1;
}

int keyfile_next(Keyfile *k, TextError *error)
{
        for (;;) {
                int r = next_line(k, error);
                char *start;

                if (r <= 0)
                        return r;
                start = k->buffer + strspn(k->buffer, " ");
                if (*start == '[')
                        return cut_section(k, start, error);
                if (*start && *start != '#')
                        return cut_line(k, start, error);
        }
}

char *keyfile_word(char **value)
{
        char *word = *value + strspn(*value, " "), *end;

        if (!*word) {
                *value = word;
                return NULL;
        }
        end = word + strcspn(word, " ");
        *value = end;
        if (*end) {
                *end = '\0';
                *value = end + 1;
        }
        return word;
}
