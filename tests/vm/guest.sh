#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What both kinds of guest share: files put into a tree, the tree as initramfs, one run of qemu.
# Sourced. A guest says its last word, "guest-exit N", on the first serial line, between the
# kernel's own; the second carries what the command writes.
# shellcheck disable=SC2034 # for those who source this file

VM=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CACHE=$(realpath -m "${VM_CACHE:-$VM/../../build/vm}")
NO_ANSWER=125 # a crash, a hang, the time limit
PATH=$PATH:/usr/sbin:/sbin

# put TREE FILE|FOLDER...: a file into the top folder of the tree, a folder over the tree; programs
# with the libraries they were linked with.
put() {
	local tree=$1 file program
	shift
	for file in "$@"; do
		if [ -d "$file" ]; then
			cp -r "$file/." "$tree/"
			find "$file" -type f -perm -100 | while read -r program; do
				put_libraries "$tree" "$program"
			done
		else
			cp -L "$file" "$tree/"
			put_libraries "$tree" "$file"
		fi
	done
}

put_libraries() {
	local library folder
	ldd "$2" 2>/dev/null | grep -oE '/[^ ]+' | while read -r library; do
		# /lib and /lib64 are links in a tree: the folder that they mean.
		folder=$(realpath "$(dirname "$library")")
		[ -e "$1$folder/$(basename "$library")" ] || install -D "$library" -t "$1$folder"
	done
}

# pack TREE ARCHIVE. Not compressed: to unpack it would be the guest's work, which is the slower one.
pack() {
	(cd "$1" && find . -xdev -print | busybox cpio -o -H newc 2>/dev/null) >"$2"
}

# boot KERNEL_FOLDER INITRD CONSOLE [ARGUMENT...]: the command's output on standard output, its exit
# code as result. $MEMORY in MB, $LIMIT in seconds, $APPEND: more for the kernel's command line.
boot() {
	local kernel=$1 initrd=$2 console=$3 code machine=(-accel tcg -cpu max)
	# /dev/kvm alone is no proof: in a guest of its own it may be there and not work.
	if grep -qE '^flags.* (vmx|svm)( |$)' /proc/cpuinfo && [ -w /dev/kvm ]; then
		machine=(-accel kvm -cpu host)
	fi
	timeout "${LIMIT:-120}" nice qemu-system-x86_64 "${machine[@]}" -M q35 -m "${MEMORY:-512}" \
		-nodefaults -no-user-config -display none -no-reboot -kernel "$kernel/vmlinuz" -initrd "$initrd" \
		-append "console=ttyS0 panic=-1 quiet loglevel=4 ${APPEND:-} ${*:4}" \
		-serial "file:$console" -serial stdio </dev/null 2>"$console.qemu"
	code=$(tr -d '\r' <"$console" | sed -n 's/^guest-exit \([0-9]*\)$/\1/p' | tail -n 1)
	if [ -z "$code" ]; then
		cat "$console.qemu" >&2
		tail -n 30 "$console" >&2
		echo "no answer from the guest: a crash, a hang, or ${LIMIT:-120} s were not enough" >&2
		return "$NO_ANSWER"
	fi
	return "$code"
}
