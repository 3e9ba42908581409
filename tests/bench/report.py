# SPDX-License-Identifier: BSD-2-Clause
"""What was measured, round by round, and how it is shown: as lines and as JSON."""
import json
import statistics

PLACES = {"ns": 1, "us": 2, "ms": 1, "%": 2, "x": 2, "MB": 1, "MB/s": 1, "/s": 1}


def shown(value, unit):
    if float(value).is_integer() and abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:,.{PLACES.get(unit, 0)}f}"


class Row:
    """One figure. The key names it for targets and machines, the text for people."""

    def __init__(self, part, key, text, unit, rounds):
        self.part, self.key, self.text, self.unit = part, key, text, unit
        self.rounds = [float(value) for value in rounds]
        self.median = statistics.median(self.rounds)

    def line(self):
        low, high = min(self.rounds), max(self.rounds)
        spread = "" if low == high else f"({shown(low, self.unit)} - {shown(high, self.unit)})"
        return f"  {self.text:<64} {shown(self.median, self.unit):>11} {self.unit:<5} {spread}"

    def as_json(self):
        return {"part": self.part, "key": self.key, "text": self.text, "unit": self.unit, "median": self.median,
                "min": min(self.rounds), "max": max(self.rounds), "rounds": self.rounds}


class Report:
    def __init__(self, machine):
        self.machine, self.rows, self.notes, self.part, self.wrong = machine, [], [], None, []
        for name, value in machine.items():
            print(f"{name:<12} {value}")

    def begin(self, part, title):
        self.part = part
        print(f"\n{part}: {title}", flush=True)

    def keep(self, key, text, unit, rounds):
        """Not shown as a line of its own."""
        row = Row(self.part, f"{self.part}.{key}", text, unit, rounds)
        self.rows.append(row)
        return row

    def put(self, key, text, unit, rounds):
        row = self.keep(key, text, unit, rounds)
        print(row.line(), flush=True)
        return row.median

    def grid(self, title, columns, lines, unit):
        """Of rounds that are kept already: median, and from where to where."""
        print(f"  {title}; {unit}\n  {'':<38}" + "".join(f"{column:>18}" for column in columns))
        for text, cells in lines.items():
            shown_cells = (f"{statistics.median(cell):.0f} ({min(cell):.0f}-{max(cell):.0f})" for cell in cells)
            print(f"  {text:<38}" + "".join(f"{cell:>18}" for cell in shown_cells), flush=True)

    def ratio(self, key, text, ours, theirs):
        """Round by round: what is slow for one is slow for the other."""
        return self.put(key, text, "x", [a / b for a, b in zip(ours, theirs)])

    def note(self, text):
        self.notes.append({"part": self.part, "text": text})
        print(f"  # {text}", flush=True)

    def must(self, true, text):
        """Something that is right or wrong, whatever the speed."""
        if not true:
            self.wrong.append({"part": self.part, "text": text})
            print(f"  WRONG: {text}", flush=True)

    def save(self, path, targets):
        with open(path, "w", encoding="utf-8") as out:
            json.dump({"machine": self.machine, "rows": [row.as_json() for row in self.rows], "notes": self.notes,
                       "wrong": self.wrong, "targets": targets}, out, indent=1)
