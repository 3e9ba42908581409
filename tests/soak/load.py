#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Bursts of tests/load/load one after the other: load.py LEDGER PROGRAM DEVICE RATE SECONDS

A round takes about ten seconds. The hostile scripts are fewer: each of theirs is up to a thousand records.
Two bursts of a round come ten times as fast: how much is open at once does not depend on who else is on
the machine, and the memory that takes is there from the first round on.
"""
import re
import subprocess
import sys
import time

from telling import Telling

# Script, share of a round's connections, share of the rate.
ROUND = [("tls13", 0.15, 1), ("hello", 0.35, 10), ("tls12", 0.20, 1), ("lie", 0.03, 0.5), ("pq", 0.15, 1),
         ("tls13", 0.30, 10), ("part", 0.01, 0.2), ("syn", 0.10, 1), ("crumbs", 0.01, 0.2)]
ROUND_SECONDS = 10


def burst(telling, program, device, script, first, count, rate):
    telling.burst(script, first, count)
    done = subprocess.run([program, "-n", str(count), "-f", str(first), "-r", str(rate), device, script],
                          capture_output=True, text=True, check=False)
    sent = re.match(r"connections (\d+) ", done.stdout)
    if done.returncode or not sent or int(sent[1]) != count:
        telling.trouble(f"load {script}: {done.stdout} {done.stderr}")


def main(ledger, program, device, rate, seconds):
    telling = Telling(ledger)
    end = time.monotonic() + float(seconds)
    first = 1
    while time.monotonic() < end:
        due = time.monotonic() + ROUND_SECONDS
        for script, share, pace in ROUND:
            count = max(1, round(share * float(rate) * ROUND_SECONDS))
            count = min(count, round((end - time.monotonic()) * float(rate)))
            if count > 0:
                burst(telling, program, device, script, first, count, max(1, round(float(rate) * pace)))
                first += count
        time.sleep(max(0, min(due, end) - time.monotonic()))


if __name__ == "__main__":
    main(*sys.argv[1:])
