#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The observer on kernels as Debian has them: tests/vm/kernels.sh [KERNEL...]
# TAP, a line per case, and a table at the end; less than a minute for each kernel.
set -u

cd "$(dirname "$0")/../.." || exit 2
build=${BUILD:-build}
PATH=$PATH:/usr/sbin:/sbin
[ $# != 0 ] || set -- 5.10 6.1 6.12 6.18 newest
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# lib_tls.sh asks for these of who sources it.
WORK=$work
fail() {
	echo "not ok kernels/$1"
	sed 's/^/# /' "$2"
}
# shellcheck source=tests/netns/lib_tls.sh
. tests/netns/lib_tls.sh
make_certificates

guest=(tests/vm/kernels_{guest,handshakes}.sh "$build/shaketap" "$build/tests/vm/"{spy.so,held}
	"$CERTS/"{ca,rsa,client}.pem "$CERTS/"{rsa,client}.key)
for program in bash openssl jq ip tc setpriv; do
	guest+=("$(command -v $program)")
done

# A kernel's rows of the table, from what its guest wrote.
rows() {
	awk -F '[ ,]' -v OFS='\t' '
		/^# kernel / { kernel = $3 }
		/^# instructions / { most = $3 }
		/^# row / { sub("# row ", ""); split($0, part, ","); hook = part[1]
			if (!(hook in at)) { at[hook] = ++n; name[n] = hook }
			said[hook, part[2]] = part[3] }
		END { for (i = 1; i <= n; i++) { hook = name[i]
			print kernel, hook, said[hook, "root"], said[hook, "least rights"],
				said[hook, "lockdown"], most } }' "$1"
}

# One after the other: they share the lists of packages.
for kernel in "$@"; do
	tests/vm/kernel.sh "$kernel" >/dev/null || exit 1
done

# test_kernel KERNEL: TAP into output.KERNEL
test_kernel() {
	local output=$work/output.$1 code=0
	LIMIT=${LIMIT:-300} APPEND=lsm=lockdown tests/vm/boot.sh "$1" "/bash /kernels_guest.sh $1" \
		"${guest[@]}" >"$output" 2>&1 || code=$?
	if [ "$code" != 0 ] && ! grep -q '^not ok ' "$output"; then
		echo "not ok kernels/$1: ended early, with $code" >>"$output"
	fi
}

for kernel in "$@"; do
	while [ "$(jobs -r | wc -l)" -ge "$(nproc)" ]; do
		wait -n
	done
	test_kernel "$kernel" &
done
wait
for kernel in "$@"; do
	cat "$work/output.$kernel"
	rows "$work/output.$kernel" >>"$work/table"
done >"$work/all"
cat "$work/all"
{
	printf 'kernel\thook\tas root\tleast rights\tlockdown\tverified instructions\n'
	cat "$work/table"
} | column -t -s $'\t' | sed 's/^/# /'
passed=$(grep -c '^ok ' "$work/all") failed=$(grep -c '^not ok ' "$work/all")
echo "# $passed passed, $failed failed"
[ "$failed" = 0 ]
