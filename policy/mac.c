/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys that move forward with each record of the ledger, and the macs made with them. */
#include "policy/mac.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

#include "lib/text.h"
#include "policy/chain.h"

#define CONTEXT "usbzone-ledger-key" /* its final NUL included */
#define BLOCK_SIZE 64u               /* of SHA-256 and of SM3 */
#define CHECK_SIZE 8u
#define SEQ_AT 27u /* in the text form: after the first line and "seq = " */
#define SEQ_DIGITS 20u
#define KEY_AT 54u /* after that and "\nkey = " */

int mac_key_generate(uint64_t seq, MacKey *ret)
{
        MacKey key = {.seq = seq};
        int r = random_bytes(key.key, MAC_KEY_SIZE);

        if (r == 0)
                *ret = key;
        mac_key_clear(&key);
        return r;
}

void mac_key_clear(MacKey *key)
{
        OPENSSL_cleanse(key, sizeof(*key));
}

Hash hash_plan_at(const HashPlan *plan, uint64_t seq)
{
        Hash hash = HASH_SHA256;

        for (size_t i = 0; i < plan->n && plan->list[i].seq <= seq; i++)
                hash = plan->list[i].hash;
        return hash;
}

bool hash_plan_add(HashPlan *plan, uint64_t seq, Hash hash)
{
        bool full = plan->n == HASH_CHANGES_MAX;

        if (hash_plan_at(plan, seq) == hash)
                return true;
        if (full)
                memmove(plan->list, plan->list + 1, --plan->n * sizeof(plan->list[0]));
        plan->list[plan->n].seq = seq;
        plan->list[plan->n++].hash = hash;
        return !full;
}

int mac_key_advance(MacKey *key, Digest *d, Hash hash)
{
        uint8_t input[sizeof(CONTEXT) + MAC_KEY_SIZE];
        int r;

        memcpy(input, CONTEXT, sizeof(CONTEXT));
        memcpy(input + sizeof(CONTEXT), key->key, MAC_KEY_SIZE);
        r = digest_once(d, hash, input, sizeof(input), key->key);
        OPENSSL_cleanse(input, sizeof(input));
        if (r == 0)
                key->seq++;
        return r;
}

int mac_key_seek(MacKey *key, Digest *d, uint64_t seq, const HashPlan *plan)
{
        int r = 0;

        if (seq < key->seq)
                return MAC_E_PASSED;
        if (seq - key->seq > MAC_STEPS_MAX)
                return MAC_E_TOO_FAR;
        while (key->seq < seq && r == 0)
                r = mac_key_advance(key, d, hash_plan_at(plan, key->seq));
        return r;
}

static int hash_padded(Digest *d, Hash hash, const MacKey *key, uint8_t pad, const void *data,
                       size_t size, uint8_t ret[DIGEST_SIZE])
{
        uint8_t block[BLOCK_SIZE];
        int r;

        memset(block, pad, sizeof(block));
        for (size_t i = 0; i < MAC_KEY_SIZE; i++)
                block[i] = (uint8_t)(block[i] ^ key->key[i]);
        r = digest_restart(d, hash);
        if (r == 0)
                r = digest_update(d, block, sizeof(block));
        if (r == 0)
                r = digest_update(d, data, size);
        if (r == 0)
                r = digest_final(d, ret);
        OPENSSL_cleanse(block, sizeof(block));
        return r;
}

int mac_compute(const MacKey *key, Digest *d, Hash hash, const void *data, size_t size,
                uint8_t ret[DIGEST_SIZE])
{
        uint8_t inner[DIGEST_SIZE];
        int r = hash_padded(d, hash, key, 0x36, data, size, inner);

        return r < 0 ? r : hash_padded(d, hash, key, 0x5c, inner, sizeof(inner), ret);
}

int mac_check_line(const MacKey *key, Digest *d, const char *line, size_t size)
{
        uint8_t claimed[DIGEST_SIZE], mac[DIGEST_SIZE];
        size_t covered;
        Hash hash;
        int r = chain_line_mac(line, size, &covered, &hash, claimed);

        if (r <= 0)
                return r < 0 ? r : MAC_E_ABSENT;
        r = mac_compute(key, d, hash, line, covered, mac);
        if (r < 0)
                return r;
        return CRYPTO_memcmp(mac, claimed, sizeof(mac)) == 0 ? 0 : MAC_E_MISMATCH;
}

int mac_key_format(const MacKey *key, char ret[MAC_KEY_TEXT_SIZE + 1])
{
        char hex[2 * MAC_KEY_SIZE + 1], check[2 * CHECK_SIZE + 1];
        uint8_t hash[DIGEST_SIZE];
        int n, r;

        text_hex(key->key, MAC_KEY_SIZE, hex);
        n = snprintf(ret, MAC_KEY_TEXT_SIZE + 1,
                     "usbzone-ledger-key 1\nseq = %020" PRIu64 "\nkey = %s\n", key->seq, hex);
        OPENSSL_cleanse(hex, sizeof(hex));
        r = digest_compute(ret, (size_t)n, hash);
        if (r < 0)
                return r;
        text_hex(hash, CHECK_SIZE, check);
        (void)snprintf(ret + n, MAC_KEY_TEXT_SIZE + 1 - (size_t)n, "check = %s\n", check);
        return 0;
}

int mac_key_parse(const char *text, size_t size, MacKey *ret)
{
        char digits[SEQ_DIGITS + 1], hex[2 * MAC_KEY_SIZE + 1], again[MAC_KEY_TEXT_SIZE + 1];
        MacKey key = {0};
        int r = -EINVAL;

        if (size != MAC_KEY_TEXT_SIZE)
                return -EINVAL;
        memcpy(digits, text + SEQ_AT, SEQ_DIGITS);
        digits[SEQ_DIGITS] = '\0';
        memcpy(hex, text + KEY_AT, sizeof(hex) - 1);
        hex[sizeof(hex) - 1] = '\0';
        if (text_u64(digits, UINT64_MAX, &key.seq) == 0 && key.seq > 0 &&
            text_unhex(hex, key.key, MAC_KEY_SIZE) == 0)
                r = mac_key_format(&key, again);
        /* One key, one spelling. */
        if (r == 0 && memcmp(text, again, size) != 0)
                r = -EINVAL;
        if (r == 0)
                *ret = key;
        OPENSSL_cleanse(hex, sizeof(hex));
        OPENSSL_cleanse(again, sizeof(again));
        mac_key_clear(&key);
        return r;
}
