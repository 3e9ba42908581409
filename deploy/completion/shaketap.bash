# SPDX-License-Identifier: BSD-2-Clause
# Completion of shaketap for bash. Needs nothing but bash; bash-completion loads it by its name.
# shellcheck shell=bash

# With no answer of ours, readline completes names of files, and knows how to quote them.
_shaketap_files() {
	compopt -o default
}

# Directories, and the files that look like captures; every file where none does.
_shaketap_captures() {
	local file files=()
	_shaketap_files
	mapfile -t files < <(compgen -f -- "$1")
	for file in "${files[@]}"; do
		if [[ -d $file || $file =~ \.(pcap|pcapng|cap|dmp)[0-9]*(\.gz)?$ ]]; then
			COMPREPLY+=("$file")
		fi
	done
	compopt -o filenames
}

_shaketap_words() {
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2")
}

# PATTERN or !PATTERN: the interfaces of this host.
_shaketap_interfaces() {
	local not='' path names=auto
	[[ $1 != '!'* ]] || not='!'
	for path in /sys/class/net/*/; do
		path=${path%/}
		names+=" ${path##*/}"
	done
	_shaketap_words "$names" "${1#"$not"}"
	COMPREPLY=("${COMPREPLY[@]/#/$not}")
}

# bash cuts words at ':', so what stands before the last one is typed already.
_shaketap_listen() {
	_shaketap_words 'none 127.0.0.1:9743 0.0.0.0:9743 [::1]:9743 [::]:9743' "$1"
	[[ $1 != *:* || $COMP_WORDBREAKS != *:* ]] || COMPREPLY=("${COMPREPLY[@]#"${1%"${1##*:}"}"}")
}

# The value of an option. False: it has none.
_shaketap_value() {
	case $1 in
	-f | --format) _shaketap_words 'text json none' "$2" ;;
	--only) _shaketap_words 'all failures' "$2" ;;
	-i | --interface) _shaketap_interfaces "$2" ;;
	-l | --listen) _shaketap_listen "$2" ;;
	--ring-buffer) _shaketap_words '1M 2M 4M 8M 16M 32M 64M 128M 256M' "$2" ;;
	--metrics) _shaketap_files ;;
	--handshake-timeout | --tls-ports | --max-flows | --max-server-names | --server-name) ;;
	*) return 1 ;;
	esac
}

# The word at the cursor as it was typed, in one where bash made several of it: --format=json,
# 127.0.0.1:9743. A quoted one may hold blanks.
_shaketap_typed() {
	local line=${COMP_LINE:0:COMP_POINT} escaped='(\\.|[^[:space:]\])+$'
	if [[ ${COMP_WORDS[COMP_CWORD]} == [\"\']* ]]; then
		printf '%s\n' "${COMP_WORDS[COMP_CWORD]}"
	elif [[ $line =~ $escaped ]]; then
		printf '%s\n' "${BASH_REMATCH[0]}"
	fi
}

_shaketap_options() {
	local common='-v --verbose -q --quiet -h --help --version'
	local shared="-f --format --only --handshake-timeout $common"
	case $1 in
	run)
		_shaketap_words "-i --interface -l --listen --tls-ports --max-flows --ring-buffer
			--max-server-names --server-name --no-certificates $shared" "$2"
		;;
	read) _shaketap_words "--metrics $shared" "$2" ;;
	check) _shaketap_words '--max-flows --ring-buffer -v --verbose -h --help --version' "$2" ;;
	esac
}

_shaketap() {
	local typed word before command=${COMP_WORDS[1]-}

	COMPREPLY=()
	typed=$(_shaketap_typed)
	word=${typed#[\"\']}
	before=${COMP_LINE:0:COMP_POINT-${#typed}}
	before=${before%"${before##*[![:space:]]}"}
	before=${before##*[[:space:]]}
	if [[ $COMP_CWORD == 1 ]]; then
		_shaketap_words 'run read check -h --help --version' "$word"
	elif [[ $word == --*=* ]]; then
		_shaketap_value "${word%%=*}" "${word#*=}" || true
	elif _shaketap_value "$before" "$word"; then
		return
	elif [[ $command == read && $word != -* ]]; then
		_shaketap_captures "$word"
	else
		_shaketap_options "$command" "$word"
	fi
}

complete -F _shaketap shaketap
