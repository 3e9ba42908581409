/* SPDX-License-Identifier: BSD-2-Clause */
/* Which end of a handshake is on this host. */
#ifndef SHAKETAP_ROLE_H
#define SHAKETAP_ROLE_H

#include "track/handshake.h"

/* What was seen of the two ends while the handshake went on, by enum hs_side. */
struct role_signs {
	bool socket[2];	 /* a socket of this host sent it */
	bool address[2]; /* its address was one of this host's */
};

typedef bool role_is_local(void *ctx, const __u32 addr[4]);

/* At the beginning: an interface may take its addresses with it before the end. */
void role_note(struct role_signs *signs, const struct handshake *hs, role_is_local *is_local,
	       void *ctx);

/* At the end: an address that was not known at the beginning may be known by now. */
void role_fill(struct handshake *hs, const struct role_signs *signs, role_is_local *is_local,
	       void *ctx);

#endif
