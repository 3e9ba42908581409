/* SPDX-License-Identifier: BSD-2-Clause */
/* links: tls/hello.c tls/ext.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "tls/hello.h"
#include "wire.h"
#include "wire_server.h"

#define BYTES(a) ((struct bytes){ (a), sizeof(a) })

static void assert_run(struct bytes run, const void *want, size_t n)
{
	assert_non_null(run.p);
	assert_int_equal(run.n, n);
	assert_memory_equal(run.p, want, n);
}

static void assert_codes(struct bytes run, const uint16_t *want, size_t n)
{
	assert_int_equal(run.n, 2 * n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(bytes_u16(run, i), want[i]);
}

#define ASSERT_CODES(run, ...)                               \
	assert_codes(run, (const uint16_t[]){ __VA_ARGS__ }, \
		     sizeof((const uint16_t[]){ __VA_ARGS__ }) / sizeof(uint16_t))

/* An exact copy on the heap, so that a read beyond the end is seen. */
static enum tls_result parse_client(const uint8_t *p, size_t n, struct tls_client_hello *hello)
{
	uint8_t *exact = malloc(n ? n : 1);
	enum tls_result result;

	memcpy(exact, p, n);
	result = tls_client_hello_parse((struct bytes){ exact, n }, hello);
	free(exact);
	return result;
}

static enum tls_result parse_server(const uint8_t *p, size_t n, struct tls_server_hello *hello)
{
	uint8_t *exact = malloc(n ? n : 1);
	enum tls_result result;

	memcpy(exact, p, n);
	result = tls_server_hello_parse((struct bytes){ exact, n }, hello);
	free(exact);
	return result;
}

static void rfc8448_client(void **state)
{
	struct tls_client_hello hello;

	(void)state;
	assert_int_equal(tls_client_hello_parse(BYTES(rfc8448_client_hello), &hello), TLS_OK);
	assert_int_equal(hello.legacy_version, 0x0303);
	assert_int_equal(hello.length, 192);
	assert_int_equal(hello.random[0], 0xcb);
	assert_int_equal(hello.session_id_length, 0);
	ASSERT_CODES(hello.cipher_suites, 0x1301, 0x1303, 0x1302);
	ASSERT_CODES(hello.extensions, 0, 0xff01, 10, 35, 51, 43, 13, 45, 28);
	assert_run(hello.server_name, "server", 6);
	ASSERT_CODES(hello.versions, 0x0304);
	ASSERT_CODES(hello.groups, 29, 23, 24, 25, 0x100, 0x101, 0x102, 0x103, 0x104);
	ASSERT_CODES(hello.key_shares, 29);
	assert_int_equal(hello.signatures.n, 30);
	assert_run(hello.compression, "\0", 1);
	assert_null(hello.alpn.p);
	assert_null(hello.point_formats.p);
	assert_false(hello.psk || hello.psk_only_modes || hello.early_data || hello.ech ||
		     hello.grease || hello.fallback_scsv || hello.extended_ms);
}

static void gnutls_client(void **state)
{
	struct tls_client_hello hello;

	(void)state;
	assert_int_equal(tls_client_hello_parse(BYTES(gnutls_client_hello), &hello), TLS_OK);
	assert_int_equal(hello.session_id_length, 32);
	assert_int_equal(hello.cipher_suites.n, 2 * 29);
	ASSERT_CODES(hello.extensions, 5, 10, 11, 13, 16, 22, 23, 35, 51, 43, 65281, 0, 45, 28);
	assert_run(hello.server_name, "example.test", 12);
	assert_run(hello.alpn, "\2h2", 3);
	ASSERT_CODES(hello.versions, 0x0304, 0x0303, 0x0302, 0x0301);
	ASSERT_CODES(hello.key_shares, 23, 29);
	assert_run(hello.point_formats, "\0", 1);
	assert_true(hello.extended_ms);
	assert_false(hello.psk_only_modes || hello.grease);
}

static void openssl12_client(void **state)
{
	struct tls_client_hello hello;

	(void)state;
	assert_int_equal(tls_client_hello_parse(BYTES(openssl12_client_hello), &hello), TLS_OK);
	assert_int_equal(hello.length, 161);
	ASSERT_CODES(hello.cipher_suites, 0xc02b, 0xc02f, 0x00ff, 0x5600);
	assert_true(hello.fallback_scsv);
	assert_run(hello.point_formats, "\0\1\2", 3);
	assert_null(hello.versions.p);
	assert_null(hello.key_shares.p);
}

static void openssl_psk_client(void **state)
{
	struct tls_client_hello hello;

	(void)state;
	assert_int_equal(tls_client_hello_parse(BYTES(openssl_psk_client_hello), &hello), TLS_OK);
	assert_true(hello.psk);
	assert_false(hello.psk_only_modes);
	assert_null(hello.alpn.p);
}

static void servers(void **state)
{
	struct tls_server_hello hello;

	(void)state;
	assert_int_equal(tls_server_hello_parse(BYTES(rfc8448_server_hello), &hello), TLS_OK);
	assert_int_equal(hello.legacy_version, 0x0303);
	assert_int_equal(hello.version, 0x0304);
	assert_int_equal(hello.cipher_suite, 0x1301);
	assert_true(hello.has_key_share && !hello.hello_retry && !hello.has_psk);
	assert_int_equal(hello.group, 29);
	ASSERT_CODES(hello.extensions, 51, 43);

	assert_int_equal(tls_server_hello_parse(BYTES(openssl_retry), &hello), TLS_OK);
	assert_true(hello.hello_retry && hello.has_key_share);
	assert_int_equal(hello.group, 24);
	assert_int_equal(hello.version, 0x0304);
	assert_int_equal(hello.session_id_length, 32);

	assert_int_equal(tls_server_hello_parse(BYTES(openssl_psk_server_hello), &hello), TLS_OK);
	assert_true(hello.has_psk && hello.has_key_share);
	assert_int_equal(hello.psk_index, 0);

	assert_int_equal(tls_server_hello_parse(BYTES(openssl12_server_hello), &hello), TLS_OK);
	assert_int_equal(hello.version, 0x0303);
	assert_int_equal(hello.cipher_suite, 0xc02b);
	assert_true(hello.session_ticket && !hello.has_key_share);
	assert_run(hello.alpn, "h2", 2);
}

/* Where the extensions begin, a cut gives a hello of the old kind: that one place is well-formed.
 */
static void cut_everywhere(void **state)
{
	static const struct bytes client[] = {
		{ rfc8448_client_hello, sizeof(rfc8448_client_hello) },
		{ gnutls_client_hello, sizeof(gnutls_client_hello) },
		{ openssl12_client_hello, sizeof(openssl12_client_hello) },
		{ openssl_psk_client_hello, sizeof(openssl_psk_client_hello) },
	};
	static const struct bytes server[] = {
		{ rfc8448_server_hello, sizeof(rfc8448_server_hello) },
		{ openssl_retry, sizeof(openssl_retry) },
		{ openssl_psk_server_hello, sizeof(openssl_psk_server_hello) },
		{ openssl12_server_hello, sizeof(openssl12_server_hello) },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(client); i++) {
		struct tls_client_hello hello;
		unsigned ok = 0;

		for (size_t n = 0; n < client[i].n; n++)
			if (parse_client(client[i].p, n, &hello) == TLS_OK && !hello.torn) {
				assert_int_equal(hello.extensions.n, 0);
				ok++;
			}
		assert_int_equal(ok, 1);
	}
	for (size_t i = 0; i < ARRAY_SIZE(server); i++) {
		struct tls_server_hello hello;
		unsigned ok = 0;

		for (size_t n = 0; n < server[i].n; n++)
			if (parse_server(server[i].p, n, &hello) == TLS_OK) {
				assert_null(hello.extensions.p);
				ok++;
			}
		assert_int_equal(ok, 1);
	}
}

/* Any single byte changed: no crash, no bytes from outside the message. */
static void changed_everywhere(void **state)
{
	static const uint8_t values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
	uint8_t copy[sizeof(openssl_psk_client_hello)];
	struct tls_client_hello hello;

	(void)state;
	for (size_t i = 0; i < sizeof(copy); i++)
		for (size_t v = 0; v < sizeof(values); v++) {
			memcpy(copy, openssl_psk_client_hello, sizeof(copy));
			copy[i] = values[v];
			if (tls_client_hello_parse(BYTES(copy), &hello) == TLS_OK)
				free(tls_client_hello_keep(&hello));
		}
}

static void kept(void **state)
{
	struct tls_client_hello hello, *copy;
	uint8_t *wire = malloc(sizeof(gnutls_client_hello));

	(void)state;
	memcpy(wire, gnutls_client_hello, sizeof(gnutls_client_hello));
	assert_int_equal(tls_client_hello_parse((struct bytes){ wire, sizeof(gnutls_client_hello) },
						&hello),
			 TLS_OK);
	copy = tls_client_hello_keep(&hello);
	assert_non_null(copy);
	assert_int_equal(tls_client_hello_size(copy), tls_client_hello_size(&hello));
	free(wire);
	memset(&hello, 0xa5, sizeof(hello));
	assert_run(copy->server_name, "example.test", 12);
	assert_run(copy->alpn, "\2h2", 3);
	ASSERT_CODES(copy->key_shares, 23, 29);
	ASSERT_CODES(copy->extensions, 5, 10, 11, 13, 16, 22, 23, 35, 51, 43, 65281, 0, 45, 28);
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc8448_client),
		cmocka_unit_test(gnutls_client),
		cmocka_unit_test(openssl12_client),
		cmocka_unit_test(openssl_psk_client),
		cmocka_unit_test(servers),
		cmocka_unit_test(cut_everywhere),
		cmocka_unit_test(changed_everywhere),
		cmocka_unit_test(kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
