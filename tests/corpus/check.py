#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Hold `shaketap read` against the answers of a corpus of captures and judge the differences.

usage: check.py COMPARE CORPUS BINARY

COMPARE is the corpus' own program that compares; it writes the differences as JSON. Each must be
listed in differences.tsv with its reason, and what is listed must still be there: a mended
difference leaves the list. Prints TAP.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SHARE = 99.5


def listed():
    """[(field, capture, connection, reason)]; an empty connection stands for all of the capture"""
    rows = []
    with open(os.path.join(HERE, "differences.tsv"), encoding="utf-8") as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                row = line.rstrip("\n").split("\t")
                if len(row) != 4:
                    sys.exit(f"differences.tsv: not four columns: {line!r}")
                rows.append(tuple(row))
    return rows


def compare(program, corpus, binary):
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        done = subprocess.run([sys.executable, program, "--binary", binary, "--corpus", corpus,
                               "--list", "0", "--json", out.name], stdout=subprocess.PIPE, text=True,
                              check=False)
        if done.returncode == 2:
            sys.exit("the comparison could not run")
        return json.load(out), done.stdout


def fits(row, field, text):
    """The texts of the comparison begin with the capture and name ports or addresses behind it."""
    if row[0] != field or not text.startswith(row[1]):
        return False
    return not row[2] or re.search(r"(?<!\d)" + re.escape(row[2]) + r"(?!\d)", text) is not None


def count(result, fields):
    return sum(result["total"][f] for f in fields), sum(result["equal"].get(f, 0) for f in fields)


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    result, table = compare(*sys.argv[1:])
    rows = listed()
    used = [0] * len(rows)
    strange = []
    for field, texts in result["differences"].items():
        for text in texts:
            match = next((i for i, row in enumerate(rows) if fits(row, field, text)), None)
            if match is None:
                strange.append(f"{field}: {text}")
            else:
                used[match] += 1
    stale = [row for row, n in zip(rows, used) if not n]
    # What others published covers streams that the references call unstable as well, and counts apart.
    theirs = [f for f in result["total"] if f.endswith("(published)")]
    total, equal = count(result, [f for f in result["total"] if f not in theirs])
    said, agreed = count(result, theirs)
    share = 100 * equal / total
    for line in table.splitlines():
        print("#", line)
    results = (
        (f"{equal} of {total} fields are as the references say, {share:.3f}%", share >= SHARE, []),
        (f"each of the {total - equal} differences, and of the {said - agreed} from the {said} values "
         "that others published, has its reason", not strange, strange),
        ("each reason still has its difference", not stale, ["\t".join(row) for row in stale]),
        ("every capture could be read", not result["problems"], result["problems"]),
    )
    for name, ok, why in results:
        print("ok" if ok else "not ok", f"corpus/{name}")
        for line in why:
            print("#  ", line[:300])
    return 0 if all(ok for _, ok, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main())
