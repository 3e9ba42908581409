#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Folders are stages, left to right: a file includes its own stage, those named in its row here,
# and include/. daemon/*.c joins the stages and includes everything.
set -u

cd "$(dirname "$0")/../.." || exit 2
declare -A may=(
	[base]="base"
	[tls]="tls base"
	[stream]="stream base"
	[track]="track base tls"
	[out]="out base tls track"
	[capture]="capture base"
	[file]="file base"
)
bad=0

complain() {
	echo "$1: includes \"$2\": $3"
	bad=1
}

included() {
	sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"\([^"]*\)".*/\1/p' "$1"
}

check_stage() {
	local stage=$1 file=$2 name
	while read -r name; do
		case $name in
		*/*)
			[ -e "daemon/$name" ] || complain "$file" "$name" "no such file below daemon/"
			[[ " ${may[$stage]} " == *" ${name%%/*} "* ]] ||
				complain "$file" "$name" "stage $stage may include ${may[$stage]}"
			;;
		shaketap.skel.h)
			[ "$stage" = capture ] || complain "$file" "$name" "only capture knows the skeleton"
			;;
		*)
			[ -e "include/$name" ] ||
				complain "$file" "$name" "neither below include/ nor STAGE/FILE below daemon/"
			;;
		esac
	done < <(included "$file")
}

# The kernel's side sees nothing of the daemon; the contract between both sees nothing but types.
check_alone() {
	local folder=$1 file=$2 name
	while read -r name; do
		[ -e "$folder/$name" ] || [ -e "include/$name" ] ||
			complain "$file" "$name" "neither below $folder/ nor below include/"
	done < <(included "$file")
}

for folder in daemon/*/; do
	stage=$(basename "$folder")
	if [ -z "${may[$stage]:-}" ]; then
		echo "daemon/$stage: a stage without a row in tests/lint/includes.sh"
		bad=1
		continue
	fi
	for file in "$folder"*.[ch]; do
		[ ! -e "$file" ] || check_stage "$stage" "$file"
	done
done
for folder in bpf include; do
	for file in "$folder"/*.[ch]; do
		check_alone "$folder" "$file"
	done
done
exit $bad
