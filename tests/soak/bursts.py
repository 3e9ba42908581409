# SPDX-License-Identifier: BSD-2-Clause
"""Connections of tests/load/load by their numbers: what each script must be seen as, and was it once?

The number is in the server name, and in the client's address and port (tests/pcap/copies.c).
"""
import ipaddress

SERVER = "198.18.0.1"
ADDRESS_BITS = 20
FIRST_ADDRESS = 10 << 24
FIRST_PORT = 1024
MOST = 16_000_000   # numbers of one run

SUCCESS = {"event.outcome": "success", "tls.established": True, "tls.resumed": False,
           "shaketap.stage": "established", "shaketap.complete": True, "shaketap.failure": None}


def failure(causes, side):
    """None of them came farther than its ClientHello."""
    return {"event.outcome": "failure", "tls.established": False, "shaketap.stage": "client_hello",
            "shaketap.failure.cause": causes, "shaketap.failure.side": side}


# As tests/load/scripts.c says what they send, in the words of a record.
SCRIPTS = {
    "tls13": {**SUCCESS, "tls.version": "1.3", "tls.cipher": "TLS_AES_128_GCM_SHA256", "tls.curve": "x25519"},
    "tls12": {**SUCCESS, "tls.version": "1.2", "tls.cipher": "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
    "pq": {**SUCCESS, "tls.version": "1.3", "tls.cipher": "TLS_AES_128_GCM_SHA256",
           "tls.curve": "X25519MLKEM768"},
    "hello": failure("no_server_hello", "none"),
    "part": failure("client_hello_stalled", "none"),
    "crumbs": failure("client_hello_stalled", "none"),
    "lie": failure("protocol_error", "client"),
    "syn": None,    # no handshake, and no record
}

# Their hello does not come to its end: of them there need not be a name.
NAMELESS = {"part", "lie", "crumbs"}


def number_of(record):
    """None: it is no connection of a burst."""
    if record["server"]["ip"] != SERVER:
        return None
    address = int(ipaddress.ip_address(record["client"]["ip"])) - FIRST_ADDRESS
    return (record["client"]["port"] - FIRST_PORT << ADDRESS_BITS) + address


def name_of(number):
    return f"n{number:010}.load.example.com"


class Bursts:
    def __init__(self):
        self.ranges = []            # (first, past, script) in the order of their numbers
        self.seen = bytearray()     # by number: 1, its record came

    def begin(self, script, first, count):
        """How many records are to come."""
        if first < len(self.seen) or first + count > MOST:
            raise ValueError(f"numbers from {first} on")
        self.ranges.append((first, first + count, script))
        self.seen.extend(bytes(first + count - len(self.seen)))
        return count if SCRIPTS[script] else 0

    def knows(self, number):
        """Has anybody told of it yet?"""
        return number < len(self.seen)

    def take(self, number):
        """Script, what is wrong with the record's being there, what must be in it."""
        script = next((script for first, past, script in reversed(self.ranges) if first <= number < past), None)
        if not SCRIPTS.get(script):
            return script, "nobody sent this", None
        if self.seen[number]:
            return script, "a second record", None
        self.seen[number] = 1
        names = [name_of(number), None] if script in NAMELESS else name_of(number)
        return script, None, {**SCRIPTS[script], "tls.client.server_name": names}

    def missing(self):
        return [f"{script} number {number}" for first, past, script in self.ranges if SCRIPTS[script]
                for number in range(first, past) if not self.seen[number]]
