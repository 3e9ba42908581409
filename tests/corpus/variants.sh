#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Every capture of the corpus with packets doubled, swapped, cut, left out ...: variants.sh CORPUS
set -u

build=${BUILD:-build}
mapfile -d '' -t files < <(find "$1/captures" -type f ! -name '*.golden.jsonl' \
	! -path '*/LICENSES/*' -print0 | sort -z)
output=$("$build/tests/pcap/variants" "${files[@]}" 2>&1)
status=$?
summary=$(tail -n 1 <<<"$output")
if [ "$status" = 0 ]; then
	echo "ok corpus/$summary"
else
	echo "not ok corpus/variants: $summary"
	head -n 40 <<<"$output" | sed 's/^/# /'
fi
exit "$status"
