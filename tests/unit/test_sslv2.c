/* SPDX-License-Identifier: BSD-2-Clause */
/* links: tls/sslv2.c tls/hello.c tls/ext.c */
/* Expected values: the layouts of RFC 5246 appendix E.2 and RFC 6101 appendix E. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sslv2_bytes.h"
#include "tls/sslv2.h"

enum { SPECS_AT = 5, SESSION_ID_AT = 7, CHALLENGE_AT = 9 }; /* the lengths; from the record on */

/* From memory of its own size, so that a byte read too many is seen. */
static enum tls_result parse(const uint8_t *record, size_t n, struct tls_client_hello *hello)
{
	size_t body = n - SSLV2_HEAD_LEN;
	uint8_t *copy = malloc(body + !body);
	enum tls_result result;

	memcpy(copy, record + SSLV2_HEAD_LEN, body);
	result = sslv2_client_hello_parse((struct bytes){ copy, body }, hello);
	free(copy); /* nothing but the hello itself is pointed into */
	return result;
}

static enum tls_result head(const char *p, size_t n, uint32_t *whole)
{
	return sslv2_client_hello_head((struct bytes){ (const uint8_t *)p, n }, whole);
}

static void the_head(void **state)
{
	uint32_t whole = 0;

	(void)state;
	assert_int_equal(head("\x80\x25\x01", 3, &whole), TLS_OK);
	assert_int_equal(whole, 39);
	for (size_t n = 0; n < 3; n++)
		assert_int_equal(head("\x80\x25\x01", n, &whole), TLS_MORE);
	assert_int_equal(head("\x80\x0d\x01", 3, &whole),
			 TLS_OK); /* one spec, one byte to answer */
	assert_int_equal(head("\x80\x0c", 2, &whole), TLS_BAD);
	assert_int_equal(head("\x8f\xff\x01", 3, &whole), TLS_OK);
	assert_int_equal(whole, 4097);
	assert_int_equal(head("\x90", 1, &whole), TLS_BAD);
	assert_int_equal(head("\x00\x25\x01", 3, &whole), TLS_BAD); /* a header of three bytes */
	assert_int_equal(head("\x7f", 1, &whole), TLS_BAD);
	assert_int_equal(head("\x80\x25\x02", 3, &whole), TLS_BAD);
	assert_int_equal(head("\x80\x25\x04", 3, &whole), TLS_BAD);
}

static void the_fields(void **state)
{
	static const uint8_t random[32] = {
		[16] = 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7,
		0xc8,	     0xc9, 0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf,
	};
	struct tls_client_hello hello;

	(void)state;
	assert_int_equal(parse(sslv2_hello, sizeof(sslv2_hello), &hello), TLS_OK);
	assert_true(hello.sslv2);
	assert_int_equal(hello.legacy_version, 0x0301);
	assert_int_equal(hello.length, 36);
	assert_int_equal(hello.session_id_length, 0);
	assert_memory_equal(hello.random, random, 32);
	/* The kind of SSL 2.0 itself, 0x010080, is no suite. */
	assert_int_equal(hello.cipher_suites.n, 6);
	assert_memory_equal(hello.cipher_suites.p, "\x00\x04\x00\x05\x00\xff", 6);
	assert_null(hello.compression.p);
	assert_null(hello.extensions.p);
	assert_null(hello.versions.p);
	assert_null(hello.server_name.p);
	assert_false(hello.grease);
}

static void it_can_be_kept(void **state)
{
	struct tls_client_hello hello, *kept;

	(void)state;
	assert_int_equal(parse(sslv2_hello, sizeof(sslv2_hello), &hello), TLS_OK);
	kept = tls_client_hello_keep(&hello);
	memset(&hello, 0xdd, sizeof(hello));
	assert_true(kept->sslv2);
	assert_int_equal(kept->cipher_suites.n, 6);
	assert_memory_equal(kept->cipher_suites.p, "\x00\x04\x00\x05\x00\xff", 6);
	free(kept);
}

static void every_truncation_is_bad(void **state)
{
	struct tls_client_hello hello;
	uint8_t more[sizeof(sslv2_hello) + 1] = { 0 };

	(void)state;
	for (size_t n = SSLV2_HEAD_LEN; n < sizeof(sslv2_hello); n++)
		assert_int_equal(parse(sslv2_hello, n, &hello), TLS_BAD);
	memcpy(more, sslv2_hello, sizeof(sslv2_hello));
	assert_int_equal(parse(more, sizeof(more), &hello), TLS_BAD);
}

/* One length changed: the three no longer add up. */
static void every_other_length_is_bad(void **state)
{
	static const size_t places[] = { SPECS_AT, SESSION_ID_AT, CHALLENGE_AT };
	struct tls_client_hello hello;
	uint8_t bytes[sizeof(sslv2_hello)];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		for (unsigned length = 0; length < 0x10000; length++) {
			size_t at = places[i];
			enum tls_result wanted;

			memcpy(bytes, sslv2_hello, sizeof(bytes));
			bytes[at] = (uint8_t)(length >> 8);
			bytes[at + 1] = (uint8_t)length;
			wanted = memcmp(bytes, sslv2_hello, sizeof(bytes)) ? TLS_BAD : TLS_OK;
			assert_int_equal(parse(bytes, sizeof(bytes), &hello), wanted);
		}
	}
}

/* A record with these lengths, that add up. */
static enum tls_result parse_lengths(unsigned specs, unsigned session_id, unsigned challenge,
				     struct tls_client_hello *hello)
{
	uint8_t bytes[8192] = { 0x80, 0, 1, 3, 0 };
	size_t n = 11 + specs + session_id + challenge;

	bytes[SPECS_AT] = (uint8_t)(specs >> 8);
	bytes[SPECS_AT + 1] = (uint8_t)specs;
	bytes[SESSION_ID_AT + 1] = (uint8_t)session_id;
	bytes[CHALLENGE_AT + 1] = (uint8_t)challenge;
	for (size_t i = 0; i < challenge; i++)
		bytes[11 + specs + session_id + i] = (uint8_t)(i + 1);
	return parse(bytes, n, hello);
}

static void what_lengths_may_be(void **state)
{
	struct tls_client_hello hello;

	(void)state;
	for (unsigned challenge = 0; challenge < 40; challenge++) {
		bool fits = challenge >= 1 && challenge <= 32;

		assert_int_equal(parse_lengths(3, 0, challenge, &hello), fits ? TLS_OK : TLS_BAD);
		for (unsigned i = 0; fits && i < 32; i++) /* right-aligned behind zeros */
			assert_int_equal(hello.random[i],
					 i + challenge < 32 ? 0 : i + challenge - 31);
	}
	for (unsigned session_id = 0; session_id < 40; session_id++) {
		bool fits = session_id == 0 || session_id == 16;

		assert_int_equal(parse_lengths(3, session_id, 16, &hello), fits ? TLS_OK : TLS_BAD);
		if (fits)
			assert_int_equal(hello.session_id_length, session_id);
	}
	for (unsigned specs = 0; specs < 4000; specs++)
		assert_int_equal(parse_lengths(specs, 0, 16, &hello),
				 specs && specs % 3 == 0 ? TLS_OK : TLS_BAD);
	/* There is room for so many of them. */
	assert_int_equal(parse_lengths(3 * 1000, 0, 16, &hello), TLS_OK);
	assert_int_equal(hello.cipher_suites.n, 2 * TLS_EXTENSIONS_MAX);
}

static void versions(void **state)
{
	static const struct {
		uint8_t version[2];
		enum tls_result result;
	} rows[] = { { { 0, 2 }, TLS_OK },  { { 3, 0 }, TLS_OK },  { { 3, 3 }, TLS_OK },
		     { { 0, 1 }, TLS_BAD }, { { 2, 0 }, TLS_BAD }, { { 0x7f, 3 }, TLS_BAD } };
	uint8_t bytes[sizeof(sslv2_hello)];
	struct tls_client_hello hello;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memcpy(bytes, sslv2_hello, sizeof(bytes));
		memcpy(bytes + 3, rows[i].version, 2);
		assert_int_equal(parse(bytes, sizeof(bytes), &hello), rows[i].result);
		assert_int_equal(hello.legacy_version,
				 rows[i].version[0] << 8 | rows[i].version[1]);
	}
}

/* A client of SSL 2.0 alone offers no suite of TLS. */
static void no_suite_of_tls(void **state)
{
	uint8_t bytes[sizeof(sslv2_hello)];
	struct tls_client_hello hello;

	(void)state;
	memcpy(bytes, sslv2_hello, sizeof(bytes));
	for (size_t i = 11; i < 23; i += 3)
		bytes[i] = 7;
	assert_int_equal(parse(bytes, sizeof(bytes), &hello), TLS_OK);
	assert_null(hello.cipher_suites.p);
	assert_int_equal(hello.cipher_suites.n, 0);
}

static void answers(void **state)
{
	static const struct {
		const char *bytes;
		enum tls_result result;
		bool error;
		uint16_t length, code;
	} rows[] = {
		{ "\x83\xb4\x04\x00\x01", TLS_OK, false, 0x3b3, 0 },
		{ "\x80\x1b\x04\x01\x00", TLS_OK, false, 26, 0 },    /* session id hit */
		{ "\x03\xb4\x00\x04\x00", TLS_OK, false, 0x3b3, 0 }, /* a header of three bytes */
		{ "\x80\x0b\x04\x00\x01", TLS_OK, false, 10, 0 },
		{ "\x80\x0a\x04\x00\x01", TLS_BAD, false, 0, 0 }, /* too short for one */
		{ "\x83\xb4\x04\x02\x01", TLS_BAD, false, 0, 0 },
		{ "\x83\xb4\x04\x00\x02", TLS_BAD, false, 0, 0 },
		{ "\x03\xb4\x01\x04\x00", TLS_BAD, false, 0, 0 }, /* padded */
		{ "\x43\xb4\x00\x04\x00", TLS_BAD, false, 0, 0 },
		{ "\x83\xb4\x01\x00\x01", TLS_BAD, false, 0, 0 }, /* what a client says */
		{ "\x80\x03\x00\x00\x01", TLS_OK, true, 2, 1 },
		{ "\x80\x03\x00\x00\x04", TLS_OK, true, 2, 4 },
		{ "\x80\x04\x00\x00\x01", TLS_BAD, false, 0, 0 },
		{ "\x80\x00\x00\x00\x00", TLS_BAD, false, 0, 0 },
		{ "HTTP/", TLS_BAD, false, 0, 0 },
		{ "220 r", TLS_BAD, false, 0, 0 },
		{ "\x15\x03\x01\x00\x02", TLS_BAD, false, 0, 0 },
	};
	struct sslv2_answer answer;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const uint8_t *p = (const uint8_t *)rows[i].bytes;

		print_message("# answer %zu\n", i);
		assert_int_equal(sslv2_answer_parse((struct bytes){ p, 5 }, &answer),
				 rows[i].result);
		for (size_t n = 0; n < 5; n++)
			assert_int_equal(sslv2_answer_parse((struct bytes){ p, n }, &answer),
					 TLS_BAD);
		if (rows[i].result != TLS_OK)
			continue;
		sslv2_answer_parse((struct bytes){ p, 5 }, &answer);
		assert_int_equal(answer.error, rows[i].error);
		assert_int_equal(answer.length, rows[i].length);
		assert_int_equal(answer.code, rows[i].code);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_head),
		cmocka_unit_test(the_fields),
		cmocka_unit_test(it_can_be_kept),
		cmocka_unit_test(every_truncation_is_bad),
		cmocka_unit_test(every_other_length_is_bad),
		cmocka_unit_test(what_lengths_may_be),
		cmocka_unit_test(versions),
		cmocka_unit_test(no_suite_of_tls),
		cmocka_unit_test(answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
