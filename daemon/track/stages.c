/* SPDX-License-Identifier: BSD-2-Clause */
#include "track/stages.h"

#include "base/util.h"

/*
 * RFC 5246 section 7.3. Only messages in the clear: what is sealed is recognised by
 * its record (tracker.c, tls13.c), and a ClientHello opens the handshake by itself.
 */
static const struct stage_row rows[] = {
	{ HS_SERVER, TLS_HANDSHAKE_SERVER_HELLO, HS_SERVER_HELLO,
	  offsetof(struct handshake, server_hello_time) },
	{ HS_SERVER, TLS_HANDSHAKE_CERTIFICATE, HS_SERVER_CERTIFICATE, 0 },
	{ HS_SERVER, TLS_HANDSHAKE_SERVER_KEY_EXCHANGE, HS_SERVER_KEY_EXCHANGE, 0 },
	{ HS_SERVER, TLS_HANDSHAKE_SERVER_HELLO_DONE, HS_SERVER_HELLO_DONE, 0 },
	{ HS_CLIENT, TLS_HANDSHAKE_CLIENT_KEY_EXCHANGE, HS_CLIENT_KEY_EXCHANGE, 0 },
};

const struct stage_row *stage_of(enum hs_side from, uint8_t type)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].from == from && rows[i].type == type)
			return &rows[i];
	return NULL;
}
