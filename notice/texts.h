/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the organisation itself tells the users of this computer, from the policy. */
#pragma once

#include <systemd/sd-bus.h>

#define TEXTS_MAX 512u

/* In the language of the locale, or for any; empty if the policy says nothing. */
typedef struct OfficeTexts {
        char notice[TEXTS_MAX];  /* what else is told of a drive that is not simply allowed */
        char contact[TEXTS_MAX]; /* whom to call */
} OfficeTexts;

/* Asks the daemon. What cannot be asked for stays as it was. */
void texts_read(sd_bus *bus, OfficeTexts *t);
