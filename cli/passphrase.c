/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads passphrases and PINs from a descriptor or the terminal. */
#include "cli/passphrase.h"

#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>

#include "cli/cli.h"
#include "lib/file.h"
#include "lib/text.h"

#define INPUT_MAX (PASSPHRASES_MAX * (PASSPHRASE_MAX + 1u))

static void wipe_free(char *text)
{
        if (text)
                explicit_bzero(text, strlen(text));
        free(text);
}

static int keep(Passphrases *p, const char *text)
{
        char *copy;

        if (p->n == PASSPHRASES_MAX)
                return cli_fail(CLI_USAGE, _("there are more than %u passphrases"),
                                PASSPHRASES_MAX);
        copy = strdup(text);
        if (!copy)
                return cli_out_of_memory();
        p->list[p->n++] = copy;
        return 0;
}

int passphrases_open(Passphrases *p, const char *fd_word)
{
        char *text = NULL, *save = NULL;
        uint64_t fd;
        size_t size;
        int r;

        *p = (Passphrases){0};
        if (!fd_word)
                return 0;
        if (text_u64(fd_word, INT_MAX, &fd) < 0)
                return cli_fail(CLI_USAGE, _("--passphrase-fd: \"%s\" is no number"), fd_word);
        r = file_read_fd((int)fd, INPUT_MAX, &text, &size);
        if (r < 0)
                return cli_fail_errno(r, _("cannot read a passphrase from descriptor %s"), fd_word);
        p->from_fd = true;
        if (memchr(text, '\0', size))
                r = cli_fail(CLI_USAGE, _("descriptor %s: a passphrase has no zero byte"), fd_word);
        for (char *l = strtok_r(text, "\r\n", &save); l && r == 0;
             l = strtok_r(NULL, "\r\n", &save))
                r = keep(p, l);
        explicit_bzero(text, size);
        free(text);
        if (r == 0 && p->n == 0)
                r = cli_fail(CLI_USAGE, _("descriptor %s gives no passphrase"), fd_word);
        return r;
}

void passphrases_close(Passphrases *p)
{
        for (size_t i = 0; i < p->n; i++)
                wipe_free(p->list[i]);
        for (size_t i = 0; i < p->n_pins; i++)
                free(p->pins[i].token);
        *p = (Passphrases){0};
}

/* Signals that end or stop the program wait, so that the terminal gets its echo back first. A
 * descriptor that can be read when one has come, or -errno; `ret_before` is the mask to restore. */
static int hold_signals(sigset_t *ret_before)
{
        static const int held[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
        sigset_t set;
        int fd;

        sigemptyset(&set);
        for (size_t i = 0; i < ARRAY_SIZE(held); i++)
                sigaddset(&set, held[i]);
        fd = signalfd(-1, &set, SFD_CLOEXEC);
        if (fd < 0)
                return -errno;
        if (sigprocmask(SIG_BLOCK, &set, ret_before) < 0) {
                (void)fd_close(fd);
                return -EINVAL;
        }
        return fd;
}

/* 1: a line was typed; 0: a signal came first; -errno. */
static int wait_line(int signals)
{
        struct pollfd p[] = {
                {.fd = STDIN_FILENO, .events = POLLIN},
                {.fd = signals, .events = POLLIN},
        };

        while (poll(p, ARRAY_SIZE(p), -1) < 0)
                if (errno != EINTR)
                        return -errno;
        return !p[1].revents;
}

static char *read_line(void)
{
        char *line = NULL;
        size_t room = 0;
        ssize_t n = getline(&line, &room, stdin);

        if (n < 0) {
                free(line);
                return NULL;
        }
        if (n > 0 && line[n - 1] == '\n')
                line[n - 1] = '\0';
        return line;
}

/* Asks with the terminal's echo off; once more, if the program was stopped meanwhile. */
static char *ask_unseen(const char *question)
{
        struct termios before, unseen;
        char *answer = NULL;
        int r = 0;

        if (!cli_is_interactive() || tcgetattr(STDIN_FILENO, &before) < 0)
                return NULL;
        unseen = before;
        unseen.c_lflag &= ~(tcflag_t)ECHO;
        while (r == 0) {
                sigset_t mask;
                _cleanup_(fd_closep) int signals = hold_signals(&mask);

                if (signals < 0)
                        return NULL;
                r = tcsetattr(STDIN_FILENO, TCSAFLUSH, &unseen) < 0 ? -errno : 0;
                if (r == 0) {
                        fprintf(stderr, "%s ", question);
                        r = wait_line(signals);
                        answer = r > 0 ? read_line() : NULL;
                        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
                        fputc('\n', stderr);
                }
                /* Here the signal that came does what it does. */
                (void)sigprocmask(SIG_SETMASK, &mask, NULL);
        }
        return answer;
}

static char *ask_for(const char *format, const char *name)
{
        _cleanup_(freep) char *question = NULL;

        if (asprintf(&question, format, name) < 0)
                return NULL;
        return ask_unseen(question);
}

const char *passphrases_ask(Passphrases *p, const char *name)
{
        char *answer;
        int r;

        if (p->from_fd)
                return NULL;
        answer = ask_for(_("Passphrase of %s:"), name);
        if (!answer || !*answer) {
                wipe_free(answer);
                return NULL;
        }
        r = keep(p, answer);
        wipe_free(answer);
        return r ? NULL : p->list[p->n - 1];
}

static ssize_t find_pin(const Passphrases *p, const char *token)
{
        for (size_t i = 0; i < p->n_pins; i++)
                if (!strcmp(p->pins[i].token, token))
                        return (ssize_t)i;
        return -1;
}

const char *passphrases_pin(Passphrases *p, const char *token, const char *uri)
{
        ssize_t known = find_pin(p, token);
        char *name;

        if (known >= 0)
                return p->pins[known].pin;
        if (p->n_pins == PASSPHRASES_MAX)
                return NULL;
        if (!p->from_fd) {
                char *answer = ask_for(_("PIN of %s:"), uri);
                int r = answer && *answer ? keep(p, answer) : CLI_FAILED;

                wipe_free(answer);
                if (r)
                        return NULL;
        }
        name = strdup(token);
        if (!name)
                return NULL;
        p->pins[p->n_pins].token = name;
        p->pins[p->n_pins].pin =
                p->list[p->from_fd ? MIN(p->n_new + p->n_pins, p->n - 1) : p->n - 1];
        return p->pins[p->n_pins++].pin;
}

void passphrases_pin_refused(Passphrases *p, const char *token)
{
        ssize_t known = find_pin(p, token);

        if (known >= 0)
                p->pins[known].pin = NULL;
}

bool passphrases_pin_was_refused(const Passphrases *p, const char *token)
{
        ssize_t known = find_pin(p, token);

        return known >= 0 && !p->pins[known].pin;
}

static int check_new(const char *text)
{
        size_t n = strlen(text);

        if (n < PASSPHRASE_MIN || n > PASSPHRASE_MAX)
                return cli_fail(CLI_USAGE, _("a passphrase has %u to %u bytes"), PASSPHRASE_MIN,
                                PASSPHRASE_MAX);
        return 0;
}

static int ask_new(Passphrases *p, const char *name, const char **ret)
{
        char *one = ask_for(_("New passphrase of %s:"), name), *two = NULL;
        int r;

        if (!one)
                return cli_fail(CLI_USAGE, "%s",
                                _("a passphrase is needed: give --passphrase-fd N, or "
                                  "--no-passphrase to leave the keys unprotected"));
        r = check_new(one);
        if (r == 0) {
                two = ask_for(_("The same again, for %s:"), name);
                if (!two || strcmp(one, two) != 0)
                        r = cli_fail(CLI_FAILED, "%s", _("the two are not the same"));
        }
        if (r == 0)
                r = keep(p, one);
        if (r == 0)
                *ret = p->list[p->n - 1];
        wipe_free(one);
        wipe_free(two);
        return r;
}

int passphrases_new(Passphrases *p, const char *name, size_t i, const char **ret)
{
        int r;

        if (!p->from_fd)
                return ask_new(p, name, ret);
        p->n_new = MAX(p->n_new, MIN(i + 1, p->n));
        i = MIN(p->n_pins + i, p->n - 1);
        r = check_new(p->list[i]);
        if (r == 0)
                *ret = p->list[i];
        return r;
}
