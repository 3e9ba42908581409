#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Certificates, TLS servers and clients, and what they say about their handshakes.
# shellcheck disable=SC2154 # variables of lib.sh
set -u

# issue NAME ALGORITHM DAYS: NAME.key, NAME.pem
issue() {
	local name=$1 algorithm=$2 end
	end=$(date -u -d "$3 days" +%Y%m%d%H%M%SZ)
	openssl req -newkey "$algorithm" -pkeyopt "$4" -nodes -subj "/CN=$name.example.com" \
		-keyout "$name.key" -out "$name.csr"
	openssl ca -batch -config ca.conf -startdate 20200101000000Z -enddate "$end" \
		-in "$name.csr" -out "$name.pem"
}

ca_config() {
	cat <<-END
		[ca]
		default_ca = this
		[this]
		private_key = ca.key
		certificate = ca.pem
		database = index
		new_certs_dir = .
		rand_serial = yes
		unique_subject = no
		default_md = sha256
		policy = any
		email_in_dn = no
		x509_extensions = leaf
		[any]
		commonName = supplied
		[leaf]
		subjectAltName = DNS:*.example.com,DNS:localhost,IP:10.77.0.2,IP:fd77::2
	END
}

make_authority() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
		-subj "/CN=$2" -keyout "$1.key" -out "$1.pem"
}

# ca, other (an authority nobody trusts), rsa, ecdsa, client, expired
make_certificates() {
	CERTS=$WORK/certs
	mkdir "$CERTS"
	(
		cd "$CERTS" || exit 1
		ca_config >ca.conf
		: >index
		make_authority ca "shaketap test authority"
		make_authority other "another authority"
		# Twenty days: the findings of the suite rest on "less than 30", to the second.
		issue rsa rsa 20 rsa_keygen_bits:2048
		issue ecdsa ec 30 ec_paramgen_curve:P-256
		issue client ec 30 ec_paramgen_curve:P-256
		issue expired ec -3 ec_paramgen_curve:P-256
	) >"$WORK/certs.log" 2>&1
	[ -s "$CERTS/expired.pem" ] && return
	fail "certificates" "$WORK/certs.log"
	exit 1
}

# openssl_server PORT CERTIFICATE [ARGS] (add -www unless the test wants a silent one)
openssl_server() {
	local port=$1 certificate=$2
	shift 2
	serve "$SERVER" "$port" openssl s_server -accept "$port" -cert "$CERTS/$certificate.pem" \
		-key "$CERTS/$certificate.key" "$@"
}

# openssl_client NAME PORT [ARGS]: a handshake and a request; what it says is in said/NAME.
openssl_client() {
	local name=$1 port=$2
	shift 2
	mkdir -p "$WORK/said"
	printf 'GET / HTTP/1.0\r\n\r\n' |
		timeout "${LIMIT:-10}" ip netns exec "${FROM:-$CLIENT}" openssl s_client -connect "${TO:-$S4}:$port" \
			-servername "$name" -ign_eof "$@" >"$WORK/said/$name" 2>&1
}

# The same for a server that does not answer requests: the client goes when its input ends.
openssl_client_leaves() {
	local name=$1 port=$2
	shift 2
	mkdir -p "$WORK/said"
	sleep "${STAY:-0.3}" |
		timeout "${LIMIT:-10}" ip netns exec "${FROM:-$CLIENT}" openssl s_client -connect "${TO:-$S4}:$port" \
			-servername "$name" "$@" >"$WORK/said/$name" 2>&1
}

# OpenSSL's name of a cipher suite -> IANA's
iana_cipher() {
	openssl ciphers -stdname 'ALL:COMPLEMENTOFALL:@SECLEVEL=0' | awk -v n="$1" '$3 == n { print $1; exit }'
}

# OpenSSL's "Server Temp Key" -> IANA's group
iana_group() {
	case $1 in
	X25519*) echo x25519 ;;
	X448*) echo x448 ;;
	*prime256v1* | *P-256*) echo secp256r1 ;;
	*secp384r1* | *P-384*) echo secp384r1 ;;
	*secp521r1* | *P-521*) echo secp521r1 ;;
	esac
}

# The condition a record must meet, by what s_client printed.
said() {
	local file=$WORK/said/$1 cipher version group
	cipher=$(sed -n 's/^\(New\|Reused\), .*, Cipher is //p' "$file" | head -n 1)
	case $cipher in
	TLS_*) version=1.3 ;;
	*) version=$(sed -n 's/^ *Protocol *: TLSv//p' "$file" | head -n 1) ;;
	esac
	[ "$version" = 1 ] && version=1.0
	group=$(iana_group "$(sed -n 's/^Server Temp Key: //p' "$file" | head -n 1)")
	echo ".tls.version == \"${version:-not said}\""
	echo "and .tls.cipher == \"$(iana_cipher "$cipher")\""
	echo "and .tls.resumed == $(grep -q '^Reused' "$file" && echo true || echo false)"
	if [ -n "$group" ]; then
		echo "and .tls.curve == \"$group\""
	else
		echo 'and (.tls | has("curve") | not)'
	fi
}

GOOD='.event.outcome == "success" and .tls.established and .shaketap.stage == "established"
	and .shaketap.complete and .event.duration > 0 and (.shaketap | has("failure") | not)'

# expect_good NAME [FILTER]: one record, a success, and all as the client said.
expect_good() {
	expect "$1" 1 "$1" "$GOOD and $(said "$1") and ${2:-true}" || details "$WORK/said/$1" | head -n 8
}

# expect_failure NAME SELECT STAGE SIDE CAUSE CERTAINTY
expect_failure() {
	expect "$1" 1 "$2" ".event.outcome == \"failure\" and .shaketap.stage == \"$3\"
		and (.shaketap.failure | .stage == \"$3\" and .side == \"$4\" and .cause == \"$5\"
		and .certainty == \"${6:-observed}\" and (.text | length) > 10)"
}

# nginx_server: 443 with HTTP/2, 9444 with an expired certificate, 80 plain
nginx_server() {
	local dir=$WORK/nginx
	mkdir -p "$dir"
	cat >"$dir/conf" <<-END
		daemon off;
		master_process off;
		worker_processes 1;
		pid $dir/pid;
		error_log $dir/error.log;
		events { worker_connections 256; }
		http {
			access_log off;
			client_body_temp_path $dir/body;
			proxy_temp_path $dir/proxy;
			fastcgi_temp_path $dir/fastcgi;
			uwsgi_temp_path $dir/uwsgi;
			scgi_temp_path $dir/scgi;
			ssl_certificate $CERTS/rsa.pem;
			ssl_certificate_key $CERTS/rsa.key;
			ssl_protocols TLSv1.2 TLSv1.3;
			server { listen 443 ssl http2; listen [::]:443 ssl http2; return 200 "hello\n"; }
			server { listen 80; return 200 "plain\n"; }
			server {
				listen 9444 ssl;
				ssl_certificate $CERTS/expired.pem;
				ssl_certificate_key $CERTS/expired.key;
				return 200 "late\n";
			}
		}
	END
	serve "${1:-$SERVER}" 443 nginx -c "$dir/conf" -p "$dir" -e "$dir/error.log"
}

# https NAME PORT [ARGS]: curl, by server name
https() {
	local name=$1 port=$2
	shift 2
	inside "${FROM:-$CLIENT}" curl -sS --max-time 10 --cacert "$CERTS/ca.pem" \
		--resolve "$name:$port:${TO:-$S4}" "$@" "https://$name:$port/"
}
