/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words for kinds, fields and verdicts. */
#include "cli/record_words.h"

#include <inttypes.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/show.h"
#include "lib/text.h"
#include "policy/verdict.h"

#define WORD_MAX 64u
/* Of a word in the catalogue, see po/extract.sh. */
#define KIND "kind\004"
#define FIELD "field\004"
#define VALUE "value\004"

/* What the daemon wrote, translated; as it stands if it is unknown. */
static const char *translate(const char *context, const char *word)
{
        char key[2 * WORD_MAX];
        const char *text;

        if (!*word || strlen(word) > WORD_MAX)
                return word;
        snprintf(key, sizeof(key), "%s%s", context, word);
        text = _(key);
        return text == key ? word : text;
}

const char *record_kind(json_object *o)
{
        return translate(KIND, json_text(o, "kind"));
}

static void put_safe(StrBuf *b, const char *text)
{
        char safe[1024];

        if (text_is_clean(text, strlen(text))) {
                strbuf_printf(b, "%s", text);
                return;
        }
        text_escape(text, strlen(text), safe, sizeof(safe));
        strbuf_printf(b, "%s", safe);
}

/* "drive 2 (W7)", "drive 3 [0951:1666 S3]", or "(W7)". */
static void put_subject(json_object *o, StrBuf *b)
{
        _cleanup_(strbuf_clear) StrBuf number = strbuf(RECORD_WORDS_MAX);
        char drive[WORD_MAX] = "";

        if (json_number(o, "drive"))
                snprintf(drive, sizeof(drive), _("drive %" PRIu64), json_number(o, "drive"));
        put_safe(&number, json_text(o, "media_number"));
        if (number.size)
                strbuf_printf(b, *drive ? _("%s (%s)") : "%s(%s)", drive, number.text);
        else
                strbuf_printf(b, "%s", drive);
        if (!number.size && *json_text(o, "serial")) {
                strbuf_printf(b, " [%s:%s ", json_text(o, "vid"), json_text(o, "pid"));
                put_safe(b, json_text(o, "serial"));
                strbuf_printf(b, "]");
        }
        strbuf_printf(b, "  ");
}

static Severity severity_of(json_object *o)
{
        Severity severity = SEVERITY_NONE;

        if (*json_text(o, "severity") && severity_parse(json_text(o, "severity"), &severity) < 0)
                severity = SEVERITY_CRITICAL;
        return severity;
}

Style record_style(json_object *o)
{
        Severity severity = severity_of(o);

        if (severity != SEVERITY_NONE)
                return out_severity_style(severity);
        return *json_text(o, "verdict") ? out_effect_style(json_text(o, "verdict")) : STYLE_PLAIN;
}

static void put_verdict(json_object *o, bool styled, StrBuf *b)
{
        const char *effect = json_text(o, "effect"), *slug = json_text(o, "reason");
        Severity severity = severity_of(o);
        _cleanup_(strbuf_clear) StrBuf verdict = strbuf(RECORD_WORDS_MAX);
        char reason[SHOW_REASON_MAX];

        put_subject(o, b);
        strbuf_printf(&verdict, "%s%s%s", styled ? out_style(stdout, record_style(o)) : "",
                      _(json_text(o, "verdict")), styled ? out_plain(stdout) : "");
        if (severity == SEVERITY_NONE)
                show_reason_full(slug, reason);
        else
                snprintf(reason, sizeof(reason), _("%s (%s, %s)"), show_reason(slug), slug,
                         _(severity_name(severity)));
        strbuf_printf(b, _("%s: %s"), verdict.text ? verdict.text : "", reason);
        if (*effect && strcmp(json_text(o, "verdict"), effect) != 0)
                strbuf_printf(b, " %s", _("[observed only]"));
        if (json_number(o, "judged")) {
                char judged[32];

                out_time((int64_t)json_number(o, "judged"), judged, sizeof(judged));
                strbuf_printf(b, " ");
                strbuf_printf(b, _("[by the remembered time %s]"), judged);
        }
}

static bool is_in(const char *key, const char *const *list, size_t n)
{
        for (size_t i = 0; i < n; i++)
                if (*key == *list[i] && strcmp(key, list[i]) == 0)
                        return true;
        return false;
}

const char *record_what(const char *text, char ret[SAID_WORDS_MAX])
{
        const char *word = translate(VALUE, text);

        return word == text ? said_words(text, ret) : word;
}

/* Long hex is cut for people; --json shows it whole. */
static void put_field(const char *key, const char *text, int64_t number, StrBuf *b)
{
        static const char *const times[] = {"start",       "end",
                                            "due",         "deadline",
                                            "from",        "to",
                                            "policy_ends", "credential_ends",
                                            "label_ends",  "retention_ends",
                                            "remembered"};
        static const char *const common[] = {"mode",        "verdict",     "severity",
                                             "zone",        "level",       "drive_zone",
                                             "drive_level", "zone_before", "level_before"};
        static const char *const own[] = {"seal", "after", "of", "found"};
        _cleanup_(strbuf_clear) StrBuf value = strbuf(RECORD_WORDS_MAX);
        char short_text[40], words[SAID_WORDS_MAX];
        Reason reason;

        if (is_in(key, times, ARRAY_SIZE(times))) {
                out_time(number, short_text, sizeof(short_text));
                text = short_text;
        } else if (strlen(text) >= 32 && strspn(text, "0123456789abcdef") == strlen(text)) {
                snprintf(short_text, sizeof(short_text), "%.16s..", text);
                text = short_text;
        } else if (is_in(key, common, ARRAY_SIZE(common))) {
                text = _(text);
        } else if (is_in(key, own, ARRAY_SIZE(own))) {
                text = translate(strcmp(key, "of") == 0 ? KIND : VALUE, text);
        } else if (strcmp(key, "reason") == 0 && reason_parse(text, &reason) == 0) {
                show_reason_full(text, words);
                text = words;
        } else if (strcmp(key, "what") == 0 || strcmp(key, "message") == 0) {
                text = record_what(text, words);
        }
        put_safe(&value, text);
        strbuf_printf(b, _("%s=%s"), translate(FIELD, key), value.text ? value.text : "");
}

/* Any other record: what it says, as it says it. */
static void put_fields(json_object *o, StrBuf *b)
{
        static const char *const head[] = {"seq",  "time", "boot", "mono",
                                           "host", "kind", "prev", "mac"};

        json_object_object_foreach(o, key, value)
        {
                if (is_in(key, head, ARRAY_SIZE(head)) || !value || !*json_object_get_string(value))
                        continue;
                strbuf_printf(b, "%s", b->size ? "  " : "");
                put_field(key, json_object_get_string(value), json_object_get_int64(value), b);
        }
}

void record_words(json_object *o, bool styled, StrBuf *b)
{
        if (*json_text(o, "verdict") && *json_text(o, "reason"))
                put_verdict(o, styled, b);
        else
                put_fields(o, b);
}
