#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""HTTP clients that mean no good: hostile_http.py ADDRESS PORT SECONDS

Hundreds of connections at a time: requests that come byte by byte, connections that say nothing
or only close their half, garbage, headers and bodies without end, answers that nobody reads,
connects by the thousand. At the end one JSON object with how many of each there were.

hostile_http.py ADDRESS PORT trickle|unread|silent: one such connection, and the seconds until the
server ended it.
"""
import asyncio
import json
import os
import socket
import sys
import time

REQUEST = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n"
ENOUGH = 100  # seconds after which a single connection is let go


class Hostile:
    def __init__(self, address, port):
        self.address, self.port = address, port
        self.counts = {}

    async def connect(self, small=False):
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setblocking(False)
        if small:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        await asyncio.get_running_loop().sock_connect(sock, (self.address, self.port))
        return await asyncio.open_connection(sock=sock, limit=4096)

    async def trickle(self, reader, writer):
        """A request that never ends, a byte at a time."""
        writer.write(REQUEST)
        while not reader.at_eof():
            writer.write(b"X")
            await writer.drain()
            try:
                await asyncio.wait_for(reader.read(1), 0.5)
            except asyncio.TimeoutError:
                pass

    async def silent(self, reader, writer):
        await reader.read()

    async def half(self, reader, writer):
        writer.write(REQUEST)
        writer.write_eof()
        await reader.read()

    async def garbage(self, reader, writer):
        writer.write(os.urandom(5000))
        await reader.read()

    async def headers(self, reader, writer):
        writer.write(REQUEST)
        while not reader.at_eof():
            writer.write(b"X-" + os.urandom(20).hex().encode() + b": y\r\n" * 50)
            await writer.drain()
            await asyncio.sleep(0)

    async def body(self, reader, writer):
        writer.write(b"POST /metrics HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not reader.at_eof():
            writer.write(b"400\r\n" + bytes(1024) + b"\r\n")
            await writer.drain()
            await asyncio.sleep(0)

    async def unread(self, reader, writer):
        """Answers are asked for and not taken: the reader's buffer is full after 8 KB."""
        writer.write((REQUEST + b"\r\n") * 100)
        await writer.drain()
        while not writer.is_closing():
            await asyncio.sleep(0.2)
            writer.write(b"\r\n")
            await writer.drain()

    async def hasty(self, reader, writer):
        pass

    async def once(self, kind):
        reader, writer = await self.connect(small=kind == "unread")
        try:
            await getattr(self, kind)(reader, writer)
        finally:
            writer.close()

    async def again(self, kind, end):
        while time.monotonic() < end:
            try:
                await self.once(kind)
            except (OSError, asyncio.TimeoutError):
                pass
            self.counts[kind] = self.counts.get(kind, 0) + 1
            await asyncio.sleep(0.01)

    async def flood(self, seconds):
        many = {"trickle": 200, "silent": 60, "half": 10, "garbage": 10, "headers": 5, "body": 5,
                "unread": 20, "hasty": 10}
        end = time.monotonic() + seconds
        tasks = [asyncio.create_task(self.again(kind, end))
                 for kind, n in many.items() for _ in range(n)]
        await asyncio.sleep(seconds)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=2)
        print(json.dumps(self.counts), flush=True)
        os._exit(0)  # whatever has not heard that it is over

    async def alone(self, kind):
        start = time.monotonic()
        try:
            await asyncio.wait_for(self.once(kind), ENOUGH)
        except (OSError, asyncio.TimeoutError):
            pass
        print(round(time.monotonic() - start))


def main(address, port, how):
    hostile = Hostile(address, int(port))
    asyncio.run(hostile.flood(float(how)) if how[0].isdigit() else hostile.alone(how))


if __name__ == "__main__":
    main(*sys.argv[1:])
