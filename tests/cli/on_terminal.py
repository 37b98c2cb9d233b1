#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs a program on a terminal of its own, types ANSWERS a line at a time, passes on its status."""
import os
import pty
import select
import signal
import sys


def main():
    """ANSWERS PROGRAM ARGUMENTS..."""
    answers = sys.argv[1].splitlines(keepends=True)
    pid, fd = pty.fork()
    if pid == 0:
        # Whoever runs the tests may have them ignored, as nohup does.
        for name in ("INT", "HUP", "QUIT", "TSTP"):
            signal.signal(signal.Signals["SIG" + name], signal.SIG_DFL)
        os.execv(sys.argv[2], sys.argv[2:])
    seen = b""
    while True:
        ready, _, _ = select.select([fd], [], [], 20)
        try:
            data = os.read(fd, 4096) if ready else b""
        except OSError:
            data = b""
        if not data:
            break
        sys.stdout.buffer.write(data)
        seen += data
        # A question ends in ": " or "? ", in Chinese too.
        if seen.endswith((b": ", b"? ", "\uff1a ".encode())):
            os.write(fd, answers.pop(0).encode() if answers else b"\x04")
            seen = b""
    _, status = os.waitpid(pid, 0)
    sys.exit(os.waitstatus_to_exitcode(status))


main()
