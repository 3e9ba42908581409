# SPDX-License-Identifier: BSD-2-Clause
"""The generator, tests/load/load, and what it says it has sent."""
import os


class Traffic:
    def __init__(self, place, build):
        self.place, self.first = place, 1
        self.tool, self.taken = os.path.join(build, "tests/load/load"), os.path.join(build, "tests/bench/taken")

    def send(self, script, count, rate=None, bulk=None, vlan=None, taken=None):
        """Every connection of a run has a number, and so a name, that no other had. taken: a file for what it took."""
        words = [self.taken, taken] if taken else []
        words += [self.tool, "-n", str(count), "-f", str(self.first)]
        words += ["-r", str(rate)] if rate else []
        words += ["-b", str(bulk)] if bulk else []
        words += ["-v", str(vlan)] if vlan else []
        said = self.place.run(self.place.near, *words, "c0", script, processor=self.place.sender).split()
        sent = {name: float(value) for name, value in zip(said[::2], said[1::2])}
        sent["first"] = self.first
        self.first += count
        return sent
