/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who may call what: one table for every method of every interface. A method that is not in it is
 * refused. Properties are read by everyone and written by nobody. */
#pragma once

#include "daemon/bus-internal.h"

typedef enum AccessKind {
        ACCESS_NOBODY = 0,
        ACCESS_ROOT,   /* uid 0 alone */
        ACCESS_POLKIT, /* uid 0, and whom polkit allows `action` */
} AccessKind;

typedef struct AccessRow {
        const char *interface, *member;
        AccessKind kind;
        const char *action;
        BusHandler handler;
} AccessRow;

/* The handler of every method in every vtable: finds the row, asks who calls and whether he may,
 * and runs the row's handler later. `userdata` of the vtable is the Bus. */
int bus_access_method(sd_bus_message *call, void *userdata, sd_bus_error *error);

/* Forgets the calls that wait. */
void bus_access_clear(Bus *b);

/* A call that waits. */
struct AccessCall {
        Bus *b;
        AccessCall *next;
        sd_bus_message *message;
        const AccessRow *row;
        sd_bus_slot *slot; /* the question that is open */
        BusCaller caller;
        bool asked_polkit;
};

/* Asks polkit; the reply goes to `on_reply` with the call as userdata. */
int bus_polkit_ask(AccessCall *call, sd_bus_message_handler_t on_reply) _must_check_;
/* Reads polkit's answer; anything but a plain yes is a no. */
bool bus_polkit_allows(sd_bus_message *reply);

/* Methods, one for each row of the access table. */
int bus_reload(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error);
int bus_set_mode(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error);
int bus_accept_clock(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error);
int bus_grant(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error);
int bus_end_grant(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error);
int bus_list_grants(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error);
int bus_record(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error);
int bus_query(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error);
int bus_head(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error);
int bus_acknowledge(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error);
int bus_record_archive(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error);
int bus_add_finding(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error);
int bus_follow_finding(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error);
int bus_open_incident(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error);
int bus_close_incident(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error);
int bus_list_incidents(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error);
int bus_reprobe(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error);
int bus_read_label_area(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error);
int bus_write_label(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error);
int bus_check_layout(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error);
