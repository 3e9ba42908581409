/* SPDX-License-Identifier: BSD-2-Clause */
/* The answer of a server that speaks SSL 2.0 to a ClientHello in that form. */
#ifndef SHAKETAP_TRACK_SSLV2_H
#define SHAKETAP_TRACK_SSLV2_H

#include "track/tracker.h"

/* What this side says next may be SSL 2.0: it is the server, and the hello allows that. */
bool sslv2_may_come(const struct tracker *tracker, enum hs_side from);

/*
 * first: the TLS_RECORD_HEADER_LEN bytes the server's answer begins with. True: it is SSL 2.0,
 * and that ends the matter. After a ServerHello the outcome is unknown: what follows has
 * neither our records nor anything that would tell how it went, and is left where it is.
 * After an error the handshake has failed.
 */
COLD bool sslv2_answer(struct tracker *tracker, struct bytes first, uint64_t now);

#endif
