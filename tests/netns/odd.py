#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Handshakes in packets that are not the usual ones.

odd.py serve ADDRESS PORT CERT KEY: each flight leaves in one piece, however long
odd.py HOW ADDRESS PORT CA NAME: one handshake and a request
  options      IPv4 options in each packet            extensions   IPv6 extension headers in each packet
  wrap         sequence numbers that pass 2^32 in the ClientHello
  fastopen     the ClientHello in the SYN             proxy1, proxy2   behind a PROXY header of that
                                                      version, in the same segment
Prints the version of TLS and the cipher suite, as the ssl module tells.
"""
import socket
import ssl
import struct
import sys

TCP_REPAIR, TCP_REPAIR_QUEUE, TCP_QUEUE_SEQ, SEND_QUEUE = 19, 20, 21, 2
REPAIR_ON, REPAIR_OFF = 1, -1  # off without a packet
BEFORE_WRAP = 100
NOPS = b"\x01" * 7 + b"\x00"
PADN = b"\x00\x00\x01\x04\x00\x00\x00\x00"  # 8 bytes, none of them an option that does anything
SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
SOURCE, TARGET = ("192.0.2.1", 56324), ("198.51.100.1", 443)


def proxy_header(version):
    if version == 1:
        return f"PROXY TCP4 {SOURCE[0]} {TARGET[0]} {SOURCE[1]} {TARGET[1]}\r\n".encode()
    addresses = socket.inet_aton(SOURCE[0]) + socket.inet_aton(TARGET[0]) + struct.pack("!HH", SOURCE[1], TARGET[1])
    return SIGNATURE + b"\x21\x11" + struct.pack("!H", len(addresses)) + addresses


def connected(how, address, port, first):
    end = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    end.settimeout(8)
    if how == "options":
        end.setsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS, NOPS)
    if how == "extensions":
        end.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_HOPOPTS, PADN)
        end.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_DSTOPTS, PADN)
    if how == "wrap":
        end.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, REPAIR_ON)
        end.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR_QUEUE, SEND_QUEUE)
        end.setsockopt(socket.IPPROTO_TCP, TCP_QUEUE_SEQ, struct.pack("=I", 2**32 - BEFORE_WRAP))
        end.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, REPAIR_OFF)
    if how == "fastopen":
        end.sendto(first, socket.MSG_FASTOPEN, (address, port))
        return end
    end.connect((address, port))
    end.sendall((proxy_header(int(how[-1])) if how.startswith("proxy") else b"") + first)
    return end


def shake_hands(tls, incoming, outgoing, send, receive):
    while True:
        try:
            tls.do_handshake()
            break
        except ssl.SSLWantReadError:
            if outgoing.pending:
                send(outgoing.read())
            incoming.write(receive(65536))


def client(how, address, port, ca, name):
    context = ssl.create_default_context(cafile=ca)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname=name)
    ends = []

    def send(data):
        if ends:
            ends[0].sendall(data)
        else:
            ends.append(connected(how, address, int(port), data))

    shake_hands(tls, incoming, outgoing, send, lambda n: ends[0].recv(n))
    tls.write(b"GET / HTTP/1.0\r\n\r\n")
    send(outgoing.read())
    ends[0].recv(65536)
    print(tls.version(), tls.cipher()[0])


def serve(address, port, cert, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    with socket.create_server((address, int(port))) as listener:
        while True:
            end, _ = listener.accept()
            incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            tls = context.wrap_bio(incoming, outgoing, server_side=True)
            with end:
                try:
                    shake_hands(tls, incoming, outgoing, end.sendall, end.recv)
                    tls.write(b"HTTP/1.0 200 OK\r\n\r\nhello\n")
                    tls.unwrap()
                except (OSError, ssl.SSLError):
                    pass
                end.sendall(outgoing.read())


if __name__ == "__main__":
    (serve if sys.argv[1] == "serve" else client)(*sys.argv[1 + (sys.argv[1] == "serve"):])
