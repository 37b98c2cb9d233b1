/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Grants: given, kept on disk, and taken back. */
#include "daemon/grants.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <systemd/sd-daemon.h>

#include "daemon/drive.h"
#include "daemon/event.h"
#include "lib/file.h"
#include "lib/names.h"
#include "lib/text.h"
#include "store/json.h"

#define GRANTS_FILE_MAX (256u * 1024u)

static json_object *grant_fields(const Grant *g)
{
        json_object *o = json_object_new_object();
        char hex[2 * DIGEST_SIZE + 1];

        text_hex(g->id, GRANT_ID_SIZE, hex);
        json_put_filled(o, "grant", hex);
        text_hex(g->identity, DIGEST_SIZE, hex);
        json_put_filled(o, "identity", hex);
        json_put_filled(o, "verdict", effect_name(g->effect));
        json_put_number(o, "start", g->start);
        json_put_number(o, "end", g->end);
        json_put_filled(o, "approver", g->approver);
        json_put_filled(o, "why", g->reason);
        json_put_filled(o, "approval", g->approval);
        return o;
}

int grants_record(Manager *m, EventKind kind, const Grant *g, const char *who, const char *note)
{
        json_object *o = grant_fields(g);
        int r;

        if (!o)
                return -ENOMEM;
        json_put_filled(o, "who", who);
        json_put_filled(o, "note", note);
        r = event_emit(m, kind, o);
        (void)json_object_put(o);
        return r;
}

static int save(Manager *m)
{
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r;

        r = grants_format(&m->grants, &text, &size);
        if (r < 0)
                return r;
        r = file_replace(m->state_fd, UZ_GRANTS_FILE, text, size, 0600);
        if (r < 0)
                fprintf(stderr, SD_ERR "usbzoned: %s/%s cannot be written: %s\n", UZ_STATE_DIR,
                        UZ_GRANTS_FILE, strerror(-r));
        return r;
}

/* 0 or -ENOENT; > 0 or -errno and what is wrong in `error`. */
static int read_list(Manager *m, Grants *ret, TextError *error)
{
        _cleanup_(freep) char *text = NULL;
        _cleanup_(fd_closep) int fd = -EBADF;
        size_t size;
        int r;

        r = file_open_trusted(m->state_fd, UZ_GRANTS_FILE, FILE_PUBLIC, GRANTS_FILE_MAX, &fd);
        if (r == 0)
                r = file_read_fd(fd, GRANTS_FILE_MAX, &text, &size);
        if (r == 0)
                return grants_parse(text, size, ret, error);
        (void)text_error(error, "%s", r > 0 ? file_trust_text(r) : strerror(-r));
        return r;
}

/* No exception is made from a list that somebody damaged; the file is kept aside for the
 * auditor. */
static int refuse_list(Manager *m, const TextError *error)
{
        json_object *o = json_object_new_object();

        json_put_filled(o, "file", UZ_STATE_DIR "/" UZ_GRANTS_FILE);
        json_put_number(o, "line", error->line);
        json_put_filled(o, "what", error->message);
        (void)event_emit(m, EVENT_TAMPER, o);
        (void)json_object_put(o);
        m->grants = (Grants){0};
        if (renameat(m->state_fd, UZ_GRANTS_FILE, m->state_fd, UZ_GRANTS_FILE ".damaged") < 0)
                fprintf(stderr,
                        SD_WARNING "usbzoned: the damaged grants cannot be set aside: %m\n");
        return 0;
}

int grants_load(Manager *m)
{
        _cleanup_(freep) Grants *list = calloc(1, sizeof(*list));
        TextError error = {0};
        int r;

        if (!list)
                return -ENOMEM;
        if (m->state_fd < 0)
                return grants_arm(m);
        r = read_list(m, list, &error);
        if (r == -ENOMEM)
                return r;
        if (r != 0 && r != -ENOENT)
                return refuse_list(m, &error);
        m->grants = *list;
        return grants_arm(m);
}

/* Every drive this grant is about. */
static void redecide(Manager *m, const uint8_t identity[DIGEST_SIZE])
{
        for (size_t i = 0; i < m->n_drives; i++) {
                DriveView v;
                int r;

                drive_view(m->drives[i], &v);
                if (!v.decision->has_identity ||
                    memcmp(v.decision->identity, identity, DIGEST_SIZE) != 0)
                        continue;
                r = drive_redecide(m->drives[i]);
                if (r < 0)
                        fprintf(stderr,
                                SD_ERR "usbzoned: drive %" PRIu64 " cannot be decided: %s\n",
                                v.number, strerror(-r));
        }
}

/* In the ledger, then on disk, then in force. What cannot be both is not given. */
static int enact(Manager *m, const Grant *g)
{
        int r;

        r = grants_add(&m->grants, g);
        if (r < 0)
                return r;
        r = grants_record(m, EVENT_GRANT, g, NULL, NULL);
        if (r == 0) {
                r = save(m);
                if (r < 0)
                        (void)grants_record(m, EVENT_GRANT_ENDED, g, NULL, "it could not be kept");
        }
        if (r < 0)
                (void)!grants_remove(&m->grants, g->id);
        return r;
}

int grants_give(Manager *m, const Decision *d, const Grant *asked, uint64_t seconds, Grant *ret,
                GrantAnswer *ret_answer, BundleGrant *ret_terms)
{
        Grant g = *asked;
        int r;

        if (m->trust->snapshot.status != REASON_OK)
                return -ENOKEY;
        if (seconds < 1)
                return -EINVAL;
        g.start = manager_now(m);
        g.end = g.start + (int64_t)MIN(seconds, BUNDLE_GRANT_MAX + 1u);
        *ret_answer = policy_grant(&m->trust->snapshot, d, &g, ret_terms);
        if (*ret_answer != GRANT_FITS)
                return 1;
        r = random_bytes(g.id, GRANT_ID_SIZE);
        if (r == 0)
                r = enact(m, &g);
        if (r < 0)
                return r;
        *ret = g;
        r = grants_arm(m);
        redecide(m, g.identity);
        return r;
}

int grants_take(Manager *m, const Grant *grant, const char *who, const char *note)
{
        Grant g = *grant;
        int r;

        r = grants_remove(&m->grants, g.id);
        if (r < 0)
                return r;
        /* The cut comes whether or not it can be recorded. */
        r = save(m);
        (void)grants_record(m, EVENT_GRANT_ENDED, &g, who, note);
        redecide(m, g.identity);
        return r;
}

int grants_end(Manager *m, const uint8_t id[GRANT_ID_SIZE], const char *who)
{
        int r;

        for (size_t i = 0; i < m->grants.n; i++) {
                if (memcmp(m->grants.list[i].id, id, GRANT_ID_SIZE) != 0)
                        continue;
                r = grants_take(m, &m->grants.list[i], who, NULL);
                return r < 0 ? r : grants_arm(m);
        }
        return -ENOENT;
}
