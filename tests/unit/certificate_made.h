/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificates of our own making, and messages of them. */
#ifndef TEST_CERTIFICATE_MADE_H
#define TEST_CERTIFICATE_MADE_H

#include <string.h>

#include <openssl/x509.h>

#include "base/bytes.h"

#define MESSAGE_MAX 140000

/* With a key, dates and a signature; x509 is given up. */
static inline struct bytes finished(X509 *x509)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	unsigned char *der = NULL;
	int n;

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

/* A certificate of our own making, with a subject of so many common names of 64 letters. */
static inline struct bytes with_names(int names, int serial_bytes)
{
	const unsigned char letters[] =
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
	X509 *x509 = X509_new();
	BIGNUM *serial = BN_new();

	BN_set_bit(serial, 8 * serial_bytes - 2);
	BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(x509));
	BN_free(serial);
	for (int i = 0; i < names; i++)
		X509_NAME_add_entry_by_NID(X509_get_subject_name(x509), NID_commonName,
					   MBSTRING_ASC, letters, 64, -1, 0);
	return finished(x509);
}

/* The same with one common name, in UTF-8. */
static inline struct bytes with_name(const char *name)
{
	X509 *x509 = X509_new();

	X509_NAME_add_entry_by_NID(X509_get_subject_name(x509), NID_commonName, MBSTRING_UTF8,
				   (const unsigned char *)name, -1, -1, 0);
	return finished(x509);
}

/* A Certificate message (RFC 5246 section 7.4.2) of these certificates; its length. */
static inline size_t message_of(uint8_t *out, const struct bytes *ders, size_t count)
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

#endif
