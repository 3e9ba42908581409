# SPDX-License-Identifier: BSD-2-Clause
"""One connection of Python's ssl module (OpenSSL), and what it says became of it.

Options are those of tests/netns/lab/client.py, and
  ca=NAME      authority that is trusted (ca)
  ciphers=...  suites of TLS 1.2, in OpenSSL's words
  again        a first visit, then one that resumes its session
"""
import functools
import socket
import ssl
import subprocess

from client import Client, client_context

REQUEST = b"1"      # as tests/netns/handshakes.py wants it


@functools.cache
def iana_names():
    """OpenSSL's names of cipher suites -> IANA's"""
    lines = subprocess.run(["openssl", "ciphers", "-stdname", "ALL:@SECLEVEL=0"], capture_output=True, text=True,
                           check=True).stdout.splitlines()
    return {words[2]: words[0] for words in map(str.split, lines)}


def context_of(certs, options):
    context = client_context(certs, options)
    if "ca" in options:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(f"{certs}/{options['ca']}.pem")
        context.minimum_version = context.maximum_version = client_context(certs, options).minimum_version
    if "ciphers" in options:
        context.set_ciphers(options["ciphers"])
    return context


class Visit(Client):
    """A context is made once and serves many visits; so one of them can resume another's session."""

    def __init__(self, name, context, options, session=None):
        self.options, self.name = options, name
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname=name, session=session)
        self.flights = 0
        self.connection = None
        self.local = None
        self.said = ""
        self.established = {}
        self.before_leaving = None

    def connect(self, address, port, fast=False):
        """Bound first: also a connection that is refused has a port of its own."""
        self.connection = socket.socket()
        self.connection.bind(("", 0))
        self.connection.settimeout(8)
        port_of_ours = self.connection.getsockname()[1]
        try:
            self.connection.connect((address, port))
            self.local = self.connection.getsockname()
        except OSError as error:
            # From here to here, as far as refused connections are asked for.
            self.local = (address, port_of_ours)
            self.name = ""
            raise error
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def talk(self):
        if not self.handshake():
            self.said = "stopped on purpose"
            return
        self.established = {"tls.version": self.tls.version().removeprefix("TLSv"),
                            "tls.cipher": iana_names().get(self.tls.cipher()[0]),
                            "tls.resumed": self.tls.session_reused}
        self.said = "established"
        self.tls.write(REQUEST)
        self.send()
        while True:
            try:
                self.said += " answered" if self.tls.read(1) else " left"
                return
            except ssl.SSLWantReadError:
                self.receive()

    def run(self, address, port):
        try:
            self.connect(address, port)
            self.talk()
        except OSError as error:
            self.said += f" {error}"
            self.farewell()
        try:
            if self.before_leaving:
                self.before_leaving()
        except OSError as error:
            self.said = str(error)
        try:
            self.leave()
        except OSError:
            pass    # who was talked to has gone already

    def farewell(self):
        """An alert that is still to be sent."""
        try:
            if self.outgoing.pending:
                self.connection.sendall(self.outgoing.read())
        except OSError:
            pass

    def key(self):
        """As the ledger wants it; the half of a hello says no name."""
        return self.name if self.name and self.options.get("stop") != "part" else \
            f"{self.local[0]}:{self.local[1]}"

    def place(self):
        return {"client.ip": self.local[0], "client.port": self.local[1]}
