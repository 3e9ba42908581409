# SPDX-License-Identifier: BSD-2-Clause
"""What a process holds by the kernel's own account: memory, files, links, maps, time of processors."""
import collections
import glob
import os

TICKS = os.sysconf("SC_CLK_TCK")

Body = collections.namedtuple("Body", "resident anonymous files links maps seconds")


def status_of(pid):
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
        return dict(line.rstrip("\n").split(":", 1) for line in status)


def kilobytes(text):
    return int(text.split()[0])


def descriptions(pid):
    """What the kernel says of each open file, as a dictionary."""
    for path in glob.glob(f"/proc/{pid}/fdinfo/*"):
        try:
            with open(path, encoding="ascii", errors="replace") as info:
                yield dict(line.rstrip("\n").split(":", 1) for line in info if ":" in line)
        except OSError:
            pass    # closed meanwhile


def seconds_of(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def whereabouts(pid):
    """In which system call it is, if it is in one, and how long it has waited for a processor in its life."""
    try:
        with open(f"/proc/{pid}/stack", encoding="ascii", errors="replace") as stack:
            frames = [line.split()[-1].split("+")[0] for line in stack]
        with open(f"/proc/{pid}/schedstat", encoding="ascii", errors="replace") as waits:
            waited = int(waits.read().split()[1]) / 1e9
    except OSError as error:
        return str(error)
    return f"{status_of(pid)['State'].split()[0]} in {' < '.join(frames) or 'no system call'}, waited {waited:.1f} s"


def body_of(pid):
    """Kilobytes; files are all that are no links of the kernel's; a map counts once."""
    status = status_of(pid)
    if "VmRSS" not in status:
        raise ProcessLookupError(f"process {pid} has ended")
    files = links = 0
    maps = {}
    for about in descriptions(pid):
        links += "link_id" in about
        files += "link_id" not in about
        if "map_id" in about:
            maps[about["map_id"]] = int(about["memlock"]) // 1024
    return Body(kilobytes(status["VmRSS"]), kilobytes(status["RssAnon"]), files, links, sum(maps.values()),
                seconds_of(pid))
