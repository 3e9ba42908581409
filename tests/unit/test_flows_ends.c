/* SPDX-License-Identifier: BSD-2-Clause */
/* links: file/flows.c file/flow_table.c file/held.c file/proxied.c */
/* How flows end, what may follow, and how much is remembered. */
#include "file/held.h"
#include "flow_bench.h"

#define RST_FAR (1U << 24)   /* the largest distance at which an RST is taken for one */
#define OLD (1U << 20)	     /* what ends less than this before the last byte seen is old */
#define HELD_MAX (32U << 20) /* bytes, of all connections */
#define PIECE 1000

static uint64_t followed(struct flow_bench *bench)
{
	connect_tcp(bench);
	client_hello(bench);
	return told_hello(bench);
}

static void fin_is_said_once_and_behind_its_data(void **state)
{
	struct flow_bench *bench = *state;
	const uint64_t flow = followed(bench);
	const uint32_t at = bench->next[SERVER];

	segment(bench, SERVER, TH_FIN | TH_ACK, ANSWER, ANSWER_LEN);
	told_count(bench, 2);
	is_event(bench, 0, ST_EVENT_DATA, SERVER, 0, at, ANSWER_LEN);
	is_event(bench, 1, ST_EVENT_FIN, SERVER, 0, at + ANSWER_LEN, 0);
	assert_int_equal(bench->told[1].event.flow, flow);
	segment_at(bench, SERVER, TH_FIN | TH_ACK, at + ANSWER_LEN, NULL, 0);
	told_nothing(bench);
	signal_flags(bench, CLIENT, TH_FIN | TH_ACK);
	told_count(bench, 1);
	is_event(bench, 0, ST_EVENT_FIN, CLIENT, 0, bench->next[CLIENT] - 1, 0);
}

/* RFC 9293 section 3.10.7.4: outside of the window an RST changes nothing. */
static void rst_far_off_is_a_guess(void **state)
{
	struct flow_bench *bench = *state;

	for (int side = CLIENT; side <= SERVER; side++)
		for (int after = 0; after < 2; after++) {
			uint32_t far = after ? RST_FAR : (uint32_t)-RST_FAR;
			uint32_t farther = after ? far + 1 : far - 1;

			bench->port[CLIENT]++;
			followed(bench);
			segment_at(bench, side, TH_RST, bench->next[side] + farther, NULL, 0);
			told_nothing(bench);
			segment_at(bench, side, TH_RST, bench->next[side] + far, NULL, 0);
			told_count(bench, 1);
			is_event(bench, 0, ST_EVENT_RST, side, 0, bench->next[side] + far, 0);
		}
}

/* Nothing was seen of the side that sends it: any number may be right. */
static void rst_of_a_side_not_heard_of(void **state)
{
	struct flow_bench *bench = *state;

	client_hello(bench);
	told_hello(bench);
	segment_at(bench, SERVER, TH_RST, bench->next[SERVER] + (1U << 31), NULL, 0);
	told_count(bench, 1);
	is_event(bench, 0, ST_EVENT_RST, SERVER, 0, bench->next[SERVER] + (1U << 31), 0);
}

static void forgotten_is_forgotten(void **state)
{
	struct flow_bench *bench = *state;
	const uint64_t flow = followed(bench);

	forget(bench, flow + 1); /* somebody else's */
	assert_true(knows(bench, flow));
	forget(bench, flow);
	assert_false(knows(bench, flow));
	server_hello(bench);
	say(bench, SERVER, SAID("application data"));
	say(bench, CLIENT, SAID("application data"));
	signal_flags(bench, CLIENT, TH_FIN | TH_ACK);
	signal_flags(bench, SERVER, TH_FIN | TH_ACK);
	signal_flags(bench, SERVER, TH_RST);
	flows_finish(bench->flows);
	told_nothing(bench);
}

/* The same hello is a retransmission, one far from it begins another handshake. */
static void hello_again_behind_the_end(void **state)
{
	struct flow_bench *bench = *state;
	const uint64_t flow = followed(bench);
	const uint32_t at = bench->next[CLIENT] - HELLO_LEN;

	forget(bench, flow);
	segment_at(bench, CLIENT, TH_ACK, at, HELLO, HELLO_LEN);
	segment_at(bench, CLIENT, TH_ACK, at - OLD + 1, HELLO, HELLO_LEN);
	flows_finish(bench->flows);
	told_nothing(bench);
	segment_at(bench, CLIENT, TH_ACK, at - OLD, HELLO, HELLO_LEN);
	told_count(bench, 1);
	is_event(bench, 0, ST_EVENT_DATA, CLIENT, ST_FLAG_OPENED, at - OLD, HELLO_LEN);
	assert_int_not_equal(bench->told[0].event.flow, flow);
	assert_true(knows(bench, bench->told[0].event.flow));
}

/* The FINs of both sides, or an RST, and nobody has asked to forget: just the same. */
static void hello_behind_fin_and_rst(void **state)
{
	struct flow_bench *bench = *state;

	for (int reset = 0; reset < 2; reset++) {
		uint64_t flow;

		bench->port[CLIENT]++;
		flow = followed(bench);
		if (reset) {
			signal_flags(bench, SERVER, TH_RST);
			told_count(bench, 1);
		} else {
			signal_flags(bench, CLIENT, TH_FIN | TH_ACK);
			signal_flags(bench, SERVER, TH_FIN | TH_ACK);
			told_count(bench, 2);
		}
		bench->next[CLIENT] -= reset ? 0 : 2 * OLD; /* its SYN was not seen */
		client_hello(bench);
		assert_int_not_equal(told_hello(bench), flow);
	}
}

/* Nothing of the connection before it is taken for its own: neither SYN nor FIN. */
static void hello_of_another_connection(void **state)
{
	struct flow_bench *bench = *state;

	followed(bench);
	signal_flags(bench, CLIENT, TH_FIN | TH_ACK);
	signal_flags(bench, SERVER, TH_FIN | TH_ACK);
	bench->count = 0;
	bench->next[CLIENT] -= 2 * OLD;
	bench->next[SERVER] -= 2 * OLD;
	client_hello(bench);
	told_hello(bench);
	assert_int_equal(bench->told[0].event.syn_time, 0);
	assert_int_equal(bench->told[0].event.synack_time, 0);
	signal_flags(bench, SERVER, TH_FIN | TH_ACK);
	told_count(bench, 1);
	is_event(bench, 0, ST_EVENT_FIN, SERVER, 0, bench->next[SERVER] - 1, 0);
	signal_flags(bench, CLIENT, TH_FIN | TH_ACK);
	told_count(bench, 1);
}

/* What only looked like a hello was forgotten, and then one follows: it is the same connection. */
static void hello_of_the_same_connection(void **state)
{
	struct flow_bench *bench = *state;
	uint64_t flow;

	connect_tcp(bench);
	say(bench, CLIENT, SAID("\x16")); /* a key was pressed */
	told_count(bench, 1);
	forget(bench, bench->told[0].event.flow);
	client_hello(bench);
	flow = told_hello(bench);
	assert_int_equal(bench->told[0].event.syn_time, 101);
	client_hello(bench); /* a second one, as after a HelloRetryRequest, is no third */
	told_data(bench, CLIENT, 0, bench->next[CLIENT] - HELLO_LEN, HELLO_LEN);
	assert_true(knows(bench, flow));
}

/* Ahead of what was seen bytes may be missing, which need not come. */
static void hello_ahead_behind_the_end(void **state)
{
	struct flow_bench *bench = *state;
	const uint64_t flow = followed(bench);

	forget(bench, flow);
	bench->next[CLIENT] += 2 * OLD;
	client_hello(bench);
	flows_finish(bench->flows);
	assert_int_not_equal(told_hello(bench), flow);
}

/* It was on its way when the handshake ended: no handshake of its own. */
static void late_server_hello(void **state)
{
	struct flow_bench *bench = *state;

	followed(bench);
	signal_flags(bench, CLIENT, TH_RST);
	told_count(bench, 1);
	server_hello(bench); /* of the flow that was reset */
	told_data(bench, SERVER, 0, bench->next[SERVER] - ANSWER_LEN, ANSWER_LEN);
	bench->port[CLIENT]++;
	forget(bench, followed(bench));
	server_hello(bench);
	say(bench, SERVER, SAID("and more"));
	flows_finish(bench->flows);
	told_nothing(bench);
}

/* The longest silent connection goes, and says what it held back. */
static void no_more_connections_than_allowed(void **state)
{
	struct flow_bench *bench = *state;
	uint64_t flow;

	flow_bench_room(bench, 2);
	server_hello(bench); /* held */
	bench->port[CLIENT] = 1;
	flow = followed(bench);
	bench->port[CLIENT] = 51234;
	signal_flags(bench, CLIENT, TH_FIN | TH_ACK); /* heard of: now the other goes first */
	told_nothing(bench);
	bench->port[CLIENT] = 2;
	connect_tcp(bench);
	told_nothing(bench);
	bench->port[CLIENT] = 1;
	assert_false(knows(bench, flow));
	bench->port[CLIENT] = 3;
	signal_flags(bench, CLIENT, TH_SYN);
	told_count(bench, 2);
	bench->port[CLIENT] = 51234;
	assert_int_equal(bench->told[0].event.flags, AS_EVER | ST_FLAG_OPENED | ST_FLAG_JOINED);
	assert_int_equal(bench->told[0].event.key.port[index_of(bench, CLIENT)], htons(51234));
	assert_int_equal(bench->told[1].event.type, ST_EVENT_FIN);
	assert_false(knows(bench, bench->told[0].event.flow));
}

/* Of a beginning that comes backwards, the newest pieces are kept. */
static void no_more_segments_held_than_allowed(void **state)
{
	enum { PIECES = HELD_PER_FLOW + 4, LENGTH = 2 };
	struct flow_bench *bench = *state;
	uint32_t at;

	connect_tcp(bench);
	at = bench->next[CLIENT];
	for (uint32_t i = PIECES - 1; i; i--)
		segment_at(bench, CLIENT, TH_ACK, at + i * LENGTH, HELLO + i * LENGTH, LENGTH);
	told_nothing(bench);
	segment_at(bench, CLIENT, TH_ACK, at, HELLO, LENGTH);
	told_count(bench, 1 + HELD_PER_FLOW);
	is_event(bench, 0, ST_EVENT_DATA, CLIENT, ST_FLAG_OPENED, at, LENGTH);
	for (uint32_t i = 1; i <= HELD_PER_FLOW; i++) {
		is_event(bench, i, ST_EVENT_DATA, CLIENT, 0, at + (HELD_PER_FLOW + 1 - i) * LENGTH,
			 LENGTH);
		assert_memory_equal(bench->told[i].payload,
				    HELLO + (HELD_PER_FLOW + 1 - i) * LENGTH, LENGTH);
	}
}

/* A connection without TLS: its first segments are held, and then no more. */
static void only_the_first_segments_are_held(void **state)
{
	struct flow_bench *bench = *state;
	const uint32_t at = bench->next[SERVER];

	for (int i = 0; i < 12; i++)
		say(bench, SERVER, SAID("something"));
	bench->next[SERVER] = at; /* the client has nothing of it */
	client_hello(bench);
	told_count(bench, 1 + 4);
	for (uint32_t i = 1; i <= 4; i++)
		is_event(bench, i, ST_EVENT_DATA, SERVER, 0, at + (i - 1) * 9, 9);
}

/* Hold as much as will be held, of connections from port 1000 on; how many it took. */
static uint16_t hold_all(struct flow_bench *bench)
{
	static const uint8_t filler[PIECE];
	const uint32_t isn = bench->next[CLIENT];
	uint16_t n = 0;

	while (!bench->count) {
		bench->port[CLIENT] = 1000 + n++;
		for (uint32_t i = 0; i < HELD_PER_FLOW; i++)
			segment_at(bench, CLIENT, TH_ACK, isn - (i + 1) * PIECE, filler, PIECE);
		/* It takes the place of the oldest piece. */
		segment_at(bench, SERVER, TH_ACK, bench->next[SERVER], ANSWER, ANSWER_LEN);
	}
	return n;
}

/* Then a ServerHello that nothing explains waits no longer for its ClientHello. */
static void no_more_bytes_held_than_allowed(void **state)
{
	struct flow_bench *bench = *state;
	uint16_t n;

	flow_bench_room(bench, 10000);
	n = hold_all(bench);
	told_count(bench, 1);
	assert_int_equal(bench->told[0].event.flags, AS_EVER | ST_FLAG_OPENED | ST_FLAG_JOINED);
	assert_in_range(n * ((HELD_PER_FLOW - 1) * PIECE + ANSWER_LEN), HELD_MAX / 4 * 3, HELD_MAX);
	/* What ends gives back what it held. */
	for (uint16_t i = 0; i < n / 2; i++) {
		bench->port[CLIENT] = 1000 + i;
		signal_flags(bench, SERVER, TH_RST);
		bench->count = 0;
	}
	bench->port[CLIENT] = 999;
	server_hello(bench);
	told_nothing(bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FLOW_TEST(fin_is_said_once_and_behind_its_data),
		FLOW_TEST(rst_far_off_is_a_guess),
		FLOW_TEST(rst_of_a_side_not_heard_of),
		FLOW_TEST(forgotten_is_forgotten),
		FLOW_TEST(hello_again_behind_the_end),
		FLOW_TEST(hello_behind_fin_and_rst),
		FLOW_TEST(hello_of_another_connection),
		FLOW_TEST(hello_of_the_same_connection),
		FLOW_TEST(hello_ahead_behind_the_end),
		FLOW_TEST(late_server_hello),
		FLOW_TEST(no_more_connections_than_allowed),
		FLOW_TEST(no_more_segments_held_than_allowed),
		FLOW_TEST(only_the_first_segments_are_held),
		FLOW_TEST(no_more_bytes_held_than_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
