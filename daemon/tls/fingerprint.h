/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fingerprints of hellos: JA3 and JA3S as Salesforce published them in 2017, JA4 as FoxIO
 * did in 2023 (its client form for TLS over TCP). GREASE (RFC 8701) is left out of all.
 *
 * Each writes a string that ends with NUL, or returns false: then there is no fingerprint, and
 * `out` is not to be read. That is so for a hello in the form of SSL 2.0, for one with more
 * than anybody offers (FINGERPRINT_* in fingerprint.c, TLS_EXTENSIONS_MAX), and when libcrypto
 * refuses the digest.
 */
#ifndef SHAKETAP_FINGERPRINT_H
#define SHAKETAP_FINGERPRINT_H

#include <stdbool.h>

#include "base/digest.h"
#include "tls/hello.h"

#define TLS_JA3_SIZE 33 /* 32 digits of MD5, NUL */
#define TLS_JA4_SIZE 37 /* like t13d1516h2_8daaf6152771_e5627efa2ab1, NUL */

/* digester: NULL will do, slowly. */
bool tls_ja3(const struct tls_client_hello *hello, struct digester *digester,
	     char out[TLS_JA3_SIZE]);
bool tls_ja4(const struct tls_client_hello *hello, struct digester *digester,
	     char out[TLS_JA4_SIZE]);

/* Over the legacy_version, as JA3S's authors do: 771 with TLS 1.3. */
bool tls_ja3s(const struct tls_server_hello *hello, struct digester *digester,
	      char out[TLS_JA3_SIZE]);

#endif
