/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host: a computer asks its office for a credential, the office signs it, the computer installs
 * it. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/home.h"
#include "cli/host_key.h"
#include "cli/install.h"
#include "cli/out.h"
#include "cli/signer.h"
#include "cli/verbs.h"
#include "cli/words.h"
#include "lib/file.h"
#include "lib/text.h"

typedef struct HostArgs {
        const char *out, *name, *zone, *level, *dir, *key, *passphrase_fd, *ledger_key_out,
                *algorithm;
        ValidityWords validity;
        bool new_key, yes, new_authority, no_start;
} HostArgs;

/* The computer's own key: made once, and never let out. One that is new, or lies open and need not,
 * is still to be written. */
static int own_key(const HostArgs *a, int state_fd, PrivateKey **ret, bool *ret_write)
{
        Algorithm algorithm;
        int r = words_algorithm(a->algorithm, &algorithm);

        if (r)
                return r;
        if (!a->new_key && host_key_exists(state_fd)) {
                r = host_key_read(state_fd, ret, ret_write);
                *ret_write = *ret_write && host_key_can_seal();
                return r;
        }
        *ret_write = true;
        r = private_key_generate(algorithm, PURPOSE_VISIT, ret);
        return r < 0 ? cli_fail_errno(r, "%s", _("cannot make keys")) : 0;
}

/* A computer that has an id keeps it; another one takes its key's. */
static int fill_request(const HostArgs *a, const PublicKey *own, Host *ret)
{
        _cleanup_(trust_freep) Trust *t = NULL;
        _cleanup_(fd_closep) int etc_fd =
                file_open_dir(AT_FDCWD, file_dir(UZ_ENV_ETC_DIR, UZ_ETC_DIR));
        struct utsname u;
        int r = 0;

        *ret = (Host){.key = *own};
        memcpy(ret->id, own->id, HOST_ID_SIZE);
        if (etc_fd >= 0)
                r = signer_load_trust(etc_fd, &t);
        if (r)
                return r;
        if (t && t->snapshot.status == REASON_OK && !a->new_authority)
                memcpy(ret->id, t->snapshot.host.id, HOST_ID_SIZE);
        if (!a->name && uname(&u) < 0)
                return cli_fail_errno(-errno, "%s", _("this computer has no name: give --name"));
        return words_name("name", a->name ? a->name : u.nodename, ret->name);
}

static int make_request(const HostArgs *a)
{
        const char *state = file_dir(UZ_ENV_STATE_DIR, UZ_STATE_DIR);
        _cleanup_(private_key_freep) PrivateKey *own = NULL;
        _cleanup_(freep) char *text = NULL, *note = NULL;
        _cleanup_(fd_closep) int fd = -EBADF;
        bool write;
        size_t size;
        Host h;
        int r;

        if (!a->out)
                return cli_fail(CLI_USAGE, "%s", _("host request: --out FILE is needed"));
        if (mkdir(state, 0750) < 0 && errno != EEXIST)
                return cli_fail_errno(-errno, _("cannot make %s"), state);
        fd = file_open_dir(AT_FDCWD, state);
        if (fd < 0)
                return cli_fail_errno(fd, _("cannot open %s"), state);
        r = own_key(a, fd, &own, &write);
        if (r == 0)
                r = fill_request(a, private_key_public(own), &h);
        if (r)
                return r;
        r = request_format(&h, &text, &size);
        if (r == 0)
                r = note_sign(text, size, own, &note, &size);
        if (r < 0)
                return cli_fail_errno(r, "%s", _("cannot make the request"));
        r = office_write(a->out, note, size);
        if (r)
                return r;
        /* The old key stays until there is a request for the new one. */
        if (write)
                r = host_key_write(fd, own);
        if (r)
                return r;
        printf(_("The request of %s is in %s: carry it to the office.\n"), h.name, a->out);
        return 0;
}

static int sign_credential(Home *h, const HostArgs *a, const Host *host)
{
        _cleanup_(private_key_freep) PrivateKey *key = NULL;
        _cleanup_(freep) char *text = NULL, *note = NULL;
        TextError error = {0};
        size_t size;
        Host again;
        int r = home_key(h, PURPOSE_HOST, a->key, &key);

        if (r)
                return r;
        r = host_format(host, &text, &size);
        if (r == 0)
                r = note_sign(text, size, key, &note, &size);
        if (r == 0)
                r = host_load(note, size, &h->authority, time(NULL), &again, &error);
        if (r)
                return cli_fail_errno(r < 0 ? r : -EKEYREJECTED, "%s",
                                      _("cannot sign the credential"));
        return office_write(a->out, note, size);
}

static int check_request(const OfficeFile *f, Host *ret)
{
        TextError error = {0};

        return office_refuse(f->path, request_load(f->data, f->size, ret, &error), &error);
}

static int sign_request(const HostArgs *a, const char *path)
{
        OfficeFile f = {.fd = -EBADF};
        Home h = {.fd = -EBADF, .etc_fd = -EBADF};
        char id[2 * HOST_ID_SIZE + 1];
        Host host = {0};
        int r;

        if (!a->out || !a->zone)
                return cli_fail(CLI_USAGE, "%s",
                                _("host sign: --zone ZONE and --out FILE are needed"));
        r = office_read_kind(path, OFFICE_REQUEST, &f);
        if (r)
                return r;
        r = check_request(&f, &host);
        office_clear(&f);
        if (r == 0)
                r = words_zone(a->zone, a->level, &host);
        if (r == 0)
                r = words_validity(&a->validity, time(NULL), &host.not_before, &host.not_after);
        if (r == 0)
                r = words_not_over(time(NULL), host.not_after);
        if (r == 0 && a->name)
                r = words_name("name", a->name, host.name);
        if (r == 0)
                r = home_open(&h, a->dir, a->passphrase_fd);
        if (r == 0)
                r = sign_credential(&h, a, &host);
        home_close(&h);
        if (r)
                return r;
        text_hex(host.id, HOST_ID_SIZE, id);
        printf(_("The credential of %s (%s) for zone %s%s%s is in %s.\n"), host.name, id,
               _(zone_name(host.zone)), host.level ? _(", ") : "",
               host.level ? _(level_name(host.level)) : "", a->out);
        return 0;
}

static int run(void *args, int n, char **words)
{
        const HostArgs *a = args;

        if (!strcmp(words[0], "request") && n == 1)
                return make_request(a);
        if (!strcmp(words[0], "sign") && n == 2)
                return sign_request(a, words[1]);
        if (!strcmp(words[0], "install") && n > 1) {
                InstallArgs install = {.ledger_key_out = a->ledger_key_out,
                                       .yes = a->yes,
                                       .host = true,
                                       .new_authority = a->new_authority,
                                       .no_start = a->no_start};

                return install_files(&install, n - 1, words + 1);
        }
        return cli_fail(CLI_USAGE, "%s", _("host: request, sign REQUEST or install FILE ..."));
}

static const Option options[] = {
        TEXT(HostArgs, out, "out", 'o', N_("FILE"), N_("write the request or credential there")),
        TEXT(HostArgs, name, "name", 'n', N_("NAME"),
             N_("the computer's name (default: its host name; sign: as in the request)")),
        TEXT(HostArgs, zone, "zone", 'z', N_("ZONE"), N_("sign: internal, classified or internet")),
        TEXT(HostArgs, level, "level", 'l', N_("LEVEL"),
             N_("sign: confidential, secret or top-secret; only for classified")),
        VALIDITY_OPTIONS(HostArgs, validity, N_("sign: valid for N days (default: no end)")),
        TEXT(HostArgs, dir, "dir", 'D', N_("DIR"),
             N_("the authority's folder (default: /etc/usbzone/authority)")),
        TEXT(HostArgs, key, "key", 0, N_("FILE"),
             N_("sign with this key, a file or a URI (default: the one of the authority's "
                "folder)")),
        TEXT(HostArgs, passphrase_fd, "passphrase-fd", 0, N_("N"),
             N_("read passphrases of keys and PINs of tokens from this descriptor, one a line")),
        TEXT(HostArgs, algorithm, "algorithm", 0, N_("NAME"),
             N_("request: a new key is ed25519 (default) or sm2")),
        FLAG(HostArgs, new_key, "new-key", 0,
             N_("request: make a new key in the place of the one that is there")),
        FLAG(HostArgs, new_authority, "new-authority", 0,
             N_("the files are of another office than those in force")),
        FLAG(HostArgs, yes, "yes", 'y', N_("install: trust the office's root keys without asking")),
        TEXT(HostArgs, ledger_key_out, "ledger-key-out", 0, N_("FILE"),
             N_("write the ledger's first key there, for the auditor (default: print it)")),
        FLAG(HostArgs, no_start, "no-start", 0, N_("write the files only, start nothing")),
};

const Verb verb_host = {
        .name = "host",
        .usage = N_("request | sign REQUEST | install FILE ..."),
        .summary = N_("make this computer one of an office: request, sign, install"),
        .details = N_(
                "request makes the computer's key and a file for the office; sign makes a credential\n"
                "of it, with a zone; install puts it in force, with the key list, policy and whitelist\n"
                "that came along."),
        .options = options,
        .n_options = ARRAY_SIZE(options),
        .min = 1,
        .max = 1 + INSTALL_FILES_MAX,
        .size = sizeof(HostArgs),
        .run = run,
};
