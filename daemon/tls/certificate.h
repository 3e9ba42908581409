/* SPDX-License-Identifier: BSD-2-Clause */
/* The Certificate message of TLS 1.2 and older, SSL 3.0 included (RFC 5246 section 7.4.2). */
#ifndef SHAKETAP_TLS_CERTIFICATE_H
#define SHAKETAP_TLS_CERTIFICATE_H

#include <stdbool.h>

#include "base/bytes.h"
#include "tls/result.h"

struct tls_certificate_list {
	struct bytes leaf; /* DER of the first one, the sender's own; borrowed from the message */
	unsigned count;	   /* certificates in the list; 0: none, and no leaf */
};

/*
 * Parse the body of a Certificate message. TLS_OK or TLS_BAD: the lengths must add up to the end
 * of the message, and no certificate may be empty. What is inside of a certificate is not read.
 */
enum tls_result tls_certificate_list_parse(struct bytes body, struct tls_certificate_list *out);

#endif
