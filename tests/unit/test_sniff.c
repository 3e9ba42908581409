/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the first bytes of a segment are taken for. Expected: the layouts of RFC 5246 section 6.2.1,
 * section 7.4 and appendix E.2. The kernel programs ask the same two questions of the same header.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sslv2_bytes.h"
#include "tls_sniff.h"

#define NOTHING TLS_SNIFFED_NOTHING
#define CLIENT TLS_SNIFFED_CLIENT_HELLO
#define SERVER TLS_SNIFFED_SERVER_HELLO
#define CUT TLS_SNIFFED_CUT

/* Bytes in memory of their own size, as many as the payload has and at most TLS_SNIFF_BYTES. */
static enum tls_sniffed sniff(const uint8_t *payload, size_t n)
{
	size_t here = n < TLS_SNIFF_BYTES ? n : TLS_SNIFF_BYTES;
	uint8_t *b = malloc(here + !here);
	enum tls_sniffed sniffed;

	memcpy(b, payload, here);
	sniffed = tls_sniff(b, (__u32)n);
	free(b);
	return sniffed;
}

struct row {
	const char *bytes;
	size_t n;
	enum tls_sniffed wanted;
};

static const struct row rows[] = {
	{ "\x16\3\1\2\0\1\0\1\xfc\3\3", 500, CLIENT },
	{ "\x16\3\3\2\0\2\0\0\x40\3\3", 500, SERVER },
	{ "\x16\3\3\2\0\2\0\0\x40\x7f\x12", 500, SERVER },  /* TLS 1.3, draft 18 */
	{ "\x16\3\1\2\0\1\0\1\xfc\x7f\x12", 500, NOTHING }, /* no client ever said so */
	{ "\x16\3\1\2\0\1\1\0\0\3\3", 500, NOTHING },	    /* 65536 bytes */
	{ "\x16\3\1\2\0\1\0\0\x28\3\3", 500, NOTHING },	    /* shorter than any ClientHello */
	{ "\x16\3\1\2\0\1\0\0\x29\3\3", 500, CLIENT },
	{ "\x16\3\1\2\0\1\0\1\xfc\2\3", 500, NOTHING },
	{ "\x16\3\1\2\0\x0b\0\1\xfc\3\3", 500, NOTHING }, /* a certificate */
	{ "\x16\3\1\0\0\1\0\1\xfc\3\3", 500, NOTHING },	  /* an empty record */
	/* The message header in several records. */
	{ "\x16\3\1\0\1\1\x16\3\1\0\1", 500, CLIENT },
	{ "\x16\3\1\0\1\1\x17\3\1\0\1", 500, NOTHING },
	{ "\x16\3\1\0\1\1\x16\2\1\0\1", 500, NOTHING },
	{ "\x16\3\1\0\2\1\0\x16\3\1\0", 500, CLIENT },
	{ "\x16\3\1\0\2\1\1\x16\3\1\0", 500, NOTHING },
	{ "\x16\3\1\0\2\1\0\x15\3\1\0", 500, NOTHING },
	{ "\x16\3\3\0\3\2\0\1\x16\3\1", 500, SERVER },
	{ "\x16\3\3\0\3\2\0\1\x16\4\1", 500, NOTHING },
	{ "\x16\3\1\0\4\1\0\1\2\x16\3", 500, CLIENT },
	{ "\x16\3\1\0\4\1\0\1\2\x16\2", 500, NOTHING },
	{ "\x16\3\1\0\5\1\0\1\2\3\x16", 500, CLIENT },
	{ "\x16\3\1\x48\0\1\0\1\xfc\3\3", 500, CLIENT },
	{ "\x16\3\1\x48\1\1\0\1\xfc\3\3", 500, NOTHING },
	{ "\x16\3\5\2\0\1\0\1\xfc\3\3", 500, NOTHING },
	{ "\x16\2\1\2\0\1\0\1\xfc\3\3", 500, NOTHING },
	{ "\x17\3\3\2\0\1\0\1\xfc\3\3", 500, NOTHING },
	{ "\x15\3\3\0\2\2\x28", 7, NOTHING },
	{ "GET / HTTP/1.1", 14, NOTHING },
	/* With fewer bytes than a look takes. */
	{ "\x16", 1, CUT },
	{ "\x16\3", 2, CUT },
	{ "\x16\4", 2, NOTHING },
	{ "\x16\3\1\2\0", 5, CUT },
	{ "\x16\3\1\2\0\1", 6, CLIENT },
	{ "\x16\3\1\2\0\2", 6, SERVER },
	{ "\x16\3\1\2\0\3", 6, NOTHING },
	{ "\x16\3\1\2\0\1\0\1\xfc\2", 10, CLIENT }, /* the benefit of the doubt */
	{ "\x80", 1, NOTHING },
	{ "", 0, NOTHING },
};

static void segments(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("# row %zu\n", i);
		assert_int_equal(sniff((const uint8_t *)rows[i].bytes, rows[i].n), rows[i].wanted);
	}
}

static void sslv2(void **state)
{
	(void)state;
	assert_int_equal(tls_sniff_sslv2(sslv2_hello), sizeof(sslv2_hello));
	for (size_t n = 0; n <= sizeof(sslv2_hello); n++) /* the rest may come later */
		assert_int_equal(sniff(sslv2_hello, n), n < 11 ? NOTHING : CLIENT);
}

/* Every value of every byte of the head; what is let through differs in the version only. */
static void sslv2_with_one_byte_changed(void **state)
{
	static const uint8_t versions[2][2] = { { 3, 1 }, { 0, 2 } };

	(void)state;
	for (size_t v = 0; v < 2; v++) {
		for (size_t at = 0; at < TLS_SNIFF_BYTES; at++) {
			for (unsigned value = 0; value < 256; value++) {
				uint8_t b[sizeof(sslv2_hello)];
				bool version = at == 3 || at == 4, fits;

				memcpy(b, sslv2_hello, sizeof(b));
				memcpy(b + 3, versions[v], 2);
				fits = value == b[at];
				b[at] = (uint8_t)value;
				if (version)
					fits = (b[3] == 3 && b[4] <= 4) || (!b[3] && b[4] == 2);
				assert_int_equal(sniff(b, sizeof(b)), fits ? CLIENT : NOTHING);
			}
		}
	}
}

/* Lengths that add up, and yet it is none. */
static void sslv2_lengths(void **state)
{
	static const struct {
		uint16_t specs, session_id, challenge;
		enum tls_sniffed wanted;
	} shapes[] = {
		{ 3, 0, 1, CLIENT },	 { 3, 0, 32, CLIENT },	   { 3, 16, 16, CLIENT },
		{ 3, 0, 0, NOTHING },	 { 3, 0, 33, NOTHING },	   { 0, 0, 16, NOTHING },
		{ 4, 0, 16, NOTHING },	 { 3, 8, 16, NOTHING },	   { 3, 32, 16, NOTHING },
		{ 4068, 0, 18, CLIENT }, { 4068, 0, 19, NOTHING }, /* 4096 */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		unsigned n = 9U + shapes[i].specs + shapes[i].session_id + shapes[i].challenge;
		const uint8_t b[TLS_SNIFF_BYTES] = {
			(uint8_t)(0x80 | n >> 8),
			(uint8_t)n,
			1,
			3,
			0,
			(uint8_t)(shapes[i].specs >> 8),
			(uint8_t)shapes[i].specs,
			0,
			(uint8_t)shapes[i].session_id,
			0,
			(uint8_t)shapes[i].challenge,
		};

		print_message("# shape %zu\n", i);
		assert_int_equal(sniff(b, n + 2), shapes[i].wanted);
	}
}

/* What is sealed or compressed looks like this: of so many segments none is a hello. */
static void random_bytes(void **state)
{
	uint64_t x = 88172645463325252U; /* xorshift64 */
	uint8_t b[16];

	(void)state;
	for (unsigned i = 0; i < 3000000; i++) {
		for (size_t half = 0; half < 2; half++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			memcpy(b + 8 * half, &x, 8);
		}
		assert_int_equal(tls_sniff(b, 1400), NOTHING);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(segments),
		cmocka_unit_test(sslv2),
		cmocka_unit_test(sslv2_with_one_byte_changed),
		cmocka_unit_test(sslv2_lengths),
		cmocka_unit_test(random_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
