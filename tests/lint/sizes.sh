#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# No file over 400 lines: what is longer has two subjects. Tables of names are lists, not prose.
set -eu

cd "$(dirname "$0")/../.."
limit=400

find include bpf daemon tests deploy -name '*.[ch]' -o -name '*.sh' | sort |
	grep -v '^daemon/tls/names_[^/]*\.c$' | xargs wc -l |
	awk -v limit="$limit" '$2 != "total" && $1 > limit {
		print $2 ": " $1 " lines, the limit is " limit; bad = 1 } END { exit bad }'
