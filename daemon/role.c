/* SPDX-License-Identifier: BSD-2-Clause */
#include "role.h"

static enum hs_role role_of(bool client, bool server)
{
	if (client)
		return server ? HS_ROLE_BOTH : HS_ROLE_CLIENT;
	return server ? HS_ROLE_SERVER : HS_ROLE_FORWARDED;
}

/*
 * By address first: in a container or a test namespace the other end's socket may well be
 * on the same kernel, but it is another host to those who live there. Where neither address
 * is ours we pass the traffic on, and a socket behind a veth (a pod) is the end on this host.
 */
void role_fill(struct handshake *hs, const bool local[2],
	       bool (*is_local)(void *ctx, const __u32 addr[4]), void *ctx)
{
	bool client = is_local(ctx, hs->end[HS_CLIENT].addr);
	bool server = is_local(ctx, hs->end[HS_SERVER].addr);

	if (client || server)
		hs->role = role_of(client, server);
	else
		hs->role = role_of(local[HS_CLIENT], local[HS_SERVER]);
}
