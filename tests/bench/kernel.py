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


def test_runs(bench):
    """By kind and way: the rounds of the empty program and of each set of known flows."""
    words = [bench.tool("runs"), "-r", str(bench.rounds), "-n", str(bench.quick(1_000_000, 400_000)),
             *(f"{flows}:{state}" for flows, state in KNOWN)]
    said = subprocess.run(["taskset", "-c", bench.place.observer, *words], check=True, capture_output=True, text=True)
    found = collections.defaultdict(lambda: collections.defaultdict(list))
    for line in said.stdout.splitlines():
        kind, how, known, ns = line.split("\t")
        found[kind, how][known].append(float(ns))
    return found


def net(ours, empty):
    return [with_us - without for with_us, without in zip(ours, empty)]


# Of IPv4 without a VLAN, which is all that the floor takes apart. None of them is in its plan.
FLOOR_KINDS = ("ack", "bulk", "record")


def floor(bench, found):
    for kind in FLOOR_KINDS:
        rounds = found[kind, "hot"]
        bench.report.put(f"floor.{kind}.hot", f"floor: headers and one look at a table, hot: {TEXTS[kind]}", "ns",
                         net(rounds["floor"], rounds["empty"]))


def nets_of(bench):
    found, nets = test_runs(bench), {}
    gates = found.pop(("gates-open", "percent"))
    for flows, state in KNOWN:
        bench.report.note(f"{flows:,} {state}: {gates[f'{flows}:{state}'][0]:.0f} % of the places hold an open handshake")
        for (kind, how), rounds in found.items():
            nets[state, kind, how, flows] = net(rounds[f"{flows}:{state}"], rounds["empty"])
            bench.report.keep(f"net.{state}.{flows}.{kind}.{how}", f"{flows:,} {state}: {TEXTS[kind]}, {how}", "ns",
                              nets[state, kind, how, flows])
    floor(bench, found)
    return nets


def flatness(bench, nets):
    most = max(flows for _, _, _, flows in nets)
    for kind in BULK:
        ours, none = nets["over", kind, "hot", most], nets["over", kind, "hot", 0]
        bench.report.ratio(f"flat.over.{kind}", f"{most:,} over to none: {TEXTS[kind]}", ours, none)


LIVE = [
    ("stream", "stream", None, "live, bulk"),
    ("stream-vlan", "stream", 7, "live, bulk, VLAN in the metadata"),
    ("bulk", "bulk", None, "live, bulk, right behind its handshake"),
]


def live(bench):
    for key, script, vlan, text in LIVE:
        rounds = Live(bench, script, bench.quick(40, 10), bulk=8 << 20, vlan=vlan).rounds()
        bench.report.put(f"live.empty.{key}", f"{text}: the empty program itself", "ns", rounds["empty"])
        bench.report.put(f"live.{key}", text, "ns", net(rounds["shaketap"], rounds["empty"]))


def grid(bench, nets, how, title):
    """A line per kind of packet, a column for what is known."""
    kinds = [kind for kind in TEXTS if ("over", kind, how, 0) in nets]
    bench.report.grid(title, [f"{flows:,} {state}" for flows, state in KNOWN],
                      {TEXTS[kind]: [nets[state, kind, how, flows] for flows, state in KNOWN] for kind in kinds}, "ns")


def measure(bench):
    nets = nets_of(bench)
    grid(bench, nets, "hot", "by test run, the same packet again and again")
    grid(bench, nets, "each", "by test run, every packet of another flow, each after a system call: cold")
    flatness(bench, nets)
    bench.report.note("over: the entries are those of flows that ended; open: every flow is shaking hands. A test run "
                      "cannot put a VLAN into the metadata, so there it is in the frame; live it is in the metadata")
    live(bench)
