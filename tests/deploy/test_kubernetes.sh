#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What deploy/kubernetes builds: each object against the schemas of the Kubernetes API, and what it
# asks for against what is promised. There is no cluster here.
# shellcheck source=tests/netns/lib.sh disable=SC2016,SC2317 # $ of jq; functions are called by name
. "$(dirname "$0")/../netns/lib.sh"

cd "$HERE/../.." || exit 1
BUILD=$(dirname "$SHAKETAP")
NPM=$BUILD/npm-kubernetes
KUSTOMIZE=$BUILD/kustomize/usr/bin/kustomize
BASE=$PWD/deploy/kubernetes/base
COMPONENTS=$PWD/deploy/kubernetes/components
# The newest that the Node.js of Debian 12 runs.
SCHEMAS=(kubernetes-models@4.5.1 @kubernetes-models/prometheus-operator@4.4.4 yaml@2.9.1)

# Once; a clone of packages that are there asks nobody.
install_schemas() {
	[ -e "$NPM/node_modules/yaml/package.json" ] && return
	timeout 120 npm install --prefix "$NPM" --ignore-scripts --no-audit --no-fund --no-save "${SCHEMAS[@]}"
}

prerequisites() {
	if ! tests/deploy/kustomize.sh "$BUILD/kustomize" >"$WORK/get" 2>&1; then
		skip "kustomize" "not to be had: $(tail -n 1 "$WORK/get")"
		return 1
	fi
	if ! install_schemas >"$WORK/get" 2>&1; then
		skip "schemas" "npm did not bring ${SCHEMAS[0]}: $(grep -m 1 'error' "$WORK/get")"
		return 1
	fi
}

relative() {
	realpath --relative-to="$1" "$2"
}

# overlay NAME COMPONENT...: what a user would write, in $WORK/NAME; built to NAME.yaml, NAME.json
overlay() {
	local name=$1 component
	shift
	mkdir -p "$WORK/$name"
	{
		echo "apiVersion: kustomize.config.k8s.io/v1beta1"
		echo "kind: Kustomization"
		echo "resources: [$(relative "$WORK/$name" "$BASE")]"
		echo "images: [{ name: shaketap, newName: registry.example.com/shaketap, newTag: 1.2.3 }]"
		echo "components:"
		for component in "$@"; do
			echo "  - $(relative "$WORK/$name" "$component")"
		done
	} >"$WORK/$name/kustomization.yaml"
	"$KUSTOMIZE" build "$WORK/$name" >"$WORK/$name.yaml" && conforms "$name"
}

# The objects of NAME.yaml are what the API takes; NAME.json has them for jq.
conforms() {
	node tests/deploy/kubernetes.mjs "$NPM" <"$WORK/$1.yaml" >"$WORK/$1.json"
}

# promised CASE NAME CONDITION: of the objects of NAME.json, of which $d is the DaemonSet
promised() {
	check "$1" jq -e 'map(select(.kind == "DaemonSet")) as [$d] | $d.spec.template.spec as $pod
		| $pod.containers as [$c] | '"$3" "$WORK/$2.json"
}

base() {
	check "the base conforms" overlay base
	promised "these objects and no other" base \
		'map(.kind) | sort == ["DaemonSet", "Namespace", "ServiceAccount"]'
	promised "exactly two capabilities" base '$c.securityContext.capabilities
		== { drop: ["ALL"], add: ["BPF", "NET_ADMIN"] }'
	promised "an ordinary user without more to gain" base '$pod.securityContext.runAsNonRoot
		and ($c.securityContext | .runAsUser == 65534 and .allowPrivilegeEscalation == false
		and .privileged == false and .readOnlyRootFilesystem)'
	promised "nothing of the host but its network" base '$pod.hostNetwork
		and ([$pod | .hostPID, .hostIPC, .volumes, .initContainers] | all(. == null))
		and ($pod.containers | length) == 1 and $c.volumeMounts == null'
	promised "no token" base '$pod.automountServiceAccountToken == false
		and (map(select(.kind == "ServiceAccount"))[0].automountServiceAccountToken == false)'
	promised "the default filter of the runtime" base \
		'$pod.securityContext.seccompProfile == { type: "RuntimeDefault" }'
	promised "all nodes" base '$pod.tolerations == [{ operator: "Exists" }]'
	promised "bounded memory" base '$c.resources.limits == { memory: "512Mi" }'
	promised "the selector finds its pods" base '$d.spec.selector.matchLabels as $want
		| $d.spec.template.metadata.labels | contains($want)'
	promised "everything in the namespace that there is" base 'map(select(.kind == "Namespace"))[0].metadata as $n
		| $n.labels["pod-security.kubernetes.io/enforce"] == "privileged"
		and (map(select(.kind != "Namespace")) | all(.metadata.namespace == $n.name))'
}

# As the kubelet does: $(NAME) in arguments.
arguments() {
	jq -r 'map(select(.kind == "DaemonSet"))[0].spec.template.spec.containers[0].args[]' \
		"$WORK/$1.json" | sed "s/\$(HOST_IP)/$2/"
}

# The program takes these arguments, answers the probes of the manifest on the node's address, and
# Prometheus finds it there; no other address serves it.
runs_with() {
	local name=$1 address=$2 url=$3 path
	mapfile -t args < <(arguments "$name" "$address")
	background "$CLIENT" "$LOG" "$SHAKETAP" "${args[@]}"
	within 20 grep -qs observing "$LOG" || return
	for path in $(jq -r '.. | .httpGet? | select(.) | .path' "$WORK/$name.json" | sort -u) /metrics; do
		inside "$CLIENT" curl -gsSf --max-time 5 -o /dev/null "http://$url:9743$path" || return
	done
	! inside "$CLIENT" curl -sS --max-time 2 -o /dev/null http://127.0.0.1:9743/metrics || return
	stop "$STARTED_PID"
}

arguments_run() {
	make_pair
	LOG=$WORK/arguments.log
	check "arguments and probes" runs_with base "$C4" "$C4"
	: >"$LOG"
	check "arguments and probes, IPv6" runs_with ipv6 "$C6" "[$C6]"
}

components() {
	check "ipv6 conforms" overlay ipv6 "$COMPONENTS/ipv6"
	check "memlock conforms" overlay memlock "$COMPONENTS/memlock"
	promised "one capability more for Linux 5.10" memlock '$c.securityContext.capabilities
		== { drop: ["ALL"], add: ["BPF", "NET_ADMIN", "SYS_RESOURCE"] }'
	check "seccomp-localhost conforms" overlay localhost "$COMPONENTS/seccomp-localhost"
	promised "a filter of our own" localhost '$pod.securityContext.seccompProfile
		== { type: "Localhost", localhostProfile: "shaketap.json" }'
	check "seccomp-unconfined conforms" overlay unconfined "$COMPONENTS/seccomp-unconfined"
	promised "no filter" unconfined '$pod.securityContext.seccompProfile == { type: "Unconfined" }'
	check "all together conform" overlay all "$COMPONENTS/memlock" "$COMPONENTS/ipv6" \
		"$COMPONENTS/seccomp-localhost" "$COMPONENTS/pod-monitor"
	promised "the image is the user's" all '$c.image == "registry.example.com/shaketap:1.2.3"'
	promised "a monitor of these pods and their port" all 'map(select(.kind == "PodMonitor"))[0] as $m
		| ($d.spec.template.metadata.labels | contains($m.spec.selector.matchLabels))
		and $m.metadata.namespace == $d.metadata.namespace
		and ($m.spec.podMetricsEndpoints | length) == 1
		and any($c.ports[]; .name == $m.spec.podMetricsEndpoints[0].port)'
}

dashboards() {
	check "the dashboards conform" overlay dashboards deploy/grafana
	promised "every dashboard is in the ConfigMap" dashboards \
		"map(select(.kind == \"ConfigMap\"))[0].data | keys == $(cd deploy/grafana &&
			printf '%s\n' ./*.json | sed 's|.*/||' | jq -Rn '[inputs] | sort')"
}

rules() {
	deploy/kubernetes/prometheus-rule.sh deploy/prometheus/shaketap.*.yml >"$WORK/rules.yaml"
	check "the rules conform" conforms rules
	check "as many rules as the files have" test \
		"$(jq '[.[].spec.groups[].rules[]] | length' "$WORK/rules.json")" = \
		"$(grep -cE '^ *- (record|alert):' deploy/prometheus/shaketap.*.yml | awk -F: '{ n += $2 } END { print n }')"
}

# refused SED-SCRIPT WORD: the base changed that way is refused, and WORD says why.
refused() {
	sed "$1" "$WORK/base.yaml" >"$WORK/broken.yaml"
	cmp -s "$WORK/base.yaml" "$WORK/broken.yaml" && return 1
	! conforms broken 2>"$WORK/why" && grep -q "$2" "$WORK/why"
}

# The schemas refuse what the API would refuse.
negative() {
	check "refused: a string for a boolean" refused 's/hostNetwork: true/hostNetwork: "yes"/' hostNetwork
	check "refused: a field misspelt" refused 's/readOnlyRootFilesystem/readOnlyRootFileSystem/' 'readOnlyRootFileSystem: no such field'
	check "refused: no containers" refused 's/containers:/contianers:/' containers
	check "refused: a kind that is none" refused 's/kind: DaemonSet/kind: DemonSet/' 'no such kind'
}

prerequisites || finish
base
components
negative
arguments_run
if [ -e deploy/grafana/handshake-health.json ]; then dashboards; fi
if [ -e deploy/prometheus/shaketap.rules.yml ]; then rules; fi
finish
