/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chooses the key of a label's second signature. */
#include "cli/second.h"

#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "lib/text.h"

#define WORD_MIN 8u /* digits of an id that say which one */

static int find_cosigner(const Keyring *ring, const char *word, const PublicKey **ret)
{
        const PublicKey *found = NULL;
        char id[2 * KEY_ID_SIZE + 1];
        unsigned n = 0;

        for (size_t i = 0; i < ring->n; i++) {
                const PublicKey *k = &ring->keys[i];

                text_hex(k->id, KEY_ID_SIZE, id);
                if (k->purpose != PURPOSE_LABEL || !public_key_valid_at(k, time(NULL)) ||
                    strlen(word) < WORD_MIN || strncmp(id, word, strlen(word)) != 0)
                        continue;
                found = k;
                n++;
        }
        if (n > 1)
                return cli_fail(CLI_USAGE, _("\"%s\" means %u keys: name one by its id"), word, n);
        if (!found)
                return cli_fail(
                        CLI_USAGE,
                        _("--cosigner: \"%s\" is no label key in force (its id, 8 digits or "
                          "more; authority show lists them)"),
                        word);
        *ret = found;
        return 0;
}

static int check_pair(const PublicKey *first, const PublicKey *second)
{
        char id[2 * KEY_ID_SIZE + 1];

        text_hex(second->id, KEY_ID_SIZE, id);
        if (memcmp(first->id, second->id, KEY_ID_SIZE) == 0)
                return cli_fail(CLI_USAGE,
                                _("key %s signs first: the second signature takes another key"),
                                id);
        if (first->algorithm != second->algorithm)
                return cli_fail(CLI_USAGE,
                                _("key %s is %s, the first one %s: both signatures of a label are "
                                  "of one kind"),
                                id, algorithm_name(second->algorithm),
                                algorithm_name(first->algorithm));
        return 0;
}

int second_choose(const Signer *s, const char *cosigner, Label *l)
{
        const Snapshot *snapshot = &s->trust->snapshot;
        const PublicKey *first = private_key_public(s->label);
        const PublicKey *second = s->second ? private_key_public(s->second) : NULL;
        unsigned line = 0;
        int r = 0;

        if (cosigner)
                r = find_cosigner(&snapshot->authority.ring, cosigner, &second);
        if (r == 0 && second)
                r = check_pair(first, second);
        if (r)
                return r;
        if (second) {
                l->n_signatures = 2;
                memcpy(l->key_id[1], second->id, KEY_ID_SIZE);
                return 0;
        }
        if (!two_wanted(&snapshot->bundle.two, l->zone, l->level, &line))
                return 0;
        return cli_fail(CLI_REFUSED,
                        _("this label needs the signatures of two people (policy, line %u). Both "
                          "here: --second-key FILE. One after the other: --cosigner KEYID, then "
                          "%s label cosign where that key is"),
                        line, UZ_CLI);
}
