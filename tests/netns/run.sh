#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Every namespace test: tests/netns/run.sh [NAME...], as root. SHAKETAP names the program to test.
# One line for each case (ok, not ok, skip), what went wrong below it as comments; exit 1 on failure.
set -u

cd "$(dirname "$0")/../.." || exit 1
SHAKETAP=$(realpath "${SHAKETAP:-build/shaketap}")
export SHAKETAP
failed=0

if [ "$(id -u)" != 0 ]; then
	echo "not ok netns: network namespaces need root"
	exit 1
fi
if [ ! -x "$SHAKETAP" ]; then
	echo "not ok netns: there is no $SHAKETAP (run make first)"
	exit 1
fi

run_test() {
	local name
	name=$(basename "$1" .sh)
	timeout -k 5 300 bash "$1" 2>&1 | sed -u '/^\(ok\|not ok\|skip\|#\) \?/!s/^/# /'
	# 1 was told already, case by case.
	case ${PIPESTATUS[0]} in
	0) ;;
	1) failed=1 ;;
	124 | 137) echo "not ok ${name#test_}/in time" && failed=1 ;;
	*) echo "not ok ${name#test_}/ran to its end" && failed=1 ;;
	esac
}

for test in tests/netns/test_*.sh; do
	name=$(basename "$test" .sh)
	[ $# = 0 ] || [[ " $* " == *" ${name#test_} "* ]] || continue
	run_test "$test"
done
exit "$failed"
