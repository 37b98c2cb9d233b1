/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The whitelist file: checked whole at load, searched by interpolation, written sorted. */
#include "policy/whitelist.h"

#include <string.h>

#include "lib/cursor.h"

#define WHITELIST_VERSION 1u
#define CHUNK_RECORDS 128u
#define CHUNK_SIZE (CHUNK_RECORDS * WHITELIST_RECORD_SIZE)
#define INTERPOLATION_STEPS 12u

static const uint8_t whitelist_magic[8] = {'U', 'Z', 'W', 'H', 'I', 'T', 'E', '1'};

const char *whitelist_outcome_text(int outcome)
{
        switch (outcome) {
        case WHITELIST_E_FORMAT:
                return "it is no whitelist, or of another version";
        case WHITELIST_E_SIZE:
                return "its size does not fit its number of entries";
        case WHITELIST_E_DIGEST:
                return "it is not the whitelist that the policy names: its SHA-256 differs";
        case WHITELIST_E_ORDER:
                return "its entries are damaged or not sorted";
        case WHITELIST_E_DUPLICATE:
                return "it names one drive twice";
        }
        return "it cannot be used";
}

static uint64_t record_offset(uint64_t i)
{
        return WHITELIST_HEADER_SIZE + i * WHITELIST_RECORD_SIZE;
}

static int read_header(WhitelistRead read, void *userdata, uint64_t size, uint64_t *ret_count)
{
        uint8_t bytes[WHITELIST_HEADER_SIZE], magic[sizeof(whitelist_magic)];
        Reader h = reader(bytes, sizeof(bytes));
        uint32_t version, record_size;
        uint64_t count;
        int r;

        if (size < WHITELIST_HEADER_SIZE)
                return WHITELIST_E_FORMAT;
        r = read(userdata, 0, bytes, sizeof(bytes));
        if (r < 0)
                return r;
        reader_bytes(&h, magic, sizeof(magic));
        version = reader_le32(&h);
        record_size = reader_le32(&h);
        count = reader_le64(&h);
        if (memcmp(magic, whitelist_magic, sizeof(magic)) != 0 || version != WHITELIST_VERSION ||
            record_size != WHITELIST_RECORD_SIZE || !reader_zeroes(&h, reader_left(&h)))
                return WHITELIST_E_FORMAT;
        if (count > WHITELIST_MAX || size != record_offset(count))
                return WHITELIST_E_SIZE;
        *ret_count = count;
        return 0;
}

/* Parses one record; false if it could not have been written by whitelist_build(). */
static bool read_record(const uint8_t bytes[WHITELIST_RECORD_SIZE], WhitelistEntry *ret)
{
        Reader r = reader(bytes, WHITELIST_RECORD_SIZE);
        WhitelistEntry e = {0};

        reader_bytes(&r, e.identity, sizeof(e.identity));
        reader_bytes(&r, e.label_id, sizeof(e.label_id));
        e.zone = (Zone)reader_u8(&r);
        e.level = (Level)reader_u8(&r);
        if (!reader_zeroes(&r, reader_left(&r)) || e.zone == ZONE_NONE ||
            !zone_level_valid(e.zone, e.level))
                return false;
        *ret = e;
        return true;
}

/* Checks `n` records against the one before them, which is kept in `last`. */
static int check_order(const uint8_t *bytes, size_t n, uint8_t last[DIGEST_SIZE], bool first)
{
        WhitelistEntry e;

        for (size_t i = 0; i < n; i++) {
                int c;

                if (!read_record(bytes + i * WHITELIST_RECORD_SIZE, &e))
                        return WHITELIST_E_ORDER;
                c = first ? 1 : memcmp(e.identity, last, DIGEST_SIZE);
                if (c <= 0)
                        return c == 0 ? WHITELIST_E_DUPLICATE : WHITELIST_E_ORDER;
                memcpy(last, e.identity, DIGEST_SIZE);
                first = false;
        }
        return 0;
}

/* Reads all records once: their digest counts first, their order only if it fits. */
static int check_content(WhitelistRead read, void *userdata, uint64_t count,
                         const uint8_t digest[DIGEST_SIZE])
{
        _cleanup_(digest_freep) Digest *d = NULL;
        uint8_t chunk[CHUNK_SIZE], last[DIGEST_SIZE] = {0}, found[DIGEST_SIZE];
        int r, order = 0;

        r = digest_new(&d);
        if (r < 0)
                return r;
        r = read(userdata, 0, chunk, WHITELIST_HEADER_SIZE);
        if (r == 0)
                r = digest_update(d, chunk, WHITELIST_HEADER_SIZE);
        for (uint64_t i = 0; r == 0 && i < count;) {
                size_t n = (size_t)MIN(count - i, CHUNK_RECORDS);

                r = read(userdata, record_offset(i), chunk, n * WHITELIST_RECORD_SIZE);
                if (r == 0)
                        r = digest_update(d, chunk, n * WHITELIST_RECORD_SIZE);
                if (r == 0 && order == 0)
                        order = check_order(chunk, n, last, i == 0);
                i += n;
        }
        if (r == 0)
                r = digest_final(d, found);
        if (r < 0)
                return r;
        return memcmp(found, digest, DIGEST_SIZE) != 0 ? WHITELIST_E_DIGEST : order;
}

int whitelist_open(Whitelist *ret, WhitelistRead read, void *userdata, uint64_t size,
                   const uint8_t digest[DIGEST_SIZE])
{
        uint64_t count = 0;
        int r;

        r = read_header(read, userdata, size, &count);
        if (r != 0)
                return r;
        r = check_content(read, userdata, count, digest);
        if (r != 0)
                return r;
        *ret = (Whitelist){.read = read, .userdata = userdata, .count = count};
        return 0;
}

int whitelist_get(const Whitelist *w, uint64_t i, WhitelistEntry *ret)
{
        uint8_t bytes[WHITELIST_RECORD_SIZE];
        int r;

        if (i >= w->count)
                return -ENOENT;
        r = w->read(w->userdata, record_offset(i), bytes, sizeof(bytes));
        if (r < 0)
                return r;
        return read_record(bytes, ret) ? 0 : -EBADMSG;
}

/* The first eight bytes of a digest as a number, for interpolation. */
static uint64_t prefix_of(const uint8_t identity[DIGEST_SIZE])
{
        Reader r = reader(identity, DIGEST_SIZE);

        return reader_be64(&r);
}

/* Where between `low` and `high` (exclusive) a key should lie if keys are spread evenly. */
static uint64_t guess(uint64_t low, uint64_t high, uint64_t low_key, uint64_t high_key,
                      uint64_t key)
{
        uint64_t step = (high_key - low_key) / (high - low);

        if (step < UINT64_MAX)
                step++;
        return low + MIN((key - low_key) / step, high - low - 1);
}

int whitelist_find(const Whitelist *w, const uint8_t identity[DIGEST_SIZE], WhitelistEntry *ret)
{
        uint64_t low = 0, high = w->count, low_key = 0, high_key = UINT64_MAX;
        uint64_t key = prefix_of(identity);
        WhitelistEntry e;

        for (unsigned step = 0; low < high && key >= low_key && key <= high_key; step++) {
                uint64_t i = low + (high - low) / 2;
                int r, c;

                /* Bisection bounds the reads where keys are not spread evenly. */
                if (step < INTERPOLATION_STEPS)
                        i = guess(low, high, low_key, high_key, key);
                r = whitelist_get(w, i, &e);
                if (r < 0)
                        return r;
                c = memcmp(identity, e.identity, DIGEST_SIZE);
                if (c == 0) {
                        *ret = e;
                        return 1;
                }
                if (c < 0) {
                        high = i;
                        high_key = prefix_of(e.identity);
                } else {
                        low = i + 1;
                        low_key = prefix_of(e.identity);
                }
        }
        return 0;
}

static int compare_entries(const void *a, const void *b)
{
        const WhitelistEntry *x = a, *y = b;

        return memcmp(x->identity, y->identity, DIGEST_SIZE);
}

static bool same_entry(const WhitelistEntry *a, const WhitelistEntry *b)
{
        return memcmp(a->label_id, b->label_id, LABEL_ID_SIZE) == 0 && a->zone == b->zone &&
               a->level == b->level;
}

/* Drops entries given twice. Returns a WHITELIST_E_* for two that disagree. */
static int drop_repeated(WhitelistEntry *entries, size_t *n)
{
        size_t kept = 0;

        for (size_t i = 0; i < *n; i++) {
                if (kept > 0 && compare_entries(&entries[kept - 1], &entries[i]) == 0) {
                        if (!same_entry(&entries[kept - 1], &entries[i]))
                                return WHITELIST_E_DUPLICATE;
                        continue;
                }
                entries[kept++] = entries[i];
        }
        *n = kept;
        return 0;
}

/* Where a written file goes: to the caller and into its digest. */
typedef struct Sink {
        WhitelistWrite write;
        void *userdata;
        Digest *digest;
} Sink;

static int sink_write(Sink *s, const void *data, size_t n)
{
        int r;

        r = digest_update(s->digest, data, n);
        return r < 0 ? r : s->write(s->userdata, data, n);
}

static int write_header(Sink *s, uint64_t count)
{
        uint8_t bytes[WHITELIST_HEADER_SIZE];
        Writer w = writer(bytes, sizeof(bytes));

        writer_bytes(&w, whitelist_magic, sizeof(whitelist_magic));
        writer_le32(&w, WHITELIST_VERSION);
        writer_le32(&w, WHITELIST_RECORD_SIZE);
        writer_le64(&w, count);
        writer_zeroes(&w, w.size - w.pos);
        return sink_write(s, bytes, sizeof(bytes));
}

static int write_records(Sink *s, const WhitelistEntry *entries, size_t n)
{
        uint8_t chunk[CHUNK_SIZE];
        int r;

        for (size_t i = 0; i < n;) {
                Writer w = writer(chunk, sizeof(chunk));

                for (; i < n && w.size - w.pos >= WHITELIST_RECORD_SIZE; i++) {
                        writer_bytes(&w, entries[i].identity, DIGEST_SIZE);
                        writer_bytes(&w, entries[i].label_id, LABEL_ID_SIZE);
                        writer_u8(&w, (uint8_t)entries[i].zone);
                        writer_u8(&w, (uint8_t)entries[i].level);
                        writer_zeroes(&w, WHITELIST_RECORD_SIZE - DIGEST_SIZE - LABEL_ID_SIZE - 2);
                }
                r = sink_write(s, chunk, w.pos);
                if (r < 0)
                        return r;
        }
        return 0;
}

int whitelist_build(WhitelistEntry *entries, size_t n, WhitelistWrite write, void *userdata,
                    uint8_t ret_digest[DIGEST_SIZE])
{
        _cleanup_(digest_freep) Digest *digest = NULL;
        Sink sink = {.write = write, .userdata = userdata};
        int r;

        if (n > WHITELIST_MAX)
                return -E2BIG;
        for (size_t i = 0; i < n; i++)
                if (entries[i].zone == ZONE_NONE ||
                    !zone_level_valid(entries[i].zone, entries[i].level))
                        return -EINVAL;
        if (n > 0)
                qsort(entries, n, sizeof(*entries), compare_entries);
        r = drop_repeated(entries, &n);
        if (r != 0)
                return r;
        r = digest_new(&digest);
        if (r < 0)
                return r;
        sink.digest = digest;
        r = write_header(&sink, n);
        if (r == 0)
                r = write_records(&sink, entries, n);
        return r == 0 ? digest_final(digest, ret_digest) : r;
}
