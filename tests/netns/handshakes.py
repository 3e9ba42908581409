#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Many handshakes in a row, and what the ssl module reports about each as JSON lines.

handshakes.py serve ADDRESS PORT CERT KEY
handshakes.py connect ADDRESS PORT CA COUNT PREFIX
handshakes.py download ADDRESS PORT CA NAME BYTES
handshakes.py trickle ADDRESS PORT CA NAME: the ClientHello byte by byte, each in a packet of its own
handshakes.py hang_up ADDRESS PORT CA NAME: a ClientHello of TLS 1.2; 200 ms later it closes, and prints
    what the server said, in hexadecimal digits
Half of the COUNT are TLS 1.3, half TLS 1.2, in turn, each with a server name of its own.
"""
import json
import socket
import ssl
import sys
import threading
import time

CHUNK = 1 << 20


def answer(context, connection):
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with context.wrap_socket(connection, server_side=True) as tls:
            wanted = int(tls.recv(64))
            while wanted > 0:
                wanted -= tls.send(bytes(min(CHUNK, wanted)))
            tls.recv(1)  # the client closes first
    except (OSError, ValueError):
        pass


def serve(address, port, cert, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    with socket.create_server((address, int(port)), backlog=1024) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=answer, args=(context, connection), daemon=True).start()


def client_context(ca, version):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(ca)
    if version:
        context.minimum_version = context.maximum_version = version
    return context


def handshake(context, address, port, name, size):
    with socket.create_connection((address, int(port))) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with context.wrap_socket(connection, server_hostname=name) as tls:
            tls.sendall(b"%d" % size)
            left = size
            while left > 0:
                left -= len(tls.recv(CHUNK))
            print(json.dumps({"name": name, "version": tls.version(), "cipher": tls.cipher()[0],
                              "port": tls.getsockname()[1]}))


def connect(address, port, ca, count, prefix):
    contexts = [client_context(ca, ssl.TLSVersion.TLSv1_3), client_context(ca, ssl.TLSVersion.TLSv1_2)]
    for n in range(int(count)):
        handshake(contexts[n % 2], address, port, f"{prefix}{n}.example.com", 1)


def download(address, port, ca, name, size):
    handshake(client_context(ca, None), address, port, name, int(size))


def trickle(address, port, ca, name):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = client_context(ca, None).wrap_bio(incoming, outgoing, server_hostname=name)
    with socket.create_connection((address, int(port))) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        hello = True
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                data = outgoing.read()
                for part in ([bytes([b]) for b in data] if hello else [data]):
                    connection.sendall(part)
                hello = False
                incoming.write(connection.recv(CHUNK))
        tls.write(b"0")
        connection.sendall(outgoing.read())
        print(tls.version())


def hang_up(address, port, ca, name):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = client_context(ca, None)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    tls = context.wrap_bio(incoming, outgoing, server_hostname=name)
    with socket.create_connection((address, int(port))) as connection:
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            connection.sendall(outgoing.read())
        time.sleep(0.2)
        connection.shutdown(socket.SHUT_WR)
        print(connection.recv(CHUNK).hex())


if __name__ == "__main__":
    {"serve": serve, "connect": connect, "download": download,
     "trickle": trickle, "hang_up": hang_up}[sys.argv[1]](*sys.argv[2:])
