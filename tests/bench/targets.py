# SPDX-License-Identifier: BSD-2-Clause
"""What shaketap should cost at most, against what was measured."""
import fnmatch

from report import shown

BULK = ("bulk", "bulk6", "record", "record6")
BULK_HOT = [f"kernel.net.over.*.{kind}.hot" for kind in BULK]
BULK_FLAT = [f"kernel.flat.over.{kind}" for kind in BULK]

# By the row of a target, the row that says what the least conceivable work took in the same run.
FLOORS = {
    "handshake.live.tls13": "handshake.floor.live.tls13",
    "daemon.cpu.10000.shaketap": "daemon.cpu.10000.floor",
    "daemon.ratio.10000.shaketap.tcpdump": "daemon.ratio.10000.floor.tcpdump",
    "daemon.ratio.10000.json.shaketap": "daemon.ratio.10000.copy.shaketap",
    "daemon.cpu.1000.shaketap": "daemon.cpu.1000.floor",
    "daemon.lost.10000.shaketap": "daemon.lost.10000.floor",
    "daemon.lost.flat.shaketap": "daemon.lost.flat.floor",
    "others.share": "others.floor.share",
    "files.cpu.shaketap": "files.cpu.scan",
    "files.ratio.tshark": "files.ratio.scan.tshark",
    "files.ratio.ndpi": "files.ratio.scan.ndpi",
    **{f"kernel.net.over.{flows}.{kind}.hot": "kernel.floor.bulk.hot" for kind in BULK
       for flows in (0, 10_000, 1_000_000)},
}

# The same of a follower with the kernel's own maps, whose floor is higher.
FOLLOWERS = {
    "handshake.live.tls13": "handshake.follower.live.tls13",
    "others.share": "others.follower.share",
}

# What it says, the rows it is about (of several the worst counts), the limit, its unit.
TARGETS = [
    ("bulk packet in the kernel, 0 to 1,000,000 flows known, hot", BULK_HOT, "<=", 20, "ns"),
    ("the same with 1,000,000 flows known to 0", BULK_FLAT, "<=", 1.2, "x"),
    ("kernel per handshake, live, net of empty", "handshake.live.tls13", "<=", 2, "us"),
    ("daemon per handshake at 10,000/s, -f none", "daemon.cpu.10000.shaketap", "<=", 2.5, "us"),
    ("the same to tcpdump -w /dev/null", "daemon.ratio.10000.shaketap.tcpdump", "<=", 0.8, "x"),
    ("the same with JSON records to a file, to tcpdump", "daemon.ratio.10000.json.tcpdump", "<=", 2, "x"),
    ("JSON records to a file, to -f none", "daemon.ratio.10000.json.shaketap", "<=", 2, "x"),
    ("daemon per handshake at 1,000/s", "daemon.cpu.1000.shaketap", "<=", 5, "us"),
    ("lost at 10,000/s and flat out", ["daemon.lost.10000.shaketap", "daemon.lost.flat.shaketap"], "<=", 0, "%"),
    ("all CPU of shaketap to that of the OpenSSL server", "others.share", "<=", 1, "%"),
    ("read, per handshake", "files.cpu.shaketap", "<=", 4, "us"),
    ("tshark to read", "files.ratio.tshark", ">=", 20, "x"),
    ("ndpiReader to read", "files.ratio.ndpi", ">=", 10, "x"),
    ("memory of read, 1 GB to 100 MB", "files.flat", "<=", 1.1, "x"),
    ("daemon and maps at 100,000 open handshakes", "scale.all.100000", "<=", 64, "MB"),
    ("wake-ups when nothing happens", "start.idle.switches", "<=", 1, "/s"),
    ("CPU when nothing happens", "start.idle.cpu", "<=", 0.05, "%"),
]


def compare(rows):
    """As text and as data; what was not measured is left out."""
    found, medians = [], {row.key: row.median for row in rows}
    for text, patterns, relation, limit, unit in TARGETS:
        patterns = [patterns] if isinstance(patterns, str) else patterns
        keys = [key for key in medians if any(fnmatch.fnmatch(key, pattern) for pattern in patterns)]
        if not keys:
            continue
        worst = (max if relation == "<=" else min)(keys, key=medians.get)
        good = medians[worst] <= limit if relation == "<=" else medians[worst] >= limit
        found.append({"target": text, "measured": medians[worst], "relation": relation, "limit": limit, "unit": unit,
                      "result": "ok" if good else "missed", "row": worst, "floor": medians.get(FLOORS.get(worst)),
                      "follower": medians.get(FOLLOWERS.get(worst))})
    return found


def floor_words(row):
    if row["result"] == "ok":
        return ""
    words = [f"{who} {shown(row[who], row['unit'])} {row['unit']}" for who in ("floor", "follower") if row[who] is not None]
    return f" ({', '.join(words)})" if words else " (no floor measured)"


def show(found):
    print(f"\n{'target':<64} {'measured':>11} {'':5} {'wanted':>12}")
    for row in found:
        wanted = f"{row['relation']} {row['limit']} {row['unit']}"
        print(f"{row['target']:<64} {shown(row['measured'], row['unit']):>11} {row['unit']:<5} {wanted:>12}"
              f"  {row['result']}{floor_words(row)}")
