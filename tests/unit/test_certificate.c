/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Certificates: the message, the X.509 inside. Expected values are what
 *   openssl x509 -noout -subject -issuer -serial -startdate -enddate -fingerprint -sha256 -text
 *     -nameopt RFC2253,-esc_msb,utf8
 * prints of the certificates in certificate_bodies.h, dates turned by date -u -d ... +%s.
 */
/* links: tls/certificate.c tls/x509.c base/digest.c base/text.c base/text_escape.c */
/* libs: -lcrypto */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/x509.h>

#include "certificate_bodies.h"
#include "certificate_made.h"
#include "tls/certificate.h"
#include "tls/x509.h"

#define BYTES(array) ((struct bytes){ (array), sizeof(array) })

/* *cover may be NULL. */
static struct tls_x509 *parse_for(struct bytes der, const char *server_name,
				  enum tls_x509_cover *cover)
{
	struct tls_x509_names *names;
	struct bytes name = { (const uint8_t *)server_name, strlen(server_name) };
	struct tls_x509 *x509;
	/* At the end of its own allocation: one byte too far is seen. */
	uint8_t *copy = malloc(der.n ? der.n : 1);

	memcpy(copy, der.p, der.n);
	x509 = tls_x509_parse((struct bytes){ copy, der.n }, &names);
	free(copy);
	assert_non_null(x509);
	if (cover)
		*cover = tls_x509_cover(names, name);
	tls_x509_names_free(names);
	return x509;
}

static struct tls_x509 *parse(struct bytes der)
{
	return parse_for(der, "", NULL);
}

static enum tls_x509_cover cover_of(struct bytes der, const char *server_name)
{
	enum tls_x509_cover cover;

	tls_x509_release(parse_for(der, server_name, &cover));
	return cover;
}

static void assert_sha256(const struct tls_x509 *x509, const char *hex)
{
	char got[2 * DIGEST_SHA256_LEN + 1];

	for (size_t i = 0; i < DIGEST_SHA256_LEN; i++)
		snprintf(got + 2 * i, 3, "%02X", x509->sha256[i]);
	assert_string_equal(got, hex);
}

static void leaf_as_openssl_says(void **state)
{
	static const char names[] = "api.example.com\0*.example.org\0"
				    "192.0.2.1\0"
				    "2001:db8::1";
	struct tls_x509 *x509 = parse(BYTES(leaf_der));

	(void)state;
	assert_true(x509->parsed);
	assert_string_equal(x509->subject, "CN=api.example.com,O=Müller \\+ Söhne,C=DE");
	assert_string_equal(x509->issuer, "CN=Root,O=Test\\, Inc.,C=DE");
	assert_string_equal(x509->serial, "0123456789ABCDEF05");
	assert_sha256(x509, "E7DF8E942D1E12246A73EAAD28929F15B7DDF926808F322BE96E74DA2A814C45");
	assert_true(x509->has_not_before && x509->has_not_after);
	assert_int_equal(x509->not_before, 1767225600);
	assert_int_equal(x509->not_after, 1798859045);
	assert_string_equal(x509->key_algorithm, "ECDSA");
	assert_int_equal(x509->key_bits, 256);
	assert_string_equal(x509->signature_algorithm, "ECDSA-SHA256");
	assert_false(x509->weak_signature);
	assert_false(x509->self_signed);
	assert_int_equal(x509->name_count, 4);
	assert_memory_equal(x509->names, names, sizeof(names));
	tls_x509_release(x509);
}

static void old_as_openssl_says(void **state)
{
	struct tls_x509 *x509 = parse(BYTES(old_der));

	(void)state;
	assert_string_equal(x509->subject, "CN=www.example.com.evil.test");
	assert_string_equal(x509->serial, "0123456789ABCDEF03");
	assert_sha256(x509, "2360C865A628FBAEBBD85E03C7D362B147B9876613DF51BC52F2A84F7F407A1C");
	assert_int_equal(x509->not_before, -631152000);
	assert_int_equal(x509->not_after, 253402300799);
	assert_string_equal(x509->key_algorithm, "RSA");
	assert_int_equal(x509->key_bits, 1024);
	assert_string_equal(x509->signature_algorithm, "SHA1-RSA");
	assert_true(x509->weak_signature);
	assert_true(x509->self_signed);
	assert_int_equal(x509->name_count, 0);
	assert_null(x509->names);
	tls_x509_release(x509);
}

/* The names beyond those kept count as well; UTCTime ends with 2049 (RFC 5280 4.1.2.5). */
static void many_names(void **state)
{
	struct tls_x509 *x509 = parse(BYTES(many_der));
	const char *last;

	(void)state;
	assert_int_equal(x509->name_count, TLS_X509_NAMES_MAX);
	assert_int_equal(cover_of(BYTES(many_der), "69.x"), TLS_X509_COVERED);
	last = x509->names + 5 * (TLS_X509_NAMES_MAX - 1);
	assert_string_equal(last, "63.x");
	assert_int_equal(x509->not_after, 2524608000);
	assert_string_equal(x509->key_algorithm, "Ed25519");
	assert_string_equal(x509->signature_algorithm, "ECDSA-SHA384");
	tls_x509_release(x509);
	assert_int_equal(cover_of(BYTES(many_der), "70.x"), TLS_X509_NOT_COVERED);
}

/* RFC 6125 section 6.4, RFC 2818 section 3.1; openssl x509 -checkhost, -checkip. */
static void names_covered(void **state)
{
	static const struct {
		const char *name;
		enum tls_x509_cover cover;
	} rows[] = {
		{ "api.example.com", TLS_X509_COVERED },
		{ "API.Example.COM", TLS_X509_COVERED },
		{ "api.example.com.", TLS_X509_COVERED },
		{ "www.example.org", TLS_X509_COVERED },
		{ "192.0.2.1", TLS_X509_COVERED },
		{ "2001:db8::1", TLS_X509_COVERED },
		{ "www.example.com", TLS_X509_NOT_COVERED },
		{ "example.org", TLS_X509_NOT_COVERED },
		{ "a.b.example.org", TLS_X509_NOT_COVERED },
		{ "192.0.2.2", TLS_X509_NOT_COVERED },
		{ "*", TLS_X509_NOT_COVERED },
		{ "root@example.com", TLS_X509_NOT_COVERED },
		{ "", TLS_X509_COVER_UNKNOWN },
		{ ".", TLS_X509_COVER_UNKNOWN },
		{ ".example.com", TLS_X509_COVER_UNKNOWN },
		{ "m\xc3\xbcller.example.com", TLS_X509_COVER_UNKNOWN },
		{ "api.example.com\n", TLS_X509_COVER_UNKNOWN },
	};
	char longest[400];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum tls_x509_cover cover = cover_of(BYTES(leaf_der), rows[i].name);

		if (cover != rows[i].cover)
			fail_msg("%s: %d", rows[i].name, (int)cover);
	}
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(cover_of(BYTES(leaf_der), longest), TLS_X509_COVER_UNKNOWN);
}

/* www.example.com NUL evil.test is not www.example.com. */
static void nul_in_a_name(void **state)
{
	static const char name[] = "www.example.com.evil.test";
	uint8_t der[sizeof(old_der)], *p = der;
	struct tls_x509 *x509;
	unsigned n = 0;

	(void)state;
	memcpy(der, old_der, sizeof(der));
	while ((p = memmem(p, (size_t)(der + sizeof(der) - p), name, sizeof(name) - 1))) {
		p[15] = '\0';
		n++;
	}
	assert_int_equal(n, 2);
	x509 = parse(BYTES(der));
	assert_string_equal(x509->subject, "CN=www.example.com\\00evil.test");
	assert_int_equal(cover_of(BYTES(der), "www.example.com"), TLS_X509_NOT_COVERED);
	assert_true(x509->self_signed);
	tls_x509_release(x509);
	/* By its CN, without others. */
	assert_int_equal(cover_of(BYTES(old_der), "www.example.com.evil.test"), TLS_X509_COVERED);
}

static void cut_or_changed_anywhere(void **state)
{
	static const uint8_t masks[] = { 0x01, 0x80, 0xff };
	uint8_t der[sizeof(leaf_der) + 1] = { 0 };

	(void)state;
	for (size_t n = 0; n < sizeof(leaf_der); n++) {
		struct tls_x509 *x509 = parse((struct bytes){ leaf_der, n });

		assert_false(x509->parsed);
		assert_null(x509->subject);
		tls_x509_release(x509);
	}
	memcpy(der, leaf_der, sizeof(leaf_der));
	for (size_t i = 0; i < sizeof(leaf_der) * sizeof(masks); i++) {
		der[i / sizeof(masks)] ^= masks[i % sizeof(masks)];
		cover_of((struct bytes){ der, sizeof(leaf_der) }, "a");
		der[i / sizeof(masks)] ^= masks[i % sizeof(masks)];
	}
	struct tls_x509 *x509 = parse(BYTES(der)); /* something behind it */

	assert_false(x509->parsed);
	tls_x509_release(x509);
}

static void too_much_is_left_out(void **state)
{
	static const struct {
		int names, serial_bytes;
		bool parsed, subject, serial;
	} rows[] = {
		/* 15 * "CN=" and 64 letters, 14 commas: 1019; 16: 1087 */
		{ 15, 63, true, true, true },
		{ 16, 64, true, false, false },
		{ 300, 5000, true, false, false },
		{ 500, 2, false, false, false }, /* 75 bytes a name: more than 32 KB */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes der = with_names(rows[i].names, rows[i].serial_bytes);
		struct tls_x509 *x509 = parse(der);

		print_message("# %d names, %zu bytes\n", rows[i].names, der.n);
		assert_int_equal(x509->parsed, rows[i].parsed);
		assert_int_equal(x509->subject != NULL, rows[i].subject);
		assert_int_equal(x509->serial != NULL, rows[i].serial);
		assert_null(x509->issuer); /* it has no names */
		tls_x509_release(x509);
		OPENSSL_free((void *)der.p);
	}
}

/* What a terminal would obey is escaped by the bytes of its UTF-8 (RFC 4514 section 2.4). */
static void controls_in_a_name(void **state)
{
	static const struct {
		const char *name, *subject;
	} rows[] = {
		{ "a\xc2\x9b"
		  "31mb",
		  "CN=a\\C2\\9B31mb" },
		{ "a\x1b[0m\x7f", "CN=a\\1B[0m\\7F" },
		{ "\xe2\x80\xae"
		  "evil",
		  "CN=\\E2\\80\\AEevil" },
		{ "M\xc3\xbcller", "CN=M\xc3\xbcller" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes der = with_name(rows[i].name);
		struct tls_x509 *x509 = parse(der);

		assert_string_equal(x509->subject, rows[i].subject);
		tls_x509_release(x509);
		OPENSSL_free((void *)der.p);
	}
}

static void messages(void **state)
{
	static uint8_t body[MESSAGE_MAX];
	const struct bytes ders[] = { BYTES(leaf_der), BYTES(old_der) };
	size_t n = message_of(body, ders, 2);
	struct tls_certificate_list list;

	(void)state;
	assert_int_equal(tls_certificate_list_parse((struct bytes){ body, n }, &list), TLS_OK);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.leaf.n, sizeof(leaf_der));
	assert_memory_equal(list.leaf.p, leaf_der, sizeof(leaf_der));
	for (size_t cut = 0; cut < n; cut++)
		assert_int_equal(tls_certificate_list_parse((struct bytes){ body, cut }, &list),
				 TLS_BAD);
	assert_int_equal(tls_certificate_list_parse((struct bytes){ body, n + 1 }, &list), TLS_BAD);
	assert_int_equal(tls_certificate_list_parse((struct bytes){ (const uint8_t *)"\0\0\0", 3 },
						    &list),
			 TLS_OK);
	assert_int_equal(list.count, 0);
	assert_int_equal(tls_certificate_list_parse(
				 (struct bytes){ (const uint8_t *)"\0\0\3\0\0\0", 6 }, &list),
			 TLS_BAD);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaf_as_openssl_says), cmocka_unit_test(old_as_openssl_says),
		cmocka_unit_test(many_names),		cmocka_unit_test(names_covered),
		cmocka_unit_test(nul_in_a_name),	cmocka_unit_test(cut_or_changed_anywhere),
		cmocka_unit_test(too_much_is_left_out), cmocka_unit_test(messages),
		cmocka_unit_test(controls_in_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
