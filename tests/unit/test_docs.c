/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The examples of the manual are read by the code they describe. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <string.h>

#include "lib/file.h"
#include "policy/note.h"
#include "tests/unit/fixture.h"

TestSuite(docs, .timeout = 10);

/* The display of a page that begins with `start`, as the text between .Bd and .Ed. */
static char *example(const char *page, const char *start)
{
        _cleanup_(freep) char *text = NULL;
        char marker[64] = "\n", *from, *end;
        size_t size;

        strcat(strcat(marker, start), "\n");
        cr_assert_eq(file_read(AT_FDCWD, page, 1u << 20, &text, &size), 0, "%s", page);
        from = strstr(text, marker);
        cr_assert_not_null(from, "%s has no example of '%s'", page, start);
        end = strstr(from, "\n.Ed");
        cr_assert_not_null(end);
        end[1] = '\0';
        return strdup(from + 1);
}

Test(docs, the_policy_example_is_a_policy)
{
        _cleanup_(freep) char *text = example("docs/usbzone-policy.5", "usbzone-policy 1");
        TextError error = {0};
        Bundle b;

        cr_assert_eq(bundle_parse(text, strlen(text), &b, &error), 0, "%u:%u %s", error.line,
                     error.column, error.message);
        cr_assert_eq(b.version, 12);
        cr_assert_eq(b.n_devices, 1);
        cr_assert_eq(bundle_setting(&b, SETTING_GRANT_MAX, ZONE_INTERNET), 4 * 3600);
        cr_assert(bundle_grant(&b, ZONE_INTERNAL, ZONE_INTERNET).approval);
        cr_assert_eq(bundle_grant(&b, ZONE_INTERNET, ZONE_INTERNAL).most, EFFECT_ALLOW);
        cr_assert_eq(bundle_setting(&b, SETTING_WHITELIST_REQUIRED, ZONE_INTERNET), LIST_NEED_ALL);
        bundle_clear(&b);
}

Test(docs, the_key_list_example_is_one_but_for_its_signature)
{
        _cleanup_(freep) char *text = example("docs/usbzone-files.5", "usbzone-keys 1");
        _cleanup_(freep) char *note = NULL;
        _cleanup_(private_key_freep) PrivateKey *key = make_key(PURPOSE_ROOT);
        TextError error = {0};
        Authority a;
        size_t size;

        cr_assert_eq(note_sign(text, strlen(text), key, &note, &size), 0);
        cr_assert_eq(authority_load(note, size, &a, &error), NOTE_E_SIGNER_UNKNOWN, "%u:%u %s",
                     error.line, error.column, error.message);
}

Test(docs, the_credential_example_is_a_credential)
{
        _cleanup_(freep) char *text = example("docs/usbzone-files.5", "usbzone-host 1");
        _cleanup_(freep) char *note = NULL;
        TextError error = {0};
        Fixture f;
        size_t size;
        Host h;

        fixture_init(&f);
        cr_assert_eq(note_sign(text, strlen(text), f.host, &note, &size), 0);
        cr_assert_eq(host_load(note, size, &f.snapshot.authority, T0, &h, &error), 0, "%u:%u %s",
                     error.line, error.column, error.message);
        cr_assert_eq(h.level, LEVEL_SECRET);
        fixture_done(&f);
}

Test(docs, the_revocation_example_is_a_revocation_file)
{
        _cleanup_(freep) char *text = example("docs/usbzone-files.5", "usbzone-revocations 1");
        _cleanup_(freep) char *note = NULL;
        _cleanup_(bundle_clear) Bundle b = {0};
        TextError error = {0};
        int64_t issued;
        Fixture f;
        size_t size;

        fixture_init(&f);
        cr_assert_eq(note_sign(text, strlen(text), f.policy, &note, &size), 0);
        cr_assert_eq(revocations_load(note, size, &f.snapshot.authority.ring, &b, &issued, &error),
                     0, "%u:%u %s", error.line, error.column, error.message);
        cr_assert_eq(b.n_revoked, 2);
        fixture_done(&f);
}
