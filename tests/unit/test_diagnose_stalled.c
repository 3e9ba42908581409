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
/*
 * A ClientHello that is too large for one segment, and a server that does not answer: did it get
 * all of the hello (no_server_hello) or not (client_hello_stalled)? What TCP does in each case is
 * from RFC 9293 section 3.8 and RFC 6298: bytes that are not acknowledged are sent again, the
 * oldest of them first, after 1 s or less, then at twice that.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "bench.h"

#define LARGE 1900 /* bytes of the stream */
#define FIRST 1460
#define SMALL sizeof(flight13_client_hello)

static uint8_t large[LARGE];

static void add_to_length(uint8_t *p, unsigned n)
{
	n += (unsigned)p[0] << 8 | p[1];
	p[0] = (uint8_t)(n >> 8);
	p[1] = (uint8_t)n;
}

/* The hello of flight13.h with a padding extension (RFC 7685). */
static int setup(void **state)
{
	enum { RECORD_LENGTH = 3, MESSAGE_LENGTH = 7, EXTENSIONS_LENGTH = 84 };
	const unsigned more = LARGE - SMALL;

	memset(large, 0, sizeof(large));
	memcpy(large, flight13_client_hello, SMALL);
	add_to_length(large + RECORD_LENGTH, more);
	add_to_length(large + MESSAGE_LENGTH, more);
	add_to_length(large + EXTENSIONS_LENGTH, more);
	large[SMALL + 1] = 21;
	add_to_length(large + SMALL + 2, more - 4);
	return bench_setup(state);
}

/* As a capture file shows it: all data of a packet is in its event. */
static void say(struct bench *bench, enum hs_side side, const uint8_t *bytes, size_t n)
{
	bench->flags |= ST_FLAG_WHOLE;
	bench_say(bench, side, bytes, n);
}

static void say_large(struct bench *bench)
{
	say(bench, HS_CLIENT, large, FIRST);
	say(bench, HS_CLIENT, large + FIRST, LARGE - FIRST);
}

static uint32_t start_of(const struct bench *bench)
{
	return (uint32_t)(1000 * bench->flow);
}

/* The same bytes once more. */
static void repeat(struct bench *bench, uint64_t later, size_t from, size_t n)
{
	bench->now += later;
	bench->flags = ST_FLAG_WHOLE;
	bench_event_at(bench, ST_EVENT_DATA, HS_CLIENT, start_of(bench) + (uint32_t)from,
		       large + from, n);
}

/* RFC 6298 section 5.5: at twice the distance each time, until the handshake has timed out. */
static void repeat_to_the_end(struct bench *bench, size_t from, size_t n)
{
	uint64_t sent = bench->now, distance = SECOND / 4;

	while (bench->now + distance < sent + TIMEOUT) {
		repeat(bench, distance, from, n);
		distance *= 2;
	}
	bench_wait(bench, sent + TIMEOUT - bench->now);
}

/* A packet of the server without data. */
static void acknowledge(struct bench *bench, uint8_t type, size_t n)
{
	uint32_t next = bench->next[HS_CLIENT];

	bench->now += MS;
	bench->flags = ST_FLAG_WHOLE;
	bench->next[HS_CLIENT] = start_of(bench) + (uint32_t)n;
	bench_event_at(bench, type, HS_SERVER, bench->next[HS_SERVER], NULL, 0);
	bench->next[HS_CLIENT] = next;
}

static void expect(const struct bench *bench, enum hs_cause cause, enum hs_side side,
		   const char *text)
{
	const struct handshake *hs = &bench->records[0].hs;

	assert_int_equal(bench->count, 1);
	assert_int_equal(hs->outcome, HS_FAILURE);
	assert_string_equal(hs->failure.text, text);
	assert_int_equal(hs->failure.cause, cause);
	assert_int_equal(hs->failure.side, side);
	assert_int_equal(hs->failure.stage, HS_CLIENT_HELLO);
	assert_false(hs->failure.suspected);
}

static void the_second_segment_is_lost(void **state)
{
	struct bench *bench = *state;

	say_large(bench);
	repeat_to_the_end(bench, FIRST, LARGE - FIRST);
	expect(bench, HS_CLIENT_HELLO_STALLED, HS_NOBODY,
	       "ClientHello of 1900 bytes in 2 segments, 440 bytes not acknowledged, "
	       "repeated 5 times, no answer for 10 s");
}

/* As on a path that drops large packets and says nothing of it. */
static void the_first_segment_is_lost(void **state)
{
	struct bench *bench = *state;

	say_large(bench);
	repeat(bench, SECOND / 5, FIRST, LARGE - FIRST); /* a probe, RFC 8985 section 7 */
	repeat_to_the_end(bench, 0, FIRST);
	expect(bench, HS_CLIENT_HELLO_STALLED, HS_NOBODY,
	       "ClientHello of 1900 bytes in 2 segments, not acknowledged, repeated 6 times, "
	       "no answer for 10.2 s");
}

/* Seen on its way out, before it was cut into segments. */
static void a_packet_that_is_cut_later(void **state)
{
	struct bench *bench = *state;

	say(bench, HS_CLIENT, large, LARGE);
	repeat_to_the_end(bench, FIRST, LARGE - FIRST);
	expect(bench, HS_CLIENT_HELLO_STALLED, HS_NOBODY,
	       "ClientHello of 1900 bytes, 440 bytes not acknowledged, repeated 5 times, "
	       "no answer for 10 s");
}

/* The kernel programs need not copy again what they have copied. */
static void repeats_without_their_bytes(void **state)
{
	struct bench *bench = *state;

	bench_say(bench, HS_CLIENT, large, FIRST);
	bench_say(bench, HS_CLIENT, large + FIRST, LARGE - FIRST);
	for (int i = 0; i < 2; i++) {
		bench->now += 3 * SECOND;
		bench_event_at(bench, ST_EVENT_DATA, HS_CLIENT, start_of(bench) + FIRST, NULL, 0);
	}
	bench_wait(bench, TIMEOUT - 6 * SECOND);
	assert_int_equal(bench->records[0].hs.failure.cause, HS_CLIENT_HELLO_STALLED);
}

static void a_part_is_acknowledged(void **state)
{
	struct bench *bench = *state;

	say_large(bench);
	acknowledge(bench, ST_EVENT_DATA, FIRST);
	bench_wait(bench, TIMEOUT);
	expect(bench, HS_CLIENT_HELLO_STALLED, HS_NOBODY,
	       "ClientHello of 1900 bytes in 2 segments, 440 bytes not acknowledged, "
	       "no answer for 10 s");
}

static void the_client_gives_up(void **state)
{
	struct bench *bench = *state;

	say_large(bench);
	repeat(bench, SECOND, FIRST, LARGE - FIRST);
	repeat(bench, 2 * SECOND, FIRST, LARGE - FIRST);
	bench_end(bench, HS_CLIENT, false);
	bench_wait(bench, TIMEOUT);
	expect(bench, HS_CLIENT_HELLO_STALLED, HS_CLIENT,
	       "ClientHello of 1900 bytes in 2 segments, 440 bytes not acknowledged, "
	       "repeated 2 times, then client closed the connection");
}

/* What came once more may have been a probe for an acknowledgement on its way. */
static void the_client_gives_up_early(void **state)
{
	struct bench *bench = *state;

	say_large(bench);
	repeat(bench, SECOND, FIRST, LARGE - FIRST);
	bench->now += SECOND;
	bench_end(bench, HS_CLIENT, false);
	bench_wait(bench, TIMEOUT);
	assert_int_equal(bench->records[0].hs.failure.cause, HS_CLIENT_HELLO_STALLED);
	assert_true(bench->records[0].hs.failure.suspected);
}

/* Repeated while more was to come: the first part had been late, and all of it arrived. */
static void repeated_before_it_was_complete(void **state)
{
	struct bench *bench = *state;

	for (int times = 1; times <= 2; times++) {
		bench->count = 0;
		bench_connection(bench, (uint16_t)times);
		say(bench, HS_CLIENT, large, FIRST);
		for (int i = 0; i < times; i++)
			repeat(bench, SECOND / 4, 0, FIRST);
		say(bench, HS_CLIENT, large + FIRST, LARGE - FIRST);
		bench_wait(bench, TIMEOUT);
		assert_int_equal(bench->records[0].hs.delivery.repeats, times);
		assert_int_equal(bench->records[0].hs.failure.cause, HS_NO_SERVER_HELLO);
	}
}

/* It would go on until the server has acknowledged: so the server has. */
static void repetition_that_ends(void **state)
{
	struct bench *bench = *state;

	say_large(bench);
	repeat(bench, SECOND / 4, FIRST, LARGE - FIRST);
	repeat(bench, SECOND / 2, FIRST, LARGE - FIRST);
	bench_wait(bench, TIMEOUT - 3 * SECOND / 4);
	expect(bench, HS_NO_SERVER_HELLO, HS_NOBODY,
	       "no answer to the ClientHello, repeated 2 times, for 10 s");
}

/* Its patience with a hello that does not come is over. */
static void the_server_gives_up(void **state)
{
	struct bench *bench = *state;

	say_large(bench);
	bench->now += 5 * SECOND;
	acknowledge(bench, ST_EVENT_RST, FIRST);
	expect(bench, HS_CLIENT_HELLO_STALLED, HS_SERVER,
	       "ClientHello of 1900 bytes in 2 segments, 440 bytes not acknowledged, "
	       "then server reset the connection");
}

/* Nothing to do with what was still on its way. */
static void the_server_resets_at_once(void **state)
{
	struct bench *bench = *state;

	say_large(bench);
	acknowledge(bench, ST_EVENT_RST, FIRST);
	expect(bench, HS_RESET, HS_SERVER, "server reset the connection");
}

static void a_server_that_got_it_and_is_silent(void **state)
{
	struct bench *bench = *state;

	say_large(bench);
	bench_wait(bench, TIMEOUT);
	expect(bench, HS_NO_SERVER_HELLO, HS_NOBODY, "no answer to the ClientHello for 10 s");

	bench->count = 0;
	bench_connection(bench, 2);
	say_large(bench);
	acknowledge(bench, ST_EVENT_DATA, LARGE);
	repeat(bench, SECOND, FIRST,
	       LARGE - FIRST); /* the acknowledgement was lost, not the hello */
	bench_wait(bench, TIMEOUT);
	expect(bench, HS_NO_SERVER_HELLO, HS_NOBODY,
	       "no answer to the ClientHello, repeated once, for 11 s");
}

/* It is not its size. */
static void a_small_hello(void **state)
{
	struct bench *bench = *state;

	pipeline_set_wall(bench->pipeline, 12345); /* the next handshake knows it */
	say(bench, HS_CLIENT, flight13_client_hello, SMALL);
	repeat(bench, SECOND, 0, SMALL);
	repeat(bench, 2 * SECOND, 0, SMALL);
	bench_wait(bench, TIMEOUT);
	expect(bench, HS_NO_SERVER_HELLO, HS_NOBODY,
	       "no answer to the ClientHello, repeated 2 times, for 13 s");
	assert_int_equal(bench->records[0].hs.wall_offset, 12345);
}

/* Packets that passed twice, a keep-alive, acknowledgements: no repetition. */
static void what_is_no_repetition(void **state)
{
	struct bench *bench = *state;

	say_large(bench);
	repeat(bench, MS, 0, FIRST);
	repeat(bench, MS, FIRST, LARGE - FIRST);
	repeat(bench, SECOND, LARGE - 1, 1);
	repeat(bench, SECOND, LARGE - 1, 0);
	repeat(bench, SECOND, LARGE, 0);
	repeat(bench, SECOND, 0, 0);
	bench_wait(bench, TIMEOUT);
	assert_int_equal(bench->records[0].hs.delivery.repeats, 0);
	assert_int_equal(bench->records[0].hs.failure.cause, HS_NO_SERVER_HELLO);
}

static void the_rest_never_comes(void **state)
{
	struct bench *bench = *state;

	say(bench, HS_CLIENT, large, FIRST);
	repeat(bench, SECOND, 0, FIRST);
	bench_wait(bench, TIMEOUT);
	expect(bench, HS_CLIENT_HELLO_STALLED, HS_NOBODY,
	       "the rest of the ClientHello did not come behind 1460 bytes, repeated once, "
	       "nothing more for 11 s");

	bench->count = 0;
	bench_connection(bench, 2);
	say(bench, HS_CLIENT, large, FIRST);
	bench->now += 5 * SECOND;
	bench_end(bench, HS_SERVER, false);
	bench_wait(bench, TIMEOUT);
	expect(bench, HS_CLIENT_HELLO_STALLED, HS_SERVER,
	       "the rest of the ClientHello did not come behind 1460 bytes, "
	       "then server closed the connection");

	/* It has changed its mind. */
	bench->count = 0;
	bench_connection(bench, 3);
	say(bench, HS_CLIENT, large, FIRST);
	bench_end(bench, HS_CLIENT, false);
	bench_wait(bench, TIMEOUT);
	expect(bench, HS_CLOSED, HS_CLIENT,
	       "client closed the connection inside its ClientHello, 1455 of 1895 bytes seen");
}

/* Lost and sent again with success: nothing has failed. */
static void a_repetition_that_arrives(void **state)
{
	struct bench *bench = *state;

	say_large(bench);
	repeat(bench, SECOND, FIRST, LARGE - FIRST);
	bench_server_flight(bench);
	bench_client_finished(bench);
	bench_wait(bench, TIMEOUT);
	assert_int_equal(bench->count, 1);
	assert_int_equal(bench->records[0].hs.outcome, HS_SUCCESS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_second_segment_is_lost),
		TEST(the_first_segment_is_lost),
		TEST(a_packet_that_is_cut_later),
		TEST(repeats_without_their_bytes),
		TEST(a_part_is_acknowledged),
		TEST(the_client_gives_up),
		TEST(the_client_gives_up_early),
		TEST(repeated_before_it_was_complete),
		TEST(repetition_that_ends),
		TEST(the_server_gives_up),
		TEST(the_server_resets_at_once),
		TEST(a_server_that_got_it_and_is_silent),
		TEST(a_small_hello),
		TEST(what_is_no_repetition),
		TEST(the_rest_never_comes),
		TEST(a_repetition_that_arrives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
