/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Code points to the names of the IANA registries. Each function returns a static
 * string, or NULL for a code the registry of our date does not have.
 */
#ifndef SHAKETAP_TLS_NAMES_H
#define SHAKETAP_TLS_NAMES_H

#include <stdbool.h>
#include <stdint.h>

const char *tls_cipher_name(uint16_t code);
const char *tls_group_name(uint16_t code);
const char *tls_signature_name(uint16_t code);
const char *tls_alert_name(uint8_t code);
const char *tls_handshake_name(uint8_t type); /* "ClientHello" ... as RFC 8446 writes messages */

const char *tls_extension_name(uint16_t id);

/* The same for a sentence: without a name, "0x" and 4 digits, which are written to `buffer`. */
#define TLS_EXTENSION_CODE_SIZE 7
const char *tls_extension_text(uint16_t id, char buffer[TLS_EXTENSION_CODE_SIZE]);

/* "1.0" ... "1.3", "3.0", "2.0" (SSL); NULL for other codes. Drafts of 1.3 have no name. */
const char *tls_version_name(uint16_t code);
/* TLS 1.3 or one of its drafts. */
bool tls_is_13(uint16_t version);

/* The group resists a quantum computer: any that contains ML-KEM or its Kyber drafts. */
bool tls_group_is_post_quantum(uint16_t code);

/* Dense index of a known suite or group, for tables: 0 .. count - 1, or -1 for an unknown code. */
int tls_cipher_index(uint16_t code);
int tls_cipher_count(void);
uint16_t tls_cipher_code(int index);
int tls_group_index(uint16_t code);
int tls_group_count(void);
uint16_t tls_group_code(int index);

/* What the suite's name says about key exchange and AEAD sizes (RFC 8446 section B.4, RFC 5246
 * appendix C). */
enum tls_kx {
	TLS_KX_UNKNOWN,
	TLS_KX_RSA,
	TLS_KX_DHE,
	TLS_KX_ECDHE,
	TLS_KX_DH,
	TLS_KX_ECDH,
	TLS_KX_ANON_DH,
	TLS_KX_ANON_ECDH,
	TLS_KX_PSK,
	TLS_KX_DHE_PSK,
	TLS_KX_ECDHE_PSK,
	TLS_KX_RSA_PSK,
	TLS_KX_SRP,
	TLS_KX_KRB5,
	TLS_KX_TLS13
};
enum tls_kx tls_cipher_kx(uint16_t code);
/* TLS 1.3 suites: bytes of the transcript hash (32, 48) and of the AEAD tag (16, 8); else 0. */
unsigned tls13_hash_length(uint16_t cipher);
unsigned tls13_tag_length(uint16_t cipher);

#endif
