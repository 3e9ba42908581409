#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Run every fuzzer for FUZZ_SECONDS (0: its first inputs only), FUZZ_JOBS at a time, and see that
# they reach what they are for. TAP; what they find lies in $BUILD/fuzz/findings. CORPUS names a
# folder with other people's captures, which serve as first inputs too.
set -u

cd "$(dirname "$0")/../.." || exit 2
fuzz=${BUILD:-build}/fuzz
seconds=${FUZZ_SECONDS:-60}
jobs=${FUZZ_JOBS:-$(nproc)}
corpus=${CORPUS:-}
# Lines of these folders that all fuzzers together must reach, per cent.
least=90
folders="daemon/stream daemon/tls daemon/track"
export fuzz seconds corpus

# First inputs of a fuzzer: folders. What it finds goes into the first of them, unless it does not
# search.
inputs() {
	[ "$seconds" = 0 ] || echo "$fuzz/corpus/$1"
	echo "$fuzz/first/$1"
	[ "$1" != capture ] || [ ! -d "$corpus/captures" ] || echo "$corpus/captures"
}

# As long as its steps go, or a capture needs.
longest() {
	case $1 in
	capture) echo 65536 ;;
	flight) echo 512 ;;
	*) echo 4096 ;;
	esac
}

run_one() {
	local name=$1 log=$fuzz/log/$1 status=0 limit
	local -a first
	mapfile -t first < <(inputs "$name")
	mkdir -p "$fuzz/corpus/$name"
	limit="-max_total_time=$seconds"
	[ "$seconds" != 0 ] || limit=-runs=0
	LLVM_PROFILE_FILE=$fuzz/profile/$name.profraw "$fuzz/fuzz_$name" "$limit" -timeout=20 \
		-rss_limit_mb=2048 -max_len="$(longest "$name")" -print_final_stats=1 \
		-artifact_prefix="$fuzz/findings/$name-" "${first[@]}" >"$log" 2>&1 || status=$?
	local runs coverage
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
	coverage=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
	if [ "$status" = 0 ]; then
		echo "ok fuzz/$name ${runs:-no} executions, ${coverage:-no} edges"
		return
	fi
	echo "not ok fuzz/$name: status $status"
	grep -aE 'does not hold|ERROR: |runtime error|SUMMARY|^ *#[0-9]+ .*(daemon|tests)/|Test unit written' \
		"$log" | head -n 30
}
export -f run_one inputs longest

# Lines and those reached, per folder, from what all fuzzers left.
coverage() {
	local -a objects=()
	local target
	for target in "$fuzz"/fuzz_*; do
		[ ! -x "$target" ] || objects+=(-object "$target")
	done
	llvm-profdata merge -o "$fuzz/profile/all" "$fuzz"/profile/*.profraw &&
		llvm-cov export -format=lcov -instr-profile="$fuzz/profile/all" "${objects[@]}" \
			2>"$fuzz/log/coverage" >"$fuzz/profile/lines"
}

lines_of() {
	awk -v folder="$1/" '/^SF:/ { inside = index($0, folder) }
		inside && /^DA:/ { split(substr($0, 4), f, ","); n++; hit += f[2] > 0 }
		END { printf "%d %d\n", n, hit }' "$fuzz/profile/lines"
}

check_coverage() {
	local folder all hit
	if ! coverage; then
		echo "not ok fuzz/coverage: no profile"
		return
	fi
	for folder in $folders; do
		read -r all hit < <(lines_of "$folder")
		local says="$hit of $all lines"
		if [ "$all" -gt 0 ] && [ $((hit * 100)) -gt $((all * least)) ]; then
			echo "ok fuzz/reach/${folder#daemon/}: $says"
		else
			echo "not ok fuzz/reach/${folder#daemon/}: $says, over $least % are wanted"
		fi
	done
}

rm -rf "$fuzz/first" "$fuzz/profile" "$fuzz/log"
mkdir -p "$fuzz/first" "$fuzz/profile" "$fuzz/findings" "$fuzz/log" "$fuzz/corpus"
LLVM_PROFILE_FILE=/dev/null "$fuzz/seeds" "$fuzz/first" || exit 2
targets=("${@}")
if [ ${#targets[@]} = 0 ]; then
	for source in tests/fuzz/fuzz_*.c; do
		name=$(basename "$source" .c)
		targets+=("${name#fuzz_}")
	done
fi
output=$(mktemp)
trap 'rm -f "$output"' EXIT
{
	printf '%s\n' "${targets[@]}" | xargs -P "$jobs" -I{} bash -c 'run_one {}'
	# The first inputs alone reach less, and so does one fuzzer.
	[ $# != 0 ] || [ "$seconds" = 0 ] || check_coverage
} | tee "$output"
! grep -q '^not ok' "$output"
