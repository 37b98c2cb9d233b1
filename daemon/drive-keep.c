/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Remembers drives in use across a restart of the daemon: one small file each in /run, so that it
 * cannot outlive the boot. Only root writes there; what it says is believed only for a device with
 * the same number, descriptors and disk. */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-id128.h>

#include "daemon/drive-internal.h"
#include "lib/file.h"
#include "lib/names.h"
#include "lib/text.h"

#define KEEP_MAX 512u

static void keep_name(const Drive *d, char *ret, size_t size)
{
        (void)snprintf(ret, size, UZ_DRIVES_DIR "/%03u-%03u", d->usb->busnum, d->usb->devnum);
}

/* Everything but the effect must be the same, so it comes first. */
static int keep_text(const Drive *d, uint64_t diskseq, char *ret, size_t size)
{
        char boot_text[SD_ID128_STRING_MAX], digest[2 * DIGEST_SIZE + 1];
        sd_id128_t boot;
        int r;

        r = sd_id128_get_boot(&boot);
        if (r < 0)
                return r;
        text_hex(d->usb->digest, DIGEST_SIZE, digest);
        (void)snprintf(ret, size, "boot %s\ndescriptors %s\ndiskseq %" PRIu64 "\neffect ",
                       sd_id128_to_string(boot, boot_text), digest, diskseq);
        return 0;
}

void drive_keep_write(const Drive *d)
{
        char name[64], text[KEEP_MAX];
        int r;

        keep_name(d, name, sizeof(name));
        r = keep_text(d, d->disk.diskseq, text, sizeof(text) - 16);
        if (r == 0) {
                size_t n = strlen(text);

                (void)snprintf(text + n, sizeof(text) - n, "%s\n", effect_name(d->effect));
                r = file_replace(d->m->run_fd, name, text, strlen(text), 0600);
        }
        if (r < 0)
                (void)fprintf(stderr, SD_WARNING "usbzoned: " UZ_RUN_DIR "/%s: %s\n", name,
                              strerror(-r));
}

void drive_keep_remove(const Drive *d)
{
        char name[64];

        keep_name(d, name, sizeof(name));
        (void)unlinkat(d->m->run_fd, name, 0);
}

int drive_keep_read(const Drive *d, Effect *ret)
{
        char name[64], text[KEEP_MAX];
        _cleanup_(freep) char *kept = NULL;
        size_t size, n;
        Effect effect;

        keep_name(d, name, sizeof(name));
        if (keep_text(d, d->disk.diskseq, text, sizeof(text)) < 0 ||
            file_read(d->m->run_fd, name, KEEP_MAX, &kept, &size) < 0)
                return 0;
        n = strlen(text);
        if (size <= n + 1 || memcmp(kept, text, n) != 0 || kept[size - 1] != '\n')
                return 0;
        kept[size - 1] = '\0';
        if (effect_parse(kept + n, &effect) < 0 || effect == EFFECT_BLOCK)
                return 0;
        *ret = effect;
        return 1;
}

static bool is_here(const Manager *m, const char *file)
{
        char name[64];

        for (size_t i = 0; i < m->n_drives; i++) {
                keep_name(m->drives[i], name, sizeof(name));
                if (strcmp(strchr(name, '/') + 1, file) == 0)
                        return true;
        }
        return false;
}

void drive_keep_sweep(Manager *m)
{
        int fd = openat(m->run_fd, UZ_DRIVES_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        const struct dirent *e;
        DIR *dir;

        if (fd < 0)
                return;
        dir = fdopendir(fd);
        if (!dir) {
                (void)fd_close(fd);
                return;
        }
        while ((e = readdir(dir)))
                if (e->d_name[0] != '.' && !is_here(m, e->d_name))
                        (void)unlinkat(fd, e->d_name, 0);
        (void)closedir(dir);
}
