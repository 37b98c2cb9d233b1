/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts the guard for the first time. */
#include "cli/activate.h"

#include <string.h>

#include "cli/cli.h"
#include "cli/run.h"

static void run_step(const char *what, const char *const *argv)
{
        Run run = {.argv = argv, .progress = what};
        int r = run_program(&run);

        if (r < 0)
                cli_note(_("%s: cannot run %s: %s"), what, argv[0], strerror(-r));
        else if (r > 0)
                cli_note(_("%s: %s failed: %s"), what, argv[0], run.output);
}

/* Activates what has just been written. Nothing here can be half done in a harmful way. */
void activate_guard(void)
{
        static const char *const reload[] = {"udevadm", "control", "--reload", NULL};
        static const char *const trigger[] = {
                "udevadm", "trigger", "--action=add", "--subsystem-match=usb", "--settle", NULL};
        static const char *const enable[] = {"systemctl", "enable", "-q", UZ_UNIT, NULL};
        static const char *const restart[] = {"systemctl", "restart", UZ_UNIT, NULL};

        if (access("/run/systemd/system", F_OK) != 0) {
                cli_note(_("systemd does not run here: start %s yourself"), UZ_DAEMON);
                return;
        }
        run_step(_("Loading the udev rules"), reload);
        run_step(_("Enabling the guard"), enable);
        run_step(_("Starting the guard"), restart);
        run_step(_("Applying the udev rules"), trigger);
}
