/* SPDX-License-Identifier: BSD-2-Clause */
/* links: tests/bpf/rig.c tests/bpf/packets.c capture/tables.c */
/* A FIN may overtake the data before it: then the flow goes on behind the FINs of both sides. */
#include "rig.h"

enum { CERTIFICATE = 300, SEALED = 400 };

/* The bytes that will come late, and the place where they belong. */
struct late {
	uint8_t bytes[1024];
	size_t n;
	uint32_t at;
};

static uint8_t fin(struct rig *rig, int side)
{
	signal_flags(rig, side, FIN | ACK);
	return only_event(rig, ST_EVENT_FIN, 0)->event.flags;
}

/* Hellos of both; of what the server says then nothing is to be seen. */
static void server_is_late(struct rig *rig, struct late *late)
{
	both_hellos(rig);
	rig_events(rig);
	late->n = tls_message(late->bytes, TLS_HANDSHAKE_CERTIFICATE, CERTIFICATE);
	late->n += tls_sealed(late->bytes + late->n, TLS_RECORD_APPLICATION_DATA, SEALED);
	late->at = rig->next[SERVER];
	rig->next[SERVER] += (uint32_t)late->n;
}

static void late_comes(struct rig *rig, const struct late *late)
{
	rig->next[SERVER] = late->at;
	say(rig, SERVER, late->bytes, late->n);
	only_event(rig, ST_EVENT_DATA, late->n - SEALED);
	assert_memory_equal(rig->seen[0].payload, late->bytes, late->n - SEALED);
}

static void data_behind_both(void **state)
{
	struct rig *rig = *state;
	const struct st_flow_key key = base_key(rig);
	struct late late;

	for (int first = CLIENT; first <= SERVER; first++) {
		rig->base.client_port++;
		server_is_late(rig, &late);
		for (int i = 0; i < 2; i++) {
			int side = first ^ i;

			assert_int_equal(fin(rig, side),
					 ST_FLAG_LOCAL | (side == SERVER ? ST_FLAG_RAW : 0));
		}
		late_comes(rig, &late);
		assert_int_equal(flow_count(rig), 1);
		rig->next[SERVER]++;
		signal_flags(rig, SERVER, FIN | ACK); /* sent again: nothing new */
		no_events(rig);
		signal_flags(rig, CLIENT, RST);
		only_event(rig, ST_EVENT_RST, 0);
		assert_int_equal(flow_count(rig), 0);
	}
	assert_int_equal(open_tags(rig, &key), 0);
	assert_int_equal(count_of(rig, ST_COUNT_RAW_MODE), 0);
}

/* A record that stays torn is no reason to wait: its end matters to nobody. */
static void a_torn_record(void **state)
{
	struct rig *rig = *state;
	const struct st_flow_key key = base_key(rig);
	uint8_t bytes[512];

	both_hellos(rig);
	tls_sealed(bytes, TLS_RECORD_APPLICATION_DATA, SEALED);
	say(rig, SERVER, bytes, 100);
	rig_events(rig);
	assert_int_equal(fin(rig, SERVER), ST_FLAG_LOCAL);
	assert_int_equal(fin(rig, CLIENT), ST_FLAG_LOCAL);
	assert_false(has_flow(rig, &key));
}

/* A header cut by the end of its segment: from there on nobody counts. */
static void a_direction_without_its_place(void **state)
{
	struct rig *rig = *state;
	const struct st_flow_key key = base_key(rig);
	uint8_t bytes[512];

	both_hellos(rig);
	tls_sealed(bytes, TLS_RECORD_APPLICATION_DATA, SEALED);
	say(rig, SERVER, bytes, 3);
	rig_events(rig);
	assert_int_equal(fin(rig, SERVER), ST_FLAG_LOCAL | ST_FLAG_RAW);
	assert_int_equal(fin(rig, CLIENT), ST_FLAG_LOCAL);
	assert_true(has_flow(rig, &key));
	assert_int_equal(open_tags(rig, &key), 1);
}

/* With the last bytes in the same packet, or all of them. */
static void fins_with_data(void **state)
{
	struct rig *rig = *state;
	const struct st_flow_key key = base_key(rig);
	struct late late;
	struct frame frame = { .from_server = true, .flags = FIN | ACK, .payload = late.bytes };

	server_is_late(rig, &late);
	frame.seq = late.at;
	frame.n = late.n;
	rig_frame(rig, &frame);
	assert_int_equal(rig_events(rig), 2);
	assert_int_equal(rig->seen[1].event.type, ST_EVENT_FIN);
	assert_int_equal(rig->seen[1].event.flags, ST_FLAG_LOCAL);
	fin(rig, CLIENT);
	assert_false(has_flow(rig, &key));
}

/* The hello came with a SYN: nothing tells where the server begins. */
static void a_direction_not_seen(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[300];
	struct frame frame = { .flags = SYN, .seq = rig->next[CLIENT], .payload = bytes };

	frame.n = tls_hello(bytes, TLS_HANDSHAKE_CLIENT_HELLO, 200);
	rig_frame(rig, &frame);
	rig_events(rig);
	rig->next[CLIENT] += 1 + (uint32_t)frame.n;
	assert_int_equal(fin(rig, CLIENT), ST_FLAG_LOCAL);
	rig->next[SERVER] += 500;
	assert_int_equal(fin(rig, SERVER), ST_FLAG_LOCAL | ST_FLAG_RAW);
	rig->next[SERVER] -= 501;
	server_hello(rig);
	only_event(rig, ST_EVENT_DATA, 95);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(data_behind_both),
		TEST(a_torn_record),
		TEST(a_direction_without_its_place),
		TEST(fins_with_data),
		TEST(a_direction_not_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
