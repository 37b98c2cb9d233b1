/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes the terminal, draws frames, gives it back. */
#include "cli/screen.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "cli/cli.h"
#include "lib/file.h"

#define ENTER "\x1b[?1049h\x1b[?25l"
#define LEAVE "\x1b[?25h\x1b[?1049l"
#define LINE_MAX_BYTES 2048u

/* For the way out through exit(). */
static struct termios before;
static bool taken;

static void put(const char *text)
{
        size_t n = strlen(text);

        while (n > 0) {
                ssize_t r = write(STDOUT_FILENO, text, n);

                if (r < 0 && errno == EINTR)
                        continue;
                if (r <= 0)
                        return;
                text += r;
                n -= (size_t)r;
        }
}

static void give_back(void)
{
        if (!taken)
                return;
        taken = false;
        put(LEAVE);
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
}

static int take(void)
{
        struct termios t = before;

        t.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
        t.c_cc[VMIN] = 1;
        t.c_cc[VTIME] = 0;
        if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &t) < 0)
                return -errno;
        taken = true;
        put(ENTER);
        return 0;
}

static void measure(Screen *s)
{
        struct winsize w = {0};

        (void)ioctl(STDOUT_FILENO, TIOCGWINSZ, &w);
        s->rows = w.ws_row ? w.ws_row : 24;
        s->columns = w.ws_col ? w.ws_col : 80;
}

static void ending_signals(sigset_t *set)
{
        static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH};

        sigemptyset(set);
        for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
                sigaddset(set, numbers[i]);
}

bool screen_is_possible(void)
{
        const char *term = getenv("TERM");

        return term && *term && strcmp(term, "dumb") != 0 && isatty(STDIN_FILENO) &&
               isatty(STDOUT_FILENO);
}

int screen_open(Screen *s)
{
        static bool registered;
        sigset_t set;
        int r;

        *s = (Screen){.signals = -EBADF};
        if (tcgetattr(STDIN_FILENO, &before) < 0)
                return -errno;
        ending_signals(&set);
        s->signals = signalfd(-1, &set, SFD_CLOEXEC);
        if (s->signals < 0 || sigprocmask(SIG_BLOCK, &set, NULL) < 0)
                return -errno;
        if (!registered && atexit(give_back) != 0)
                return -ENOMEM;
        registered = true;
        r = take();
        measure(s);
        return r;
}

void screen_close(Screen *s)
{
        sigset_t set;

        give_back();
        if (s->f)
                fclose(TAKE_PTR(s->f));
        free(TAKE_PTR(s->frame));
        if (s->signals < 0)
                return;
        s->signals = fd_close(s->signals);
        ending_signals(&set);
        (void)sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* The shell gets its terminal as it was; we go on when it lets us. */
static int stop(Screen *s)
{
        int r;

        give_back();
        (void)raise(SIGSTOP);
        r = take();
        measure(s);
        return r < 0 ? SIGHUP : 0;
}

int screen_signal(Screen *s)
{
        struct signalfd_siginfo info;

        if (read(s->signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
                return 0;
        if (info.ssi_signo == SIGTSTP)
                return stop(s);
        if (info.ssi_signo != SIGWINCH)
                return (int)info.ssi_signo;
        measure(s);
        return 0;
}

void screen_die(int sig)
{
        (void)signal(sig, SIG_DFL);
        (void)raise(sig);
}

int screen_begin(Screen *s)
{
        s->row = 0;
        s->f = open_memstream(&s->frame, &s->size);
        return s->f ? 0 : -ENOMEM;
}

void screen_line(Screen *s, Style style, const char *text)
{
        char line[LINE_MAX_BYTES];

        if (s->row >= s->rows)
                return;
        screen_fit(text, s->columns, false, line, sizeof(line));
        fprintf(s->f, "\x1b[%d;1H%s%s%s\x1b[K", ++s->row, out_style(stdout, style), line,
                style == STYLE_PLAIN ? "" : out_plain(stdout));
}

int screen_end(Screen *s)
{
        bool bad;

        if (s->row < s->rows)
                fprintf(s->f, "\x1b[%d;1H\x1b[J", s->row + 1);
        bad = ferror(s->f);
        if (fclose(TAKE_PTR(s->f)) != 0 || bad)
                return -ENOMEM;
        put(s->frame);
        free(TAKE_PTR(s->frame));
        return 0;
}

/* The next character of a text: its bytes, and its columns; '?' for what cannot be shown. */
static size_t next(const char *text, mbstate_t *state, const char **ret, size_t *ret_size,
                   int *ret_w)
{
        wchar_t c;
        size_t n = mbrtowc(&c, text, strlen(text), state);
        int w = n == (size_t)-1 || n == (size_t)-2 ? -1 : wcwidth(c);

        if (n == (size_t)-1 || n == (size_t)-2) {
                memset(state, 0, sizeof(*state));
                n = 1;
        }
        *ret = w < 0 ? "?" : text;
        *ret_size = w < 0 ? 1 : n;
        *ret_w = w < 0 ? 1 : w;
        return n;
}

void screen_fit(const char *text, int columns, bool pad, char *ret, size_t size)
{
        mbstate_t state = {0};
        size_t at = 0;

        while (*text) {
                const char *bytes;
                size_t n, used;
                int w;

                used = next(text, &state, &bytes, &n, &w);
                if (w > columns || at + n >= size)
                        break;
                memcpy(ret + at, bytes, n);
                at += n;
                columns -= w;
                text += used;
        }
        for (; pad && columns > 0 && at + 1 < size; columns--)
                ret[at++] = ' ';
        ret[at] = '\0';
}
