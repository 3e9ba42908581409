# SPDX-License-Identifier: BSD-2-Clause
"""What a whole handshake costs in the kernel, net of an empty program."""
import collections
import subprocess

from live import Live

TITLE = "us per handshake in the kernel, net of an empty program, ingress"
SCRIPTS = {"tls13": 18, "tls12": 17, "pq": 20}
RATE = 10_000


def by_test_run(bench, script):
    """Rounds by program and packet."""
    words = [bench.tool("handshake"), "-r", str(bench.rounds), "-n", str(bench.quick(2000, 300)), script]
    said = subprocess.run(["taskset", "-c", bench.place.observer, *words], check=True, capture_output=True, text=True)
    found = collections.defaultdict(list)
    for line in said.stdout.splitlines():
        words = line.split("\t")
        if len(words) == 4:
            found[words[0], int(words[1]), int(words[2])].append(float(words[3]))
    return found


def test_run(bench, script):
    found = by_test_run(bench, script)
    packets = sorted({key[1:] for key in found})
    nets = {packet: [ours - empty for ours, empty in zip(found["shaketap", *packet], found["empty", *packet])]
            for packet in packets}
    whole = [sum(values) / 1000 for values in zip(*nets.values())]
    bench.report.put(f"test-run.{script}", f"{script}, {len(packets)} packets by test run, one by one", "us", whole)
    if script == "tls13":
        for (number, size), values in nets.items():
            bench.report.put(f"test-run.{script}.{number}", f"  packet {number} of {size} bytes", "ns", values)


def live(bench, script, packets):
    rounds = Live(bench, script, bench.quick(30_000, 5_000), rate=RATE).rounds()
    net = [(ours - empty) * packets / 1000 for ours, empty in zip(rounds["shaketap"], rounds["empty"])]
    bench.report.put(f"live.{script}", f"{script}, {packets} packets live at {RATE:,}/s", "us", net)


def measure(bench):
    for script, packets in bench.quick(list(SCRIPTS.items()), [("tls13", SCRIPTS["tls13"])]):
        live(bench, script, packets)
    for script in SCRIPTS:
        test_run(bench, script)
    bench.report.note("by test run a system call comes before each packet, so its way through the programs is cold")
