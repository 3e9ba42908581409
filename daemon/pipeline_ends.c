/* SPDX-License-Identifier: BSD-2-Clause */
/* How connections leave the pipeline. */
#include "pipeline_parts.h"
#include "role.h"

void pipeline_report(struct pipeline *pipeline, struct handshake *hs,
		     const struct role_signs *signs)
{
	if (pipeline->config.roles)
		role_fill(hs, signs, pipeline->ops.is_local, pipeline->ops.ctx);
	pipeline->ops.concluded(pipeline->ops.ctx, hs);
}

void pipeline_conclude(struct pipeline *pipeline, struct connection *connection)
{
	struct handshake *hs = &connection->tracker.hs;

	if (connection->doubtful)
		tracker_doubt(&connection->tracker);
	/* A connection on which no TLS ever started is no handshake. */
	if (hs->stage >= HS_CLIENT_HELLO)
		pipeline_report(pipeline, hs, &connection->signs);
	recents_note(&pipeline->recents, connection);
	if (!connection->ended)
		pipeline->ops.forget(pipeline->ops.ctx, &connection->key, connection->flow);
	connection_free(&pipeline->all, connection);
}

void pipeline_give_up(struct pipeline *pipeline, struct connection *connection)
{
	if (!connection->ended)
		pipeline->ops.forget(pipeline->ops.ctx, &connection->key, connection->flow);
	connection_free(&pipeline->all, connection);
}

void pipeline_refuse(struct pipeline *pipeline, const struct st_event *event)
{
	pipeline->counters.refused++;
	pipeline->ops.forget(pipeline->ops.ctx, &event->key, event->flow);
}

void pipeline_make_room(struct pipeline *pipeline, uint64_t now)
{
	struct connection *oldest;

	if (pipeline->all.count < pipeline->all.max)
		return;
	oldest = connections_first(&pipeline->all, &pipeline->all.waiting);
	if (!oldest)
		oldest = connections_first(&pipeline->all, &pipeline->all.settling);
	if (!oldest)
		return;
	pipeline->counters.evictions++;
	tracker_unknown(&oldest->tracker, HS_EVICTED, now);
	pipeline_conclude(pipeline, oldest);
}
