/* SPDX-License-Identifier: BSD-2-Clause */
#include "replay.h"

#include <stdlib.h>

#include "file/flows.h"
#include "pipeline.h"
#include "seed.h"

/* Handshakes followed at once, and connections remembered. */
#define HANDSHAKES_MAX 65536
#define CONNECTIONS_MAX 131072

struct replay {
	struct replay_config config;
	struct decoder *decoder;
	struct flows *flows;
	struct pipeline *pipeline;
	uint64_t now; /* of the last packet */
	uint64_t packets[DECODE_RESULTS];
	uint64_t cut;
};

static void on_concluded(void *ctx, const struct handshake *hs)
{
	const struct replay *replay = ctx;

	replay->config.concluded(replay->config.ctx, hs);
}

static void forget(void *ctx, const struct st_flow_key *key, uint64_t flow)
{
	const struct replay *replay = ctx;

	flows_forget(replay->flows, key, flow);
}

static enum flow_state state(void *ctx, const struct st_flow_key *key, uint64_t flow,
			     uint32_t seen[2])
{
	const struct replay *replay = ctx;

	(void)seen; /* its events hold every byte */

	return flows_knows(replay->flows, key, flow) ? FLOW_INTACT : FLOW_GONE;
}

static bool unanswered(void *ctx, const struct st_flow_key *key, uint64_t syn_time)
{
	const struct replay *replay = ctx;

	return flows_unanswered(replay->flows, key, syn_time);
}

/* Who recorded a capture is not known: no connect is foreign to it. */
static bool is_local(void *ctx, const __u32 addr[4])
{
	(void)ctx;
	(void)addr;
	return true;
}

static void on_event(void *ctx, const struct st_event *event, const uint8_t *payload)
{
	const struct replay *replay = ctx;

	pipeline_event(replay->pipeline, event, payload);
}

struct replay *replay_new(const struct replay_config *config)
{
	const struct pipeline_config pipeline = { .timeout = config->timeout,
						  .max_flows = HANDSHAKES_MAX,
						  .seed = seed_random() };
	const struct flows_config flows = { .max = CONNECTIONS_MAX,
					    .tls_ports = config->tls_ports,
					    .seed = seed_random() };
	struct replay *replay = calloc(1, sizeof(*replay));

	if (!replay)
		return NULL;
	replay->config = *config;
	replay->decoder = decoder_new();
	replay->flows = flows_new(&flows, &(struct flows_ops){ replay, on_event });
	replay->pipeline =
		pipeline_new(&pipeline, &(struct pipeline_ops){ replay, on_concluded, forget, state,
								unanswered, is_local });
	if (replay->decoder && replay->flows && replay->pipeline) {
		pipeline_set_wall(replay->pipeline, -REPLAY_EPOCH);
		return replay;
	}
	replay_free(replay);
	return NULL;
}

void replay_free(struct replay *replay)
{
	if (!replay)
		return;
	pipeline_free(replay->pipeline);
	flows_free(replay->flows);
	decoder_free(replay->decoder);
	free(replay);
}

/* Timeouts come first and at their time, as they would have live. */
static void replay_expire(struct replay *replay)
{
	uint64_t due;

	while ((due = pipeline_due(replay->pipeline)) && due <= replay->now)
		pipeline_expire(replay->pipeline, due);
}

enum decode_result replay_packet(struct replay *replay, const struct file_packet *packet,
				 uint32_t interface)
{
	struct tcp_segment segment;
	enum decode_result result = decode_packet(replay->decoder, packet, &segment);

	replay->packets[result]++;
	replay->cut += packet->length > packet->bytes.n;
	replay->now = packet->time + REPLAY_EPOCH;
	replay_expire(replay);
	if (result == DECODE_TCP)
		flows_segment(replay->flows, &segment, replay->now, interface);
	return result;
}

void replay_finish(struct replay *replay)
{
	flows_finish(replay->flows);
	pipeline_finish(replay->pipeline, replay->now);
}

void replay_counts(const struct replay *replay, struct replay_counts *out)
{
	struct pipeline_counters pipeline;

	pipeline_counters(replay->pipeline, &pipeline);
	*out = (struct replay_counts){ .cut = replay->cut,
				       .fragments_lost = decoder_fragments_lost(replay->decoder),
				       .copies = pipeline.copies,
				       .evictions = pipeline.evictions + pipeline.gone,
				       .refused = pipeline.refused + flows_refused(replay->flows) };
	for (int i = 0; i < DECODE_RESULTS; i++)
		out->packets[i] = replay->packets[i];
}
