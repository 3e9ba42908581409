#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The page for people, in a real browser: what it says of real handshakes, that names which others
# chose stay text, and that it asks nobody for anything. Pictures go to screenshots/ in the build.
# shellcheck source=tests/netns/lib.sh disable=SC2016,SC2317 # functions are called by name; no $
. "$(dirname "$0")/../netns/lib.sh"

BROWSER=$(realpath "$(dirname "$0")")/browser.py
SHOTS=$(dirname "$SHAKETAP")/screenshots
URL=http://$METRICS/

# RFC 6066 lets a client send any bytes; these are meant for who shows them.
LONG=$(printf 'l%.0s' {1..240}).example
HOSTILE=(
	'<script>alert(1)</script>.example'
	'"><img src=x onerror=alert(1)>'
	"' onmouseover='alert(1)"
	'</title></style></table><h1>pwned'
	'&lt;b&gt;&amp;.example'
	$'\xe2\x80\xaegpj.example'
	$'tab\tand\nline'
	'${7*7}{{7*7}}<!--'
	"$LONG"
)
# How the page has to show them (the bytes of U+202E and control characters as \xNN).
SHOWN=(
	'<script>alert(1)</script>.example'
	'"><img src=x onerror=alert(1)>'
	"' onmouseover='alert(1)"
	'</title></style></table><h1>pwned'
	'&lt;b&gt;&amp;.example'
	'\xe2\x80\xaegpj.example'
	'tab\x09and\x0aline'
	'${7*7}{{7*7}}<!--'
	"$LONG"
)

# browse FILE SHOT...
browse() {
	local file=$1
	shift
	inside "$CLIENT" timeout -k 5 60 python3 "$BROWSER" "${TARGET:-$URL}" "$SHOTS" "$@" \
		>"$file" 2>"$WORK/browser.log" || cat "$WORK/browser.log"
}

# said FILE CONDITION: jq decides
says() {
	jq -e "$2" "$1" >/dev/null || { jq -c '{title, text, names, requests, complaints, shots}' "$1" && false; }
}

fetch() {
	inside "$CLIENT" curl -sS --max-time 5 "$@" "$URL"
}

# A server that sends a good certificate, one that sends an expired one, one that is silent.
servers() {
	openssl_server 8443 rsa -www
	openssl_server 8448 expired -www
	openssl_server 8444 rsa -www -tls1_3
	serve "$SERVER" 9001 python3 "$HERE/misbehave.py" "$S4" 9001 reset
}

usual_traffic() {
	local i
	for i in 1 2 3 4 5 6; do
		openssl_client shop.example.com 8443
		[ "$i" -gt 3 ] || openssl_client api.example.com 8443
	done
	for i in 1 2 3; do
		openssl_client old.example.com 8448 -tls1_2 -verify_return_error -CAfile "$CERTS/ca.pem"
	done
	openssl_client legacy.example.com 8444 -tls1_2
	expect "the usual handshakes" 13 '.server.port' true
}

hostile_traffic() {
	local name
	for name in "${HOSTILE[@]}"; do
		timeout 5 ip netns exec "$CLIENT" openssl s_client -connect "$S4:9001" -servername "$name" \
			</dev/null >"$WORK/hostile" 2>&1
	done
	expect "the hostile handshakes" "${#HOSTILE[@]}" '.server.port == 9001' true
}

empty_page() {
	browse "$WORK/empty" empty:1280x800:light
	check "an empty page says so" says "$WORK/empty" '.text | contains("No handshake has passed yet")'
}

usual_page() {
	browse "$WORK/usual" light:1280x900:light dark:1280x900:dark narrow:390x844:light
	check "title counts the kinds" says "$WORK/usual" '.title == "2 failing - shaketap"'
	check "last minute" says "$WORK/usual" '.text | contains("Last minute: 13 handshakes, 4 failed, 0 unknown.")'
	check "the worst one" says "$WORK/usual" '.text |
		test("Mostly certificate_expired for old.example.com: 3 times since [0-9:]{8}, last [0-9]+ s ago")'
	check "its sentence" says "$WORK/usual" '.text |
		contains("client alert certificate_expired (certificate expired 3 days ago)")'
	check "the other one" says "$WORK/usual" '.text | test("version_mismatch\\s[^\\n]*\\s*legacy.example.com")'
	check "who took part" says "$WORK/usual" ".text | test(\"$C4:[0-9]+ > $S4:8448\")"
	check "names by number" says "$WORK/usual" '.names | index("shop.example.com") < index("api.example.com")'
	check "interfaces" says "$WORK/usual" '(.names | contains(["lo", "c0"])) and (.text | contains("c0 TCX"))'
	check "nothing was lost" says "$WORK/usual" '.text | test("Lost\\s+Nothing")'
}

# By the browser's own account.
conduct() {
	local file=$1
	check "$2: asks for itself alone" says "$file" ".requests - [\"data:,\"] == [\"$URL\"]"
	check "$2: no script" says "$file" '.scripts + .handlers + .images + .frames + .dialogs + .console == 0'
	check "$2: the policy has nothing to refuse" says "$file" '.complaints == []'
	check "$2: styled" says "$file" .styled
}

looks() {
	check "text stands out in light and dark" says "$WORK/usual" '[.shots[].contrast.text] | min >= 4.5'
	check "bars stand out" says "$WORK/usual" '[.shots[].contrast.graphic] | min >= 3'
	check "fits a phone" says "$WORK/usual" '.shots.narrow.wide == false'
	check "headers have a scope, the page a language" says "$WORK/usual" '.headers and .lang == "en"'
	check "pictures are there" test -s "$SHOTS/light.png" -a -s "$SHOTS/dark.png" -a -s "$SHOTS/narrow.png"
}

# shows NAME: as the text of one element that holds a name
shows() {
	jq -e --arg name "$1" '.names | index($name)' "$WORK/hostile.json" >/dev/null ||
		{ jq -c .names "$WORK/hostile.json" && false; }
}

hostile_page() {
	local i
	browse "$WORK/hostile.json" hostile:1280x900:light hostile-narrow:390x844:dark
	for i in "${!SHOWN[@]}"; do
		check "shown as sent: ${SHOWN[i]:0:40}" shows "${SHOWN[i]}"
	done
	check "title is ours" says "$WORK/hostile.json" '.title == "11 failing - shaketap"'
	check "a long name fits a phone" says "$WORK/hostile.json" '.shots["hostile-narrow"].wide == false'
}

# Debian's own python has it. html5lib stops at the first parse error of the standard's; tidy has an opinion of its own.
well_formed() {
	fetch >"$WORK/page.html"
	check "well-formed (html5lib)" /usr/bin/python3 -c '
import sys, html5lib
html5lib.HTMLParser(strict=True).parse(open(sys.argv[1], "rb"))' "$WORK/page.html"
	tidy -q -e "$WORK/page.html" >"$WORK/tidy" 2>&1
	check "well-formed (tidy)" [ ! -s "$WORK/tidy" ]
	check "plain ASCII" bash -c '! LC_ALL=C grep -qP "[^\x20-\x7e\n]" "$1"' _ "$WORK/page.html"
}

has_header() {
	grep -qiE "^$1: $2"$'\r''?$' "$WORK/head" || { cat "$WORK/head" && false; }
}

headers() {
	fetch -D "$WORK/head" -o "$WORK/page.html"
	check "policy" has_header content-security-policy \
		"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; img-src data:; style-src 'sha256-[A-Za-z0-9+/]{43}='"
	check "no sniffing" has_header x-content-type-options nosniff
	check "not kept" has_header cache-control no-store
	check "type" has_header content-type 'text/html; charset=utf-8'
	URL="$URL?live" fetch -o "$WORK/live.html"
	check "reloads when asked" grep -q 'http-equiv="refresh" content="5"' "$WORK/live.html"
	check "does not unless asked" bash -c '! grep -q http-equiv "$1"' _ "$WORK/page.html"
}

command -v chromium >/dev/null || { skip browser "there is no chromium" && finish; }
make_certificates
make_pair
start_shaketap "$CLIENT"
empty_page
servers
usual_traffic
usual_page
looks
conduct "$WORK/usual" usual
hostile_traffic
hostile_page
conduct "$WORK/hostile.json" hostile
well_formed
headers
stop_shaketap
finish
