/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts for the sentence of a failure: what the client offered, what the server chose of it. */
#ifndef SHAKETAP_OFFERS_H
#define SHAKETAP_OFFERS_H

#include "track/diagnose.h"
#include "track/sentence.h"

/* What was not seen is not told. */
void offers_tell_versions(struct sentence *s, const struct handshake *hs, const struct ending *end);
/* Cipher suites, versions, groups, as long as the server has chosen none. */
void offers_tell(struct sentence *s, const struct handshake *hs, const struct ending *end);
/* The server name that was asked for, or that there was none. */
void offers_tell_name(struct sentence *s, const struct handshake *hs, const struct ending *end);
void offers_tell_protocols(struct sentence *s, const struct handshake *hs,
			   const struct ending *end);
/* What the server chose, or asked for in a HelloRetryRequest. */
void offers_tell_choice(struct sentence *s, const struct handshake *hs, const struct ending *end);

#endif
