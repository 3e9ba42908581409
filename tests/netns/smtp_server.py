#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A mail server that knows enough SMTP for STARTTLS: smtp_server.py ADDRESS PORT CERT KEY"""
import socket
import ssl
import sys

REPLIES = {b"EHLO": b"250-mail.example.com\r\n250 STARTTLS\r\n", b"STARTTLS": b"220 go ahead\r\n"}


def talk(connection, context):
    connection.sendall(b"220 mail.example.com ESMTP\r\n")
    while line := connection.recv(512):
        verb = line.split()[0].upper()
        connection.sendall(REPLIES.get(verb, b"250 ok\r\n"))
        if verb == b"STARTTLS":
            connection = context.wrap_socket(connection, server_side=True)
        elif verb == b"QUIT":
            break
    connection.close()


def main(address, port, cert, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    with socket.create_server((address, int(port))) as listener:
        while True:
            connection, _ = listener.accept()
            try:
                talk(connection, context)
            except (OSError, IndexError):
                pass


if __name__ == "__main__":
    main(*sys.argv[1:])
