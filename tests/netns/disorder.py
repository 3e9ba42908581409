#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A link that keeps nothing in order: disorder.py DEVICE DEVICE HOW

Moves frames between two devices; TCP packets with payload suffer:
  pass             nothing
  pieces:N         they come in packets of N bytes each
  overlap          they come in two that overlap, and then once more in three others
  twice            they come twice, and the SYN of their direction again behind each
  overtake         the first of each direction comes 20 ms later, behind those that follow it
  behind:MS        they come so many ms later than those without, so that a FIN overtakes them
  lost             the first of each direction is lost, once
  shuffle:SEED     some are lost, some come twice, some come up to 20 ms later
Needs a link without offloads, see lab/middle.py.
"""
import heapq
import random
import select
import socket
import struct
import sys
import time

from lab.middle import ETH, Segment, checksum

LOST, TWICE, LATE = 0.06, 0.15, 0.3
LATE_MAX = 0.02
SYN, FIN, PSH = 2, 1, 8


def part_of(segment, start, end):
    """The frame with these bytes of the segment's payload and no others."""
    frame = segment.frame
    ip_header = (frame[ETH] & 15) * 4
    tcp = ETH + ip_header
    payload = tcp + (frame[tcp + 12] >> 4) * 4
    last = end == segment.length
    flags = frame[tcp + 13] & (0xFF if last else ~(FIN | PSH))
    head = frame[tcp:tcp + 4] + struct.pack("!I", segment.seq + start & 0xFFFFFFFF) + frame[tcp + 8:tcp + 13]
    head += bytes([flags]) + frame[tcp + 14:tcp + 16] + b"\0\0" + frame[tcp + 18:payload]
    data = head + frame[payload + start:payload + end]
    pseudo = segment.source + segment.target + struct.pack("!HH", 6, len(data))
    data = data[:16] + struct.pack("!H", checksum(pseudo + data + b"\0" * (len(data) % 2))) + data[18:]
    ip = frame[ETH:ETH + 2] + struct.pack("!H", ip_header + len(data)) + frame[ETH + 4:ETH + 10]
    ip += b"\0\0" + frame[ETH + 12:tcp]
    return frame[:ETH] + ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:] + data


def pieces(segment, size):
    return [part_of(segment, at, min(at + size, segment.length)) for at in range(0, segment.length, size)]


def overlapping(segment):
    n = segment.length
    half, third = n // 2, n // 3 + 1
    return [part_of(segment, 0, min(half + 20, n)), part_of(segment, max(half - 20, 0), n)] + pieces(segment, third)


class Disorder:
    def __init__(self, devices, how, argument):
        self.ends = []
        for device in devices:
            end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
            end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 23)
            end.bind((device, 0))
            self.ends.append(end)
        self.how, self.argument = how, argument
        self.random = random.Random(argument)
        self.held, self.syns, self.begun, self.count = [], {}, set(), 0

    def send(self, out, frame, late=0.0):
        self.count += 1
        heapq.heappush(self.held, (time.monotonic() + late, self.count, out, frame))

    def shuffle(self, out, frame):
        late = self.random.random() * LATE_MAX if self.random.random() < LATE else 0
        if self.random.random() >= LOST:
            self.send(out, frame, late)
        if self.random.random() < TWICE:
            self.send(out, frame, self.random.random() * LATE_MAX)

    def spoil_first(self, out, flow, frame):
        if flow in self.begun:
            self.send(out, frame)
            return
        self.begun.add(flow)
        if self.how == "overtake":
            self.send(out, frame, LATE_MAX)

    def spoil(self, out, segment):
        flow = (segment.source, segment.target, segment.ports)
        if segment.frame[ETH + 20 + 13] & SYN:
            self.syns[flow] = segment.frame
        if self.how == "pass" or not segment.length:
            self.send(out, segment.frame)
        elif self.how == "shuffle":
            self.shuffle(out, segment.frame)
        elif self.how == "behind":
            self.send(out, segment.frame, self.argument / 1000)
        elif self.how in ("overtake", "lost"):
            self.spoil_first(out, flow, segment.frame)
        elif self.how == "twice":
            for frame in (segment.frame, segment.frame, self.syns.get(flow, segment.frame)):
                self.send(out, frame)
        else:
            for frame in pieces(segment, self.argument) if self.how == "pieces" else overlapping(segment):
                self.send(out, frame)

    def release(self):
        while self.held and self.held[0][0] <= time.monotonic():
            _, _, out, frame = heapq.heappop(self.held)
            try:
                self.ends[out].send(frame)
            except OSError:
                pass  # the link is down

    def run(self):
        while True:
            wait = max(0, self.held[0][0] - time.monotonic()) if self.held else None
            for ready in select.select(self.ends, [], [], wait)[0]:
                frame, address = ready.recvfrom(65535)
                if address[2] == socket.PACKET_OUTGOING:
                    continue
                out = 1 - self.ends.index(ready)
                segment = Segment.of(frame)
                if segment:
                    self.spoil(out, segment)
                else:
                    self.send(out, frame)
            self.release()


if __name__ == "__main__":
    HOW, _, ARGUMENT = sys.argv[3].partition(":")
    Disorder(sys.argv[1:3], HOW, int(ARGUMENT or 0)).run()
