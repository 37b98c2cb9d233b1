/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mock guard: stands for usbzoned, signals what standard input says.
 * mock screen [markup]: stands for a notification service, prints every call as a line, closes what
 * standard input names. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#define ROOT "/org/usbzone1"
#define MANAGER "org.usbzone1.Manager"
#define DRIVE "org.usbzone1.Drive"
#define SCREEN "org.freedesktop.Notifications"
#define CHECK(r) \
        do { \
                int _r = (r); \
                if (_r < 0) { \
                        fprintf(stderr, "mock: line %d: %s\n", __LINE__, strerror(-_r)); \
                        exit(1); \
                } \
        } while (0)

static sd_bus *bus;
static int markup;

/* guard: "WORD NUMBER MEDIA ZONE LEVEL VERDICT EFFECT REASON SEVERITY"; MEDIA "-" has no label */
typedef struct Said {
        char word[16], media[64], zone[16], level[16], verdict[16], effect[16], reason[32],
                severity[16];
        int64_t number;
} Said;

static Said present = {.number = 0};

static void pair(sd_bus_message *m, const char *key, const char *value)
{
        CHECK(sd_bus_message_append(m, "{sv}", key, "s", value));
}

static void put_fields(sd_bus_message *m, const Said *s)
{
        CHECK(sd_bus_message_open_container(m, 'a', "{sv}"));
        CHECK(sd_bus_message_append(m, "{sv}", "drive", "x", s->number));
        if (strcmp(s->media, "-") != 0) {
                pair(m, "media_number", s->media);
                pair(m, "drive_zone", s->zone);
                if (strcmp(s->level, "none") != 0)
                        pair(m, "drive_level", s->level);
        } else {
                pair(m, "scsi_vendor", "King<st>on");
                pair(m, "scsi_product", "Data&Traveler");
        }
        pair(m, "verdict", s->verdict);
        pair(m, "effect", s->effect);
        pair(m, "reason", s->reason);
        pair(m, "severity", s->severity);
        pair(m, "check", strcmp(s->word, "new") == 0 ? "none" : "zone");
        CHECK(sd_bus_message_close_container(m));
}

static void put_properties(sd_bus_message *m, const Said *s)
{
        CHECK(sd_bus_message_open_container(m, 'a', "{sv}"));
        CHECK(sd_bus_message_append(m, "{sv}{sv}{sv}", "Number", "t", (uint64_t)s->number,
                                    "Observed", "b", 0, "Label", "a{sv}", 3, "media-number", "s",
                                    s->media, "zone", "s", s->zone, "level", "s", s->level));
        pair(m, "Verdict", s->verdict);
        pair(m, "Effect", s->effect);
        pair(m, "Reason", s->reason);
        pair(m, "Severity", s->severity);
        pair(m, "Check", "zone");
        CHECK(sd_bus_message_close_container(m));
}

static void get_objects(sd_bus_message *m)
{
        char path[64];

        CHECK(sd_bus_message_open_container(m, 'a', "{oa{sa{sv}}}"));
        if (present.number) {
                snprintf(path, sizeof(path), ROOT "/drive/%" PRIi64, present.number);
                CHECK(sd_bus_message_open_container(m, 'e', "oa{sa{sv}}"));
                CHECK(sd_bus_message_append(m, "o", path));
                CHECK(sd_bus_message_open_container(m, 'a', "{sa{sv}}"));
                CHECK(sd_bus_message_open_container(m, 'e', "sa{sv}"));
                CHECK(sd_bus_message_append(m, "s", DRIVE));
                put_properties(m, &present);
                CHECK(sd_bus_message_close_container(m));
                CHECK(sd_bus_message_close_container(m));
                CHECK(sd_bus_message_close_container(m));
        }
        CHECK(sd_bus_message_close_container(m));
}

static void get_texts(sd_bus_message *call, sd_bus_message *m)
{
        const char *interface, *property;

        CHECK(sd_bus_message_read(call, "ss", &interface, &property));
        if (!strcmp(property, "Contacts"))
                CHECK(sd_bus_message_append(m, "v", "a(ss)", 2, "de", "Zimmer 8", "",
                                            "保密办 <8213>"));
        else
                CHECK(sd_bus_message_append(m, "v", "a(ss)", 2, "", "Rule 7 & 8.", "zh_CN",
                                            "请按规定七处理。"));
}

static int guard_call(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        const char *member = sd_bus_message_get_member(call);
        sd_bus_message *m = NULL;

        (void)userdata;
        (void)error;
        if (!sd_bus_message_is_method_call(call, NULL, NULL))
                return 0;
        CHECK(sd_bus_message_new_method_return(call, &m));
        if (!strcmp(member, "Get"))
                get_texts(call, m);
        else if (!strcmp(member, "GetAll"))
                put_properties(m, &present);
        else if (!strcmp(member, "GetManagedObjects"))
                get_objects(m);
        CHECK(sd_bus_send(NULL, m, NULL));
        sd_bus_message_unref(m);
        printf("%s\n", member);
        return 1;
}

static void signal_drive(const Said *s, const char *member)
{
        sd_bus_message *m = NULL;
        char path[64];

        snprintf(path, sizeof(path), ROOT "/drive/%" PRIi64, s->number);
        CHECK(sd_bus_message_new_signal(bus, &m, ROOT, MANAGER, member));
        if (!strcmp(member, "VerdictChanged"))
                CHECK(sd_bus_message_append(m, "o", path));
        put_fields(m, s);
        CHECK(sd_bus_send(NULL, m, NULL));
        sd_bus_message_unref(m);
}

static void guard_said(const char *line)
{
        Said s = {.number = 0};
        char path[64];

        sscanf(line, "%15s %" SCNi64 " %63s %15s %15s %15s %15s %31s %15s", s.word, &s.number,
               s.media, s.zone, s.level, s.verdict, s.effect, s.reason, s.severity);
        snprintf(path, sizeof(path), ROOT "/drive/%" PRIi64, s.number);
        if (!strcmp(s.word, "violation"))
                signal_drive(&s, "Violation");
        if (!strcmp(s.word, "violation") || !strcmp(s.word, "verdict") || !strcmp(s.word, "new"))
                signal_drive(&s, "VerdictChanged");
        if (!strcmp(s.word, "present") || !strcmp(s.word, "violation"))
                present = s;
        if (!strcmp(s.word, "removed"))
                CHECK(sd_bus_emit_signal(bus, ROOT, MANAGER, "DriveRemoved", "o", path));
        if (!strcmp(s.word, "ending"))
                CHECK(sd_bus_emit_signal(bus, ROOT, MANAGER, "GrantEnding", "osx", path, "0123",
                                         (int64_t)1795285128));
        if (!strcmp(s.word, "tamper"))
                CHECK(sd_bus_emit_signal(bus, ROOT, MANAGER, "Violation", "a{sv}", 2, "file", "s",
                                         "/var/lib/usbzone/grants", "what", "s", "is damaged"));
}

/* One line: what was sent, newlines as "|". */
static void print_notify(sd_bus_message *m, uint32_t id)
{
        const char *app, *icon, *title, *body, *key, *type;
        uint32_t replaces;
        uint8_t urgency = 0;
        int32_t expires;
        int resident = 0;

        CHECK(sd_bus_message_read(m, "susss", &app, &replaces, &icon, &title, &body));
        CHECK(sd_bus_message_skip(m, "as"));
        CHECK(sd_bus_message_enter_container(m, 'a', "{sv}"));
        while (sd_bus_message_enter_container(m, 'e', "sv") > 0) {
                CHECK(sd_bus_message_read(m, "s", &key));
                CHECK(sd_bus_message_peek_type(m, NULL, &type));
                if (!strcmp(key, "urgency"))
                        CHECK(sd_bus_message_read(m, "v", "y", &urgency));
                else if (!strcmp(key, "resident"))
                        CHECK(sd_bus_message_read(m, "v", "b", &resident));
                else
                        CHECK(sd_bus_message_skip(m, "v"));
                CHECK(sd_bus_message_exit_container(m));
        }
        CHECK(sd_bus_message_exit_container(m));
        CHECK(sd_bus_message_read(m, "i", &expires));
        printf("notify %u replaces %u urgency %u resident %d expires %d [%s] ", id, replaces,
               urgency, resident, expires, title);
        for (const char *p = body; *p; p++)
                putchar(*p == '\n' ? '|' : *p);
        putchar('\n');
}

static int screen_call(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        static uint32_t last;
        uint32_t id;

        (void)userdata;
        (void)error;
        if (sd_bus_message_is_method_call(m, SCREEN, "GetCapabilities"))
                return sd_bus_reply_method_return(m, "as", 2, "body",
                                                  markup ? "body-markup" : "persistence");
        if (sd_bus_message_is_method_call(m, SCREEN, "CloseNotification")) {
                CHECK(sd_bus_message_read(m, "u", &id));
                printf("close %u\n", id);
                return sd_bus_reply_method_return(m, NULL);
        }
        if (!sd_bus_message_is_method_call(m, SCREEN, "Notify"))
                return 0;
        CHECK(sd_bus_message_skip(m, "s"));
        CHECK(sd_bus_message_read(m, "u", &id));
        CHECK(sd_bus_message_rewind(m, 1));
        if (id == 0)
                id = ++last;
        print_notify(m, id);
        return sd_bus_reply_method_return(m, "u", id);
}

static int on_line(sd_event_source *s, int fd, uint32_t events, void *userdata)
{
        static char text[4096];
        static size_t n;
        ssize_t got = read(fd, text + n, sizeof(text) - 1 - n);
        char *end;

        (void)events;
        if (got <= 0)
                return sd_event_exit(sd_event_source_get_event(s), 0);
        n += (size_t)got;
        text[n] = '\0';
        while ((end = strchr(text, '\n'))) {
                *end = '\0';
                if (userdata)
                        guard_said(text);
                else
                        CHECK(sd_bus_emit_signal(bus, "/org/freedesktop/Notifications", SCREEN,
                                                 "NotificationClosed", "uu",
                                                 (uint32_t)strtoul(text, NULL, 10), 2u));
                n -= (size_t)(end + 1 - text);
                memmove(text, end + 1, n + 1);
        }
        return 0;
}

int main(int argc, char **argv)
{
        int guard = argc > 1 && !strcmp(argv[1], "guard");
        sd_event *event = NULL;

        markup = argc > 2;
        setvbuf(stdout, NULL, _IOLBF, 0);
        CHECK(sd_event_default(&event));
        CHECK(sd_bus_new(&bus));
        CHECK(sd_bus_set_address(
                bus, getenv(guard ? "USBZONE_BUS_ADDRESS" : "DBUS_SESSION_BUS_ADDRESS")));
        CHECK(sd_bus_set_bus_client(bus, 1));
        CHECK(sd_bus_start(bus));
        CHECK(sd_bus_add_filter(bus, NULL, guard ? guard_call : screen_call, NULL));
        CHECK(sd_bus_attach_event(bus, event, 0));
        CHECK(sd_event_add_io(event, NULL, STDIN_FILENO, 1, on_line, guard ? &present : NULL));
        CHECK(sd_bus_request_name(bus, guard ? "org.usbzone1" : SCREEN, 0));
        return sd_event_loop(event) < 0;
}
