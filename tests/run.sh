#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Run test suites and count: tests/run.sh unit|bpf|netns|deploy|kernels|corpus|fuzz...
# CORPUS names a folder of other people's captures with answers (../shared/corpus unless set).
# The last line is "N passed, N failed, N skipped"; exit 1 when anything failed.
set -u

cd "$(dirname "$0")/.." || exit 2
build=${BUILD:-build}
export SHAKETAP=${SHAKETAP:-$build/shaketap}
PATH=$PATH:/usr/sbin:/sbin
total_passed=0 total_failed=0 total_skipped=0
passed=0 failed=0 skipped=0
output=$(mktemp) kernels=$(mktemp) networks=$(mktemp) kernels_pid='' networks_pid='' suites=" $* "
trap 'rm -f "$output" "$kernels" "$networks"' EXIT

# Lines of TAP, as cmocka and the netns suite write them; cmocka says "not ok 3 # SKIP name" for a
# skipped test, and "# not ok" (a comment) for the group.
count() {
	grep -cE "$1" "$output"
}

count_output() {
	local bad skip
	skip=$(count '^(not ok|ok) .*# SKIP|^skip ')
	bad=$(grep -E '^not ok ' "$output" | grep -cv '# SKIP')
	passed=$((passed + $(grep -E '^ok ' "$output" | grep -cv '# SKIP')))
	failed=$((failed + bad))
	skipped=$((skipped + skip))
	# A program that ends badly without a failed test to show for it is one by itself, and so is
	# one that announced more tests than it ran.
	local planned done_tests whole=yes
	planned=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$output" | awk '{ n += $1 } END { print n + 0 }')
	done_tests=$(count '^(ok|not ok|skip) ')
	[ "$2" = 0 ] && [ "$done_tests" -gt 0 ] && [ "$done_tests" -ge "$planned" ] || whole=no
	if [ "$bad" = 0 ] && [ "$whole" = no ]; then
		failed=$((failed + 1))
		echo "not ok $1: ended with status $2 after $done_tests of $planned tests"
		bad=1
	fi
	[ "$bad" = 0 ]
}

run_program() {
	local name=$1 program=$2 limit=$3 status=0
	if [ ! -x "$program" ]; then
		echo "not ok $name: not built"
		failed=$((failed + 1))
		return
	fi
	CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 5 "$limit" "$program" >"$output" 2>&1 || status=$?
	if count_output "$name" "$status"; then
		echo "ok $name ($(count '^ok ') passed)"
		sed -n 's/^\(not \)\{0,1\}ok .*# SKIP/skip/p' "$output"
	else
		echo "--- $name"
		cat "$output"
		echo "---"
	fi
}

# run_programs FOLDER [HOW]
run_programs() {
	local source name
	for source in "tests/$1"/test_*.c; do
		[ -e "$source" ] || continue
		name=${source#tests/}
		name=${name%.c}
		run_program "$name${2:-}" "$build/tests/$name" 300
	done
}

# The kernel programs are there twice, see bpf/direct.bpf.h.
run_both_ways() {
	run_programs bpf
	BY_HELPER=1 run_programs bpf ' by helper'
}

# Takes minutes: its lines are shown as they come.
run_netns() {
	local status
	timeout -k 10 900 tests/netns/run.sh 2>&1 | tee "$output"
	status=${PIPESTATUS[0]}
	count_output netns "$status" || true
}

# TAP of one command that runs for minutes, shown as it comes.
run_shown() {
	local name=$1 status
	shift
	timeout -k 10 600 "$@" 2>&1 | tee "$output"
	status=${PIPESTATUS[0]}
	count_output "$name" "$status" || true
}

run_corpus() {
	local corpus=${CORPUS:-../shared/corpus} compare
	compare=$(dirname "$corpus")/bin/compare-corpus
	if [ ! -x "$compare" ]; then
		echo "skip corpus: no captures in $corpus (they are other people's and not part of this repository)"
		skipped=$((skipped + 1))
		return
	fi
	run_shown corpus python3 tests/corpus/check.py "$compare" "$corpus" "$SHAKETAP"
	run_shown corpus/variants bash tests/corpus/variants.sh "$corpus"
	run_shown corpus/paths bash tests/corpus/paths.sh "$corpus"
}

# What once broke a parser, and what leads the fuzzers to the rest: seconds. make test-fuzz searches.
run_fuzz() {
	FUZZ_SECONDS=0 run_shown fuzz bash tests/fuzz/run.sh
}

run_deploy() {
	local test name
	for test in tests/deploy/test_*.sh; do
		[ -e "$test" ] || continue
		name=$(basename "$test" .sh)
		run_shown "deploy/${name#test_}" bash "$test"
	done
}

# The oldest, by clsact, and one in the middle, by TCX too; make test-kernels has them all. And the
# devices that the kernel of this machine may not have. They compute while the tests of deploy/
# mostly wait.
start_guests() {
	tests/vm/kernel.sh 6.12 >/dev/null || true # once, not by both at the same time
	# shellcheck disable=SC2086 # a list of names
	nice -n 19 timeout -k 10 600 tests/vm/kernels.sh ${KERNELS:-5.10 6.12} >"$kernels" 2>&1 &
	kernels_pid=$!
	nice -n 19 timeout -k 10 600 tests/vm/networks.sh >"$networks" 2>&1 &
	networks_pid=$!
}

# guest NAME PID OUTPUT
guest() {
	local status
	wait "$2"
	status=$?
	tee "$output" <"$3"
	count_output "$1" "$status" || true
}

run_guests() {
	[ -n "$kernels_pid" ] || start_guests
	guest networks-vm "$networks_pid" "$networks"
	guest kernels "$kernels_pid" "$kernels"
}

need_root() {
	[ "$(id -u)" = 0 ] && return
	echo "skip $1: needs root (sudo make test)"
	skipped=$((skipped + 1))
	return 1
}

run_suite() {
	passed=0 failed=0 skipped=0
	case $1 in
	unit) run_programs unit ;;
	bpf) need_root bpf && run_both_ways ;;
	netns) need_root netns && run_netns ;;
	deploy)
		[[ $suites == *" kernels "* ]] && start_guests
		need_root deploy && run_deploy
		;;
	kernels) run_guests ;;
	corpus) need_root corpus && run_corpus ;;
	fuzz) run_fuzz ;;
	*)
		echo "tests/run.sh: unknown suite '$1': allowed are unit, bpf, netns, deploy, kernels, corpus, fuzz" >&2
		exit 2
		;;
	esac
	total_passed=$((total_passed + passed))
	total_failed=$((total_failed + failed))
	total_skipped=$((total_skipped + skipped))
	results+=("$(printf '%-9s%d passed, %d failed, %d skipped' "$1:" "$passed" "$failed" "$skipped")")
}

results=()
for suite in "$@"; do
	run_suite "$suite"
done
printf '%s\n' "${results[@]}"
echo "$total_passed passed, $total_failed failed, $total_skipped skipped"
[ "$total_failed" = 0 ]
