#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Handshakes of gnutls-cli: gnutls.py LEDGER ADDRESS PORT CERTS RATE SECONDS

A program for each, which costs more than its handshake: at a low rate. GnuTLS encrypts its alerts.
"""
import re
import subprocess
import sys
import time

from scenarios import SUCCESS, failure
from telling import Telling

MADE = "- Handshake was completed"
AES = "NORMAL:-CIPHER-ALL:+AES-128-GCM:-VERS-ALL"
# Kind, priority, authority, what it must say, what the record must be.
ROWS = [
    ("gnutls-13", f"{AES}:+VERS-TLS1.3", "ca", MADE,
     {**SUCCESS, "tls.version": "1.3", "tls.cipher": "TLS_AES_128_GCM_SHA256"}),
    ("gnutls-12", f"{AES}:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA", "ca", MADE,
     {**SUCCESS, "tls.version": "1.2", "tls.cipher": "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"}),
    ("gnutls-unknown-ca-13", f"{AES}:+VERS-TLS1.3", "other", "NOT trusted",
     failure("server_finished", "client", "encrypted_alert", "suspected")),
    ("gnutls-unknown-ca-12", f"{AES}:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA", "other", "NOT trusted",
     failure("server_hello_done", "client", "certificate_rejected")),
]


def main(ledger, address, port, certs, rate, seconds):
    telling = Telling(ledger)
    begun, made = time.monotonic(), 0
    while time.monotonic() < begun + float(seconds):
        kind, priority, authority, pattern, must = ROWS[made % len(ROWS)]
        made += 1
        name = f"{kind}-{made}.example.com"     # the certificate covers no longer ones
        done = subprocess.run(["gnutls-cli", "--x509cafile", f"{certs}/{authority}.pem", "--sni-hostname", name,
                               "--verify-hostname", name, "-p", port, "--priority", priority, address],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=10, check=False)
        if not re.search(pattern, done.stdout + done.stderr):
            telling.trouble(f"{name}: {done.stdout[-200:]} {done.stderr[-200:]}")
            must = {}
        telling.promise(name, kind, must)
        time.sleep(max(0, begun + made / float(rate) - time.monotonic()))


if __name__ == "__main__":
    main(*sys.argv[1:])
