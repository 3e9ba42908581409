/* SPDX-License-Identifier: BSD-2-Clause */
/* links: tests/bpf/rig.c tests/bpf/packets.c capture/tables.c */
/*
 * One direction over several ways (a bond, routes of equal cost), and how that differs from one
 * packet that passes several interfaces. The two hooks stand for two ways here.
 */
#include "rig.h"

enum { HELLO = TLS_HANDSHAKE_CLIENT_HELLO, HEADER = TLS_RECORD_HEADER_LEN, PIECE = 200 };

static void say_again(struct rig *rig, int side, const uint8_t *bytes, size_t n)
{
	rig->next[side] -= (uint32_t)n;
	rig->egress = !rig->egress;
	say(rig, side, bytes, n);
	rig->egress = !rig->egress;
}

/* Each second segment takes the other way: all of the hello is copied, in place, once. */
static void every_second_segment(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[1409], got[1409];
	size_t n = tls_hello(bytes, HELLO, 1400);

	for (size_t at = 0; at < n; at += PIECE) {
		say(rig, CLIENT, bytes + at, n - at < PIECE ? n - at : PIECE);
		rig->egress = !rig->egress;
	}
	rig_events(rig);
	assert_int_equal(payload_of(rig, CLIENT, got), n);
	assert_memory_equal(got, bytes, n);
	assert_int_equal(count_of(rig, ST_COUNT_RAW_MODE), 0);
	assert_int_equal(count_of(rig, ST_COUNT_DUPLICATES), 0);
}

/* The slower way shows the earlier bytes later: raw, and nothing is skipped. */
static void the_slower_way(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[1409], got[1409];
	size_t n = tls_hello(bytes, HELLO, 1400);

	say(rig, CLIENT, bytes, 500);
	rig_events(rig);
	rig->egress = true;
	rig->next[CLIENT] = 1000 + 900;
	say(rig, CLIENT, bytes + 900, n - 900);
	rig_events(rig);
	assert_int_equal(payload_of(rig, CLIENT, got), n - 900);
	assert_memory_equal(got, bytes + 900, n - 900);
	rig->egress = false;
	rig->next[CLIENT] = 1000 + 500;
	say(rig, CLIENT, bytes + 500, 200);
	rig->egress = true;
	say(rig, CLIENT, bytes + 700, 200);
	rig_events(rig);
	assert_int_equal(payload_of(rig, CLIENT, got), 400);
	assert_memory_equal(got, bytes + 500, 400);
	assert_int_equal(count_of(rig, ST_COUNT_RAW_MODE), 1);
}

/* Copies stay copies, also where GSO shows one large packet first and its parts elsewhere. */
static void copies_in_other_sizes(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[1409], got[1409];
	size_t n = tls_hello(bytes, HELLO, 1400);

	say(rig, CLIENT, bytes, n);
	rig->egress = true;
	rig->next[CLIENT] = 1000;
	for (size_t at = 0; at < n; at += PIECE)
		say(rig, CLIENT, bytes + at, n - at < PIECE ? n - at : PIECE);
	rig_events(rig);
	assert_int_equal(payload_of(rig, CLIENT, got), n);
	assert_int_equal(count_of(rig, ST_COUNT_DUPLICATES), (n + PIECE - 1) / PIECE);
	rig->egress = false;
	for (int i = 0; i < 3; i++)
		say(rig, SERVER, bytes, tls_sealed(bytes, TLS_RECORD_APPLICATION_DATA, 50));
	say_again(rig, SERVER, bytes, 55);
	rig->egress = true;
	rig->next[SERVER] -= 3 * 55;
	say(rig, SERVER, bytes, 3 * 55); /* GRO made one of them */
	rig_events(rig);
	assert_int_equal(payload_of(rig, SERVER, got), 3 * HEADER);
}

/* A proxy on this host that borrows the client's address: the same ends, numbers of its own. */
static void another_connection_of_the_same_ends(void **state)
{
	static const uint32_t far[] = { 1 << 21, 1U << 31, (uint32_t)-100 };
	struct rig *rig = *state;
	uint8_t bytes[600];
	size_t n = tls_hello(bytes, HELLO, 508);

	client_hello(rig);
	rig_events(rig);
	rig->egress = true;
	for (size_t i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		rig->next[CLIENT] = 1000 + far[i];
		say(rig, CLIENT, bytes, n - 200);
		signal_flags(rig, CLIENT, RST);
		no_events(rig);
		assert_int_equal(count_of(rig, ST_COUNT_DUPLICATES), 2 * i + 2);
	}
}

/* FIN and RST may take the other way too. */
static void the_end_on_the_other_way(void **state)
{
	struct rig *rig = *state;
	const struct st_flow_key key = base_key(rig);

	both_hellos(rig);
	rig_events(rig);
	rig->egress = true;
	signal_flags(rig, CLIENT, FIN | ACK);
	only_event(rig, ST_EVENT_FIN, 0);
	rig->egress = false;
	rig->next[CLIENT]--;
	signal_flags(rig, CLIENT, FIN | ACK);
	no_events(rig);
	rig->egress = true;
	signal_flags(rig, SERVER, RST | ACK);
	only_event(rig, ST_EVENT_RST, 0);
	assert_false(has_flow(rig, &key));
}

/* The SYN was overtaken by its hello: the handshake goes on. */
static void late_syn(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[1409], got[1409];
	size_t n = tls_hello(bytes, HELLO, 1400);

	say(rig, CLIENT, bytes, 700);
	rig->next[CLIENT] = 999;
	signal_flags(rig, CLIENT, SYN);
	rig->next[CLIENT] = 1700;
	say(rig, CLIENT, bytes + 700, n - 700);
	rig_events(rig);
	assert_int_equal(payload_of(rig, CLIENT, got), n);
	assert_memory_equal(got, bytes, n);
	assert_int_equal(rig->seen[0].event.flow, rig->seen[1].event.flow);
	assert_int_equal(count_of(rig, ST_COUNT_FLOWS_ENDED), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_second_segment),	TEST(the_slower_way),
		TEST(copies_in_other_sizes),	TEST(another_connection_of_the_same_ends),
		TEST(the_end_on_the_other_way), TEST(late_syn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
