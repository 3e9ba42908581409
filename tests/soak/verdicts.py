# SPDX-License-Identifier: BSD-2-Clause
"""The promises of a soak, and whether they were kept: one line each, what went wrong below it."""
import json

import bursts
import scenarios

MOST_GROWTH = 0.05
LONGEST_ANSWER = 1.0
WARM = 20   # seconds until every kind of load has been there, and the most of it at once
SHOWN = 5
EVERY_KIND = ([row[1] for row in scenarios.SCENARIOS] + ["refused", "resumed-12", "resumed-13", "early", "carried",
                                                        "torn", "gnutls-13", "gnutls-unknown-ca-13"]
              + list(bursts.SCRIPTS))


def compact(record):
    """Without the lists that are the longest."""
    record.get("tls", {}).get("client", {}).pop("supported_ciphers", None)
    record.get("shaketap", {}).pop("client_hello", None)
    return json.dumps(record)


def wrong_ones(ledger):
    lines = []
    for kind, problems, record in ledger.wrong_ones[:SHOWN]:
        lines += [f"{kind}: {'; '.join(problems)}", compact(record)]
    return lines


def same_totals(soak):
    """What the page counts besides what the records say."""
    page, outcomes = soak.page, soak.ledger.outcomes
    pairs = {"failures": (page.total("shaketap_handshake_failures_total"), outcomes["failure"]),
             "unknown": (page.total("shaketap_handshakes_unknown_total"), outcomes["unknown"])}
    for key, count in outcomes.items():
        if isinstance(key, tuple):
            name = "handshake_failures" if key[0] == "cause" else "handshakes"
            pairs[" ".join(key)] = (page.total(f"shaketap_{name}_total", f'{key[0]}="{key[1]}"'), count)
    return [f"{name}: {counted} on the page, {recorded} records" for name, (counted, recorded) in pairs.items()
            if counted != recorded]


def within(first, last):
    return abs(last - first) <= MOST_GROWTH * first


def promises(soak):
    """Sentence, kept or not (None: too early to tell), what to show when it was not."""
    ledger, page, first, last, calm = soak.ledger, soak.page, soak.first, soak.last, soak.calm
    missing, surplus, totals = ledger.missing(), ledger.surplus(), same_totals(soak)
    absent = [kind for kind in EVERY_KIND if not ledger.kinds[kind]]
    lost = page.total("shaketap_events_lost_total")
    yield f"{len(ledger.kinds)} kinds of handshakes were made", not absent, absent
    yield "who made them had no trouble", not ledger.troubles, ledger.troubles
    yield f"{ledger.wrong} wrong records of {ledger.seen}", ledger.seen and not ledger.wrong, wrong_ones(ledger)
    yield (f"each of {ledger.sent} handshakes has a record ({ledger.perhaps} more need none)",
           ledger.sent and not missing, [f"{len(missing)} missing", *missing])
    yield "no record is of no handshake, or a second one", not surplus, list(map(compact, surplus))
    yield (f"the page counts {ledger.sent} handshakes too", page.handshakes() == ledger.sent,
           [f"{page.handshakes()} on the page"])
    yield "and each version and cause as often as the records", not totals, totals
    yield f"{lost} events lost", lost == 0, []
    yield (f"RSS {first.resident} kB after a sixth of the time, {last.resident} kB at the end: within 5 %",
           within(first.resident, last.resident) if soak.seconds / 6 >= WARM else None, [])
    yield f"{first.files} open files then, {last.files} at the end", abs(last.files - first.files) <= 1, []
    yield f"maps of {first.maps} kB then, {last.maps} kB at the end", first.maps == last.maps > 0, []
    yield (f"{calm.links} links on {soak.interfaces} interfaces that are left",
           calm.links in (2 * soak.interfaces, 0), [])
    yield f"no counter went back in {page.scrapes} scrapes", page.scrapes > 1 and not page.shrunk, page.shrunk
    yield (f"the slowest page took {page.slowest:.3f} s of at most {LONGEST_ANSWER:g}",
           page.slowest <= LONGEST_ANSWER and not page.unanswered, page.unanswered + page.late)


def give(soak):
    """The exit code: 1, a promise was not kept."""
    code = 0
    for sentence, kept, details in promises(soak):
        if kept is None:
            print(f"skip soak/{sentence}: the run is too short to tell")
            continue
        print(f"{'ok' if kept else 'not ok'} soak/{sentence}")
        if not kept:
            code = 1
            for line in details[:2 * SHOWN]:
                print(f"# {line}")
    return code
