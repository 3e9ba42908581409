/* SPDX-License-Identifier: BSD-2-Clause */
#include "opening.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/util.h"
#include "tls_sniff.h"

static void fill_end(struct hs_end *end, const struct st_flow_key *key, unsigned index)
{
	memcpy(end->addr, key->addr[index], sizeof(end->addr));
	end->port = ntohs(key->port[index]);
}

void fill_ends(struct handshake *hs, const struct st_event *event, unsigned client)
{
	fill_end(&hs->end[HS_CLIENT], &event->key, client);
	fill_end(&hs->end[HS_SERVER], &event->key, !client);
	hs->ifindex = event->ifindex;
	hs->vlan = event->vlan;
	hs->syn_time = event->syn_time;
	hs->synack_time = event->synack_time;
}

void note_sender(struct connection *connection, const struct st_event *event)
{
	enum hs_side side = connection_side(connection, event->sender);

	if (event->flags & ST_FLAG_LOCAL)
		connection->signs.socket[side] = true;
	if (event->cgroup)
		connection->tracker.hs.cgroup[side] = event->cgroup;
}

/* Sooner than that it is another copy of the packet, or a probe for its tail (RFC 8985). */
#define REPEAT_NS (NS_PER_S / 10)

static void note_sent(struct hs_delivery *delivery, const struct st_event *event, uint32_t from,
		      bool open)
{
	uint32_t end = from + st_event_span(event);
	/* A keep-alive sends the last byte again or none (RFC 9293 section 3.8.4). */
	bool old = from + 1 < delivery->sent && end <= delivery->sent;
	bool data = event->type == ST_EVENT_DATA && (event->len || !(event->flags & ST_FLAG_WHOLE));

	if (data && old && event->time >= delivery->time + REPEAT_NS) {
		if (!delivery->repeats || from < delivery->again)
			delivery->again = from;
		delivery->repeats += delivery->repeats < UINT16_MAX;
		delivery->repeated = event->time;
	}
	if (open && end > delivery->sent && end <= REASM_STORED_MAX)
		delivery->sent = end;
	if (data)
		delivery->time = max_u64(delivery->time, event->time);
}

void note_delivery(struct connection *connection, const struct st_event *event)
{
	struct handshake *hs = &connection->tracker.hs;
	struct hs_delivery *delivery = &hs->delivery;

	if (hs->stage > HS_CLIENT_HELLO || !hs->client_hello_time)
		return;
	if (event->sender == connection->client) {
		note_sent(delivery, event, event->seq - connection->first_seq,
			  !hs->client_hello_end_time);
	} else if (event->ack) {
		uint32_t acked = event->ack - connection->first_seq;

		if (acked > delivery->acked && acked <= REASM_STORED_MAX)
			delivery->acked = acked;
	}
}

void note_segment(struct connection *connection, const struct st_event *event)
{
	struct handshake *hs = &connection->tracker.hs;

	if (hs->client_hello_end_time || event->sender != connection->client)
		return;
	/* Events of one packet have one time. */
	if (!(event->flags & ST_FLAG_WHOLE) && event->time == connection->last_segment)
		return;
	connection->last_segment = event->time;
	hs->client_hello_segments++;
}

struct connection *open_connection(struct connections *all, const struct st_event *event,
				   uint64_t mark)
{
	struct connection *connection = connection_new(all, event, mark);
	struct handshake *hs;

	if (!connection)
		return NULL;
	hs = &connection->tracker.hs;
	connection->client = event->flags & ST_FLAG_JOINED ? !event->sender : event->sender;
	connection->first_seq = event->seq;
	fill_ends(hs, event, connection->client);
	if (event->flags & ST_FLAG_JOINED) {
		tracker_join(&connection->tracker, event->time);
		return connection;
	}
	hs->client_hello_time = event->time;
	hs->server_first = event->spoken;
	if (event->ack)
		reasm_start(&connection->half[!event->sender].reasm, event->ack);
	return connection;
}

uint64_t opening_time(const struct connection *connection, const struct st_event *event)
{
	const struct handshake *hs = &connection->tracker.hs;

	if (event->sender != connection->client || hs->client_hello_end_time)
		return event->time;
	return max_u64(event->time, hs->client_hello_time);
}

void opening_settle(struct connection *connection)
{
	struct reasm *reasm = &connection->half[connection->client].reasm;
	struct handshake *hs = &connection->tracker.hs;
	struct bytes first;

	if (hs->stage != HS_TCP_SYN || reasm->pos != connection->first_seq)
		return;
	first = reasm_peek(reasm, TLS_SNIFF_BYTES);
	if (first.n >= TLS_SNIFF_BYTES &&
	    tls_sniff(first.p, (uint32_t)first.n) == TLS_SNIFFED_CLIENT_HELLO)
		hs->stage = HS_CLIENT_HELLO;
}
