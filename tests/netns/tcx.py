#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What others do to TCX, by the system call: bpftool of Debian 12 does not know TCX.

tcx.py hold DEVICE ingress|egress head|tail VERDICT: a program that returns VERDICT, until killed
tcx.py detach LINK...: take programs off by the ids of their links, whoever attached them
"""
import ctypes
import platform
import signal
import socket
import struct
import sys

PROG_LOAD, LINK_CREATE, LINK_GET_FD_BY_ID, LINK_DETACH = 5, 28, 30, 34
PROGRAM_TYPE = 3  # SCHED_CLS
ATTACH_TYPES = {"ingress": 46, "egress": 47}
BEFORE = {"head": 1 << 3, "tail": 0}
SYSTEM_CALL = {"x86_64": 321, "aarch64": 280}[platform.machine()]
LIBC = ctypes.CDLL(None, use_errno=True)


def bpf(command, attributes):
    buffer = ctypes.create_string_buffer(attributes, len(attributes))
    result = LIBC.syscall(SYSTEM_CALL, command, buffer, len(attributes))
    if result < 0:
        sys.exit(f"bpf({command}): errno {ctypes.get_errno()}")
    return result


def load(verdict):
    """r0 = verdict; exit"""
    code = ctypes.create_string_buffer(struct.pack("<BBhiBBhi", 0xb7, 0, 0, verdict, 0x95, 0, 0, 0))
    licence = ctypes.create_string_buffer(b"GPL")
    return bpf(PROG_LOAD, struct.pack("<IIQQIIQII16s", PROGRAM_TYPE, 2, ctypes.addressof(code),
                                      ctypes.addressof(licence), 0, 0, 0, 0, 0, b"foreign"))


def hold(device, hook, place, verdict):
    index = socket.if_nametoindex(device)
    bpf(LINK_CREATE, struct.pack("<IIII", load(int(verdict)), index, ATTACH_TYPES[hook],
                                 BEFORE[place]) + bytes(32))
    print("attached", flush=True)
    signal.pause()


def detach(*links):
    for link in links:
        descriptor = bpf(LINK_GET_FD_BY_ID, struct.pack("<III", int(link), 0, 0))
        bpf(LINK_DETACH, struct.pack("<I", descriptor))


if __name__ == "__main__":
    {"hold": hold, "detach": detach}[sys.argv[1]](*sys.argv[2:])
