/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bus messages as JSON, and the drive that a word on the command line means. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/client.h"
#include "cli/out.h"

#define NAME_ROOM 64u
#define DEPTH_MAX 8

static int read_value(sd_bus_message *m, int depth, json_object **ret);

/* "PolicyVersion" and "not-before" become "policy_version" and "not_before". */
static void member_name(const char *name, char ret[NAME_ROOM])
{
        size_t n = 0;

        for (const char *p = name; *p && n + 2 < NAME_ROOM; p++) {
                if (isupper((unsigned char)*p) && p > name)
                        ret[n++] = '_';
                ret[n++] = *p == '-' ? '_' : (char)tolower((unsigned char)*p);
        }
        ret[n] = '\0';
}

static int read_basic(sd_bus_message *m, char type, json_object **ret)
{
        union {
                uint8_t y;
                uint16_t q;
                int16_t n;
                int32_t i;
                uint32_t u;
                int64_t x;
                uint64_t t;
                int b;
                double d;
                const char *s;
        } v;
        int r = sd_bus_message_read_basic(m, type, &v);

        if (r < 0)
                return r;
        switch (type) {
        case 'b':
                *ret = json_object_new_boolean(v.b);
                break;
        case 'y':
                *ret = json_object_new_int(v.y);
                break;
        case 'q':
                *ret = json_object_new_int(v.q);
                break;
        case 'n':
                *ret = json_object_new_int(v.n);
                break;
        case 'i':
                *ret = json_object_new_int(v.i);
                break;
        case 'u':
                *ret = json_object_new_int64(v.u);
                break;
        case 'x':
                *ret = json_object_new_int64(v.x);
                break;
        case 't':
                *ret = json_object_new_uint64(v.t);
                break;
        case 's':
        case 'o':
        case 'g':
                *ret = json_object_new_string(v.s);
                break;
        default:
                return -EBADMSG;
        }
        return *ret ? 0 : -ENOMEM;
}

static int read_dictionary(sd_bus_message *m, const char *entry, int depth, json_object **ret)
{
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();
        char inner[32], name[NAME_ROOM];
        int r;

        if (!o || strlen(entry) >= sizeof(inner))
                return -ENOMEM;
        snprintf(inner, sizeof(inner), "%.*s", (int)strlen(entry) - 2, entry + 1);
        while ((r = sd_bus_message_enter_container(m, 'e', inner)) > 0) {
                json_object *value = NULL;
                const char *key;

                r = sd_bus_message_read_basic(m, entry[1], &key);
                if (r >= 0)
                        r = read_value(m, depth, &value);
                if (r < 0)
                        return r;
                member_name(key, name);
                json_object_object_add(o, name, value);
                r = sd_bus_message_exit_container(m);
                if (r < 0)
                        return r;
        }
        if (r < 0)
                return r;
        *ret = TAKE_PTR(o);
        return 0;
}

static int read_list(sd_bus_message *m, int depth, json_object **ret)
{
        _cleanup_(json_object_putp) json_object *o = json_object_new_array();

        if (!o)
                return -ENOMEM;
        while (sd_bus_message_at_end(m, 0) == 0) {
                json_object *value = NULL;
                int r = read_value(m, depth, &value);

                if (r < 0)
                        return r;
                json_object_array_add(o, value);
        }
        *ret = TAKE_PTR(o);
        return 0;
}

static int read_value(sd_bus_message *m, int depth, json_object **ret)
{
        const char *contents;
        char type;
        int r = sd_bus_message_peek_type(m, &type, &contents);

        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        if (depth > DEPTH_MAX)
                return -EBADMSG;
        if (!contents)
                return read_basic(m, type, ret);
        r = sd_bus_message_enter_container(m, type, contents);
        if (r < 0)
                return r;
        if (type == 'v')
                r = read_value(m, depth + 1, ret);
        else if (type == 'a' && contents[0] == '{')
                r = read_dictionary(m, contents, depth + 1, ret);
        else
                r = read_list(m, depth + 1, ret);
        if (r < 0)
                return r;
        r = sd_bus_message_exit_container(m);
        if (r < 0)
                json_object_put(TAKE_PTR(*ret));
        return r < 0 ? r : 0;
}

int client_read_value(sd_bus_message *m, json_object **ret)
{
        return read_value(m, 0, ret);
}

/* A member that is a list of structures: gives their fields these names. */
static void name_rows(json_object *o, const char *member, size_t n, const char *const names[])
{
        json_object *rows, *list;

        if (!json_object_object_get_ex(o, member, &rows) ||
            !json_object_is_type(rows, json_type_array))
                return;
        list = json_object_new_array();
        for (size_t i = 0; i < json_object_array_length(rows); i++) {
                json_object *row = json_object_array_get_idx(rows, i);
                json_object *named = json_object_new_object();

                for (size_t k = 0; k < n; k++)
                        json_object_object_add(named, names[k],
                                               json_object_get(json_object_array_get_idx(row, k)));
                json_object_array_add(list, named);
        }
        json_object_object_add(o, member, list);
}

static void hex_member(json_object *o, const char *key)
{
        char text[8];

        snprintf(text, sizeof(text), "%04x", (unsigned)(json_number(o, key) & 0xffff));
        json_object_object_add(o, key, json_object_new_string(text));
}

static void finish_drive(json_object *drive, const char *object)
{
        static const char *const names[] = {"check", "reason", "saw", "wanted"};

        name_rows(drive, "steps", ARRAY_SIZE(names), names);
        hex_member(drive, "vendor_id");
        hex_member(drive, "product_id");
        json_object_object_add(drive, "object", json_object_new_string(object));
}

int client_read_properties(sd_bus_message *m, json_object **ret)
{
        json_object *o = NULL;
        int r = read_value(m, 0, &o);

        if (r < 0)
                return r;
        if (!json_object_is_type(o, json_type_object)) {
                json_object_put(o);
                return -EBADMSG;
        }
        *ret = o;
        return 0;
}

static int get_all(Client *c, const char *object, const char *interface, json_object **ret)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = client_call(c, object, "org.freedesktop.DBus.Properties", "GetAll", &reply, "s",
                            interface);

        if (r)
                return r;
        r = client_read_properties(reply, ret);
        return r < 0 ? cli_fail_errno(r, _("%s answers in a form unknown here"), UZ_DAEMON) : 0;
}

int client_manager(Client *c, json_object **ret)
{
        static const char *const names[] = {"language", "text"};
        int r = get_all(c, UZ_BUS_ROOT, UZ_BUS_MANAGER, ret);

        if (r == 0) {
                name_rows(*ret, "contacts", ARRAY_SIZE(names), names);
                name_rows(*ret, "notices", ARRAY_SIZE(names), names);
        }
        return r;
}

int client_drive_at(Client *c, const char *object, json_object **ret)
{
        int r = get_all(c, object, UZ_BUS_DRIVE, ret);

        if (r == 0)
                finish_drive(*ret, object);
        return r;
}

/* One interface of one object of GetManagedObjects: keeps a drive's. */
static int read_interfaces(sd_bus_message *m, const char *object, json_object *list)
{
        int r = sd_bus_message_enter_container(m, 'a', "{sa{sv}}");

        if (r < 0)
                return r;
        while ((r = sd_bus_message_enter_container(m, 'e', "sa{sv}")) > 0) {
                _cleanup_(json_object_putp) json_object *o = NULL;
                const char *interface;

                r = sd_bus_message_read_basic(m, 's', &interface);
                if (r >= 0)
                        r = client_read_properties(m, &o);
                if (r >= 0 && !strcmp(interface, UZ_BUS_DRIVE)) {
                        finish_drive(o, object);
                        json_object_array_add(list, TAKE_PTR(o));
                }
                if (r >= 0)
                        r = sd_bus_message_exit_container(m);
                if (r < 0)
                        return r;
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int read_objects(sd_bus_message *m, json_object *list)
{
        int r = sd_bus_message_enter_container(m, 'a', "{oa{sa{sv}}}");

        if (r < 0)
                return r;
        while ((r = sd_bus_message_enter_container(m, 'e', "oa{sa{sv}}")) > 0) {
                const char *object;

                r = sd_bus_message_read_basic(m, 'o', &object);
                if (r >= 0)
                        r = read_interfaces(m, object, list);
                if (r >= 0)
                        r = sd_bus_message_exit_container(m);
                if (r < 0)
                        return r;
        }
        return r;
}

static int by_number(const void *a, const void *b)
{
        uint64_t x = json_number(*(json_object **)a, "number");
        uint64_t y = json_number(*(json_object **)b, "number");

        return x < y ? -1 : x > y;
}

int client_drives(Client *c, json_object **ret)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        _cleanup_(json_object_putp) json_object *list = json_object_new_array();
        int r = client_call(c, UZ_BUS_ROOT, "org.freedesktop.DBus.ObjectManager",
                            "GetManagedObjects", &reply, "");

        if (r)
                return r;
        r = read_objects(reply, list);
        if (r < 0)
                return cli_fail_errno(r, _("%s answers in a form unknown here"), UZ_DAEMON);
        json_object_array_sort(list, by_number);
        *ret = TAKE_PTR(list);
        return 0;
}
