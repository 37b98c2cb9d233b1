/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signed text, in the form of C2SP signed-note: text, an empty line, signature lines
 * "— NAME BASE64(first 4 bytes of key id, signature)". NAME is PURPOSE.KEYID (32 hex digits).
 * The signature covers the text with its final newline, under the purpose's context string. */
#pragma once

#include "lib/keyfile.h"
#include "policy/key.h"

#define NOTE_SIZE_MAX (4u * 1024u * 1024u)
#define NOTE_SIGNATURES_MAX 16u
#define NOTE_ANY_TIME INT64_MIN /* as `now`: of a key only revocation counts, not its dates */

typedef enum NoteOutcome {
        NOTE_E_UNSIGNED = 1,
        NOTE_E_MALFORMED = 2,
        NOTE_E_SIGNER_UNKNOWN = 3,
        NOTE_E_PURPOSE_WRONG = 4,
        NOTE_E_SIGNATURE = 5,
        NOTE_E_KEY_NOT_VALID = 6, /* the key's validity does not contain `now`, or it is revoked */
} NoteOutcome;

const char *note_outcome_text(int outcome);

/* Length of the signed text within a note (without the empty line). 0 or NOTE_E_*. */
int note_split(const char *note, size_t size, size_t *ret_text_size) _must_check_;

/* Verifies against the keys of one purpose: at least `threshold` distinct keys must have signed.
 * 0 and the text's size; NOTE_E_*; -errno. Verify first, then parse. */
int note_verify(const char *note, size_t size, const Keyring *ring, Purpose purpose,
                unsigned threshold, int64_t now, size_t *ret_text_size) _must_check_;

/* The same with threshold 1, and the ids of the `ret_n` distinct keys that have signed. */
int note_verify_signers(const char *note, size_t size, const Keyring *ring, Purpose purpose,
                        int64_t now, size_t *ret_text_size,
                        uint8_t ret_ids[NOTE_SIGNATURES_MAX][KEY_ID_SIZE],
                        size_t *ret_n) _must_check_;

/* Makes text + signature; `text` must end in a newline. */
int note_sign(const char *text, size_t size, const PrivateKey *key, char **ret,
              size_t *ret_size) _must_check_;

/* Adds one more signature to a note, over the same text. -EINVAL for what is no note. */
int note_cosign(const char *note, size_t size, const PrivateKey *key, char **ret,
                size_t *ret_size) _must_check_;
