/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tries things in the child that unpacks hostile files (cli/jail.h): one deed of its own work, or a
 * program. Prints what comes out of the pipe, then "ended N" or "killed". */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/jail.h"
#include "lib/file.h"

#define MUCH ((size_t)700 << 20)

static int do_copy(void *userdata _unused_)
{
        char buffer[4096];
        ssize_t n;

        while ((n = read(STDIN_FILENO, buffer, sizeof(buffer))) > 0)
                if (file_write_full(STDOUT_FILENO, buffer, (size_t)n) < 0)
                        return 1;
        return n < 0;
}

static int do_open(void *userdata _unused_)
{
        return open("/etc/passwd", O_RDONLY) < 0;
}

static int do_socket(void *userdata _unused_)
{
        return socket(AF_UNIX, SOCK_STREAM, 0) < 0;
}

static int do_fork(void *userdata _unused_)
{
        return fork() < 0;
}

static int do_exec(void *userdata _unused_)
{
        return execl("/bin/true", "true", NULL);
}

static int do_code(void *userdata _unused_)
{
        return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                    0) == MAP_FAILED;
}

static int do_trace(void *userdata _unused_)
{
        return ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0;
}

static int do_memory(void *userdata _unused_)
{
        return malloc(MUCH) == NULL ? 9 : 0;
}

/* 7: no descriptor but the three is open. */
static int do_descriptors(void *userdata _unused_)
{
        char c;

        for (int fd = 3; fd < 64; fd++)
                if (read(fd, &c, 1) >= 0 || errno != EBADF)
                        return 1;
        return 7;
}

static const struct {
        const char *name;
        JailWork work;
} deeds[] = {
        {"copy", do_copy},   {"open", do_open},     {"socket", do_socket},
        {"fork", do_fork},   {"exec", do_exec},     {"code", do_code},
        {"trace", do_trace}, {"memory", do_memory}, {"descriptors", do_descriptors},
};

static int start(char *argv[], Jail *ret)
{
        if (strcmp(argv[1], "run") == 0)
                return jail_run(STDIN_FILENO, argv + 2, ret);
        for (size_t i = 0; i < ARRAY_SIZE(deeds); i++)
                if (strcmp(argv[1], deeds[i].name) == 0)
                        return jail_start(STDIN_FILENO, deeds[i].work, NULL, ret);
        return -EINVAL;
}

int main(int argc, char *argv[])
{
        char buffer[4096];
        ssize_t n;
        Jail jail;
        int r;

        /* Something that must not be passed on. */
        if (argc < 2 || open("/etc/passwd", O_RDONLY) < 0 || start(argv, &jail) < 0)
                return 2;
        while ((n = read(jail.fd, buffer, sizeof(buffer))) > 0)
                (void)fwrite(buffer, 1, (size_t)n, stdout);
        r = jail_end(&jail);
        if (r == -EINTR)
                (void)puts("killed");
        else
                printf("ended %d\n", r);
        return 0;
}
