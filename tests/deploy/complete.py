# SPDX-License-Identifier: BSD-2-Clause
"""What a shell makes of a line and the tab key.

    complete.py SCRIPT LINE...     each LINE, then tab and return, typed to a bash at a terminal

Prints per line the words the command was given, each in <>. bash has no way to ask for this
without a terminal: half of completion (quoting, spaces behind a word) is done by readline.
"""
import os
import pty
import select
import subprocess
import sys
import time

PATIENCE = 10
# The marks are put together by printf, so that an echo of these lines is not taken for them.
SETUP = """\
. 'SCRIPT'
shaketap() { printf '@%s@' given; printf '<%s>' "$@"; printf '@%s@' end; }
bind 'set bell-style none'
printf '@%s@' ready
"""


def read_until(master, mark, seen=b""):
    end = time.monotonic() + PATIENCE
    while mark not in seen:
        if time.monotonic() > end:
            sys.exit(f"complete.py: no {mark!r} in {seen!r}")
        if select.select([master], [], [], 0.1)[0]:
            seen += os.read(master, 65536)
    return seen


def main():
    script, lines = sys.argv[1], sys.argv[2:]
    master, slave = pty.openpty()
    environment = dict(os.environ, PS1="", PS2="", TERM="dumb", INPUTRC="/dev/null", LC_ALL="C.UTF-8")
    shell = subprocess.Popen(["bash", "--norc", "--noprofile", "-i"], stdin=slave, stdout=slave,
                             stderr=slave, env=environment, start_new_session=True)
    os.close(slave)
    os.write(master, SETUP.replace("SCRIPT", script).encode())
    seen = read_until(master, b"@ready@")
    for line in lines:
        os.write(master, line.encode() + b"\t\n")
        seen = read_until(master, b"@end@")
        print(seen.split(b"@given@")[-1].split(b"@end@")[0].decode())
    os.write(master, b"exit\n")
    shell.wait(PATIENCE)


if __name__ == "__main__":
    main()
