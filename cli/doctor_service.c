/* SPDX-License-Identifier: GPL-2.0-or-later */
/* doctor: units, the daemon, its policy and its ledger. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/clock_words.h"
#include "cli/doctor.h"
#include "cli/out.h"
#include "cli/said.h"
#include "policy/reason.h"

#define SYSTEMD_NAME "org.freedesktop.systemd1"
#define SYSTEMD_PATH "/org/freedesktop/systemd1"
#define SYSTEMD_MANAGER "org.freedesktop.systemd1.Manager"
#define SOON_SECONDS (14 * 24 * 3600)

typedef struct Unit {
        char active[32], file[32]; /* "active", "enabled"; "" = unknown */
} Unit;

static bool unit_look(sd_bus *bus, const char *name, Unit *ret)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL, *state = NULL;
        _cleanup_(freep) char *active = NULL;
        const char *path, *file;

        *ret = (Unit){0};
        if (sd_bus_call_method(bus, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER, "LoadUnit", NULL,
                               &reply, "s", name) < 0 ||
            sd_bus_message_read(reply, "o", &path) < 0)
                return false;
        if (sd_bus_get_property_string(bus, SYSTEMD_NAME, path, SYSTEMD_NAME ".Unit", "ActiveState",
                                       NULL, &active) >= 0)
                snprintf(ret->active, sizeof(ret->active), "%s", active);
        if (sd_bus_call_method(bus, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER, "GetUnitFileState",
                               NULL, &state, "s", name) >= 0 &&
            sd_bus_message_read(state, "s", &file) >= 0)
                snprintf(ret->file, sizeof(ret->file), "%s", file);
        return true;
}

static void check_our_unit(Doctor *d, sd_bus *bus)
{
        Unit u;

        if (!unit_look(bus, UZ_UNIT, &u)) {
                doctor_find(d, FINDING_NOTE, "no-systemd", "", "%s",
                            _("systemd does not answer: the units were not looked at"));
                return;
        }
        if (!strncmp(u.file, "masked", 6))
                doctor_find(d, FINDING_HOLE, "unit-masked", "systemctl unmask " UZ_UNIT,
                            _("%s is masked: it cannot be started"), UZ_UNIT);
        else if (!*u.file)
                doctor_find(d, FINDING_HOLE, "unit-missing", _("install usbzone again"),
                            _("%s is missing"), UZ_UNIT);
        else if (!strcmp(u.file, "disabled"))
                doctor_find(d, FINDING_HOLE, "unit-disabled", "systemctl enable " UZ_UNIT,
                            _("%s does not start with the computer"), UZ_UNIT);
        if (strcmp(u.active, "active") != 0)
                doctor_find(d, FINDING_HOLE, "unit-inactive", "systemctl start " UZ_UNIT,
                            _("%s is not running (%s)"), UZ_UNIT, *u.active ? u.active : "-");
}

/* Two guards that write the same attributes undo each other's decisions. */
static void check_usbguard(Doctor *d, sd_bus *bus)
{
        Unit u;

        if (!unit_look(bus, "usbguard.service", &u))
                return;
        if (!strcmp(u.active, "active") || !strncmp(u.file, "enabled", 7))
                doctor_find(d, FINDING_HOLE, "usbguard",
                            "systemctl disable --now usbguard.service usbguard-dbus.service",
                            _("usbguard.service is %s and %s: it authorizes devices on its own"),
                            *u.active ? u.active : "-", *u.file ? u.file : "-");
}

static void check_policy(Doctor *d)
{
        const char *status = json_text(d->manager, "policy_status");
        int64_t expires = (int64_t)json_number(d->manager, "policy_expires");
        ClockTimes t;
        int64_t now = clock_times(d->manager, &t) ? t.judged : (int64_t)time(NULL);
        char time_text[32], words[SAID_WORDS_MAX];
        Reason reason;

        if (strcmp(status, reason_slug(REASON_OK)) != 0)
                doctor_find(d, FINDING_HOLE, "policy",
                            *json_text(d->manager, "policy_message")
                                    ? said_words(json_text(d->manager, "policy_message"), words)
                                    : _("run usbzonectl setup"),
                            "%s (%s)",
                            reason_parse(status, &reason) == 0 ? _(reason_text(reason)) : status,
                            status);
        if (expires && expires < now + SOON_SECONDS) {
                out_time(expires, time_text, sizeof(time_text));
                doctor_find(d, expires <= now ? FINDING_HOLE : FINDING_NOTE, "policy-expiry",
                            _("install a newer policy"), _("the policy ends at %s"), time_text);
        }
}

/* No hole: nothing becomes valid by it. But the ledger's times are wrong. */
static void check_clock(Doctor *d)
{
        char much[CLOCK_WORDS_MAX], judged[32];
        ClockTimes t;

        if (!clock_times(d->manager, &t) || t.behind < CLOCK_TELL_SECONDS)
                return;
        clock_words(t.behind, much);
        out_time(t.judged, judged, sizeof(judged));
        doctor_find(d, FINDING_NOTE, "clock-behind",
                    _("set the clock right; if the remembered time is the wrong one: usbzonectl "
                      "clock accept --reason TEXT"),
                    _("the system clock is %s behind the remembered time; drives are judged by %s"),
                    much, judged);
}

static void check_daemon(Doctor *d)
{
        const char *ledger;

        if (!d->manager) {
                doctor_find(d, FINDING_HOLE, "daemon-silent", "systemctl restart " UZ_UNIT,
                            _("%s does not answer on the bus"), UZ_DAEMON);
                return;
        }
        ledger = json_text(d->manager, "ledger_status");
        if (strcmp(ledger, "ok") != 0)
                doctor_find(d, FINDING_HOLE, "ledger",
                            _("see to the space and the owner of /var/lib/usbzone/ledger"),
                            _("the ledger cannot be written (%s)"), ledger);
        check_policy(d);
        check_clock(d);
        d->observe = strcmp(json_text(d->manager, "mode"), "enforce") != 0;
        if (d->observe)
                doctor_find(d, FINDING_HOLE, "observe", "usbzonectl mode enforce --reason TEXT",
                            "%s",
                            _("observe mode: drives are decided and recorded, none is blocked"));
}

void doctor_service(Doctor *d)
{
        sd_bus *bus = d->client ? client_bus(d->client) : NULL;
        _cleanup_(sd_bus_flush_close_unrefp) sd_bus *own = NULL;

        if (!bus && sd_bus_open_system(&own) >= 0)
                bus = own;
        if (bus) {
                check_our_unit(d, bus);
                check_usbguard(d, bus);
        } else {
                doctor_find(d, FINDING_HOLE, "no-bus", "systemctl start dbus.service", "%s",
                            _("there is no D-Bus system bus"));
        }
        check_daemon(d);
}
