/* SPDX-License-Identifier: BSD-2-Clause */
/* Main clauses for the sentence of a failure: who did what, and how long nothing happened. */
#ifndef SHAKETAP_CLAUSES_H
#define SHAKETAP_CLAUSES_H

#include "track/diagnose.h"
#include "track/sentence.h"

/* What ended it, in the words of its kind. */
void clauses_say_ending(struct sentence *s, const struct handshake *hs, const struct ending *end);
/* The oddity of the handshake, and what followed. */
void clauses_say_oddity(struct sentence *s, const struct handshake *hs, const struct ending *end);
/* A ClientHello that did not get through as a whole, and what followed. */
void clauses_say_stalled(struct sentence *s, const struct handshake *hs, const struct ending *end);
/* No answer to a ClientHello that is complete. */
void clauses_say_unanswered(struct sentence *s, const struct handshake *hs,
			    const struct ending *end);
/* The server's answer to the ClientHello is not TLS. */
void clauses_say_not_tls(struct sentence *s, const struct handshake *hs, const struct ending *end);
/* The server spoke before the client did, and what followed. */
void clauses_say_greeted(struct sentence *s, const struct handshake *hs, const struct ending *end);

#endif
