#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Every source names its licence once: on line 1, or below the #! of a script.
set -eu

cd "$(dirname "$0")/../.."
bad=0

for file in $(find include bpf daemon tests deploy -name '*.[ch]' -o -name '*.sh' -o -name '*.bash' -o \
	-name '*.yaml' -o -name Dockerfile | sort) \
	Makefile .ci/run; do
	case $file in
	bpf/*) want='GPL-2.0-only OR BSD-2-Clause' ;;
	*) want='BSD-2-Clause' ;;
	esac
	if ! sed -n 1,2p "$file" | grep -qE "^(//|/\*|#) SPDX-License-Identifier: $want( \*/)?\$"; then
		echo "$file: no line SPDX-License-Identifier: $want at its top"
		bad=1
	fi
	if [ "$(grep -cE '^(//|/\*|#) SPDX-License-Identifier:' "$file")" -gt 1 ]; then
		echo "$file: more than one SPDX line"
		bad=1
	fi
done
exit $bad
