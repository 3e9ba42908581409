#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A TLS client that stops where it is told to: client.py ADDRESS PORT NAME CERTS [OPTION]...

It is Python's ssl module (OpenSSL) whose bytes go over a socket that this program holds.
  version=1.2        cert=NAME    client certificate
  stop=part          half of the ClientHello, and no more
  stop=hello         the ClientHello, and no more
  stop=flight        reads the server's first flight, sends no answer
  stop=done          nothing after its own last handshake message
  then=close|reset|half|wait:S   FIN, RST, FIN for sending only (and reads on), S seconds of silence
  pause=S            before each flight but the first
  late=S             before the first
  piece=N[:S]        flights are sent in pieces of N bytes, each S seconds after the one before
  junk               after the ClientHello comes what is not TLS
  fastopen           ClientHello in the SYN, on the second of two connections
  requests=N         N requests, each answered, `pause` before each
  alpn=long          a ClientHello of two segments, as with a post-quantum key share
"""
import socket
import ssl
import struct
import sys
import time

from servers import VERSIONS, options_of

REQUEST = b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"


def client_context(certs, options):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(f"{certs}/ca.pem")
    if "version" in options:
        context.set_ciphers("DEFAULT@SECLEVEL=0")
        context.minimum_version = context.maximum_version = VERSIONS[options["version"]]
    if "cert" in options:
        context.load_cert_chain(f"{certs}/{options['cert']}.pem", f"{certs}/{options['cert']}.key")
    context.post_handshake_auth = "cert" in options
    if "alpn" in options:
        context.set_alpn_protocols([f"{n}{'x' * 240}" for n in range(6)])
    return context


class Client:
    def __init__(self, name, certs, options):
        self.options = options
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = client_context(certs, options).wrap_bio(self.incoming, self.outgoing, server_hostname=name)
        self.flights = 0
        self.connection = None

    def connect(self, address, port, fast=False):
        if not fast:
            self.connection = socket.create_connection((address, port), timeout=8)
        else:
            self.connection = socket.socket()
            self.connection.sendto(self.first_flight(), socket.MSG_FASTOPEN, (address, port))
            self.connection.settimeout(8)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def first_flight(self):
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            self.flights = 1
        return self.outgoing.read()

    def send(self):
        data = self.outgoing.read()
        if not data:
            return
        self.flights += 1
        time.sleep(float(self.options.get("late", 0)) if self.flights == 1 else 0)
        if self.flights > 1:
            time.sleep(float(self.options.get("pause", 0)))
        size, _, wait = self.options.get("piece", "").partition(":")
        step = int(size or len(data))
        for start in range(0, len(data), step):
            self.connection.sendall(data[start:start + step])
            time.sleep(float(wait or 0) if start + step < len(data) else 0)

    def step(self):
        """One flight of the handshake; False: it is over."""
        try:
            self.tls.do_handshake()
            return False
        except ssl.SSLWantReadError:
            return True

    def receive(self):
        data = self.connection.recv(65536)
        if data:
            self.incoming.write(data)
        else:
            self.incoming.write_eof()

    def handshake(self):
        """True when it came to its end, False when it stopped on purpose."""
        stop = self.options.get("stop")
        while True:
            more = self.step()
            if self.outgoing.pending:
                if self.flights == 1 and stop == "flight":
                    return False
                if self.flights == 0 and stop == "part":
                    data = self.outgoing.read()
                    self.connection.sendall(data[:len(data) // 2])
                    return False
                self.send()
            if not more:
                return True
            if stop == "hello":
                return False
            if "junk" in self.options:
                self.connection.sendall(b"this is not TLS, and it is not going to be\r\n")
            self.receive()

    def request(self):
        self.tls.write(REQUEST)
        self.send()
        while True:
            try:
                return self.tls.read(65536)
            except ssl.SSLWantReadError:
                self.send()
                self.receive()

    def leave(self):
        how, _, seconds = self.options.get("then", "").partition(":")
        if how == "wait":
            self.connection.settimeout(float(seconds))
            try:
                while self.connection.recv(65536):
                    pass
            except TimeoutError:
                pass
        if how == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if how == "half":
            self.connection.shutdown(socket.SHUT_WR)
            while self.connection.recv(65536):
                pass
        self.connection.close()


def main(address, port, name, certs, *arguments):
    options = options_of(arguments)
    for attempt in range(2 if "fastopen" in options else 1):
        client = Client(name, certs, options)
        client.connect(address, int(port), "fastopen" in options)
        try:
            if not client.handshake():
                print("stopped on purpose")
            else:
                print("established", client.tls.version(), client.tls.cipher()[0])
                for _ in range(int(options.get("requests", 0))):
                    print("answered", client.request()[:15])
        except OSError as error:
            print("failed:", error)
            client.connection.sendall(client.outgoing.read()) if client.outgoing.pending else None
        try:
            client.leave()
        except OSError as error:
            print("left:", error)


if __name__ == "__main__":
    main(*sys.argv[1:])
