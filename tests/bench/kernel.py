# SPDX-License-Identifier: BSD-2-Clause
"""What one packet costs in the kernel, net of an empty program."""
import collections
import subprocess

from live import Live

TITLE = "ns per packet in the kernel, net of an empty program"
KNOWN = [(0, "over"), (10_000, "over"), (1_000_000, "over"), (10_000, "open"), (1_000_000, "open")]
BULK = ("bulk", "bulk6", "bulk-vlan", "record", "record6", "record-vlan")
TEXTS = {
    "udp": "UDP", "udp6": "UDP, IPv6", "arp": "ARP", "ack": "pure ACK", "ack6": "pure ACK, IPv6",
    "bulk": "bulk, mid-record", "bulk6": "bulk, mid-record, IPv6", "bulk-vlan": "bulk, mid-record, VLAN in the frame",
    "record": "bulk, record start", "record6": "bulk, record start, IPv6",
    "record-vlan": "bulk, record start, VLAN in the frame",
    "hello": "ClientHello, sent again", "hello6": "ClientHello, sent again, IPv6",
}


def test_runs(bench, flows, state):
    """By kind and way: the two programs' rounds."""
    words = [bench.tool("runs"), "-r", str(bench.rounds), "-n", str(bench.quick(1_000_000, 100_000)), str(flows), state]
    found, gates = collections.defaultdict(lambda: collections.defaultdict(list)), 0
    said = subprocess.run(["taskset", "-c", bench.place.observer, *words], check=True, capture_output=True, text=True)
    for line in said.stdout.splitlines():
        kind, how, program, ns = line.split("\t")
        if kind == "gates-open":
            gates = float(ns)
        else:
            found[kind, how][program].append(float(ns))
    return found, gates


def net(rounds):
    return [ours - empty for ours, empty in zip(rounds["shaketap"], rounds["empty"])]


def one_state(bench, flows, state, nets):
    found, gates = test_runs(bench, flows, state)
    known = f"{flows:,} {state}"
    bench.report.note(f"{known}: {gates:.0f} % of the gates are open")
    for (kind, how), rounds in found.items():
        nets[state, kind, how, flows] = net(rounds)
        each = ", each packet of another flow" if how == "each" else ""
        bench.report.put(f"net.{state}.{flows}.{kind}.{how}", f"{known}: {TEXTS[kind]}{each}", "ns", net(rounds))


def flatness(bench, nets):
    most = max(flows for _, _, _, flows in nets)
    for kind in BULK:
        ours, none = nets["over", kind, "hot", most], nets["over", kind, "hot", 0]
        bench.report.ratio(f"flat.over.{kind}", f"{most:,} over to none: {TEXTS[kind]}", ours, none)


def live(bench):
    tagged = bench.place.tagged(7)
    for key, device, text in (("bulk", "c0", "live, bulk"), ("bulk-vlan", tagged, "live, bulk, VLAN in the metadata")):
        rounds = Live(bench, "bulk", bench.quick(20, 5), device, bulk=8 << 20).rounds()
        bench.report.put(f"live.empty.{key}", f"{text}: the empty program itself", "ns", rounds["empty"])
        bench.report.put(f"live.{key}", text, "ns", net(rounds))


def measure(bench):
    nets = {}
    for flows, state in KNOWN:
        one_state(bench, flows, state, nets)
    flatness(bench, nets)
    bench.report.note("over: the entries are those of flows that ended; open: every flow is shaking hands. A test run "
                      "cannot put a VLAN into the metadata, so there it is in the frame; live it is in the metadata")
    live(bench)
