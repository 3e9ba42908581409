/* SPDX-License-Identifier: BSD-2-Clause */
#include "track/turns.h"

#include <stdio.h>

#include "base/util.h"
#include "tls/names.h"

static bool is_13(const struct handshake *hs)
{
	return hs->has_server_hello && tls_is_13(hs->server_hello.version);
}

/* RFC 5246 section 7.3, RFC 8446 section 2: who speaks behind each stage, if it stops there. */
static const struct turn {
	enum hs_side next;
	const char *after; /* in the words of a sentence about `next` */
} turns[HS_STAGES] = {
	[HS_TCP_SYN] = { HS_SERVER, "the ClientHello" },
	[HS_CLIENT_HELLO] = { HS_SERVER, "the ClientHello" },
	[HS_HELLO_RETRY_REQUEST] = { HS_CLIENT, "the HelloRetryRequest" },
	[HS_SERVER_HELLO] = { HS_SERVER, "its ServerHello" },
	[HS_SERVER_CERTIFICATE] = { HS_SERVER, "its Certificate" },
	[HS_SERVER_KEY_EXCHANGE] = { HS_SERVER, "its ServerKeyExchange" },
	[HS_SERVER_HELLO_DONE] = { HS_CLIENT, "the server's flight" },
	[HS_CLIENT_KEY_EXCHANGE] = { HS_CLIENT, "its ClientKeyExchange" },
	[HS_CLIENT_FINISHED] = { HS_SERVER, "the client's Finished" },
	[HS_SERVER_FINISHED] = { HS_CLIENT, "the server's flight" },
	[HS_ESTABLISHED] = { HS_CLIENT, "the handshake" },
};

/* TLS 1.3: something of the server's flight came behind its ServerHello, and not all of it. */
static bool is_in_sealed_flight(const struct handshake *hs)
{
	if (hs->stage != HS_SERVER_HELLO || !is_13(hs))
		return false;
	for (unsigned i = 0; i < hs->message_count; i++)
		if (hs->messages[i].from == HS_SERVER && hs->messages[i].encrypted)
			return true;
	return false;
}

static struct turn turn_of(const struct handshake *hs)
{
	bool server_is_done = hs->stage == HS_SERVER_HELLO_DONE || hs->stage == HS_SERVER_FINISHED;

	if (hs->stage == HS_HELLO_RETRY_REQUEST && hs->second_hello_time)
		return (struct turn){ HS_SERVER, "the second ClientHello" };
	if (is_in_sealed_flight(hs))
		return (struct turn){ HS_SERVER, "a part of its flight" };
	if (server_is_done && hs->client_flight_time)
		return (struct turn){ HS_CLIENT, "a part of its answer" };
	return turns[hs->stage];
}

enum hs_side turns_next(const struct handshake *hs)
{
	for (enum hs_side side = HS_CLIENT; side <= HS_SERVER; side++)
		if (hs->torn[side].kind != HS_NOTHING_TORN)
			return side;
	return turn_of(hs).next;
}

void turns_say_last(struct sentence *s, const struct handshake *hs)
{
	sentence_say(s, " after %s", turn_of(hs).after);
}

#define TORN_SIZE 96

/*
 * "its Certificate, 1200 of 3000 bytes seen". Of a flight that is sealed the end is not known, only
 * that of its last record. NULL: nothing was torn.
 */
static const char *torn_of(const struct handshake *hs, enum hs_side side, char out[TORN_SIZE])
{
	const struct hs_torn *torn = &hs->torn[side];
	const char *name = tls_handshake_name(torn->message);

	switch ((enum hs_torn_kind)torn->kind) {
	case HS_NOTHING_TORN:
		return NULL;
	case HS_MESSAGE_TORN:
		snprintf(out, TORN_SIZE, "%s%s, %u of %u bytes seen", name ? "its " : "a message",
			 name ? name : "", torn->seen, torn->whole);
		break;
	case HS_SEALED_TORN:
		snprintf(out, TORN_SIZE, "its encrypted flight, %u of %u bytes of a record seen",
			 torn->seen, torn->whole);
		break;
	case HS_RECORD_TORN:
		if (torn->whole)
			snprintf(out, TORN_SIZE, "a record, %u of %u bytes seen", torn->seen,
				 torn->whole);
		else
			snprintf(out, TORN_SIZE, "a record");
		break;
	}
	return out;
}

bool turns_say_torn(struct sentence *s, const struct handshake *hs, enum hs_side side)
{
	char buffer[TORN_SIZE];
	const char *torn = side <= HS_SERVER ? torn_of(hs, side, buffer) : NULL;

	if (torn)
		sentence_say(s, " inside %s", torn);
	else if (side == HS_SERVER && is_in_sealed_flight(hs))
		sentence_say(s, " after a part of its flight");
	else
		return false;
	return true;
}

void turns_tell_torn(struct sentence *s, const struct handshake *hs, const struct ending *end)
{
	static const char *const nouns[] = { "client", "server" };
	enum hs_side told = end->kind == ENDED_BY_SILENCE ? turns_next(hs) : end->by;
	char buffer[TORN_SIZE];

	for (enum hs_side side = HS_CLIENT; side <= HS_SERVER; side++) {
		const char *torn = torn_of(hs, side, buffer);

		if (side == told)
			continue;
		if (torn)
			sentence_fact(s, "%s was inside %s", nouns[side], torn);
		else if (side == HS_SERVER && is_in_sealed_flight(hs))
			sentence_fact(s, "server had sent a part of its flight");
	}
	if (hs->unread && end->by == HS_CLIENT)
		sentence_fact(s, "%u bytes of the server not acknowledged", hs->unread);
}
