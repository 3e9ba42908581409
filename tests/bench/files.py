# SPDX-License-Identifier: BSD-2-Clause
"""Capture files: what reading them takes, peers beside it."""
import collections
import os
import re
import subprocess

from observers import TSHARK
from process import read

TITLE = "capture files, user and system time"
SMALL, LARGE = "100M", "1G"


def run(bench, command, out="/dev/null"):
    """CPU seconds and peak memory in MB."""
    taken = os.path.join(bench.work, "taken")
    with open(out, "wb") as output:
        subprocess.run(["taskset", "-c", bench.place.observer, bench.tool("taken"), taken, *command], check=True,
                       stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.DEVNULL)
    microseconds, kilobytes = read(taken).split()
    return int(microseconds) / 1e6, int(kilobytes) / 1024


class File:
    def __init__(self, bench, name, *size):
        self.path = os.path.join(bench.work, f"{name}.pcap")
        said = subprocess.run([os.path.join(bench.build, "tests/pcap/multiply"), *size, "tls13", self.path],
                              check=True, capture_output=True, text=True).stderr
        self.count = int(re.search(r"connections (\d+)", said).group(1))
        self.bytes = os.path.getsize(self.path)


def commands(bench, many, few):
    """Who reads which file. In a hurry tshark is given fewer handshakes, among which its start counts for more."""
    ours = [bench.shaketap, "read", "-f"]
    return {
        "shaketap": ([*ours, "none", many.path], many),
        "json": ([*ours, "json", many.path], many),
        "scan": ([bench.tool("scan"), many.path], many),
        "tcpdump": (["tcpdump", "-r", many.path, "-w", "/dev/null", "-Z", "root"], many),
        "ndpi": (["ndpiReader", "-q", "-i", many.path], many),
        "tshark": (["tshark", "-r", few.path, *TSHARK], few),
    }


def records(bench, file):
    """All of them, by the generator's count."""
    out = os.path.join(bench.work, "read.json")
    run(bench, [bench.shaketap, "read", "-f", "json", file.path], out)
    with open(out, "rb") as lines:
        good = sum(b'"outcome":"success"' in line for line in lines)
    os.remove(out)
    bench.report.must(good == file.count, f"read: {good} of {file.count} handshakes are successes")


def scanned(bench, file):
    """The floor looks at every packet, too."""
    said = subprocess.run([bench.tool("scan"), file.path], check=True, capture_output=True, text=True).stdout
    seen = int(re.search(r"connections (\d+)", said).group(1))
    bench.report.must(seen == file.count, f"scan: {seen} of {file.count} connections")


def measure(bench):
    many = File(bench, "many", "-s", SMALL)
    few = File(bench, "few", "-n", "2000") if bench.fast else many
    records(bench, many)
    scanned(bench, many)
    bench.report.note("scan: the floor: headers of packets and of records, one look into a hash table")
    cpu, memory = collections.defaultdict(list), collections.defaultdict(list)
    speed = []
    table = commands(bench, many, few)
    for _ in range(bench.rounds):
        for who, (command, file) in table.items():
            seconds, peak = run(bench, command)
            cpu[who].append(seconds * 1e6 / file.count)
            memory[who].append(peak)
            if who == "shaketap":
                speed.append(file.bytes / 1e6 / seconds)
    for who, (_, file) in table.items():
        bench.report.put(f"cpu.{who}", f"{who}, {file.count:,} handshakes, per handshake", "us", cpu[who])
        bench.report.put(f"memory.{who}", f"{who}, most memory", "MB", memory[who])
    bench.report.put("speed", "shaketap, per second of CPU", "MB/s", speed)
    for who in ("scan", "tcpdump", "ndpi", "tshark"):
        bench.report.ratio(f"ratio.{who}", f"{who} to shaketap", cpu[who], cpu["shaketap"])
    for who in ("ndpi", "tshark"):
        bench.report.ratio(f"ratio.scan.{who}", f"{who} to scan, the floor", cpu[who], cpu["scan"])
    large = File(bench, "large", "-s", bench.quick(LARGE, "300M"))
    peaks = [run(bench, [bench.shaketap, "read", "-f", "none", large.path])[1] for _ in range(bench.quick(3, 1))]
    bench.report.put("memory.large", f"shaketap, most memory on {large.bytes / 1e6:,.0f} MB", "MB", peaks)
    bench.report.ratio("flat", "the same to what 100 MB took", peaks, memory["shaketap"])
