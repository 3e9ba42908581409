/* SPDX-License-Identifier: BSD-2-Clause */
/* links: tests/bpf/rig.c tests/bpf/packets.c capture/tables.c */
/* What comes behind the end of a handshake, after the daemon has said that it wants no more. */
#include <arpa/inet.h>

#include "rig.h"

#define OLD (1U << 20) /* what ends less than this before the last byte seen is old */

/* As kernel_forget() in daemon/capture/kernel.c does it. */
static void forget(struct rig *rig, const struct st_flow_key *key)
{
	struct st_flow *flow = flow_of(rig, key);

	assert_non_null(flow);
	assert_false(st_flow_over(flow));
	tables_end(&rig->tables, flow, key, flow->id);
}

/* A handshake as far as its ClientHello, and forgotten; the identity it had. */
static uint64_t forgotten(struct rig *rig)
{
	const struct st_flow_key key = base_key(rig);

	client_hello(rig);
	assert_int_equal(rig_events(rig), 1);
	forget(rig, &key);
	assert_int_equal(open_tags(rig, &key), 0);
	return rig->seen[0].event.flow;
}

static void open_again(const struct rig *rig, const struct st_flow_key *key)
{
	*tables_tag(&rig->tables, flow_of(rig, key)) |= ST_TAG_LIVE;
}

static struct st_syn syn_of(const struct rig *rig)
{
	const struct st_flow_key key = base_key(rig);
	struct st_syn syn;

	assert_true(tables_syn(&rig->tables, &key, &syn));
	return syn;
}

static uint64_t answer_time(const struct rig *rig)
{
	const struct st_syn syn = syn_of(rig);

	return st_syn_answer_time(&syn);
}

static void a_late_server_hello(void **state)
{
	struct rig *rig = *state;
	const struct st_flow_key key = base_key(rig);

	forgotten(rig);
	server_hello(rig);
	no_events(rig);
	assert_false(has_flow(rig, &key));
	assert_int_equal(count_of(rig, ST_COUNT_FLOWS_OPENED), 1);
	assert_int_equal(open_tags(rig, &key), 0);
}

/* Another flow with the same tag may have them looked at. */
static void all_that_is_no_hello(void **state)
{
	struct rig *rig = *state;
	const struct st_flow_key key = base_key(rig);
	uint8_t bytes[64];

	forgotten(rig);
	for (int open = 0; open < 2; open++) {
		say(rig, SERVER, bytes, tls_sealed(bytes, TLS_RECORD_APPLICATION_DATA, 50));
		say(rig, CLIENT, bytes, tls_alert(bytes, 2, 40));
		signal_flags(rig, CLIENT, FIN | ACK);
		signal_flags(rig, SERVER, FIN | ACK);
		signal_flags(rig, SERVER, RST);
		no_events(rig);
		assert_int_equal(open_tags(rig, &key), open);
		open_again(rig, &key);
	}
	assert_int_equal(count_of(rig, ST_COUNT_FLOWS_ENDED), 0); /* that was the daemon */
}

/* Sent again, whole or in its pieces, and however late within the distance. */
static void an_old_client_hello(void **state)
{
	struct rig *rig = *state;
	const struct st_flow_key key = base_key(rig);
	uint32_t end;

	rig->next[CLIENT] = 300; /* so that the places before it wrap */
	forgotten(rig);
	end = rig->next[CLIENT];
	for (uint32_t before = 0; before < OLD; before += OLD - 1) {
		rig->next[CLIENT] = end - before - 521;
		client_hello(rig);
		assert_int_equal(rig->next[CLIENT], end - before);
		no_events(rig);
		assert_false(has_flow(rig, &key));
	}
	assert_int_equal(count_of(rig, ST_COUNT_FLOWS_OPENED), 1);
}

static void a_new_client_hello(void **state)
{
	static const uint32_t far[] = { (uint32_t)-OLD, 1, 1U << 31 };
	struct rig *rig = *state;
	const struct st_flow_key key = base_key(rig);

	rig->next[CLIENT] = 300;
	for (size_t i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		uint64_t flow;
		const struct st_event *event;

		print_message("# %u bytes from it\n", far[i]);
		rig->base.client_port = (uint16_t)(1000 + i);
		flow = forgotten(rig);
		rig->next[CLIENT] += far[i] - 521; /* from end to end */
		client_hello(rig);
		event = &only_event(rig, ST_EVENT_DATA, 521)->event;
		assert_int_equal(event->flags, ST_FLAG_OPENED | ST_FLAG_LOCAL);
		assert_int_equal(event->seq, rig->next[CLIENT] - 521);
		assert_int_not_equal(event->flow, flow);
		server_hello(rig);
		assert_int_equal(rig_events(rig), 1);
		assert_int_equal(rig->seen[0].event.flow, event->flow);
	}
	assert_int_equal(open_tags(rig, &key), 0); /* other ports, other buckets */
	assert_int_equal(flow_count(rig), 3);
	for (size_t i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		struct st_flow_key of = key;

		of.port[CLIENT] = htons((uint16_t)(1000 + i));
		assert_int_equal(open_tags(rig, &of), 1);
	}
	assert_int_equal(count_of(rig, ST_COUNT_FLOWS_OPENED), 6);
}

/* It reset the connection at once: nothing to follow. */
static void a_client_hello_with_rst(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[128];
	struct frame frame = { .flags = RST, .payload = bytes };

	forgotten(rig);
	frame.seq = rig->next[CLIENT] + 2 * OLD;
	frame.n = tls_hello(bytes, TLS_HANDSHAKE_CLIENT_HELLO, 100);
	rig_frame(rig, &frame);
	no_events(rig);
	assert_int_equal(count_of(rig, ST_COUNT_FLOWS_OPENED), 1);
}

/* The same ports with another SYN: the entry makes room, and is not counted out twice. */
static void a_new_connection(void **state)
{
	struct rig *rig = *state;
	const struct st_flow_key key = base_key(rig);
	uint64_t flow = forgotten(rig);

	rig->next[CLIENT] -= 100; /* close to the old numbers: the SYN alone tells */
	connect_tcp(rig);
	no_events(rig);
	assert_null(flow_of(rig, &key));
	assert_int_equal(open_tags(rig, &key), 0);
	assert_int_equal(count_of(rig, ST_COUNT_FLOWS_ENDED), 0);
	both_hellos(rig);
	assert_int_equal(rig_events(rig), 2);
	assert_int_not_equal(rig->seen[0].event.flow, flow);
	assert_true(rig->seen[0].event.syn_time > 0);
	assert_int_equal(open_tags(rig, &key), 1);
}

/* The SYN-ACK took another way: who sends a hello was answered, and this is no failing connect. */
static void a_hello_answers_its_syn(void **state)
{
	struct rig *rig = *state;
	const uint32_t isn = rig->next[CLIENT];
	const struct st_event *event;

	signal_flags(rig, CLIENT, SYN);
	assert_int_equal(answer_time(rig), 0);
	client_hello(rig);
	event = &only_event(rig, ST_EVENT_DATA, 521)->event;
	assert_true(event->syn_time > 0);
	assert_int_equal(event->synack_time, 0); /* when is not known */
	assert_int_equal(answer_time(rig), event->time);
	assert_int_equal(syn_of(rig).syn_time, event->syn_time);
	rig->next[CLIENT] = isn;
	signal_flags(rig, CLIENT, SYN); /* a copy, late */
	no_events(rig);
}

/* Nor is the RST that ends it the answer to the SYN, though its number might be. */
static void a_reset_behind_such_a_hello(void **state)
{
	struct rig *rig = *state;
	const struct st_flow_key key = base_key(rig);
	const uint32_t isn = rig->next[CLIENT];

	signal_flags(rig, CLIENT, SYN);
	client_hello(rig);
	only_event(rig, ST_EVENT_DATA, 521);
	evict(rig, &key);
	rig->next[CLIENT] = isn + 1;
	signal_flags(rig, SERVER, RST | ACK);
	no_events(rig);
}

/* The time of an answer that was seen stays what it is. */
static void an_answer_is_not_replaced(void **state)
{
	struct rig *rig = *state;
	uint64_t answered;

	connect_tcp(rig);
	answered = answer_time(rig);
	assert_true(answered > 0);
	client_hello(rig);
	assert_int_equal(only_event(rig, ST_EVENT_DATA, 521)->event.synack_time, answered);
	assert_int_equal(answer_time(rig), answered);
}

/* SMTP, SSH and the like: the server has sent 20 bytes when the client begins. */
static void a_server_that_spoke_first(void **state)
{
	struct rig *rig = *state;

	connect_tcp(rig);
	client_hello(rig);
	assert_false(only_event(rig, ST_EVENT_DATA, 521)->event.spoken);

	rig->base.client_port++;
	connect_tcp(rig);
	rig->next[SERVER] += 20;
	client_hello(rig);
	assert_true(only_event(rig, ST_EVENT_DATA, 521)->event.spoken);

	/* The client has asked for TLS before (RFC 3207 section 4). */
	rig->base.client_port++;
	connect_tcp(rig);
	rig->next[SERVER] += 20;
	rig->next[CLIENT] += 10;
	client_hello(rig);
	assert_false(only_event(rig, ST_EVENT_DATA, 521)->event.spoken);
}

/* The last of several answers to the SYN counts; one that was not seen is no word of the server. */
static void an_answer_that_begins_anew(void **state)
{
	struct rig *rig = *state;

	connect_tcp(rig);
	rig->next[SERVER] += 777000;
	signal_flags(rig, SERVER, SYN | ACK);
	client_hello(rig);
	assert_false(only_event(rig, ST_EVENT_DATA, 521)->event.spoken);

	for (uint32_t away = 3U << 20; away; away <<= 8) {
		rig->base.client_port++;
		connect_tcp(rig);
		rig->next[SERVER] += away; /* RFC 4987 section 3.6: a cookie of another minute */
		client_hello(rig);
		assert_false(only_event(rig, ST_EVENT_DATA, 521)->event.spoken);
	}
}

/* Without the SYN-ACK nobody knows where the server began. */
static void a_server_whose_answer_was_not_seen(void **state)
{
	struct rig *rig = *state;

	signal_flags(rig, CLIENT, SYN);
	rig->next[SERVER] += 20;
	client_hello(rig);
	assert_false(only_event(rig, ST_EVENT_DATA, 521)->event.spoken);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_late_server_hello),	  TEST(all_that_is_no_hello),
		TEST(an_old_client_hello),	  TEST(a_new_client_hello),
		TEST(a_client_hello_with_rst),	  TEST(a_new_connection),
		TEST(a_hello_answers_its_syn),	  TEST(a_reset_behind_such_a_hello),
		TEST(an_answer_is_not_replaced),  TEST(a_server_that_spoke_first),
		TEST(an_answer_that_begins_anew), TEST(a_server_whose_answer_was_not_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
