/* SPDX-License-Identifier: BSD-2-Clause */
#include "stream_order.h"

#include "stream_read.h"

/* Packets of one side that wait for bytes they acknowledge; then those count as missing. */
#define PATIENCE 8

/* All bytes of this direction up to the acknowledgement number are here. */
static bool has_come(const struct connection_half *half, uint32_t ack)
{
	if (!half->reasm.started)
		return true;
	if (half->fin && ack == half->fin_seq + 1) /* the FIN takes a number too */
		ack--;
	return !seq_before(reasm_end(&half->reasm), ack);
}

static bool is_in_order(const struct connection *connection, unsigned sender)
{
	const struct connection_half *half = &connection->half[sender];

	return !half->acked || has_come(&connection->half[!sender], half->ack);
}

void stream_order_note(struct connection *connection, const struct st_event *event)
{
	struct connection_half *half = &connection->half[event->sender];

	half->unread = true;
	half->time = event->time;
	if (half->waited < PATIENCE)
		half->waited++;
	if (!event->ack || (half->acked && !seq_before(half->ack, event->ack)))
		return;
	half->acked = true;
	half->ack = event->ack;
}

static bool read_half(struct connection *connection, unsigned sender)
{
	struct connection_half *half = &connection->half[sender];
	bool in_order = is_in_order(connection, sender);

	if (in_order)
		half->waited = 0;
	if (!half->unread || (!in_order && half->waited < PATIENCE))
		return false;
	half->unread = false;
	stream_read(connection, sender, half->time);
	stream_read_fin(connection, sender);
	return true;
}

void stream_order_read(struct connection *connection)
{
	/* Each may be what the other waited for. */
	while (!connection->tracker.done && (read_half(connection, connection->client) ||
					     read_half(connection, !connection->client)))
		;
}

void stream_order_flush(struct connection *connection)
{
	connection->half[0].waited = connection->half[1].waited = PATIENCE;
	stream_order_read(connection);
}

bool stream_has_gap(const struct connection *connection)
{
	return reasm_has_gap(&connection->half[0].reasm) ||
	       reasm_has_gap(&connection->half[1].reasm) || !is_in_order(connection, 0) ||
	       !is_in_order(connection, 1);
}
