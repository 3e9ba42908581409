# SPDX-License-Identifier: BSD-2-Clause
"""Is somebody attached to both hooks of a device? The kernel's own answer, if it has TCX."""
import ctypes
import errno
import platform
import socket
import struct
import time

PROG_QUERY = 16
INGRESS, EGRESS = 46, 47    # enum bpf_attach_type
COUNT_AT = 24               # of bpf_attr.query
CLSACT_SECONDS = 1          # long enough to attach filters
SYSTEM_CALL = {"x86_64": 321, "aarch64": 280}[platform.machine()]
LIBC = ctypes.CDLL(None, use_errno=True)


def programs(device, hook):
    """How many there are on one hook; None: this kernel (before 6.6) does not know TCX."""
    attributes = ctypes.create_string_buffer(struct.pack("<II", socket.if_nametoindex(device), hook), 64)
    if LIBC.syscall(SYSTEM_CALL, PROG_QUERY, attributes, 64) < 0:
        error = ctypes.get_errno()
        if error == errno.ENOENT:
            return 0
        if error == errno.EINVAL:
            return None
        raise OSError(error, f"the kernel does not say who is attached to {device}")
    return struct.unpack_from("<I", attributes, COUNT_AT)[0]


def wait_for(device, seconds):
    """False: nobody came."""
    end = time.monotonic() + seconds
    if programs(device, INGRESS) is None:
        time.sleep(CLSACT_SECONDS)
        return True
    while not (programs(device, INGRESS) and programs(device, EGRESS)):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
