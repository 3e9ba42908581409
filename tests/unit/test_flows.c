/* SPDX-License-Identifier: BSD-2-Clause */
/* links: file/flows.c file/flow_table.c file/held.c file/proxied.c */
/* How connections of a capture are opened, and connects that fail. */
#include "flow_bench.h"

static bool unanswered(const struct flow_bench *bench, uint64_t syn_time)
{
	const struct st_flow_key key = key_of(bench);

	return flows_unanswered(bench->flows, &key, syn_time);
}

static void syn_times_come_with_the_hello(void **state)
{
	struct flow_bench *bench = *state;
	const struct st_flow_key key = key_of(bench);
	const struct st_event *event;

	connect_tcp(bench);
	told_nothing(bench);
	client_hello(bench);
	event = &bench->told[0].event;
	assert_true(knows(bench, told_hello(bench)));
	assert_int_equal(event->syn_time, 101);
	assert_int_equal(event->synack_time, 102);
	assert_int_equal(event->time, 104);
	assert_int_equal(event->ack, bench->next[SERVER]);
	assert_int_equal(event->ifindex, INTERFACE);
	assert_int_equal(event->vlan, VLAN);
	assert_memory_equal(&event->key, &key, sizeof(key));
	server_hello(bench);
	event = told_data(bench, SERVER, 0, bench->next[SERVER] - ANSWER_LEN, ANSWER_LEN);
	assert_int_equal(event->syn_time, 0); /* said once */
	assert_memory_equal(bench->told[0].payload, ANSWER, ANSWER_LEN);
	assert_true(knows(bench, event->flow));
	assert_false(knows(bench, event->flow + 1));
}

/* What acknowledges something else than the SYN is no answer to it. */
static void not_every_syn_ack_is_the_answer(void **state)
{
	struct flow_bench *bench = *state;

	signal_flags(bench, CLIENT, TH_SYN);
	bench->next[CLIENT]++;
	signal_flags(bench, SERVER, TH_SYN | TH_ACK);
	bench->next[CLIENT]--;
	assert_true(unanswered(bench, 101));
	client_hello(bench);
	told_hello(bench);
	assert_int_equal(bench->told[0].event.synack_time, 0);
}

static void repeated_syn_is_said_once(void **state)
{
	struct flow_bench *bench = *state;
	const uint32_t isn = bench->next[CLIENT];
	const struct st_event *event;

	signal_flags(bench, CLIENT, TH_SYN);
	told_nothing(bench);
	segment_at(bench, CLIENT, TH_SYN, isn, NULL, 0);
	told_count(bench, 1);
	event = is_event(bench, 0, ST_EVENT_SYN_REPEATED, CLIENT, 0, isn + 1, 0);
	assert_int_equal(event->syn_time, 101);
	assert_int_equal(event->time, 102);
	assert_int_equal(event->flow, 0);
	segment_at(bench, CLIENT, TH_SYN, isn, NULL, 0);
	told_nothing(bench);
	assert_true(unanswered(bench, 101));
	assert_false(unanswered(bench, 102)); /* of another connect on these ports */
	signal_flags(bench, SERVER, TH_SYN | TH_ACK);
	assert_false(unanswered(bench, 101));
	told_nothing(bench);
	client_hello(bench);
	told_hello(bench);
	assert_int_equal(bench->told[0].event.syn_time, 101); /* of the first */
	assert_int_equal(bench->told[0].event.synack_time, 104);
}

static void repeated_syn_that_is_no_failing_connect(void **state)
{
	struct flow_bench *bench = *state;
	uint32_t isn = bench->next[CLIENT];

	bench->port[SERVER] = 80; /* not a port of TLS */
	signal_flags(bench, CLIENT, TH_SYN);
	segment_at(bench, CLIENT, TH_SYN, isn, NULL, 0);
	told_nothing(bench);
	bench->port[SERVER] = 443; /* answered, and the answer was lost on its way */
	isn = bench->next[CLIENT];
	connect_tcp(bench);
	segment_at(bench, CLIENT, TH_SYN, isn, NULL, 0);
	told_nothing(bench);
}

/* The SYN-ACK is missing in the capture: that something was said answers the SYN as well. */
static void data_is_an_answer(void **state)
{
	struct flow_bench *bench = *state;
	const uint32_t isn = bench->next[CLIENT];

	signal_flags(bench, CLIENT, TH_SYN);
	segment_at(bench, CLIENT, TH_SYN, isn, NULL, 0);
	told_count(bench, 1);
	assert_true(unanswered(bench, 101));
	say(bench, CLIENT, SAID("EHLO a.test\r\n"));
	assert_false(unanswered(bench, 101));
}

static void refused_is_said_once(void **state)
{
	struct flow_bench *bench = *state;
	const struct st_event *event;

	signal_flags(bench, CLIENT, TH_SYN);
	signal_flags(bench, SERVER, TH_RST | TH_ACK);
	told_count(bench, 1);
	event = is_event(bench, 0, ST_EVENT_REFUSED, SERVER, 0, bench->next[SERVER], 0);
	assert_int_equal(event->syn_time, 101);
	assert_int_equal(event->time, 102);
	assert_int_equal(event->flow, 0);
	assert_false(unanswered(bench, 101));
	signal_flags(bench, SERVER, TH_RST | TH_ACK);
	told_nothing(bench);
	bench->next[CLIENT] += 90000; /* another attempt from the same port */
	signal_flags(bench, CLIENT, TH_SYN);
	signal_flags(bench, SERVER, TH_RST | TH_ACK);
	told_count(bench, 1);
	event = is_event(bench, 0, ST_EVENT_REFUSED, SERVER, 0, bench->next[SERVER], 0);
	assert_int_equal(event->syn_time, 104);
}

static void not_every_rst_is_a_refusal(void **state)
{
	struct flow_bench *bench = *state;

	signal_flags(bench, SERVER, TH_RST | TH_ACK); /* no SYN was seen */
	signal_flags(bench, CLIENT, TH_SYN);
	bench->next[CLIENT]++;
	signal_flags(bench, SERVER, TH_RST | TH_ACK); /* acknowledges something else */
	bench->next[CLIENT]--;
	signal_flags(bench, CLIENT, TH_RST | TH_ACK); /* the client itself gives up */
	signal_flags(bench, SERVER, TH_RST);	      /* acknowledges nothing */
	assert_true(unanswered(bench, 102));
	signal_flags(bench, SERVER, TH_SYN | TH_ACK);
	signal_flags(bench, SERVER, TH_RST | TH_ACK); /* answered before */
	bench->port[SERVER] = 80;		      /* not a port of TLS */
	signal_flags(bench, CLIENT, TH_SYN);
	signal_flags(bench, SERVER, TH_RST | TH_ACK);
	told_nothing(bench);
}

/*
 * Half-open after a crash (RFC 9293 section 3.5.1, figure 9): the client's RST clears away what
 * the server remembers, and its next SYN, the same, begins. The connection is followed as any.
 */
static void same_syn_behind_an_rst(void **state)
{
	struct flow_bench *bench = *state;
	const uint32_t isn = bench->next[CLIENT];

	signal_flags(bench, CLIENT, TH_SYN);
	signal_flags(bench, SERVER, TH_ACK);
	segment_at(bench, CLIENT, TH_RST, isn + 5000, NULL, 0);
	told_nothing(bench);
	segment_at(bench, CLIENT, TH_SYN, isn, NULL, 0);
	told_count(bench, 1);
	is_event(bench, 0, ST_EVENT_SYN_REPEATED, CLIENT, 0, isn + 1, 0);
	signal_flags(bench, SERVER, TH_SYN | TH_ACK);
	server_hello(bench); /* overtakes what it answers: not to be dropped as a straggler */
	bench->next[SERVER] -= ANSWER_LEN;
	client_hello(bench);
	told_count(bench, 2);
	is_event(bench, 0, ST_EVENT_DATA, CLIENT, ST_FLAG_OPENED, isn + 1, HELLO_LEN);
	is_event(bench, 1, ST_EVENT_DATA, SERVER, 0, bench->next[SERVER], ANSWER_LEN);
}

/* However close to the numbers of the connection before it. */
static void another_syn_is_another_flow(void **state)
{
	static const uint32_t distance[] = { 90000, (uint32_t)-50 };
	struct flow_bench *bench = *state;

	for (size_t i = 0; i < 2; i++) {
		uint64_t first, start;

		bench->port[CLIENT]++;
		connect_tcp(bench);
		client_hello(bench);
		first = told_hello(bench);
		bench->next[CLIENT] += distance[i];
		bench->next[SERVER] += 80000;
		start = bench->now + 1;
		signal_flags(bench, CLIENT, TH_SYN);
		assert_true(unanswered(bench, start));
		signal_flags(bench, SERVER, TH_SYN | TH_ACK);
		told_nothing(bench);
		assert_false(knows(bench, first));
		client_hello(bench);
		assert_int_not_equal(told_hello(bench), first);
		assert_int_equal(bench->told[0].event.syn_time, start);
		assert_int_equal(bench->told[0].event.synack_time, start + 1);
	}
}

/* The packets crossed on their way into the file. */
static void syn_behind_its_hello(void **state)
{
	struct flow_bench *bench = *state;
	const uint32_t isn = bench->next[CLIENT]++;
	uint64_t flow;

	say(bench, CLIENT, HELLO, 100);
	flow = told_data(bench, CLIENT, ST_FLAG_OPENED, isn + 1, 100)->flow;
	segment_at(bench, CLIENT, TH_SYN, isn, NULL, 0);
	signal_flags(bench, SERVER, TH_SYN | TH_ACK);
	bench->count = 0; /* of which the SYN-ACK acknowledges something */
	assert_true(knows(bench, flow));
	say(bench, CLIENT, HELLO + 100, HELLO_LEN - 100);
	assert_int_equal(told_data(bench, CLIENT, 0, isn + 101, HELLO_LEN - 100)->flow, flow);
}

/* Far from the data that was seen it is the beginning of something else. */
static void syn_how_late(void **state)
{
	static const uint32_t distance = 1 << 16; /* of the SYN's first byte to the last seen */
	struct flow_bench *bench = *state;

	for (uint32_t more = 0; more < 2; more++) {
		uint64_t flow;

		bench->port[CLIENT]++;
		client_hello(bench);
		flow = told_hello(bench);
		segment_at(bench, CLIENT, TH_SYN, bench->next[CLIENT] - distance - more - 1, NULL,
			   0);
		told_nothing(bench);
		assert_int_equal(knows(bench, flow), !more);
	}
}

/* RFC 9293 section 3.5, figure 7: both send a SYN, and then both a SYN-ACK. */
static void both_sides_connect(void **state)
{
	struct flow_bench *bench = *state;
	const uint32_t isn[2] = { bench->next[CLIENT], bench->next[SERVER] };

	signal_flags(bench, CLIENT, TH_SYN);
	signal_flags(bench, SERVER, TH_SYN);
	segment_at(bench, CLIENT, TH_SYN | TH_ACK, isn[CLIENT], NULL, 0);
	segment_at(bench, SERVER, TH_SYN | TH_ACK, isn[SERVER], NULL, 0);
	told_nothing(bench);
	client_hello(bench);
	told_hello(bench);
	assert_int_equal(bench->told[0].event.syn_time, 101);
	assert_int_equal(bench->told[0].event.synack_time, 104);
}

/* The server calls back from the port it was called on: no answer, but a connection of its own. */
static void the_other_side_connects_later(void **state)
{
	struct flow_bench *bench = *state;
	uint64_t flow;

	connect_tcp(bench);
	client_hello(bench);
	flow = told_hello(bench);
	bench->next[SERVER] += 90000;
	signal_flags(bench, SERVER, TH_SYN);
	assert_false(knows(bench, flow));
	signal_flags(bench, CLIENT, TH_SYN | TH_ACK);
	say(bench, SERVER, HELLO, HELLO_LEN);
	told_data(bench, SERVER, ST_FLAG_OPENED, bench->next[SERVER] - HELLO_LEN, HELLO_LEN);
	assert_int_equal(bench->told[0].event.syn_time, 105);
	assert_int_equal(bench->told[0].event.synack_time, 106);
}

/* TCP Fast Open (RFC 7413): the hello lies in the SYN, one sequence number behind it. */
static void hello_in_the_syn(void **state)
{
	struct flow_bench *bench = *state;
	const uint32_t isn = bench->next[CLIENT];
	const struct st_event *event;
	uint64_t flow;

	segment(bench, CLIENT, TH_SYN, HELLO, HELLO_LEN);
	event = told_data(bench, CLIENT, ST_FLAG_OPENED, isn + 1, HELLO_LEN);
	assert_int_equal(event->syn_time, 101);
	assert_int_equal(event->synack_time, 0);
	flow = event->flow;
	segment(bench, SERVER, TH_SYN | TH_ACK, NULL, 0); /* tells what has come */
	event = told_data(bench, SERVER, 0, bench->next[SERVER], 0);
	assert_int_equal(event->ack, bench->next[CLIENT]);
	assert_int_equal(event->flow, flow);
	server_hello(bench);
	told_data(bench, SERVER, 0, bench->next[SERVER] - ANSWER_LEN, ANSWER_LEN);
}

/* The server took the SYN alone: the hello comes again, in the same handshake. */
static void hello_in_the_syn_and_again(void **state)
{
	struct flow_bench *bench = *state;
	const uint32_t isn = bench->next[CLIENT];
	uint64_t flow;

	segment(bench, CLIENT, TH_SYN, HELLO, HELLO_LEN);
	flow = told_data(bench, CLIENT, ST_FLAG_OPENED, isn + 1, HELLO_LEN)->flow;
	bench->next[CLIENT] = isn + 1;
	signal_flags(bench, SERVER, TH_SYN | TH_ACK);
	assert_int_equal(told_data(bench, SERVER, 0, bench->next[SERVER], 0)->ack, isn + 1);
	client_hello(bench);
	assert_int_equal(told_data(bench, CLIENT, 0, isn + 1, HELLO_LEN)->flow, flow);
}

/* The answer comes with the SYN-ACK; without a hello in the SYN it would be none. */
static void data_with_the_syn_ack(void **state)
{
	struct flow_bench *bench = *state;
	const uint32_t isn = bench->next[SERVER];

	segment(bench, CLIENT, TH_SYN, HELLO, HELLO_LEN);
	told_count(bench, 1);
	segment(bench, SERVER, TH_SYN | TH_ACK, ANSWER, ANSWER_LEN);
	told_count(bench, 2); /* what it acknowledges, what it says */
	is_event(bench, 0, ST_EVENT_DATA, SERVER, 0, isn + 1, 0);
	is_event(bench, 1, ST_EVENT_DATA, SERVER, 0, isn + 1, ANSWER_LEN);
	assert_memory_equal(bench->told[1].payload, ANSWER, ANSWER_LEN);
	bench->port[CLIENT]++;
	signal_flags(bench, CLIENT, TH_SYN);
	segment(bench, SERVER, TH_SYN | TH_ACK, SAID("220 a.test\r\n"));
	bench->next[SERVER] -= 12; /* the client did not take it */
	client_hello(bench);
	told_hello(bench);
	assert_int_equal(bench->told[0].event.synack_time, 104);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FLOW_TEST(syn_times_come_with_the_hello),
		FLOW_TEST(not_every_syn_ack_is_the_answer),
		FLOW_TEST(repeated_syn_is_said_once),
		FLOW_TEST(repeated_syn_that_is_no_failing_connect),
		FLOW_TEST(data_is_an_answer),
		FLOW_TEST(refused_is_said_once),
		FLOW_TEST(not_every_rst_is_a_refusal),
		FLOW_TEST(same_syn_behind_an_rst),
		FLOW_TEST(another_syn_is_another_flow),
		FLOW_TEST(syn_behind_its_hello),
		FLOW_TEST(syn_how_late),
		FLOW_TEST(both_sides_connect),
		FLOW_TEST(the_other_side_connects_later),
		FLOW_TEST(hello_in_the_syn),
		FLOW_TEST(hello_in_the_syn_and_again),
		FLOW_TEST(data_with_the_syn_ack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
