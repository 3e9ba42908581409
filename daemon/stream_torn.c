/* SPDX-License-Identifier: BSD-2-Clause */
#include "stream_torn.h"

#include "base/util.h"
#include "tls/record.h"

/* Farther than a window reaches, as in stream_order.c: a number of somebody else. */
#define DISTANCE_MAX (1U << 24)

static void advance(struct connection_half *half, uint32_t seq)
{
	if (half->passing && (!seq_before(half->seen, seq) || seq - half->seen > DISTANCE_MAX))
		return;
	half->passing = true;
	half->seen = seq;
}

void stream_torn_note(struct connection *connection, const struct st_event *event)
{
	struct connection_half *half = &connection->half[event->sender];

	/* That of an RST is where its sender stands: what it sent may never have come so far. */
	if (event->type != ST_EVENT_RST)
		advance(half, event->seq + st_event_span(event));
	if (event->ack)
		advance(&connection->half[!event->sender], event->ack);
	if (event->type == ST_EVENT_DATA)
		return;
	half->last_ack = event->ack;
	stream_torn_learn(connection, event->seen);
}

void stream_torn_learn(struct connection *connection, const uint32_t seen[2])
{
	for (unsigned i = 0; i < 2; i++)
		if (seen[i])
			advance(&connection->half[i], seen[i]);
	stream_torn_settle(connection);
}

void stream_torn_settle(struct connection *connection)
{
	const struct connection_half *server = &connection->half[!connection->client];

	/* Only of the server does it tell something, and asking that first is cheap. */
	if (tracker_is_passing(&connection->tracker, HS_SERVER) && server->passing &&
	    !seq_before(server->seen, server->reasm.pos))
		tracker_record_over(&connection->tracker, HS_SERVER);
}

bool stream_torn_pending(struct connection *connection)
{
	stream_torn_settle(connection);
	return tracker_is_passing(&connection->tracker, HS_CLIENT) ||
	       tracker_is_passing(&connection->tracker, HS_SERVER);
}

struct bytes stream_torn_record(struct connection *connection, unsigned sender)
{
	struct reasm *reasm = &connection->half[sender].reasm;
	struct bytes none = { 0 }, bytes = reasm_peek(reasm, TLS_RECORD_HEADER_LEN);
	struct tls_record record;

	if (tls_record_header_parse(bytes, &record) != TLS_OK ||
	    record.type != TLS_RECORD_HANDSHAKE ||
	    !tracker_expects_clear(&connection->tracker, connection_side(connection, sender)))
		return none;
	bytes = reasm_peek(reasm, TLS_RECORD_HEADER_LEN + record.length);
	bytes.n = min_size(bytes.n, TLS_RECORD_HEADER_LEN + record.length);
	return bytes;
}

/* The end of the last sealed record is missing. */
static struct hs_torn torn_sealed(const struct connection_half *half)
{
	uint32_t missing = half->reasm.pos - half->seen;

	return (struct hs_torn){ .kind = HS_SEALED_TORN,
				 .seen = missing < half->sealed ? half->sealed - missing : 0,
				 .whole = half->sealed };
}

static struct hs_torn torn_clear(struct connection *connection, unsigned sender)
{
	struct connection_half *half = &connection->half[sender];
	struct bytes all = stream_torn_record(connection, sender), body = { 0 };
	struct tls_torn torn;
	struct tls_record record;

	if (all.n)
		body = (struct bytes){ all.p + TLS_RECORD_HEADER_LEN,
				       all.n - TLS_RECORD_HEADER_LEN };
	if (tls_messages_torn(&half->messages, body, &torn))
		return (struct hs_torn){ .kind = HS_MESSAGE_TORN,
					 .message = torn.type,
					 .seen = torn.seen,
					 .whole = torn.whole };
	all = reasm_peek(&half->reasm, TLS_RECORD_HEADER_LEN);
	switch (tls_record_header_parse(all, &record)) {
	case TLS_OK:
		return (struct hs_torn){ .kind = HS_RECORD_TORN,
					 .seen = (uint32_t)body.n,
					 .whole = record.length };
	case TLS_MORE:
		if (all.n)
			return (struct hs_torn){ .kind = HS_RECORD_TORN };
		break;
	case TLS_BAD:
		break;
	}
	return (struct hs_torn){ 0 };
}

void stream_torn_tell(struct connection *connection)
{
	struct tracker *tracker = &connection->tracker;

	stream_torn_settle(connection);
	for (unsigned i = 0; i < 2; i++) {
		enum hs_side side = connection_side(connection, i);

		tracker->hs.torn[side] = tracker_is_passing(tracker, side)
						 ? torn_sealed(&connection->half[i])
						 : torn_clear(connection, i);
	}
}

/*
 * What passed before the client left: records that had begun by then, and what waits behind a
 * hole. Where the source was asked, it may tell of bytes that came after.
 */
static uint32_t passed_of(const struct connection_half *half)
{
	if (reasm_has_gap(&half->reasm) || seq_before(half->seen, half->reasm.pos))
		return half->seen;
	return half->reasm.pos;
}

void stream_torn_tell_left(struct connection *connection, unsigned sender)
{
	const struct connection_half *half = &connection->half[sender];
	const struct connection_half *other = &connection->half[!sender];

	stream_torn_tell(connection);
	if (sender == connection->client && half->last_ack && other->passing &&
	    seq_before(half->last_ack, passed_of(other)))
		connection->tracker.hs.unread = passed_of(other) - half->last_ack;
}
