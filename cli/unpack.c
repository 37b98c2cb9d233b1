/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The decoders, with bounded memory whatever the file says. */
#include "cli/unpack.h"

#include <lzma.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "lib/file.h"

#define CHUNK 65536u
#define XZ_MEMORY_MAX (256u << 20) /* `xz -9` wants 65 MiB */
#define GZIP_WINDOW (16 + MAX_WBITS)

/* What is not unpacked yet, and what is not written yet. */
static struct {
        size_t n;
        bool at_end;
        uint8_t in[CHUNK], out[CHUNK];
} b;

static void begin(const Unpack *u)
{
        b.n = MIN(u->n, sizeof(b.in));
        memcpy(b.in, u->begin, b.n);
}

/* The decoder left so many bytes at the end of `in`: they move to its beginning, and more comes
 * behind them. */
static int more(size_t left)
{
        ssize_t n = 0;

        memmove(b.in, b.in + b.n - left, left);
        b.n = left;
        if (b.n < CHUNK && !b.at_end) {
                do
                        n = read(STDIN_FILENO, b.in + b.n, CHUNK - b.n);
                while (n < 0 && errno == EINTR);
                if (n < 0)
                        return UNPACK_E_IO;
                b.at_end = n == 0;
                b.n += (size_t)n;
        }
        return 0;
}

static int give(size_t room_left)
{
        return file_write_full(STDOUT_FILENO, b.out, CHUNK - room_left) < 0 ? UNPACK_E_IO : 0;
}

/* One call of the decoder. `inside`: a member has begun and has not ended. */
static int gzip_step(z_stream *z, bool *inside)
{
        int r, written;

        z->next_in = b.in;
        z->avail_in = (uInt)b.n;
        z->next_out = b.out;
        z->avail_out = CHUNK;
        *inside = true;
        r = inflate(z, Z_NO_FLUSH);
        written = give(z->avail_out);
        if (written != 0)
                return written;
        if (r == Z_STREAM_END) {
                *inside = false;
                r = inflateReset(z);
        }
        if (r == Z_MEM_ERROR)
                return UNPACK_E_MEMORY;
        if (r != Z_OK && r != Z_BUF_ERROR)
                return UNPACK_E_DAMAGED;
        return r == Z_BUF_ERROR && b.at_end && z->avail_out ? UNPACK_E_TRUNCATED : 0;
}

/* Members follow each other; zeros behind the last one are padding, as for gzip itself. */
int unpack_gzip(void *userdata)
{
        z_stream z = {0};
        bool inside = false;
        int r = 0;

        begin(userdata);
        if (inflateInit2(&z, GZIP_WINDOW) != Z_OK)
                return UNPACK_E_MEMORY;
        while (r == 0 && (b.n > 0 || !b.at_end)) {
                size_t left = 0;

                if (b.n > 0 && (inside || b.in[0] != 0)) {
                        r = gzip_step(&z, &inside);
                        left = z.avail_in;
                }
                if (r == 0)
                        r = more(left);
        }
        (void)inflateEnd(&z);
        return r == 0 && inside ? UNPACK_E_TRUNCATED : r;
}

int unpack_xz(void *userdata)
{
        lzma_stream x = LZMA_STREAM_INIT;
        lzma_ret coded = LZMA_OK;
        int r = 0;

        begin(userdata);
        if (lzma_stream_decoder(&x, XZ_MEMORY_MAX, LZMA_CONCATENATED) != LZMA_OK)
                return UNPACK_E_MEMORY;
        while (r == 0 && coded != LZMA_STREAM_END) {
                x.next_in = b.in;
                x.avail_in = b.n;
                x.next_out = b.out;
                x.avail_out = CHUNK;
                coded = lzma_code(&x, b.at_end ? LZMA_FINISH : LZMA_RUN);
                r = give(x.avail_out);
                if (r == 0 && coded == LZMA_MEM_ERROR)
                        r = UNPACK_E_MEMORY;
                else if (r == 0 && coded == LZMA_BUF_ERROR)
                        r = b.at_end ? UNPACK_E_TRUNCATED : 0;
                else if (r == 0 && coded != LZMA_OK && coded != LZMA_STREAM_END)
                        r = UNPACK_E_DAMAGED;
                if (r == 0 && coded != LZMA_STREAM_END)
                        r = more(x.avail_in);
        }
        lzma_end(&x);
        return r;
}
