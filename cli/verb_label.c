/* SPDX-License-Identifier: GPL-2.0-or-later */
/* label: what stands on a drive or an image, both copies; the second signature. */
#include <fcntl.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/cosign.h"
#include "cli/label_fields.h"
#include "cli/out.h"
#include "cli/said.h"
#include "cli/signer.h"
#include "cli/target.h"
#include "cli/verbs.h"
#include "cli/words.h"
#include "lib/file.h"
#include "lib/text.h"

/* What was read, and what each signature of the copy that counts is worth by itself. */
typedef struct Shown {
        LabelArea area;
        LabelSignature signatures[LABEL_SIGNATURES_MAX];
        unsigned n_signatures;
        bool parsed; /* area.label is set */
} Shown;

/* The keys that are trusted here. Without a setup there are none, and every label is by a signer
 * unknown here; that is worth showing, too. */
static int load_ring(Keyring *ret)
{
        const char *path = file_dir(UZ_ENV_ETC_DIR, UZ_ETC_DIR);
        _cleanup_(trust_freep) Trust *trust = NULL;
        _cleanup_(fd_closep) int etc_fd = file_open_dir(AT_FDCWD, path);
        char words[SAID_WORDS_MAX];
        int r;

        if (etc_fd < 0) {
                cli_note(_("no keys are known here: %s: %s"), path, strerror(-etc_fd));
                return 0;
        }
        r = signer_load_trust(etc_fd, &trust);
        if (r)
                return r;
        *ret = trust->snapshot.authority.ring;
        if (ret->n == 0)
                cli_note("%s", said_words(trust->message, words));
        return 0;
}

static void print_reason(const char *what, unsigned number, Reason reason, const char *more)
{
        bool good = reason == REASON_OK;
        char name[48];

        snprintf(name, sizeof(name), what, number);
        out_field_styled(good ? STYLE_GOOD : STYLE_WARN, name, "%s%s%s%s",
                         good ? _("ok") : reason_slug(reason), good ? "" : _(": "),
                         good ? "" : _(reason_text(reason)), more);
}

/* Of a single signature that fits, the label itself says whose it is. */
static void print_signatures(const Shown *s)
{
        if (s->n_signatures < LABEL_SIGNATURES_MAX && s->area.reason == REASON_OK)
                return;
        for (unsigned i = 0; i < s->n_signatures; i++) {
                char hex[2 * KEY_ID_SIZE + 1], key[64];

                text_hex(s->signatures[i].key_id, KEY_ID_SIZE, hex);
                snprintf(key, sizeof(key), _(" (key %s)"), hex);
                print_reason(_("Signature %u"), i + 1, s->signatures[i].reason, key);
        }
}

static json_object *signatures_json(const Shown *s)
{
        json_object *list = json_object_new_array();

        for (unsigned i = 0; i < s->n_signatures; i++) {
                json_object *o = json_object_new_object();
                char hex[2 * KEY_ID_SIZE + 1];

                text_hex(s->signatures[i].key_id, KEY_ID_SIZE, hex);
                json_object_object_add(o, "key", json_object_new_string(hex));
                json_object_object_add(
                        o, "reason", json_object_new_string(reason_slug(s->signatures[i].reason)));
                json_object_array_add(list, o);
        }
        return list;
}

static void print_json(const Target *t, const Shown *s)
{
        json_object *o = json_object_new_object(), *copies = json_object_new_array();
        const LabelArea *a = &s->area;

        json_object_object_add(o, "target", json_object_new_string(t->path));
        json_object_object_add(o, "reason", json_object_new_string(reason_slug(a->reason)));
        for (unsigned i = 0; i < LABEL_COPIES; i++)
                json_object_array_add(copies, json_object_new_string(reason_slug(a->copies[i])));
        json_object_object_add(o, "copies", copies);
        json_object_object_add(o, "signatures", signatures_json(s));
        if (t->has_identity && s->parsed)
                json_object_object_add(o, "identity_matches",
                                       json_object_new_boolean(!memcmp(
                                               t->identity, a->label.identity, DIGEST_SIZE)));
        json_object_object_add(o, "label", s->parsed ? label_to_json(&a->label) : NULL);
        out_json(o);
}

static void print_text(const Target *t, const Shown *s)
{
        const LabelArea *a = &s->area;

        out_field(_("Label of"), "%s", t->path);
        for (unsigned i = 0; i < LABEL_COPIES; i++)
                print_reason(_("Copy %u"), i + 1, a->copies[i], "");
        print_signatures(s);
        if (!s->parsed)
                return;
        label_print(&a->label, a->reason == REASON_OK);
        if (t->has_identity && memcmp(t->identity, a->label.identity, DIGEST_SIZE) != 0)
                out_field_styled(STYLE_BAD, _("Attention"), "%s",
                                 _(reason_text(REASON_IDENTITY_MISMATCH)));
}

static int show(const LabelArgs *args, const char *word)
{
        _cleanup_(target_close) Target t = {.fd = -EBADF, .lock_fd = -EBADF};
        uint8_t bytes[LABEL_AREA_SIZE];
        Keyring ring = {0};
        Shown s = {0};
        int r;

        r = load_ring(&ring);
        if (r == 0)
                r = target_open(&t, word, &args->as);
        if (r == 0)
                r = target_read_area(&t, bytes);
        if (r)
                return r;
        label_area_read(bytes, &ring, &s.area);
        s.parsed = s.area.reason == REASON_OK || s.area.reason == REASON_LABEL_ONE_SIGNATURE;
        s.n_signatures = label_signatures(bytes + s.area.copy * LABEL_SIZE, &ring, s.signatures);
        if (args->json)
                print_json(&t, &s);
        else
                print_text(&t, &s);
        return s.area.reason == REASON_OK ? CLI_OK : CLI_FAILED;
}

static int run(void *args, _unused_ int n, char **words)
{
        if (!strcmp(words[0], "show"))
                return show(args, words[1]);
        if (!strcmp(words[0], "cosign"))
                return label_cosign(args, words[1]);
        return cli_fail(CLI_USAGE,
                        _("label: there is no \"%s\"; usage: %s label show TARGET, or cosign "
                          "TARGET"),
                        words[0], UZ_CLI);
}

static const Option options[] = {
        TEXT(LabelArgs, key, "key", 0, N_("FILE"),
             N_("cosign: sign with this label key, a file or a URI (default: the one of this "
                "computer)")),
        TEXT(LabelArgs, passphrase_fd, "passphrase-fd", 0, N_("N"),
             N_("read passphrases of keys and PINs of tokens from this descriptor, one a line")),
        TEXT(LabelArgs, reason, "reason", 'r', N_("TEXT"), N_("cosign: remark for the ledger")),
        FLAG(LabelArgs, yes, "yes", 'y', N_("cosign: do not ask before signing")),
        TARGET_AS_OPTIONS(LabelArgs, as),
        FLAG(LabelArgs, json, "json", 'j', N_("print JSON")),
};

const Verb verb_label = {
        .name = "label",
        .usage = N_("show|cosign TARGET"),
        .summary = N_("show the label on a drive or an image file; sign it as the second person"),
        .details = N_(
                "TARGET is a block device, an image file or a plugged-in drive. show, exit status 0:\n"
                "a label this computer's authority signed; 1: none, or one that is not valid. cosign\n"
                "adds the signature of the key that enroll --cosigner named."),
        .options = options,
        .n_options = ARRAY_SIZE(options),
        .min = 2,
        .max = 2,
        .size = sizeof(LabelArgs),
        .run = run,
};
