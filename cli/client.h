/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon seen from the command line: objects of org.usbzone1 as JSON, calls with their errors
 * put into words. Names of members are written small with underscores: "PolicyVersion" is
 * "policy_version". Formats: docs/dbus.md */
#pragma once

#include <json-c/json.h>
#include <systemd/sd-bus.h>

#include "lib/macros.h"

typedef struct Client Client;

/* Connects; whether the daemon is there shows at the first call. */
int client_open(Client **ret) _must_check_;
/* The same without a word: 0 if the daemon answers, else -errno. */
int client_try(Client **ret) _must_check_;
Client *client_close(Client *c);
DEFINE_FREEP(Client, client_close)
sd_bus *client_bus(Client *c);

/* Properties of the manager; an array of drives by their numbers, each with "object". */
int client_manager(Client *c, json_object **ret) _must_check_;
int client_drives(Client *c, json_object **ret) _must_check_;
int client_drive_at(Client *c, const char *object, json_object **ret) _must_check_;

/* The one drive that is meant by its number, media number, identity (8 hex digits or more), block
 * device or system name. The result is owned by the caller. */
int client_find_drive(Client *c, const char *word, json_object **ret) _must_check_;

/* Calls a method; says in words why it failed, naming the group that may. `ret` may be NULL. */
int client_call(Client *c, const char *object, const char *interface, const char *member,
                sd_bus_message **ret, const char *types, ...) _must_check_;
/* Explains a failed call: CLI_FAILED, CLI_REFUSED, CLI_DENIED. */
int client_fail(const char *member, const sd_bus_error *error, int r);

/* Reads a{sv} into an object, a basic or container value into what fits it. */
int client_read_value(sd_bus_message *m, json_object **ret) _must_check_;
int client_read_properties(sd_bus_message *m, json_object **ret) _must_check_;

/* Manager.Record, Manager.Reload: a note, not a failure, when no daemon runs. */
int client_record(const char *kind, json_object *fields) _must_check_;
int client_reload(void) _must_check_;
