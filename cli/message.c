/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages and questions: what goes to stderr, and what is read from the terminal. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/out.h"

/* A message may hold the name of a file that somebody else chose: no letter of it moves the cursor
 * or gives the terminal an order (C0 and DEL; C1, as UTF-8 has it). */
static void disarm(char *text)
{
        bool utf8 = out_has_symbols();

        for (unsigned char *p = (unsigned char *)text; *p; p++) {
                if ((*p < ' ' && *p != '\n' && *p != '\t') || *p == 0x7f)
                        *p = '?';
                else if (utf8 && p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0)
                        p[0] = p[1] = '?';
        }
}

static void say(Style style, const char *format, va_list args, const char *tail)
{
        char *text;

        if (vasprintf(&text, format, args) < 0)
                return;
        disarm(text);
        fflush(stdout);
        fprintf(stderr, "%s%s:%s %s%s%s\n", out_style(stderr, style), UZ_CLI,
                style == STYLE_PLAIN ? "" : out_plain(stderr), text, tail ? _(": ") : "",
                tail ? tail : "");
        free(text);
}

int cli_fail(int code, const char *format, ...)
{
        va_list args;

        va_start(args, format);
        say(STYLE_BAD, format, args, NULL);
        va_end(args);
        return code;
}

int cli_fail_errno(int error, const char *format, ...)
{
        va_list args;

        va_start(args, format);
        say(STYLE_BAD, format, args,
            error == -ESPIPE ? _("it is no regular file") : strerror(-error));
        va_end(args);
        return error == -EACCES || error == -EPERM ? CLI_DENIED : CLI_FAILED;
}

int cli_out_of_memory(void)
{
        return cli_fail_errno(-ENOMEM, "%s", _("cannot go on"));
}

void cli_note(const char *format, ...)
{
        va_list args;

        va_start(args, format);
        say(STYLE_PLAIN, format, args, NULL);
        va_end(args);
}

bool cli_is_interactive(void)
{
        return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

char *cli_ask(const char *question, const char *proposal)
{
        _cleanup_(freep) char *line = NULL;
        size_t room = 0;
        ssize_t n;

        if (!cli_is_interactive())
                return NULL;
        if (proposal && *proposal)
                fprintf(stderr, "%s [%s] ", question, proposal);
        else
                fprintf(stderr, "%s ", question);
        n = getline(&line, &room, stdin);
        if (n < 0) {
                fputc('\n', stderr);
                return NULL;
        }
        if (n > 0 && line[n - 1] == '\n')
                line[n - 1] = '\0';
        if (!*line && proposal)
                return strdup(proposal);
        return TAKE_PTR(line);
}

bool cli_confirm(const char *question, const char *word)
{
        _cleanup_(freep) char *answer = cli_ask(question, NULL);

        return answer && !strcmp(answer, word);
}
