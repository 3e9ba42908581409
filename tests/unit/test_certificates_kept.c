/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificates that are kept and shared between handshakes, and those that are not even read. */
/* links: track/certificates.c tls/certificate.c tls/x509.c tls/names.c tls/names_alert.c */
/* links: tls/names_cipher.c tls/names_group.c tls/names_handshake.c tls/names_signature.c */
/* links: tls/names_extension.c base/digest.c base/text.c base/text_escape.c */
/* libs: -lcrypto */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "certificate_bodies.h"
#include "certificate_made.h"
#include "tls/x509.h"
#include "track/certificates.h"

#define BYTES(array) ((struct bytes){ (array), sizeof(array) })

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

/* The same certificate is one object, whatever it is asked for; kept ones outlive the cache. */
static void kept_and_shared(void **state)
{
	struct certificates *all = certificates_new();
	struct tls_client_hello api = { .server_name = { (const uint8_t *)"api.example.com", 15 } };
	struct tls_client_hello other = { .server_name = { (const uint8_t *)"no.example.com",
							   14 } };
	struct handshake hs = { .server_hello.version = 0x0303, .client_hello = &api };
	struct tls_x509 *first = note(all, &hs, BYTES(leaf_der)), *again;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		hs.client_hello = &api;
		tls_x509_release(note(all, &hs, BYTES(leaf_der)));
		assert_int_equal(hs.cover, TLS_X509_COVERED);
		hs.client_hello = &other;
		again = note(all, &hs, BYTES(leaf_der));
		assert_int_equal(hs.cover, TLS_X509_NOT_COVERED);
		assert_ptr_equal(first, again);
		tls_x509_release(again);
	}
	assert_int_equal(first->references, 4); /* ours, the certificate's, two names' */
	for (unsigned i = 0; i < 10000; i++) {	/* rubbish pushes all out */
		uint8_t rubbish[2] = { (uint8_t)(i >> 8), (uint8_t)i };
		char name[8];

		snprintf(name, sizeof(name), "%u", i);
		other.server_name = (struct bytes){ (const uint8_t *)name, strlen(name) };
		tls_x509_release(note(all, &hs, BYTES(rubbish)));
		assert_int_equal(hs.cover, TLS_X509_COVER_UNKNOWN);
	}
	assert_int_equal(first->references, 1);
	hs.client_hello = &api;
	again = note(all, &hs, BYTES(leaf_der));
	assert_ptr_not_equal(first, again); /* read anew */
	assert_string_equal(first->serial, again->serial);
	assert_int_equal(hs.cover, TLS_X509_COVERED);
	certificates_free(all);
	assert_int_equal(again->references, 1);
	tls_x509_release(first);
	tls_x509_release(again);
}

/* Not kept, but all the same read. */
static void larger_than_what_is_kept(void **state)
{
	struct certificates *all = certificates_new();
	struct tls_client_hello hello = { .server_name = { (const uint8_t *)"a", 1 } };
	struct handshake hs = { .server_hello.version = 0x0303, .client_hello = &hello };
	struct bytes der = with_names(200, 8);
	struct tls_x509 *first, *again;

	(void)state;
	assert_true(der.n > 8192);
	first = note(all, &hs, der);
	assert_int_equal(hs.cover, TLS_X509_NOT_COVERED);
	again = note(all, &hs, der);
	assert_true(first->parsed);
	assert_ptr_not_equal(first, again);
	assert_int_equal(first->references, 1);
	tls_x509_release(first);
	tls_x509_release(again);
	OPENSSL_free((void *)der.p);
	certificates_free(all);
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
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kept_and_shared),
		cmocka_unit_test(larger_than_what_is_kept),
		cmocka_unit_test(what_is_not_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
