/* SPDX-License-Identifier: GPL-2.0-or-later */
/* enroll: signs a label for a drive, puts the drive on the whitelist and writes the label. */
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/label_fields.h"
#include "cli/out.h"
#include "cli/register.h"
#include "cli/second.h"
#include "cli/signer.h"
#include "cli/target.h"
#include "cli/verbs.h"
#include "lib/text.h"

typedef struct EnrollArgs {
        LabelWords words;
        TargetAs as;
        const char *format, *reason, *key, *second_key, *cosigner, *passphrase_fd;
        bool yes, relabel, no_whitelist, json;
} EnrollArgs;

typedef struct Enrolment {
        const EnrollArgs *args;
        Signer signer;
        Target target;
        Label label;
        bool complete; /* nobody has to sign it elsewhere */
        uint8_t bytes[LABEL_SIZE];
        bool had_entry; /* what the whitelist held for this drive before */
        WhitelistEntry old_entry;
} Enrolment;

/* The label that is there already, if any: says what the new one may be. */
static int check_old_label(Enrolment *e)
{
        uint8_t area[LABEL_AREA_SIZE];
        LabelArea old;
        int r = target_read_area(&e->target, area);

        if (r)
                return r;
        label_area_read(area, &e->signer.trust->snapshot.authority.ring, &old);
        if (old.reason == REASON_NO_LABEL)
                return 0;
        if (!e->args->relabel && old.reason == REASON_LABEL_ONE_SIGNATURE)
                return cli_fail(CLI_FAILED,
                                _("%s waits for its second signature, as %s: %s label cosign adds "
                                  "it, --relabel replaces the label"),
                                e->target.path, old.label.media_number, UZ_CLI);
        if (!e->args->relabel && old.reason == REASON_OK)
                return cli_fail(CLI_FAILED,
                                _("%s is enrolled already, as %s: --relabel gives it a new label"),
                                e->target.path, old.label.media_number);
        if (!e->args->relabel)
                return cli_fail(CLI_FAILED,
                                _("%s carries a label already (%s): --relabel replaces it"),
                                e->target.path, reason_slug(old.reason));
        if (old.reason != REASON_OK && old.reason != REASON_LABEL_ONE_SIGNATURE)
                return 0;
        e->label.sequence = old.label.sequence + 1;
        if (old.label.zone == ZONE_CLASSIFIED &&
            (e->label.zone != ZONE_CLASSIFIED || e->label.level < old.label.level))
                return cli_fail(
                        CLI_REFUSED,
                        _("this drive was classified (%s) and never becomes anything lower"),
                        _(level_name(old.label.level)));
        return 0;
}

static int check_layout(Enrolment *e)
{
        Layout l;
        int r;

        if (e->args->format)
                return 0;
        r = target_layout(&e->target, &l);
        if (r)
                return r;
        if (!layout_has_room(&l))
                return cli_fail(
                        CLI_FAILED,
                        _("%s has no room for a label: its first partition or file system begins "
                          "before 1 MiB (%s). --format vfat re-creates it and erases all data"),
                        e->target.path, l.table);
        if (!l.has_partition)
                return cli_fail(CLI_FAILED,
                                _("%s has no partition (%s): --format vfat creates one"),
                                e->target.path, l.table);
        return 0;
}

static int confirm_format(const Enrolment *e)
{
        _cleanup_(freep) char *question = NULL;
        char size[32];

        if (!e->args->format || e->args->yes)
                return 0;
        if (!cli_is_interactive())
                return cli_fail(CLI_USAGE,
                                _("--format erases everything on %s: add --yes if you mean it"),
                                e->target.path);
        out_bytes(e->target.capacity, size, sizeof(size));
        if (asprintf(&question,
                     _("Everything on %s (%s) will be erased. Type the media number %s to go on:"),
                     e->target.path, size, e->label.media_number) < 0)
                return cli_out_of_memory();
        if (!cli_confirm(question, e->label.media_number))
                return cli_fail(CLI_FAILED, "%s", _("nothing was changed"));
        return 0;
}

static int sign(Enrolment *e)
{
        const PublicKey *key = private_key_public(e->signer.label);
        Reason want = e->complete ? REASON_OK : REASON_LABEL_ONE_SIGNATURE;
        Label again;
        int r;

        e->label.algorithm = key->algorithm;
        memcpy(e->label.key_id[0], key->id, KEY_ID_SIZE);
        r = random_bytes(e->label.id, LABEL_ID_SIZE);
        if (r == 0)
                r = label_encode(&e->label, e->bytes);
        if (r == 0)
                r = label_sign(e->bytes, 0, e->signer.label);
        if (r == 0 && e->signer.second)
                r = label_sign(e->bytes, 1, e->signer.second);
        if (r == 0 &&
            label_read(e->bytes, &e->signer.trust->snapshot.authority.ring, &again) != want)
                r = -EKEYREJECTED;
        return r < 0 ? cli_fail_errno(r, "%s", _("cannot sign the label")) : 0;
}

static int find_entry(Enrolment *e)
{
        const Whitelist *w = &e->signer.trust->snapshot.whitelist;
        int r = w->read ? whitelist_find(w, e->label.identity, &e->old_entry) : 0;

        if (r < 0)
                return cli_fail_errno(r, "%s", _("cannot read the whitelist"));
        e->had_entry = r > 0;
        return 0;
}

static int put_on_whitelist(Enrolment *e)
{
        WhitelistEntry entry = {.zone = e->label.zone, .level = e->label.level};

        if (e->args->no_whitelist)
                return 0;
        memcpy(entry.identity, e->label.identity, DIGEST_SIZE);
        memcpy(entry.label_id, e->label.id, LABEL_ID_SIZE);
        return signer_whitelist_put(&e->signer, &entry);
}

static void take_off_whitelist(Enrolment *e)
{
        int r = 0;

        if (e->args->no_whitelist)
                return;
        if (e->had_entry)
                r = signer_whitelist_put(&e->signer, &e->old_entry);
        else
                r = signer_whitelist_remove(&e->signer, e->label.identity);
        if (r)
                cli_note("%s", _("the whitelist still names the drive"));
}

static json_object *record_fields(const Enrolment *e)
{
        json_object *o = label_record_fields(&e->label, e->complete);

        if (e->args->format)
                json_object_object_add(o, "formatted", json_object_new_string(e->args->format));
        if (e->args->reason)
                json_object_object_add(o, "why", json_object_new_string(e->args->reason));
        return o;
}

static int prepare(Enrolment *e, const char *word)
{
        const Snapshot *s;
        int r;

        e->signer.label_file = e->args->key;
        e->signer.second_file = e->args->second_key;
        e->signer.passphrase_fd = e->args->passphrase_fd;
        r = signer_open(&e->signer, SIGNER_LABEL | (e->args->no_whitelist ? 0 : SIGNER_POLICY));
        if (r)
                return r;
        s = &e->signer.trust->snapshot;
        r = label_from_words(&e->args->words, &s->host, time(NULL), &e->label);
        if (r == 0)
                r = second_choose(&e->signer, e->args->cosigner, &e->label);
        e->complete = !e->args->cosigner;
        if (r == 0)
                r = target_open_writable(&e->target, word, &e->args->as);
        if (r)
                return r;
        memcpy(e->label.identity, e->target.identity, DIGEST_SIZE);
        r = register_check(e->signer.etc_fd, &e->label);
        if (r == 0)
                r = check_old_label(e);
        if (r == 0)
                r = check_layout(e);
        if (r == 0)
                r = confirm_format(e);
        return r ? r : sign(e);
}

static int carry_out(Enrolment *e)
{
        int r = 0;

        if (e->args->format)
                r = target_format(&e->target, e->args->format);
        if (r == 0)
                r = register_add(e->signer.etc_fd, &e->label);
        if (r == 0)
                r = find_entry(e);
        if (r == 0)
                r = target_keep_open(&e->target);
        if (r == 0)
                r = put_on_whitelist(e);
        if (r)
                return r;
        r = target_write_label(&e->target, e->bytes);
        if (r)
                take_off_whitelist(e);
        return r;
}

static void print_outcome(const Enrolment *e, json_object *drive)
{
        printf(_("%s is enrolled as %s.\n"), e->target.path, e->label.media_number);
        label_print(&e->label, e->complete);
        if (!e->complete)
                out_field_styled(STYLE_WARN, _("Next"), _("%s label cosign, with the other key"),
                                 UZ_CLI);
        label_print_decision(drive);
}

static void print_json(const Enrolment *e, json_object *drive)
{
        json_object *o = label_to_json(&e->label);

        json_object_object_add(o, "target", json_object_new_string(e->target.path));
        json_object_object_add(o, "complete", json_object_new_boolean(e->complete));
        json_object_object_add(o, "whitelisted", json_object_new_boolean(!e->args->no_whitelist));
        label_put_decision(o, drive);
        out_json(o);
}

static int finish(Enrolment *e)
{
        _cleanup_(json_object_putp) json_object *fields = record_fields(e), *drive = NULL;
        char id[2 * LABEL_ID_SIZE + 1];
        int r = client_record("enrolled", fields), settled;

        text_hex(e->label.id, LABEL_ID_SIZE, id);
        settled = target_settle(&e->target, e->complete ? id : "", &drive);
        if (e->args->json)
                print_json(e, drive);
        else
                print_outcome(e, drive);
        if (!*e->label.holder)
                cli_note("%s", _("no --holder was given: nobody answers for this drive"));
        return r ? r : settled;
}

static int run(void *args, _unused_ int n, char **words)
{
        Enrolment e = {
                .args = args, .signer.etc_fd = -EBADF, .target = {.fd = -EBADF, .lock_fd = -EBADF}};
        int r;

        if (e.args->format && !target_format_known(e.args->format))
                return cli_fail(CLI_USAGE, _("--format: \"%s\" is none of vfat, exfat, ext4"),
                                e.args->format);
        if (e.args->second_key && e.args->cosigner)
                return cli_fail(CLI_USAGE, "%s",
                                _("--second-key signs here, --cosigner elsewhere: not both"));
        r = prepare(&e, words[0]);
        if (r == 0)
                r = carry_out(&e);
        if (r == 0)
                r = finish(&e);
        target_close(&e.target);
        signer_close(&e.signer);
        return r;
}

static const Option options[] = {
        TEXT(EnrollArgs, words.zone, "zone", 'z', N_("ZONE"),
             N_("internal, classified or internet (default: this computer's)")),
        TEXT(EnrollArgs, words.level, "level", 'l', N_("LEVEL"),
             N_("confidential, secret or top-secret; only for classified")),
        TEXT(EnrollArgs, words.number, "number", 'n', N_("NUMBER"),
             N_("media number, as written on the drive (needed)")),
        TEXT(EnrollArgs, words.holder, "holder", 0, N_("NAME"),
             N_("the person who answers for it")),
        TEXT(EnrollArgs, words.unit, "unit", 0, N_("NAME"), N_("the unit it belongs to")),
        VALIDITY_OPTIONS(EnrollArgs, words.validity, N_("the label is valid for N days")),
        TEXT(EnrollArgs, words.retention_years, "retention-years", 0, N_("N"),
             N_("retention period")),
        LIST(EnrollArgs, words.hosts, "host", 0, N_("ID"),
             N_("only for this computer (\"this\" or its id); may be repeated")),
        TEXT(EnrollArgs, format, "format", 'f', N_("FS"),
             N_("erase the drive, create a partition with vfat, exfat or ext4")),
        FLAG(EnrollArgs, yes, "yes", 'y', N_("do not ask before erasing")),
        FLAG(EnrollArgs, relabel, "relabel", 0, N_("replace the label that is there")),
        FLAG(EnrollArgs, no_whitelist, "no-whitelist", 0,
             N_("do not put the drive on the whitelist")),
        TEXT(EnrollArgs, reason, "reason", 'r', N_("TEXT"), N_("remark for the ledger")),
        TEXT(EnrollArgs, key, "key", 0, N_("FILE"),
             N_("sign with this label key, a file or a URI (default: the one of this computer)")),
        TEXT(EnrollArgs, second_key, "second-key", 0, N_("FILE"),
             N_("sign with this label key, too, a file or a URI: the second person's")),
        TEXT(EnrollArgs, cosigner, "cosigner", 0, N_("KEYID"),
             N_("this label key signs second, elsewhere; until then the drive stays blocked")),
        TEXT(EnrollArgs, passphrase_fd, "passphrase-fd", 0, N_("N"),
             N_("read passphrases of keys and PINs of tokens from this descriptor, one a line")),
        TARGET_AS_OPTIONS(EnrollArgs, as),
        FLAG(EnrollArgs, json, "json", 'j', N_("print JSON")),
};

const Verb verb_enroll = {
        .name = "enroll",
        .usage = N_("TARGET --number NUMBER [OPTIONS]"),
        .summary = N_("give a drive a signed label and put it on the whitelist"),
        .details =
                N_("TARGET is a block device (/dev/sdb), a plugged-in drive (its number in\n"
                   "`usbzonectl list`, blocked or not), or an image file that will be copied to a\n"
                   "drive. The authority's label and policy keys must be on this computer."),
        .options = options,
        .n_options = ARRAY_SIZE(options),
        .min = 1,
        .max = 1,
        .size = sizeof(EnrollArgs),
        .run = run,
};
