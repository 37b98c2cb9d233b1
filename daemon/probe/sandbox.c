/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resource limits and the system call filter of the probe. */
#include "daemon/probe/sandbox.h"

#include <linux/usbdevice_fs.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "daemon/probe/wire.h"

#define MEMORY_MAX (64u * 1024u * 1024u)
#define CPU_SECONDS_MAX 5u

static const struct {
        int resource;
        rlim_t value;
} limits[] = {
        {RLIMIT_AS, MEMORY_MAX}, {RLIMIT_CPU, CPU_SECONDS_MAX},
        {RLIMIT_FSIZE, 0},       {RLIMIT_NPROC, 0},
        {RLIMIT_CORE, 0},        {RLIMIT_NOFILE, 16},
};

/* Nothing here can open, create, connect, execute or map a file. */
static const int calls[] = {
        SCMP_SYS(read),
        SCMP_SYS(write),
        SCMP_SYS(lseek),
        SCMP_SYS(recvmsg),
        SCMP_SYS(sendto),
        SCMP_SYS(close),
        SCMP_SYS(poll),
        SCMP_SYS(ppoll),
        SCMP_SYS(timerfd_settime),
        SCMP_SYS(timerfd_gettime),
        SCMP_SYS(clock_gettime),
        SCMP_SYS(clock_nanosleep),
        SCMP_SYS(nanosleep),
        SCMP_SYS(gettimeofday),
        SCMP_SYS(futex),
        SCMP_SYS(brk),
        SCMP_SYS(munmap),
        SCMP_SYS(getpid),
        SCMP_SYS(rt_sigreturn),
        SCMP_SYS(rt_sigprocmask),
        SCMP_SYS(exit),
        SCMP_SYS(exit_group),
};

static const uint32_t requests[] = {
        USBDEVFS_CONTROL,        USBDEVFS_SUBMITURB,   USBDEVFS_REAPURBNDELAY,
        USBDEVFS_DISCARDURB,     USBDEVFS_CONNECTINFO, USBDEVFS_GET_CAPABILITIES,
        USBDEVFS_CLAIMINTERFACE, USBDEVFS_RESETEP,     USBDEVFS_GET_SPEED,
};

int sandbox_limits(int last)
{
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
            close_range((unsigned)last + 1, ~0u, 0) < 0)
                return -errno;
        for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
                const struct rlimit l = {limits[i].value, limits[i].value};

                if (setrlimit(limits[i].resource, &l) < 0)
                        return -errno;
        }
        return 0;
}

static int add_rules(scmp_filter_ctx filter)
{
        int r = 0;

        for (size_t i = 0; r == 0 && i < ARRAY_SIZE(calls); i++)
                r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
        for (size_t i = 0; r == 0 && i < ARRAY_SIZE(requests); i++)
                r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 2,
                                     SCMP_A0(SCMP_CMP_EQ, PROBE_FD_DEVICE),
                                     SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX, requests[i]));
        /* malloc: memory only, no file behind it, never executable */
        if (r == 0)
                r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2,
                                     SCMP_A2(SCMP_CMP_MASKED_EQ, 4 /* PROT_EXEC */, 0),
                                     SCMP_A4(SCMP_CMP_MASKED_EQ, UINT32_MAX, UINT32_MAX));
        /* libusb asks for the node's name, and does without */
        if (r == 0)
                r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(readlink), 0);
        return r;
}

int sandbox_seal(void)
{
        scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
        int r;

        if (!filter)
                return -ENOMEM;
        r = add_rules(filter);
        if (r == 0)
                r = seccomp_load(filter);
        seccomp_release(filter);
        return r;
}
