/* SPDX-License-Identifier: GPL-2.0-or-later */
/* label cosign: checks all that the second person answers for, then signs. */
#include "cli/cosign.h"

#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/label_fields.h"
#include "cli/out.h"
#include "cli/register.h"
#include "cli/signer.h"
#include "lib/text.h"

typedef struct Cosigning {
        const LabelArgs *args;
        Signer signer;
        Target target;
        LabelArea area;
        uint8_t bytes[LABEL_SIZE];
} Cosigning;

/* Only a label that waits for its second signature is signed. */
static int check_waiting(const Cosigning *c)
{
        const char *path = c->target.path;

        if (c->area.reason == REASON_LABEL_ONE_SIGNATURE)
                return 0;
        if (c->area.reason == REASON_NO_LABEL)
                return cli_fail(CLI_FAILED, _("%s carries no label: %s enroll gives it one"), path,
                                UZ_CLI);
        if (c->area.reason != REASON_OK)
                return cli_fail(CLI_FAILED, _("the label on %s is refused: %s (%s)"), path,
                                _(reason_text(c->area.reason)), reason_slug(c->area.reason));
        if (c->area.label.n_signatures > 1)
                return cli_fail(CLI_FAILED, _("the label on %s has both signatures already"), path);
        return cli_fail(CLI_FAILED,
                        _("the label on %s has no place for a second signature: %s enroll "
                          "--relabel --cosigner KEYID gives it a new one"),
                        path, UZ_CLI);
}

static int check_drive(const Cosigning *c)
{
        const Bundle *b = &c->signer.trust->snapshot.bundle;
        const Label *l = &c->area.label;
        int64_t now = time(NULL);

        if (memcmp(c->target.identity, l->identity, DIGEST_SIZE) != 0)
                return cli_fail(CLI_FAILED, _("the label on %s was made for another drive"),
                                c->target.path);
        if (bundle_is_revoked(b, REVOKED_DRIVE, l->identity) ||
            bundle_is_revoked(b, REVOKED_LABEL, l->id))
                return cli_fail(CLI_REFUSED, _("%s has been revoked, it or its label"),
                                c->target.path);
        if (l->not_after && now >= l->not_after)
                return cli_fail(CLI_FAILED,
                                _("the label on %s has ended: %s enroll --relabel gives it a new "
                                  "one"),
                                c->target.path, UZ_CLI);
        return register_check(c->signer.etc_fd, l);
}

/* The daemon holds both keys against the day of issue, too. */
static int check_at_issue(const Cosigning *c, const PublicKey *key, const char *id)
{
        if (key && !key->revoked && public_key_valid_at(key, c->area.label.issued))
                return 0;
        return cli_fail(CLI_FAILED,
                        _("key %s is revoked, or was not valid when the label was issued: %s "
                          "enroll --relabel gives the drive a new label"),
                        id, UZ_CLI);
}

static int check_keys(const Cosigning *c)
{
        const Keyring *ring = &c->signer.trust->snapshot.authority.ring;
        const Label *l = &c->area.label;
        const PublicKey *own = private_key_public(c->signer.label);
        const PublicKey *first = keyring_find(ring, l->key_id[0]);
        char id[2 * KEY_ID_SIZE + 1], other[2 * KEY_ID_SIZE + 1];
        int r;

        text_hex(own->id, KEY_ID_SIZE, id);
        text_hex(l->key_id[1], KEY_ID_SIZE, other);
        if (memcmp(own->id, l->key_id[0], KEY_ID_SIZE) == 0)
                return cli_fail(CLI_REFUSED,
                                _("key %s has made the first signature: the second one is another "
                                  "person's, with key %s"),
                                id, other);
        if (memcmp(own->id, l->key_id[1], KEY_ID_SIZE) != 0)
                return cli_fail(CLI_REFUSED,
                                _("the label waits for key %s, not for key %s: give that one's "
                                  "file with --key"),
                                other, id);
        text_hex(l->key_id[0], KEY_ID_SIZE, other);
        r = check_at_issue(c, first, other);
        return r ? r : check_at_issue(c, keyring_find(ring, own->id), id);
}

static int confirm(const Cosigning *c)
{
        const Label *l = &c->area.label;
        _cleanup_(freep) char *question = NULL;

        if (c->args->yes)
                return 0;
        if (c->args->json || !cli_is_interactive())
                return cli_fail(CLI_USAGE,
                                _("nobody can be asked whether the label of %s is "
                                  "right: look at it with %s label show, then add "
                                  "--yes"),
                                l->media_number, UZ_CLI);
        label_print(l, false);
        if (asprintf(&question,
                     _("Is that what you want to sign? Type the media number %s to sign:"),
                     l->media_number) < 0)
                return cli_out_of_memory();
        if (!cli_confirm(question, l->media_number))
                return cli_fail(CLI_FAILED, "%s", _("nothing was changed"));
        return 0;
}

static int sign(Cosigning *c)
{
        const Keyring *ring = &c->signer.trust->snapshot.authority.ring;
        Label again;
        int r = label_sign(c->bytes, 1, c->signer.label);

        if (r == 0 && label_read(c->bytes, ring, &again) != REASON_OK)
                r = -EKEYREJECTED;
        return r ? cli_fail_errno(r < 0 ? r : -EKEYREJECTED, "%s", _("cannot sign the label")) : 0;
}

static int prepare(Cosigning *c, const char *word)
{
        uint8_t area[LABEL_AREA_SIZE];
        int r;

        c->signer.label_file = c->args->key;
        c->signer.passphrase_fd = c->args->passphrase_fd;
        r = signer_open(&c->signer, SIGNER_LABEL);
        if (r == 0)
                r = target_open_writable(&c->target, word, &c->args->as);
        if (r == 0)
                r = target_read_area(&c->target, area);
        if (r)
                return r;
        label_area_read(area, &c->signer.trust->snapshot.authority.ring, &c->area);
        memcpy(c->bytes, area + c->area.copy * LABEL_SIZE, LABEL_SIZE);
        r = check_waiting(c);
        if (r == 0)
                r = check_drive(c);
        if (r == 0)
                r = check_keys(c);
        if (r == 0)
                r = confirm(c);
        return r ? r : sign(c);
}

static void print_outcome(const Cosigning *c, json_object *drive)
{
        printf(_("The label of %s has both signatures now, on %s.\n"), c->area.label.media_number,
               c->target.path);
        label_print(&c->area.label, true);
        label_print_decision(drive);
}

static void print_json(const Cosigning *c, json_object *drive)
{
        json_object *o = label_to_json(&c->area.label);

        json_object_object_add(o, "target", json_object_new_string(c->target.path));
        label_put_decision(o, drive);
        out_json(o);
}

static int carry_out(Cosigning *c)
{
        _cleanup_(json_object_putp) json_object *fields = NULL, *drive = NULL;
        char id[2 * LABEL_ID_SIZE + 1];
        int r, settled;

        r = register_add(c->signer.etc_fd, &c->area.label);
        if (r == 0)
                r = target_write_label(&c->target, c->bytes);
        if (r)
                return r;
        fields = label_record_fields(&c->area.label, true);
        if (c->args->reason)
                json_object_object_add(fields, "why", json_object_new_string(c->args->reason));
        r = client_record("cosigned", fields);
        text_hex(c->area.label.id, LABEL_ID_SIZE, id);
        settled = target_settle(&c->target, id, &drive);
        if (c->args->json)
                print_json(c, drive);
        else
                print_outcome(c, drive);
        return r ? r : settled;
}

int label_cosign(const LabelArgs *a, const char *target)
{
        Cosigning c = {
                .args = a, .signer.etc_fd = -EBADF, .target = {.fd = -EBADF, .lock_fd = -EBADF}};
        int r = prepare(&c, target);

        if (r == 0)
                r = carry_out(&c);
        target_close(&c.target);
        signer_close(&c.signer);
        return r;
}
