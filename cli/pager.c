/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs the pager, and gives the terminal back to it and to us in turn. */
#include "cli/pager.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "cli/out.h"
#include "cli/run.h"

/* What runs in the child. `program` NULL: the person's own, a shell command. */
static _Noreturn void run(int input, const char *program, const char *own)
{
        if (dup2(input, STDIN_FILENO) < 0)
                _exit(127);
        (void)signal(SIGPIPE, SIG_DFL);
        (void)signal(SIGINT, SIG_DFL);
        setenv("LESS", "FRSX", 0);
        setenv("LESSCHARSET", "utf-8", 0);
        setenv("LESSSECURE", "1", 1); /* no shell from within: we may run as root */
        if (program)
                execl(program, "less", (char *)NULL);
        else
                execl("/bin/sh", "sh", "-c", own, (char *)NULL);
        _exit(127);
}

Pager pager_open(bool wanted)
{
        const char *own = secure_getenv("PAGER"), *term = getenv("TERM");
        bool theirs = own && *own;
        char program[256];
        Pager p = {0};
        int ends[2];

        if (!wanted || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || !term ||
            !strcmp(term, "dumb") || (theirs && !strcmp(own, "cat")))
                return p;
        if ((!theirs && !run_find("less", program, sizeof(program))) || pipe2(ends, O_CLOEXEC) < 0)
                return p;
        fflush(stdout);
        p.saved = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
        p.pid = p.saved < 0 ? -1 : fork();
        if (p.pid == 0)
                run(ends[0], theirs ? NULL : program, own);
        if (p.pid < 0 || dup2(ends[1], STDOUT_FILENO) < 0)
                p.pid = 0;
        else
                out_set_paged(!theirs);
        (void)signal(SIGINT, p.pid ? SIG_IGN : SIG_DFL); /* it is the pager's to take */
        (void)fd_close(ends[0]);
        (void)fd_close(ends[1]);
        return p;
}

void pager_close(Pager *p)
{
        if (p->pid <= 0)
                return;
        fflush(stdout);
        clearerr(stdout); /* who closes the pager early has seen enough */
        (void)dup2(p->saved, STDOUT_FILENO);
        (void)fd_close(p->saved);
        while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
                ;
        (void)signal(SIGINT, SIG_DFL);
        out_set_paged(false);
        *p = (Pager){0};
}
