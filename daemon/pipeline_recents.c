/* SPDX-License-Identifier: BSD-2-Clause */
/* Flows that the source still follows though their handshake is over. */
#include "base/util.h"
#include "pipeline_parts.h"

/*
 * How long the source may keep the entry of a flow whose handshake is over. Telling it costs more
 * than a short connection has left to say, and for that the entry does no harm.
 */
#define LEAVE_NS (NS_PER_S / 4)

static void tell_drops(struct pipeline *pipeline)
{
	if (pipeline->drops)
		pipeline->ops.drop(pipeline->ops.ctx, pipeline->dropped, pipeline->drops);
	pipeline->drops = 0;
}

/* The source shall let go of it now. Ports that were used again meanwhile have a new entry. */
static void leave(struct pipeline *pipeline, struct recent *recent)
{
	recent->waits = false;
	if (!recent->ended) {
		pipeline->ops.forget(pipeline->ops.ctx, &recent->key, recent->flow);
		return;
	}
	if (connection_find(&pipeline->all, &recent->key, recent->hash))
		return;
	pipeline->dropped[pipeline->drops++] = recent->key;
	if (pipeline->drops == DROPS_MAX)
		tell_drops(pipeline);
}

void pipeline_remember(struct pipeline *pipeline, const struct connection *connection, bool silent)
{
	struct recents *recents = &pipeline->recents;
	struct recent *recent = recents_at(recents, connection->by_key.hashv), *oldest;
	uint64_t since;

	if (recent->waits)
		leave(pipeline, recent);
	recents_note(recents, connection);
	if (!connection->ended && (silent || !pipeline->ops.drop)) {
		pipeline->ops.forget(pipeline->ops.ctx, &connection->key, connection->flow);
		return;
	}
	if (!pipeline->ops.drop)
		return;
	while (recents_full(recents) && (oldest = recents_first(recents, &since)))
		leave(pipeline, oldest);
	recents_wait(recents, recent, pipeline->now);
}

void pipeline_expire_recents(struct pipeline *pipeline, uint64_t now)
{
	struct recent *recent;
	uint64_t since;

	while ((recent = recents_first(&pipeline->recents, &since)) && since + LEAVE_NS <= now)
		leave(pipeline, recent);
	tell_drops(pipeline);
}
