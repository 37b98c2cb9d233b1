/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes what an administrator's tools refuse to make: credentials of any zone for this host, and
 * labels that are wrong in one chosen way, signed by a chosen key. For the VM scenarios only. */
#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/file.h"
#include "lib/names.h"
#include "lib/text.h"
#include "policy/authority.h"
#include "policy/label.h"
#include "policy/note.h"

static const char *etc_dir(void)
{
        return file_dir(UZ_ENV_ETC_DIR, UZ_ETC_DIR);
}

static PrivateKey *load_key(const char *path, Purpose purpose)
{
        _cleanup_(freep) char *pem = NULL;
        PrivateKey *key = NULL;
        size_t size;

        if (file_read(AT_FDCWD, path, 65536, &pem, &size) < 0 ||
            private_key_from_pem(pem, size, NULL, purpose, &key) != 0)
                errx(1, "cannot load %s", path);
        return key;
}

static PrivateKey *authority_key(Purpose purpose)
{
        char path[512];

        snprintf(path, sizeof path, "%s/%s/%s.pem", etc_dir(), UZ_AUTHORITY_DIR,
                 purpose_name(purpose));
        return load_key(path, purpose);
}

static void load_authority(Authority *ret)
{
        _cleanup_(freep) char *text = NULL;
        TextError error = {0};
        char path[512];
        size_t size;

        snprintf(path, sizeof path, "%s/%s", etc_dir(), UZ_KEYS_FILE);
        if (file_read(AT_FDCWD, path, NOTE_SIZE_MAX, &text, &size) < 0 ||
            authority_load(text, size, ret, &error) != 0)
                errx(1, "cannot load %s: %s", path, error.message);
}

static void write_etc(const char *name, const char *data, size_t size)
{
        int fd = file_open_dir(AT_FDCWD, etc_dir());

        if (fd < 0 || file_replace(fd, name, data, size, 0644) < 0)
                errx(1, "cannot write %s", name);
        (void)close(fd);
}

/* uztool credential ZONE LEVEL [NOT-AFTER]: a new credential for the same host id. */
static int do_credential(int argc, char **argv)
{
        static Authority authority;
        _cleanup_(freep) char *old = NULL, *text = NULL, *note = NULL;
        PrivateKey *key = authority_key(PURPOSE_HOST);
        TextError error = {0};
        size_t size;
        char path[512];
        Host host;

        if (argc < 2)
                errx(2, "usage: uztool credential ZONE LEVEL [NOT-AFTER]");
        load_authority(&authority);
        snprintf(path, sizeof path, "%s/%s", etc_dir(), UZ_CREDENTIAL_FILE);
        if (file_read(AT_FDCWD, path, NOTE_SIZE_MAX, &old, &size) < 0 ||
            host_load(old, size, &authority, time(NULL), &host, &error) != 0)
                errx(1, "cannot load %s: %s", path, error.message);
        if (zone_parse(argv[0], &host.zone) < 0 || level_parse(argv[1], &host.level) < 0)
                errx(2, "no such zone or level");
        if (argc > 2 && text_time(argv[2], &host.not_after) < 0)
                errx(2, "no time: %s", argv[2]);
        if (host_format(&host, &text, &size) < 0 || note_sign(text, size, key, &note, &size) != 0)
                errx(1, "cannot sign");
        write_etc(UZ_CREDENTIAL_FILE, note, size);
        private_key_free(key);
        return 0;
}

/* uztool sign-policy FILE: signs a policy draft and installs it. */
static int do_sign_policy(int argc, char **argv)
{
        _cleanup_(freep) char *text = NULL, *note = NULL;
        PrivateKey *key = authority_key(PURPOSE_POLICY);
        size_t size;

        if (argc < 1 || file_read(AT_FDCWD, argv[0], NOTE_SIZE_MAX, &text, &size) < 0)
                errx(2, "usage: uztool sign-policy FILE");
        if (note_sign(text, size, key, &note, &size) != 0)
                errx(1, "cannot sign");
        write_etc(UZ_POLICY_FILE, note, size);
        private_key_free(key);
        return 0;
}

static void set_field(Label *l, const char *name, const char *value)
{
        uint64_t n = 0;

        if (strcmp(name, "zone") == 0 && zone_parse(value, &l->zone) == 0)
                return;
        if (strcmp(name, "level") == 0 && level_parse(value, &l->level) == 0)
                return;
        if (strcmp(name, "not-before") == 0 && text_time(value, &l->not_before) == 0)
                return;
        if (strcmp(name, "not-after") == 0 && text_time(value, &l->not_after) == 0)
                return;
        if (strcmp(name, "sequence") == 0 && text_u64(value, UINT64_MAX, &n) == 0) {
                l->sequence = n;
                return;
        }
        if (strcmp(name, "number") == 0 && strlen(value) < sizeof l->media_number) {
                memset(l->media_number, 0, sizeof l->media_number);
                strcpy(l->media_number, value);
                return;
        }
        if (strcmp(name, "holder") == 0 && strlen(value) < sizeof l->holder) {
                memset(l->holder, 0, sizeof l->holder);
                strcpy(l->holder, value);
                return;
        }
        if (strcmp(name, "host") == 0 && text_unhex(value, l->hosts[0], HOST_ID_SIZE) == 0) {
                l->n_hosts = 1;
                return;
        }
        errx(2, "uztool: cannot set %s to %s", name, value);
}

/* uztool relabel IMAGE [FIELD=VALUE...] [purpose=P | key=PEM] [copy=0|1] [unsigned=1]: changes
 * fields of the label on an image or disk and signs it again with that key; unsigned=1 keeps the
 * old signature, so that the change shows. */
static int do_relabel(int argc, char **argv)
{
        static Authority authority;
        static uint8_t area[LABEL_AREA_SIZE], bytes[LABEL_SIZE];
        PrivateKey *key = NULL;
        bool keep = false;
        LabelArea read;
        int fd, only = -1;

        if (argc < 1)
                errx(2, "usage: uztool relabel IMAGE [FIELD=VALUE...]");
        load_authority(&authority);
        fd = open(argv[0], O_RDWR | O_CLOEXEC);
        if (fd < 0 || file_pread_full(fd, area, sizeof area, LABEL_AREA_OFFSET) < 0)
                errx(1, "cannot read %s", argv[0]);
        label_area_read(area, &authority.ring, &read);
        if (read.reason != REASON_OK)
                errx(1, "%s: %s", argv[0], reason_slug(read.reason));
        for (int i = 1; i < argc; i++) {
                char *value = strchr(argv[i], '=');
                Purpose purpose = PURPOSE_NONE;

                if (!value)
                        errx(2, "uztool: FIELD=VALUE wanted, not %s", argv[i]);
                *value++ = '\0';
                if (strcmp(argv[i], "purpose") == 0 && purpose_parse(value, &purpose) == 0)
                        key = authority_key(purpose);
                else if (strcmp(argv[i], "key") == 0)
                        key = load_key(value, PURPOSE_LABEL);
                else if (strcmp(argv[i], "copy") == 0)
                        only = value[0] - '0';
                else if (strcmp(argv[i], "unsigned") == 0)
                        keep = true;
                else
                        set_field(&read.label, argv[i], value);
        }
        if (!key)
                key = authority_key(PURPOSE_LABEL);
        memcpy(read.label.key_id[0], private_key_public(key)->id, KEY_ID_SIZE);
        if (label_encode(&read.label, bytes) != 0)
                errx(1, "cannot encode");
        if (keep)
                memcpy(bytes + LABEL_SIGNED_SIZE, area + read.copy * LABEL_SIZE + LABEL_SIGNED_SIZE,
                       LABEL_SIZE - LABEL_SIGNED_SIZE);
        else if (key_sign(key, bytes, LABEL_SIGNED_SIZE, bytes + LABEL_SIGNED_SIZE) != 0)
                errx(1, "cannot sign");
        for (int copy = 0; copy < (int)LABEL_COPIES; copy++)
                if ((only < 0 || only == copy) &&
                    file_pwrite_full(fd, bytes, sizeof bytes,
                                     LABEL_AREA_OFFSET + (uint64_t)copy * LABEL_SIZE) < 0)
                        errx(1, "cannot write %s", argv[0]);
        private_key_free(key);
        return fsync(fd) < 0 || close(fd) < 0;
}

/* uztool flip IMAGE OFFSET...: flips the lowest bit of bytes of the label area. */
static int do_flip(int argc, char **argv)
{
        int fd = argc > 0 ? open(argv[0], O_RDWR | O_CLOEXEC) : -1;

        if (fd < 0)
                err(1, "uztool flip");
        for (int i = 1; i < argc; i++) {
                uint64_t offset;
                uint8_t b;

                if (text_u64(argv[i], LABEL_AREA_SIZE - 1, &offset) < 0 ||
                    file_pread_full(fd, &b, 1, LABEL_AREA_OFFSET + offset) < 0)
                        errx(1, "cannot read byte %s", argv[i]);
                b ^= 1;
                if (file_pwrite_full(fd, &b, 1, LABEL_AREA_OFFSET + offset) < 0)
                        errx(1, "cannot write byte %s", argv[i]);
        }
        return fsync(fd) < 0 || close(fd) < 0;
}

/* uztool keygen FILE: a label key of nobody's authority. */
static int do_keygen(int argc, char **argv)
{
        _cleanup_(freep) char *pem = NULL;
        PrivateKey *key = NULL;
        size_t size;

        if (argc < 1 || private_key_generate(ALGORITHM_ED25519_SHA256, PURPOSE_LABEL, &key) != 0 ||
            private_key_to_pem(key, NULL, &pem, &size) != 0 ||
            file_replace(AT_FDCWD, argv[0], pem, size, 0600) < 0)
                errx(1, "cannot make a key");
        private_key_free(key);
        return 0;
}

int main(int argc, char **argv)
{
        static const struct {
                const char *verb;
                int (*run)(int argc, char **argv);
        } verbs[] = {
                {"credential", do_credential}, {"sign-policy", do_sign_policy},
                {"relabel", do_relabel},       {"flip", do_flip},
                {"keygen", do_keygen},
        };

        for (size_t i = 0; argc > 1 && i < ARRAY_SIZE(verbs); i++)
                if (strcmp(argv[1], verbs[i].verb) == 0)
                        return verbs[i].run(argc - 2, argv + 2);
        errx(2, "usage: uztool credential|sign-policy|relabel|flip|keygen ...");
}
