/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks polkit whether a caller may do something, and never waits for the answer. */
#include "daemon/bus-access.h"

#define POLKIT_NAME "org.freedesktop.PolicyKit1"
#define POLKIT_PATH "/org/freedesktop/PolicyKit1/Authority"
#define POLKIT_INTERFACE "org.freedesktop.PolicyKit1.Authority"
#define INTERACTIVE_FLAG 1u
#define SILENT_US (10u * 1000000u)
#define INTERACTIVE_US (120u * 1000000u) /* a person types a password */

/* (sa{sv}) subject, s action, a{ss} details, u flags, s cancellation id */
static int fill_question(sd_bus_message *m, const AccessCall *call, bool interactive)
{
        int r;

        r = sd_bus_message_append(m, "(sa{sv})s", "system-bus-name", 1, "name", "s",
                                  sd_bus_message_get_sender(call->message), call->row->action);
        if (r < 0)
                return r;
        return sd_bus_message_append(m, "a{ss}us", 0, interactive ? INTERACTIVE_FLAG : 0u, "");
}

int bus_polkit_ask(AccessCall *call, sd_bus_message_handler_t on_reply)
{
        bool interactive = sd_bus_message_get_allow_interactive_authorization(call->message) > 0;
        sd_bus_message *m = NULL;
        int r;

        r = sd_bus_message_new_method_call(call->b->conn, &m, POLKIT_NAME, POLKIT_PATH,
                                           POLKIT_INTERFACE, "CheckAuthorization");
        if (r < 0)
                return r;
        r = fill_question(m, call, interactive);
        if (r >= 0)
                r = sd_bus_call_async(call->b->conn, &call->slot, m, on_reply, call,
                                      interactive ? INTERACTIVE_US : SILENT_US);
        sd_bus_message_unref(m);
        return r < 0 ? r : 0;
}

/* (bba{ss}): is_authorized, is_challenge, details */
bool bus_polkit_allows(sd_bus_message *reply)
{
        int authorized = 0, challenge = 0;

        if (sd_bus_message_is_method_error(reply, NULL))
                return false;
        if (sd_bus_message_enter_container(reply, 'r', "bba{ss}") <= 0 ||
            sd_bus_message_read(reply, "bb", &authorized, &challenge) <= 0)
                return false;
        return authorized == 1;
}
