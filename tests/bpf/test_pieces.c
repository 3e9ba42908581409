/* SPDX-License-Identifier: BSD-2-Clause */
/* links: tests/bpf/rig.c tests/bpf/packets.c capture/tables.c */
/* What one packet holds becomes one event, in pieces, and where the flow table puts flows. */
#include "rig.h"

enum { HEADER = TLS_RECORD_HEADER_LEN };

/* A server's flight of TLS 1.3 in one packet: hello, ChangeCipherSpec and four sealed records. */
static void a_flight_is_one_event(void **state)
{
	struct rig *rig = *state;
	static const size_t sealed[] = { 23, 900, 281, 53 };
	uint8_t bytes[PAYLOAD_LIMIT], all[PAYLOAD_LIMIT];
	size_t n, clear;

	client_hello(rig);
	rig_events(rig);
	n = tls_hello(bytes, TLS_HANDSHAKE_SERVER_HELLO, 86);
	n += tls_change_cipher_spec(bytes + n);
	clear = n + HEADER; /* the first sealed header follows at once */
	for (size_t i = 0; i < 4; i++)
		n += tls_sealed(bytes + n, TLS_RECORD_APPLICATION_DATA, sealed[i]);
	say(rig, SERVER, bytes, n);
	assert_int_equal(rig_events(rig), 4);
	assert_int_equal(rig->events, 1);
	nothing_sealed(rig);
	assert_int_equal(rig->seen[0].event.len, clear);
	assert_memory_equal(rig->seen[0].payload, bytes, clear);
	for (size_t i = 1; i < 4; i++) {
		const struct st_event *before = &rig->seen[i - 1].event;

		assert_int_equal(rig->seen[i].event.len, HEADER);
		assert_int_equal(rig->seen[i].event.seq - (before->seq + before->len),
				 sealed[i - 1]);
	}
	assert_int_equal(payload_of(rig, SERVER, all), clear + 3 * HEADER);
}

/* More pieces than an event has room for take another one; none is lost, none comes twice. */
static void more_pieces_than_one_event_has(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[PAYLOAD_LIMIT];
	size_t n = 0, at = 0;
	uint32_t start;

	both_hellos(rig);
	rig_events(rig);
	start = rig->next[SERVER];
	for (size_t i = 0; i < 2 * ST_PIECES_MAX + 1; i++)
		n += tls_sealed(bytes + n, TLS_RECORD_APPLICATION_DATA, 100 + i);
	say(rig, SERVER, bytes, n);
	assert_int_equal(rig_events(rig), 2 * ST_PIECES_MAX + 1);
	assert_int_equal(rig->events, 3);
	for (size_t i = 0; i < rig->count; i++) {
		assert_int_equal(rig->seen[i].event.seq, start + at);
		assert_memory_equal(rig->seen[i].payload, bytes + at, HEADER);
		at += HEADER + 100 + i;
	}
}

/* As many handshakes as the table is made for are open at once, and none is evicted. */
static void a_full_table(void **state)
{
	enum { FLOWS = 2048 };
	struct rig *rig = *state;
	size_t open = 0;

	rig_close(rig);
	memset(rig, 0, sizeof(*rig));
	rig_open(rig, &(struct rig_config){ .flows = FLOWS });
	for (uint16_t port = 1; port <= FLOWS; port++) {
		rig->base.client_port = port;
		client_hello(rig);
		if (port % 256 == 0)
			rig_events(rig);
	}
	open = flow_count(rig);
	assert_int_equal(open, FLOWS);
	assert_int_equal(count_of(rig, ST_COUNT_FLOWS_OPENED), FLOWS);
	/* The newest one is always there; older ones go first. */
	server_hello(rig);
	assert_int_equal(rig_events(rig), 1);
	for (uint16_t port = FLOWS + 1; port <= 3 * FLOWS; port++) {
		rig->base.client_port = port;
		client_hello(rig);
		if (port % 256 == 0)
			rig_events(rig);
	}
	server_hello(rig);
	assert_true(rig_events(rig) >= 1);
	assert_true(flow_count(rig) <= (size_t)rig->tables.bucket_count * ST_WAYS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_flight_is_one_event),
		TEST(more_pieces_than_one_event_has),
		TEST(a_full_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
