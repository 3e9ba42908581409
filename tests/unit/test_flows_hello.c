/* SPDX-License-Identifier: BSD-2-Clause */
/* links: file/flows.c file/flow_table.c file/held.c file/proxied.c */
/* Where in a connection a handshake begins, in whatever order its segments come. */
#include "flow_bench.h"

static void midway_with_the_client_hello(void **state)
{
	struct flow_bench *bench = *state;
	const struct st_event *event;
	uint64_t flow;

	client_hello(bench);
	flow = told_hello(bench);
	event = &bench->told[0].event;
	assert_int_equal(event->syn_time, 0);
	assert_int_equal(event->synack_time, 0);
	say(bench, CLIENT, SAID("whatever follows"));
	assert_int_equal(told_data(bench, CLIENT, 0, bench->next[CLIENT] - 16, 16)->flow, flow);
	/* Once more: of the same handshake. */
	segment_at(bench, CLIENT, TH_ACK, bench->next[CLIENT] - 16 - HELLO_LEN, HELLO, HELLO_LEN);
	assert_int_equal(
		told_data(bench, CLIENT, 0, bench->next[CLIENT] - 16 - HELLO_LEN, HELLO_LEN)->flow,
		flow);
}

/* Its ClientHello may be on the way: only another segment shows that it is not. */
static void midway_with_the_server_hello(void **state)
{
	struct flow_bench *bench = *state;
	const uint32_t at = bench->next[SERVER];
	uint64_t flow;

	server_hello(bench);
	signal_flags(bench, CLIENT, TH_ACK);
	told_nothing(bench);
	say(bench, SERVER, SAID("whatever follows"));
	told_count(bench, 2);
	flow = is_event(bench, 0, ST_EVENT_DATA, SERVER, ST_FLAG_OPENED | ST_FLAG_JOINED, at,
			ANSWER_LEN)
		       ->flow;
	assert_memory_equal(bench->told[0].payload, ANSWER, ANSWER_LEN);
	is_event(bench, 1, ST_EVENT_DATA, SERVER, 0, at + ANSWER_LEN, 16);
	assert_int_equal(bench->told[1].event.flow, flow);
	assert_true(knows(bench, flow));
}

static void midway_with_the_server_hello_at_the_end(void **state)
{
	struct flow_bench *bench = *state;

	server_hello(bench);
	told_nothing(bench);
	flows_finish(bench->flows);
	told_data(bench, SERVER, ST_FLAG_OPENED | ST_FLAG_JOINED, bench->next[SERVER] - ANSWER_LEN,
		  ANSWER_LEN);
	flows_finish(bench->flows);
	told_nothing(bench);
}

/* What the client says to it overtook it. */
static void midway_with_the_server_hello_late(void **state)
{
	struct flow_bench *bench = *state;
	const uint32_t at = bench->next[CLIENT];

	segment_at(bench, CLIENT, TH_ACK, at - 10, SAID("before it."));
	segment_at(bench, CLIENT, TH_ACK, at, SAID("behind it"));
	server_hello(bench);
	told_nothing(bench);
	flows_finish(bench->flows);
	told_count(bench, 2);
	is_event(bench, 0, ST_EVENT_DATA, SERVER, ST_FLAG_OPENED | ST_FLAG_JOINED,
		 bench->next[SERVER] - ANSWER_LEN, ANSWER_LEN);
	is_event(bench, 1, ST_EVENT_DATA, CLIENT, 0, at, 9);
}

/* FIN of both sides or an RST end the wait as well. */
static void midway_with_the_server_hello_and_closed(void **state)
{
	struct flow_bench *bench = *state;
	const uint32_t at = bench->next[SERVER];

	server_hello(bench);
	signal_flags(bench, CLIENT, TH_FIN | TH_ACK);
	told_nothing(bench);
	signal_flags(bench, SERVER, TH_FIN | TH_ACK);
	told_count(bench, 3);
	is_event(bench, 0, ST_EVENT_DATA, SERVER, ST_FLAG_OPENED | ST_FLAG_JOINED, at, ANSWER_LEN);
	is_event(bench, 1, ST_EVENT_FIN, CLIENT, 0, bench->next[CLIENT] - 1, 0);
	is_event(bench, 2, ST_EVENT_FIN, SERVER, 0, at + ANSWER_LEN, 0);
	bench->port[CLIENT]++;
	server_hello(bench);
	signal_flags(bench, SERVER, TH_RST);
	told_count(bench, 2);
	is_event(bench, 0, ST_EVENT_DATA, SERVER, ST_FLAG_OPENED | ST_FLAG_JOINED,
		 bench->next[SERVER] - ANSWER_LEN, ANSWER_LEN);
	is_event(bench, 1, ST_EVENT_RST, SERVER, 0, bench->next[SERVER], 0);
}

/* The answer overtook its hello, with the beginning of the connection or without. */
static void server_hello_before_its_client_hello(void **state)
{
	struct flow_bench *bench = *state;

	for (int connected = 0; connected < 2; connected++) {
		uint32_t at;

		bench->port[CLIENT]++;
		if (connected)
			connect_tcp(bench);
		at = bench->next[SERVER];
		server_hello(bench);
		told_nothing(bench);
		bench->next[SERVER] = at; /* not yet come when the client said hello */
		client_hello(bench);
		told_count(bench, 2);
		is_event(bench, 0, ST_EVENT_DATA, CLIENT, ST_FLAG_OPENED,
			 bench->next[CLIENT] - HELLO_LEN, HELLO_LEN);
		is_event(bench, 1, ST_EVENT_DATA, SERVER, 0, at, ANSWER_LEN);
		assert_memory_equal(bench->told[1].payload, ANSWER, ANSWER_LEN);
		assert_int_equal(bench->told[1].event.time, bench->now - 1);
		assert_int_equal(bench->told[1].event.flow, bench->told[0].event.flow);
	}
}

/* The client has it already: it belongs to what was before. */
static void server_hello_of_an_earlier_handshake(void **state)
{
	struct flow_bench *bench = *state;

	server_hello(bench);
	client_hello(bench);
	told_hello(bench);
	flows_finish(bench->flows);
	told_nothing(bench);
}

static void second_segment_of_the_hello_first(void **state)
{
	struct flow_bench *bench = *state;

	for (int connected = 0; connected < 2; connected++) {
		uint32_t at;

		bench->port[CLIENT]++;
		if (connected)
			connect_tcp(bench);
		at = bench->next[CLIENT];
		segment_at(bench, CLIENT, TH_ACK, at + 100, HELLO + 100, HELLO_LEN - 100);
		told_nothing(bench);
		say(bench, CLIENT, HELLO, 100);
		told_count(bench, 2);
		is_event(bench, 0, ST_EVENT_DATA, CLIENT, ST_FLAG_OPENED, at, 100);
		is_event(bench, 1, ST_EVENT_DATA, CLIENT, 0, at + 100, HELLO_LEN - 100);
		assert_memory_equal(bench->told[1].payload, HELLO + 100, HELLO_LEN - 100);
	}
}

static void fin_before_the_hello(void **state)
{
	struct flow_bench *bench = *state;
	uint32_t at;

	connect_tcp(bench);
	at = bench->next[CLIENT];
	segment_at(bench, CLIENT, TH_FIN | TH_ACK, at + HELLO_LEN, NULL, 0);
	told_nothing(bench);
	client_hello(bench);
	told_count(bench, 2);
	is_event(bench, 0, ST_EVENT_DATA, CLIENT, ST_FLAG_OPENED, at, HELLO_LEN);
	is_event(bench, 1, ST_EVENT_FIN, CLIENT, 0, at + HELLO_LEN, 0);
	segment_at(bench, CLIENT, TH_FIN | TH_ACK, at + HELLO_LEN, NULL, 0);
	told_nothing(bench);
}

/* STARTTLS (RFC 3207): what was said before is no part of it. */
static void hello_in_the_middle(void **state)
{
	struct flow_bench *bench = *state;

	connect_tcp(bench);
	say(bench, SERVER, SAID("220 ready\r\n"));
	say(bench, CLIENT, SAID("STARTTLS\r\n"));
	say(bench, SERVER, SAID("220 go\r\n"));
	told_nothing(bench);
	client_hello(bench);
	told_hello(bench);
	assert_int_equal(bench->told[0].event.syn_time, 101);
	server_hello(bench);
	told_data(bench, SERVER, 0, bench->next[SERVER] - ANSWER_LEN, ANSWER_LEN);
}

/* Bytes before it are missing: they may show that it is none, but nobody waits for ever. */
static void hello_behind_a_hole(void **state)
{
	struct flow_bench *bench = *state;
	uint32_t at;

	connect_tcp(bench);
	bench->next[CLIENT] += 10;
	at = bench->next[CLIENT];
	client_hello(bench);
	told_nothing(bench);
	server_hello(bench);
	told_count(bench, 2);
	is_event(bench, 0, ST_EVENT_DATA, CLIENT, ST_FLAG_OPENED, at, HELLO_LEN);
	is_event(bench, 1, ST_EVENT_DATA, SERVER, 0, bench->next[SERVER] - ANSWER_LEN, ANSWER_LEN);
	bench->port[CLIENT]++;
	connect_tcp(bench);
	bench->next[CLIENT] += 10;
	client_hello(bench);
	told_nothing(bench);
	flows_finish(bench->flows);
	told_hello(bench);
}

/* However little of it the first segment holds; the shape of so much is all there is. */
static void hello_in_small_pieces(void **state)
{
	struct flow_bench *bench = *state;

	for (uint32_t n = 1; n <= 11; n++) {
		uint32_t at;

		bench->port[CLIENT]++;
		connect_tcp(bench);
		at = bench->next[CLIENT];
		say(bench, CLIENT, HELLO, n);
		told_data(bench, CLIENT, ST_FLAG_OPENED, at, n);
		say(bench, CLIENT, HELLO + n, HELLO_LEN - n);
		told_data(bench, CLIENT, 0, at + n, HELLO_LEN - n);
	}
}

static void pieces_of_something_else(void **state)
{
	/* Each as far as its last byte, which is the wrong one. */
	static const struct {
		const char *bytes;
		size_t n;
	} rows[] = {
		{ "\x17", 1 },
		{ "\x16\x02", 2 },
		{ "\x16\3\1\0\xbb\x0b", 6 },		      /* a Certificate */
		{ "\x16\3\1\0\xbb\1\0\0\xb7\2\3", 11 },	      /* no version of TLS */
		{ "\x16\3\1\0\xbb\1\1\0\xb7\3\3", 11 },	      /* longer than any */
		{ "\x80\x2f\1\0\2\0\x15\0\0\0\x10 and", 15 }, /* SSL 2.0, lengths that differ */
	};
	struct flow_bench *bench = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bench->port[CLIENT]++;
		say(bench, CLIENT, (const uint8_t *)rows[i].bytes, rows[i].n);
		say(bench, CLIENT, SAID("and more of it"));
		flows_finish(bench->flows);
		told_nothing(bench);
	}
}

/* Of a connection that carries no TLS nothing is told, and nothing but a hello changes that. */
static void acknowledgements_of_followed_flows(void **state)
{
	struct flow_bench *bench = *state;
	uint64_t flow;

	connect_tcp(bench);
	signal_flags(bench, SERVER, TH_ACK);
	told_nothing(bench);
	client_hello(bench);
	flow = told_hello(bench);
	signal_flags(bench, SERVER, TH_ACK);
	told_data(bench, SERVER, 0, bench->next[SERVER], 0);
	assert_int_equal(bench->told[0].event.ack, bench->next[CLIENT]);
	assert_int_equal(bench->told[0].event.flow, flow);
	bench->port[CLIENT]++;
	signal_flags(bench, CLIENT, TH_ACK); /* of a connection never heard of */
	told_nothing(bench);
	bench->port[CLIENT]--;
	forget(bench, flow);
	signal_flags(bench, SERVER, TH_ACK);
	told_nothing(bench);
}

/* The capture holds the beginnings of packets only: where the next byte is, their headers say. */
static void cut_packets(void **state)
{
	struct flow_bench *bench = *state;
	uint64_t flow;
	uint32_t at;

	connect_tcp(bench);
	at = bench->next[CLIENT];
	bench->cut = HELLO_LEN - 100;
	segment(bench, CLIENT, TH_FIN | TH_ACK, HELLO, 100);
	told_count(bench, 2);
	flow = is_event(bench, 0, ST_EVENT_DATA, CLIENT, ST_FLAG_OPENED, at, 100)->flow;
	is_event(bench, 1, ST_EVENT_FIN, CLIENT, 0, at + HELLO_LEN, 0);
	bench->cut = 20; /* nothing of it is there */
	segment(bench, SERVER, TH_ACK, NULL, 0);
	told_data(bench, SERVER, 0, bench->next[SERVER] - 20, 0);
	forget(bench, flow);
	/* Sent again it is old, to its last byte: no handshake begins with it. */
	segment_at(bench, CLIENT, TH_ACK, at, HELLO, HELLO_LEN);
	told_nothing(bench);
}

/* One cut away altogether is there all the same: what lies behind it waits for nothing. */
static void packet_cut_before_the_hello(void **state)
{
	struct flow_bench *bench = *state;

	connect_tcp(bench);
	bench->cut = 10;
	segment(bench, CLIENT, TH_ACK, NULL, 0);
	told_nothing(bench);
	client_hello(bench);
	told_hello(bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FLOW_TEST(midway_with_the_client_hello),
		FLOW_TEST(midway_with_the_server_hello),
		FLOW_TEST(midway_with_the_server_hello_at_the_end),
		FLOW_TEST(midway_with_the_server_hello_late),
		FLOW_TEST(midway_with_the_server_hello_and_closed),
		FLOW_TEST(server_hello_before_its_client_hello),
		FLOW_TEST(server_hello_of_an_earlier_handshake),
		FLOW_TEST(second_segment_of_the_hello_first),
		FLOW_TEST(fin_before_the_hello),
		FLOW_TEST(hello_in_the_middle),
		FLOW_TEST(hello_behind_a_hole),
		FLOW_TEST(hello_in_small_pieces),
		FLOW_TEST(pieces_of_something_else),
		FLOW_TEST(acknowledgements_of_followed_flows),
		FLOW_TEST(cut_packets),
		FLOW_TEST(packet_cut_before_the_hello),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
