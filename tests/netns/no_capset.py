#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""no_capset.py COMMAND...: run it where a seccomp filter answers capset() with EPERM."""

import ctypes
import os
import struct
import sys

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
CAPSET = {"x86_64": 126, "aarch64": 91}[os.uname().machine]
REFUSE, ALLOW = 0x00050000 | 1, 0x7FFF0000  # SECCOMP_RET_ERRNO | EPERM, SECCOMP_RET_ALLOW

# Load the number of the call; is it this one? Classic BPF: code, jump if true, if false, constant.
ROWS = [(0x20, 0, 0, 0), (0x15, 0, 1, CAPSET), (0x06, 0, 0, REFUSE), (0x06, 0, 0, ALLOW)]
rows = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *row) for row in ROWS))
program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(ROWS), ctypes.addressof(rows)))

libc = ctypes.CDLL(None, use_errno=True)
# No no_new_privs first, as it goes: a service's does not come from us. Root may do without.
if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program):
    sys.exit("seccomp: " + os.strerror(ctypes.get_errno()))
os.execvp(sys.argv[1], sys.argv[1:])
