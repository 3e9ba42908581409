/* SPDX-License-Identifier: BSD-2-Clause */
/* links: tls/names.c tls/names_alert.c tls/names_cipher.c tls/names_group.c */
/* links: tls/names_handshake.c tls/names_signature.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tls/names.h"
#include "tls/names_table.h"

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Ascending, as the search needs it; and one name for one code, as labels of metrics need it. */
static void check_table(const struct tls_name *table, size_t n)
{
	const char **names = calloc(n, sizeof(*names));

	assert_non_null(names);
	for (size_t i = 0; i < n; i++) {
		names[i] = table[i].name;
		assert_true(i == 0 || table[i - 1].code < table[i].code);
	}
	qsort(names, n, sizeof(*names), by_name);
	for (size_t i = 1; i < n; i++)
		assert_string_not_equal(names[i - 1], names[i]);
	free(names);
}

static void tables(void **state)
{
	(void)state;
	check_table(tls_ciphers, tls_ciphers_count);
	check_table(tls_groups, tls_groups_count);
	check_table(tls_signatures, tls_signatures_count);
	check_table(tls_alerts, tls_alerts_count);
	check_table(tls_handshakes, tls_handshakes_count);
}

static void names(void **state)
{
	(void)state;
	assert_string_equal(tls_cipher_name(0x1301), "TLS_AES_128_GCM_SHA256");
	assert_string_equal(tls_cipher_name(0xcca8), "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");
	assert_null(tls_cipher_name(0x0a0a));
	assert_null(tls_cipher_name(0xffff));
	assert_string_equal(tls_group_name(29), "x25519");
	assert_string_equal(tls_group_name(23), "secp256r1");
	assert_string_equal(tls_group_name(0x11ec), "X25519MLKEM768");
	assert_string_equal(tls_signature_name(0x0905), "mldsa65");
	assert_string_equal(tls_alert_name(40), "handshake_failure");
	assert_string_equal(tls_alert_name(0), "close_notify");
	assert_null(tls_alert_name(255));
	assert_string_equal(tls_handshake_name(1), "ClientHello");
	assert_string_equal(tls_handshake_name(0), "HelloRequest");
	assert_null(tls_handshake_name(255));
	assert_string_equal(tls_version_name(0x0303), "1.2");
	assert_null(tls_version_name(0x7f1c));
	assert_true(tls_is_13(0x0304) && tls_is_13(0x7f1c) && !tls_is_13(0x0303));
	assert_true(tls_group_is_post_quantum(0x11ec) && tls_group_is_post_quantum(0x6399));
	assert_false(tls_group_is_post_quantum(29) || tls_group_is_post_quantum(0xfafa));
}

static void indexes(void **state)
{
	(void)state;
	for (int i = 0; i < tls_cipher_count(); i++)
		assert_int_equal(tls_cipher_index(tls_cipher_code(i)), i);
	for (int i = 0; i < tls_group_count(); i++)
		assert_int_equal(tls_group_index(tls_group_code(i)), i);
	assert_int_equal(tls_cipher_index(0x0a0a), -1);
	assert_int_equal(tls_group_index(0x0a0a), -1);
}

static void suites(void **state)
{
	static const struct {
		uint16_t code;
		enum tls_kx kx;
	} rows[] = {
		{ 0x002f, TLS_KX_RSA },	      { 0x0003, TLS_KX_RSA },
		{ 0x009e, TLS_KX_DHE },	      { 0xc02b, TLS_KX_ECDHE },
		{ 0xcca9, TLS_KX_ECDHE },     { 0x0030, TLS_KX_DH },
		{ 0xc004, TLS_KX_ECDH },      { 0x0034, TLS_KX_ANON_DH },
		{ 0xc018, TLS_KX_ANON_ECDH }, { 0x008c, TLS_KX_PSK },
		{ 0x00aa, TLS_KX_DHE_PSK },   { 0xc0aa, TLS_KX_DHE_PSK },
		{ 0xc037, TLS_KX_ECDHE_PSK }, { 0x00ac, TLS_KX_RSA_PSK },
		{ 0xc01d, TLS_KX_SRP },	      { 0x001e, TLS_KX_KRB5 },
		{ 0x1303, TLS_KX_TLS13 },     { 0x00c6, TLS_KX_TLS13 },
		{ 0x00ff, TLS_KX_UNKNOWN },   { 0x5600, TLS_KX_UNKNOWN },
		{ 0x0000, TLS_KX_UNKNOWN },   { 0xc103, TLS_KX_TLS13 },
		{ 0xc100, TLS_KX_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(tls_cipher_kx(rows[i].code), rows[i].kx);
	assert_int_equal(tls13_hash_length(0x1301), 32);
	assert_int_equal(tls13_hash_length(0x1302), 48);
	assert_int_equal(tls13_tag_length(0x1305), 8);
	assert_int_equal(tls13_tag_length(0x1303), 16);
	assert_int_equal(tls13_tag_length(0xc02b), 0);
	for (int i = 0; i < tls_cipher_count();
	     i++) /* the sizes of every TLS 1.3 suite are known */
		assert_int_equal(tls13_hash_length(tls_cipher_code(i)) != 0,
				 tls_cipher_kx(tls_cipher_code(i)) == TLS_KX_TLS13);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables),
		cmocka_unit_test(names),
		cmocka_unit_test(indexes),
		cmocka_unit_test(suites),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
