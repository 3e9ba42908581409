/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Segments in, events out: the connections of a capture with somebody who talks and somebody
 * who listens. Each test runs from several starts (struct flow_start).
 */
#ifndef TEST_FLOW_BENCH_H
#define TEST_FLOW_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/tcp.h>

#include "file/flows.h"
#include "flight13.h"

#define TOLD_MAX 128
#define TOLD_PAYLOAD 256 /* of the payload, so much is kept */
#define AS_EVER (ST_FLAG_RAW | ST_FLAG_WHOLE)
#define INTERFACE 3
#define VLAN 42

#define HELLO flight13_client_hello
#define HELLO_LEN ((uint32_t)sizeof(flight13_client_hello))
#define ANSWER flight13_server_hello
#define ANSWER_LEN ((uint32_t)sizeof(flight13_server_hello))
#define SAID(bytes) (const uint8_t *)(bytes), sizeof(bytes) - 1

enum { CLIENT, SERVER };

/* What must make no difference. */
struct flow_start {
	uint32_t isn[2]; /* of the client, of the server */
	bool turned;	 /* the server's address is the lower one */
};

static const struct flow_start flow_starts[] = {
	{ { 1000, 700000 }, false },
	/* The sequence numbers wrap in the hello; behind the SYN. */
	{ { (uint32_t)-100, (uint32_t)-60 }, true },
	{ { (uint32_t)-1, (uint32_t)-1 }, false },
};

struct told {
	struct st_event event;
	uint8_t payload[TOLD_PAYLOAD];
};

struct flow_bench {
	struct flows *flows;
	uint64_t tls_ports[65536 / 64]; /* 443 */
	const struct flow_start *start;
	struct told told[TOLD_MAX];
	size_t count;	      /* of events since the last look */
	uint64_t now;	      /* each segment comes one later */
	struct st_event last; /* of all so far */
	uint32_t next[2];     /* sequence number that each side sends next */
	uint16_t port[2];
	uint32_t cut; /* payload bytes of the next segment that the capture does not hold */
};

static inline void flow_bench_event(void *ctx, const struct st_event *event, const uint8_t *payload)
{
	struct flow_bench *bench = ctx;
	struct told *told = &bench->told[bench->count++];

	assert_true(bench->count <= TOLD_MAX);
	/* What tells the connection apart for whoever comes next: one for all of its events. */
	assert_int_not_equal(event->hash, 0);
	if (!memcmp(&bench->last.key, &event->key, sizeof(event->key)))
		assert_int_equal(event->hash, bench->last.hash);
	bench->last = *event;
	told->event = *event;
	if (event->len)
		memcpy(told->payload, payload,
		       event->len < TOLD_PAYLOAD ? event->len : TOLD_PAYLOAD);
}

/* Begin anew, with room for so many connections. */
static inline void flow_bench_room(struct flow_bench *bench, size_t max)
{
	const struct flows_config config = { .max = max, .tls_ports = bench->tls_ports };

	flows_free(bench->flows);
	bench->flows = flows_new(&config, &(struct flows_ops){ bench, flow_bench_event });
	assert_non_null(bench->flows);
}

/* *state: a struct flow_start before, a struct flow_bench behind. */
static inline int flow_bench_setup(void **state)
{
	struct flow_bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	bench->start = *state;
	bench->now = 100;
	bench->tls_ports[443 / 64] = 1ULL << 443 % 64;
	bench->port[CLIENT] = 51234;
	bench->port[SERVER] = 443;
	memcpy(bench->next, bench->start->isn, sizeof(bench->next));
	flow_bench_room(bench, 16);
	*state = bench;
	return 0;
}

static inline int flow_bench_teardown(void **state)
{
	struct flow_bench *bench = *state;

	flows_free(bench->flows);
	free(bench);
	return 0;
}

/* The index of a side in the key. */
static inline unsigned index_of(const struct flow_bench *bench, int side)
{
	return bench->start->turned ? !side : (unsigned)side;
}

static inline void address_of(const struct flow_bench *bench, int side, void *out)
{
	inet_pton(AF_INET6, index_of(bench, side) ? "::ffff:10.0.0.2" : "::ffff:10.0.0.1", out);
}

static inline struct st_flow_key key_of(const struct flow_bench *bench)
{
	struct st_flow_key key = { 0 };

	for (int side = 0; side < 2; side++) {
		address_of(bench, side, key.addr[index_of(bench, side)]);
		key.port[index_of(bench, side)] = htons(bench->port[side]);
	}
	return key;
}

/* A segment with a place of its own: what comes next does not move. */
static inline void segment_at(struct flow_bench *bench, int side, uint8_t flags, uint32_t seq,
			      const uint8_t *bytes, size_t n)
{
	uint8_t *payload = malloc(n + !n); /* its own memory: ASan sees who reads it later */
	struct tcp_segment segment = {
		.port = { bench->port[side], bench->port[!side] },
		.seq = seq,
		.ack = bench->next[!side],
		.flags = flags,
		.vlan = VLAN,
		.payload = { payload, n },
		.cut = bench->cut,
	};

	assert_non_null(payload);
	if (n)
		memcpy(payload, bytes, n);
	address_of(bench, side, segment.addr[0]);
	address_of(bench, !side, segment.addr[1]);
	bench->cut = 0;
	flows_segment(bench->flows, &segment, ++bench->now, INTERFACE);
	free(payload);
}

/* The next segment of a side. SYN and FIN take a sequence number. */
static inline void segment(struct flow_bench *bench, int side, uint8_t flags, const uint8_t *bytes,
			   size_t n)
{
	uint32_t length = (uint32_t)n + bench->cut + !!(flags & TH_SYN) + !!(flags & TH_FIN);

	segment_at(bench, side, flags, bench->next[side], bytes, n);
	bench->next[side] += length;
}

static inline void signal_flags(struct flow_bench *bench, int side, uint8_t flags)
{
	segment(bench, side, flags, NULL, 0);
}

static inline void say(struct flow_bench *bench, int side, const uint8_t *bytes, size_t n)
{
	segment(bench, side, TH_PUSH | TH_ACK, bytes, n);
}

/* SYN, SYN-ACK, ACK. */
static inline void connect_tcp(struct flow_bench *bench)
{
	signal_flags(bench, CLIENT, TH_SYN);
	signal_flags(bench, SERVER, TH_SYN | TH_ACK);
	signal_flags(bench, CLIENT, TH_ACK);
}

static inline void client_hello(struct flow_bench *bench)
{
	say(bench, CLIENT, HELLO, HELLO_LEN);
}

static inline void server_hello(struct flow_bench *bench)
{
	say(bench, SERVER, ANSWER, ANSWER_LEN);
}

/* Nothing was told since the last look. */
static inline void told_nothing(const struct flow_bench *bench)
{
	assert_int_equal(bench->count, 0);
}

/* So many events were told; their list starts afresh, and what it held can still be read. */
static inline void told_count(struct flow_bench *bench, size_t count)
{
	assert_int_equal(bench->count, count);
	bench->count = 0;
}

/* The i-th event told is this one; flags beside those that every event has. */
static inline const struct st_event *is_event(const struct flow_bench *bench, size_t i,
					      uint8_t type, int side, uint8_t flags, uint32_t seq,
					      uint32_t len)
{
	const struct st_event *event = &bench->told[i].event;

	assert_int_equal(event->type, type);
	assert_int_equal(event->sender, index_of(bench, side));
	assert_int_equal(event->flags, AS_EVER | flags);
	assert_int_equal(event->seq, seq);
	assert_int_equal(event->len, len);
	return event;
}

/* Exactly one event was told, data of that side. */
static inline const struct st_event *told_data(struct flow_bench *bench, int side, uint8_t flags,
					       uint32_t seq, uint32_t len)
{
	told_count(bench, 1);
	return is_event(bench, 0, ST_EVENT_DATA, side, flags, seq, len);
}

/* The same for the hello that was said last and opens a flow; the identity of that. */
static inline uint64_t told_hello(struct flow_bench *bench)
{
	const struct st_event *event = told_data(bench, CLIENT, ST_FLAG_OPENED,
						 bench->next[CLIENT] - HELLO_LEN, HELLO_LEN);

	assert_memory_equal(bench->told[0].payload, HELLO, HELLO_LEN);
	assert_int_not_equal(event->flow, 0);
	return event->flow;
}

static inline bool knows(const struct flow_bench *bench, uint64_t flow)
{
	const struct st_flow_key key = key_of(bench);

	return flows_knows(bench->flows, &key, flow);
}

static inline void forget(const struct flow_bench *bench, uint64_t flow)
{
	const struct st_flow_key key = key_of(bench);

	flows_forget(bench->flows, &key, flow);
}

#define FLOW_TEST_FROM(name, says, i)                                                            \
	{                                                                                        \
#name says, name, flow_bench_setup, flow_bench_teardown, (void *)&flow_starts[i] \
	}
#define FLOW_TEST(name)                                                          \
	FLOW_TEST_FROM(name, "", 0), FLOW_TEST_FROM(name, ", turned, wraps", 1), \
		FLOW_TEST_FROM(name, ", wraps at once", 2)

#endif
