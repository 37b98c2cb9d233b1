/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A polkit for tests: answers CheckAuthorization as a file says, and writes down what it was
 * asked. mock-polkit ADDRESS ANSWER-FILE LOG-FILE. The answer file holds "yes", "no",
 * "challenge", "silent", "error", or a list "only ACTION ACTION ...". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

typedef struct Mock {
        const char *answer, *log;
} Mock;

static void read_answer(const Mock *mock, char *ret, size_t size)
{
        FILE *f = fopen(mock->answer, "re");

        (void)snprintf(ret, size, "no");
        if (f && !fgets(ret, (int)size, f))
                (void)snprintf(ret, size, "no");
        ret[strcspn(ret, "\n")] = '\0';
        if (f)
                (void)fclose(f);
}

static int is_listed(const char *answer, const char *action)
{
        const char *p = answer + strlen("only");
        size_t n = strlen(action);

        for (; (p = strstr(p, action)); p += n)
                if (p[-1] == ' ' && (p[n] == ' ' || p[n] == '\0'))
                        return 1;
        return 0;
}

static void write_log(const Mock *mock, const char *action, const char *subject, unsigned flags)
{
        FILE *f = fopen(mock->log, "ae");

        if (!f)
                return;
        (void)fprintf(f, "%s %s %u\n", action, subject, flags);
        (void)fclose(f);
}

static int read_subject(sd_bus_message *m, const char **ret)
{
        const char *kind, *key;
        int r;

        r = sd_bus_message_enter_container(m, 'r', "sa{sv}");
        if (r >= 0)
                r = sd_bus_message_read(m, "s", &kind);
        if (r >= 0 && strcmp(kind, "system-bus-name") != 0)
                return -22;
        if (r >= 0)
                r = sd_bus_message_enter_container(m, 'a', "{sv}");
        if (r >= 0)
                r = sd_bus_message_read(m, "{sv}", &key, "s", ret);
        if (r >= 0 && strcmp(key, "name") != 0)
                return -22;
        if (r >= 0)
                r = sd_bus_message_exit_container(m);
        return r >= 0 ? sd_bus_message_exit_container(m) : r;
}

static int on_check(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        const Mock *mock = userdata;
        const char *subject, *action;
        char answer[256];
        unsigned flags = 0;
        int r;

        r = read_subject(m, &subject);
        if (r >= 0)
                r = sd_bus_message_read(m, "s", &action);
        if (r >= 0)
                r = sd_bus_message_skip(m, "a{ss}");
        if (r >= 0)
                r = sd_bus_message_read(m, "u", &flags);
        if (r < 0)
                return r;
        write_log(mock, action, subject, flags);
        read_answer(mock, answer, sizeof(answer));
        if (strcmp(answer, "silent") == 0)
                return 1;
        if (strcmp(answer, "error") == 0)
                return sd_bus_error_set(error, SD_BUS_ERROR_FAILED, "no mood");
        r = strcmp(answer, "yes") == 0 ||
            (strncmp(answer, "only ", 5) == 0 && is_listed(answer, action));
        return sd_bus_reply_method_return(m, "(bba{ss})", r, strcmp(answer, "challenge") == 0, 0);
}

static const sd_bus_vtable vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("CheckAuthorization", "(sa{sv})sa{ss}us", "(bba{ss})", on_check,
                      SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_VTABLE_END,
};

int main(int argc, char *argv[])
{
        sd_event *event = NULL;
        sd_bus *bus = NULL;
        Mock mock;
        int r;

        if (argc != 4)
                return 2;
        mock = (Mock){.answer = argv[2], .log = argv[3]};
        r = sd_event_default(&event);
        if (r >= 0)
                r = sd_bus_new(&bus);
        if (r >= 0)
                r = sd_bus_set_address(bus, argv[1]);
        if (r >= 0)
                r = sd_bus_set_bus_client(bus, 1);
        if (r >= 0)
                r = sd_bus_start(bus);
        if (r >= 0)
                r = sd_bus_add_object_vtable(bus, NULL, "/org/freedesktop/PolicyKit1/Authority",
                                             "org.freedesktop.PolicyKit1.Authority", vtable, &mock);
        if (r >= 0)
                r = sd_bus_request_name(bus, "org.freedesktop.PolicyKit1", 0);
        if (r >= 0)
                r = sd_bus_attach_event(bus, event, 0);
        if (r >= 0)
                r = sd_event_loop(event);
        sd_bus_flush_close_unref(bus);
        sd_event_unref(event);
        return r < 0 ? 1 : 0;
}
