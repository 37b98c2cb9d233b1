/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the block helper tells the daemon and what it hears: two fixed-size messages, little endian,
 * over a SOCK_SEQPACKET socket. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/cursor.h"

#define BLOCK_MAGIC 0x31627a75u /* "uzb1" */
#define BLOCK_AREA_OFFSET (960u * 1024u)
#define BLOCK_AREA_SIZE 8192u
#define BLOCK_REASON_SIZE 40u
#define BLOCK_QUERY_SIZE (4 + 4 + 4 + 4 + 4 + 8 + 8 + BLOCK_AREA_SIZE)
#define BLOCK_REPLY_SIZE (4 + 4 + 8 + BLOCK_REASON_SIZE)

/* The zero value hides. */
#define BLOCK_ANSWER_TABLE(X) \
        X(HIDE, "hide") \
        X(READ_ONLY, "read-only") \
        X(ALLOW, "allow")
#define X(name, text) BLOCK_##name,
typedef enum BlockAnswer { BLOCK_ANSWER_TABLE(X) BLOCK_ANSWER_MAX_ } BlockAnswer;
#undef X

typedef struct BlockQuery {
        uint32_t major, minor;
        bool media_change;   /* the kernel says that the medium was changed */
        bool has_area;       /* the area was read */
        uint32_t block_size; /* logical */
        uint64_t capacity;   /* bytes */
        uint64_t diskseq;
        uint8_t area[BLOCK_AREA_SIZE];
} BlockQuery;

typedef struct BlockReply {
        uint8_t answer; /* BlockAnswer */
        uint64_t drive; /* the drive object's number; 0 = none */
        char reason[BLOCK_REASON_SIZE];
} BlockReply;

static inline void block_query_encode(const BlockQuery *q, uint8_t ret[BLOCK_QUERY_SIZE])
{
        Writer w = writer(ret, BLOCK_QUERY_SIZE);

        writer_le32(&w, BLOCK_MAGIC);
        writer_le32(&w, q->major);
        writer_le32(&w, q->minor);
        writer_u8(&w, q->media_change);
        writer_u8(&w, q->has_area);
        writer_zeroes(&w, 2);
        writer_le32(&w, q->block_size);
        writer_le64(&w, q->capacity);
        writer_le64(&w, q->diskseq);
        writer_bytes(&w, q->area, sizeof(q->area));
}

static inline int block_query_decode(const uint8_t *bytes, size_t size, BlockQuery *ret)
{
        Reader r = reader(bytes, size);

        if (size != BLOCK_QUERY_SIZE || reader_le32(&r) != BLOCK_MAGIC)
                return -EBADMSG;
        ret->major = reader_le32(&r);
        ret->minor = reader_le32(&r);
        ret->media_change = reader_u8(&r);
        ret->has_area = reader_u8(&r);
        reader_skip(&r, 2);
        ret->block_size = reader_le32(&r);
        ret->capacity = reader_le64(&r);
        ret->diskseq = reader_le64(&r);
        reader_bytes(&r, ret->area, sizeof(ret->area));
        return r.failed ? -EBADMSG : 0;
}

static inline void block_reply_encode(const BlockReply *p, uint8_t ret[BLOCK_REPLY_SIZE])
{
        Writer w = writer(ret, BLOCK_REPLY_SIZE);

        writer_le32(&w, BLOCK_MAGIC);
        writer_u8(&w, p->answer);
        writer_zeroes(&w, 3);
        writer_le64(&w, p->drive);
        writer_text(&w, p->reason, sizeof(p->reason));
}

static inline int block_reply_decode(const uint8_t *bytes, size_t size, BlockReply *ret)
{
        Reader r = reader(bytes, size);

        if (size != BLOCK_REPLY_SIZE || reader_le32(&r) != BLOCK_MAGIC)
                return -EBADMSG;
        ret->answer = reader_u8(&r);
        reader_skip(&r, 3);
        ret->drive = reader_le64(&r);
        reader_bytes(&r, ret->reason, sizeof(ret->reason));
        if (r.failed || ret->answer >= BLOCK_ANSWER_MAX_ ||
            ret->reason[sizeof(ret->reason) - 1] != '\0')
                return -EBADMSG;
        return 0;
}
