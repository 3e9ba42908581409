#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The root of the image: deploy/collect.sh PROGRAM ROOT
# The program, the libraries it is linked with, and their licences. Static would be smaller, but
# Debian has no archive of p11-kit, which GnuTLS needs, which libmicrohttpd needs.
set -eu

program=$1 root=$2

libraries() {
	ldd "$program" | sed -n 's|^[^/]*\(/[^ ]*\) (0x.*|\1|p'
}

# The package that owns a library. Some were recorded below /lib, before it was a link to /usr/lib.
owner() {
	dpkg-query -S "$1" 2>/dev/null || dpkg-query -S "/usr$1" 2>/dev/null || dpkg-query -S "${1#/usr}"
}

mkdir -p "$root"
install -s -m 755 "$program" "$root/shaketap"
for library in $(libraries); do
	cp --parents -L "$library" "$root"
	package=$(owner "$library" | sed 's/:.*//;q')
	cp --parents "/usr/share/doc/$package/copyright" "$root"
done
install -D -m 644 LICENSE "$root/usr/share/doc/shaketap/copyright"

# What the container's own limits (the bounding set) leave of these, the program may use. Not "+ep":
# a container that lacks one of them could not even start it, not to read a file. The third is for
# the memlock limit before Linux 5.11.
setcap cap_net_admin,cap_bpf,cap_sys_resource+p "$root/shaketap"
