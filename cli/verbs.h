/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verbs; each has a file of its own. */
#pragma once

#include "cli/cli.h"

extern const Verb verb_setup, verb_status, verb_list, verb_show, verb_explain, verb_enroll,
        verb_label, verb_allow, verb_revoke, verb_mode, verb_reload, verb_log, verb_verify,
        verb_monitor, verb_doctor, verb_history, verb_authority, verb_host, verb_policy,
        verb_whitelist, verb_acknowledge, verb_finding, verb_incident, verb_export, verb_report,
        verb_inspect, verb_simulate, verb_clock;
