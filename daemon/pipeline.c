/* SPDX-License-Identifier: BSD-2-Clause */
#include "pipeline.h"

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "opening.h"
#include "pipeline_parts.h"
#include "stream_order.h"
#include "stream_read.h"
#include "stream_torn.h"
#include "track/certificates.h"

/*
 * Bytes that all open handshakes together may hold: unread stream, partial messages, hellos,
 * timelines. The usual one takes about 1 KB.
 */
#define HELD_MAX (160U * 1024 * 1024)

/*
 * Handshakes concluded by their deadlines in one go: as many as can be open may be due at the
 * same time, and the caller has other things to do.
 */
#define EXPIRE_MAX 256

/* The first ClientHello is complete: is it the copy of a handshake that is followed already? */
static bool is_copy(struct pipeline *pipeline, struct connection *connection)
{
	const struct handshake *hs = &connection->tracker.hs;

	if (!hs->client_hello || connection->identified)
		return false;
	connection->identified = true;
	if (connection_identify(&pipeline->all, connection))
		return false;
	pipeline->counters.copies++;
	return true;
}

/* Bytes of the event that follow each other. False: the limits forbid to take them. */
static bool take_piece(struct connection *connection, const struct st_event *event, uint32_t seq,
		       struct bytes bytes)
{
	struct connection_half *half = &connection->half[event->sender];
	uint32_t stored = half->reasm.stored;

	if (reasm_add(&half->reasm, seq, bytes))
		return false;
	if (half->reasm.lent.n || half->reasm.stored > stored)
		note_segment(connection, event);
	opening_settle(connection);
	half->unread |= bytes.n > 0;
	stream_order_read(connection);
	return !reasm_settle(&half->reasm);
}

static bool take_pieces(struct connection *connection, const struct st_event *event,
			const uint8_t *payload)
{
	uint32_t seq = event->seq;

	if (!event->pieces)
		return take_piece(connection, event, seq, (struct bytes){ payload, event->len });
	for (unsigned i = 0; i < event->pieces; i++) {
		const struct st_piece *piece = &event->piece[i];

		seq += piece->skip;
		if (!take_piece(connection, event, seq, (struct bytes){ payload, piece->len }))
			return false;
		payload += piece->len;
		seq += piece->len;
	}
	return true;
}

/*
 * The source let go of it, as the lengths of records told that nothing more matters. Who knows the
 * cipher suite may see that they did not: then what would have told the outcome does not come.
 */
static COLD void on_done(struct pipeline *pipeline, struct connection *connection,
			 const struct st_event *event)
{
	stream_order_flush(connection);
	pipeline->counters.gone += connection->tracker.hs.outcome == HS_OPEN;
	tracker_unknown(&connection->tracker, HS_EVICTED, event->time);
}

static void on_data(struct pipeline *pipeline, struct connection *connection,
		    const struct st_event *event, const uint8_t *payload)
{
	const struct connection_half *half = &connection->half[event->sender];
	uint32_t pos = half->reasm.pos;
	uint32_t stored = half->reasm.stored;
	uint64_t now = opening_time(connection, event);

	stream_order_note(connection, event);
	if (!take_pieces(connection, event, payload))
		tracker_unknown(&connection->tracker, HS_OVER_BUDGET, event->time);
	if (half->reasm.pos != pos || half->reasm.stored > stored)
		connection_progress(&pipeline->all, connection, now);
	connection->ended |= event->done;
	/* The source copies no more: what was to come stays unseen. */
	if (event->flags & ST_FLAG_SPENT) {
		stream_order_flush(connection);
		tracker_unknown(&connection->tracker, HS_OVER_BUDGET, event->time);
	} else if (event->done && !connection->tracker.done) {
		on_done(pipeline, connection, event);
	}
}

static enum flow_state ask(struct pipeline *pipeline, struct connection *connection)
{
	uint32_t seen[2] = { 0 };
	enum flow_state state =
		pipeline->ops.state(pipeline->ops.ctx, &connection->key, connection->flow, seen);

	stream_torn_learn(connection, seen);
	return state;
}

/* Nothing more comes of either side. */
static void read_rest(struct connection *connection)
{
	for (unsigned i = 0; i < 2; i++)
		stream_read_rest(connection, i, connection->half[i].time);
}

static COLD void on_reset(struct connection *connection, const struct st_event *event)
{
	connection->ended = true;
	stream_order_note(connection, event);
	stream_order_flush(connection);
	if (stream_has_gap_for(connection, event->sender))
		tracker_unknown(&connection->tracker, HS_GAP, event->time);
	stream_torn_tell_left(connection, event->sender);
	read_rest(connection);
	tracker_close(&connection->tracker, connection_side(connection, event->sender), true,
		      event->time);
}

static COLD void on_fin(struct connection *connection, const struct st_event *event)
{
	struct connection_half *half = &connection->half[event->sender];
	const struct connection_half *other = &connection->half[!event->sender];

	half->fin = true;
	half->fin_seq = event->seq;
	half->fin_time = event->time;
	half->closed = fin_closes(event);
	connection->ended = half->closed && other->closed;
	if (!half->reasm.started)
		reasm_start(&half->reasm, event->seq);
	stream_order_note(connection, event);
	stream_order_read(connection);
}

/* What is true now, and may not be when the handshake is over. */
static void note_surroundings(struct pipeline *pipeline, struct connection *connection)
{
	struct handshake *hs = &connection->tracker.hs;

	hs->wall_offset = pipeline->wall_offset;
	if (pipeline->config.roles)
		role_note(&connection->signs, hs, pipeline->ops.is_local, pipeline->ops.ctx);
}

/*
 * The same ports again, and the end of the earlier connection was not seen; or the same handshake
 * goes on, and the source dropped its entry meanwhile. True: the event opens another connection.
 */
static COLD bool succeeds(struct pipeline *pipeline, struct connection *connection,
			  const struct st_event *event)
{
	bool evicted = event->flags & ST_FLAG_JOINED;

	pipeline->counters.gone += evicted;
	connection->ended = true;
	tracker_unknown(&connection->tracker, evicted ? HS_EVICTED : HS_GAP, event->time);
	pipeline_conclude(pipeline, connection);
	if (evicted)
		pipeline->ops.forget(pipeline->ops.ctx, &event->key, event->flow);
	return !evicted;
}

static NOINLINE struct connection *open_flow(struct pipeline *pipeline,
					     const struct st_event *event)
{
	uint64_t mark = connection_mark(&pipeline->all, &event->key);
	struct connection *connection;

	if (recents_has(&pipeline->recents, event, mark) ||
	    answers_has(&pipeline->all.answers, event)) {
		pipeline->ops.forget(pipeline->ops.ctx, &event->key, event->flow);
		return NULL;
	}
	pipeline_make_room(pipeline, event->time);
	connection = open_connection(&pipeline->all, event, mark);
	if (connection)
		note_surroundings(pipeline, connection);
	else
		pipeline_refuse(pipeline, event);
	return connection;
}

/* NULL also for what comes behind the end of a handshake. */
static struct connection *connection_of(struct pipeline *pipeline, const struct st_event *event)
{
	struct connection *connection = connection_find(&pipeline->all, &event->key, event->hash);

	if (connection && connection->flow == event->flow)
		return connection;
	if (connection && !succeeds(pipeline, connection, event))
		return NULL;
	return event->flags & ST_FLAG_OPENED ? open_flow(pipeline, event) : NULL;
}

static void on_flow_event(struct pipeline *pipeline, const struct st_event *event,
			  const uint8_t *payload)
{
	struct connection *connection = connection_of(pipeline, event);

	if (!connection)
		return;
	note_sender(connection, event);
	note_delivery(connection, event);
	if (event->flags & ST_FLAG_LOST)
		tracker_unknown(&connection->tracker, HS_LOST_EVENTS, event->time);
	if (connection->tracker.done) {
		pipeline_conclude(pipeline, connection);
		return;
	}
	if (event->type == ST_EVENT_DATA)
		on_data(pipeline, connection, event, payload);
	else if (event->type == ST_EVENT_FIN)
		on_fin(connection, event);
	else
		on_reset(connection, event);
	connection_account(&pipeline->all, connection);
	if (pipeline->all.held > HELD_MAX)
		tracker_unknown(&connection->tracker, HS_OVER_BUDGET, event->time);
	if (is_copy(pipeline, connection))
		pipeline_give_up(pipeline, connection);
	else if (connection->tracker.done)
		pipeline_conclude(pipeline, connection);
	else if (connection->tracker.settling)
		connection_settle(&pipeline->all, connection);
	connections_rest(&pipeline->all);
}

void pipeline_event(struct pipeline *pipeline, const struct st_event *event, const uint8_t *payload)
{
	switch (event->type) {
	case ST_EVENT_DATA:
	case ST_EVENT_FIN:
	case ST_EVENT_RST:
		on_flow_event(pipeline, event, payload);
		break;
	case ST_EVENT_REFUSED:
	case ST_EVENT_SYN_REPEATED:
		pipeline_connect_event(pipeline, event);
		break;
	default:
		break;
	}
}

static void expire_connection(struct pipeline *pipeline, struct connection *connection,
			      uint64_t now)
{
	struct tracker *tracker = &connection->tracker;

	switch (ask(pipeline, connection)) {
	case FLOW_LOST:
		tracker_unknown(tracker, HS_LOST_EVENTS, now);
		break;
	case FLOW_GONE:
		pipeline->counters.gone++;
		tracker_unknown(tracker, HS_EVICTED, now);
		break;
	case FLOW_INTACT:
		stream_order_flush(connection);
		if (stream_has_gap(connection)) {
			tracker_unknown(tracker, HS_GAP, now);
			break;
		}
		stream_torn_tell(connection);
		read_rest(connection);
		tracker_timeout(tracker, now - connection->seat.progress, now);
		break;
	}
	pipeline_conclude(pipeline, connection);
}

static bool is_overdue(const struct pipeline *pipeline, uint64_t now)
{
	const struct seat *first = TAILQ_FIRST(&pipeline->all.waiting);

	return first && first->progress + pipeline->config.timeout <= now;
}

void pipeline_expire(struct pipeline *pipeline, uint64_t now)
{
	struct connection *connection;
	int left = EXPIRE_MAX;

	while ((connection = connections_first(&pipeline->all, &pipeline->all.settling)) &&
	       connection->tracker.deadline <= now && left--) {
		tracker_settle(&connection->tracker);
		pipeline_conclude(pipeline, connection);
	}
	while (is_overdue(pipeline, now) && left-- > 0 &&
	       (connection = connections_first(&pipeline->all, &pipeline->all.waiting)))
		expire_connection(pipeline, connection, now);
	pipeline_expire_connects(pipeline, now);
}

uint64_t pipeline_due(const struct pipeline *pipeline)
{
	uint64_t timeout = pipeline->config.timeout;

	return sooner(connects_next(&pipeline->connects, timeout),
		      connections_due(&pipeline->all, timeout));
}

bool pipeline_is_due(const struct pipeline *pipeline, uint64_t now)
{
	uint64_t due = pipeline_due(pipeline);

	return due && due <= now;
}

void pipeline_finish(struct pipeline *pipeline, uint64_t now)
{
	struct connection *connection;

	while ((connection = connections_first(&pipeline->all, &pipeline->all.settling)) ||
	       (connection = connections_first(&pipeline->all, &pipeline->all.waiting))) {
		stream_order_flush(connection);
		if (stream_torn_pending(connection))
			ask(pipeline, connection);
		tracker_unknown(&connection->tracker,
				stream_has_gap(connection) ? HS_GAP : HS_STILL_OPEN, now);
		pipeline_conclude(pipeline, connection);
	}
}

struct pipeline *pipeline_new(const struct pipeline_config *config, const struct pipeline_ops *ops)
{
	struct pipeline *pipeline = calloc(1, sizeof(*pipeline));

	if (!pipeline)
		return NULL;
	pipeline->config = *config;
	pipeline->ops = *ops;
	connections_init(&pipeline->all, config->max_flows, config->seed);
	if (!config->no_certificates) {
		pipeline->all.certificates = certificates_new();
		if (!pipeline->all.certificates) {
			free(pipeline);
			return NULL;
		}
	}
	connects_init(&pipeline->connects);
	return pipeline;
}

void pipeline_free(struct pipeline *pipeline)
{
	if (!pipeline)
		return;
	connections_free(&pipeline->all);
	free(pipeline);
}

void pipeline_set_wall(struct pipeline *pipeline, uint64_t offset)
{
	pipeline->wall_offset = offset;
}

void pipeline_counters(const struct pipeline *pipeline, struct pipeline_counters *out)
{
	*out = pipeline->counters;
	out->refused += pipeline->all.lost;
	out->in_progress = pipeline->all.count;
}
