/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TLS 1.3 behind the ServerHello: everything is sealed in application data records,
 * and their sizes, senders and order are what is left to see (RFC 8446 section 5.2:
 * content, one byte of type, padding, tag).
 */
#ifndef SHAKETAP_TLS13_H
#define SHAKETAP_TLS13_H

#include "track/tracker.h"

/* A sealed record of the handshake phase. */
void tls13_record(struct tracker *tracker, enum hs_side from, const struct tls_record *record,
		  uint64_t now);

/* FIN or RST of a TLS 1.3 connection. True: it concluded the handshake. */
bool tls13_close(struct tracker *tracker, enum hs_side from, uint64_t now);

#endif
