/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the fuzz targets share. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <string.h>

#include "lib/text.h"

void fuzz_holds(bool condition, const char *text, const char *file, int line)
{
        if (condition)
                return;
        (void)fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, text);
        abort();
}

static PrivateKey *keys[PURPOSE_MAX_];
static Keyring ring;

/* PKCS#8 of an Ed25519 key (RFC 8410): a fixed head and 32 bytes of seed. */
static PrivateKey *make_key(Purpose purpose)
{
        static const uint8_t head[16] = {0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06,
                                         0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20};
        uint8_t der[48];
        char coded[65], pem[160];
        PrivateKey *key = NULL;

        memcpy(der, head, sizeof(head));
        memset(der + sizeof(head), (int)purpose, 32);
        text_base64(der, sizeof(der), coded);
        (void)snprintf(pem, sizeof(pem),
                       "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n", coded);
        HOLDS(private_key_from_pem(pem, strlen(pem), NULL, purpose, &key) == 0);
        HOLDS(keyring_add(&ring, private_key_public(key)) == 0);
        return key;
}

const PrivateKey *fuzz_key(Purpose purpose)
{
        if (!keys[PURPOSE_ROOT])
                for (int p = PURPOSE_ROOT; p < PURPOSE_MAX_; p++)
                        keys[p] = make_key((Purpose)p);
        return keys[purpose];
}

const Keyring *fuzz_ring(void)
{
        (void)fuzz_key(PURPOSE_ROOT);
        return &ring;
}

char *fuzz_text(const uint8_t *data, size_t size)
{
        char *text = malloc(size + 1);

        HOLDS(text != NULL);
        if (size > 0)
                memcpy(text, data, size);
        text[size] = '\0';
        return text;
}
