/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Listens to org.usbzone1: verdicts, violations, exceptions that end, drives that go. */
#include "notice/watch.h"

#include <stdio.h>
#include <string.h>

#include "lib/names.h"

#define CALL_USEC (5u * 1000000u)
#define DBUS "org.freedesktop.DBus"
#define PROPERTIES DBUS ".Properties"

/* An exception about to end is told in the drive's own notice, so the label is asked for. */
static int read_drive(Watch *w, const char *object, Facts *f)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = sd_bus_call_method(w->bus, UZ_BUS_NAME, object, PROPERTIES, "GetAll", NULL, &reply,
                                   "s", UZ_BUS_DRIVE);

        return r < 0 ? r : facts_read(reply, f);
}

static void tell(Watch *w, const Facts *f)
{
        Words words;

        words_make(f, &w->texts, &words);
        desktop_show(w->desktop, f->drive, &words);
}

/* What was told of stays true: a drive that is let in after all has its notice taken away. */
static void consider(Watch *w, const Facts *f)
{
        if (words_worth(f))
                tell(w, f);
        else if (f->decided)
                desktop_close(w->desktop, f->drive);
}

static int on_violation(sd_bus_message *m, void *userdata, sd_bus_error *error _unused_)
{
        Facts f = {0};

        if (facts_read(m, &f) < 0)
                return 0;
        if (f.drive == 0)
                f.kind = FACTS_TAMPER;
        consider(userdata, &f);
        return 0;
}

static int on_verdict(sd_bus_message *m, void *userdata, sd_bus_error *error _unused_)
{
        const char *object;
        Facts f = {0};

        if (sd_bus_message_read(m, "o", &object) < 0 || facts_read(m, &f) < 0)
                return 0;
        f.drive = facts_number(object);
        if (f.drive)
                consider(userdata, &f);
        return 0;
}

static int on_ending(sd_bus_message *m, void *userdata, sd_bus_error *error _unused_)
{
        const char *object, *grant;
        Facts f = {0};
        int64_t end;

        if (sd_bus_message_read(m, "osx", &object, &grant, &end) < 0)
                return 0;
        (void)!read_drive(userdata, object, &f);
        f.kind = FACTS_ENDING;
        f.drive = facts_number(object);
        f.end = end;
        if (f.drive)
                tell(userdata, &f);
        return 0;
}

static int on_removed(sd_bus_message *m, void *userdata, sd_bus_error *error _unused_)
{
        Watch *w = userdata;
        const char *object;
        uint64_t number;

        if (sd_bus_message_read(m, "o", &object) < 0)
                return 0;
        number = facts_number(object);
        if (number)
                desktop_close(w->desktop, number);
        return 0;
}

static int on_properties(sd_bus_message *m _unused_, void *userdata, sd_bus_error *error _unused_)
{
        Watch *w = userdata;

        texts_read(w->bus, &w->texts);
        return 0;
}

/* {oa{sa{sv}}} */
static int read_object(Watch *w, sd_bus_message *m)
{
        const char *object, *interface;
        int r = sd_bus_message_read(m, "o", &object);

        if (r >= 0)
                r = sd_bus_message_enter_container(m, 'a', "{sa{sv}}");
        while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sa{sv}")) > 0) {
                Facts f = {0};

                r = sd_bus_message_read(m, "s", &interface);
                if (r >= 0)
                        r = facts_read(m, &f);
                if (r >= 0)
                        r = sd_bus_message_exit_container(m);
                if (r >= 0 && f.drive && !strcmp(interface, UZ_BUS_DRIVE))
                        consider(w, &f);
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int read_present(Watch *w)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = sd_bus_call_method(w->bus, UZ_BUS_NAME, UZ_BUS_ROOT, DBUS ".ObjectManager",
                                   "GetManagedObjects", NULL, &reply, NULL);

        if (r >= 0)
                r = sd_bus_message_enter_container(reply, 'a', "{oa{sa{sv}}}");
        while (r >= 0 && (r = sd_bus_message_enter_container(reply, 'e', "oa{sa{sv}}")) > 0) {
                r = read_object(w, reply);
                if (r >= 0)
                        r = sd_bus_message_exit_container(reply);
        }
        return r;
}

/* Numbers of drives are those of one run of the daemon. */
static int on_owner(sd_bus_message *m, void *userdata, sd_bus_error *error _unused_)
{
        Watch *w = userdata;
        const char *name, *before, *after;

        if (sd_bus_message_read(m, "sss", &name, &before, &after) < 0 || !*after)
                return 0;
        desktop_close_all(w->desktop);
        texts_read(w->bus, &w->texts);
        (void)read_present(w);
        return 0;
}

static int on_disconnected(sd_bus_message *m _unused_, void *userdata, sd_bus_error *error _unused_)
{
        Watch *w = userdata;

        desktop_close_all(w->desktop);
        return sd_event_exit(sd_bus_get_event(w->bus), 1); /* the unit starts again */
}

static int subscribe(Watch *w)
{
        static const struct {
                const char *member;
                sd_bus_message_handler_t handler;
        } signals[] = {
                {"Violation", on_violation},
                {"VerdictChanged", on_verdict},
                {"GrantEnding", on_ending},
                {"DriveRemoved", on_removed},
        };
        int r = 0;

        for (size_t i = 0; i < ARRAY_SIZE(signals) && r >= 0; i++)
                r = sd_bus_match_signal(w->bus, NULL, UZ_BUS_NAME, UZ_BUS_ROOT, UZ_BUS_MANAGER,
                                        signals[i].member, signals[i].handler, w);
        if (r >= 0)
                r = sd_bus_match_signal(w->bus, NULL, UZ_BUS_NAME, UZ_BUS_ROOT, PROPERTIES,
                                        "PropertiesChanged", on_properties, w);
        if (r >= 0)
                r = sd_bus_add_match(w->bus, NULL,
                                     "type='signal',sender='" DBUS "',"
                                     "member='NameOwnerChanged',arg0='" UZ_BUS_NAME "'",
                                     on_owner, w);
        if (r >= 0)
                r = sd_bus_match_signal(w->bus, NULL, DBUS ".Local", NULL, DBUS ".Local",
                                        "Disconnected", on_disconnected, w);
        return r;
}

static int connect_bus(sd_bus **ret)
{
        const char *address = secure_getenv(UZ_ENV_BUS_ADDRESS);
        _cleanup_(sd_bus_unrefp) sd_bus *bus = NULL;
        int r;

        if (!address)
                return sd_bus_open_system(ret);
        r = sd_bus_new(&bus);
        if (r >= 0)
                r = sd_bus_set_address(bus, address);
        if (r >= 0)
                r = sd_bus_set_bus_client(bus, 1);
        if (r >= 0)
                r = sd_bus_start(bus);
        if (r >= 0)
                *ret = TAKE_PTR(bus);
        return r;
}

int watch_start(Watch *w, sd_event *event, Desktop *desktop)
{
        int r = connect_bus(&w->bus);

        if (r < 0)
                return r;
        w->desktop = desktop;
        (void)sd_bus_set_method_call_timeout(w->bus, CALL_USEC);
        r = subscribe(w);
        if (r >= 0)
                r = sd_bus_attach_event(w->bus, event, 0);
        if (r < 0)
                return r;
        texts_read(w->bus, &w->texts);
        (void)read_present(w); /* no daemon yet is no failure */
        return 0;
}

void watch_stop(Watch *w)
{
        w->bus = sd_bus_flush_close_unref(w->bus);
}
