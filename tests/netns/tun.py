#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""One end of a layer 3 link: tun.py DEVICE OWN_SOCKET PEER_SOCKET

Moves packets between a tun device and another such process, by unix datagram sockets.
"""
import fcntl
import os
import select
import socket
import struct
import sys

TUNSETIFF = 0x400454CA
IFF_TUN_NO_PI = 0x0001 | 0x1000
PACKET_MAX = 65535


def main(device, own, peer):
    tun = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", device.encode(), IFF_TUN_NO_PI))
    wire = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    wire.bind(own)
    while True:
        for ready in select.select([tun, wire], [], [])[0]:
            try:
                if ready is wire:
                    os.write(tun, wire.recv(PACKET_MAX))
                else:
                    wire.sendto(os.read(tun, PACKET_MAX), peer)
            except OSError:
                pass  # a link that is down loses packets


if __name__ == "__main__":
    main(*sys.argv[1:])
