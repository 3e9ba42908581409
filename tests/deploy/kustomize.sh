#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Fetch kustomize: tests/deploy/kustomize.sh DIRECTORY, which then holds usr/bin/kustomize
# Debian 12 has none, the release after it has: by the name of the package, from the mirror that this
# machine uses, through an apt with a state of its own. The machine's own apt sees nothing of it.
set -eu

directory=$(mkdir -p "$1" && cd "$1" && pwd)
suite=trixie
keys=/usr/share/keyrings/debian-archive-keyring.gpg

[ ! -x "$directory/usr/bin/kustomize" ] || exit 0
mirror=$(apt-get indextargets --format "\$(REPO_URI) \$(CODENAME) \$(COMPONENT)" "Created-By: Packages" |
	awk '$2 == "bookworm" && $3 == "main" { print $1; exit }')
if [ -z "$mirror" ]; then
	echo "kustomize.sh: apt has no list of Debian 12's main (try: apt-get update)" >&2
	exit 1
fi

state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
echo "deb [signed-by=$keys] $mirror $suite main" >"$state/sources"
# The sandbox user of apt may not enter a directory of ours.
private=(-qq -o "Dir::Etc::sourcelist=$state/sources" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$state/lists"
	-o "Dir::Cache=$state/cache" -o Acquire::Languages=none -o APT::Sandbox::User=root)
apt-get "${private[@]}" update
(cd "$state" && apt-get "${private[@]}" download kustomize)
dpkg-deb --extract "$state"/kustomize_*.deb "$directory"
