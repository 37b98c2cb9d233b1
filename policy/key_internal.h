/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What public keys and private keys share. */
#pragma once

#include "policy/key.h"

/* Where libcrypto is to look for an algorithm: in its own provider, unless the system runs without
 * that one (NULL: anywhere). Else it might take one of openssl.cnf, and have a smart card verify; a
 * mere preference, with "?", is no help against providers that do not let themselves be cached. */
const char *key_provider(void);

/* The bytes that are signed: "usbzone/PURPOSE/v1" 0x00 message, allocated. 0, -EINVAL, -ENOMEM. */
int key_frame(Purpose purpose, const void *message, size_t size, uint8_t **ret,
              size_t *ret_size) _must_check_;
