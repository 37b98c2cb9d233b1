/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The authority's keys on this computer, and what they sign: labels, and the policy that names
 * whitelist and revocations. One signer at a time: a lock on /etc/usbzone. */
#pragma once

#include <stdint.h>

#include "cli/keystore.h"
#include "policy/label.h"
#include "store/trust.h"

typedef struct Signer {
        /* By the caller before signer_open(), or NULL; keys by path or URI. */
        const char *label_file, *second_file, *passphrase_fd;
        int etc_fd;
        Trust *trust;
        PrivateKey *label;  /* NULL unless asked for */
        PrivateKey *second; /* of second_file */
        PrivateKey *policy;
        Passphrases secrets;
} Signer;

typedef enum SignerNeeds { SIGNER_LABEL = 1, SIGNER_POLICY = 2 } SignerNeeds;

/* Opens what `needs` names; each key must be one the key list holds for that purpose. CLI_*. */
int signer_open(Signer *s, unsigned needs) _must_check_;
void signer_close(Signer *s);

/* Opens UZ_ETC_DIR and loads what is trusted, whatever its state; -errno is put into words. */
int signer_open_etc(int *ret_fd) _must_check_;
int signer_load_trust(int etc_fd, Trust **ret) _must_check_;

/* Signs trust->snapshot.bundle as the next version and writes it; on failure the old policy stays
 * as it was. signer_publish() also tells the daemon. CLI_*. */
int signer_write_policy(Signer *s) _must_check_;
int signer_publish(Signer *s) _must_check_;

/* Puts `entry` in the place of what the whitelist holds for its drive, or takes that out (NULL and
 * `identity`), and publishes. CLI_*. */
int signer_whitelist_put(Signer *s, const WhitelistEntry *entry) _must_check_;
int signer_whitelist_remove(Signer *s, const uint8_t identity[DIGEST_SIZE]) _must_check_;

/* Reads PURPOSE.pem or PURPOSE.uri and checks it against the key list. CLI_*. */
int signer_load_key(int etc_fd, Purpose purpose, const Keyring *ring, Passphrases *secrets,
                    PrivateKey **ret) _must_check_;
/* The list holds this key, and it is valid now. CLI_*. */
int signer_check_key(const PrivateKey *key, const Keyring *ring, const char *name,
                     const char *dir) _must_check_;
