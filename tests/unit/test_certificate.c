/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Certificates: the message, the X.509 inside, and those kept. Expected values are what
 *   openssl x509 -noout -subject -issuer -serial -startdate -enddate -fingerprint -sha256 -text
 *     -nameopt RFC2253,-esc_msb,utf8
 * prints of the certificates in certificate_bodies.h, dates turned by date -u -d ... +%s.
 */
/* links: tls/certificate.c tls/x509.c track/certificates.c tls/names.c tls/names_alert.c */
/* links: tls/names_cipher.c tls/names_group.c tls/names_handshake.c tls/names_signature.c */
/* links: tls/names_extension.c base/digest.c base/text.c base/text_escape.c */
/* libs: -lcrypto */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/x509.h>

#include "certificate_bodies.h"
#include "tls/certificate.h"
#include "tls/x509.h"
#include "track/certificates.h"

#define BYTES(array) ((struct bytes){ (array), sizeof(array) })
#define MESSAGE_MAX 140000

static struct tls_x509 *parse(struct bytes der, const char *server_name)
{
	struct bytes name = { (const uint8_t *)server_name, strlen(server_name) };
	struct tls_x509 *x509;
	/* At the end of its own allocation: one byte too far is seen. */
	uint8_t *copy = malloc(der.n ? der.n : 1);

	memcpy(copy, der.p, der.n);
	x509 = tls_x509_parse((struct bytes){ copy, der.n }, name);
	free(copy);
	assert_non_null(x509);
	return x509;
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
	struct tls_x509 *x509 = parse(BYTES(leaf_der), "api.example.com");

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
	struct tls_x509 *x509 = parse(BYTES(old_der), "");

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
	assert_int_equal(x509->cover, TLS_X509_COVER_UNKNOWN);
	tls_x509_release(x509);
}

/* The names beyond those kept count as well; UTCTime ends with 2049 (RFC 5280 4.1.2.5). */
static void many_names(void **state)
{
	struct tls_x509 *x509 = parse(BYTES(many_der), "69.x");
	const char *last;

	(void)state;
	assert_int_equal(x509->name_count, TLS_X509_NAMES_MAX);
	assert_int_equal(x509->cover, TLS_X509_COVERED);
	last = x509->names + 5 * (TLS_X509_NAMES_MAX - 1);
	assert_string_equal(last, "63.x");
	assert_int_equal(x509->not_after, 2524608000);
	assert_string_equal(x509->key_algorithm, "Ed25519");
	assert_string_equal(x509->signature_algorithm, "ECDSA-SHA384");
	tls_x509_release(x509);
	x509 = parse(BYTES(many_der), "70.x");
	assert_int_equal(x509->cover, TLS_X509_NOT_COVERED);
	tls_x509_release(x509);
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
		struct tls_x509 *x509 = parse(BYTES(leaf_der), rows[i].name);

		if (x509->cover != rows[i].cover)
			fail_msg("%s: %d", rows[i].name, (int)x509->cover);
		tls_x509_release(x509);
	}
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	struct tls_x509 *x509 = parse(BYTES(leaf_der), longest);

	assert_int_equal(x509->cover, TLS_X509_COVER_UNKNOWN);
	tls_x509_release(x509);
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
	x509 = parse(BYTES(der), "www.example.com");
	assert_string_equal(x509->subject, "CN=www.example.com\\00evil.test");
	assert_int_equal(x509->cover, TLS_X509_NOT_COVERED);
	assert_true(x509->self_signed);
	tls_x509_release(x509);
	x509 = parse(BYTES(old_der), "www.example.com.evil.test"); /* by its CN, without others */
	assert_int_equal(x509->cover, TLS_X509_COVERED);
	tls_x509_release(x509);
}

static void cut_or_changed_anywhere(void **state)
{
	static const uint8_t masks[] = { 0x01, 0x80, 0xff };
	uint8_t der[sizeof(leaf_der) + 1] = { 0 };

	(void)state;
	for (size_t n = 0; n < sizeof(leaf_der); n++) {
		struct tls_x509 *x509 = parse((struct bytes){ leaf_der, n }, "a");

		assert_false(x509->parsed);
		assert_null(x509->subject);
		tls_x509_release(x509);
	}
	memcpy(der, leaf_der, sizeof(leaf_der));
	tls_x509_release(parse(BYTES(der), "a")); /* something behind it: below */
	for (size_t i = 0; i < sizeof(leaf_der) * sizeof(masks); i++) {
		der[i / sizeof(masks)] ^= masks[i % sizeof(masks)];
		tls_x509_release(parse((struct bytes){ der, sizeof(leaf_der) }, "a"));
		der[i / sizeof(masks)] ^= masks[i % sizeof(masks)];
	}
	struct tls_x509 *x509 = parse(BYTES(der), "a");

	assert_false(x509->parsed);
	tls_x509_release(x509);
}

/* A certificate of our own making, with a subject of so many common names of 64 letters. */
static struct bytes with_names(int names, int serial_bytes)
{
	const unsigned char letters[] =
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	X509 *x509 = X509_new();
	BIGNUM *serial = BN_new();
	unsigned char *der = NULL;
	int n;

	BN_set_bit(serial, 8 * serial_bytes - 2);
	BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(x509));
	BN_free(serial);
	for (int i = 0; i < names; i++)
		X509_NAME_add_entry_by_NID(X509_get_subject_name(x509), NID_commonName,
					   MBSTRING_ASC, letters, 64, -1, 0);
	X509_gmtime_adj(X509_getm_notBefore(x509), 0);
	X509_gmtime_adj(X509_getm_notAfter(x509), 0);
	X509_set_pubkey(x509, key);
	X509_sign(x509, key, NULL);
	n = i2d_X509(x509, &der);
	assert_true(n > 0);
	X509_free(x509);
	EVP_PKEY_free(key);
	return (struct bytes){ der, (size_t)n };
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
		struct tls_x509 *x509 = parse(der, "a");

		print_message("# %d names, %zu bytes\n", rows[i].names, der.n);
		assert_int_equal(x509->parsed, rows[i].parsed);
		assert_int_equal(x509->subject != NULL, rows[i].subject);
		assert_int_equal(x509->serial != NULL, rows[i].serial);
		assert_null(x509->issuer); /* it has no names */
		tls_x509_release(x509);
		OPENSSL_free((void *)der.p);
	}
}

/* A Certificate message (RFC 5246 section 7.4.2) of these certificates; its length. */
static size_t message_of(uint8_t *out, const struct bytes *ders, size_t count)
{
	size_t n = 3;

	for (size_t i = 0; i < count; i++) {
		out[n] = (uint8_t)(ders[i].n >> 16);
		out[n + 1] = (uint8_t)(ders[i].n >> 8);
		out[n + 2] = (uint8_t)ders[i].n;
		memcpy(out + n + 3, ders[i].p, ders[i].n);
		n += 3 + ders[i].n;
	}
	out[0] = (uint8_t)((n - 3) >> 16);
	out[1] = (uint8_t)((n - 3) >> 8);
	out[2] = (uint8_t)(n - 3);
	return n;
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

static struct tls_x509 *note(struct certificates *all, struct handshake *hs, struct bytes der)
{
	static uint8_t body[MESSAGE_MAX];
	struct tls_x509 *noted;

	certificates_note(all, hs, HS_SERVER,
			  (struct bytes){ body, message_of(body, &der, der.n ? 1 : 0) });
	noted = hs->certificate[HS_SERVER];
	hs->certificate[HS_SERVER] = NULL;
	return noted;
}

/* The same certificate for the same name is one object; kept ones outlive the cache. */
static void kept_and_shared(void **state)
{
	struct certificates *all = certificates_new();
	struct tls_client_hello api = { .server_name = { (const uint8_t *)"api.example.com", 15 } };
	struct tls_client_hello other = { .server_name = { (const uint8_t *)"no.example.com",
							   14 } };
	struct handshake hs = { .server_hello.version = 0x0303, .client_hello = &api };
	struct handshake wrong = { .server_hello.version = 0x0303, .client_hello = &other };
	struct tls_x509 *first = note(all, &hs, BYTES(leaf_der)), *again, *mismatch;

	(void)state;
	again = note(all, &hs, BYTES(leaf_der));
	mismatch = note(all, &wrong, BYTES(leaf_der));
	assert_ptr_equal(first, again);
	assert_int_equal(first->references, 3);
	assert_int_equal(first->cover, TLS_X509_COVERED);
	assert_int_equal(mismatch->cover, TLS_X509_NOT_COVERED);
	for (unsigned i = 0; i < 10000; i++) { /* rubbish pushes all out */
		uint8_t rubbish[2] = { (uint8_t)(i >> 8), (uint8_t)i };

		tls_x509_release(note(all, &hs, BYTES(rubbish)));
	}
	assert_int_equal(first->references, 2);
	certificates_free(all);
	assert_int_equal(mismatch->references, 1);
	tls_x509_release(first);
	tls_x509_release(again);
	tls_x509_release(mismatch);
}

static void what_is_not_noted(void **state)
{
	/* server_certificate_type (20), client_certificate_type (19), cert_type (9) */
	static const uint8_t ids[] = { 0, 20, 0, 19, 0, 9 };
	struct certificates *all = certificates_new();
	struct handshake hs = { .server_hello.version = 0x0303 };
	struct tls_x509 *x509;

	(void)state;
	assert_null(note(all, &hs, (struct bytes){ leaf_der, 0 }));
	hs.server_hello.version = 0x0304;
	assert_null(note(all, &hs, BYTES(leaf_der)));
	hs.server_hello.version = 0x0300;
	for (size_t i = 0; i < 3; i++) {
		hs.server_hello.extensions = (struct bytes){ ids + 2 * i, 2 };
		x509 = note(all, &hs, BYTES(leaf_der));
		assert_int_equal(x509 != NULL, i == 1);
		tls_x509_release(x509);
	}
	certificates_free(all);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaf_as_openssl_says), cmocka_unit_test(old_as_openssl_says),
		cmocka_unit_test(many_names),		cmocka_unit_test(names_covered),
		cmocka_unit_test(nul_in_a_name),	cmocka_unit_test(cut_or_changed_anywhere),
		cmocka_unit_test(too_much_is_left_out), cmocka_unit_test(messages),
		cmocka_unit_test(kept_and_shared),	cmocka_unit_test(what_is_not_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
