/* SPDX-License-Identifier: BSD-2-Clause */
/* What TLS 1.2 and older show after the ServerHello: key exchange and certificates. */
#ifndef SHAKETAP_KEY_EXCHANGE_H
#define SHAKETAP_KEY_EXCHANGE_H

#include <stdbool.h>

#include "base/bytes.h"
#include "tls/names.h"
#include "tls/result.h"

struct tls_key_exchange {
	bool has_group; /* a named curve: group is valid */
	uint16_t group;
	uint16_t dh_bits;   /* length of the prime of a finite field exchange; 0: none */
	uint16_t signature; /* TLS 1.2: SignatureScheme the parameters are signed by; 0: none */
};

/*
 * Parse the body of a ServerKeyExchange of a suite of kind kx. TLS_OK or TLS_BAD.
 * Of a kind without Diffie-Hellman parameters (RSA, PSK, SRP ...) nothing is read and
 * `out` is empty; so it is for a curve given by its equation. The signature itself is not
 * read, its scheme only in the version (of the ServerHello) that has one, TLS 1.2.
 */
enum tls_result tls_key_exchange_parse(struct bytes body, enum tls_kx kx, uint16_t version,
				       struct tls_key_exchange *out);

/* The body of a Certificate message of TLS 1.2 or older holds no certificate at all. */
bool tls_certificate_is_empty(struct bytes body);

#endif
