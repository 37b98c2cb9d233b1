/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What public keys and private keys share. */
#pragma once

#include "policy/key.h"

/* The bytes that are signed: "usbzone/PURPOSE/v1" 0x00 message, allocated. 0, -EINVAL, -ENOMEM. */
int key_frame(Purpose purpose, const void *message, size_t size, uint8_t **ret,
              size_t *ret_size) _must_check_;
