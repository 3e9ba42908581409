# SPDX-License-Identifier: BSD-2-Clause
"""What each protocol says before TLS, as far as a client needs it: RFC 3207, 2595, 4217, 4511, 6120,
and the protocol descriptions of PostgreSQL and MySQL. With `plain` a server does not offer TLS.
"""
import socket
import struct

# Bytes of LDAP: ExtendedResponse to message 1, resultCode success (0).
LDAP_YES = bytes.fromhex("300c02010178070a010004000400")
LDAP_NO = bytes.fromhex("300c02010178070a010204000400")  # protocolError
XMPP_OPEN = (b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
             b"xmlns:stream='http://etherx.jabber.org/streams' id='1' from='example.com' version='1.0'>")
XMPP_OFFER = (b"<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'>"
              b"<required/></starttls></stream:features>")
XMPP_GO = b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
MYSQL_SSL = 0x0800
HANDSHAKE = b"\x16"  # the first byte of a ClientHello


def line(connection):
    text = connection.recv(1, socket.MSG_PEEK)
    if text == HANDSHAKE:
        return "TLS"
    text = b""
    while not text.endswith(b"\n"):
        byte = connection.recv(1)
        if not byte:
            raise ConnectionError("client left")
        text += byte
    return text.decode().strip()


def by_lines(connection, greeting, answer):
    """Until `answer` of a line is None, which means: now TLS. False: the client left."""
    connection.sendall(greeting)
    while True:
        said = line(connection)
        if said == "TLS":  # the client starts it though we did not agree
            connection.sendall(b"500 what\r\n")
            connection.recv(65536)
            return False
        reply, tls = answer(said)
        connection.sendall(reply)
        if tls:
            return True
        if said.upper().split()[-1] in ("QUIT", "LOGOUT"):
            return False


def smtp(connection, plain):
    def answer(said):
        if said.upper().startswith("EHLO"):
            return (b"250 test\r\n" if plain else b"250-test\r\n250 STARTTLS\r\n"), False
        if said.upper() == "STARTTLS":
            return (b"454 not available\r\n", False) if plain else (b"220 go\r\n", True)
        return b"250 ok\r\n", False
    return by_lines(connection, b"220 test ESMTP\r\n", answer)


def imap(connection, plain):
    def answer(said):
        tag, command = (said.split() + [""])[:2]
        if command.upper() == "CAPABILITY":
            offer = b"* CAPABILITY IMAP4rev1" + (b"" if plain else b" STARTTLS") + b"\r\n"
            return offer + f"{tag} OK\r\n".encode(), False
        tls = command.upper() == "STARTTLS" and not plain
        return f"{tag} OK\r\n".encode(), tls
    return by_lines(connection, b"* OK test\r\n", answer)


def pop3(connection, plain):
    def answer(said):
        if said.upper() == "STLS" and not plain:
            return b"+OK go\r\n", True
        return b"-ERR no\r\n", False
    return by_lines(connection, b"+OK test\r\n", answer)


def ftp(connection, plain):
    def answer(said):
        if said.upper() == "FEAT":
            return b"211-Features\r\n AUTH TLS\r\n211 End\r\n", False
        if said.upper() == "AUTH TLS" and not plain:
            return b"234 go\r\n", True
        return b"502 no\r\n", False
    return by_lines(connection, b"220 test\r\n", answer)


def ldap(connection, plain):
    connection.recv(4096)
    connection.sendall(LDAP_NO if plain else LDAP_YES)
    return not plain


def xmpp(connection, plain):
    connection.recv(4096)
    connection.sendall(XMPP_OPEN + XMPP_OFFER)
    connection.recv(4096)
    connection.sendall(XMPP_GO)
    return True


def postgres(connection, plain):
    connection.recv(8)  # SSLRequest
    connection.sendall(b"N" if plain else b"S")
    return not plain


def mysql(connection, plain):
    """Protocol 10 greeting; the client's SSLRequest is a packet of 32 bytes behind its header."""
    capabilities = 0x8200 | (0 if plain else MYSQL_SSL)
    body = b"\x0a8.0.0\0" + struct.pack("<I", 1) + b"12345678\0" + struct.pack("<H", capabilities) + \
        b"\x21" + struct.pack("<HHB", 2, 0x0008, 21) + bytes(10) + b"123456789012\0mysql_native_password\0"
    connection.sendall(struct.pack("<I", len(body))[:3] + b"\0" + body)
    connection.recv(36, socket.MSG_WAITALL)
    return not plain


PROTOCOLS = {"smtp": smtp, "imap": imap, "pop3": pop3, "ftp": ftp, "ldap": ldap, "xmpp": xmpp,
             "postgres": postgres, "mysql": mysql}


def talk(protocol, connection, context, plain):
    if not PROTOCOLS[protocol](connection, plain):
        return
    with context.wrap_socket(connection, server_side=True) as tls:
        while tls.recv(65536):
            pass
