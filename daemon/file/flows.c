/* SPDX-License-Identifier: BSD-2-Clause */
#include "file/flows.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "base/seq.h"
#include "base/util.h"
#include "file/flow_table.h"
#include "file/proxied.h"

/* That all connections together may hold back. */
#define HELD_MAX (32U * 1024 * 1024)
/* The first segments of a connection are held in any case: its SYN may come out of order. */
#define EARLY_SEGMENTS 4

struct flows {
	struct flows_config config;
	struct flows_ops ops;
	struct flow_table table;
	uint64_t ids;
	uint64_t refused;
};

/* One segment on its way through this file. */
struct passing {
	struct flow *flow;
	struct st_event event;
	const uint8_t *payload;
	uint8_t tcp_flags;
	uint32_t end; /* sequence number behind the payload, captured or not */
};

struct flows *flows_new(const struct flows_config *config, const struct flows_ops *ops)
{
	struct flows *flows = calloc(1, sizeof(*flows));

	if (!flows)
		return NULL;
	flows->config = *config;
	flows->ops = *ops;
	flow_table_init(&flows->table, config->max, HELD_MAX, config->seed);
	return flows;
}

void flows_free(struct flows *flows)
{
	if (!flows)
		return;
	flow_table_free(&flows->table);
	free(flows);
}

static void emit(struct flows *flows, struct flow *flow, struct st_event *event,
		 const uint8_t *payload)
{
	event->flow = flow->id;
	event->hash = flow->hash;
	flows->ops.event(flows->ops.ctx, event, payload);
}

/* A hello: from here on everything of this connection is handed over, what is held first. */
static void open_handshake(struct flows *flows, struct flow *flow, const struct st_event *event,
			   const uint8_t *payload, bool joined)
{
	struct st_event first = *event;
	struct held_segment *segment;

	flow->id = ++flows->ids;
	flow->over = false;
	first.flags |= ST_FLAG_OPENED | (joined ? ST_FLAG_JOINED : 0);
	first.syn_time = flow->syn_time;
	first.synack_time = flow->synack_time;
	first.spoken = flow->synack_time && event->sender == flow->client &&
		       event->seq == flow->syn_seq + 1 && event->ack &&
		       event->ack - (flow->answer_seq + 2) < ST_SPOKEN_MAX;
	emit(flows, flow, &first, payload);
	while ((segment = held_take(&flow->held))) {
		bool before = segment->event.sender == event->sender
				      ? seq_before(segment->event.seq, event->seq)
				      : seq_before(segment->event.seq, event->ack);

		if (!before)
			emit(flows, flow, &segment->event, segment->payload);
		held_release(&flows->table.budget, segment);
	}
}

/*
 * Nothing explains the held segments any more. With a ServerHello among them the
 * handshake was joined midway, and what came behind it is its rest.
 */
static void let_go(struct flows *flows, struct flow *flow)
{
	struct held_segment *hello = flow->id ? NULL : held_take_hello(&flow->held);

	if (hello) {
		open_handshake(flows, flow, &hello->event, hello->payload,
			       hello->hello == TLS_SNIFFED_SERVER_HELLO);
		held_release(&flows->table.budget, hello);
	}
	held_clear(&flow->held, &flows->table.budget);
}

/* What is let go may end others, and their end makes room as well: it must not be found then. */
static void drop(struct flows *flows, struct flow *flow)
{
	flow_take_out(&flows->table, flow);
	let_go(flows, flow);
	flow_free(&flows->table, flow);
}

/* It may be over, or not any more. */
static void sort(struct flows *flows, struct flow *flow)
{
	struct flow *gone = flow_sort(&flows->table, flow);

	if (gone)
		drop(flows, gone);
}

/* The connection, known already or new. NULL: memory is out. */
static struct flow *flow_of(struct flows *flows, const struct st_flow_key *key, struct flow *known)
{
	if (known) {
		flow_touch(&flows->table, known);
		return known;
	}
	if (flows->table.count >= flows->table.max)
		drop(flows, flow_oldest(&flows->table));
	return flow_add(&flows->table, key);
}

static bool is_tls_port(const struct flows *flows, uint16_t port)
{
	return flows->config.tls_ports[ntohs(port) / 64] >> (ntohs(port) % 64) & 1;
}

static void emit_connect(struct flows *flows, struct passing *passing, uint8_t type)
{
	passing->event.type = type;
	passing->event.len = 0;
	passing->event.syn_time = passing->flow->syn_time;
	emit(flows, passing->flow, &passing->event, NULL);
}

static void on_syn(struct flows *flows, struct passing *passing)
{
	struct flow *flow = passing->flow;
	const struct st_event *event = &passing->event;
	uint32_t seq = event->seq - 1;

	if (flow->syn_time && flow->syn_seq == seq && flow->client == event->sender) {
		flow->over = false; /* what an RST cleared away, as after a crash of the peer */
		if (flow->synack_time || flow->repeated ||
		    !is_tls_port(flows, flow->key.port[!event->sender]))
			return;
		flow->repeated = true;
		emit_connect(flows, passing, ST_EVENT_SYN_REPEATED);
		return;
	}
	/* Of two that open at the same time the first stands for both (RFC 9293 section 3.5). */
	if (flow->syn_time && flow->client != event->sender && !flow->synack_time && !flow->early)
		return;
	if (!flow_is_late_syn(flow, event->sender, event->seq)) {
		let_go(flows, flow);
		flow_reset(&flows->table, flow);
	}
	flow->syn_time = event->time;
	flow->syn_seq = seq;
	flow->client = event->sender;
	flow_half_begin(&flow->half[event->sender], event->seq);
}

/* What the other side has received: with it, bytes that are missing here are known to be. */
static void on_ack(struct flows *flows, const struct passing *passing)
{
	struct st_event event = passing->event;

	if (!passing->flow->id)
		return;
	event.type = ST_EVENT_DATA;
	event.len = 0;
	emit(flows, passing->flow, &event, NULL);
}

static void on_answer(struct flows *flows, struct passing *passing)
{
	struct flow *flow = passing->flow;

	if (flow_is_answer(flow, passing->event.sender, passing->event.ack)) {
		if (!flow->synack_time)
			flow->synack_time = passing->event.time;
		flow->answer_seq = passing->event.seq - 1;
		flow_half_begin(&flow->half[passing->event.sender], passing->event.seq);
	}
	on_ack(flows, passing); /* of TCP Fast Open: the hello came with the SYN */
}

/* RST in answer to a SYN (RFC 9293 section 3.10.7.1: it acknowledges the SYN). */
static bool is_refusal(const struct flows *flows, const struct passing *passing)
{
	const struct flow *flow = passing->flow;
	const struct st_event *event = &passing->event;

	return passing->tcp_flags & TH_ACK && !flow->synack_time &&
	       flow_is_answer(flow, event->sender, event->ack) &&
	       is_tls_port(flows, flow->key.port[event->sender]);
}

static void on_reset(struct flows *flows, struct passing *passing)
{
	struct flow *flow = passing->flow;

	if (!flow->id) {
		if (is_refusal(flows, passing)) {
			flow->synack_time = passing->event.time;
			emit_connect(flows, passing, ST_EVENT_REFUSED);
		}
	} else if (flow_is_stray(flow, passing->event.sender, passing->event.seq)) {
		return;
	} else {
		passing->event.type = ST_EVENT_RST;
		passing->event.len = 0;
		emit(flows, flow, &passing->event, NULL);
	}
	flow->over = true;
}

static void on_fin(struct flows *flows, struct passing *passing)
{
	struct flow *flow = passing->flow;
	struct flow_half *half = &flow->half[passing->event.sender];

	passing->event.type = ST_EVENT_FIN;
	passing->event.seq = passing->end;
	passing->event.len = 0;
	if (flow->id && !half->fin)
		emit(flows, flow, &passing->event, NULL);
	else if (!flow->id && !half->fin && flow->early < EARLY_SEGMENTS)
		held_add(&flow->held, &flows->table.budget, &passing->event, NULL,
			 TLS_SNIFFED_NOTHING);
	half->fin = true;
	flow->over |= flow->half[!passing->event.sender].fin;
	if (flow->over && !flow->id)
		let_go(flows, flow);
}

/* Data of a connection without a handshake: does one begin here? */
static void seek(struct flows *flows, struct passing *passing, enum tls_sniffed sniffed)
{
	struct flow *flow = passing->flow;
	struct flow_half *half = &flow->half[passing->event.sender];
	bool out_of_order = half->known && half->next != passing->event.seq;
	bool client = sniffed == TLS_SNIFFED_CLIENT_HELLO || sniffed == TLS_SNIFFED_CUT;
	bool hole = half->known && seq_before(half->next, passing->event.seq);

	if (client && !hole) {
		open_handshake(flows, flow, &passing->event, passing->payload, false);
		return;
	}
	/* Data with a SYN-ACK is no answer to a ClientHello that was not in the SYN. */
	if (!client &&
	    (flow->over || (sniffed == TLS_SNIFFED_NOTHING && passing->tcp_flags & TH_SYN)))
		return;
	/* What belongs before it may be still to come: wait for one more segment. */
	if (!sniffed && !out_of_order && flow->early >= EARLY_SEGMENTS)
		return;
	if (!held_add(&flow->held, &flows->table.budget, &passing->event, passing->payload,
		      sniffed) &&
	    sniffed)
		open_handshake(flows, flow, &passing->event, passing->payload, !client);
}

static void on_data(struct flows *flows, struct passing *passing)
{
	struct flow *flow = passing->flow;
	struct flow_half *half = &flow->half[passing->event.sender];
	enum tls_sniffed sniffed = proxied_sniff(&passing->event, &passing->payload, &half->next);
	bool old = flow_half_is_old(half, passing->end);

	/* After the end of a handshake only a new hello, not an old one again, begins another. */
	if (flow->over && sniffed == TLS_SNIFFED_CLIENT_HELLO && !old) {
		flow->id = 0;
		if (half->known && half->next != passing->event.seq) /* of another connection */
			flow_reset(&flows->table, flow);
	}
	if (!flow->id && held_has_hello(&flow->held) && sniffed != TLS_SNIFFED_CLIENT_HELLO)
		let_go(flows, flow);
	passing->event.type = ST_EVENT_DATA;
	if (flow->id)
		emit(flows, flow, &passing->event, passing->payload);
	else if (!flow->over || !old)
		seek(flows, passing, sniffed);
	if (!old)
		half->next = passing->end;
	half->known = true;
	if (flow->early < EARLY_SEGMENTS)
		flow->early++;
}

/* All but the flow and what it is found by. */
static void fill_event(struct passing *passing, const struct tcp_segment *segment, uint64_t time,
		       uint32_t interface)
{
	/* The SYN takes a sequence number of its own, and the data lies behind it. */
	uint32_t seq = segment->seq + !!(segment->flags & TH_SYN);

	passing->event.time = time;
	passing->event.ifindex = interface;
	passing->event.seq = seq;
	passing->event.ack = segment->flags & TH_ACK ? segment->ack : 0;
	/* The rest is a hole. */
	passing->event.len = (uint16_t)min_size(segment->payload.n, UINT16_MAX);
	passing->event.vlan = segment->vlan;
	passing->event.flags = ST_FLAG_RAW | ST_FLAG_WHOLE;
	passing->payload = segment->payload.p;
	passing->tcp_flags = segment->flags;
	passing->end = seq + (uint32_t)segment->payload.n + segment->cut;
}

void flows_segment(struct flows *flows, const struct tcp_segment *segment, uint64_t time,
		   uint32_t interface)
{
	struct st_flow_key key;
	unsigned sender = flow_key_of(segment, &key);
	struct flow *known = flow_find(&flows->table, &key);
	bool pure_ack = tcp_segment_is_pure_ack(segment);

	if (pure_ack && (!known || !known->id)) /* most of them: before anything is made of it */
		return;
	struct passing passing = { .flow = known,
				   .event = { .key = key, .sender = (uint8_t)sender } };
	fill_event(&passing, segment, time, interface);
	if (pure_ack) {
		on_ack(flows, &passing);
		return;
	}
	passing.flow = flow_of(flows, &key, known);
	flows->refused += !passing.flow;
	if (!passing.flow)
		return;
	if (segment->flags & TH_SYN) {
		if (segment->flags & TH_ACK)
			on_answer(flows, &passing);
		else
			on_syn(flows, &passing);
	}
	/* What comes with an RST is a message to people (RFC 9293 section 3.5.3). */
	if ((segment->payload.n || segment->cut) && !(segment->flags & TH_RST))
		on_data(flows, &passing);
	if (segment->flags & TH_RST) {
		if (!passing.flow->id)
			let_go(flows, passing.flow);
		on_reset(flows, &passing);
	} else if (segment->flags & TH_FIN) {
		on_fin(flows, &passing);
	}
	sort(flows, passing.flow);
}

void flows_finish(struct flows *flows)
{
	struct flow *flow;

	while ((flow = flow_oldest(&flows->table)))
		drop(flows, flow);
}

void flows_forget(struct flows *flows, const struct st_flow_key *key, uint64_t id)
{
	struct flow *flow = flow_find(&flows->table, key);

	if (!flow || flow->id != id)
		return;
	flow->id = 0;
	flow->over = true;
	sort(flows, flow);
}

bool flows_knows(struct flows *flows, const struct st_flow_key *key, uint64_t id)
{
	const struct flow *flow = flow_find(&flows->table, key);

	return flow && flow->id == id;
}

bool flows_unanswered(struct flows *flows, const struct st_flow_key *key, uint64_t syn_time)
{
	const struct flow *flow = flow_find(&flows->table, key);

	return flow && flow->syn_time == syn_time && !flow->synack_time && !flow->early;
}

uint64_t flows_refused(const struct flows *flows)
{
	return flows->refused;
}
