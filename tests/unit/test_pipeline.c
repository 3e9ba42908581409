/* SPDX-License-Identifier: BSD-2-Clause */
/* links: track/sentence.c track/clauses.c track/turns.c track/delivery.c track/offers.c */
/* links: connection_rest.c parking.c base/pack.c track/timeline.c */
/* links: track/flaws.c answers.c */
/* links: track/unknown.c */
/* links: opening.c recents.c */
/* links: track/hellos.c track/sslv2.c tls/sslv2.c tls/hello_retry.c pipeline.c */
/* links: pipeline_connects.c pipeline_ends.c */
/* links: stream_order.c stream_torn.c */
/* links: stream_read.c connection.c connects.c role.c stream/reasm.c track/tracker.c */
/* links: track/tls13.c track/establish.c track/diagnose.c track/stages.c tls/hello.c tls/ext.c */
/* links: tls/key_exchange.c tls/record.c tls/message.c tls/names.c tls/names_alert.c */
/* links: tls/names_cipher.c tls/names_group.c tls/names_handshake.c tls/names_signature.c */
/* links: tls/names_extension.c track/certificates.c tls/certificate.c tls/x509.c base/digest.c */
/* links: base/text.c base/text_escape.c */
/* libs: -lcrypto */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "bench.h"
#include "track/tracker.h"

#define HELLO flight13_client_hello
#define HELLO_LEN sizeof(flight13_client_hello)

static const struct handshake *only_record(const struct bench *bench)
{
	assert_int_equal(bench->count, 1);
	return &bench->records[0].hs;
}

static void expect_unknown(const struct bench *bench, enum hs_unknown_cause cause)
{
	const struct handshake *hs = only_record(bench);

	assert_int_equal(hs->outcome, HS_UNKNOWN);
	assert_int_equal(hs->unknown, cause);
	assert_false(hs->complete);
	assert_int_equal(hs->failure.cause, HS_CAUSE_NONE);
}

static uint64_t in_progress(const struct bench *bench)
{
	struct pipeline_counters counters;

	pipeline_counters(bench->pipeline, &counters);
	return counters.in_progress;
}

static void a_handshake_from_end_to_end(void **state)
{
	struct bench *bench = *state;
	const struct handshake *hs;
	uint64_t start = bench->now + MS;

	assert_int_equal(pipeline_due(bench->pipeline), 0);
	bench_handshake(bench);
	assert_int_equal(bench->count, 0); /* a little more may be learned */
	assert_int_equal(in_progress(bench), 1);
	assert_int_equal(pipeline_due(bench->pipeline), bench->now + TRACKER_SETTLE_NS);
	bench_wait(bench, TRACKER_SETTLE_NS - 1);
	assert_int_equal(bench->count, 0);
	bench_wait(bench, 1);
	hs = only_record(bench);
	assert_int_equal(hs->outcome, HS_SUCCESS);
	assert_int_equal(hs->stage, HS_ESTABLISHED);
	assert_true(hs->complete);
	assert_string_equal(bench->records[0].name, "a.test");
	assert_int_equal(hs->server_hello.version, TLS_VERSION_1_3);
	assert_int_equal(hs->server_hello.cipher_suite, 0x1301);
	assert_true(hs->has_group);
	assert_int_equal(hs->group, 0x001d);
	assert_int_equal(hs->resumption, HS_FULL);
	assert_int_equal(hs->end[HS_CLIENT].port, 51234);
	assert_int_equal(hs->end[HS_SERVER].port, 443);
	assert_memory_equal(hs->end[HS_SERVER].addr, bench->key.addr[1], 16);
	assert_int_equal(hs->ifindex, 7);
	assert_int_equal(hs->vlan, 42);
	assert_int_equal(hs->client_hello_segments, 1);
	assert_int_equal(hs->client_hello_records, 1);
	assert_int_equal(hs->syn_time, start - 2 * MS);
	assert_int_equal(hs->synack_time, start - MS);
	assert_int_equal(hs->client_hello_time, start);
	assert_int_equal(hs->client_hello_end_time, start);
	assert_int_equal(hs->server_hello_time, start + MS);
	assert_int_equal(hs->server_flight_end_time, start + 6 * MS);
	assert_int_equal(hs->client_finished_time, start + 8 * MS);
	assert_int_equal(hs->end_time, start + 8 * MS);
	assert_int_equal(hs->message_count, 9);
	assert_int_equal(bench->forgotten, 1);
	assert_int_equal(in_progress(bench), 0);
	assert_int_equal(pipeline_due(bench->pipeline), 0);
}

static void application_data_settles_it(void **state)
{
	struct bench *bench = *state;

	bench_handshake(bench);
	bench_sealed(bench, HS_CLIENT, 23, 500);
	assert_int_equal(only_record(bench)->outcome, HS_SUCCESS);
	assert_int_equal(bench->records[0].hs.application_data_time, bench->now);
	bench_sealed(bench, HS_SERVER, 23, 5000); /* behind the end: nothing happens */
	bench_end(bench, HS_SERVER, false);
	assert_int_equal(bench->count, 1);
}

/* Wherever the hello is cut, in order or not, each byte once or three times. */
static void hello_cut_anywhere(void **state)
{
	struct bench *bench = *state;

	for (size_t cut = 6; cut < HELLO_LEN; cut++) {
		for (int way = 0; way < 3; way++) {
			uint32_t at;

			bench->count = 0;
			bench_connection(bench, (uint16_t)(1000 + cut));
			at = bench->next[HS_CLIENT];
			bench_say(bench, HS_CLIENT, HELLO, cut);
			if (way == 1) /* again, and then the rest with what went before */
				bench_event_at(bench, ST_EVENT_DATA, HS_CLIENT, at, HELLO, cut);
			if (way == 2 && cut + 1 < HELLO_LEN) /* the last byte first */
				bench_event_at(bench, ST_EVENT_DATA, HS_CLIENT,
					       at + (uint32_t)HELLO_LEN - 1, HELLO + HELLO_LEN - 1,
					       1);
			bench->now += MS;
			bench_event_at(bench, ST_EVENT_DATA, HS_CLIENT,
				       at + (uint32_t)cut - (way == 1), HELLO + cut - (way == 1),
				       HELLO_LEN - cut + (way == 1));
			bench->next[HS_CLIENT] = at + (uint32_t)HELLO_LEN;
			bench_server_flight(bench);
			bench_client_finished(bench);
			bench_end(bench, HS_CLIENT, false);
			assert_int_equal(only_record(bench)->outcome, HS_SUCCESS);
			assert_string_equal(bench->records[0].name, "a.test");
			assert_int_equal(bench->records[0].hs.client_hello_end_time -
						 bench->records[0].hs.client_hello_time,
					 MS);
		}
	}
}

static void hello_byte_by_byte(void **state)
{
	struct bench *bench = *state;

	for (size_t i = 0; i < HELLO_LEN; i++)
		bench_say(bench, HS_CLIENT, HELLO + i, 1);
	bench_server_flight(bench);
	bench_client_finished(bench);
	bench_end(bench, HS_CLIENT, false);
	assert_int_equal(only_record(bench)->outcome, HS_SUCCESS);
	assert_int_equal(bench->records[0].hs.client_hello_segments, HELLO_LEN);
}

/* One packet may take several events: they have one time. */
static void segments_are_packets(void **state)
{
	struct bench *bench = *state;

	bench_say(bench, HS_CLIENT, HELLO, 50);
	bench->now -= MS;
	bench_say(bench, HS_CLIENT, HELLO + 50, 50);
	bench_say(bench, HS_CLIENT, HELLO + 100, HELLO_LEN - 100);
	bench_end(bench, HS_SERVER, true);
	assert_int_equal(only_record(bench)->client_hello_segments, 2);
}

/* NAT, a tunnel: the same hello under other addresses is the same handshake. */
static void a_copy_is_not_reported_twice(void **state)
{
	struct bench *bench = *state;
	struct bench first;
	struct pipeline_counters counters;

	bench_client_hello(bench);
	first = *bench;
	bench_connection(bench, 60000);
	bench_client_hello(bench);
	bench_server_flight(bench);
	bench_client_finished(bench);
	bench_end(bench, HS_CLIENT, false);
	assert_int_equal(bench->count, 0);
	pipeline_counters(bench->pipeline, &counters);
	assert_int_equal(counters.copies, 1);
	assert_int_equal(counters.in_progress, 1);
	bench_back(bench, &first);
	bench_server_flight(bench);
	bench_client_finished(bench);
	bench_end(bench, HS_CLIENT, false);
	assert_int_equal(only_record(bench)->end[HS_CLIENT].port, 51234);
}

/* Tools that send a constant random are told apart by what else they say. */
static void same_random_other_name(void **state)
{
	struct bench *bench = *state;
	uint8_t other[HELLO_LEN];

	memcpy(other, HELLO, HELLO_LEN);
	memcpy(other + FLIGHT13_NAME_AT, "b.test", 6);
	bench_client_hello(bench);
	bench_connection(bench, 60000);
	bench_say(bench, HS_CLIENT, other, sizeof(other));
	bench_wait(bench, TIMEOUT);
	assert_int_equal(bench->count, 2);
	assert_string_equal(bench->records[0].name, "a.test");
	assert_string_equal(bench->records[1].name, "b.test");
}

/* After the end of a handshake its random may come again: that is another attempt. */
static void same_hello_later(void **state)
{
	struct bench *bench = *state;

	bench_client_hello(bench);
	bench_end(bench, HS_SERVER, true);
	bench_connection(bench, 60000);
	bench_client_hello(bench);
	bench_end(bench, HS_SERVER, true);
	assert_int_equal(bench->count, 2);
}

static void lost_events(void **state)
{
	struct bench *bench = *state;

	bench_client_hello(bench);
	bench->flags = ST_FLAG_LOST;
	bench_end(bench, HS_CLIENT, false);
	expect_unknown(bench, HS_LOST_EVENTS);
	assert_int_equal(bench->forgotten, 1);
}

static void lost_and_then_silence(void **state)
{
	struct bench *bench = *state;

	bench_client_hello(bench);
	bench->state = FLOW_LOST;
	bench_wait(bench, TIMEOUT);
	expect_unknown(bench, HS_LOST_EVENTS);
}

static void joined_midway(void **state)
{
	struct bench *bench = *state;

	bench->flags = ST_FLAG_OPENED | ST_FLAG_JOINED;
	bench_say(bench, HS_SERVER, flight13_server_hello, sizeof(flight13_server_hello));
	assert_int_equal(bench->count, 0); /* what follows may tell more of it */
	bench_wait(bench, 1000 * MS);
	expect_unknown(bench, HS_JOINED_MIDWAY);
	assert_int_equal(bench->records[0].hs.end[HS_CLIENT].port, 51234);
	bench_end(bench, HS_CLIENT, false);
	assert_int_equal(bench->count, 1);
}

static void evicted(void **state)
{
	struct bench *bench = *state;
	struct pipeline_counters counters;

	bench_client_hello(bench);
	bench->state = FLOW_GONE;
	bench_wait(bench, TIMEOUT);
	expect_unknown(bench, HS_EVICTED);
	pipeline_counters(bench->pipeline, &counters);
	assert_int_equal(counters.gone, 1);
	assert_int_equal(counters.evictions, 0);
}

static void spent(void **state)
{
	struct bench *bench = *state;

	bench_client_hello(bench);
	bench->flags = ST_FLAG_SPENT;
	bench_sealed(bench, HS_SERVER, 23, 100);
	expect_unknown(bench, HS_OVER_BUDGET);
}

static void still_open_at_the_end(void **state)
{
	struct bench *bench = *state;

	bench_client_hello(bench);
	pipeline_finish(bench->pipeline, bench->now);
	expect_unknown(bench, HS_STILL_OPEN);
}

static void settling_at_the_end(void **state)
{
	struct bench *bench = *state;

	bench_handshake(bench);
	pipeline_finish(bench->pipeline, bench->now);
	assert_int_equal(only_record(bench)->outcome, HS_SUCCESS);
}

static void gap_then_fin_of_the_other_side(void **state)
{
	struct bench *bench = *state;

	bench_client_hello(bench);
	bench->next[HS_SERVER] += 500;
	bench_sealed(bench, HS_SERVER, 23, 100);
	bench_end(bench, HS_CLIENT, false);
	assert_int_equal(bench->count, 0); /* it acknowledges what is missing: that may come */
	bench_wait(bench, TIMEOUT);
	expect_unknown(bench, HS_GAP);
}

static void gap_then_fin_of_that_side(void **state)
{
	struct bench *bench = *state;

	bench_client_hello(bench);
	bench->next[HS_SERVER] += 500;
	bench_sealed(bench, HS_SERVER, 23, 100);
	bench_end(bench, HS_SERVER, false);
	assert_int_equal(bench->count, 0); /* what is missing may still come */
	bench_wait(bench, TIMEOUT);
	expect_unknown(bench, HS_GAP);
}

static void gap_then_reset(void **state)
{
	struct bench *bench = *state;

	bench_client_hello(bench);
	bench->next[HS_SERVER] += 500;
	bench_sealed(bench, HS_SERVER, 23, 100);
	bench_end(bench, HS_SERVER, true);
	expect_unknown(bench, HS_GAP);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_handshake_from_end_to_end),
		TEST(application_data_settles_it),
		TEST(hello_cut_anywhere),
		TEST(hello_byte_by_byte),
		TEST(segments_are_packets),
		TEST(a_copy_is_not_reported_twice),
		TEST(same_random_other_name),
		TEST(same_hello_later),
		TEST(lost_events),
		TEST(lost_and_then_silence),
		TEST(joined_midway),
		TEST(evicted),
		TEST(spent),
		TEST(still_open_at_the_end),
		TEST(settling_at_the_end),
		TEST(gap_then_fin_of_the_other_side),
		TEST(gap_then_fin_of_that_side),
		TEST(gap_then_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
