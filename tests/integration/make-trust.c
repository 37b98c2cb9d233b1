/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes what an authority would issue for one computer, for tests: DIRECTORY [--version N]
 * [--until SECONDS] [--zone ZONE] [--algorithm NAME] [--broken]. Keys are kept in DIRECTORY/keys,
 * so that a second run signs with the same. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "lib/names.h"
#include "policy/bundle.h"
#include "policy/label.h"
#include "policy/note.h"

static int etc;
static Algorithm algorithm = ALGORITHM_ED25519_SHA256; /* of keys to be made */

static void check(int r, const char *what)
{
        if (r == 0)
                return;
        fprintf(stderr, "make-trust: %s: %d\n", what, r);
        exit(1);
}

static PrivateKey *get_key(Purpose purpose)
{
        char name[32], *pem = NULL;
        PrivateKey *key = NULL;
        size_t size;

        snprintf(name, sizeof(name), "keys/%s.pem", purpose_name(purpose));
        if (file_read(etc, name, 65536, &pem, &size) == 0) {
                check(private_key_from_pem(pem, size, NULL, purpose, &key), name);
        } else {
                check(private_key_generate(algorithm, purpose, &key), name);
                check(private_key_to_pem(key, NULL, &pem, &size), name);
                (void)mkdirat(etc, "keys", 0700);
                check(file_replace(etc, name, pem, size, 0600), name);
        }
        free(pem);
        return key;
}

static void put(const char *name, const char *text, size_t size, const PrivateKey *key)
{
        char *note;
        size_t note_size;

        check(note_sign(text, size, key, &note, &note_size), name);
        check(file_replace(etc, name, note, note_size, 0644), name);
        free(note);
}

static void put_authority(PrivateKey *keys[PURPOSE_MAX_])
{
        Authority *a = calloc(1, sizeof(*a));
        char *text;
        size_t size;

        strcpy(a->name, "Test Office");
        a->version = a->threshold = 1;
        for (int p = PURPOSE_ROOT; p <= PURPOSE_POLICY; p++)
                check(keyring_add(&a->ring, private_key_public(keys[p])), "keyring");
        check(authority_format(a, &text, &size), "authority");
        put(UZ_KEYS_FILE, text, size, keys[PURPOSE_ROOT]);
        free(text);
        free(a);
}

static void put_host(PrivateKey *keys[PURPOSE_MAX_], Zone zone)
{
        Host h = {.zone = zone, .name = "pc-17"};
        char *text;
        size_t size;

        memset(h.id, 0x17, sizeof(h.id));
        check(host_format(&h, &text, &size), "host");
        put(UZ_CREDENTIAL_FILE, text, size, keys[PURPOSE_HOST]);
        free(text);
}

/* `more`: lines to stand at its end, or NULL. */
static void put_policy(PrivateKey *keys[PURPOSE_MAX_], uint64_t version, int64_t until, int broken,
                       const char *more)
{
        Bundle b;
        char *text, *all;
        size_t size;

        if (broken) {
                static const char bad[] = "usbzone-policy 1\nname = test\nversion = 9\nfoo = bar\n";

                put(UZ_POLICY_FILE, bad, sizeof(bad) - 1, keys[PURPOSE_POLICY]);
                return;
        }
        bundle_defaults(&b);
        strcpy(b.name, "test");
        check(bundle_add_text(&b, &(BundleText){.text = "room 101"}), "contact");
        b.version = version;
        b.not_after = until;
        check(bundle_format(&b, &text, &size), "policy");
        if (asprintf(&all, "%s%s", text, more ? more : "") < 0)
                exit(1);
        put(UZ_POLICY_FILE, all, strlen(all), keys[PURPOSE_POLICY]);
        free(text);
        free(all);
        bundle_clear(&b);
}

int main(int argc, char *argv[])
{
        PrivateKey *keys[PURPOSE_MAX_] = {NULL};
        Zone zone = ZONE_INTERNAL;
        uint64_t version = 1;
        int64_t until = 0;
        const char *more = NULL;
        int broken = 0;

        if (argc < 2)
                return 2;
        for (int i = 2; i < argc; i++) {
                if (strcmp(argv[i], "--broken") == 0)
                        broken = 1;
                else if (strcmp(argv[i], "--version") == 0 && i + 1 < argc)
                        version = strtoull(argv[++i], NULL, 10);
                else if (strcmp(argv[i], "--until") == 0 && i + 1 < argc)
                        until = strtoll(argv[++i], NULL, 10);
                else if (strcmp(argv[i], "--lines") == 0 && i + 1 < argc)
                        more = argv[++i];
                else if (strcmp(argv[i], "--algorithm") == 0 && i + 1 < argc &&
                         algorithm_parse(argv[i + 1], &algorithm) == 0)
                        i++;
                else if (strcmp(argv[i], "--zone") != 0 || i + 1 == argc ||
                         zone_parse(argv[++i], &zone) < 0)
                        return 2;
        }
        (void)mkdir(argv[1], 0755);
        etc = file_open_dir(AT_FDCWD, argv[1]);
        if (etc < 0)
                return 1;
        for (int p = PURPOSE_ROOT; p <= PURPOSE_POLICY; p++)
                keys[p] = get_key((Purpose)p);
        put_authority(keys);
        put_host(keys, zone);
        put_policy(keys, version, until, broken, more);
        for (int p = PURPOSE_ROOT; p <= PURPOSE_POLICY; p++)
                private_key_free(keys[p]);
        return 0;
}
