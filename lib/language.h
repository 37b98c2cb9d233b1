/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of a text's languages a person reads, by the names of locales. */
#pragma once

#include <stddef.h>

/* How well `language`, as "zh_CN", "sr@latin" or "de", fits the locale `wanted`, as "zh_CN.UTF-8":
 * 0 = not at all, else the more the better. The order is that of the Desktop Entry Specification:
 * language_COUNTRY@MODIFIER, language_COUNTRY, language@MODIFIER, language. */
unsigned language_fit(const char *wanted, const char *language);

/* The languages of the process, best first, with ':' between: as gettext goes by LANGUAGE and the
 * locale of messages. "" for the C locale. Valid until either changes. */
const char *language_wanted(void);

/* How well `language` fits a list of wanted ones: one of the first fits better than all of the
 * later. "" fits any, worst of all. 0 = not at all. */
unsigned language_rank(const char *wanted, const char *language);
