/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A pipeline with a source and a sink around it: events in the shape the kernel programs give
 * them, records as they come out.
 */
#ifndef TEST_BENCH_H
#define TEST_BENCH_H

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "flight13.h"
#include "pipeline.h"

#define MS UINT64_C(1000000)
#define SECOND UINT64_C(1000000000)
#define TIMEOUT (10 * SECOND)
#define RECORDS_MAX 8

/* What is kept of a handshake when it is reported; hs does not live longer. */
struct record {
	struct handshake hs; /* without what its pointers lead to */
	char name[64];	     /* server_name; "" none */
};

struct bench {
	struct pipeline *pipeline;
	struct record records[RECORDS_MAX];
	size_t count; /* of records */
	size_t forgotten;
	enum flow_state state; /* what the source says */
	bool unanswered, local_client, local_server;

	/* The connection that is being told of. */
	struct st_flow_key key;
	uint64_t flow;
	uint64_t now;
	uint32_t next[2];
	uint32_t unacked; /* bytes that acknowledgements leave out */
	uint8_t flags;	  /* of the next event, taken from it then */
	uint8_t done;	  /* the same */
};

static inline void bench_concluded(void *ctx, const struct handshake *hs)
{
	struct bench *bench = ctx;
	struct record *record = &bench->records[bench->count++];
	size_t n;

	if (bench->count > RECORDS_MAX)
		abort();
	memset(record, 0, sizeof(*record));
	record->hs = *hs;
	if (!hs->client_hello)
		return;
	n = hs->client_hello->server_name.n;
	if (n)
		memcpy(record->name, hs->client_hello->server_name.p, n < 63 ? n : 63);
}

static inline void bench_forget(void *ctx, const struct st_flow_key *key, uint64_t flow)
{
	struct bench *bench = ctx;

	(void)key;
	(void)flow;
	bench->forgotten++;
}

static inline enum flow_state bench_state(void *ctx, const struct st_flow_key *key, uint64_t flow,
					  uint32_t seen[2])
{
	const struct bench *bench = ctx;

	(void)key;
	(void)flow;
	memcpy(seen, bench->next, sizeof(bench->next));
	return bench->state;
}

static inline bool bench_unanswered(void *ctx, const struct st_flow_key *key, uint64_t syn_time)
{
	(void)key;
	(void)syn_time;
	return ((struct bench *)ctx)->unanswered;
}

static inline bool bench_is_local(void *ctx, const __u32 addr[4])
{
	const struct bench *bench = ctx;
	unsigned last = ntohl(addr[3]) & 0xff;

	return last == 1 ? bench->local_client : bench->local_server;
}

/* Another connection: 10.0.0.1 (key 0, the client), this port, to 10.0.0.2 port 443. */
static inline void bench_connection(struct bench *bench, uint16_t port)
{
	inet_pton(AF_INET6, "::ffff:10.0.0.1", bench->key.addr[0]);
	inet_pton(AF_INET6, "::ffff:10.0.0.2", bench->key.addr[1]);
	bench->key.port[0] = htons(port);
	bench->key.port[1] = htons(443);
	bench->flow++;
	bench->next[HS_CLIENT] = 1000 * bench->flow;
	bench->next[HS_SERVER] = (uint32_t)-100; /* wraps in the first flight */
	bench->flags = ST_FLAG_OPENED;
}

/* Back to the connection of that time; its first event has been. */
static inline void bench_back(struct bench *bench, const struct bench *then)
{
	bench->key = then->key;
	bench->flow = then->flow;
	bench->flags = 0;
	memcpy(bench->next, then->next, sizeof(bench->next));
}

static inline struct bench *bench_new(const struct pipeline_config *config)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	const struct pipeline_ops ops = { bench,       bench_concluded,	 bench_forget,
					  bench_state, bench_unanswered, bench_is_local };

	bench->pipeline = pipeline_new(config, &ops);
	bench->unanswered = true;
	bench->now = 100 * SECOND;
	bench_connection(bench, 51234);
	return bench;
}

/* So few that each is parked behind every event; those of test_replay.c stay awake. */
static inline int bench_setup(void **state)
{
	*state = bench_new(&(struct pipeline_config){ .timeout = TIMEOUT, .max_flows = 4 });
	return 0;
}

static inline int bench_teardown(void **state)
{
	struct bench *bench = *state;

	pipeline_free(bench->pipeline);
	free(bench);
	return 0;
}

/* As any source has one. */
static inline uint32_t bench_hash(const struct bench *bench)
{
	return hash_bytes(&bench->key, sizeof(bench->key), 1);
}

/* An event at a place of its own; the connection's own place does not move. */
static inline void bench_event_at(struct bench *bench, uint8_t type, enum hs_side side,
				  uint32_t seq, const uint8_t *bytes, size_t n)
{
	uint8_t *payload = calloc(1, n + !n); /* its own memory: ASan sees who reads it later */
	struct st_event event = {
		.time = bench->now,
		.flow = bench->flow,
		.key = bench->key,
		.ifindex = 7,
		.seq = seq,
		.ack = bench->next[!side] - bench->unacked,
		.len = (uint16_t)n,
		.vlan = 42,
		.type = type,
		.flags = bench->flags,
		.sender = (uint8_t)side,
		.done = bench->done,
		.hash = bench_hash(bench),
	};

	if (bench->flags & ST_FLAG_OPENED) {
		event.syn_time = bench->now - 2 * MS;
		event.synack_time = bench->now - MS;
	}
	if (type != ST_EVENT_DATA)
		memcpy(event.seen, bench->next, sizeof(event.seen));
	if (n)
		memcpy(payload, bytes, n);
	pipeline_event(bench->pipeline, &event, payload);
	free(payload);
	bench->flags = 0;
	bench->done = 0;
}

static inline void bench_say(struct bench *bench, enum hs_side side, const uint8_t *bytes, size_t n)
{
	bench->now += MS;
	bench_event_at(bench, ST_EVENT_DATA, side, bench->next[side], bytes, n);
	bench->next[side] += (uint32_t)n;
}

/* What the kernel shows of a sealed record: its header, and then the sequence numbers go on. */
static inline void bench_sealed(struct bench *bench, enum hs_side side, uint8_t type,
				uint16_t length)
{
	const uint8_t header[] = { type, 3, 3, (uint8_t)(length >> 8), (uint8_t)length };

	bench_say(bench, side, header, sizeof(header));
	bench->next[side] += length;
}

static inline void bench_end(struct bench *bench, enum hs_side side, bool reset)
{
	bench->now += MS;
	bench_event_at(bench, reset ? ST_EVENT_RST : ST_EVENT_FIN, side, bench->next[side], NULL,
		       0);
	bench->next[side]++;
}

static inline void bench_client_hello(struct bench *bench)
{
	bench_say(bench, HS_CLIENT, flight13_client_hello, sizeof(flight13_client_hello));
}

static inline void bench_server_flight(struct bench *bench)
{
	static const uint8_t ccs[] = { 20, 3, 3, 0, 1, 1 };

	bench_say(bench, HS_SERVER, flight13_server_hello, sizeof(flight13_server_hello));
	bench_say(bench, HS_SERVER, ccs, sizeof(ccs));
	bench_sealed(bench, HS_SERVER, 23, 23);
	bench_sealed(bench, HS_SERVER, 23, 409);
	bench_sealed(bench, HS_SERVER, 23, 97);
	bench_sealed(bench, HS_SERVER, 23, 53);
}

static inline void bench_client_finished(struct bench *bench)
{
	static const uint8_t ccs[] = { 20, 3, 3, 0, 1, 1 };

	bench_say(bench, HS_CLIENT, ccs, sizeof(ccs));
	bench_sealed(bench, HS_CLIENT, 23, 53);
}

static inline void bench_handshake(struct bench *bench)
{
	bench_client_hello(bench);
	bench_server_flight(bench);
	bench_client_finished(bench);
}

/* Let time pass. */
static inline void bench_wait(struct bench *bench, uint64_t ns)
{
	bench->now += ns;
	pipeline_expire(bench->pipeline, bench->now);
}

#endif
