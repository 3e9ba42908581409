/* SPDX-License-Identifier: BSD-2-Clause */
/* Which end of a handshake is on this host. */
#ifndef SHAKETAP_ROLE_H
#define SHAKETAP_ROLE_H

#include "track/handshake.h"

/* local: by side, its socket was seen here; is_local: is this one of the host's addresses? */
void role_fill(struct handshake *hs, const bool local[2],
	       bool (*is_local)(void *ctx, const __u32 addr[4]), void *ctx);

#endif
