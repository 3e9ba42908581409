#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A bad link: moves frames between two devices and spoils some: middle.py DEVICE DEVICE PLAN

PLAN is a JSON object: address of the server -> "SPOIL [N]". N counts packets with payload, from 1,
per connection and direction, retransmissions too.
  pass         nothing                    lose N       packet N does not arrive, in neither direction
  duplicate    each arrives twice         reorder      each second one overtakes the one before it
  mute N       from packet N of the server on nothing of it arrives
  narrow N     packets of the server with more than N bytes of payload do not arrive
  reset N      at packet N of the client both ends get a RST, and nothing passes any more
Needs a link without offloads: packets as they are on a wire, with their checksums.
"""
import json
import select
import socket
import struct
import sys
import time

ETH = 14
IPV4 = 0x0800
TCP = 6
RST, ACK = 4, 16
HOLD = 0.03


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Segment:
    """A TCP segment in a frame, None where there is none."""

    def __init__(self, frame):
        self.frame = frame
        header = (frame[ETH] & 15) * 4
        tcp = ETH + header
        self.source, self.target = frame[ETH + 12:ETH + 16], frame[ETH + 16:ETH + 20]
        self.ports = frame[tcp:tcp + 4]
        self.seq, self.ack = struct.unpack("!II", frame[tcp + 4:tcp + 12])
        total = struct.unpack("!H", frame[ETH + 2:ETH + 4])[0]
        self.length = total - header - (frame[tcp + 12] >> 4) * 4

    @classmethod
    def of(cls, frame):
        is_tcp = len(frame) > ETH + 40 and struct.unpack("!H", frame[12:14])[0] == IPV4 and frame[ETH + 9] == TCP
        return cls(frame) if is_tcp else None


def rst(ethernet, source, target, ports, seq, ack):
    tcp = ports + struct.pack("!IIBBHHH", seq, ack, 5 << 4, RST | ACK, 0, 0, 0)
    pseudo = source + target + struct.pack("!HH", TCP, len(tcp))
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0, 64, TCP, 0) + source + target
    ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
    return ethernet + ip + tcp


class Link:
    def __init__(self, devices, plan):
        self.sockets = []
        for device in devices:
            end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
            end.bind((device, 0))
            self.sockets.append(end)
        self.plan = {socket.inet_aton(address): spoil.split() for address, spoil in plan.items()}
        self.counts, self.held, self.cut = {}, {}, set()

    def send(self, out, frame):
        try:
            self.sockets[out].send(frame)
        except OSError:
            pass  # longer than the link allows, or the link is down

    def reset(self, out, segment):
        """Both ends get one, with numbers that each of them takes."""
        frame, end = segment.frame, segment.seq + segment.length & 0xFFFFFFFF
        ports = segment.ports
        self.send(out, rst(frame[:ETH], segment.source, segment.target, ports, segment.seq, segment.ack))
        self.send(1 - out, rst(frame[6:12] + frame[:6] + frame[12:ETH], segment.target, segment.source,
                               ports[2:] + ports[:2], segment.ack, end))
        self.cut.add(frozenset((ports[:2], ports[2:])))

    def spoil(self, out, segment, how, number):
        flow = (segment.source, segment.target, segment.ports)
        count = self.counts[flow] = self.counts.get(flow, 0) + 1
        if how == "lose" and count == number:
            return
        if how == "mute" and segment.source in self.plan and count >= number:
            return
        if how == "narrow" and segment.source in self.plan and segment.length > number:
            return
        if how == "reset" and segment.target in self.plan and count == number:
            self.reset(out, segment)
            return
        if how == "reorder" and count % 2:
            self.held[flow] = (time.monotonic() + HOLD, out, segment.frame)
            return
        self.send(out, segment.frame)
        if how == "duplicate":
            self.send(out, segment.frame)
        if flow in self.held:
            self.send(*self.held.pop(flow)[1:])

    def pass_on(self, out, frame):
        segment = Segment.of(frame)
        if not segment or (segment.source not in self.plan and segment.target not in self.plan):
            self.send(out, frame)
            return
        if frozenset((segment.ports[:2], segment.ports[2:])) in self.cut:
            return
        how, *number = self.plan.get(segment.target) or self.plan[segment.source]
        if not segment.length:
            self.send(out, frame)
        else:
            self.spoil(out, segment, how, int(number[0]) if number else 0)

    def release(self):
        """What is held for one that does not come goes on its way."""
        for flow, (until, out, frame) in list(self.held.items()):
            if until <= time.monotonic():
                del self.held[flow]
                self.send(out, frame)

    def run(self):
        while True:
            for ready in select.select(self.sockets, [], [], HOLD / 2 if self.held else None)[0]:
                frame, address = ready.recvfrom(65535)
                if address[2] != socket.PACKET_OUTGOING:
                    self.pass_on(1 - self.sockets.index(ready), frame)
            self.release()


if __name__ == "__main__":
    Link(sys.argv[1:3], json.loads(sys.argv[3])).run()
