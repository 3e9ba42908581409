/* SPDX-License-Identifier: BSD-2-Clause */
/* The first byte says which: hellos of all forms, their copies and fingerprints, key exchange. */
#include <string.h>

#include "check_text.h"
#include "input.h"
#include "must.h"
#include "tls/fingerprint.h"
#include "tls/hello.h"
#include "tls/hello_retry.h"
#include "tls/key_exchange.h"
#include "tls/sslv2.h"

static void check_run(struct bytes run, struct bytes body, const void *own, size_t own_n)
{
	const uint8_t *from = own;

	MUST(run.p || !run.n);
	if (run.n)
		MUST((run.p >= body.p && run.p + run.n <= body.p + body.n) ||
		     (run.p >= from && run.p + run.n <= from + own_n));
	touch(run);
}

static void same(struct bytes a, struct bytes b)
{
	MUST(a.n == b.n && !a.p == !b.p);
	MUST(!a.n || memcmp(a.p, b.p, a.n) == 0);
}

#define EACH_RUN(DO)      \
	DO(cipher_suites) \
	DO(compression)   \
	DO(extensions)    \
	DO(server_name)   \
	DO(versions) DO(groups) DO(key_shares) DO(signatures) DO(alpn) DO(point_formats)

static void check_fingerprints(const struct tls_client_hello *hello)
{
	char ja3[TLS_JA3_SIZE], ja4[TLS_JA4_SIZE];

	if (tls_ja3(hello, NULL, ja3)) {
		MUST(strlen(ja3) == TLS_JA3_SIZE - 1);
		check_printable(ja3, strlen(ja3));
	}
	if (tls_ja4(hello, NULL, ja4)) {
		MUST(strlen(ja4) == TLS_JA4_SIZE - 1);
		check_printable(ja4, strlen(ja4));
	}
}

static void check_client(const struct tls_client_hello *hello, struct bytes body)
{
	struct tls_client_hello *kept;
	char a[TLS_JA3_SIZE] = "", b[TLS_JA3_SIZE] = "";

#define RUN(name) check_run(hello->name, body, hello, sizeof(*hello));
	EACH_RUN(RUN)
	MUST(hello->cipher_suites.n % 2 == 0 && hello->extensions.n % 2 == 0);
	MUST(hello->groups.n % 2 == 0 && hello->key_shares.n % 2 == 0);
	MUST(hello->versions.n % 2 == 0 && hello->signatures.n % 2 == 0);
	check_fingerprints(hello);
	kept = tls_client_hello_keep(hello);
	MUST(kept);
#define SAME(name) same(hello->name, kept->name);
	EACH_RUN(SAME)
	MUST(tls_client_hello_size(kept) <= sizeof(*hello) + body.n);
	MUST(tls_ja3(hello, NULL, a) == tls_ja3(kept, NULL, b) && strcmp(a, b) == 0);
	free(kept);
}

static void check_server(const struct tls_server_hello *hello, struct bytes body)
{
	char ja3s[TLS_JA3_SIZE];

	check_run(hello->alpn, body, hello, sizeof(*hello));
	check_run(hello->extensions, body, hello, sizeof(*hello));
	MUST(hello->session_id_length <= sizeof(hello->session_id));
	MUST(hello->extensions.n <= sizeof(hello->ids) && hello->extensions.n % 2 == 0);
	if (tls_ja3s(hello, NULL, ja3s))
		check_printable(ja3s, strlen(ja3s));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	uint8_t what = input_u8(&in);
	uint8_t *own = own_copy((struct bytes){ in.p, in.n });
	struct bytes body = { own, in.n };
	struct tls_client_hello client;
	struct tls_server_hello server;
	struct tls_key_exchange params;

	switch (what % 5) {
	case 0:
		if (tls_client_hello_parse(body, &client) == TLS_OK)
			check_client(&client, body);
		break;
	case 1:
		if (tls_server_hello_parse(body, &server) == TLS_OK)
			check_server(&server, body);
		break;
	case 2:
		if (sslv2_client_hello_parse(body, &client) == TLS_OK)
			check_client(&client, body);
		break;
	case 3:
		if (tls_hello_retry_parse(body, &server) == TLS_OK)
			check_server(&server, body);
		break;
	default:
		tls_key_exchange_parse(body, what / 5 % 12, what & 1 ? 0x0303 : 0x0301, &params);
		tls_certificate_is_empty(body);
		break;
	}
	free(own);
	return 0;
}
