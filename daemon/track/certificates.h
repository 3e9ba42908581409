/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The certificates of handshakes. Servers show the same one over and over, and reading one takes
 * a thousand times longer than comparing it, so those met last are kept and shared.
 */
#ifndef SHAKETAP_CERTIFICATES_H
#define SHAKETAP_CERTIFICATES_H

#include "track/handshake.h"

struct certificates;

/* NULL: memory is out. What handshakes still hold outlives it. */
struct certificates *certificates_new(void);
void certificates_free(struct certificates *certificates);

/*
 * A Certificate message of one side, behind the ServerHello: hs->certificate[side] is the leaf,
 * to be given back with tls_x509_release(). It stays as it is in TLS 1.3, when it is set already,
 * and when the message is malformed, empty, or of another kind than X.509 (RFC 7250, RFC 6091).
 */
void certificates_note(struct certificates *certificates, struct handshake *hs, enum hs_side side,
		       struct bytes body);

#endif
