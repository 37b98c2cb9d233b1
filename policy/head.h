/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A head: where the ledger stood at a moment, in the form of a C2SP checkpoint, signed as a note by
 * the computer's ledger key. Text, five lines and the key's:
 * usbzone-ledger/HOSTID, SEQ, BASE64(hash), "time T", "kind K", "key ALGORITHM BASE64(public key)".
 * Where the hash is SM3 a line "hash sm3" comes after it.
 * Format: docs/usbzone-ledger.5 */
#pragma once

#include "lib/text.h"
#include "policy/chain.h"

#define HEAD_HOST_SIZE 33u
#define HEAD_NOTE_MAX 640u
#define HEAD_LINES 8u     /* with the empty line and the signature, without "hash" */
#define HEAD_HASH_LINE 3u /* where that one stands, from 0 on */
#define HEAD_HASH "hash "
#define HEAD_ORIGIN "usbzone-ledger/"

/* X(enumerator, word in the head): why it was made */
#define HEAD_TABLE(X) \
        X(NONE, "none") \
        X(START, "start") \
        X(STOP, "stop") \
        X(VIOLATION, "violation") \
        X(INTERVAL, "interval") \
        X(ROTATION, "rotation")

#define X(name, word) HEAD_##name,
typedef enum HeadKind { HEAD_TABLE(X) HEAD_MAX_ } HeadKind;
#undef X

const char *head_kind_name(HeadKind kind);

typedef struct Head {
        char host[HEAD_HOST_SIZE]; /* 32 hexadecimal digits, or "" */
        Chain chain;
        char time[TEXT_TIME_MAX];
        HeadKind kind;
        PublicKey key;
} Head;

/* The text signed by `key`, which goes into it. */
int head_sign(const Head *head, const PrivateKey *key, char **ret, size_t *ret_size) _must_check_;
/* Reads a note that head_sign() made: the signature must fit the key that stands in it; whether
 * that key is the computer's is for the caller to know. 0; -EBADMSG: another form; NOTE_E_*. */
int head_verify(const char *note, size_t size, Head *ret) _must_check_;
/* The same for one of many: `known`, from a head that was verified before, is not looked at anew
 * where it stands again. NULL: there is none. */
int head_verify_next(const char *note, size_t size, const PublicKey *known, Head *ret) _must_check_;

/* The ledger key that a record names: of the kinds that may name one, with "ledger_key" in
 * hexadecimal digits; their number tells the algorithm. Its bytes alone, without an id: whether
 * they are a key is for public_key_init() to say. */
bool head_key_named(const char *line, size_t size, PublicKey *ret);
