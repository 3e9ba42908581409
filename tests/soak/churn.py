#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Interfaces that come and go in the observer's network: churn.py LEDGER CERTS HERE THERE PERIOD SECONDS

Each PERIOD has a burst of pairs that are brought up, renamed, taken down, moved to THERE and back, and
deleted; and a pair from HERE to THERE that lives a little. Over that one: a handshake as soon as it is
there (the observer may not be), one when the kernel says that somebody is attached, and a ClientHello
that a silent server leaves open while the pair is deleted.
"""
import ctypes
import subprocess
import sys
import threading
import time

import attached
from scenarios import HEALTHY, SUCCESS, failure
from servers import options_of
from telling import Telling
from visit import Visit, context_of

SILENT = 8454
PAIRS = 6
CLONE_NEWNET = 0x40000000
ATTACH_SECONDS = 10
LIBC = ctypes.CDLL(None, use_errno=True)


def ip(space, *lines):
    done = subprocess.run(["ip", "-n", space, "-batch", "-"], input="\n".join(lines), capture_output=True,
                          text=True, check=False)
    if done.returncode:
        raise OSError(f"ip: {done.stderr.strip()}")


def enter(space):
    """This thread alone."""
    with open(f"/run/netns/{space}", "rb") as file:
        if LIBC.setns(file.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"cannot enter {space}")


class Churn:
    def __init__(self, telling, certs, here, there):
        self.telling, self.here, self.there = telling, here, there
        self.context = context_of(certs, {"version": "1.3"})
        self.round = 0

    # --- a burst ------------------------------------------------------------------------------

    def burst(self):
        names = range(PAIRS)
        ip(self.here, *[f"link add x{n} type veth peer name y{n}" for n in names],
           *[f"link set {end}{n} up" for n in names for end in "xy"])
        ip(self.here, "link set x0 down", f"link set x0 name renamed{self.round}", f"link set renamed{self.round} up",
           "link set y1 down", "link set y1 up", f"link set x2 netns {self.there}")
        ip(self.there, "link set x2 up", f"link set x2 netns {self.here}")
        ip(self.here, "link set x2 up", "link del y3")
        time.sleep(0.2 if self.round % 2 else 1.5)      # some are gone before anybody was attached
        ip(self.here, f"link del renamed{self.round}", *[f"link del x{n}" for n in names if n not in (0, 3)])

    # --- a pair that carries handshakes -------------------------------------------------------

    def carrier(self):
        device, net = f"k{self.round}", f"10.80.{self.round % 250}"
        ip(self.here, f"link add {device} type veth peer name {device}c netns {self.there}",
           f"addr add {net}.1/24 dev {device}", f"link set {device} up")
        ip(self.there, f"addr add {net}.2/24 dev {device}c", f"link set {device}c up")
        self.visit("early", f"{net}.1", HEALTHY, "", "established answered",
                   {"event.outcome": ["success", "unknown"]}, perhaps=True)
        if not attached.wait_for(device, ATTACH_SECONDS):
            self.telling.trouble(f"nobody is attached to {device}")
        also = {"shaketap.interface": device, "shaketap.role": "server"}
        self.visit("carried", f"{net}.1", HEALTHY, "", "established answered", {**SUCCESS, **also})
        self.visit("torn", f"{net}.1", SILENT, "stop=hello", "on purpose",
                   {**failure("client_hello", "none", "no_server_hello"), **also},
                   before_leaving=lambda: ip(self.here, f"link del {device}"))

    def visit(self, kind, address, port, words, pattern, must, before_leaving=None, **more):
        visit = Visit(f"{kind}-{self.round}.example.com", self.context, options_of(words.split()))
        visit.before_leaving = before_leaving
        worker = threading.Thread(target=self.run_there, args=(visit, address, port))
        worker.start()
        worker.join()
        if pattern not in visit.said:
            self.telling.trouble(f"{visit.name} said {visit.said!r}")
            must = {}
        established = visit.established if "carried" == kind else {}
        self.telling.promise(visit.key(), kind, {**must, **established, **visit.place()}, **more)

    def run_there(self, visit, address, port):
        enter(self.there)
        visit.run(address, port)

    def one_round(self):
        self.round += 1
        try:
            self.carrier()
            self.burst()
        except OSError as error:
            self.telling.trouble(f"round {self.round}: {error}")


def main(ledger, certs, here, there, period, seconds):
    churn = Churn(Telling(ledger), certs, here, there)
    begun = time.monotonic()
    while time.monotonic() < begun + float(seconds):
        churn.one_round()
        time.sleep(max(0, begun + churn.round * float(period) - time.monotonic()))


if __name__ == "__main__":
    main(*sys.argv[1:])
