#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Small servers of the failure laboratory, each on a port of its own: servers.py CERTS PLAN

PLAN is a JSON list of [port, behaviour, argument...]; the behaviours are the functions below
whose names are in BEHAVIOURS. A TLS server here is Python's ssl module, that is OpenSSL.
"""
import json
import socket
import ssl
import struct
import sys
import threading
import time

import starttls

VERSIONS = {"1.0": ssl.TLSVersion.TLSv1, "1.1": ssl.TLSVersion.TLSv1_1,
            "1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


def reset(connection):
    """Zero linger: close() sends RST instead of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def options_of(arguments):
    return dict((argument.split("=", 1) + [""])[:2] for argument in arguments)


def server_context(certs, options):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate = options.get("cert", "rsa")
    context.load_cert_chain(f"{certs}/{certificate}.pem", f"{certs}/{certificate}.key")
    if "version" in options:
        context.set_ciphers("DEFAULT@SECLEVEL=0")
        context.minimum_version = context.maximum_version = VERSIONS[options["version"]]
    if "verify" in options:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(f"{certs}/ca.pem")
    if "late" in options:  # asks for the certificate after the handshake, TLS 1.3 only
        context.verify_mode = ssl.CERT_REQUIRED
        context.post_handshake_auth = True
        context.load_verify_locations(f"{certs}/ca.pem")
    return context


def silent(connection, certs, *arguments):
    """Reads and says nothing until the client leaves."""
    while connection.recv(65536):
        pass


def close(connection, certs, *arguments):
    connection.recv(65536)


def abort(connection, certs, *arguments):
    connection.recv(65536)
    reset(connection)


def banner(connection, certs, wait, *words):
    """Speaks first, as mail and SSH servers do, after so many seconds."""
    time.sleep(float(wait))
    connection.sendall(" ".join(words).encode() + b"\r\n")
    connection.recv(65536)
    time.sleep(0.2)


def answer(connection, certs, *words):
    """Answers the ClientHello with these words (hex: bytes) and leaves."""
    connection.recv(65536)
    text = " ".join(words)
    connection.sendall(bytes.fromhex(text[4:]) if text.startswith("hex:") else text.encode() + b"\r\n")
    time.sleep(0.2)


def alert(connection, certs, level, code, *more):
    """Answers the ClientHello with an alert in the clear."""
    connection.recv(65536)
    connection.sendall(bytes([21, 3, 3, 0, 2, int(level), int(code)]))
    if "notify" in more:
        connection.sendall(bytes([21, 3, 3, 0, 2, 1, 0]))
    time.sleep(0.2)


def name_alert(connection, certs, code, *arguments):
    """OpenSSL refuses the server name, with the alert of this number."""
    context = server_context(certs, options_of(arguments))
    context.sni_callback = lambda *_: int(code)
    context.wrap_socket(connection, server_side=True)


def warning(connection, certs, *arguments):
    """One warning in front of a healthy handshake (TLS 1.2)."""
    connection.recv(1, socket.MSG_PEEK)
    connection.sendall(bytes([21, 3, 3, 0, 2, 1, 112]))
    serve(connection, certs, "version=1.2")


def serve(connection, certs, *arguments):
    """HTTP over TLS: answers each request; after a half close, the rest of what it owes."""
    options = options_of(arguments)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    time.sleep(float(options.get("wait", 0)))
    context = server_context(certs, options)
    context.num_tickets = int(options.get("tickets", 2))
    tls = context.wrap_socket(connection, server_side=True, suppress_ragged_eofs=True)
    if "leave" in options:
        tls.unwrap()
        return
    if "abort" in options:
        time.sleep(0.1)
        reset(tls)
        return
    while tls.recv(65536):
        if "late" in options:
            tls.verify_client_post_handshake()
        time.sleep(float(options.get("think", 0)))
        tls.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n")
    if "tail" in options:  # the client has said all that it wanted to say; we have not
        for _ in range(5):
            time.sleep(0.1)
            tls.sendall(b"more\n")


def mail(connection, certs, protocol, *arguments):
    context = server_context(certs, options_of(arguments))
    starttls.talk(protocol, connection, context, "plain" in arguments)


def deaf(*_):
    """Never called: the listener of this one does not accept."""


BEHAVIOURS = {"silent": silent, "close": close, "abort": abort, "banner": banner, "answer": answer,
              "alert": alert, "name-alert": name_alert, "warning": warning, "serve": serve,
              "starttls": mail, "deaf": deaf}


def attend(connection, certs, name, arguments):
    try:
        with connection:
            BEHAVIOURS[name](connection, certs, *arguments)
    except (OSError, ValueError) as error:
        print(f"{name} {' '.join(arguments)}: {error}", flush=True)


def listen(certs, port, name, arguments):
    listener = socket.create_server(("0.0.0.0", port), backlog=64)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 8)
    while name == "deaf":
        time.sleep(60)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=attend, args=(connection, certs, name, arguments), daemon=True).start()


def main(certs, plan):
    for port, name, *arguments in json.loads(plan):
        threading.Thread(target=listen, args=(certs, port, name, arguments), daemon=True).start()
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
