/* SPDX-License-Identifier: GPL-2.0-or-later */
/* label show: what stands on a drive or an image, both copies. */
#include <fcntl.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/label_fields.h"
#include "cli/out.h"
#include "cli/signer.h"
#include "cli/target.h"
#include "cli/verbs.h"
#include "lib/file.h"

typedef struct LabelArgs {
        bool json;
} LabelArgs;

/* The keys that are trusted here. Without a setup there are none, and every label is by a signer
 * unknown here; that is worth showing, too. */
static int load_ring(Keyring *ret)
{
        const char *path = file_dir(UZ_ENV_ETC_DIR, UZ_ETC_DIR);
        _cleanup_(trust_freep) Trust *trust = NULL;
        _cleanup_(fd_closep) int etc_fd = file_open_dir(AT_FDCWD, path);
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
                cli_note("%s", trust->message);
        return 0;
}

static void print_copies(const LabelArea *a)
{
        for (unsigned i = 0; i < LABEL_COPIES; i++) {
                char name[32];
                bool good = a->copies[i] == REASON_OK;

                snprintf(name, sizeof(name), _("Copy %u"), i + 1);
                out_field_styled(good ? STYLE_GOOD : STYLE_WARN, name, "%s%s%s",
                                 reason_slug(a->copies[i]), good ? "" : _(": "),
                                 good ? "" : _(reason_text(a->copies[i])));
        }
}

static void print_json(const Target *t, const LabelArea *a)
{
        json_object *o = json_object_new_object(), *copies = json_object_new_array();

        json_object_object_add(o, "target", json_object_new_string(t->path));
        json_object_object_add(o, "reason", json_object_new_string(reason_slug(a->reason)));
        for (unsigned i = 0; i < LABEL_COPIES; i++)
                json_object_array_add(copies, json_object_new_string(reason_slug(a->copies[i])));
        json_object_object_add(o, "copies", copies);
        if (t->has_identity && a->reason == REASON_OK)
                json_object_object_add(o, "identity_matches",
                                       json_object_new_boolean(!memcmp(
                                               t->identity, a->label.identity, DIGEST_SIZE)));
        json_object_object_add(o, "label",
                               a->reason == REASON_OK ? label_to_json(&a->label) : NULL);
        out_json(o);
}

static void print_text(const Target *t, const LabelArea *a)
{
        out_field(_("Label of"), "%s", t->path);
        print_copies(a);
        if (a->reason != REASON_OK)
                return;
        label_print(&a->label);
        if (t->has_identity && memcmp(t->identity, a->label.identity, DIGEST_SIZE) != 0)
                out_field_styled(STYLE_BAD, _("Attention"), "%s",
                                 _(reason_text(REASON_IDENTITY_MISMATCH)));
}

static int run(void *args, _unused_ int n, char **words)
{
        const LabelArgs *a = args;
        _cleanup_(target_close) Target t = {.fd = -EBADF, .lock_fd = -EBADF};
        uint8_t bytes[LABEL_AREA_SIZE];
        Keyring ring = {0};
        LabelArea area;
        int r;

        if (strcmp(words[0], "show") != 0)
                return cli_fail(CLI_USAGE,
                                _("label: there is no \"%s\"; usage: %s label show TARGET"),
                                words[0], UZ_CLI);
        r = load_ring(&ring);
        if (r == 0)
                r = target_open(&t, words[1], NULL);
        if (r == 0)
                r = target_read_area(&t, bytes);
        if (r)
                return r;
        label_area_read(bytes, &ring, &area);
        if (a->json)
                print_json(&t, &area);
        else
                print_text(&t, &area);
        return area.reason == REASON_OK ? CLI_OK : CLI_FAILED;
}

static const Option options[] = {
        FLAG(LabelArgs, json, "json", 'j', N_("print JSON")),
};

const Verb verb_label = {
        .name = "label",
        .usage = N_("show TARGET"),
        .summary = N_("show the label on a drive or an image file"),
        .details = N_(
                "TARGET is a block device, an image file or a plugged-in drive. Exit status 0: a\n"
                "label this computer's authority signed; 1: none, or one that is not valid."),
        .options = options,
        .n_options = ARRAY_SIZE(options),
        .min = 2,
        .max = 2,
        .size = sizeof(LabelArgs),
        .run = run,
};
