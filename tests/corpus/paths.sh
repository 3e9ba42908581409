#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Every capture of the corpus by way of the kernel programs and by way of files: paths.sh CORPUS
set -u

build=${BUILD:-build}
mapfile -d '' -t files < <(find "$1/captures" -type f ! -name '*.golden.jsonl' \
	! -path '*/LICENSES/*' -print0 | sort -z)
output=$("$build/tests/bpf/paths" "${files[@]}" | python3 tests/bpf/paths.py tests/bpf/paths_differences.tsv 2>&1)
status=$?
summary=$(tail -n 1 <<<"$output")
if [ "$status" = 0 ]; then
	echo "ok corpus/$summary"
else
	echo "not ok corpus/paths: $summary"
	head -n 40 <<<"$output" | sed 's/^/# /'
fi
exit "$status"
