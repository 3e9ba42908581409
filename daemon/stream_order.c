/* SPDX-License-Identifier: BSD-2-Clause */
#include "stream_order.h"

#include "base/util.h"
#include "opening.h"
#include "stream_read.h"
#include "stream_torn.h"

/* Packets of one side that wait for bytes they acknowledge; then those count as missing. */
#define PATIENCE 8
/* RFC 7323 section 2.3: the largest window is 2^30; handshakes need little of it. */
#define ACK_DISTANCE_MAX (1U << 24)

/* All bytes of this direction up to the acknowledgement number are here. */
static bool has_come(const struct connection_half *half, uint32_t ack)
{
	if (!half->reasm.started)
		return true;
	if (half->fin && ack == half->fin_seq + 1) /* the FIN takes a number too */
		ack--;
	return !seq_before(reasm_end(&half->reasm), ack);
}

/* Nothing that this direction acknowledges is missing. */
static bool is_whole(const struct connection *connection, unsigned sender)
{
	const struct connection_half *half = &connection->half[sender];

	return !half->acked || has_come(&connection->half[!sender], half->ack);
}

/* Nor does any of it wait to be read. */
static bool is_in_order(const struct connection *connection, unsigned sender)
{
	const struct connection_half *other = &connection->half[!sender];

	return is_whole(connection, sender) &&
	       (!other->unread || !seq_before(other->reasm.pos, connection->half[sender].ack));
}

/* Farther than a window reaches: nobody who takes part in this connection sends that. */
static bool is_far(const struct connection_half *half, uint32_t ack)
{
	return half->reasm.started && ack - reasm_end(&half->reasm) > ACK_DISTANCE_MAX &&
	       seq_before(reasm_end(&half->reasm), ack);
}

void stream_order_note(struct connection *connection, const struct st_event *event)
{
	struct connection_half *half = &connection->half[event->sender];

	stream_torn_note(connection, event);
	if (event->len || event->type == ST_EVENT_FIN) {
		if (!half->unread) /* else it waits since then */
			half->time = opening_time(connection, event);
		half->unread = true;
		if (half->waited < PATIENCE)
			half->waited++;
	}
	if (!event->ack || (half->acked && !seq_before(half->ack, event->ack)) ||
	    is_far(&connection->half[!event->sender], event->ack))
		return;
	half->acked = true;
	half->ack = event->ack;
}

static void read_half(struct connection *connection, unsigned sender)
{
	struct connection_half *half = &connection->half[sender];

	half->unread = false;
	stream_read(connection, sender, half->time);
	stream_read_fin(connection, sender);
}

static bool has_waited(const struct connection *connection, unsigned sender)
{
	return connection->half[sender].waited >= PATIENCE;
}

typedef bool rule(const struct connection *connection, unsigned sender);

/* The first of the two, client in front, that has something unread and keeps the rule. -1: none. */
static inline int first_half(const struct connection *connection, rule *keeps)
{
	for (unsigned i = 0; i < 2; i++) {
		unsigned sender = connection->client ^ i;

		if (connection->half[sender].unread && keeps(connection, sender))
			return (int)sender;
	}
	return -1;
}

/*
 * Which direction comes next: one that is in order; then, of two that wait for each
 * other, the client; then one that has waited long enough. -1: none. All but the first are in
 * doubt.
 */
static int next_half(const struct connection *connection, bool *doubtful)
{
	int sender;

	*doubtful = false;
	if (!connection->half[0].unread && !connection->half[1].unread)
		return -1;
	sender = first_half(connection, is_in_order);
	*doubtful = sender < 0;
	if (sender < 0)
		sender = first_half(connection, is_whole);
	if (sender < 0)
		sender = first_half(connection, has_waited);
	return sender;
}

void stream_order_read(struct connection *connection)
{
	bool doubtful;
	int sender;

	while (!connection->tracker.done && (sender = next_half(connection, &doubtful)) >= 0) {
		connection->doubtful |= doubtful;
		read_half(connection, (unsigned)sender);
	}
	for (unsigned i = 0; i < 2; i++)
		if (connection->half[i].waited && is_whole(connection, i))
			connection->half[i].waited = 0;
}

void stream_order_flush(struct connection *connection)
{
	connection->half[0].waited = connection->half[1].waited = PATIENCE;
	stream_order_read(connection);
}

static bool has_hole(const struct connection_half *half)
{
	return reasm_has_gap(&half->reasm) ||
	       (half->fin && seq_before(reasm_end(&half->reasm), half->fin_seq));
}

bool stream_has_gap(const struct connection *connection)
{
	return has_hole(&connection->half[0]) || has_hole(&connection->half[1]) ||
	       !is_whole(connection, 0) || !is_whole(connection, 1);
}

bool stream_has_gap_for(const struct connection *connection, unsigned sender)
{
	const struct connection_half *half = &connection->half[sender];
	const struct connection_half *other = &connection->half[!sender];
	bool lost = half->last_ack && !seq_before(reasm_end(&other->reasm), half->last_ack);

	return has_hole(half) || (has_hole(other) && !lost) || !is_whole(connection, 0) ||
	       !is_whole(connection, 1);
}
