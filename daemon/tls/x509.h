/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an X.509 certificate says (RFC 5280), read by libcrypto; nothing else of the daemon knows
 * its types. Nothing is verified: no signature, no chain, no revocation.
 */
#ifndef SHAKETAP_TLS_X509_H
#define SHAKETAP_TLS_X509_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"

/* A longer certificate is only hashed: of hostile ones a KB takes half a millisecond to read. */
#define TLS_X509_DER_MAX 32768
/* A longer distinguished name or serial number, as text, is left out. */
#define TLS_X509_NAME_MAX 1024
#define TLS_X509_SERIAL_MAX 128
/* The longest name of a host (RFC 1035 section 2.3.4), with the dot of the root. */
#define TLS_X509_HOST_MAX 254
/* Alternative names beyond these are not kept; what they cover is known all the same. */
#define TLS_X509_NAMES_MAX 64
#define TLS_X509_NAMES_SIZE 4096 /* bytes of all of them together, with their NULs */

enum tls_x509_cover {
	TLS_X509_COVER_UNKNOWN, /* no name was asked for, or one that no certificate can have */
	TLS_X509_COVERED,
	TLS_X509_NOT_COVERED
};

/* The strings, NUL-terminated UTF-8, lie behind it in one allocation. NULL: not known. */
struct tls_x509 {
	unsigned references;
	uint8_t sha256[DIGEST_SHA256_LEN]; /* of the DER as it came */
	bool parsed;			   /* it is X.509; else only sha256 means something */
	bool has_not_before, has_not_after;
	int64_t not_before, not_after; /* seconds since the epoch, of the years 1950 to 9999 */
	const char *subject, *issuer;  /* RFC 2253, not ASCII only */
	const char *serial;	       /* upper case hex, as openssl x509 -serial writes it */
	/* "RSA", "SHA256-RSA" ...: the words of Go, which the Elastic Common Schema recommends */
	const char *key_algorithm, *signature_algorithm; /* static */
	uint32_t key_bits;				 /* 0: not known */
	bool weak_signature;				 /* signed over MD2, MD4, MD5 or SHA-1 */
	bool self_signed;    /* issued by itself, by names and key identifiers */
	const char *names;   /* DNS and IP names, each with its NUL, one after another */
	unsigned name_count; /* of those kept */
};

/* A certificate as libcrypto has it, to look names up in. */
struct tls_x509_names;

/*
 * Read a certificate. Bytes that are none give a result that is not `parsed`. One reference is
 * the caller's, and *names, to be given to tls_x509_names_free(); that is NULL where what the
 * certificate covers cannot be told. NULL: memory is out, or libcrypto will not hash.
 */
struct tls_x509 *tls_x509_parse(struct bytes der, struct tls_x509_names **names);

/*
 * Does the certificate cover this server name, as it stands in the ClientHello (RFC 6125)?
 * n == 0: there was none. Takes the longer the more names the certificate has. names may be NULL.
 */
enum tls_x509_cover tls_x509_cover(const struct tls_x509_names *names, struct bytes server_name);
/* Takes NULL too. */
void tls_x509_names_free(struct tls_x509_names *names);

struct tls_x509 *tls_x509_keep(struct tls_x509 *x509);
/* Takes NULL too. */
void tls_x509_release(struct tls_x509 *x509);

#endif
