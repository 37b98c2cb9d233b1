/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The computer's own private key. Where systemd-creds(1) can, it is kept as a credential that is
 * encrypted with the key of this computer's TPM or systemd; else as PEM for root alone. */
#pragma once

#include <stdbool.h>

#include "policy/key.h"

bool host_key_exists(int state_fd);
/* `ret_open`: it lies there unencrypted. CLI_*. */
int host_key_read(int state_fd, PrivateKey **ret, bool *ret_open) _must_check_;
/* In the place of the one that is there. CLI_*. */
int host_key_write(int state_fd, const PrivateKey *key) _must_check_;
/* Is it worth to write an open key anew? */
bool host_key_can_seal(void);
