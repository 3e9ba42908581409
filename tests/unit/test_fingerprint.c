/* SPDX-License-Identifier: BSD-2-Clause */
/* links: tls/fingerprint.c tls/hello.c tls/ext.c base/digest.c base/text.c base/text_escape.c */
/* libs: -lcrypto */
/*
 * Expected values are published ones (the README of salesforce/ja3, technical_details/JA4.md of
 * FoxIO-LLC/ja4), or what md5sum and sha256sum say of the text that stands beside them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "tls/fingerprint.h"
#include "wire.h"

#define BYTES(a) ((struct bytes){ (a), sizeof(a) })

/* "1301,c02b" as a run of big-endian numbers, in memory of its own size. */
static struct bytes codes(const char *hex)
{
	size_t n = (strlen(hex) + 1) / 5;
	uint8_t *p = test_malloc(2 * n + !n);

	for (size_t i = 0; i < n; i++) {
		unsigned code;

		assert_int_equal(sscanf(hex + 5 * i, "%4x", &code), 1);
		p[2 * i] = (uint8_t)(code >> 8);
		p[2 * i + 1] = (uint8_t)code;
	}
	return (struct bytes){ p, 2 * n };
}

static void free_run(struct bytes run)
{
	test_free((void *)run.p);
}

static void free_runs(struct tls_client_hello *hello)
{
	free_run(hello->cipher_suites);
	free_run(hello->extensions);
	free_run(hello->groups);
	free_run(hello->signatures);
	free_run(hello->versions);
}

/* The example of JA4.md in the order of the wire, with GREASE wherever Chrome puts it. */
static struct tls_client_hello foxio_example(void)
{
	return (struct tls_client_hello){
		.legacy_version = 0x0303,
		.cipher_suites = codes("0a0a,1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,"
				       "c014,009c,009d,002f,0035"),
		.extensions = codes("9a9a,001b,0000,0033,0010,4469,0017,002d,000d,0005,0023,0012,"
				    "002b,ff01,000b,000a,baba,0015"),
		.signatures = codes("0403,0804,0401,0503,0805,0501,0806,0601,3a3a"),
		.versions = codes("fafa,0304,0303"),
		.alpn = { (const uint8_t *)"\2h2\10http/1.1", 12 },
	};
}

static void assert_ja3(const struct tls_client_hello *hello, const char *want)
{
	char got[TLS_JA3_SIZE];

	assert_true(tls_ja3(hello, NULL, got));
	assert_string_equal(got, want);
}

static void assert_ja4(const struct tls_client_hello *hello, const char *want)
{
	char got[TLS_JA4_SIZE];

	assert_true(tls_ja4(hello, NULL, got));
	assert_string_equal(got, want);
}

/* The first digits only. */
static void assert_ja4_starts(const struct tls_client_hello *hello, const char *want)
{
	char got[TLS_JA4_SIZE];

	assert_true(tls_ja4(hello, NULL, got));
	got[strlen(want)] = '\0';
	assert_string_equal(got, want);
}

static void ja3_published(void **state)
{
	/* 769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0 */
	struct tls_client_hello hello = {
		.legacy_version = 769,
		.cipher_suites =
			codes("002f,0035,0005,000a,c009,c00a,c013,c014,0032,0038,0013,0004"),
		.extensions = codes("0000,000a,000b"),
		.groups = codes("0017,0018,0019"),
		.point_formats = { (const uint8_t *)"\0", 1 },
	};

	(void)state;
	assert_ja3(&hello, "ada70206e40642a3e4461f35503241d5");
	free_runs(&hello);
	/* 769,4-5-10-9-100-98-3-6-19-18-99,,, */
	hello = (struct tls_client_hello){
		.legacy_version = 769,
		.cipher_suites = codes("0004,0005,000a,0009,0064,0062,0003,0006,0013,0012,0063"),
	};
	assert_ja3(&hello, "de350869b8c85de67a350c8d186f11e6");
	free_runs(&hello);
}

static void ja3_ignores_grease(void **state)
{
	struct tls_client_hello hello = {
		.legacy_version = 769,
		.cipher_suites = codes("dada,002f,0035,0005,000a,c009,c00a,c013,c014,0032,0038,"
				       "0013,0004,1a1a"),
		.extensions = codes("2a2a,0000,000a,000b,eaea"),
		.groups = codes("4a4a,0017,0018,0019"),
		.point_formats = { (const uint8_t *)"\0", 1 },
	};

	(void)state;
	assert_ja3(&hello, "ada70206e40642a3e4461f35503241d5");
	free_runs(&hello);
}

/* A hello as it comes over the wire. */
static void from_the_wire(void **state)
{
	struct tls_client_hello hello;

	(void)state;
	assert_int_equal(tls_client_hello_parse(BYTES(rfc8448_client_hello), &hello), TLS_OK);
	/* md5sum of 771,4865-4867-4866,0-65281-10-35-51-43-13-45-28,
	 * 29-23-24-25-256-257-258-259-260, (in one line, with the comma at its end) */
	assert_ja3(&hello, "da4dea34fe6d4ce5f0725df3f2682fa0");
	/* sha256sum of 1301,1302,1303 and of 000a,000d,001c,0023,002b,002d,0033,ff01_0403,0503,
	 * 0603,0203,0804,0805,0806,0401,0501,0601,0201,0402,0502,0602,0202 */
	assert_ja4(&hello, "t13d030900_55b375c5d22e_59cd3dafc54d");
}

static void ja3s(void **state)
{
	struct tls_server_hello hello = { .legacy_version = 771, .cipher_suite = 0x1301 };
	char got[TLS_JA3_SIZE];

	(void)state;
	hello.extensions = codes("0033,002b");
	assert_true(tls_ja3s(&hello, NULL, got));
	assert_string_equal(got, "eb1d94daa7e0344597e756a1fb6e7054"); /* 771,4865,51-43 */
	free_run(hello.extensions);
	hello = (struct tls_server_hello){ .legacy_version = 769, .cipher_suite = 0x002f };
	assert_true(tls_ja3s(&hello, NULL, got));
	assert_string_equal(got, "18e962e106761869a61045bed0e81c2c"); /* 769,47, */
}

static void ja4_published(void **state)
{
	struct tls_client_hello hello = foxio_example();

	(void)state;
	assert_ja4(&hello, "t13d1516h2_8daaf6152771_e5627efa2ab1");
	hello.signatures.n = 0; /* "the string ends without an underscore" */
	assert_ja4(&hello, "t13d1516h2_8daaf6152771_6d807ffa2a79");
	free_runs(&hello);
}

static void ja4_versions(void **state)
{
	static const struct {
		uint16_t legacy;
		const char *versions, *want;
	} rows[] = {
		{ 0x0304, NULL, "t13" },
		{ 0x0303, NULL, "t12" },
		{ 0x0302, NULL, "t11" },
		{ 0x0301, NULL, "t10" },
		{ 0x0300, NULL, "ts3" },
		{ 0x0002, NULL, "ts2" },
		{ 0x7f1c, NULL, "t00" },
		{ 0x0303, "0301,0302,0303", "t12" },
		{ 0x0303, "0302,0304,0303", "t13" },
		{ 0x0303, "0304,fafa", "t13" }, /* GREASE is no version */
		{ 0x0303, "0304,7f1c", "t00" }, /* the highest: a draft, unknown */
		{ 0x0303, "fafa", "t00" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tls_client_hello hello = { .legacy_version = rows[i].legacy };

		if (rows[i].versions)
			hello.versions = codes(rows[i].versions);
		assert_ja4_starts(&hello, rows[i].want);
		free_runs(&hello);
	}
}

/* The table of JA4.md, "ALPN Extension Value"; "ignore GREASE values anywhere". */
static void ja4_protocols(void **state)
{
	static const struct {
		const char *alpn;
		size_t n;
		const char *want;
	} rows[] = {
		{ "", 0, "00" },
		{ "\0", 1, "00" },
		{ "\2h2", 3, "h2" },
		{ "\2\x0a\x0a\2h2", 6, "h2" },
		{ "\2\xfa\xfa", 3, "00" },
		{ "\10http/1.1\2h2", 12, "h1" },
		{ "\1x", 2, "xx" },
		{ "\1\xab", 2, "ab" },
		{ "\2\xab\xcd", 3, "ad" },
		{ "\2\x30\xab", 3, "3b" },
		{ "\4\x30\x31\xab\xcd", 5, "3d" },
		{ "\4\x30\xab\xcd\x31", 5, "01" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tls_client_hello hello = { .legacy_version = 0x0303 };
		char want[16];

		hello.alpn = (struct bytes){ (const uint8_t *)rows[i].alpn, rows[i].n };
		snprintf(want, sizeof(want), "t12i0000%s", rows[i].want);
		assert_ja4_starts(&hello, want);
	}
}

static void ja4_lists(void **state)
{
	struct tls_client_hello hello = { .legacy_version = 0x0303 };

	(void)state;
	assert_ja4(&hello, "t12i000000_000000000000_000000000000");
	/* GREASE, server_name and ALPN leave nothing to hash, whatever the signatures. */
	hello.cipher_suites = codes("0a0a");
	hello.extensions = codes("1a1a,0010,0000");
	hello.signatures = codes("0403");
	assert_ja4(&hello, "t12d000200_000000000000_000000000000");
	free_runs(&hello);
	/* Signalling suites count, and so do repeated ones. sha256sum of 002f,002f,00ff,5600; of
	 * 000b */
	hello = (struct tls_client_hello){ .legacy_version = 0x0303 };
	hello.cipher_suites = codes("5600,002f,00ff,002f");
	hello.extensions = codes("000b");
	assert_ja4(&hello, "t12i040100_da9d038f3c64_bcb145a8c2a7");
	free_runs(&hello);
}

/* n codes from 0x0100 on, the highest first. */
static struct bytes many_codes(size_t n)
{
	uint8_t *p = test_malloc(2 * n);

	for (size_t i = 0; i < n; i++) {
		size_t code = 0x0100 + n - 1 - i;

		p[2 * i] = (uint8_t)(code >> 8);
		p[2 * i + 1] = (uint8_t)code;
	}
	return (struct bytes){ p, 2 * n };
}

/* A ServerHello off the wire with so many extensions, each of another id and empty. */
static bool has_ja3s(size_t extensions)
{
	uint8_t body[40 + 4 * 200] = { 3, 3, [35] = 0x13, 0x01 }, *p = body + 38;
	size_t n = 4 * extensions;
	struct tls_server_hello server;
	char ja3s[TLS_JA3_SIZE];

	*p++ = (uint8_t)(n >> 8);
	*p++ = (uint8_t)n;
	for (size_t i = 0; i < extensions; i++, p += 4)
		p[0] = 0x77, p[1] = (uint8_t)i;
	assert_int_equal(tls_server_hello_parse((struct bytes){ body, 40 + n }, &server), TLS_OK);
	return tls_ja3s(&server, NULL, ja3s);
}

static void limits(void **state)
{
	struct tls_client_hello hello = { .legacy_version = 0x0303 };
	char ja3[TLS_JA3_SIZE], ja4[TLS_JA4_SIZE];

	(void)state;
	hello.cipher_suites = many_codes(100);
	/* sha256sum of 0100,0101 .. 0163 */
	assert_ja4(&hello, "t12i990000_b4e38d1a96e7_000000000000");
	free_run(hello.cipher_suites);
	hello.cipher_suites = many_codes(1024); /* 0100,0101 .. 04ff: both bytes are sorted */
	assert_ja4(&hello, "t12i990000_2b8d2e3664de_000000000000");
	free_run(hello.cipher_suites);
	hello.cipher_suites = many_codes(1025);
	assert_false(tls_ja4(&hello, NULL, ja4));
	free_run(hello.cipher_suites);
	hello.cipher_suites = many_codes(32767);
	assert_false(tls_ja3(&hello, NULL, ja3));
	free_run(hello.cipher_suites);

	hello.cipher_suites = (struct bytes){ NULL, 0 };
	hello.extensions = many_codes(TLS_EXTENSIONS_MAX - 1);
	assert_true(tls_ja3(&hello, NULL, ja3) && tls_ja4(&hello, NULL, ja4));
	free_run(hello.extensions);
	hello.extensions = many_codes(TLS_EXTENSIONS_MAX); /* and perhaps more */
	assert_false(tls_ja3(&hello, NULL, ja3) || tls_ja4(&hello, NULL, ja4));
	free_run(hello.extensions);
	assert_true(has_ja3s(TLS_SERVER_EXTENSIONS_MAX - 1));
	assert_false(has_ja3s(TLS_SERVER_EXTENSIONS_MAX));
	assert_false(has_ja3s(200));
}

static void not_of_ssl2(void **state)
{
	struct tls_client_hello hello = foxio_example();
	char ja3[TLS_JA3_SIZE], ja4[TLS_JA4_SIZE];

	(void)state;
	hello.sslv2 = true;
	assert_false(tls_ja3(&hello, NULL, ja3) || tls_ja4(&hello, NULL, ja4));
	free_runs(&hello);
}

/* Any byte changed: no read beyond the message, and a string of the right length or none. */
static void changed_everywhere(void **state)
{
	uint8_t *copy = test_malloc(sizeof(gnutls_client_hello));

	(void)state;
	for (size_t i = 0; i < sizeof(gnutls_client_hello); i++)
		for (unsigned value = 0; value < 256; value += 51) {
			char ja3[TLS_JA3_SIZE], ja4[TLS_JA4_SIZE];
			struct tls_client_hello hello;

			memcpy(copy, gnutls_client_hello, sizeof(gnutls_client_hello));
			copy[i] = (uint8_t)value;
			if (tls_client_hello_parse(
				    (struct bytes){ copy, sizeof(gnutls_client_hello) }, &hello))
				continue;
			if (hello.torn) /* what it would have said is not known */
				continue;
			assert_true(tls_ja3(&hello, NULL, ja3) && tls_ja4(&hello, NULL, ja4));
			assert_int_equal(strlen(ja3), TLS_JA3_SIZE - 1);
			assert_int_equal(strlen(ja4), TLS_JA4_SIZE - 1);
		}
	test_free(copy);
}

/* A policy without MD5, as a FIPS provider brings it. Last: it holds for the whole process. */
static void refused(void **state)
{
	struct tls_client_hello hello = foxio_example();
	char ja3[TLS_JA3_SIZE], ja4[TLS_JA4_SIZE];

	(void)state;
	assert_int_equal(EVP_default_properties_enable_fips(NULL, 1), 1);
	assert_false(tls_ja3(&hello, NULL, ja3) || tls_ja4(&hello, NULL, ja4));
	free_runs(&hello);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ja3_published),
		cmocka_unit_test(ja3_ignores_grease),
		cmocka_unit_test(from_the_wire),
		cmocka_unit_test(ja3s),
		cmocka_unit_test(ja4_published),
		cmocka_unit_test(ja4_versions),
		cmocka_unit_test(ja4_protocols),
		cmocka_unit_test(ja4_lists),
		cmocka_unit_test(limits),
		cmocka_unit_test(not_of_ssl2),
		cmocka_unit_test(changed_everywhere),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
