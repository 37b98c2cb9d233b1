/* SPDX-License-Identifier: GPL-2.0-or-later */
/* usbzone-notice: tells the person at the screen, in his language, what became of a drive. */
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>

#include "lib/names.h"
#include "notice/watch.h"

#define EXIT_USAGE 2

static void print_help(void)
{
        printf("%s\n\n%s\n\n%s\n  -t, --text     %s\n      --version  %s\n  -h, --help     %s\n",
               _("Usage: usbzone-notice [OPTIONS]"),
               _("Shows what the USB guard decides as notices on the desktop."), _("Options:"),
               _("print lines on the standard output instead"), _("show the version"),
               _("show this help"));
}

/* -1: go on; otherwise what to exit with. */
static int parse(int argc, char **argv, bool *ret_text)
{
        static const struct option options[] = {{"text", no_argument, NULL, 't'},
                                                {"help", no_argument, NULL, 'h'},
                                                {"version", no_argument, NULL, 'v'},
                                                {0}};
        int c;

        while ((c = getopt_long(argc, argv, "th", options, NULL)) != -1)
                switch (c) {
                case 't':
                        *ret_text = true;
                        break;
                case 'h':
                        print_help();
                        return EXIT_SUCCESS;
                case 'v':
                        printf("%s %s\n", UZ_NOTICE, UZ_VERSION);
                        return EXIT_SUCCESS;
                default:
                        return EXIT_USAGE;
                }
        return optind < argc ? EXIT_USAGE : -1;
}

/* While the session bus is still connected: its end takes the notices away. */
static int on_stop(sd_event_source *s, const struct signalfd_siginfo *si _unused_, void *userdata)
{
        desktop_close_all(userdata);
        return sd_event_exit(sd_event_source_get_event(s), 0);
}

static int stop_on_signals(sd_event *event, Desktop *desktop)
{
        sigset_t set;

        (void)sigemptyset(&set);
        (void)sigaddset(&set, SIGTERM);
        (void)sigaddset(&set, SIGINT);
        (void)sigaddset(&set, SIGHUP);
        if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
                return -errno;
        for (int s = 1; s < SIGRTMIN; s++)
                if (sigismember(&set, s) > 0) {
                        int r = sd_event_add_signal(event, NULL, s, on_stop, desktop);

                        if (r < 0)
                                return r;
                }
        return 0;
}

static int run(bool text)
{
        _cleanup_(sd_event_unrefp) sd_event *event = NULL;
        _cleanup_(desktop_freep) Desktop *desktop = NULL;
        _cleanup_(watch_stop) Watch watch = {0};
        int r = sd_event_new(&event);

        if (r >= 0)
                r = desktop_new(event, text, &desktop);
        if (r >= 0)
                r = stop_on_signals(event, desktop);
        if (r >= 0)
                r = watch_start(&watch, event, desktop);
        if (r >= 0) {
                (void)sd_notify(0, "READY=1");
                r = sd_event_loop(event);
        }
        if (r < 0)
                fprintf(stderr, SD_ERR "%s: cannot listen to the USB guard: %s\n", UZ_NOTICE,
                        strerror(-r));
        return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
        const char *locale = secure_getenv(UZ_ENV_LOCALE_DIR);
        bool text = false;
        int r;

        setlocale(LC_ALL, "");
        bindtextdomain(UZ_PACKAGE, locale ? locale : UZ_LOCALEDIR);
        textdomain(UZ_PACKAGE);
        r = parse(argc, argv, &text);
        return r >= 0 ? r : run(text);
}
