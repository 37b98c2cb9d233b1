/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first start of a computer that has just been given its files. */
#pragma once

/* Loads the udev rules and starts the guard; what fails is told. */
void activate_guard(void);
