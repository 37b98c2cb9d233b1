#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Sends SIGNAL to a program that asks on a terminal, and says what became of both.

A program that stops is continued, and answers SIGINT at its next question."""
import fcntl
import os
import select
import signal
import sys
import termios


def echo(fd):
    """Does the terminal show what is typed?"""
    return "echo" if termios.tcgetattr(fd)[3] & termios.ECHO else "no echo"


def until_question(master):
    """Reads up to the end of a question."""
    seen = b""
    while not seen.endswith(b": "):
        if not select.select([master], [], [], 20)[0]:
            sys.exit("no question: " + repr(seen))
        seen += os.read(master, 4096)


def run(slave, program):
    """The program, in the foreground of the terminal. It may be stopped: its parent is of its session."""
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        os.setpgid(0, 0)
        os.tcsetpgrp(slave, os.getpid())
        # Whoever runs the tests may have them ignored, as nohup does.
        for name in ("TTOU", "INT", "TERM", "HUP", "QUIT", "TSTP"):
            signal.signal(signal.Signals["SIG" + name], signal.SIG_DFL)
        for fd in range(3):
            os.dup2(slave, fd)
        os.execv(program[0], program)
    return pid


def main():
    """SIGNAL PROGRAM ARGUMENTS..."""
    number = signal.Signals["SIG" + sys.argv[1]]
    session = os.fork()
    if session:
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(session, 0)[1]))
    os.setsid()
    signal.alarm(60)
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    pid = run(slave, sys.argv[2:])
    until_question(master)
    said = [echo(slave)]
    os.kill(pid, number)
    _, status = os.waitpid(pid, os.WUNTRACED)
    if os.WIFSTOPPED(status):
        said += ["stopped", echo(slave)]
        os.kill(pid, signal.SIGCONT)
        until_question(master)
        said.append(echo(slave))
        os.write(master, b"\x03")
        _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        said.append(signal.Signals(os.WTERMSIG(status)).name)
    else:
        said.append("exit " + str(os.WEXITSTATUS(status)))
    print(", ".join(said + [echo(slave)]))


main()
