/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps the key of the ledger's next record, and overwrites the one before. */
#include "store/ledger-key.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <string.h>
#include <sys/file.h>

#include "lib/file.h"
#include "lib/names.h"
#include "store/ledger.h"

const char *ledger_seal_name(LedgerSeal seal)
{
        switch (seal) {
        case LEDGER_SEALED:
                return "sealed";
        case LEDGER_SEAL_NO_KEY:
                return "no-key";
        case LEDGER_SEAL_DAMAGED:
                return "key-damaged";
        }
        return "no-key";
}

static int read_key(int fd, MacKey *ret)
{
        char text[MAC_KEY_TEXT_SIZE];
        int r = file_pread_full(fd, text, sizeof(text), 0);

        if (r == -ENODATA)
                r = -EINVAL;
        if (r == 0)
                r = mac_key_parse(text, sizeof(text), ret);
        OPENSSL_cleanse(text, sizeof(text));
        return r;
}

static int reopen_for_writing(int state_fd)
{
        int fd = openat(state_fd, UZ_LEDGER_KEY_FILE,
                        O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);

        return fd < 0 ? -errno : fd;
}

int ledger_key_open(int state_fd, LedgerKey *ret)
{
        _cleanup_(fd_closep) int fd = -EBADF;
        int r;

        *ret = (LedgerKey){.fd = -EBADF, .seal = LEDGER_SEAL_DAMAGED};
        r = file_open_trusted(state_fd, UZ_LEDGER_KEY_FILE, FILE_SECRET, MAC_KEY_TEXT_SIZE, &fd);
        if (r == -ENOENT) {
                ret->seal = LEDGER_SEAL_NO_KEY;
                return 0;
        }
        if (r != 0)
                return r > 0 || r == -ELOOP ? 0 : r;
        fd = fd_close(fd);
        fd = reopen_for_writing(state_fd);
        if (fd < 0)
                return fd;
        r = read_key(fd, &ret->key);
        if (r < 0)
                return r == -EINVAL ? 0 : r;
        ret->fd = TAKE_FD(fd);
        ret->seal = LEDGER_SEALED;
        return 0;
}

void ledger_key_close(LedgerKey *k)
{
        (void)!ledger_key_sync(k);
        k->fd = fd_close(k->fd);
        mac_key_clear(&k->key);
}

/* One write within one sector: whoever reads the file, and the disk after a power cut, has the old
 * key or the new one, never both and never none. */
static int write_key(LedgerKey *k)
{
        char text[MAC_KEY_TEXT_SIZE + 1];
        int r = mac_key_format(&k->key, text);

        if (r == 0)
                r = file_pwrite_full(k->fd, text, MAC_KEY_TEXT_SIZE, 0);
        OPENSSL_cleanse(text, sizeof(text));
        return r;
}

int ledger_key_move(LedgerKey *k, Digest *d, uint64_t seq, const HashPlan *plan)
{
        int r;

        if (k->seal != LEDGER_SEALED || k->key.seq == seq)
                return 0;
        r = mac_key_seek(&k->key, d, seq, plan);
        if (r != 0)
                return r;
        k->dirty = true;
        return write_key(k);
}

int ledger_key_sync(LedgerKey *k)
{
        int r;

        if (!k->dirty || k->fd < 0)
                return 0;
        /* Again, should the first write have failed. */
        r = write_key(k);
        if (r == 0 && fdatasync(k->fd) < 0)
                r = -errno;
        k->dirty = r < 0;
        return r;
}

/* The number of the last record, with nobody appending meanwhile. */
static int find_end(int state_fd, int *ret_lock, uint64_t *ret)
{
        _cleanup_(ledger_reader_closep) LedgerReader *reader = NULL;
        _cleanup_(fd_closep) int fd = -EBADF;
        Chain chain;
        int r;

        fd = openat(state_fd, UZ_LEDGER_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0) {
                *ret = 0;
                return errno == ENOENT ? 0 : -errno;
        }
        if (flock(fd, LOCK_EX | LOCK_NB) < 0)
                return errno == EWOULDBLOCK ? -EBUSY : -errno;
        r = ledger_reader_open(fd, &reader);
        if (r < 0)
                return r;
        do
                r = ledger_reader_next(reader, &(const char *){NULL}, &(size_t){0});
        while (r > 0);
        if (r < 0)
                return r;
        ledger_reader_state(reader, &chain, NULL, NULL);
        *ret = chain.seq;
        *ret_lock = TAKE_FD(fd);
        return 0;
}

int ledger_key_create(int state_fd, MacKey *ret)
{
        _cleanup_(fd_closep) int lock = -EBADF;
        char text[MAC_KEY_TEXT_SIZE + 1];
        uint64_t end = 0;
        MacKey key;
        int r;

        if (faccessat(state_fd, UZ_LEDGER_KEY_FILE, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
                return -EEXIST;
        r = find_end(state_fd, &lock, &end);
        if (r < 0)
                return r;
        r = mac_key_generate(end + 1, &key);
        if (r == 0)
                r = mac_key_format(&key, text);
        if (r == 0)
                r = file_replace(state_fd, UZ_LEDGER_KEY_FILE, text, MAC_KEY_TEXT_SIZE, 0600);
        if (r == 0)
                *ret = key;
        OPENSSL_cleanse(text, sizeof(text));
        mac_key_clear(&key);
        return r;
}
