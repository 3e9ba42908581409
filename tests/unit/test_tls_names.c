/* SPDX-License-Identifier: BSD-2-Clause */
/* links: tls/names.c tls/names_alert.c tls/names_cipher.c tls/names_group.c */
/* links: tls/names_handshake.c tls/names_signature.c */
/* links: tls/names_extension.c */
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
	check_table(tls_extensions, tls_extensions_count);
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
	assert_string_equal(tls_handshake_name(17), "ClientCertificateRequest"); /* RFC 9261 */
	assert_null(tls_handshake_name(67)); /* next_protocol was never registered */
	assert_string_equal(tls_version_name(0x0303), "1.2");
	assert_null(tls_version_name(0x7f1c));
	assert_true(tls_is_13(0x0304) && tls_is_13(0x7f1c) && !tls_is_13(0x0303));
	for (int code = 0; code < 65536; code++) {
		const char *name = tls_group_name((uint16_t)code);
		bool by_name = name && (strstr(name, "MLKEM") || strstr(name, "Kyber"));

		assert_int_equal(tls_group_is_post_quantum((uint16_t)code), by_name);
	}
	assert_true(tls_group_is_post_quantum(0x11ec) && tls_group_is_post_quantum(0x6399));
	assert_false(tls_group_is_post_quantum(29) || tls_group_is_post_quantum(0xfafa));
}

struct spot {
	uint16_t code;
	const char *name; /* NULL: the registry has none */
};

static void check_spots(const struct spot *spots, size_t n, const char *(*name)(uint16_t code))
{
	for (size_t i = 0; i < n; i++)
		if (spots[i].name)
			assert_string_equal(name(spots[i].code), spots[i].name);
		else
			assert_null(name(spots[i].code));
}

#define CHECK_SPOTS(spots, name) check_spots((spots), sizeof(spots) / sizeof((spots)[0]), (name))

/* Each from the document that defines it. */
static void from_documents(void **state)
{
	static const struct spot ciphers[] = {
		{ 0x0004, "TLS_RSA_WITH_RC4_128_MD5" },			 /* RFC 5246 */
		{ 0x001c, NULL },					 /* SSL 3.0, Fortezza */
		{ 0x0060, NULL },					 /* never registered */
		{ 0x0088, "TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA" },	 /* RFC 5932 */
		{ 0x00c6, "TLS_SM4_GCM_SM3" },				 /* RFC 8998 */
		{ 0x00ff, "TLS_EMPTY_RENEGOTIATION_INFO_SCSV" },	 /* RFC 5746 */
		{ 0x1305, "TLS_AES_128_CCM_8_SHA256" },			 /* RFC 8446 */
		{ 0x1306, "TLS_AEGIS_256_SHA512" },			 /* draft-denis-tls-aegis */
		{ 0x5600, "TLS_FALLBACK_SCSV" },			 /* RFC 7507 */
		{ 0xc022, "TLS_SRP_SHA_DSS_WITH_AES_256_CBC_SHA" },	 /* RFC 5054 */
		{ 0xc0b4, "TLS_SHA256_SHA256" },			 /* RFC 9150 */
		{ 0xc102, "TLS_GOSTR341112_256_WITH_28147_CNT_IMIT" },	 /* RFC 9189 */
		{ 0xcc13, NULL },					 /* a draft of RFC 7905 */
		{ 0xccae, "TLS_RSA_PSK_WITH_CHACHA20_POLY1305_SHA256" }, /* RFC 7905 */
		{ 0xd005, "TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256" },	 /* RFC 8442 */
	};
	static const struct spot groups[] = {
		{ 0x0016, "secp256k1" },	    /* RFC 8422 */
		{ 0x001f, "brainpoolP256r1tls13" }, /* RFC 8734 */
		{ 0x0022, "GC256A" },		    /* RFC 9189 */
		{ 0x0029, "curveSM2" },		    /* RFC 8998 */
		{ 0x0104, "ffdhe8192" },	    /* RFC 7919 */
		{ 0x023c, NULL },		    /* Kyber of an experiment */
		{ 0x11eb, "SecP256r1MLKEM768" },    /* RFC 10024 */
		{ 0x11ed, "SecP384r1MLKEM1024" },   /* RFC 10024 */
		{ 0xff01, "arbitrary_explicit_prime_curves" },
	};
	static const struct spot signatures[] = {
		{ 0x0101, NULL }, /* MD5 and RSA: a pair of TLS 1.2, no scheme */
		{ 0x0201, "rsa_pkcs1_sha1" },
		{ 0x0202, NULL }, /* SHA-1 and DSA */
		{ 0x0203, "ecdsa_sha1" },
		{ 0x0301, NULL }, /* SHA-224 */
		{ 0x0303, NULL },
		{ 0x0402, NULL },
		{ 0x0806, "rsa_pss_rsae_sha512" },		 /* RFC 8446 */
		{ 0x0708, "sm2sig_sm3" },			 /* RFC 8998 */
		{ 0x081c, "ecdsa_brainpoolP512r1tls13_sha512" }, /* RFC 8734 */
		{ 0x0420, "rsa_pkcs1_sha256_legacy" },		 /* RFC 9963 */
	};
	static const struct spot extensions[] = {
		{ 0, "server_name" }, /* RFC 6066 */
		{ 16, "application_layer_protocol_negotiation" },
		{ 23, "extended_main_secret" }, /* renamed by RFC 9846 */
		{ 28, "record_size_limit" },	/* RFC 8449 */
		{ 34, "delegated_credential" }, /* RFC 9345 */
		{ 40, NULL },			/* key_share of drafts */
		{ 51, "key_share" },		/* RFC 8446 */
		{ 57, "quic_transport_parameters" },
		{ 0x0a0a, NULL },
		{ 13172, NULL },		      /* next_protocol_negotiation: no RFC */
		{ 0xfe0d, "encrypted_client_hello" }, /* RFC 9849 */
		{ 0xff01, "renegotiation_info" },     /* RFC 5746 */
	};

	(void)state;
	CHECK_SPOTS(ciphers, tls_cipher_name);
	CHECK_SPOTS(groups, tls_group_name);
	CHECK_SPOTS(signatures, tls_signature_name);
	CHECK_SPOTS(extensions, tls_extension_name);
}

static void extension_texts(void **state)
{
	char code[TLS_EXTENSION_CODE_SIZE];

	(void)state;
	assert_string_equal(tls_extension_text(51, code), "key_share");
	assert_string_equal(tls_extension_text(0x4469, code), "0x4469");
	assert_string_equal(tls_extension_text(40, code), "0x0028");
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
		{ 0xc100, TLS_KX_UNKNOWN },   { 0x006f, TLS_KX_TLS13 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(tls_cipher_kx(rows[i].code), rows[i].kx);
	assert_int_equal(tls13_hash_length(0x1301), 32);
	assert_int_equal(tls13_hash_length(0x1302), 48);
	assert_int_equal(tls13_tag_length(0x1305), 8);
	assert_int_equal(tls13_tag_length(0x1303), 16);
	assert_int_equal(tls13_tag_length(0x002f), 0);
	/* draft-ietf-tls-tls13-15 appendix A.4: those that TLS 1.3 had from TLS 1.2 */
	assert_int_equal(tls13_hash_length(0xc02b), 32);
	assert_int_equal(tls13_hash_length(0xc030), 48);
	for (int i = 0; i < tls_cipher_count(); i++) /* of every TLS 1.3 suite they are known */
		if (tls_cipher_kx(tls_cipher_code(i)) == TLS_KX_TLS13)
			assert_int_not_equal(tls13_hash_length(tls_cipher_code(i)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables),	  cmocka_unit_test(names),
		cmocka_unit_test(from_documents), cmocka_unit_test(extension_texts),
		cmocka_unit_test(indexes),	  cmocka_unit_test(suites),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
