#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Base image, build and containers below $IMAGES, in a mount namespace of the test: nothing of the
# machine's own containers is seen or touched, and no registry is needed.
# shellcheck disable=SC2016,SC2154 # $ of another shell; variables of netns/lib.sh
set -u

# A cgroup tree of the new kind alone: crun refuses a mixture, and gets none of ours to fill.
enter_mounts() {
	[ -n "${SHAKETAP_MOUNTS:-}" ] && return
	SHAKETAP_MOUNTS=1 exec unshare --mount --propagation private bash -c \
		'mount -t cgroup2 none /sys/fs/cgroup; exec bash "$0"' "$(realpath "$0")"
}

prepare_images() {
	local driver=overlay
	mkdir -p "$IMAGES"
	# The database of an earlier podman: it holds paths that are gone, and insists on them.
	rm -rf "$IMAGES/storage/libpod"
	# An overlay cannot lie on an overlay.
	[ "$(stat -f -c %T "$IMAGES")" != overlayfs ] || driver=vfs
	STORAGE=(--root "$IMAGES/storage" --runroot "$WORK/containers" --storage-driver "$driver")
	PODMAN=(podman "${STORAGE[@]}" --runtime crun --cgroup-manager cgroupfs --events-backend none
		--tmpdir "$WORK/podman")
	# A policy is no gate here: every image comes from this machine.
	echo '{ "default": [{ "type": "insecureAcceptAnything" }] }' >"$WORK/policy.json"
}

buildah() {
	command buildah "${STORAGE[@]}" "$@"
}

# debian:12-slim stands in: the same packages from the mirror this machine uses, without a registry.
make_base() {
	local tree=$WORK/base container mirror
	! buildah inspect --type image "$1" >/dev/null 2>&1 || return 0
	mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' "Created-By: Packages" |
		awk '$2 == "bookworm" && $3 == "main" { print $1; exit }')
	debootstrap --variant=minbase bookworm "$tree" "$mirror" || return
	container=$(buildah from scratch) && buildah add -q "$container" "$tree" / || return
	buildah commit -q --rm "$container" "$1" || return
	rm -rf "$tree"
}

build_image() {
	buildah bud --isolation chroot --signature-policy "$WORK/policy.json" --layers \
		--build-arg "BASE=$1" --build-arg "VERSION=$2" --tag "$3" -f deploy/Dockerfile .
}

# contain NAMESPACE OPTIONS... IMAGE [ARGS]: a container with the namespace as its host's network.
# No cgroups, low limits: those of the machine are not ours, raising them needs CAP_SYS_RESOURCE.
# Not "ip netns exec": it would mount another /sys, without the cgroups.
contain() {
	local namespace=$1
	shift
	nsenter --net="/run/netns/$namespace" "${PODMAN[@]}" run --rm --network host --cgroups disabled \
		--ulimit nofile=1024:1024 --ulimit nproc=1024:1024 "$@"
}
