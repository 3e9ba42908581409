/* SPDX-License-Identifier: BSD-2-Clause */
#include "role.h"

static enum hs_role role_of(bool client, bool server)
{
	if (client)
		return server ? HS_ROLE_BOTH : HS_ROLE_CLIENT;
	return server ? HS_ROLE_SERVER : HS_ROLE_FORWARDED;
}

void role_note(struct role_signs *signs, const struct handshake *hs, role_is_local *is_local,
	       void *ctx)
{
	for (unsigned side = 0; side < 2; side++)
		signs->address[side] = is_local(ctx, hs->end[side].addr);
}

/*
 * By address first: in a container or a test namespace the other end's socket may well be
 * on the same kernel, but it is another host to those who live there. Where neither address
 * is ours we pass the traffic on, and a socket behind a veth (a pod) is the end on this host.
 */
void role_fill(struct handshake *hs, const struct role_signs *signs, role_is_local *is_local,
	       void *ctx)
{
	bool address[2];

	for (unsigned side = 0; side < 2; side++)
		address[side] = signs->address[side] || is_local(ctx, hs->end[side].addr);
	if (address[HS_CLIENT] || address[HS_SERVER])
		hs->role = role_of(address[HS_CLIENT], address[HS_SERVER]);
	else
		hs->role = role_of(signs->socket[HS_CLIENT], signs->socket[HS_SERVER]);
}
