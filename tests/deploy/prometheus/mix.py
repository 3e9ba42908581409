#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A known mix of handshakes, good ones and failures of each kind.

mix.py serve ADDRESS CERTS                             every server of the mix, until it is killed
mix.py connect ADDRESS CERTS ROUNDS NEAR [NODE STACK]  the clients; NEAR: a server on this host
mix.py names ADDRESS CERTS COUNT                       as many good ones, each with a name of its own
A JSON line for each attempt says what it was made to be. That it was is checked against what the
ssl module, or the socket, reports of it; "wrong" says where it was not.
"""
import json
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time

V10, V12, V13 = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
LABELS = {V10: "1.0", V12: "1.2", V13: "1.3", None: "none"}
ANY_CIPHER = "ALL:@SECLEVEL=0"

# port: certificate and settings of the server, or what it does instead of TLS
SERVERS = {
    8443: ("rsa", {}), 8444: ("rsa", {"least": V13}), 8445: ("expired", {}), 8446: ("rsa", {"ask": True}),
    8447: ("week", {}), 8448: ("rsa", {"least": V10, "ciphers": ANY_CIPHER}), 8449: ("rsa", {"curve": "secp384r1"}),
    9001: ("reset", None), 9002: ("close", None), 9003: ("silent", None), 9004: ("plain", None),
}

# kind: port, version of the client, cause of the failure, version agreed, what the stack then says
KINDS = {
    "1.3": (8443, V13, None, V13, ""), "1.2": (8443, V12, None, V12, ""), "1.0": (8448, V10, None, V10, ""),
    "week": (8447, V12, None, V12, ""), "retry": (8449, V13, None, V13, ""),
    "expired": (8445, V12, "certificate_expired", V12, "certificate has expired"),
    "stranger": (8443, V12, "certificate_unknown_ca", V12, "unable to get local issuer certificate"),
    "version": (8444, V12, "version_mismatch", None, "TLSV1_ALERT_PROTOCOL_VERSION"),
    "anonymous": (8446, V12, "client_certificate_missing", V12, "SSLV3_ALERT_HANDSHAKE_FAILURE"),
    "reset": (9001, V13, "reset", None, "ConnectionResetError"),
    "closed": (9002, V13, "closed", None, "EOF"),
    "plain": (9004, V13, "not_tls_server", None, "WRONG_VERSION_NUMBER"),
    "silent": (9003, V13, "no_server_hello", None, "timed out"),
    "refused": (993, V13, "tcp_refused", None, "ConnectionRefusedError"),
}

# In each round: name, how many, kind. The third of api's that fail is what the alerts are about.
ROUND = [
    ("shop.example.com", 3, "1.3"), ("shop.example.com", 2, "1.3 resumed"),
    ("www.example.com", 2, "1.2"), ("www.example.com", 1, "1.2 resumed"), ("near.example.com", 2, "near"),
    ("api.example.com", 8, "1.2"), ("api.example.com", 4, "expired"), ("gone.example.com", 1, "stranger"),
    ("old.example.com", 1, "1.0"), ("week.example.com", 1, "week"), ("retry.example.com", 1, "retry"),
    ("version.example.com", 1, "version"), ("mtls.example.com", 1, "anonymous"), (None, 1, "1.3"),
    ("reset.example.com", 1, "reset"), ("closed.example.com", 1, "closed"), ("plain.example.com", 1, "plain"),
    ("mute.example.com", 1, "silent"), (None, 1, "half"), (None, 1, "refused"),
    ("pq.example.com", 1, "post-quantum"), ('"} or vector(1) #.example.com', 1, "stranger"),
]
PATIENCE = 3.2  # longer than the observers' --handshake-timeout
printing = threading.Lock()


def server_context(certs, name, least=V12, ask=False, ciphers=None, curve=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{certs}/{name}.pem", f"{certs}/{name}.key")
    context.minimum_version = least
    if ask:
        context.load_verify_locations(f"{certs}/ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
    if ciphers:
        context.set_ciphers(ciphers)
    if curve:
        context.set_ecdh_curve(curve)
    return context


def answer(connection, context, how):
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if context:
            with context.wrap_socket(connection, server_side=True) as tls:
                tls.send(b"x")
                tls.recv(1)  # the client closes first
            return
        connection.recv(65536)
        if how == "silent":
            connection.recv(1)
        elif how == "plain":
            connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")
        elif how == "reset":
            # Zero linger: close() sends RST instead of FIN.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    except OSError:
        pass
    finally:
        connection.close()


def listen(listener, context, how):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=answer, args=(connection, context, how), daemon=True).start()


def serve(address, certs):
    for port, (how, settings) in SERVERS.items():
        context = None if settings is None else server_context(certs, how, **settings)
        listener = socket.create_server((address, port), backlog=256)
        threading.Thread(target=listen, args=(listener, context, how)).start()


def client_context(certs, kind, version):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(f"{certs}/{'other' if kind == 'stranger' else 'ca'}.pem")
    context.minimum_version = context.maximum_version = version
    if version == V10:
        context.set_ciphers(ANY_CIPHER)
    return context


def handshake(context, address, port, name, session=None):
    """What the stack says of it: (version, resumed, session, error)"""
    try:
        with socket.create_connection((address, port), timeout=PATIENCE) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with context.wrap_socket(connection, server_hostname=name, session=session) as tls:
                tls.recv(1)  # with TLS 1.3 the tickets come before it
                return tls.version(), tls.session_reused, tls.session, ""
    except OSError as error:
        return None, False, None, f"{type(error).__name__} {error}"


def report(name, **words):
    with printing:
        print(json.dumps({"name": name or "none", "resumed": False, "cause": None, "group": None, "role": "client",
                          "wrong": None, **words}), flush=True)


class Clients:
    def __init__(self, address, certs, near=None, node=None, stack=None):
        self.address, self.certs, self.near, self.node, self.stack = address, certs, near, node, stack
        self.contexts = {kind: client_context(certs, kind, row[1]) for kind, row in KINDS.items()}
        self.sessions = {}

    def known(self, name, kind, resume, address, role):
        port, _, cause, agreed, says = KINDS[kind]
        session = self.sessions.pop(kind, None) if resume else None
        version, resumed, session, error = handshake(self.contexts[kind], address, port, name, session)
        if session:
            self.sessions[kind] = session
        expected = None if cause else "TLSv1" if agreed == V10 else f"TLSv{LABELS[agreed]}"
        wrong = None
        if version != expected or resumed != resume or says not in error:
            wrong = f"{kind}: {version} resumed={resumed} {error}"
        report(name, version=LABELS[agreed], resumed=resume, cause=cause, role=role, wrong=wrong,
               group="secp384r1" if kind == "retry" else None)

    def half(self):
        """The first half of a ClientHello, and silence. Its name is not read: half a hello may be anything."""
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = self.contexts["1.3"].wrap_bio(incoming, outgoing, server_hostname="half.example.com")
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            pass
        hello = outgoing.read()
        with socket.create_connection((self.address, 9003)) as connection:
            connection.sendall(hello[:len(hello) // 2 + 100])
            time.sleep(PATIENCE)
        report(None, version="none", cause="client_hello_stalled")

    def post_quantum(self, name):
        if not self.node:
            return
        group = "X25519MLKEM768"
        said = subprocess.run([self.node, self.stack, "connect", self.address, "8451", name, self.certs,
                               "version=1.3", f"groups={group}"], stdout=subprocess.PIPE, text=True, check=False).stdout
        report(name, version="1.3", group=group, wrong=None if "established TLSv1.3" in said else said)

    def names(self, count):
        for n in range(count):
            self.known(f"n{n}.example.com", "1.2" if n % 2 else "1.3", False, self.address, "client")

    def one(self, name, kind):
        if kind == "half":
            self.half()
        elif kind == "post-quantum":
            self.post_quantum(name)
        elif kind == "near":
            self.known(name, "1.3", False, self.near, "both")
        else:
            self.known(name, kind.split()[0], kind.endswith("resumed"), self.address, "client")

    def round(self):
        """Begins all of a round; those that take long go on beside the next."""
        waiting = []
        for name, count, kind in ROUND:
            for _ in range(count):
                if kind in ("silent", "half", "post-quantum"):
                    waiting.append(threading.Thread(target=self.one, args=(name, kind)))
                    waiting[-1].start()
                else:
                    self.one(name, kind)
        return waiting


def names(address, certs, count):
    Clients(address, certs).names(int(count))


def connect(address, certs, rounds, *rest):
    clients = Clients(address, certs, *rest)
    waiting = []
    for _ in range(int(rounds)):
        begun = time.monotonic()
        waiting += clients.round()
        time.sleep(max(0, begun + 1.1 - time.monotonic()))
    for thread in waiting:
        thread.join()


if __name__ == "__main__":
    {"serve": serve, "connect": connect, "names": names}[sys.argv[1]](*sys.argv[2:])
