/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices that the kernel's storage drivers take by vendor and product number alone, whatever class
 * they claim: readers with protocols of their own, and every device on a driver's list of oddities.
 * The udev rule holds the same list. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

bool storage_id_is_listed(uint16_t vid, uint16_t pid);
