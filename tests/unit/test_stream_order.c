/* SPDX-License-Identifier: BSD-2-Clause */
/* links: track/sentence.c track/clauses.c track/turns.c track/delivery.c track/offers.c */
/* links: connection_rest.c parking.c base/pack.c track/timeline.c */
/* links: track/flaws.c answers.c */
/* links: track/unknown.c */
/* links: opening.c recents.c */
/* links: pipeline.c stream_order.c stream_torn.c stream_read.c connection.c connects.c */
/* links: pipeline_connects.c pipeline_ends.c */
/* links: role.c stream/reasm.c */
/* links: track/tracker.c track/hellos.c track/sslv2.c track/tls13.c track/establish.c */
/* links: track/diagnose.c track/stages.c track/certificates.c tls/certificate.c */
/* links: tls/hello.c tls/hello_retry.c tls/sslv2.c tls/ext.c tls/key_exchange.c tls/record.c */
/* links: tls/message.c tls/x509.c tls/names.c tls/names_alert.c tls/names_cipher.c */
/* links: tls/names_group.c tls/names_handshake.c tls/names_signature.c tls/names_extension.c */
/* links: base/digest.c base/text.c base/text_escape.c base/addr.c */
/* libs: -lcrypto */
/*
 * Which direction is read first, and what is made of a handshake when something is missing.
 * Which order is right follows from TCP: an acknowledgement says what had come.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "bench_expect.h"

#define HELLO flight13_client_hello
#define HELLO_LEN sizeof(flight13_client_hello)
#define FLIGHT_LEN 735 /* of bench_server_flight(): 127 + 6 + 28 + 414 + 102 + 58 */
#define PATIENCE 8     /* packets of a side that wait */
#define MISSING 500

/* A hello, and of the server's answer, which the client has seen, some bytes are missing. */
static void hello_and_a_hole(struct bench *bench)
{
	bench_client_hello(bench);
	bench->next[HS_SERVER] += MISSING;
}

/* So many packets of the client, of one byte each: a record of an alert that goes on. */
static void say_bytes(struct bench *bench, size_t n)
{
	static const uint8_t alert[] = { 21, 3, 3, 0, 2, 2, 40, 0, 0, 0, 0, 0, 0, 0, 0, 0 };

	assert_true(n <= sizeof(alert));
	for (size_t i = 0; i < n; i++)
		bench_say(bench, HS_CLIENT, alert + i, 1);
}

static void say_alert(struct bench *bench)
{
	bench_say(bench, HS_CLIENT, SAID("\x15\3\3\0\2\2\x28"));
}

/* The client's Finished overtook the flight that it answers. */
static void the_client_waits_for_the_server(void **state)
{
	struct bench *bench = *state;
	const struct handshake *hs;
	uint32_t hello, flight, finished;

	bench_client_hello(bench);
	hello = bench->next[HS_CLIENT];
	flight = bench->next[HS_SERVER];
	bench->next[HS_SERVER] += FLIGHT_LEN;
	bench_client_finished(bench);
	assert_int_equal(bench->count, 0);
	finished = bench->next[HS_CLIENT];
	bench->next[HS_CLIENT] = hello;
	bench->next[HS_SERVER] = flight;
	bench_server_flight(bench);
	assert_int_equal(bench->next[HS_SERVER], flight + FLIGHT_LEN);
	bench->next[HS_CLIENT] = finished;
	flight = (uint32_t)(bench->now / MS);
	bench_wait(bench, SECOND);
	hs = expect(bench, HS_SUCCESS);
	assert_int_equal(hs->server_flight_end_time / MS, flight);
	/* Of packets that wait together the first gives its time to all: ChangeCipherSpec. */
	assert_int_equal(hs->client_finished_time / MS, flight - 7);
	assert_int_equal(hs->message_count, 9);
}

/* The bytes of a sealed record, as in a capture file; how many. */
static size_t sealed(uint8_t *out, uint16_t length)
{
	memcpy(out, (const uint8_t[]){ 23, 3, 3, (uint8_t)(length >> 8), (uint8_t)length }, 5);
	memset(out + 5, 0xee, length);
	return 5U + length;
}

/* The same with the whole flight in one segment: then both may be read, and it comes first. */
static void the_client_waits_for_one_segment(void **state)
{
	struct bench *bench = *state;
	uint8_t flight[1024], bytes[64];
	size_t n = sizeof(flight13_server_hello);
	uint32_t hello, at;

	memcpy(flight, flight13_server_hello, n);
	n += sealed(flight + n, 600);
	bench_client_hello(bench);
	hello = bench->next[HS_CLIENT];
	at = bench->next[HS_SERVER];
	bench->next[HS_SERVER] += (uint32_t)n;
	bench_say(bench, HS_CLIENT, bytes, sealed(bytes, 53));
	bench->next[HS_CLIENT] = hello;
	bench->next[HS_SERVER] = at;
	bench_say(bench, HS_SERVER, flight, n);
	bench_wait(bench, SECOND);
	expect(bench, HS_SUCCESS);
}

/* The server's flight overtook the second half of the hello. */
static void the_server_waits_for_the_client(void **state)
{
	struct bench *bench = *state;
	uint32_t half = bench->next[HS_CLIENT] + 100, before = bench->next[HS_SERVER], flight;
	const struct handshake *hs;
	uint64_t start = bench->now;

	bench_say(bench, HS_CLIENT, HELLO, 100);
	bench->next[HS_CLIENT] += (uint32_t)HELLO_LEN - 100;
	bench_server_flight(bench);
	flight = bench->next[HS_SERVER];
	bench->next[HS_SERVER] = before;
	bench->now += MS;
	bench_event_at(bench, ST_EVENT_DATA, HS_CLIENT, half, HELLO + 100, HELLO_LEN - 100);
	bench->next[HS_SERVER] = flight;
	bench_client_finished(bench);
	bench_wait(bench, SECOND);
	hs = expect(bench, HS_SUCCESS);
	assert_string_equal(bench->records[0].name, "a.test");
	assert_null(hs->oddity.what);
	assert_int_equal(hs->client_hello_end_time, start + 8 * MS);
	assert_int_equal(hs->server_hello_time, start + 2 * MS);
}

/*
 * The flight comes last, behind the Finished that answers it and a ticket that answers that: each
 * side has said something that the other one had, and something that it had not. Whatever is
 * read first, it must not lead to a failure.
 */
static void both_wait_for_each_other(void **state)
{
	struct bench *bench = *state;
	const uint32_t server = bench->next[HS_SERVER];
	uint8_t flight[1024], bytes[256];
	size_t n = sizeof(flight13_server_hello);

	memcpy(flight, flight13_server_hello, n);
	n += sealed(flight + n, 600);
	bench_client_hello(bench);
	bench->next[HS_SERVER] += (uint32_t)n;
	bench_say(bench, HS_CLIENT, bytes, sealed(bytes, 53));
	bench_say(bench, HS_SERVER, bytes, sealed(bytes, 234));
	assert_int_equal(bench->count, 0);
	bench->next[HS_SERVER] = server;
	bench_say(bench, HS_SERVER, flight, n);
	bench->next[HS_SERVER] += 5 + 234;
	bench_wait(bench, TIMEOUT);
	assert_int_not_equal(only_record(bench)->outcome, HS_FAILURE);
}

static void patience(void **state)
{
	struct bench *bench = *state;

	hello_and_a_hole(bench);
	say_alert(bench);
	for (int i = 1; i < PATIENCE - 1; i++)
		bench_say(bench, HS_CLIENT, SAID("x"));
	assert_int_equal(bench->count, 0);
	bench_say(bench, HS_CLIENT, SAID("x"));
	expect_failure(bench, HS_HANDSHAKE_FAILURE, HS_CLIENT);
}

/*
 * The second half of a hello was seen a second before the first, and is told behind it: the hello
 * is complete when both are there, and nothing went on before that.
 */
static void told_behind_what_it_overtook(void **state)
{
	struct bench *bench = *state;
	uint32_t half = bench->next[HS_CLIENT] + 100;
	const struct handshake *hs;
	uint64_t first;

	bench->now += SECOND;
	bench_say(bench, HS_CLIENT, HELLO, 100);
	first = bench->now;
	bench->now -= SECOND;
	bench_event_at(bench, ST_EVENT_DATA, HS_CLIENT, half, HELLO + 100, HELLO_LEN - 100);
	bench->next[HS_CLIENT] += (uint32_t)HELLO_LEN - 100;
	bench->now = first + TIMEOUT - MS; /* not before its time */
	pipeline_expire(bench->pipeline, bench->now);
	assert_int_equal(bench->count, 0);
	bench_server_flight(bench);
	bench_client_finished(bench);
	bench_wait(bench, SECOND);
	hs = expect(bench, HS_SUCCESS);
	assert_int_equal(hs->client_hello_time, first);
	assert_int_equal(hs->client_hello_end_time, first);
	assert_int_equal(hs->client_hello_segments, 2);
}

/* What was missing comes: from then on there is as much patience as at first. */
static void patience_is_restored(void **state)
{
	struct bench *bench = *state;
	uint32_t at;

	bench_client_hello(bench);
	at = bench->next[HS_SERVER];
	bench->next[HS_SERVER] += FLIGHT_LEN;
	say_bytes(bench, PATIENCE - 1); /* the alert is whole */
	assert_int_equal(bench->count, 0);
	bench->next[HS_SERVER] = at;
	bench_say(bench, HS_SERVER, flight13_server_hello, sizeof(flight13_server_hello));
	assert_int_equal(bench->count, 0);
	bench_say(bench, HS_SERVER, SAID("\x14\3\3\0\1\1"));
	bench_sealed(bench, HS_SERVER, 23, 23);
	bench_sealed(bench, HS_SERVER, 23, 409);
	bench_sealed(bench, HS_SERVER, 23, 97);
	bench_sealed(bench, HS_SERVER, 23, 53);
	/* Nothing is torn: the flight was read first. */
	assert_int_equal(expect_failure(bench, HS_HANDSHAKE_FAILURE, HS_CLIENT)->stage,
			 HS_SERVER_FINISHED);
}

static void patience_does_not_add_up(void **state)
{
	struct bench *bench = *state;

	for (int round = 0; round < 3; round++) {
		uint32_t at;

		if (!round)
			bench_say(bench, HS_CLIENT, HELLO, 6);
		at = bench->next[HS_SERVER];
		bench->next[HS_SERVER] += 6;
		for (int i = 0; i < PATIENCE - 1; i++)
			bench_say(bench, HS_CLIENT, HELLO + 6 + round * (PATIENCE - 1) + i, 1);
		bench->next[HS_SERVER] = at;
		bench_say(bench, HS_SERVER, SAID("\x14\3\3\0\1\1"));
	}
	bench_say(bench, HS_CLIENT, HELLO + 6 + 3 * (PATIENCE - 1),
		  HELLO_LEN - 6 - 3 * (PATIENCE - 1));
	bench->next[HS_SERVER] += MISSING;
	bench_end(bench, HS_CLIENT, false);
	bench->next[HS_SERVER] -= MISSING;
	bench_say(bench, HS_SERVER, SAID("\x15\3\3\0\2\2\x28"));
	/* Had one of them been read in spite of the hole, a failure would be in doubt. */
	expect_failure(bench, HS_HANDSHAKE_FAILURE, HS_SERVER);
	assert_int_equal(bench->records[0].hs.client_hello_segments, 2 + 3 * (PATIENCE - 1));
}

/* An alert that waited says what happened; silence and hanging up say nothing, with a hole. */
static void flushed_by_what_ends_it(void **state)
{
	enum end { BY_RST, BY_TIMEOUT, BY_THE_END, ENDS };
	struct bench *bench = *state;

	for (int alert = 0; alert < 2; alert++)
		for (int end = 0; end < ENDS; end++) {
			bench->count = 0;
			bench_connection(bench, (uint16_t)(1000 + 10 * alert + end));
			hello_and_a_hole(bench);
			if (alert)
				say_alert(bench);
			else
				bench_sealed(bench, HS_CLIENT, 23, 100);
			assert_int_equal(bench->count, 0);
			if (end == BY_RST)
				bench_end(bench, HS_CLIENT, true);
			else if (end == BY_TIMEOUT)
				bench_wait(bench, TIMEOUT);
			else
				pipeline_finish(bench->pipeline, bench->now);
			if (alert)
				expect_failure(bench, HS_HANDSHAKE_FAILURE, HS_CLIENT);
			else
				expect_unknown(bench, HS_GAP);
		}
}

/* Nothing of the server was seen, but the client has acknowledged something: it had an answer. */
static void an_answer_that_was_acknowledged(void **state)
{
	struct bench *bench = *state;

	hello_and_a_hole(bench);
	bench_say(bench, HS_CLIENT, NULL, 0);
	bench_wait(bench, TIMEOUT);
	expect_unknown(bench, HS_GAP);
}

/* What is read in spite of a hole may be misread; an alert in the clear is not. */
static void torn_failures_are_in_doubt(void **state)
{
	struct bench *bench = *state;

	for (int torn = 0; torn < 2; torn++) {
		bench->count = 0;
		bench_connection(bench, (uint16_t)(1000 + torn));
		bench_client_hello(bench);
		bench->next[HS_SERVER] += torn ? MISSING : 0;
		bench_say(bench, HS_CLIENT, SAID("no TLS"));
		for (int i = 1; i < PATIENCE; i++)
			bench_say(bench, HS_CLIENT, SAID("x"));
		if (torn)
			expect_unknown(bench, HS_GAP);
		else
			expect_failure(bench, HS_PROTOCOL_ERROR, HS_CLIENT);
	}
}

/* A hole in the server's flight, behind its hello: the client, which has all of it, goes on. */
static void torn_success_is_none_the_less(void **state)
{
	struct bench *bench = *state;

	bench_client_hello(bench);
	bench_say(bench, HS_SERVER, flight13_server_hello, sizeof(flight13_server_hello));
	bench->next[HS_SERVER] += FLIGHT_LEN - sizeof(flight13_server_hello);
	bench_client_finished(bench);
	for (int i = 2; i < PATIENCE; i++) {
		bench_wait(bench, SECOND);
		assert_int_equal(bench->count, 0);
		bench_sealed(bench, HS_CLIENT, 23, 100);
	}
	expect(bench, HS_SUCCESS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_client_waits_for_the_server),
		TEST(the_client_waits_for_one_segment),
		TEST(the_server_waits_for_the_client),
		TEST(both_wait_for_each_other),
		TEST(told_behind_what_it_overtook),
		TEST(patience),
		TEST(patience_is_restored),
		TEST(patience_does_not_add_up),
		TEST(flushed_by_what_ends_it),
		TEST(an_answer_that_was_acknowledged),
		TEST(torn_failures_are_in_doubt),
		TEST(torn_success_is_none_the_less),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
