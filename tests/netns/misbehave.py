#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A listener that fails a TLS client: misbehave.py ADDRESS PORT reset|close|silent

It reads the ClientHello, then resets, closes, or says nothing until the client leaves.
"""
import socket
import struct
import sys


def main(address, port, how):
    with socket.create_server((address, int(port))) as listener:
        while True:
            connection, _ = listener.accept()
            connection.recv(65536)
            if how == "silent":
                connection.recv(65536)
            if how == "reset":
                # Zero linger: close() sends RST instead of FIN.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
