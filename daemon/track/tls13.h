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

/* All of the server's last record has passed. */
void tls13_record_over(struct tracker *tracker);

enum tls13_end {
	TLS13_CONCLUDED, /* the outcome is decided */
	TLS13_WAIT,	 /* the other side still has to speak */
	TLS13_FAILED	 /* the connection ended before the handshake did */
};

/* FIN or RST behind the ServerHello. */
enum tls13_end tls13_close(struct tracker *tracker, enum hs_side from, bool reset, uint64_t now);

/*
 * Nothing more will be seen. A client that has sent its Finished and heard no alert is
 * established: without tickets and data there is nothing else a server says.
 */
void tls13_silence(struct tracker *tracker);

#endif
