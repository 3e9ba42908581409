#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A VLAN trunk for kernels without 802.1Q devices: tags.py PLAIN TRUNK ID [ID]

Frames of PLAIN leave TRUNK with these tags, the outer one first (802.1ad when there are two); from
frames of TRUNK all tags are taken. Needs a link without offloads, see middle.py.
"""
import select
import socket
import struct
import sys

ADDRESSES = 12
ETH_P_ALL, DOT1Q, DOT1AD = 0x0003, 0x8100, 0x88A8


def tags_of(ids):
    kinds = [DOT1AD, DOT1Q][-len(ids):] if len(ids) > 1 else [DOT1Q]
    return b"".join(struct.pack("!HH", kind, int(number)) for kind, number in zip(kinds, ids))


def untagged(frame):
    """The outer tag does not even come: the kernel has taken it out of the frame."""
    while struct.unpack("!H", frame[ADDRESSES:ADDRESSES + 2])[0] in (DOT1Q, DOT1AD):
        frame = frame[:ADDRESSES] + frame[ADDRESSES + 4:]
    return frame


def main(plain, trunk, *ids):
    ends = []
    for device in (plain, trunk):
        end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        end.bind((device, 0))
        ends.append(end)
    tags = tags_of(ids)
    while True:
        for ready in select.select(ends, [], [])[0]:
            frame, address = ready.recvfrom(65535)
            if address[2] == socket.PACKET_OUTGOING:
                continue
            try:
                if ready is ends[0]:
                    ends[1].send(frame[:ADDRESSES] + tags + frame[ADDRESSES:])
                else:
                    ends[0].send(untagged(frame))
            except OSError:
                pass  # a link that is down loses packets


if __name__ == "__main__":
    main(*sys.argv[1:])
