#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What the observer keeps of its rights on kernels that go on asking for some, and that it observes
# new interfaces with them: tests/vm/rights.sh [KERNEL...]. TAP, a line per case; a minute each.
set -u

cd "$(dirname "$0")/../.." || exit 2
build=${BUILD:-build}
PATH=$PATH:/usr/sbin:/sbin
[ $# != 0 ] || set -- 5.10 6.1 6.12
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=example.com \
	-keyout "$work/key" -out "$work/certificate" 2>"$work/openssl.log" || cat "$work/openssl.log"
for kernel in "$@"; do
	LIMIT=${LIMIT:-300} tests/vm/boot.sh "$kernel" "/bash /rights_guest.sh $kernel" \
		tests/vm/rights_guest.sh "$build/shaketap" "$work/key" "$work/certificate" \
		"$(command -v bash)" "$(command -v openssl)" "$(command -v ip)" "$(command -v tc)" "$(command -v setpriv)" |
		tee "$work/output"
	code=${PIPESTATUS[0]}
	passed=$((passed + $(grep -c '^ok ' "$work/output")))
	failed=$((failed + $(grep -c '^not ok ' "$work/output")))
	if [ "$code" != 0 ]; then
		echo "not ok rights/$kernel: ended early, with $code"
		failed=$((failed + 1))
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
