/* SPDX-License-Identifier: BSD-2-Clause */
/* links: tests/bpf/rig.c tests/bpf/packets.c capture/tables.c */
/* How flows and connects begin and end, and who owns a direction. */
#include "rig.h"

static void syn_times_come_with_the_hello(void **state)
{
	struct rig *rig = *state;
	const struct st_event *event;

	connect_tcp(rig);
	no_events(rig);
	both_hellos(rig);
	assert_int_equal(rig_events(rig), 2);
	event = &rig->seen[0].event;
	assert_true(event->syn_time > 0);
	assert_true(event->synack_time > event->syn_time);
	assert_true(event->time > event->synack_time);
	assert_int_equal(rig->seen[1].event.syn_time, 0); /* said once */
	assert_int_equal(event->ack, rig->seen[1].event.seq);
}

/* TCP Fast Open: the hello lies in the SYN, one sequence number behind it. */
static void hello_in_the_syn(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[209];
	struct frame frame = { .flags = SYN, .seq = 7, .payload = bytes, .tcp_options = 12 };
	const struct st_event *event;

	frame.n = tls_hello(bytes, TLS_HANDSHAKE_CLIENT_HELLO, 200);
	rig_frame(rig, &frame);
	event = &only_event(rig, ST_EVENT_DATA, sizeof(bytes))->event;
	assert_int_equal(event->seq, 8);
	assert_true(event->syn_time > 0);
	assert_int_equal(event->synack_time, 0);
	signal_flags(rig, SERVER, SYN | ACK);
	say(rig, SERVER, bytes, tls_hello(bytes, TLS_HANDSHAKE_SERVER_HELLO, 80));
	only_event(rig, ST_EVENT_DATA, 89);
	assert_int_equal(count_of(rig, ST_COUNT_RAW_MODE), 0);
}

static void fin_of_each_side_ends_the_flow(void **state)
{
	struct rig *rig = *state;
	struct st_flow_key key = base_key(rig);
	const struct st_event *event;

	both_hellos(rig);
	rig_events(rig);
	assert_int_equal(open_tags(rig, &key), 1);
	signal_flags(rig, SERVER, FIN | ACK);
	event = &only_event(rig, ST_EVENT_FIN, 0)->event;
	assert_int_equal(event->seq, rig->next[SERVER] - 1);
	assert_int_equal(event->sender, SERVER);
	rig->next[SERVER]--;
	signal_flags(rig, SERVER, FIN | ACK); /* retransmitted: not said twice */
	no_events(rig);
	assert_true(has_flow(rig, &key));
	signal_flags(rig, CLIENT, FIN | ACK);
	assert_int_equal(only_event(rig, ST_EVENT_FIN, 0)->event.sender, CLIENT);
	assert_false(has_flow(rig, &key));
	assert_int_equal(open_tags(rig, &key), 0);
	assert_int_equal(count_of(rig, ST_COUNT_FLOWS_OPENED), 1);
	assert_int_equal(count_of(rig, ST_COUNT_FLOWS_ENDED), 1);
	signal_flags(rig, SERVER, RST);
	no_events(rig);
}

/* The FIN comes on the last data: first the bytes, then the end behind them. */
static void fin_with_data(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[16];
	struct frame frame = { .from_server = true, .flags = FIN | ACK, .payload = bytes };

	both_hellos(rig);
	rig_events(rig);
	frame.seq = rig->next[SERVER];
	frame.n = tls_alert(bytes, 2, 40);
	rig_frame(rig, &frame);
	assert_int_equal(rig_events(rig), 2);
	assert_int_equal(rig->seen[0].event.type, ST_EVENT_DATA);
	assert_int_equal(rig->seen[1].event.type, ST_EVENT_FIN);
	assert_int_equal(rig->seen[1].event.seq, frame.seq + frame.n);
}

/* RFC 9293 section 3.10.7.4: outside of the window an RST changes nothing. */
static void rst_far_off_is_a_guess(void **state)
{
	struct rig *rig = *state;
	struct st_flow_key key = base_key(rig);
	struct frame frame = { .flags = RST };

	both_hellos(rig);
	rig_events(rig);
	frame.seq = rig->next[CLIENT] + (1U << 30);
	rig_frame(rig, &frame);
	no_events(rig);
	assert_int_equal(count_of(rig, ST_COUNT_REFUSED_STRAY_RST), 1);
	assert_true(has_flow(rig, &key));
}

/* It was on its way when the client reset the connection: no handshake of its own. */
static void late_server_hello_is_quiet(void **state)
{
	struct rig *rig = *state;

	client_hello(rig);
	rig_events(rig);
	signal_flags(rig, CLIENT, RST);
	only_event(rig, ST_EVENT_RST, 0);
	server_hello(rig);
	no_events(rig);
	assert_int_equal(count_of(rig, ST_COUNT_FLOWS_OPENED), 1);
}

static void rst_of_either_side_ends_the_flow(void **state)
{
	struct rig *rig = *state;
	struct st_flow_key key = base_key(rig);

	for (int side = CLIENT; side <= SERVER; side++) {
		both_hellos(rig);
		rig_events(rig);
		signal_flags(rig, side, side == CLIENT ? RST : RST | ACK);
		assert_int_equal(only_event(rig, ST_EVENT_RST, 0)->event.sender, side);
		assert_false(has_flow(rig, &key));
		assert_int_equal(open_tags(rig, &key), 0);
	}
	assert_int_equal(count_of(rig, ST_COUNT_FLOWS_ENDED), 2);
}

/* lo shows each packet twice; a veth pair, a bridge and a NIC four times. */
static void copies_on_the_other_hook_are_counted(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[64];
	size_t n = tls_sealed(bytes, TLS_RECORD_APPLICATION_DATA, 30);
	uint32_t at;

	rig->egress = true;
	client_hello(rig);
	rig_events(rig);
	rig->egress = false;
	rig->next[CLIENT] = 1000;
	client_hello(rig);
	no_events(rig);
	assert_int_equal(count_of(rig, ST_COUNT_DUPLICATES), 1);
	/* The server's direction has an owner of its own, here the other hook. */
	at = rig->next[SERVER];
	say(rig, SERVER, bytes, n);
	assert_int_equal(only_event(rig, ST_EVENT_DATA, 5)->event.flags, ST_FLAG_LOCAL);
	rig->egress = true;
	rig->next[SERVER] = at;
	say(rig, SERVER, bytes, n);
	no_events(rig);
	assert_int_equal(count_of(rig, ST_COUNT_DUPLICATES), 2);
	/* Nor is the second of two FINs. */
	rig->egress = false;
	signal_flags(rig, SERVER, FIN | ACK);
	only_event(rig, ST_EVENT_FIN, 0);
	rig->egress = true;
	rig->next[SERVER]--;
	signal_flags(rig, SERVER, FIN | ACK);
	no_events(rig);
	assert_int_equal(count_of(rig, ST_COUNT_DUPLICATES), 3);
}

static void new_syn_ends_the_old_flow(void **state)
{
	struct rig *rig = *state;
	struct st_flow_key key = base_key(rig);
	uint64_t first;

	connect_tcp(rig);
	both_hellos(rig);
	assert_int_equal(rig_events(rig), 2);
	first = rig->seen[0].event.flow;
	rig->next[CLIENT] = 90000;
	connect_tcp(rig);
	no_events(rig);
	assert_false(has_flow(rig, &key));
	assert_int_equal(open_tags(rig, &key), 0);
	assert_int_equal(count_of(rig, ST_COUNT_FLOWS_ENDED), 1);
	both_hellos(rig);
	assert_int_equal(rig_events(rig), 2);
	assert_int_not_equal(rig->seen[0].event.flow, first);
	assert_int_equal(rig->seen[0].event.flags & ST_FLAG_OPENED, ST_FLAG_OPENED);
	assert_int_equal(open_tags(rig, &key), 1);
}

static void repeated_syn_is_said_once(void **state)
{
	struct rig *rig = *state;
	struct frame syn = { .flags = SYN, .seq = 4711 };
	const struct st_event *event;
	uint64_t started;

	rig_frame(rig, &syn);
	no_events(rig);
	rig->egress = true;
	rig_frame(rig, &syn); /* a copy, no repetition */
	no_events(rig);
	rig->egress = false;
	rig_frame(rig, &syn);
	event = &only_event(rig, ST_EVENT_SYN_REPEATED, 0)->event;
	started = event->syn_time;
	assert_true(started > 0 && started < event->time);
	assert_int_equal(event->sender, CLIENT);
	assert_int_equal(event->flow, 0);
	rig_frame(rig, &syn);
	no_events(rig);
	syn.client_port = 1; /* the same to a port that is not of TLS */
	syn.server_port = 80;
	rig_frame(rig, &syn);
	rig_frame(rig, &syn);
	no_events(rig);
}

static void refused_is_said_once(void **state)
{
	struct rig *rig = *state;
	const struct st_event *event;

	signal_flags(rig, CLIENT, SYN);
	signal_flags(rig, SERVER, RST | ACK);
	event = &only_event(rig, ST_EVENT_REFUSED, 0)->event;
	assert_int_equal(event->sender, SERVER);
	assert_true(event->syn_time > 0 && event->syn_time < event->time);
	signal_flags(rig, SERVER, RST | ACK);
	no_events(rig);
	rig->base.server_port = 80;
	signal_flags(rig, CLIENT, SYN);
	signal_flags(rig, SERVER, RST | ACK);
	no_events(rig);
}

static void not_every_rst_is_a_refusal(void **state)
{
	struct rig *rig = *state;

	signal_flags(rig, SERVER, RST | ACK); /* no SYN was seen */
	no_events(rig);
	signal_flags(rig, CLIENT, SYN);
	rig->next[CLIENT]++;
	signal_flags(rig, SERVER, RST | ACK); /* acknowledges something else */
	no_events(rig);
	rig->next[CLIENT]--;
	signal_flags(rig, CLIENT, RST); /* the client itself gives up */
	no_events(rig);
	signal_flags(rig, SERVER, SYN | ACK);
	signal_flags(rig, SERVER, RST | ACK); /* answered before */
	no_events(rig);
}

/* What a flood pushed out is not followed any more, and its ports are free for another hello. */
static void an_evicted_flow_is_not_followed(void **state)
{
	struct rig *rig = *state;
	struct st_flow_key key = base_key(rig);

	client_hello(rig);
	rig_events(rig);
	evict(rig, &key);
	signal_flags(rig, SERVER, FIN | ACK);
	no_events(rig);
	rig->next[CLIENT] = 1000;
	client_hello(rig);
	assert_int_equal(rig_events(rig), 1);
	signal_flags(rig, SERVER, FIN | ACK);
	only_event(rig, ST_EVENT_FIN, 0);
}

static void many_flows_leave_no_tag_open(void **state)
{
	struct rig *rig = *state;

	for (uint16_t port = 1; port <= 100; port++) {
		struct st_flow_key key;

		rig->base.client_port = port;
		key = base_key(rig);
		client_hello(rig);
		assert_int_equal(open_tags(rig, &key), 1);
	}
	assert_int_equal(rig_events(rig), 100);
	assert_int_equal(flow_count(rig), 100);
	for (uint16_t port = 1; port <= 100; port++) {
		rig->base.client_port = port;
		signal_flags(rig, CLIENT, RST);
	}
	assert_int_equal(rig_events(rig), 100);
	assert_int_equal(flow_count(rig), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(syn_times_come_with_the_hello),
		TEST(hello_in_the_syn),
		TEST(fin_of_each_side_ends_the_flow),
		TEST(fin_with_data),
		TEST(rst_far_off_is_a_guess),
		TEST(late_server_hello_is_quiet),
		TEST(rst_of_either_side_ends_the_flow),
		TEST(copies_on_the_other_hook_are_counted),
		TEST(new_syn_ends_the_old_flow),
		TEST(repeated_syn_is_said_once),
		TEST(refused_is_said_once),
		TEST(not_every_rst_is_a_refusal),
		TEST(an_evicted_flow_is_not_followed),
		TEST(many_flows_leave_no_tag_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
