/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads what a policy says for all computers or, in a section, for those of one zone. */
#include <string.h>

#include "lib/text.h"
#include "policy/bundle_internal.h"
#include "policy/parse.h"

#define APPROVAL_WORD "approval"

/* The number of a section is its zone. */
int parse_section(Keyfile *k, void *userdata, TextError *error)
{
        unsigned *lines = ((BundleDraft *)userdata)->section_line;
        Zone zone;

        if (zone_parse(k->value, &zone) < 0 || zone == ZONE_NONE)
                return parse_error(k, error, k->value,
                                   "there is no zone '%.32s': a section is [internal], "
                                   "[classified] or [internet]",
                                   k->value);
        if (lines[zone])
                return parse_error(k, error, k->value,
                                   "the section of this zone stands in line %u already; put both "
                                   "together",
                                   lines[zone]);
        lines[zone] = k->line;
        k->section = zone;
        return 0;
}

static int parse_yes(Keyfile *k, bool *ret, TextError *error)
{
        *ret = strcmp(k->value, "yes") == 0;
        if (!*ret && strcmp(k->value, "no") != 0)
                return keyfile_error(k, error, "expected 'yes' or 'no'");
        return 0;
}

static int set(Keyfile *k, void *userdata, Setting setting, uint64_t value)
{
        bundle_set(userdata, setting, (Zone)k->section, value);
        return 0;
}

const char *const list_need_words[LIST_NEED_MAX_] = {
        [LIST_NEED_NONE] = "no",
        [LIST_NEED_LABELLED] = "yes",
        [LIST_NEED_ALL] = "all",
};

int parse_whitelist_required(Keyfile *k, void *userdata, TextError *error)
{
        for (unsigned i = 0; i < LIST_NEED_MAX_; i++)
                if (strcmp(k->value, list_need_words[i]) == 0)
                        return set(k, userdata, SETTING_WHITELIST_REQUIRED, i);
        return keyfile_error(
                k, error, "expected 'yes', 'no' or 'all' (drives that pass without a label too)");
}

int parse_pick_up(Keyfile *k, void *userdata, TextError *error)
{
        bool yes;
        int r = parse_yes(k, &yes, error);

        return r < 0 ? r : set(k, userdata, SETTING_PICK_UP, yes);
}

int parse_grant_max(Keyfile *k, void *userdata, TextError *error)
{
        uint64_t max;

        if (text_duration(k->value, BUNDLE_GRANT_MAX, &max) < 0)
                return keyfile_error(k, error, "expected a time like 30m, 8h or 7d, at most 90d");
        return set(k, userdata, SETTING_GRANT_MAX, max);
}

/* [LONGEST] [approval], in this order. */
static int parse_grant_terms(Keyfile *k, BundleGrant *g, TextError *error)
{
        char *word = keyfile_word(&k->value);

        if (word && g->most == EFFECT_BLOCK)
                return parse_error(k, error, word,
                                   "'block' means that no exception can be made: remove '%.32s'",
                                   word);
        if (word && strcmp(word, APPROVAL_WORD) != 0) {
                if (text_duration(word, BUNDLE_GRANT_MAX, &g->max) < 0)
                        return parse_error(k, error, word,
                                           "expected a time like 30m, 8h or 7d, at most 90d, or "
                                           "'approval'");
                word = keyfile_word(&k->value);
        }
        if (word && strcmp(word, APPROVAL_WORD) != 0)
                return parse_error(k, error, word, "expected 'approval' or nothing");
        g->approval = word != NULL;
        return parse_end(k, error);
}

int parse_grant_rule(Keyfile *k, void *userdata, TextError *error)
{
        Bundle *b = userdata;
        BundleGrant g = {.line = k->line}, *cell;
        char *word = keyfile_word(&k->value);
        Zone drive = ZONE_NONE;
        int r;

        if (!word || zone_parse(word, &drive) < 0)
                return parse_error(
                        k, error, word,
                        "expected the drive's zone: internal, classified, internet or none");
        cell = &b->zones[k->section].grants[drive];
        if (cell->line)
                return parse_error(k, error, word,
                                   "line %u says what counts for '%s' already; "
                                   "remove one",
                                   cell->line, word);
        word = keyfile_word(&k->value);
        if (!word || effect_parse(word, &g.most) < 0)
                return parse_error(k, error, word,
                                   "expected what an exception can be at most: allow, read-only or "
                                   "block");
        r = parse_grant_terms(k, &g, error);
        if (r == 0)
                *cell = g;
        return r;
}

/* ll or lll, then _CC and @modifier perhaps, as in the names of locales. */
static bool is_language(const char *text)
{
        static const char lower[] = "abcdefghijklmnopqrstuvwxyz";
        static const char upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        size_t n = strspn(text, lower);

        if (n < 2 || n > 3 || strlen(text) >= BUNDLE_LANGUAGE_MAX)
                return false;
        text += n;
        if (*text == '_') {
                if (strspn(text + 1, upper) != 2)
                        return false;
                text += 3;
        }
        if (*text == '@') {
                n = strspn(text + 1, lower);
                text += n ? 1 + n : 0;
        }
        return *text == '\0';
}

static int parse_user_text(Keyfile *k, void *userdata, BundleTextKind kind, size_t size,
                           TextError *error)
{
        Bundle *b = userdata;
        BundleText t = {.kind = kind, .zone = (Zone)k->section, .line = k->line};
        int r;

        if (*k->language && !is_language(k->language))
                return parse_error(k, error, k->language,
                                   "'%.32s' is no language: write it as in zh_CN, en or de_AT",
                                   k->language);
        memcpy(t.language, k->language, strlen(k->language) + 1);
        for (size_t i = 0; i < b->n_texts; i++)
                if (b->texts[i].kind == kind && b->texts[i].zone == t.zone &&
                    strcmp(b->texts[i].language, t.language) == 0)
                        return parse_error(k, error, k->key,
                                           "line %u has this text already; remove one of the two",
                                           b->texts[i].line);
        r = parse_text(k, t.text, size, error);
        if (r < 0)
                return r;
        r = bundle_add_text(b, &t);
        if (r == -ENOSPC)
                return keyfile_error(k, error, "there are more than %u texts", BUNDLE_TEXTS_MAX);
        return r;
}

int parse_contact(Keyfile *k, void *userdata, TextError *error)
{
        return parse_user_text(k, userdata, BUNDLE_CONTACT, BUNDLE_CONTACT_MAX, error);
}

int parse_notice(Keyfile *k, void *userdata, TextError *error)
{
        return parse_user_text(k, userdata, BUNDLE_NOTICE, BUNDLE_TEXT_MAX, error);
}

/* A text in one language alone would leave the others without. */
static int check_texts(const Bundle *b, TextError *error)
{
        for (size_t i = 0; i < b->n_texts; i++) {
                const BundleText *t = &b->texts[i];
                bool found = false;

                for (size_t j = 0; j < b->n_texts && !found; j++)
                        found = b->texts[j].kind == t->kind && b->texts[j].zone == t->zone &&
                                !*b->texts[j].language;
                if (found)
                        continue;
                (void)text_error(error,
                                 "'%s[%s]' needs a line '%s = ...' beside it, for all other "
                                 "languages",
                                 bundle_text_name(t->kind), t->language, bundle_text_name(t->kind));
                error->line = t->line;
                error->column = 1;
                return -EINVAL;
        }
        return 0;
}

int check_zones(const Bundle *b, TextError *error)
{
        for (int z = ZONE_NONE; z < ZONE_MAX_; z++) {
                const BundleSetting *s = &b->zones[z].settings[SETTING_WHITELIST_REQUIRED];

                if (!s->said || s->value == LIST_NEED_NONE || b->has_whitelist)
                        continue;
                return text_error(error,
                                  "'whitelist-required = %s' needs a line 'whitelist = sha256:...'",
                                  list_need_words[s->value]);
        }
        return check_texts(b, error);
}
