/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connection to the daemon and calls, with failures put into words. */
#include "cli/client.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/out.h"
#include "cli/said.h"

#define CALL_TIMEOUT_USEC (60u * 1000000u)

struct Client {
        sd_bus *bus;
};

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
        if (r < 0)
                return r;
        *ret = TAKE_PTR(bus);
        return 0;
}

static int client_new(Client **ret)
{
        _cleanup_(client_closep) Client *c = calloc(1, sizeof(*c));
        int r;

        if (!c)
                return -ENOMEM;
        r = connect_bus(&c->bus);
        if (r < 0)
                return r;
        (void)sd_bus_set_method_call_timeout(c->bus, CALL_TIMEOUT_USEC);
        *ret = TAKE_PTR(c);
        return 0;
}

int client_open(Client **ret)
{
        int r = client_new(ret);

        if (r == -ENOENT || r == -ECONNREFUSED)
                return cli_fail(CLI_FAILED, "%s",
                                _("there is no D-Bus system bus: start dbus.service"));
        if (r < 0)
                return cli_fail_errno(r, "%s", _("cannot reach the D-Bus system bus"));
        return 0;
}

int client_try(Client **ret)
{
        _cleanup_(client_closep) Client *c = NULL;
        _cleanup_(sd_bus_creds_unrefp) sd_bus_creds *creds = NULL;
        int r = client_new(&c);

        if (r < 0)
                return r;
        r = sd_bus_get_name_creds(c->bus, UZ_BUS_NAME, 0, &creds);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(c);
        return 0;
}

Client *client_close(Client *c)
{
        if (!c)
                return NULL;
        sd_bus_flush_close_unref(c->bus);
        free(c);
        return NULL;
}

sd_bus *client_bus(Client *c)
{
        return c->bus;
}

static const char *who_may(const char *member)
{
        static const struct {
                const char *member, *groups;
        } table[] = {
                {"Reload", UZ_GROUP_ADMIN},
                {"SetMode", UZ_GROUP_ADMIN},
                {"Reprobe", UZ_GROUP_ADMIN},
                {"AcceptClock", UZ_GROUP_SECURITY},
                {"Grant", UZ_GROUP_SECURITY},
                {"EndGrant", UZ_GROUP_SECURITY},
                {"WriteLabel", UZ_GROUP_SECURITY},
                {"CheckLayout", UZ_GROUP_SECURITY},
                {"Query", UZ_GROUP_AUDIT},
                {"Acknowledge", UZ_GROUP_AUDIT},
                {"AddFinding", UZ_GROUP_AUDIT},
                {"FollowFinding", UZ_GROUP_AUDIT},
                {"OpenIncident", UZ_GROUP_AUDIT},
                {"CloseIncident", UZ_GROUP_AUDIT},
                {"RecordArchive", UZ_GROUP_AUDIT},
                {"Head", UZ_GROUP_ADMIN ", " UZ_GROUP_SECURITY ", " UZ_GROUP_AUDIT},
                {"ListGrants", UZ_GROUP_ADMIN ", " UZ_GROUP_SECURITY ", " UZ_GROUP_AUDIT},
                {"ReadLabelArea", UZ_GROUP_ADMIN ", " UZ_GROUP_SECURITY ", " UZ_GROUP_AUDIT},
        };

        for (size_t i = 0; i < ARRAY_SIZE(table); i++)
                if (!strcmp(table[i].member, member))
                        return table[i].groups;
        return NULL;
}

static int fail_denied(const char *member)
{
        const char *groups = who_may(member);

        if (!groups)
                return cli_fail(CLI_DENIED, "%s", _("not permitted: only root may do this"));
        return cli_fail(CLI_DENIED,
                        _("not permitted: root may do this, and members of the group %s"), groups);
}

int client_fail(const char *member, const sd_bus_error *error, int r)
{
        const char *text = error && error->message ? error->message : strerror(-r);

        if (sd_bus_error_has_name(error, SD_BUS_ERROR_SERVICE_UNKNOWN) ||
            sd_bus_error_has_name(error, SD_BUS_ERROR_NAME_HAS_NO_OWNER))
                return cli_fail(CLI_FAILED, _("%s is not running: systemctl start %s"), UZ_DAEMON,
                                UZ_DAEMON);
        if (sd_bus_error_has_name(error, SD_BUS_ERROR_ACCESS_DENIED) ||
            sd_bus_error_has_name(error, SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED))
                return fail_denied(member);
        if (sd_bus_error_has_name(error, UZ_BUS_NAME ".Error.Refused"))
                return said_fail(CLI_REFUSED, text);
        if (sd_bus_error_has_name(error, SD_BUS_ERROR_NO_REPLY))
                return cli_fail(CLI_FAILED, _("%s stopped while it was asked (%s)"), UZ_DAEMON,
                                member);
        return said_fail(CLI_FAILED, text);
}

static int call(Client *c, const char *object, const char *interface, const char *member,
                sd_bus_message **ret, sd_bus_error *error, const char *types, va_list args)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        int r = sd_bus_message_new_method_call(c->bus, &m, UZ_BUS_NAME, object, interface, member);

        if (r >= 0 && types && *types)
                r = sd_bus_message_appendv(m, types, args);
        if (r >= 0)
                r = sd_bus_message_set_allow_interactive_authorization(m, 1);
        if (r < 0)
                return r;
        return sd_bus_call(c->bus, m, 0, error, ret);
}

int client_call(Client *c, const char *object, const char *interface, const char *member,
                sd_bus_message **ret, const char *types, ...)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        va_list args;
        int r;

        va_start(args, types);
        r = call(c, object, interface, member, &reply, &error, types, args);
        va_end(args);
        if (r < 0)
                return client_fail(member, &error, r);
        if (ret)
                *ret = TAKE_PTR(reply);
        return 0;
}

static int append_fields(sd_bus_message *m, json_object *fields)
{
        int r = sd_bus_message_open_container(m, 'a', "{ss}");

        json_object_object_foreach(fields, key, value)
        {
                if (r >= 0)
                        r = sd_bus_message_append(m, "{ss}", key, json_object_get_string(value));
        }
        return r < 0 ? r : sd_bus_message_close_container(m);
}

int client_record(const char *kind, json_object *fields)
{
        _cleanup_(client_closep) Client *c = NULL;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        int r;

        if (client_try(&c) < 0) {
                cli_note(_("not in the ledger: %s is not running"), UZ_DAEMON);
                return 0;
        }
        r = sd_bus_message_new_method_call(c->bus, &m, UZ_BUS_NAME, UZ_BUS_ROOT, UZ_BUS_MANAGER,
                                           "Record");
        if (r >= 0)
                r = sd_bus_message_append(m, "s", kind);
        if (r >= 0)
                r = append_fields(m, fields);
        if (r >= 0)
                r = sd_bus_call(c->bus, m, 0, &error, NULL);
        return r < 0 ? client_fail("Record", &error, r) : 0;
}

int client_reload(void)
{
        _cleanup_(client_closep) Client *c = NULL;

        if (client_try(&c) < 0)
                return 0;
        return client_call(c, UZ_BUS_ROOT, UZ_BUS_MANAGER, "Reload", NULL, "");
}
