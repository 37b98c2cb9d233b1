/* SPDX-License-Identifier: GPL-2.0-or-later */
/* usbzoned: keeps the USB drives of three zones apart. */
#include <fcntl.h>
#include <getopt.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <systemd/sd-daemon.h>

#include "daemon/coldplug.h"
#include "daemon/manager.h"
#include "lib/file.h"
#include "lib/names.h"
#include "store/pending.h"

typedef enum Action { ACTION_GUARD, ACTION_LOCK, ACTION_FINISH, ACTION_EXIT } Action;

static void usage(FILE *f)
{
        (void)fprintf(f, "Usage: " UZ_DAEMON " [--finish | --lock]\n"
                         "Keeps the USB drives of three zones apart. Started by systemd as " UZ_UNIT
                         ".\n\n"
                         "  --finish   put in place what an installation that was cut short\n"
                         "             left, and end (run before the daemon)\n"
                         "  --lock     close what is not in use, and end (run after the daemon)\n"
                         "  --version  show the version\n"
                         "  --help     this text\n"
                         "\nTo set this computer up and to see drives: " UZ_CLI "\n");
}

static int parse_arguments(int argc, char *argv[], Action *ret)
{
        static const struct option options[] = {
                {"finish", no_argument, NULL, 'f'},
                {"lock", no_argument, NULL, 'l'},
                {"version", no_argument, NULL, 'v'},
                {"help", no_argument, NULL, 'h'},
                {0},
        };
        int c;

        *ret = ACTION_GUARD;
        while ((c = getopt_long(argc, argv, "h", options, NULL)) >= 0)
                switch (c) {
                case 'f':
                        *ret = ACTION_FINISH;
                        break;
                case 'l':
                        *ret = ACTION_LOCK;
                        break;
                case 'v':
                        (void)puts(UZ_PACKAGE " " UZ_VERSION);
                        *ret = ACTION_EXIT;
                        return 0;
                case 'h':
                        usage(stdout);
                        *ret = ACTION_EXIT;
                        return 0;
                default:
                        return -EINVAL;
                }
        return optind == argc ? 0 : -EINVAL;
}

/* The unit leaves none; started by hand there are all. */
static int drop_capabilities(void)
{
        struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
        struct __user_cap_data_struct have[_LINUX_CAPABILITY_U32S_3] = {0}, none[2] = {0};

        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || syscall(SYS_capget, &header, have) < 0)
                return -errno;
        if (memcmp(have, none, sizeof(none)) == 0)
                return 0;
        return syscall(SYS_capset, &header, none) < 0 ? -errno : 0;
}

static int on_reload(sd_event_source *s _unused_, const struct signalfd_siginfo *si _unused_,
                     void *userdata)
{
        _cleanup_(freep) char *message = NULL;
        int r;

        (void)sd_notify(false, "RELOADING=1");
        r = manager_reload(userdata, &message);
        if (r != 0)
                (void)fprintf(stderr, SD_ERR "usbzoned: not loaded: %s\n",
                              r < 0 ? strerror(-r) : message);
        (void)sd_notify(false, "READY=1");
        return 0;
}

static int block_signals(void)
{
        static const int list[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
        sigset_t set;

        (void)sigemptyset(&set);
        for (size_t i = 0; i < ARRAY_SIZE(list); i++)
                (void)sigaddset(&set, list[i]);
        return sigprocmask(SIG_BLOCK, &set, NULL) < 0 ? -errno : 0;
}

static int add_signals(Manager *m)
{
        int r;

        r = sd_event_add_signal(m->event, NULL, SIGTERM, NULL, NULL);
        if (r >= 0)
                r = sd_event_add_signal(m->event, NULL, SIGINT, NULL, NULL);
        if (r >= 0)
                r = sd_event_add_signal(m->event, NULL, SIGHUP, on_reload, m);
        if (r >= 0)
                r = sd_event_set_watchdog(m->event, true);
        return MIN(r, 0);
}

static int guard(void)
{
        _cleanup_(manager_freep) Manager *m = NULL;
        int r;

        r = block_signals();
        if (r == 0)
                r = manager_new(&m);
        if (r == 0)
                r = drop_capabilities();
        if (r == 0)
                r = add_signals(m);
        if (r == 0)
                r = manager_start(m);
        if (r < 0)
                return r;
        (void)sd_notify(false, "READY=1");
        r = sd_event_loop(m->event);
        (void)sd_notify(false, "STOPPING=1");
        manager_stop(m);
        return r;
}

/* The guard itself may not write there, and reads what is pending where it is. */
static int finish(void)
{
        _cleanup_(fd_closep) int fd = file_open_dir(AT_FDCWD, file_dir(UZ_ENV_ETC_DIR, UZ_ETC_DIR));
        int r;

        if (fd < 0)
                return fd == -ENOENT ? 0 : fd;
        if (flock(fd, LOCK_EX | LOCK_NB) < 0) /* an installation is under way */
                return errno == EWOULDBLOCK ? 0 : -errno;
        r = pending_finish(fd);
        if (r > 0)
                (void)fprintf(stderr, SD_NOTICE
                              "usbzoned: an installation that was cut short is finished now\n");
        return MIN(r, 0);
}

static int act(Action action)
{
        switch (action) {
        case ACTION_GUARD:
                return guard();
        case ACTION_LOCK:
                return coldplug_lock();
        case ACTION_FINISH:
                return finish();
        case ACTION_EXIT:
                return 0;
        }
        return 0;
}

int main(int argc, char *argv[])
{
        Action action;
        int r;

        if (parse_arguments(argc, argv, &action) < 0) {
                usage(stderr);
                return 2;
        }
        r = act(action);
        if (r < 0)
                (void)fprintf(stderr, SD_CRIT "usbzoned: cannot go on: %s\n", strerror(-r));
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
