/* SPDX-License-Identifier: BSD-2-Clause */
#include "stage.h"

#include "connection_parts.h"
#include "input.h"
#include "must.h"

/* Its insides are what is to be checked. */
#include "../../daemon/pipeline.c" // NOLINT(bugprone-suspicious-include)

static void stage_concluded(void *ctx, const struct handshake *hs)
{
	struct stage *stage = ctx;

	check_record(hs);
	if (stage->count < STAGE_RECORDS_MAX)
		stage->records[stage->count] = (struct stage_record){
			.outcome = hs->outcome,
			.stage = hs->stage,
			.failure = hs->failure,
			.unknown = hs->unknown,
		};
	stage->count++;
}

static void stage_forget(void *ctx, const struct st_flow_key *key, uint64_t flow)
{
	(void)ctx;
	(void)key;
	(void)flow;
}

static enum flow_state stage_state(void *ctx, const struct st_flow_key *key, uint64_t flow,
				   uint32_t seen[2])
{
	const struct stage *stage = ctx;

	(void)key;
	(void)flow;
	memcpy(seen, stage->seen, sizeof(stage->seen));
	return stage->state;
}

static bool stage_unanswered(void *ctx, const struct st_flow_key *key, uint64_t syn_time)
{
	(void)key;
	(void)syn_time;
	return ((struct stage *)ctx)->unanswered;
}

static bool stage_is_local(void *ctx, const __u32 addr[4])
{
	(void)addr;
	return ((struct stage *)ctx)->local;
}

void stage_open(struct stage *stage, const struct pipeline_config *config)
{
	const struct pipeline_ops ops = { stage,       stage_concluded,	 stage_forget,
					  stage_state, stage_unanswered, stage_is_local };

	*stage = (struct stage){ .unanswered = true };
	stage->pipeline = pipeline_new(config, &ops);
	MUST(stage->pipeline);
}

/* What the lists have, counted again. */
struct books {
	size_t count, parked, awake, held;
};

/* What a connection holds, counted again from what it has. */
static size_t held_by(const struct connection *connection)
{
	const struct handshake *hs = &connection->tracker.hs;
	size_t held = hs->message_count * sizeof(*hs->messages);

	for (int i = 0; i < 2; i++) {
		const struct reasm *reasm = &connection->half[i].reasm;

		MUST(reasm->stored <= REASM_STORED_MAX && reasm->count <= REASM_CHUNKS_MAX);
		MUST(!reasm->chunks == !reasm->count && !reasm->lent.n);
		MUST(!reasm->count == !reasm->stored);
		held += reasm_memory(reasm) + connection->half[i].messages.kept_room;
	}
	return held + (hs->client_hello ? tls_client_hello_size(hs->client_hello) : 0);
}

static void check_list(const struct seat_list *list, bool settling, struct books *books)
{
	struct seat *seat;

	TAILQ_FOREACH(seat, list, due)
	{
		const struct connection *connection = connection_at(seat);

		books->count++;
		books->parked += seat->parked;
		MUST(!seat->parked || !settling);
		if (seat->parked)
			continue;
		MUST(connection->on_settling_list == settling);
		MUST(!connection->tracker.done);
		MUST(connection->held == held_by(connection));
		books->held += connection->held;
		books->awake += !settling;
	}
}

static void check_books(const struct stage *stage)
{
	const struct connections *all = &stage->pipeline->all;
	struct books books = { 0 };

	check_list(&all->waiting, false, &books);
	check_list(&all->settling, true, &books);
	MUST(books.count == all->count && books.parked == parking_count(all->parking));
	MUST(books.count == all->by_key.count + books.parked);
	MUST(all->by_random.count <= books.count - books.parked);
	MUST(books.awake == all->awakes && books.awake <= all->awake_max + 1);
	/* A parked one takes something; what, shows when all are woken at the end. */
	MUST(books.parked ? books.held < all->held : books.held == all->held);
	MUST(all->held <= HELD_MAX + REASM_STORED_MAX + TLS_MESSAGE_MAX);
	MUST(books.count <= all->max && !all->lost);
}

void stage_event(struct stage *stage, const struct st_event *event, const uint8_t *payload)
{
	uint8_t *copy = own_copy((struct bytes){ payload, event->len });

	pipeline_event(stage->pipeline, event, copy);
	free(copy);
	check_books(stage);
}

void stage_expire(struct stage *stage, uint64_t now)
{
	pipeline_expire(stage->pipeline, now);
	check_books(stage);
}

void stage_finish(struct stage *stage, uint64_t now)
{
	pipeline_finish(stage->pipeline, now);
	check_books(stage);
	MUST(!stage->pipeline->all.count && !stage->pipeline->all.held);
	MUST(!stage->pipeline->all.by_random.count && !stage->pipeline->all.by_key.count);
}

void stage_close(struct stage *stage)
{
	pipeline_free(stage->pipeline);
}
