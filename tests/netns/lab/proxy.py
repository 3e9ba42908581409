#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Boxes on the path that meddle with TLS records: proxy.py PLAN

PLAN is a JSON list of [port, target port, rule]. A rule is "SIDE N ACTION [ARGUMENT]", more of them
parted by commas: what happens to record N (from 1) of that side, instead of being passed on:
  flip       its last byte is changed          flip K     byte K of it is
  hold       neither it nor what follows       delay S    S seconds later, and so the rest
  close      FIN to the client                 reset      RST to the client
  cut K      only its first K bytes, and nothing behind them; cut-close and cut-reset: then
             FIN or RST to the client, a little later
  with HEX   these bytes in its place          drop       only this one is left out
Everything else passes unchanged.
"""
import json
import select
import socket
import struct
import sys
import threading
import time

HEADER = 5


def read_exactly(source, length):
    data = b""
    while len(data) < length:
        # Never asleep in recv() for long: close() by another thread takes effect only afterwards.
        while not select.select([source], [], [], 0.02)[0]:
            pass
        part = source.recv(length - len(data))
        if not part:
            return data
        data += part
    return data


def record_of(source):
    header = read_exactly(source, HEADER)
    if len(header) < HEADER:
        return header
    return header + read_exactly(source, struct.unpack("!H", header[3:])[0])


def flip(record, position):
    changed = bytearray(record)
    changed[position] ^= 1
    return bytes(changed)


class Session:
    def __init__(self, client, server, rules):
        self.ends = {"client": client, "server": server}
        self.rules = rules

    def end(self, with_reset):
        client = self.ends["client"]
        if with_reset:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.ends["server"].shutdown(socket.SHUT_RDWR)
        if not with_reset:
            client.shutdown(socket.SHUT_WR)
        client.close()

    def apply(self, action, argument, record):
        """The bytes to pass on; None: nothing more from this side."""
        if action == "flip":
            return flip(record, int(argument or -1))
        if action == "delay":
            time.sleep(float(argument))
            return record
        if action == "with":
            return bytes.fromhex(argument)
        if action == "drop":
            return b""
        if action.startswith("cut"):
            self.ends["client"].sendall(record[:int(argument)])
            time.sleep(0.1)
        if action.endswith(("close", "reset")):
            self.end(action.endswith("reset"))
        return None

    def pump(self, side):
        source, sink = self.ends[side], self.ends["server" if side == "client" else "client"]
        count = 0
        try:
            while record := record_of(source):
                count += 1
                for rule_side, number, action, *argument in self.rules:
                    if rule_side == side and int(number) == count and record:
                        record = self.apply(action, "".join(argument), record)
                if record is None:
                    while read_exactly(source, 1):
                        pass
                    return
                sink.sendall(record)
            sink.shutdown(socket.SHUT_WR)
        except (OSError, ValueError):  # ValueError: closed by the other thread
            pass


def attend(client, target, rules):
    with socket.create_connection(("127.0.0.1", target)) as server, client:
        for connection in (client, server):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        session = Session(client, server, rules)
        pumps = [threading.Thread(target=session.pump, args=(side,), daemon=True)
                 for side in ("client", "server")]
        for pump in pumps:
            pump.start()
        for pump in pumps:
            pump.join()


def listen(port, target, rules):
    listener = socket.create_server(("0.0.0.0", port), backlog=16)
    while True:
        client, _ = listener.accept()
        threading.Thread(target=attend, args=(client, target, rules), daemon=True).start()


def main(plan):
    for port, target, text in json.loads(plan):
        rules = [rule.split() for rule in text.split(",")]
        threading.Thread(target=listen, args=(port, target, rules), daemon=True).start()
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
