# SPDX-License-Identifier: BSD-2-Clause
"""
What shaketap costs: bench.py BUILD [PART...]
FAST=1 takes fewer rounds and less traffic, ROUNDS=N as many rounds. BUILD/bench/results.json has
every round of every figure. Ends with 1 when something was seen wrong, never because of a time.
"""
import importlib
import os
import sys
import tempfile

import machine
import targets
from place import Place
from report import Report
from traffic import Traffic

PARTS = ["kernel", "handshake", "daemon", "others", "scale", "files", "start"]


class Bench:
    """What all parts use."""

    def __init__(self, build, place, work):
        self.build, self.place, self.work = os.path.realpath(build), place, work
        self.fast = bool(os.environ.get("FAST"))
        self.rounds = int(os.environ.get("ROUNDS") or (2 if self.fast else 5))
        self.shaketap = os.path.join(self.build, "shaketap")
        self.traffic = Traffic(place, self.build)
        self.report = Report(machine.describe(self.shaketap))

    def quick(self, full, fast):
        return fast if self.fast else full

    def interfaces(self):
        return [1, 10, self.quick(500, 50)]

    def rounds_on(self, interfaces):
        """To attach to many and to let them go takes half a minute."""
        return self.rounds if interfaces < 100 else min(self.rounds, 3)

    def tool(self, name):
        return os.path.join(self.build, "tests/bench", name)


def main():
    build, parts = sys.argv[1], sys.argv[2:] or PARTS
    unknown = set(parts) - set(PARTS)
    if unknown:
        sys.exit(f"no such part: {' '.join(unknown)}; there are {' '.join(PARTS)}")
    with tempfile.TemporaryDirectory(prefix="shaketap-bench.") as work:
        for name in parts:
            with Place() as place:
                if name == parts[0]:
                    bench = Bench(build, place, work)
                bench.place = bench.traffic.place = place
                part = importlib.import_module(name)
                bench.report.begin(name, part.TITLE)
                part.measure(bench)
    found = targets.compare(bench.report.rows)
    if set(parts) == set(PARTS):
        missing = [target[0] for target in targets.TARGETS if target[0] not in {row["target"] for row in found}]
        bench.report.must(not missing, f"not measured: {', '.join(missing)}")
    targets.show(found)
    out = os.path.join(build, "bench/results.json")
    os.makedirs(os.path.dirname(out), exist_ok=True)
    bench.report.save(out, found)
    print(f"\nevery round: {out}")
    return 1 if bench.report.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
