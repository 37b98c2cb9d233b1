/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The versions that were in force here, and whose keys signed them. Format: docs/usbzone-files.5 */
#include "store/trust.h"

#include <inttypes.h>
#include <string.h>

#include "lib/file.h"
#include "lib/strbuf.h"
#include "lib/text.h"

#define VERSION_FILE_MAX 4096u

uint64_t trust_policy_floor(const TrustFloor *floor, const Keyring *ring)
{
        uint64_t highest = 0;

        for (size_t i = 0; i < floor->n; i++) {
                const PublicKey *key = keyring_find(ring, floor->signers[i].id);

                if (key && key->purpose == PURPOSE_POLICY && !key->revoked)
                        highest = MAX(highest, floor->signers[i].version);
        }
        return floor->n ? highest : floor->policy;
}

TrustFloor trust_seen(const Trust *t)
{
        TrustFloor seen = {.policy = t->snapshot.bundle.version,
                           .keys = t->snapshot.authority.version,
                           .n = t->n_signers};

        for (size_t i = 0; i < t->n_signers; i++) {
                memcpy(seen.signers[i].id, t->signers[i], KEY_ID_SIZE);
                seen.signers[i].version = seen.policy;
        }
        return seen;
}

/* "32 hex digits, a blank, a number": a key and the highest policy it has signed. */
static int read_signer(const char *line, TrustFloor *ret)
{
        TrustSigner *s = &ret->signers[ret->n];
        char id[2 * KEY_ID_SIZE + 1];

        if (ret->n == TRUST_SIGNERS_MAX || strlen(line) < sizeof(id) ||
            line[2 * KEY_ID_SIZE] != ' ')
                return -EBADMSG;
        memcpy(id, line, sizeof(id) - 1);
        id[sizeof(id) - 1] = '\0';
        if (text_unhex(id, s->id, KEY_ID_SIZE) < 0 ||
            text_u64(line + sizeof(id), UINT64_MAX, &s->version) < 0)
                return -EBADMSG;
        ret->n++;
        return 0;
}

/* The highest version, then the signers if `signers` is not NULL. */
static int parse_memory(char *text, size_t size, uint64_t *ret, TrustFloor *signers)
{
        char *line = text, *end;
        int r = 0;

        if (size < 2 || text[size - 1] != '\n' || strlen(text) != size)
                return -EBADMSG;
        for (unsigned n = 0; *line && r == 0; n++, line = end + 1) {
                end = strchr(line, '\n');
                *end = '\0';
                if (n == 0)
                        r = text_u64(line, UINT64_MAX, ret) < 0 ? -EBADMSG : 0;
                else
                        r = signers ? read_signer(line, signers) : -EBADMSG;
        }
        return r;
}

static int read_memory(int state_fd, const char *name, uint64_t *ret, TrustFloor *signers)
{
        _cleanup_(freep) char *text = NULL;
        _cleanup_(fd_closep) int fd = -EBADF;
        size_t size;
        int r;

        *ret = 0;
        r = file_open_trusted(state_fd, name, FILE_PUBLIC, VERSION_FILE_MAX, &fd);
        if (r == -ENOENT)
                return 0;
        if (r != 0)
                return r > 0 ? -EBADMSG : r;
        r = file_read_fd(fd, VERSION_FILE_MAX, &text, &size);
        if (r == 0)
                r = parse_memory(text, size, ret, signers);
        if (r < 0) {
                *ret = 0;
                if (signers)
                        signers->n = 0;
        }
        return r;
}

int trust_remembered(int state_fd, TrustFloor *ret, const char **ret_damaged)
{
        TrustFloor floor = {0};
        int r, keys;

        /* One damaged file does not take the other's memory away. */
        r = read_memory(state_fd, TRUST_VERSION_FILE, &floor.policy, &floor);
        keys = read_memory(state_fd, TRUST_KEYS_VERSION_FILE, &floor.keys, NULL);
        *ret = floor;
        if (ret_damaged && (r < 0 || keys < 0))
                *ret_damaged = r < 0 ? TRUST_VERSION_FILE : TRUST_KEYS_VERSION_FILE;
        return r < 0 ? r : keys;
}

/* Room for one more: that of the lowest version. */
static TrustSigner *find_room(TrustFloor *floor)
{
        TrustSigner *lowest = &floor->signers[0];

        if (floor->n < TRUST_SIGNERS_MAX)
                return &floor->signers[floor->n++];
        for (size_t i = 1; i < floor->n; i++)
                if (floor->signers[i].version < lowest->version)
                        lowest = &floor->signers[i];
        return lowest;
}

/* True if that is news. */
static bool add_signer(TrustFloor *floor, const TrustSigner *signer)
{
        for (size_t i = 0; i < floor->n; i++)
                if (memcmp(floor->signers[i].id, signer->id, KEY_ID_SIZE) == 0) {
                        if (floor->signers[i].version >= signer->version)
                                return false;
                        floor->signers[i].version = signer->version;
                        return true;
                }
        *find_room(floor) = *signer;
        return true;
}

static int write_memory(int state_fd, const char *name, uint64_t version, const TrustFloor *signers)
{
        _cleanup_(strbuf_clear) StrBuf b = strbuf(VERSION_FILE_MAX);

        strbuf_printf(&b, "%" PRIu64 "\n", version);
        for (size_t i = 0; signers && i < signers->n; i++) {
                strbuf_hex(&b, signers->signers[i].id, KEY_ID_SIZE);
                strbuf_printf(&b, " %" PRIu64 "\n", signers->signers[i].version);
        }
        if (b.failed)
                return -ENOMEM;
        return file_replace(state_fd, name, b.text, b.size, 0644);
}

static int remember_policy(int state_fd, const TrustFloor *seen)
{
        TrustFloor before = {0};
        uint64_t version = 0;
        bool news;
        int r = read_memory(state_fd, TRUST_VERSION_FILE, &version, &before);

        if (r < 0 && r != -EBADMSG)
                return r;
        news = seen->policy > version;
        for (size_t i = 0; i < seen->n; i++)
                news |= add_signer(&before, &seen->signers[i]);
        if (r == 0 && !news)
                return 0;
        return write_memory(state_fd, TRUST_VERSION_FILE, MAX(version, seen->policy), &before);
}

static int remember_keys(int state_fd, uint64_t seen)
{
        uint64_t version = 0;
        int r = read_memory(state_fd, TRUST_KEYS_VERSION_FILE, &version, NULL);

        if ((r == 0 && version >= seen) || (r < 0 && r != -EBADMSG))
                return r;
        return write_memory(state_fd, TRUST_KEYS_VERSION_FILE, seen, NULL);
}

int trust_remember(int state_fd, TrustFloor seen, const char **ret_failed)
{
        const char *name = TRUST_VERSION_FILE;
        int r = remember_policy(state_fd, &seen);

        if (r == 0) {
                name = TRUST_KEYS_VERSION_FILE;
                r = remember_keys(state_fd, seen.keys);
        }
        if (r < 0 && ret_failed)
                *ret_failed = name;
        return r;
}
