/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sentences of a notice. */
#include "notice/words.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* What the user can do about each reason. */
typedef enum Advice {
        ADVICE_OTHER_COMPUTER,
        ADVICE_REGISTER,
        ADVICE_HAND_IN,
        ADVICE_RENEW,
        ADVICE_SECOND,
        ADVICE_AGAIN,
        ADVICE_NOT_THE_DRIVE,
        ADVICE_UNPLUG,
} Advice;

static const char *const advices[] = {
        [ADVICE_OTHER_COMPUTER] =
                N_("Unplug it now, and use it only on computers it was issued for."),
        [ADVICE_REGISTER] =
                N_("Unplug it. If it is needed for work, have it registered by the security "
                   "administrator."),
        [ADVICE_HAND_IN] = N_("Unplug it, use it on no other computer, and hand it to the security "
                              "administrator."),
        [ADVICE_RENEW] = N_("Unplug it and have its label renewed by the security administrator."),
        [ADVICE_SECOND] = N_("Unplug it and take it to the security administrator: a second person "
                             "has to sign its label."),
        [ADVICE_AGAIN] =
                N_("Unplug it, wait a moment and plug it in again. If that does not help, have it "
                   "checked."),
        [ADVICE_NOT_THE_DRIVE] =
                N_("The drive is not at fault. Tell the system administrator of this computer."),
        [ADVICE_UNPLUG] = N_("Unplug the device."),
};

static const Advice by_reason[] = {
        [REASON_INTERNAL_ERROR] = ADVICE_NOT_THE_DRIVE,
        [REASON_OK] = ADVICE_UNPLUG,
        [REASON_GRANTED] = ADVICE_UNPLUG,
        [REASON_ZONE_MISMATCH] = ADVICE_OTHER_COMPUTER,
        [REASON_LEVEL_TOO_HIGH] = ADVICE_OTHER_COMPUTER,
        [REASON_NO_LABEL] = ADVICE_REGISTER,
        [REASON_LABEL_MALFORMED] = ADVICE_HAND_IN,
        [REASON_LABEL_SIGNATURE_INVALID] = ADVICE_HAND_IN,
        [REASON_LABEL_SIGNER_UNKNOWN] = ADVICE_REGISTER,
        [REASON_LABEL_PURPOSE_WRONG] = ADVICE_HAND_IN,
        [REASON_LABEL_EXPIRED] = ADVICE_RENEW,
        [REASON_LABEL_NOT_YET_VALID] = ADVICE_RENEW,
        [REASON_LABEL_ONE_SIGNATURE] = ADVICE_SECOND,
        [REASON_IDENTITY_MISMATCH] = ADVICE_HAND_IN,
        [REASON_NOT_WHITELISTED] = ADVICE_REGISTER,
        [REASON_REVOKED] = ADVICE_HAND_IN,
        [REASON_HOST_NOT_PERMITTED] = ADVICE_OTHER_COMPUTER,
        [REASON_CHANGED_ELSEWHERE] = ADVICE_HAND_IN,
        [REASON_VISIT_CHAIN_FORKED] = ADVICE_HAND_IN,
        [REASON_VISIT_ROLLED_BACK] = ADVICE_HAND_IN,
        [REASON_DEVICE_COMPOSITE] = ADVICE_HAND_IN,
        [REASON_DEVICE_MULTI_LUN] = ADVICE_UNPLUG,
        [REASON_DEVICE_CLASS_BLOCKED] = ADVICE_UNPLUG,
        [REASON_MEDIUM_SWAPPED] = ADVICE_HAND_IN,
        [REASON_LAYOUT_UNSUPPORTED] = ADVICE_REGISTER,
        [REASON_PROBE_TIMEOUT] = ADVICE_AGAIN,
        [REASON_PROBE_FAILED] = ADVICE_AGAIN,
        [REASON_DESCRIPTORS_CHANGED] = ADVICE_HAND_IN,
        [REASON_INTERFACE_TAKEN] = ADVICE_NOT_THE_DRIVE,
        [REASON_POLICY_MISSING] = ADVICE_NOT_THE_DRIVE,
        [REASON_POLICY_INVALID] = ADVICE_NOT_THE_DRIVE,
        [REASON_POLICY_EXPIRED] = ADVICE_NOT_THE_DRIVE,
        [REASON_LEDGER_UNWRITABLE] = ADVICE_NOT_THE_DRIVE,
        [REASON_RATE_LIMITED] = ADVICE_AGAIN,
        [REASON_ACTIVE_BEFORE_START] = ADVICE_UNPLUG,
        [REASON_SYSTEM_DRIVE] = ADVICE_UNPLUG,
};

static Advice advice_of(Reason reason)
{
        return (unsigned)reason < ARRAY_SIZE(by_reason) ? by_reason[reason] : ADVICE_HAND_IN;
}

bool words_worth(const Facts *f)
{
        if (f->kind != FACTS_DRIVE)
                return true;
        if (!f->decided)
                return false;
        return f->verdict != EFFECT_ALLOW || f->reason == REASON_GRANTED;
}

static bool is_critical(const Facts *f)
{
        if (f->kind != FACTS_DRIVE)
                return true;
        return f->verdict == EFFECT_BLOCK && f->severity == SEVERITY_CRITICAL;
}

/* "USB drive NB-0001 (classified, secret)", "unregistered USB drive (Kingston DataTraveler)" */
static void name_drive(const Facts *f, char *ret, size_t size)
{
        if (f->media_number[0] && f->level != LEVEL_NONE)
                snprintf(ret, size, _("USB drive %s (%s, %s)"), f->media_number,
                         _(zone_name(f->zone)), _(level_name(f->level)));
        else if (f->media_number[0] && f->zone != ZONE_NONE)
                snprintf(ret, size, _("USB drive %s (%s)"), f->media_number, _(zone_name(f->zone)));
        else if (f->media_number[0])
                snprintf(ret, size, _("USB drive %s"), f->media_number);
        else if (f->vendor[0] || f->product[0])
                snprintf(ret, size, _("unregistered USB drive (%s%s%s)"), f->vendor,
                         f->vendor[0] && f->product[0] ? " " : "", f->product);
        else
                snprintf(ret, size, "%s", _("unregistered USB drive"));
}

/* The verdict first: desktops cut a title that is long, at its end.
 * TRANSLATORS: %s is the drive's name, such as "USB drive NB-0001 (internal)". */
static const char *title_of(const Facts *f)
{
        if (f->kind == FACTS_ENDING)
                return _("The exception ends: %s");
        if (f->verdict == EFFECT_BLOCK)
                return facts_observed(f) ? _("Not permitted, let through: %s") : _("Blocked: %s");
        if (f->verdict == EFFECT_READ_ONLY)
                return facts_observed(f) ? _("Only to be read, let through: %s")
                                         : _("Read-only: %s");
        return _("Permitted for a limited time: %s");
}

static const char *what_happened(const Facts *f)
{
        if (facts_observed(f))
                return _("This computer only observes for now: the drive was let through, and this "
                         "was recorded.");
        if (f->verdict == EFFECT_BLOCK)
                return _("It was not opened, nothing on it was changed, and this was recorded.");
        if (f->verdict == EFFECT_READ_ONLY)
                return _("Files can be read from it; nothing can be written to it.");
        return _("Save your work in time: it is cut off when the time is over.");
}

static void line(Words *w, const char *text)
{
        size_t n = strlen(w->body);

        snprintf(w->body + n, sizeof(w->body) - n, "%s%s", n ? "\n" : "", text);
}

static void call(Words *w, const char *contact)
{
        char text[TEXTS_MAX + 64];

        if (!*contact)
                return;
        snprintf(text, sizeof(text), _("Contact: %s"), contact);
        line(w, text);
}

static void tamper(const Facts *f, Words *w)
{
        char text[2 * FACTS_TEXT_MAX + 64];

        snprintf(w->title, sizeof(w->title), "%s",
                 _("The USB guard of this computer was tampered with"));
        snprintf(text, sizeof(text), _("Changed by someone else: %s %s"), f->file, f->what);
        line(w, text);
        line(w, _("Leave the computer as it is and tell the security administrator."));
}

static void ending(const Facts *f, Words *w)
{
        time_t end = (time_t)f->end;
        char clock[32] = "", text[FACTS_TEXT_MAX];
        struct tm tm;

        if (localtime_r(&end, &tm))
                strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
        snprintf(text, sizeof(text), _("It ends at %s. Save your work and eject the drive now."),
                 clock);
        line(w, text);
}

static void reason(const Facts *f, Words *w)
{
        char text[FACTS_TEXT_MAX];

        /* TRANSLATORS: a sentence with its full stop. */
        snprintf(text, sizeof(text), _("%s."), _(reason_text(f->reason)));
        line(w, text);
        line(w, what_happened(f));
        if (f->verdict == EFFECT_BLOCK)
                line(w, _(advices[advice_of(f->reason)]));
}

void words_make(const Facts *f, const OfficeTexts *texts, Words *ret)
{
        char drive[WORDS_TITLE_MAX];

        *ret = (Words){.critical = is_critical(f)};
        if (f->kind == FACTS_TAMPER) {
                tamper(f, ret);
        } else {
                name_drive(f, drive, sizeof(drive));
                snprintf(ret->title, sizeof(ret->title), title_of(f), drive);
                if (f->kind == FACTS_ENDING)
                        ending(f, ret);
                else
                        reason(f, ret);
                if (f->kind == FACTS_DRIVE && f->verdict != EFFECT_ALLOW && *texts->notice)
                        line(ret, texts->notice);
        }
        call(ret, texts->contact);
}

void words_markup(const char *text, char *ret, size_t size)
{
        size_t n = 0;

        for (; *text; text++) {
                char one[2] = {*text, '\0'};
                const char *as = *text == '&'   ? "&amp;"
                                 : *text == '<' ? "&lt;"
                                 : *text == '>' ? "&gt;"
                                                : one;

                if (n + strlen(as) >= size)
                        break;
                memcpy(ret + n, as, strlen(as));
                n += strlen(as);
        }
        ret[n] = '\0';
}
