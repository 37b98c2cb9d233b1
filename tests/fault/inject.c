/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The wrapped calls, and the loop that fails each of them once. */
#include "tests/fault/inject.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CALLS_MAX = 5000 };

static struct {
        bool armed, fired;
        unsigned left;    /* calls before the one that fails */
        const char *name; /* of the call that failed */
} state;

static bool fails(const char *name)
{
        if (!state.armed || state.fired || state.left-- > 0)
                return false;
        state.fired = true;
        state.name = name;
        errno = ENOMEM;
        return true;
}

static InjectWatch watch;

void inject_watch(InjectWatch after)
{
        watch = after;
        state.armed = after != NULL;
        state.fired = after != NULL; /* nothing fails meanwhile */
}

static void made(const char *name, intptr_t first)
{
        int saved = errno;

        if (watch && state.armed)
                watch(name, first);
        errno = saved;
}

#define FIRST_(a, ...) a
#define FIRST(...) __VA_OPT__((intptr_t)FIRST_(__VA_ARGS__, ))
#define W(type, value, name, params, args) \
        type __real_##name params; \
        type __wrap_##name params; \
        type __wrap_##name params \
        { \
                const intptr_t first_[1] = {FIRST args}; \
                type result_; \
\
                if (fails(#name)) \
                        return value; \
                result_ = __real_##name args; \
                made(#name, first_[0]); \
                return result_; \
        }
#include "tests/fault/wraps.def"
#undef W

bool inject_fired(void)
{
        return state.fired;
}

bool inject_pause(void)
{
        bool armed = state.armed;

        state.armed = false;
        return armed;
}

void inject_resume(bool armed)
{
        state.armed = armed;
}

void inject_each(const char *name, Scenario run, void *userdata)
{
        for (unsigned n = 0; n < CALLS_MAX; n++) {
                int r;

                memset(&state, 0, sizeof(state));
                state.left = n;
                state.armed = true;
                r = run(userdata);
                state.armed = false;
                if (!state.fired) {
                        cr_assert_eq(r, 0, "%s: fails with nothing failing: %d", name, r);
                        cr_assert_gt(n, 0, "%s: makes no call that can fail", name);
                        return;
                }
                cr_assert_neq(r, 0, "%s: succeeds although call %u, %s, failed", name, n,
                              state.name);
        }
        cr_assert_fail("%s: still failing after %d calls", name, CALLS_MAX);
}
