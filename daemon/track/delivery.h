/* SPDX-License-Identifier: BSD-2-Clause */
/* What the facts of TCP say about the ClientHello (RFC 9293 section 3.8, RFC 6298). */
#ifndef SHAKETAP_DELIVERY_H
#define SHAKETAP_DELIVERY_H

#include "track/diagnose.h"

/* Bytes of the ClientHello with the headers of its records; so far seen, if it is not complete. */
uint32_t delivery_length(const struct handshake *hs);

/* Of these not known to have reached the server. */
uint32_t delivery_missing(const struct handshake *hs);

/* How long nothing new had come from the client, ns, when it ended. */
uint64_t delivery_silence(const struct handshake *hs, const struct ending *end);

/* An alert is a word too, if only a warning. */
bool delivery_server_spoke(const struct handshake *hs);

/*
 * The server did not get all of the ClientHello: it came in several segments and was sent again
 * without an answer, was not acknowledged to its end, or the rest of it never came.
 */
bool delivery_is_stalled(const struct handshake *hs, const struct ending *end);

/* The same, known by one repetition alone: that may also be a probe (RFC 8985 section 7). */
bool delivery_is_doubtful(const struct handshake *hs, const struct ending *end);

#endif
