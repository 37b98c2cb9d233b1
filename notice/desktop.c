/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.freedesktop.Notifications on the session bus (Desktop Notifications Specification 1.2). */
#include "notice/desktop.h"

#include <stdio.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>

#define SERVICE "org.freedesktop.Notifications"
#define OBJECT "/org/freedesktop/Notifications"
#define RETRY_USEC (10u * 1000000u)
#define URGENCY_NORMAL 1
#define URGENCY_CRITICAL 2
#define EXPIRES_NEVER 0
#define EXPIRES_DEFAULT (-1)

typedef struct Notice {
        struct Desktop *desktop;
        bool used, shown; /* shown: the service has had it */
        bool stale;       /* the words are newer than the call under way */
        uint64_t drive;
        uint32_t id;         /* of the service; 0 = none yet */
        sd_bus_slot *answer; /* of the Notify under way */
        Words words;
} Notice;

struct Desktop {
        sd_event *event;
        sd_event_source *retry;
        sd_bus *bus;
        bool text, ready, markup, complained;
        Notice notices[DESKTOP_NOTICES_MAX];
};

static int show(Notice *n);
static int connect_bus(Desktop *d);

/* Once: a session without notifications is nothing to fill the log with. */
static void complain(Desktop *d, const char *what)
{
        if (!d->complained)
                fprintf(stderr, SD_WARNING "usbzone-notice: no notices can be shown yet (%s)\n",
                        what);
        d->complained = true;
}

static int on_retry(sd_event_source *s, uint64_t now, void *userdata)
{
        Desktop *d = userdata;
        bool waiting = false;

        (void)connect_bus(d);
        for (size_t i = 0; i < DESKTOP_NOTICES_MAX; i++) {
                Notice *n = &d->notices[i];

                if (!n->used || n->shown)
                        continue;
                waiting = true;
                if (!n->answer)
                        (void)show(n);
        }
        if (!waiting && d->bus)
                return 0;
        (void)sd_event_source_set_time(s, now + RETRY_USEC);
        return sd_event_source_set_enabled(s, SD_EVENT_ONESHOT);
}

static void retry_soon(Desktop *d, uint64_t usec)
{
        uint64_t now;

        if (sd_event_now(d->event, CLOCK_MONOTONIC, &now) < 0)
                return;
        (void)sd_event_source_set_time(d->retry, now + usec);
        (void)sd_event_source_set_enabled(d->retry, SD_EVENT_ONESHOT);
}

static Notice *find(const Desktop *d, uint64_t drive)
{
        for (size_t i = 0; i < DESKTOP_NOTICES_MAX; i++)
                if (d->notices[i].used && d->notices[i].drive == drive)
                        return (Notice *)&d->notices[i];
        return NULL;
}

static Notice *find_or_take(Desktop *d, uint64_t drive)
{
        Notice *n = find(d, drive);

        for (size_t i = 0; !n && i < DESKTOP_NOTICES_MAX; i++)
                if (!d->notices[i].used && !d->notices[i].answer) {
                        n = &d->notices[i];
                        *n = (Notice){.desktop = d, .used = true, .drive = drive};
                }
        return n;
}

static void close_id(Desktop *d, uint32_t id)
{
        if (d->bus && id)
                (void)sd_bus_call_method_async(d->bus, NULL, SERVICE, OBJECT, SERVICE,
                                               "CloseNotification", NULL, NULL, "u", id);
}

static int on_shown(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_)
{
        Notice *n = userdata;
        Desktop *d = n->desktop;
        const sd_bus_error *e = sd_bus_message_get_error(reply);

        n->answer = sd_bus_slot_unref(n->answer);
        if (e || sd_bus_message_read(reply, "u", &n->id) < 0) {
                complain(d, e && e->message ? e->message : "an answer in an unknown form");
                n->id = 0;
                retry_soon(d, RETRY_USEC);
                return 0;
        }
        d->complained = false;
        /* Closed, or changed, while the answer was on its way. */
        if (!n->used)
                close_id(d, TAKE(n->id, 0));
        else if (n->stale)
                (void)show(n);
        else
                n->shown = true;
        return 0;
}

static int append_hints(sd_bus_message *m, const Words *w)
{
        int r = sd_bus_message_open_container(m, 'a', "{sv}");

        if (r >= 0)
                r = sd_bus_message_append(m, "{sv}{sv}", "urgency", "y",
                                          w->critical ? URGENCY_CRITICAL : URGENCY_NORMAL,
                                          "category", "s", "device.error");
        if (r >= 0 && w->critical)
                r = sd_bus_message_append(m, "{sv}", "resident", "b", 1);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_notice(sd_bus_message *m, const Notice *n)
{
        const Words *w = &n->words;
        char body[2 * WORDS_BODY_MAX];
        int r;

        if (n->desktop->markup)
                words_markup(w->body, body, sizeof(body));
        else
                snprintf(body, sizeof(body), "%s", w->body);
        r = sd_bus_message_append(m, "susss", "usbzone", n->id,
                                  w->critical ? "dialog-error" : "dialog-warning", w->title, body);
        if (r >= 0)
                r = sd_bus_message_append(m, "as", 0);
        if (r >= 0)
                r = append_hints(m, w);
        return r < 0 ? r
                     : sd_bus_message_append(m, "i", w->critical ? EXPIRES_NEVER : EXPIRES_DEFAULT);
}

static int show(Notice *n)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        Desktop *d = n->desktop;
        int r = d->bus && d->ready ? 0 : -ENOTCONN;

        n->stale = false;
        if (r >= 0)
                r = sd_bus_message_new_method_call(d->bus, &m, SERVICE, OBJECT, SERVICE, "Notify");
        if (r >= 0)
                r = append_notice(m, n);
        if (r >= 0)
                r = sd_bus_call_async(d->bus, &n->answer, m, on_shown, n, 0);
        if (r < 0)
                retry_soon(d, RETRY_USEC);
        return r;
}

static void show_all(Desktop *d)
{
        for (size_t i = 0; i < DESKTOP_NOTICES_MAX; i++)
                if (d->notices[i].used && !d->notices[i].shown && !d->notices[i].answer)
                        (void)show(&d->notices[i]);
}

/* Servers differ in whether "<" begins a tag. */
static int on_capabilities(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_)
{
        Desktop *d = userdata;
        const char *word;

        d->ready = true;
        d->markup = false;
        if (!sd_bus_message_is_method_error(reply, NULL) &&
            sd_bus_message_enter_container(reply, 'a', "s") > 0)
                while (sd_bus_message_read_basic(reply, 's', &word) > 0)
                        if (!strcmp(word, "body-markup"))
                                d->markup = true;
        show_all(d);
        return 0;
}

static void ask_capabilities(Desktop *d)
{
        (void)sd_bus_call_method_async(d->bus, NULL, SERVICE, OBJECT, SERVICE, "GetCapabilities",
                                       on_capabilities, d, NULL);
}

/* A new service knows nothing of the old one's notices. */
static int on_owner(sd_bus_message *m, void *userdata, sd_bus_error *error _unused_)
{
        Desktop *d = userdata;
        const char *name, *before, *after;

        if (sd_bus_message_read(m, "sss", &name, &before, &after) < 0 || !*after)
                return 0;
        for (size_t i = 0; i < DESKTOP_NOTICES_MAX; i++) {
                d->notices[i].shown = d->notices[i].shown && d->notices[i].id == 0;
                d->notices[i].id = 0;
        }
        d->ready = false;
        ask_capabilities(d);
        return 0;
}

/* What the user closed stays closed until there is news of that drive. */
static int on_closed(sd_bus_message *m, void *userdata, sd_bus_error *error _unused_)
{
        Desktop *d = userdata;
        uint32_t id, why;

        if (sd_bus_message_read(m, "uu", &id, &why) < 0 || id == 0)
                return 0;
        for (size_t i = 0; i < DESKTOP_NOTICES_MAX; i++)
                if (d->notices[i].id == id)
                        d->notices[i].id = 0;
        return 0;
}

static int on_disconnected(sd_bus_message *m _unused_, void *userdata, sd_bus_error *error _unused_)
{
        Desktop *d = userdata;

        return sd_event_exit(d->event, 0); /* the session is over */
}

static int subscribe(Desktop *d, sd_bus *bus)
{
        int r = sd_bus_add_match(bus, NULL,
                                 "type='signal',sender='org.freedesktop.DBus',"
                                 "member='NameOwnerChanged',arg0='" SERVICE "'",
                                 on_owner, d);

        if (r >= 0)
                r = sd_bus_match_signal(bus, NULL, SERVICE, OBJECT, SERVICE, "NotificationClosed",
                                        on_closed, d);
        if (r >= 0)
                r = sd_bus_match_signal(bus, NULL, "org.freedesktop.DBus.Local", NULL,
                                        "org.freedesktop.DBus.Local", "Disconnected",
                                        on_disconnected, d);
        if (r >= 0)
                r = sd_bus_attach_event(bus, d->event, 0);
        return r;
}

static int connect_bus(Desktop *d)
{
        _cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
        int r;

        if (d->bus || d->text)
                return 0;
        r = sd_bus_open_user(&bus);
        if (r >= 0)
                r = subscribe(d, bus);
        if (r < 0) {
                complain(d, strerror(-r));
                return r;
        }
        d->bus = TAKE_PTR(bus);
        ask_capabilities(d);
        return 0;
}

int desktop_new(sd_event *event, bool text, Desktop **ret)
{
        _cleanup_(desktop_freep) Desktop *d = calloc(1, sizeof(*d));
        int r;

        if (!d)
                return -ENOMEM;
        d->event = sd_event_ref(event);
        d->text = text;
        r = sd_event_add_time(event, &d->retry, CLOCK_MONOTONIC, UINT64_MAX, 0, on_retry, d);
        if (r < 0)
                return r;
        if (connect_bus(d) < 0)
                retry_soon(d, RETRY_USEC);
        *ret = TAKE_PTR(d);
        return 0;
}

Desktop *desktop_free(Desktop *d)
{
        if (!d)
                return NULL;
        for (size_t i = 0; i < DESKTOP_NOTICES_MAX; i++)
                sd_bus_slot_unref(d->notices[i].answer);
        sd_bus_flush_close_unref(d->bus);
        sd_event_source_disable_unref(d->retry);
        sd_event_unref(d->event);
        free(d);
        return NULL;
}

static void print(const Words *w)
{
        printf("\n%s%s\n", w->critical ? "*** " : "", w->title);
        printf("%s\n", w->body);
        fflush(stdout);
}

void desktop_show(Desktop *d, uint64_t drive, const Words *words)
{
        Notice *n = find_or_take(d, drive);

        if (!n) {
                fprintf(stderr, SD_WARNING "usbzone-notice: too many notices: %s\n", words->title);
                return;
        }
        /* The daemon repeats a verdict with every change of state. */
        if ((n->shown || n->answer) && !memcmp(&n->words, words, sizeof(*words)))
                return;
        n->words = *words;
        n->shown = d->text;
        n->stale = true;
        if (d->text)
                print(words);
        else if (!n->answer)
                (void)show(n);
}

void desktop_close(Desktop *d, uint64_t drive)
{
        Notice *n = find(d, drive);

        if (!n)
                return;
        n->used = n->shown = false;
        close_id(d, TAKE(n->id, 0));
}

void desktop_close_all(Desktop *d)
{
        for (size_t i = 0; i < DESKTOP_NOTICES_MAX; i++)
                if (d->notices[i].used)
                        desktop_close(d, d->notices[i].drive);
}
