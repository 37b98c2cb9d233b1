/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Key lists of an installation: the anchor a person trusts, and those that follow on it. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/install_internal.h"
#include "lib/text.h"

/* The anchor of everything: a person has to know it. */
static int trust_anchor(Install *in, const OfficeFile *f)
{
        TextError error = {0};
        char id[2 * KEY_ID_SIZE + 1];
        int r = authority_load(f->data, f->size, &in->authority, &error);

        if (r)
                return office_refuse(f->path, r, &error);
        fprintf(stderr, _("Authority \"%s\", key list version %llu, root keys:\n"),
                in->authority.name, (unsigned long long)in->authority.version);
        for (size_t i = 0; i < in->authority.ring.n; i++)
                if (in->authority.ring.keys[i].purpose == PURPOSE_ROOT) {
                        text_hex(in->authority.ring.keys[i].id, KEY_ID_SIZE, id);
                        fprintf(stderr, "  %s\n", id);
                }
        if (in->args->yes)
                return 0;
        if (!cli_is_interactive())
                return cli_fail(CLI_USAGE, "%s",
                                _("this computer is to trust these keys from now on: compare them "
                                  "with those of the office, then give --yes"));
        if (!cli_confirm(_("Are these the keys of your office? Type yes:"), "yes"))
                return cli_fail(CLI_FAILED, "%s", _("nothing was changed"));
        return 0;
}

static int compare_lists(const void *a, const void *b)
{
        const OfficeFile *const *x = a, *const *y = b;
        TextError error;
        Authority one = {0}, two = {0};

        /* One that cannot be read is refused in its turn. */
        (void)!authority_load((*x)->data, (*x)->size, &one, &error);
        (void)!authority_load((*y)->data, (*y)->size, &two, &error);
        return one.version < two.version ? -1 : one.version > two.version;
}

/* One step: a list that follows on the present one; the present one or an older one is no news. */
static int follow(Install *in, const OfficeFile *f)
{
        TextError error = {0};
        Authority a;
        int r = authority_load(f->data, f->size, &a, &error);

        if (r == 0 && a.version <= in->authority.version) {
                cli_note(
                        _("%s: key list version %llu is not newer than the one in force, left out"),
                        f->path, (unsigned long long)a.version);
                return 0;
        }
        if (r == 0)
                r = authority_succeed(&in->authority, f->data, f->size, &a, &error);
        if (r == NOTE_E_SIGNER_UNKNOWN || r == NOTE_E_UNSIGNED)
                return cli_fail(CLI_FAILED,
                                _("%s is refused: not signed by enough root keys of version %llu, "
                                  "which is in force here. If root keys were replaced, give the "
                                  "lists between, too (%s.VERSION)"),
                                f->path, (unsigned long long)in->authority.version, UZ_KEYS_FILE);
        if (r)
                return office_refuse(f->path, r, &error);
        in->authority = a;
        return install_put(in, UZ_KEYS_FILE, f);
}

int install_keys(Install *in)
{
        const OfficeFile *lists[INSTALL_FILES_MAX];
        size_t n = 0;
        int r = 0;

        for (size_t i = 0; i < in->n; i++)
                if (in->files[i].kind == OFFICE_KEYS)
                        lists[n++] = &in->files[i];
        if (n == 0)
                return in->fresh ? cli_fail(CLI_FAILED,
                                            _("the office's key list (%s) is needed, too"),
                                            UZ_KEYS_FILE)
                                 : 0;
        qsort(lists, n, sizeof(*lists), compare_lists);
        for (size_t i = 0; i < n && r == 0; i++) {
                if (!in->fresh || i > 0) {
                        r = follow(in, lists[i]);
                        continue;
                }
                r = trust_anchor(in, lists[i]);
                if (r == 0)
                        r = install_put(in, UZ_KEYS_FILE, lists[i]);
        }
        return r;
}
