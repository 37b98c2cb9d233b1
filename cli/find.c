/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The drive that a word on the command line means. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/client.h"
#include "cli/device.h"
#include "cli/out.h"
#include "lib/text.h"

#define IDENTITY_PREFIX 8u

static const char *base_name(const char *path)
{
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

static bool is_identity_prefix(const char *word)
{
        return strlen(word) >= IDENTITY_PREFIX &&
               strspn(word, "0123456789abcdefABCDEF") == strlen(word);
}

/* `disk` is the name of the whole disk if the word names a block device, else "". */
static bool means(json_object *drive, const char *word, const char *disk)
{
        const char *syspath = json_text(drive, "sys_path"),
                   *identity = json_text(drive, "identity");
        json_object *label;
        char number[24];

        if (*disk)
                return !strcmp(json_text(drive, "block_device"), disk);
        snprintf(number, sizeof(number), "%llu", (unsigned long long)json_number(drive, "number"));
        if (!strcmp(number, word) || !strcmp(syspath, word) || !strcmp(base_name(syspath), word))
                return true;
        if (json_object_object_get_ex(drive, "label", &label) &&
            !strcmp(json_text(label, "media_number"), word))
                return true;
        return is_identity_prefix(word) && !strncasecmp(identity, word, strlen(word));
}

static int fail_ambiguous(json_object *a, json_object *b, const char *word)
{
        return cli_fail(CLI_FAILED,
                        _("\"%s\" may mean drive %llu or drive %llu: give the drive's number"),
                        word, (unsigned long long)json_number(a, "number"),
                        (unsigned long long)json_number(b, "number"));
}

int client_find_drive(Client *c, const char *word, json_object **ret)
{
        _cleanup_(json_object_putp) json_object *list = NULL;
        json_object *found = NULL;
        char disk[DEVICE_NAME_MAX] = "";
        int r = client_drives(c, &list);

        if (r)
                return r;
        if (device_disk_name(word, disk) < 0)
                disk[0] = '\0';
        for (size_t i = 0; i < json_object_array_length(list); i++) {
                json_object *drive = json_object_array_get_idx(list, i);

                if (!means(drive, word, disk))
                        continue;
                if (found)
                        return fail_ambiguous(found, drive, word);
                found = drive;
        }
        if (!found)
                return cli_fail(CLI_FAILED, _("there is no drive \"%s\" here: see %s list"), word,
                                UZ_CLI);
        *ret = json_object_get(found);
        return 0;
}
