#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The service for real, under systemd as PID 1: tests/vm/service.sh [KERNEL...], as root.
# TAP, a line per case and kernel; a minute or two for each kernel.
set -u

cd "$(dirname "$0")/../.." || exit 2
build=${BUILD:-build}
[ $# != 0 ] || set -- 6.1 6.12
if [ "$(id -u)" != 0 ]; then
	echo "tests/vm/service.sh: needs root, to make a Debian for the guest (sudo make test-service)" >&2
	exit 2
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

tree=$work/tree
make -s BUILD="$build" DESTDIR="$tree" PREFIX=/usr install

echo "# $(systemd-analyze security --offline=yes "$PWD/deploy/shaketap.service" 2>/dev/null | tail -n 1)"
for kernel in "$@"; do
	LIMIT=${LIMIT:-900} tests/vm/system.sh "$kernel" "bash /service_guest.sh $kernel" \
		tests/vm/service_guest.sh "$tree" | tee "$work/output"
	code=${PIPESTATUS[0]}
	passed=$((passed + $(grep -c '^ok ' "$work/output")))
	failed=$((failed + $(grep -c '^not ok ' "$work/output")))
	if [ "$code" != 0 ] || ! grep -q '^ok .*/no file$' "$work/output"; then
		echo "not ok service/$kernel: ended early, with $code"
		failed=$((failed + 1))
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
