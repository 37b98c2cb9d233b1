/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads an MBR (one sector) or a GPT (UEFI 2.10 section 5.3) just far enough to find the first
 * partition, and knows a file system that fills the whole drive. */
#include "cli/layout.h"

#include <stdio.h>
#include <string.h>

#include "lib/cursor.h"
#include "lib/file.h"
#include "policy/label.h"

#define MBR_TABLE 446u
#define MBR_ENTRIES 4u
#define MBR_PROTECTIVE 0xeeu
#define SECTOR 512u
#define GPT_ENTRY_MIN 128u
#define GPT_ENTRY_MAX 4096u
#define GPT_ENTRIES_MAX 1024u
#define EXT_MAGIC_OFFSET 1080u
#define ISO_MAGIC_OFFSET 32769u
#define HEAD_SIZE (36u * 1024u)

typedef struct Head {
        uint8_t data[HEAD_SIZE];
} Head;

static bool has(const Head *h, size_t offset, const char *magic)
{
        return !memcmp(h->data + offset, magic, strlen(magic));
}

/* A boot sector with a BIOS parameter block, or a superblock, at the very start. NULL: none. */
static const char *file_system(const Head *h)
{
        if (has(h, EXT_MAGIC_OFFSET, "\x53\xef"))
                return "ext";
        if (has(h, ISO_MAGIC_OFFSET, "CD001"))
                return "iso9660";
        if (h->data[0] != 0xeb && h->data[0] != 0xe9)
                return NULL;
        if (has(h, 3, "NTFS    "))
                return "ntfs";
        if (has(h, 3, "EXFAT   "))
                return "exfat";
        return has(h, 54, "FAT") || has(h, 82, "FAT32") ? "vfat" : NULL;
}

static bool is_blank(const Head *h)
{
        for (size_t i = 0; i < SECTOR; i++)
                if (h->data[i])
                        return false;
        return true;
}

static uint64_t read_mbr(const Head *h, uint32_t block_size, bool *ret_gpt, bool *ret_partition)
{
        Reader r = reader(h->data, SECTOR);
        uint64_t first = UINT64_MAX;

        for (size_t i = 0; i < MBR_ENTRIES; i++) {
                uint8_t type;
                uint32_t start, count;

                reader_seek(&r, MBR_TABLE + 16 * i + 4);
                type = reader_u8(&r);
                reader_skip(&r, 3);
                start = reader_le32(&r);
                count = reader_le32(&r);
                if (!type || !count)
                        continue;
                if (type == MBR_PROTECTIVE)
                        *ret_gpt = true;
                else
                        *ret_partition = true;
                first = MIN(first, (uint64_t)start * block_size);
        }
        return first;
}

typedef struct Gpt {
        uint64_t entries; /* byte offset */
        uint32_t count, size;
} Gpt;

static int read_gpt_header(const uint8_t *sector, uint64_t capacity, uint32_t block_size, Gpt *ret)
{
        Reader r = reader(sector, SECTOR);
        uint64_t lba;

        if (memcmp(sector, "EFI PART", 8) != 0)
                return -EBADMSG;
        reader_seek(&r, 72);
        lba = reader_le64(&r);
        ret->count = reader_le32(&r);
        ret->size = reader_le32(&r);
        if (lba < 2 || lba > capacity / block_size || ret->count > GPT_ENTRIES_MAX ||
            ret->size < GPT_ENTRY_MIN || ret->size > GPT_ENTRY_MAX)
                return -EBADMSG;
        ret->entries = lba * block_size;
        return 0;
}

static bool is_free_entry(const uint8_t *entry)
{
        static const uint8_t none[16];

        return !memcmp(entry, none, sizeof(none));
}

static int read_gpt(int fd, uint64_t capacity, uint32_t block_size, Layout *l)
{
        _cleanup_(freep) uint8_t *table = NULL;
        uint8_t sector[SECTOR];
        Gpt g = {0};
        int r = file_pread_full(fd, sector, sizeof(sector), block_size);

        if (r == 0)
                r = read_gpt_header(sector, capacity, block_size, &g);
        if (r < 0)
                return r;
        table = malloc((size_t)g.count * g.size + 1);
        if (!table)
                return -ENOMEM;
        r = file_pread_full(fd, table, (size_t)g.count * g.size, g.entries);
        if (r < 0)
                return r;
        strcpy(l->table, "gpt");
        l->first_used = capacity;
        l->has_partition = false;
        for (uint32_t i = 0; i < g.count; i++) {
                Reader entry = reader(table + (size_t)i * g.size, g.size);
                uint64_t lba;

                if (is_free_entry(entry.data))
                        continue;
                reader_seek(&entry, 32);
                lba = reader_le64(&entry);
                if (lba > capacity / block_size)
                        return -EBADMSG;
                l->first_used = MIN(l->first_used, lba * block_size);
                l->has_partition = true;
        }
        /* A table that itself reaches into the label's area leaves no room. */
        if (g.entries + (uint64_t)g.count * g.size > LABEL_AREA_OFFSET &&
            g.entries < LABEL_RESERVED_END)
                l->first_used = MIN(l->first_used, g.entries);
        return 0;
}

int layout_read(int fd, uint64_t capacity, uint32_t block_size, Layout *ret)
{
        _cleanup_(freep) Head *h = calloc(1, sizeof(*h));
        Layout l = {.table = "dos"};
        bool gpt = false;
        int r;

        if (!h)
                return -ENOMEM;
        if (capacity < HEAD_SIZE)
                return -ENOSPC;
        r = file_pread_full(fd, h->data, sizeof(h->data), 0);
        if (r < 0)
                return r;
        if (file_system(h)) {
                snprintf(l.table, sizeof(l.table), "fs:%s", file_system(h));
        } else if (has(h, SECTOR - 2, "\x55\xaa")) {
                l.first_used = read_mbr(h, block_size, &gpt, &l.has_partition);
                l.first_used = MIN(l.first_used, capacity);
                if (gpt)
                        r = read_gpt(fd, capacity, block_size, &l);
        } else if (is_blank(h)) {
                strcpy(l.table, "none");
                l.first_used = capacity;
        } else {
                strcpy(l.table, "fs:unknown");
        }
        if (r < 0)
                return r;
        *ret = l;
        return 0;
}

bool layout_has_room(const Layout *l)
{
        return l->first_used >= LABEL_RESERVED_END;
}
