#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Networks that take devices which not every kernel has, in a virtual machine: tests/vm/networks.sh
# [KERNEL]. TAP, a line per case; about a minute on a quiet machine.
set -u

cd "$(dirname "$0")/../.." || exit 2
build=${BUILD:-build}
PATH=$PATH:/usr/sbin:/sbin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=example.com \
	-keyout "$work/key" -out "$work/certificate" 2>"$work/openssl.log" || cat "$work/openssl.log"
guest=(tests/vm/networks_{guest,devices}.sh tests/vm/kernels_handshakes.sh "$build/shaketap" "$work/key" "$work/certificate")
for program in bash openssl jq ip; do
	guest+=("$(command -v $program)")
done
MODULES=networks LIMIT=${LIMIT:-480} tests/vm/boot.sh "${1:-6.12}" "/bash /networks_guest.sh" "${guest[@]}" |
	tee "$work/output"
code=${PIPESTATUS[0]}
passed=$(grep -c '^ok ' "$work/output") failed=$(grep -c '^not ok ' "$work/output")
if [ "$code" != 0 ] && [ "$failed" = 0 ]; then
	echo "not ok networks-vm: ended early, with $code"
	failed=1
fi
echo "# $passed passed, $failed failed"
[ "$failed" = 0 ]
