#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Every capture of the corpus by way of the kernel programs and by way of files: paths.sh CORPUS
set -u

build=${BUILD:-build}
mapfile -d '' -t files < <(find "$1/captures" -type f ! -name '*.golden.jsonl' \
	! -path '*/LICENSES/*' -print0 | sort -z)
compare() {
	"$build/tests/bpf/paths" "$@" | python3 tests/bpf/paths.py tests/bpf/paths_differences.tsv 2>&1
}

output=$(compare "${files[@]}")
status=$?
# Two connections that fall on one place of the table of SYNs, one of whose times is lost then, do not
# do so under other seeds; a fault is there again.
if [ "$status" != 0 ]; then
	mapfile -t again < <(sed -n 's/^unexplained \(.*\): [^ ]* > .*/\1/p' <<<"$output" | sort -u)
	echo "# once more: ${again[*]}"
	[ "${#again[@]}" = 0 ] || { output=$(compare "${again[@]}") && status=0; }
fi
summary=$(tail -n 1 <<<"$output")
if [ "$status" = 0 ]; then
	echo "ok corpus/$summary"
else
	echo "not ok corpus/paths: $summary"
	head -n 40 <<<"$output" | sed 's/^/# /'
fi
exit "$status"
