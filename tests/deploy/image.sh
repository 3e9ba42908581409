#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The image of deploy/Dockerfile, built here and run as README and manifest tell: make test-image
# What is built stays in $IMAGES (build/image): the second run is short. The public base image is
# not tried, and neither is any registry.
# shellcheck source=tests/netns/lib.sh disable=SC2317 # functions are called by name
. "$(dirname "$0")/lib_image.sh"
enter_mounts
. "$(dirname "$0")/../netns/lib.sh"

cd "$HERE/../.." || exit 1
IMAGES=$(realpath -m "${IMAGES:-$(dirname "$SHAKETAP")/image}")
BASE=localhost/debian:12-slim
IMAGE=localhost/shaketap:test
VERSION=1.2.3-test
# What the manual page of capabilities(7) numbers 39 and 12: CAP_BPF, CAP_NET_ADMIN
TWO=0000008000001000
prepare_images
RIGHTS=(--read-only --cap-drop all --cap-add "BPF,NET_ADMIN")
ALLOWED=(--security-opt seccomp=deploy/seccomp.json)

built() {
	local started=$SECONDS
	make_base "$BASE" && build_image "$BASE" "$VERSION" "$IMAGE" || return
	echo "# built in $((SECONDS - started)) s"
}

# The image as files: ROOT, of a container that is never run.
open_image() {
	CONTAINER=$(buildah from --pull-never "$IMAGE") && ROOT=$(buildah mount "$CONTAINER") || return
	echo "# image: $(du -s --apparent-size -B 100K "$ROOT" | awk '{ print $1 / 10 }') MB," \
		"$(find "$ROOT" -type f | wc -l) files, the program $(stat -c %s "$ROOT/shaketap") bytes"
}

# Everything that can be run: the program. The loader and libraries are the rest; no shell.
nothing_else_runs() {
	local others
	others=$(find "$ROOT" -type f -perm /111 ! -path "$ROOT/shaketap" ! -name '*.so*')
	echo "$others"
	[ -z "$others" ] && [ ! -e "$ROOT/bin" ] && [ ! -e "$ROOT/usr/bin" ] &&
		[ -z "$(find "$ROOT" -perm /6000 -o -perm -0002 ! -type l)" ]
}

# As many licences as packages that libraries came from, and our own.
licences_there() {
	local library count
	for library in "$ROOT"/lib/x86_64-linux-gnu/*.so* "$ROOT"/lib/aarch64-linux-gnu/*.so*; do
		[ ! -e "$library" ] || echo "$library"
	done >"$WORK/libraries"
	count=$(find "$ROOT/usr/share/doc" -name copyright | wc -l)
	[ -s "$ROOT/usr/share/doc/shaketap/copyright" ] && [ "$count" -gt 15 ] &&
		[ "$count" -le $(($(wc -l <"$WORK/libraries") + 1)) ]
}

labelled() {
	buildah inspect --type image "$IMAGE" | jq -e --arg v "$VERSION" '.OCIv1.config
		| .User == "65534:65534" and .Entrypoint == ["/shaketap"]
		and .Cmd == ["run", "--format", "json", "--only", "failures"]
		and .Labels["org.opencontainers.image.version"] == $v'
}

contents() {
	check "nothing else to run" nothing_else_runs
	check "licences of the libraries" licences_there
	check "user, command, labels" labelled
	check "rights of the file" test "$(getcap "$ROOT/shaketap" | sed 's/.* //')" = \
		cap_net_admin,cap_sys_resource,cap_bpf=p
}

# Without any capability it starts, and reads what it is given.
says_version() {
	[ "$(contain "$CLIENT" --cap-drop all "$IMAGE" --version)" = "shaketap $VERSION" ]
}

reads_a_capture() {
	local capture=$WORK/sample.pcap
	inside "$CLIENT" timeout 20 tcpdump -q -i c0 -U -w "$capture" tcp port 443 2>"$WORK/tcpdump" &
	within 5 grep -qs listening "$WORK/tcpdump" || return
	https sample.example.com 443
	within 5 test "$(stat -c %s "$capture")" -gt 2000
	kill "$!"
	wait "$!" 2>/dev/null
	"$SHAKETAP" read "$capture" >"$WORK/read.host" && [ -s "$WORK/read.host" ] &&
		contain "$CLIENT" -i --cap-drop all "$IMAGE" read - <"$capture" | cmp - "$WORK/read.host"
}

# refused_with WORD OPTIONS...: it does not run, and says why.
refused_with() {
	local word=$1
	shift
	! contain "$CLIENT" "$@" "$IMAGE" run --listen none >"$WORK/refused" 2>&1 || return
	cat "$WORK/refused"
	grep -q "$word" "$WORK/refused"
}

# What EPERM means. The profile that Debian 12 has for podman asks CAP_SYS_ADMIN for bpf().
reasons() {
	check "no capability: says which" refused_with "CAP_BPF and CAP_NET_ADMIN are missing" --cap-drop all
	if jq -e '[.syscalls[] | select(.action == "SCMP_ACT_ALLOW" and (.names | index("bpf")))]
		| any(.includes.caps // [] | index("CAP_BPF"))' /usr/share/containers/seccomp.json >/dev/null; then
		skip "default profile: names seccomp" "the profile of this podman lets bpf() pass"
	else
		check "default profile: names seccomp" refused_with "although the rights are there.*seccomp" "${RIGHTS[@]}"
	fi
}

# The process in the container, by its number out here.
observer_of() {
	local pid
	for pid in $(ip netns pids "$CLIENT"); do
		[ "$(cat "/proc/$pid/comm")" != shaketap ] || echo "$pid"
	done
}

status_is() {
	grep -qx "$2:[[:space:]]*$3" "/proc/$1/status"
}

# In effect: nothing, or where the kernel has no TCX CAP_NET_ADMIN.
unprivileged() {
	grep -E '^(Uid|Cap|NoNew|Seccomp)' "/proc/$1/status"
	status_is "$1" Uid '65534.65534.65534.65534' && status_is "$1" CapEff '000000000000[01]000' &&
		status_is "$1" CapBnd "$TWO" && status_is "$1" NoNewPrivs 1 && status_is "$1" Seccomp 2
}

# handshakes GOOD BAD: from the client's namespace, where the container observes
handshakes() {
	local i
	for ((i = 0; i < $1; i++)); do
		https good.example.com 443 || return
	done
	for ((i = 0; i < $2; i++)); do
		! https bad.example.com 9444 || return # its certificate has expired
	done
} >/dev/null 2>&1

# observed CASE: 5 good and 2 bad ones, in lines and in metrics; then it ends by SIGTERM.
observed() {
	local pid
	pid=$(observer_of)
	if [ -z "$pid" ]; then
		fail "$1: runs" "$LOG"
		return
	fi
	STARTED+=("$pid")
	check "$1: an ordinary user with two capabilities" unprivileged "$pid"
	check "$1: handshakes are made" handshakes 5 2
	expect "$1: a line for each failure" 2 bad.example.com \
		'.event.outcome == "failure" and .shaketap.failure.cause == "certificate_expired"'
	check "$1: no line for the others" test "$(wc -l <"$RECORDS")" = 2
	check "$1: all are counted" within 5 counted shaketap_handshakes_total 7
	check "$1: the failed are counted" counted shaketap_handshake_failures_total 2
	check "$1: its own process is measured" positive process_open_fds
	kill -TERM "$pid"
	wait "$OBSERVER"
	check "$1: ends with 0" test "$?" = 0
	check "$1: is gone" test -z "$(observer_of)"
}

counted() {
	[ "$(metric "$1")" = "$2" ]
}

positive() {
	[ "$(metric "$1")" -gt 0 ]
}

# observe_by COMMAND...: its output is what lib.sh's expect reads.
observe_by() {
	observe "$CLIENT"
	: >"$LOG" # of an earlier run: else its words would be taken for ours
	"$@" </dev/null >"$RECORDS" 2>"$LOG" &
	OBSERVER=$!
	STARTED+=("$OBSERVER")
	within 30 grep -qs observing "$LOG" && return
	[ -z "$(observer_of)" ] || STARTED+=("$(observer_of)")
	fail "starts" "$LOG"
	return 1
}

# With the arguments of the image: JSON of failures, metrics on 127.0.0.1
by_podman() {
	observe_by contain "$CLIENT" "${RIGHTS[@]}" "${ALLOWED[@]}" \
		--security-opt no-new-privileges "$IMAGE" || return
	observed podman
	check "podman: no container is left" test -z "$("${PODMAN[@]}" ps -aq)"
}

# By the runtime itself as the kubelet would have it started: no ambient capabilities, and the
# security context of the manifest.
by_runtime() {
	local bundle=$WORK/$1
	mkdir "$bundle"
	python3 tests/deploy/oci.py "$ROOT" deploy/seccomp.json run -f json --only failures \
		<deploy/kubernetes/base/daemonset.yaml >"$bundle/config.json" || return
	observe_by nsenter --net="/run/netns/$CLIENT" "$1" --root "$WORK/$1.state" run -b "$bundle" "st-$$-$1" || return
	observed "$1 as the kubelet"
	check "$1: no container is left" test -z "$("$1" --root "$WORK/$1.state" list -q)"
}

check "built" built || finish
[ "$FAILED" = 0 ] || finish
details "$WORK/check" | grep 'built in'
open_image || finish
contents
make_pair
make_certificates
nginx_server
check "version" says_version
check "reads a capture without any right" reads_a_capture
reasons
by_podman
by_runtime crun
by_runtime runc
buildah rm "$CONTAINER" >/dev/null
finish
