/* SPDX-License-Identifier: BSD-2-Clause */
/* links: tests/bpf/rig.c tests/bpf/packets.c capture/tables.c */
/* What bounds the programs: budgets, the walk, the ring; and when the daemon is woken. */
#include "rig.h"

enum { HEADER = TLS_RECORD_HEADER_LEN };

/* Of a long download nothing but the first headers is ever seen, and the end of that is said. */
static void budget_of_records(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[3000];
	size_t spent = 0, headers = 0, n;

	both_hellos(rig);
	rig_events(rig);
	for (int i = 0; i < 250; i++) {
		n = 0;
		for (int k = 0; k < 4; k++)
			n += tls_sealed(bytes + n, TLS_RECORD_APPLICATION_DATA, 700);
		say(rig, SERVER, bytes, n);
	}
	rig_events(rig);
	nothing_sealed(rig);
	for (size_t i = 0; i < rig->count; i++) {
		headers += rig->seen[i].event.len == HEADER;
		spent += !!(rig->seen[i].event.flags & ST_FLAG_SPENT);
	}
	assert_int_equal(headers, ST_RECORDS_MAX);
	assert_int_equal(spent, 1);
	assert_true(rig->count <= ST_RECORDS_MAX + 1);
	assert_int_equal(rig->seen[rig->count - 1].event.flags & ST_FLAG_SPENT, ST_FLAG_SPENT);
	say(rig, CLIENT, bytes, tls_alert(bytes, 1, 0)); /* the other direction has its own */
	only_event(rig, ST_EVENT_DATA, 7);
}

/* A lone record is as much a record as one of many. */
static void budget_of_records_one_a_segment(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[64];
	size_t n = tls_sealed(bytes, TLS_RECORD_APPLICATION_DATA, 30);

	both_hellos(rig);
	rig_events(rig);
	for (int i = 0; i < 1000; i++)
		say(rig, CLIENT, bytes, n);
	assert_true(rig_events(rig) <= ST_RECORDS_MAX + 1);
	nothing_sealed(rig);
}

static void budget_of_bytes(void **state)
{
	struct rig *rig = *state;
	static uint8_t bytes[4096];
	size_t n = tls_message(bytes, TLS_HANDSHAKE_CERTIFICATE, 990), total = 0;

	rig_close(rig);
	memset(rig, 0, sizeof(*rig));
	rig_open(rig, &(struct rig_config){ .copy_budget = 4096 });
	both_hellos(rig);
	for (int i = 0; i < 20; i++)
		say(rig, SERVER, bytes, n);
	rig_events(rig);
	total = payload_of(rig, SERVER, (uint8_t[32768]){ 0 });
	assert_true(total >= 4096 && total < 4096 + n);
	assert_int_equal(rig->seen[rig->count - 1].event.flags & ST_FLAG_SPENT, ST_FLAG_SPENT);
}

/* Raw, too, ends with the budget. */
static void budget_of_bytes_when_raw(void **state)
{
	struct rig *rig = *state;
	static uint8_t bytes[1000];
	size_t total, spent = 0;

	rig_close(rig);
	memset(rig, 0, sizeof(*rig));
	rig_open(rig, &(struct rig_config){ .copy_budget = 4096 });
	both_hellos(rig);
	rig_events(rig);
	rig->next[SERVER] += 1000;
	for (int i = 0; i < 20; i++)
		say(rig, SERVER, bytes, sizeof(bytes));
	rig_events(rig);
	total = payload_of(rig, SERVER, (uint8_t[32768]){ 0 });
	assert_true(total >= 4000 && total < 4096 + sizeof(bytes));
	for (size_t i = 0; i < rig->count; i++)
		spent += !!(rig->seen[i].event.flags & ST_FLAG_SPENT);
	assert_int_equal(spent, 1);
}

/* More records than the walk takes in one packet: said and counted. */
static void walk_bound(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[3000];
	size_t n = 0;

	while (n < 2800)
		n += tls_message(bytes + n, TLS_HANDSHAKE_SERVER_HELLO_DONE, 0);
	both_hellos(rig);
	rig_events(rig);
	say(rig, SERVER, bytes, n);
	assert_true(rig_events(rig) > 0);
	assert_int_equal(rig->seen[rig->count - 1].event.flags & ST_FLAG_SPENT, ST_FLAG_SPENT);
	assert_int_equal(count_of(rig, ST_COUNT_REFUSED_WALK_BOUND), 1);
	say(rig, SERVER, bytes, n);
	no_events(rig);
}

/*
 * Events that find no room are counted, and the flow says so as soon as there is room again. One
 * whose first event was lost is counted as a handshake and says nothing any more.
 */
static void full_ring_is_counted_and_told(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[64];
	uint64_t lost, events;

	rig_close(rig);
	memset(rig, 0, sizeof(*rig));
	rig_open(rig, &(struct rig_config){ .ring_size = 4096 });
	for (uint16_t port = 1; port <= 20; port++) {
		rig->base.client_port = port;
		client_hello(rig);
	}
	lost = count_of(rig, ST_COUNT_LOST_RING_FULL);
	events = count_of(rig, ST_COUNT_EVENTS);
	assert_true(lost > 0 && events > 0);
	assert_int_equal(lost + events, 20);
	assert_int_equal(rig_events(rig), events);
	assert_int_equal(count_of(rig, ST_COUNT_LOST_HANDSHAKE), lost);
	/* The flow of the last hello. */
	say(rig, CLIENT, bytes, tls_change_cipher_spec(bytes));
	server_hello(rig);
	no_events(rig);
	assert_int_equal(count_of(rig, ST_COUNT_LOST_HANDSHAKE), lost);
	/* One that lost nothing does not say so. */
	rig->base.client_port = 1;
	say(rig, CLIENT, bytes, tls_change_cipher_spec(bytes));
	assert_int_equal(rig_events(rig), 1);
	assert_int_equal(rig->seen[0].event.flags & ST_FLAG_LOST, 0);
	/* One that loses a later event does. */
	while (count_of(rig, ST_COUNT_LOST_RING_FULL) == lost)
		say(rig, CLIENT, bytes, tls_sealed(bytes, TLS_RECORD_APPLICATION_DATA, 20));
	rig_events(rig);
	say(rig, CLIENT, bytes, tls_sealed(bytes, TLS_RECORD_APPLICATION_DATA, 20));
	assert_int_equal(rig_events(rig), 1);
	assert_int_equal(rig->seen[0].event.flags & (ST_FLAG_LOST | ST_FLAG_OPENED), ST_FLAG_LOST);
	assert_int_equal(count_of(rig, ST_COUNT_LOST_HANDSHAKE), lost);
}

/* The daemon waits: the first event wakes it, and only that one. */
static void first_event_takes_the_wake_up(void **state)
{
	struct rig *rig = *state;

	rig->skel->bss->control.asleep = 1;
	signal_flags(rig, CLIENT, ACK);
	assert_int_equal(rig->skel->bss->control.asleep, 1);
	client_hello(rig);
	assert_int_equal(rig->skel->bss->control.asleep, 0);
	assert_int_equal(rig->skel->bss->control.urgent, 0);
}

static void filling_ring_is_urgent(void **state)
{
	struct rig *rig = *state;

	for (uint16_t port = 1; port <= 600; port++) { /* 600 bytes each, woken for at 256 KB */
		rig->base.client_port = port;
		client_hello(rig);
		if (port == 300)
			assert_int_equal(rig->skel->bss->control.urgent, 0);
	}
	assert_int_equal(rig->skel->bss->control.urgent, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

/* Of sealed bytes no event tells: the table does, also behind the wrap and what is sent again. */
static void how_far_payload_came(void **state)
{
	struct rig *rig = *state;
	uint8_t sealed[1005];
	uint32_t start;

	rig->next[SERVER] = (uint32_t)-400;
	both_hellos(rig);
	start = rig->next[SERVER];
	assert_int_equal(seen_of(rig, SERVER), start);
	assert_int_equal(seen_of(rig, CLIENT), rig->next[CLIENT]);
	tls_sealed(sealed, TLS_RECORD_APPLICATION_DATA, 1000);
	say(rig, SERVER, sealed, 300);
	rig_events(rig);
	assert_int_equal(seen_of(rig, SERVER), start + 300);
	say(rig, SERVER, sealed + 300, 500);
	assert_int_equal(seen_of(rig, SERVER), start + 800);
	rig->next[SERVER] = start + 300;
	say(rig, SERVER, sealed + 300, 500);
	rig->next[SERVER] = start;
	say(rig, SERVER, sealed, 100);
	no_events(rig);
	assert_int_equal(seen_of(rig, SERVER), start + 800);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(how_far_payload_came),
		TEST(budget_of_records),
		TEST(budget_of_records_one_a_segment),
		TEST(budget_of_bytes),
		TEST(budget_of_bytes_when_raw),
		TEST(walk_bound),
		TEST(full_ring_is_counted_and_told),
		TEST(first_event_takes_the_wake_up),
		TEST(filling_ring_is_urgent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
