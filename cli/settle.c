/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Work on a drive together with the daemon: an exception for formatting, and the new decision
 * afterwards. Waiting is on the daemon's signals. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/out.h"
#include "cli/target.h"
#include "lib/clock.h"

#define GRANT_SECONDS 600u
#define OPEN_SECONDS 30u
#define SETTLE_SECONDS 30u
#define LOOK_USEC 500000u /* look again although no signal came: one may have been missed */

static int listen_to(Client *c, const char *object, sd_bus_slot **ret)
{
        return sd_bus_match_signal(client_bus(c), ret, UZ_BUS_NAME, object, NULL, NULL, NULL, NULL);
}

static bool is_one_of(const char *state, const char *const *states)
{
        for (; *states; states++)
                if (!strcmp(state, *states))
                        return true;
        return false;
}

/* Handles what has arrived, or waits for more. */
static int next_message(sd_bus *bus, uint64_t until)
{
        uint64_t now = clock_us(CLOCK_MONOTONIC);
        int r = sd_bus_process(bus, NULL);

        if (r != 0)
                return r;
        return sd_bus_wait(bus, MIN(until > now ? until - now : 0, LOOK_USEC));
}

static bool has_label(json_object *drive, const char *label_id)
{
        json_object *label;

        /* The daemon shows no field of a label that is not complete. */
        if (label_id && !*label_id)
                return !strcmp(json_text(drive, "reason"), reason_slug(REASON_LABEL_ONE_SIGNATURE));
        return !label_id || (json_object_object_get_ex(drive, "label", &label) &&
                             !strcmp(json_text(label, "id"), label_id));
}

int target_wait_state(Client *c, const char *object, const char *const *states,
                      const char *label_id, unsigned seconds, json_object **ret)
{
        _cleanup_(sd_bus_slot_unrefp) sd_bus_slot *slot = NULL;
        uint64_t until = clock_us(CLOCK_MONOTONIC) + seconds * 1000000ull;
        int r = listen_to(c, object, &slot);

        if (r < 0)
                return cli_fail_errno(r, "%s", _("cannot listen to the daemon"));
        for (;;) {
                _cleanup_(json_object_putp) json_object *drive = NULL;

                r = client_drive_at(c, object, &drive);
                if (r)
                        return r;
                if (is_one_of(json_text(drive, "state"), states) && has_label(drive, label_id)) {
                        *ret = TAKE_PTR(drive);
                        return 0;
                }
                if (clock_us(CLOCK_MONOTONIC) >= until)
                        return CLI_FAILED;
                r = next_message(client_bus(c), until);
                if (r < 0)
                        return cli_fail_errno(r, "%s", _("cannot listen to the daemon"));
        }
}

static int take_grant(Target *t, const char *why)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        const char *id;
        char number[24];
        int r;

        snprintf(number, sizeof(number), "%llu",
                 (unsigned long long)json_number(t->drive, "number"));
        r = client_call(t->client, UZ_BUS_ROOT, UZ_BUS_MANAGER, "Grant", &reply, "sstss", number,
                        effect_name(EFFECT_ALLOW), (uint64_t)GRANT_SECONDS, why, "");
        if (r)
                return r;
        if (sd_bus_message_read(reply, "s", &id) < 0)
                return cli_fail(CLI_FAILED, _("%s answers in a form unknown here"), UZ_DAEMON);
        t->grant = strdup(id);
        return t->grant ? 0 : cli_out_of_memory();
}

int target_keep_open(Target *t)
{
        if (t->kind != TARGET_BLOCK || !t->drive || t->grant ||
            !strcmp(json_text(t->drive, "verdict"), effect_name(EFFECT_BLOCK)))
                return 0;
        return take_grant(t, "enrolment: new label");
}

/* A blocked drive becomes a block device for as long as the formatting takes. */
static int let_through(Target *t)
{
        static const char *const states[] = {"in-use", NULL};
        _cleanup_(json_object_putp) json_object *drive = NULL;
        _cleanup_(freep) char *object = strdup(json_text(t->drive, "object"));
        Target block = {.fd = -EBADF, .lock_fd = -EBADF};
        char path[PATH_MAX];
        int r = object ? take_grant(t, "enrolment: format") : cli_out_of_memory();

        if (r)
                return r;
        r = target_wait_state(t->client, object, states, NULL, OPEN_SECONDS, &drive);
        if (r)
                return cli_fail(r, _("the kernel did not take %s over"), t->path);
        snprintf(path, sizeof(path), "/dev/%s", json_text(drive, "block_device"));
        r = target_open_writable(&block, path, NULL);
        if (r == 0 && memcmp(block.identity, t->identity, DIGEST_SIZE) != 0)
                r = cli_fail(CLI_FAILED, _("%s is not the drive it was before"), path);
        if (r) {
                target_close(&block);
                return r;
        }
        block.client = client_close(block.client);
        json_object_put(TAKE_PTR(block.drive));
        block.client = TAKE_PTR(t->client);
        block.grant = TAKE_PTR(t->grant);
        block.drive = TAKE_PTR(drive);
        json_object_put(TAKE_PTR(t->drive));
        *t = block;
        return 0;
}

int target_format(Target *t, const char *file_system)
{
        int r = 0;

        if (t->kind == TARGET_IMAGE)
                return image_format(t, file_system);
        if (t->kind == TARGET_DRIVE)
                r = let_through(t);
        return r ? r : block_format(t, file_system);
}

static int reprobe(Target *t)
{
        int r = client_call(t->client, json_text(t->drive, "object"), UZ_BUS_DRIVE, "Reprobe", NULL,
                            "");

        if (r == 0 && t->grant) {
                r = client_call(t->client, UZ_BUS_ROOT, UZ_BUS_MANAGER, "EndGrant", NULL, "s",
                                t->grant);
                free(TAKE_PTR(t->grant));
        }
        return r;
}

int target_settle(Target *t, const char *label_id, json_object **ret)
{
        static const char *const states[] = {"in-use", "blocked", NULL};
        int r = 0;

        block_release(t);
        t->lock_fd = fd_close(t->lock_fd);
        if (!t->drive)
                return 0;
        if (t->kind == TARGET_BLOCK)
                r = reprobe(t);
        if (r)
                return r;
        r = target_wait_state(t->client, json_text(t->drive, "object"), states, label_id,
                              SETTLE_SECONDS, ret);
        if (r)
                cli_note(_("the daemon has not decided about the drive yet: see %s list"), UZ_CLI);
        return 0;
}
