# SPDX-License-Identifier: BSD-2-Clause
"""The scenarios of the laboratory, read from *.table, and what is expected of each.

One scenario per line, its columns parted by " | " (a bar inside a column is "\\|"):
  name      also the server name it asks for, NAME.example.com
  path      what is between client and server: -, nft RULE (what the server
            gets; nft-out: what it sends), proxy RULE, middle SPOIL; parted by ";"
  server    a kind of stacks.py and its arguments
  client    the same, with options for the one who sits in front of it, like +stay=2
  truth     what the stacks must say, else the scenario did not happen: regular expressions that the
            client's words must match, those of the server behind "s:", parted by " & "
  expected  none                         no record at all
            success[*N] [FIELD=VALUE]..  N records of success, with these fields
            STAGE SIDE CAUSE CERTAINTY   a failure; "/" parts what is equally right, "*" is anything
"""
import glob
import os
import re

CAUSES = """tcp_refused tcp_timeout no_server_hello client_hello_stalled not_tls_server version_mismatch
handshake_failure unrecognized_name alpn_mismatch certificate_expired certificate_revoked certificate_unknown_ca
certificate_rejected client_certificate_missing client_certificate_rejected decrypt_error protocol_error
internal_error user_canceled access_denied alert_other encrypted_alert reset closed timeout""".split()
COLUMNS = ("name", "path", "server", "client", "truth", "expected")


class Scenario:
    def __init__(self, number, columns):
        for name, value in zip(COLUMNS, columns):
            setattr(self, name, value)
        path = [step.split(" ", 1) for step in self.path.split("; ")]
        self.path = [step for step in path if step[0] != "-"]
        behind_middle = any(step[0] == "middle" for step in self.path)
        self.ip = f"10.{79 if behind_middle else 78}.{number // 250}.{number % 250 + 1}"
        self.host = f"{self.name}.example.com"


def read_tables(folder):
    scenarios = []
    for path in sorted(glob.glob(os.path.join(folder, "*.table"))):
        with open(path, encoding="ascii") as file:
            for number, text in enumerate(file, 1):
                columns = [column.strip().replace("\\|", "|") for column in text.split(" | ")]
                if not text.strip() or text.startswith("#"):
                    continue
                if len(columns) != len(COLUMNS):
                    raise SystemExit(f"{path}:{number}: {len(columns)} columns, {len(COLUMNS)} are needed")
                scenarios.append(Scenario(len(scenarios) + 1, columns))
    names = [scenario.name for scenario in scenarios]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise SystemExit(f"these names are used twice: {sorted(twice)}")
    return scenarios


def untrue(scenario, client_said, server_said):
    """The first thing that the stacks should have said and did not, or None."""
    for part in scenario.truth.split(" & "):
        said, pattern = (server_said, part[2:]) if part.startswith("s:") else (client_said, part)
        if part != "-" and not re.search(pattern, said, re.IGNORECASE):
            return part
    return None


def field(record, path):
    for key in path.split("."):
        record = record.get(key) if isinstance(record, dict) else None
    return str(record).lower()


def told(record):
    """Our answer in the words of the column `expected`."""
    outcome = record["event"]["outcome"]
    if outcome == "failure":
        failure = record["shaketap"]["failure"]
        return " ".join(failure[key] for key in ("stage", "side", "cause", "certainty"))
    if outcome == "unknown":
        return f"unknown {record['shaketap'].get('unknown_cause')} at {record['shaketap'].get('stage')}"
    return outcome


def answers(scenario, records):
    """What was told about the scenario: "none", or each different answer with its count."""
    words = [told(record) for record in records if record["server"]["ip"] == scenario.ip]
    if not words:
        return "none"
    return ", ".join(word + (f"*{words.count(word)}" if words.count(word) > 1 else "")
                     for word in dict.fromkeys(words))


def causes_left_out(scenarios):
    told_of = {cause for scenario in scenarios for cause in scenario.expected.split(" ")[2:3]}
    return [cause for cause in CAUSES if cause not in told_of]


def is_failure(expected, got):
    words = got.split(" ")
    return len(words) == 4 and all(word in wanted.split("/") or wanted == "*"
                                   for wanted, word in zip(expected.split(" "), words))


def is_right(scenario, records):
    got = answers(scenario, records)
    expected, *fields = scenario.expected.split(" ")
    if not expected.startswith("success"):
        return got == "none" if expected == "none" else is_failure(scenario.expected, got)
    last = [record for record in records if record["server"]["ip"] == scenario.ip][-1:]
    return got == expected and all(field(last[0], word.split("=")[0]) == word.split("=")[1].lower() for word in fields)
