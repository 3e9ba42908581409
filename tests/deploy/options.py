# SPDX-License-Identifier: BSD-2-Clause
"""The options of a command as a table: what the program says, or what its manual page says.

    options.py program SHAKETAP COMMAND     from --help, and from how each option refuses ''
    options.py page PAGE COMMAND            from the page as mandoc shows it

One line per option, tabs between: its forms, its value, what is allowed, its default; - for none.
A default that is told in a sentence (two words or more) is told in the help's sentence too: -
"""
import re
import subprocess
import sys

OPTION = re.compile(r"^ {2,}((?:-\w, )?--[\w-]+)(?:[= ](\S+))?(?:  +(.*))?$")


def said(*command):
    # A fixed width keeps argp from folding by the terminal, and mandoc from folding at all.
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.stdout, result.stderr


def items(lines):
    """(forms, value, text) of each option; its text may go on below it."""
    found = []
    for line in lines:
        option = OPTION.match(line)
        if option:
            found.append([option[1], option[2] or "-", option[3] or ""])
        elif found and line.startswith(" " * 6):
            found[-1][2] += " " + line.strip()
    return found


def between(text, before, after):
    found = re.search(f"{before}(.*?){after}", text)
    return found[1].strip() if found else "-"


def program(shaketap, command):
    for forms, value, text in items(said(shaketap, command, "--help")[0].splitlines()):
        allowed = "-"
        if value != "-":
            long = forms.split()[-1]
            allowed = between(said(shaketap, command, long, "")[1], "allowed is ", "\n")
        yield forms, value, allowed, between(text, r"\(default: ", r"\)")


def section(lines, title):
    """The lines below a heading, up to the next one."""
    inside = False
    for line in lines:
        if re.match(r" {0,3}\S", line):
            inside = line.strip() == title
        elif inside:
            yield line


def page(name, command):
    shown = said("mandoc", "-T", "ascii", "-O", "width=1000", name)[0]
    lines = re.sub(".\b", "", shown).splitlines()
    for forms, value, text in items(section(lines, f"Options of {command}")):
        standard = between(text, "Default: ", r"\.$")
        yield forms, value, between(text, "Allowed: ", r"\. +Default"), \
            "-" if " " in standard else standard


if __name__ == "__main__":
    source, what, name = sys.argv[1:]
    for row in sorted({"program": program, "page": page}[source](what, name)):
        print("\t".join(row))
