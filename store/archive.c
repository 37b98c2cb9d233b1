/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is left in the ledger of records that were taken away. */
#include "store/archive.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/file.h"
#include "lib/strbuf.h"
#include "lib/text.h"
#include "policy/head.h"
#include "store/json.h"
#include "store/line.h"
#include "store/record.h"

#define CHUNK (16u * CHAIN_LINE_MAX)
#define SEQ_START "{\"seq\":"
#define SM3_PREV ",\"prev\":\"sm3:" /* quotes within a text have a backslash */
#define STOP 2                      /* of an EachLine: no more is wanted */
#define TEXT_MAX 2000u              /* of a field: records cut longer ones */

typedef int (*EachLine)(void *userdata, const char *line, size_t size); /* with its newline */

/* "NUMBER NAME NUMBER NAME ...", as the manifest of a package tells them. */
static bool read_plan(const char *text, HashPlan *ret)
{
        char number[21], name[8];
        int n;

        for (; *text; text += n) {
                HashPlan *p = ret;
                uint64_t seq;
                Hash hash;

                n = 0;
                if (p->n == HASH_CHANGES_MAX ||
                    sscanf(text, "%20[0-9] %7[a-z0-9]%n", number, name, &n) != 2 || n == 0 ||
                    text_u64(number, UINT64_MAX, &seq) < 0 || hash_parse(name, &hash) < 0 ||
                    (p->n > 0 && seq <= p->list[p->n - 1].seq))
                        return false;
                p->list[p->n].seq = seq;
                p->list[p->n++].hash = hash;
                n += text[n] == ' ';
        }
        return true;
}

static bool read_key(const char *hex, size_t digits, PublicKey *ret)
{
        char text[2 * KEY_PUBLIC_MAX + 1];
        uint8_t raw[KEY_PUBLIC_MAX];

        if (digits >= sizeof(text) || digits % 2)
                return false;
        (void)memcpy(text, hex, digits);
        text[digits] = '\0';
        if (text_unhex(text, raw, digits / 2) < 0)
                return false;
        for (Algorithm a = ALGORITHM_ED25519_SHA256; a <= ALGORITHM_SM2_SM3; a++)
                if (algorithm_raw_size(a) == digits / 2)
                        return public_key_init(ret, a, PURPOSE_LEDGER, raw, digits / 2) == 0;
        return false;
}

static bool read_keys(const char *text, Archive *ret)
{
        while (*text) {
                size_t n = strcspn(text, " ");

                if (ret->n_keys == ARCHIVE_KEYS_MAX || !read_key(text, n, &ret->keys[ret->n_keys]))
                        return false;
                ret->n_keys++;
                text += n + (text[n] == ' ');
        }
        return true;
}

static bool archive_read(json_object *o, Archive *ret)
{
        Archive *a = ret;
        uint8_t digest[DIGEST_SIZE];
        json_object *seq = NULL, *last = NULL;

        *a = (Archive){0};
        if (!json_object_object_get_ex(o, "seq", &seq) ||
            !json_object_object_get_ex(o, "last", &last) ||
            chain_head_parse(record_text(o, "head"), &a->last) < 0 ||
            text_unhex(record_text(o, "package"), digest, sizeof(digest)) < 0 ||
            !read_plan(record_text(o, "hashes"), &a->plan) ||
            !read_keys(record_text(o, "ledger_keys"), a))
                return false;
        a->record = json_object_get_uint64(seq);
        a->last.seq = json_object_get_uint64(last);
        text_hex(digest, sizeof(digest), a->package);
        (void)snprintf(a->who, sizeof(a->who), "%s", record_text(o, "who"));
        (void)snprintf(a->time, sizeof(a->time), "%s", record_text(o, "time"));
        return a->last.seq > 0 && a->record > a->last.seq;
}

json_object *archive_fields(const Archive *a)
{
        _cleanup_(strbuf_clear) StrBuf keys = strbuf(TEXT_MAX), plan = strbuf(TEXT_MAX);
        _cleanup_(freep) char *keys_text = NULL, *plan_text = NULL;
        json_object *o = json_object_new_object();
        char head[CHAIN_HEAD_TEXT];
        size_t size;

        strbuf_bytes(&keys, "", 0);
        strbuf_bytes(&plan, "", 0);
        for (size_t i = 0; i < a->n_keys; i++) {
                strbuf_bytes(&keys, " ", i > 0);
                strbuf_hex(&keys, a->keys[i].raw, a->keys[i].raw_size);
        }
        for (size_t i = 0; i < a->plan.n; i++)
                strbuf_printf(&plan, "%s%" PRIu64 " %s", i ? " " : "", a->plan.list[i].seq,
                              hash_name(a->plan.list[i].hash));
        if (!o || strbuf_take(&keys, &keys_text, &size) < 0 ||
            strbuf_take(&plan, &plan_text, &size) < 0) {
                (void)json_object_put(o);
                return NULL;
        }
        chain_head_text(&a->last, head);
        json_put_number(o, "last", a->last.seq);
        json_put_text(o, "head", head);
        json_put_text(o, "package", a->package);
        json_put_filled(o, "hashes", plan_text);
        json_put_filled(o, "ledger_keys", keys_text);
        return o;
}

bool archive_parse(const char *line, size_t size, Archive *ret)
{
        static const char *const kind = ARCHIVE_KIND;
        json_tokener *t;
        json_object *o;
        bool ok;

        if (chain_line_kind(line, size, &kind, 1) == 0)
                return false;
        t = json_tokener_new();
        o = t ? json_tokener_parse_ex(t, line, (int)size) : NULL;
        ok = json_object_is_type(o, json_type_object) && archive_read(o, ret);
        (void)json_object_put(o);
        if (t)
                json_tokener_free(t);
        return ok;
}

/* Each whole line of a file. What `each` returns if it is not 0; 0 at the end; -errno. */
static int scan_file(int fd, char *buffer, EachLine each, void *userdata)
{
        size_t held = 0;

        for (;;) {
                ssize_t n = read(fd, buffer + held, CHUNK - held);
                char *from = buffer, *newline;
                size_t left;

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return n < 0 ? -errno : 0;
                left = held + (size_t)n;
                while ((newline = memchr(from, '\n', left))) {
                        size_t size = (size_t)(newline - from) + 1;
                        int r = size <= CHAIN_LINE_MAX ? each(userdata, from, size) : 0;

                        if (r != 0)
                                return r;
                        from += size;
                        left -= size;
                }
                /* Longer than any record: it is passed over. */
                held = left < CHUNK ? left : 0;
                (void)memmove(buffer, from, held);
        }
}

/* Each line as it stands, segment after segment. */
static int scan(int ledger_fd, EachLine each, void *userdata)
{
        _cleanup_(freep) char *buffer = malloc(CHUNK);
        Segment s = {0}, next;
        int r;

        if (!buffer)
                return -ENOMEM;
        while ((r = segment_next(ledger_fd, s.first ? &s : NULL, &next)) > 0) {
                _cleanup_(fd_closep) int fd = -EBADF;
                char name[SEGMENT_NAME_MAX];

                segment_name(&next, name);
                fd = file_open_regular(ledger_fd, name, O_NOFOLLOW);
                /* The reader names what is none of ours when it comes to it. */
                r = fd >= 0 ? scan_file(fd, buffer, each, userdata) : 0;
                if (r != 0)
                        return r;
                s = next;
        }
        return r;
}

typedef struct Find {
        const Chain *before;
        Archive *found;
} Find;

static int find_line(void *userdata, const char *line, size_t size)
{
        const Find *f = userdata;
        Archive a;

        if (!archive_parse(line, size, &a))
                return 0;
        if (a.last.seq == f->before->seq && chain_same_head(&a.last, f->before)) {
                *f->found = a;
                return STOP;
        }
        if (a.last.seq > f->before->seq &&
            (f->found->record == 0 || a.last.seq < f->found->last.seq))
                *f->found = a;
        return 0;
}

int archive_find(int ledger_fd, const Chain *before, Archive *ret)
{
        _cleanup_(freep) Archive *found = calloc(1, sizeof(*found));
        Find f = {.before = before, .found = found};
        int r;

        if (!found)
                return -ENOMEM;
        r = scan(ledger_fd, find_line, &f);
        if (r < 0)
                return r;
        if (found->record > 0)
                *ret = *found;
        return found->record > 0;
}

typedef struct Collect {
        int ledger_fd;
        uint64_t last;
        Archive *a;
        bool begun;
} Collect;

static int collect_before(Collect *c, const char *line, size_t size)
{
        Chain before;
        int r;

        c->begun = true;
        if (!line_claims(line, size, &before) || before.seq == 0)
                return 0;
        r = archive_find(c->ledger_fd, &before, c->a);
        while (r > 0 && c->a->plan.n > 0 && c->a->plan.list[c->a->plan.n - 1].seq > before.seq)
                c->a->plan.n--;
        return MIN(r, 0);
}

static int collect_key(Archive *a, const char *line, size_t size)
{
        PublicKey named, key;
        size_t i = 0;
        int r;

        if (!head_key_named(line, size, &named))
                return 0;
        r = public_key_init(&key, named.algorithm, PURPOSE_LEDGER, named.raw, named.raw_size);
        if (r != 0)
                return MIN(r, 0);
        while (i < a->n_keys && memcmp(a->keys[i].id, key.id, KEY_ID_SIZE) != 0)
                i++;
        if (i == a->n_keys)
                a->n_keys = MIN(i + 1, (size_t)ARCHIVE_KEYS_MAX);
        i = MIN(i, (size_t)ARCHIVE_KEYS_MAX - 1);
        (void)memmove(a->keys + 1, a->keys, i * sizeof(key));
        a->keys[0] = key;
        return 0;
}

static int collect_line(void *userdata, const char *line, size_t size)
{
        Collect *c = userdata;
        uint64_t seq;
        Hash hash;
        int r = c->begun ? 0 : collect_before(c, line, size);

        if (r < 0)
                return r;
        if (size <= strlen(SEQ_START) || memcmp(line, SEQ_START, strlen(SEQ_START)) != 0)
                return 0;
        hash = memmem(line, size, SM3_PREV, strlen(SM3_PREV)) ? HASH_SM3 : HASH_SHA256;
        seq = strtoull(line + strlen(SEQ_START), NULL, 10);
        if (seq > c->last)
                return STOP;
        if (!hash_plan_add(&c->a->plan, seq, hash))
                return -EOVERFLOW;
        return collect_key(c->a, line, size);
}

int archive_collect(int ledger_fd, uint64_t last, Archive *ret)
{
        _cleanup_(freep) Archive *a = calloc(1, sizeof(*a));
        Collect c = {.ledger_fd = ledger_fd, .last = last, .a = a};
        int r = a ? scan(ledger_fd, collect_line, &c) : -ENOMEM;

        if (r < 0)
                return r;
        ret->plan = a->plan;
        ret->n_keys = a->n_keys;
        (void)memcpy(ret->keys, a->keys, sizeof(a->keys));
        return 0;
}

int archive_end(int ledger_fd, uint64_t *ret)
{
        Segment s = {0}, next;
        uint64_t first = 0;
        int r;

        while ((r = segment_next(ledger_fd, s.first ? &s : NULL, &next)) > 0) {
                s = next;
                if (first == 0)
                        first = s.first;
        }
        if (r < 0)
                return r;
        *ret = s.first > first ? s.first - 1 : 0;
        return *ret > 0;
}

int archive_is_end(int ledger_fd, uint64_t last)
{
        const Segment s = {.first = last + 1, .part = 1};
        char name[SEGMENT_NAME_MAX];

        segment_name(&s, name);
        if (faccessat(ledger_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
                return 1;
        return errno == ENOENT ? 0 : -errno;
}

int archive_release(int ledger_fd, uint64_t last, char name[SEGMENT_NAME_MAX])
{
        Segment s;
        int r;

        name[0] = '\0';
        while ((r = segment_next(ledger_fd, NULL, &s)) > 0 && s.first <= last) {
                segment_name(&s, name);
                if (unlinkat(ledger_fd, name, 0) < 0 || fsync(ledger_fd) < 0)
                        return -errno;
        }
        return MIN(r, 0);
}
