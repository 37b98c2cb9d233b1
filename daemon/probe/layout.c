/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Partition table and file system signatures at the start of a medium. */
#include "daemon/probe/layout.h"

#include <string.h>

#include "daemon/probe/scsi.h"
#include "lib/cursor.h"

#define HEAD_SIZE 4096u /* MBR, GPT header, ext, swap and most boot sectors */
#define MBR_TABLE 446u
#define MBR_ENTRIES 4u
#define MBR_ENTRY_SIZE 16u
#define MBR_SIGNATURE 510u
#define MBR_TYPE_PROTECTIVE 0xeeu
#define GPT_HEADER_MIN 92u
#define GPT_ENTRY_MAX 4096u
#define GPT_ENTRIES_MAX 1024u
#define GPT_ENTRY_SIZE_MIN 128u
/* A table that begins beyond this many blocks is in the way of the label anyhow. */
#define LABEL_GAP_BLOCKS(block_size) (PROBE_AREA_OFFSET / (block_size))

/* Magic bytes of what may fill a whole medium; offsets from its start. */
static const struct {
        const char *name;
        uint32_t offset;
        const char *magic;
        uint8_t size;
} signatures[] = {
        {"fs:ntfs", 3, "NTFS    ", 8},       {"fs:exfat", 3, "EXFAT   ", 8},
        {"fs:vfat", 54, "FAT", 3},           {"fs:vfat", 82, "FAT32", 5},
        {"fs:luks", 0, "LUKS\xba\xbe", 6},   {"fs:xfs", 0, "XFSB", 4},
        {"fs:lvm", 512 + 24, "LVM2 001", 8}, {"fs:ext", 1024 + 56, "\x53\xef", 2},
        {"fs:swap", 4086, "SWAPSPACE2", 10}, {"fs:f2fs", 1024, "\x10\x20\xf5\xf2", 4},
        {"fs:iso9660", 32769, "CD001", 5},   {"fs:btrfs", 65536 + 64, "_BHRfS_M", 8},
        {"fs:udf", 32769, "BEA01", 5},
};

static bool has_magic(const uint8_t *block, uint32_t start, size_t i)
{
        if (signatures[i].offset < start || signatures[i].offset - start > HEAD_SIZE - 16)
                return false;
        return memcmp(block + (signatures[i].offset - start), signatures[i].magic,
                      signatures[i].size) == 0;
}

static void set_table(ProbeAnswer *a, const char *table, uint64_t first)
{
        Writer w = writer(a->table, sizeof(a->table));

        writer_text(&w, table, sizeof(a->table));
        a->first_used = first;
}

/* Looks at one 4 KiB piece of the medium for every signature that lies in it. */
static bool find_filesystem(ProbeAnswer *a, const uint8_t *block, uint32_t start)
{
        for (size_t i = 0; i < ARRAY_SIZE(signatures); i++)
                if (has_magic(block, start, i)) {
                        set_table(a, signatures[i].name, 0);
                        return true;
                }
        return false;
}

/* The lowest start of a used MBR entry in blocks; 0 when one starts at 0 or lies about its flag. */
static bool read_mbr(const uint8_t *head, bool *ret_gpt, uint64_t *ret_first)
{
        Reader r = reader(head, HEAD_SIZE);
        uint64_t first = UINT64_MAX;

        *ret_gpt = false;
        reader_seek(&r, MBR_SIGNATURE);
        if (reader_le16(&r) != 0xaa55u)
                return false;
        for (unsigned i = 0; i < MBR_ENTRIES; i++) {
                uint8_t flag, type;
                uint32_t start;

                reader_seek(&r, MBR_TABLE + i * MBR_ENTRY_SIZE);
                flag = reader_u8(&r);
                reader_skip(&r, 3);
                type = reader_u8(&r);
                reader_skip(&r, 3);
                start = reader_le32(&r);
                if ((flag & 0x7fu) != 0)
                        return false;
                if (type == MBR_TYPE_PROTECTIVE)
                        *ret_gpt = true;
                if (type != 0)
                        first = MIN(first, (uint64_t)start);
        }
        *ret_first = first;
        return true;
}

/* UEFI 2.8, 5.3.2 and 5.3.3; checksums do not matter here: what looks used counts as used. */
static int read_gpt(Bot *b, ProbeAnswer *a)
{
        uint8_t block[HEAD_SIZE];
        uint64_t table, first = UINT64_MAX, start;
        uint32_t n, size, at = 0;
        Reader r = reader(block, sizeof(block));
        int outcome;

        outcome = scsi_read(b, a->block_size, a->block_size, block, HEAD_SIZE);
        if (outcome != 0)
                return outcome;
        reader_seek(&r, 72);
        table = reader_le64(&r);
        n = reader_le32(&r);
        size = reader_le32(&r);
        if (memcmp(block, "EFI PART", 8) != 0 || n > GPT_ENTRIES_MAX || size < GPT_ENTRY_SIZE_MIN ||
            size > GPT_ENTRY_MAX || HEAD_SIZE % size != 0 || table < 2 ||
            table > LABEL_GAP_BLOCKS(a->block_size))
                return SCSI_E_FAILED;
        for (uint32_t i = 0; i < n; i++, at = (at + size) % HEAD_SIZE) {
                if (at == 0)
                        outcome = scsi_read(b, a->block_size,
                                            table * a->block_size + (uint64_t)i * size, block,
                                            HEAD_SIZE);
                if (outcome != 0)
                        return outcome;
                reader_seek(&r, at);
                if (reader_zeroes(&r, 16))
                        continue;
                reader_seek(&r, at + 32);
                start = reader_le64(&r);
                first = MIN(first, start);
        }
        set_table(a, "gpt", MIN(first, a->capacity / a->block_size) * a->block_size);
        return 0;
}

int layout_read(Bot *b, ProbeAnswer *a)
{
        static const uint32_t pieces[] = {0, 32768, 65536};
        uint8_t block[HEAD_SIZE];
        uint64_t first = 0;
        bool gpt = false, mbr = false;
        int r;

        for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
                r = scsi_read(b, a->block_size, pieces[i], block, HEAD_SIZE);
                if (r != 0)
                        return r;
                if (find_filesystem(a, block, pieces[i]))
                        return 0;
                if (pieces[i] == 0)
                        mbr = read_mbr(block, &gpt, &first);
        }
        if (gpt)
                return read_gpt(b, a);
        if (mbr && first != UINT64_MAX)
                set_table(a, "dos", MIN(first, a->capacity / a->block_size) * a->block_size);
        else
                set_table(a, mbr ? "dos" : "none", a->capacity);
        return 0;
}
