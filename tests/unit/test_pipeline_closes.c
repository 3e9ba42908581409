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
/* Who closes first, what the other side had on its way, and where a handshake begins to be one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "bench_expect.h"

#define HELLO flight13_client_hello

/* TLS 1.2, until the client has sent its Finished and closed for writing. */
static void half_closed(struct bench *bench)
{
	hello_10(bench);
	server_flight_10(bench);
	say_message(bench, HS_CLIENT, TLS_HANDSHAKE_CLIENT_KEY_EXCHANGE, SAID("\0\1k"));
	bench_say(bench, HS_CLIENT, SAID("\x14\3\1\0\1\1"));
	bench_sealed(bench, HS_CLIENT, TLS_RECORD_HANDSHAKE, 36);
	bench_end(bench, HS_CLIENT, false);
	assert_int_equal(bench->count, 0);
}

static void a_half_close_is_no_failure_yet(void **state)
{
	struct bench *bench = *state;
	uint64_t now;

	half_closed(bench);
	bench_say(bench, HS_SERVER, SAID("\x14\3\1\0\1\1"));
	bench_sealed(bench, HS_SERVER, TLS_RECORD_HANDSHAKE, 36);
	now = bench->now;
	bench_wait(bench, SECOND);
	expect_success(bench);
	assert_int_equal(bench->records[0].hs.failure.cause, HS_CAUSE_NONE);
	assert_int_equal(bench->records[0].hs.end_time, now);
}

/* Closed by both, or silence: what would have made it a success did not come. */
static void a_half_close_and_nothing_more(void **state)
{
	struct bench *bench = *state;

	half_closed(bench);
	bench_end(bench, HS_SERVER, false);
	assert_int_equal(expect_failure(bench, HS_CLOSED, HS_SERVER)->stage, HS_CLIENT_FINISHED);
	bench->count = 0;
	bench_connection(bench, 1);
	half_closed(bench);
	bench_wait(bench, TIMEOUT - MS - 1); /* the FIN brought no bytes */
	assert_int_equal(bench->count, 0);
	bench_wait(bench, 1);
	assert_int_equal(expect_failure(bench, HS_TIMEOUT, HS_NOBODY)->end_time, bench->now);
}

/* The source came to its end: it may have become a success. */
static void a_half_close_at_the_end(void **state)
{
	struct bench *bench = *state;

	half_closed(bench);
	pipeline_finish(bench->pipeline, bench->now);
	expect_unknown(bench, HS_STILL_OPEN);
	/* A client that had not come so far has given up. */
	bench->count = 0;
	bench_connection(bench, 1);
	hello_10(bench);
	bench_end(bench, HS_CLIENT, false);
	pipeline_finish(bench->pipeline, bench->now);
	expect_failure(bench, HS_CLOSED, HS_CLIENT);
}

/* Something of the server is missing: it may have been the Finished. */
static void a_half_close_and_a_hole(void **state)
{
	struct bench *bench = *state;

	half_closed(bench);
	bench->next[HS_SERVER] += 47;
	bench_sealed(bench, HS_SERVER, TLS_RECORD_APPLICATION_DATA, 100);
	bench_wait(bench, TIMEOUT);
	expect_unknown(bench, HS_GAP);
}

/* The client hung up; what the server had on its way is told, the failure stays what it was. */
static void facts_behind_a_fin(void **state)
{
	struct bench *bench = *state;
	const struct handshake *hs;
	uint64_t closed;

	for (int late = 0; late < 2; late++) {
		bench->count = 0;
		bench_connection(bench, (uint16_t)(1000 + late));
		bench_client_hello(bench);
		bench_end(bench, HS_CLIENT, false);
		closed = bench->now;
		bench_wait(bench, late ? SECOND : SECOND - 2 * MS);
		bench_say(bench, HS_SERVER, flight13_server_hello, sizeof(flight13_server_hello));
		assert_int_equal(bench->count, late);
		bench_wait(bench, SECOND);
		hs = expect_failure(bench, HS_CLOSED, HS_CLIENT);
		assert_int_equal(hs->failure.stage, HS_CLIENT_HELLO);
		assert_int_equal(hs->end_time, closed);
		assert_int_equal(hs->has_server_hello, !late);
		if (!late)
			assert_int_equal(hs->server_hello.cipher_suite, 0x1301);
	}
}

/*
 * FINs of both sides, and the server's alert is still to come. Where the source keeps its entry for
 * that, it is told when it may let go; a capture file keeps all.
 */
static void an_alert_behind_both_fins(void **state)
{
	static const uint8_t flags[] = { ST_FLAG_RAW, 0, ST_FLAG_RAW | ST_FLAG_WHOLE };
	struct bench *bench = *state;
	const struct handshake *hs;

	for (size_t i = 0; i < sizeof(flags); i++) {
		bench->count = bench->forgotten = 0;
		bench_connection(bench, (uint16_t)(1000 + i));
		bench_client_hello(bench);
		bench->next[HS_SERVER] += 7;
		bench->flags = flags[i];
		bench_end(bench, HS_SERVER, false);
		bench_end(bench, HS_CLIENT, false);
		assert_int_equal(bench->count, 0);
		bench->next[HS_SERVER] -= 8;
		bench->unacked = 1; /* sent before the client's FIN came */
		bench_say(bench, HS_SERVER, SAID("\x15\3\3\0\2\2\x28"));
		bench->unacked = 0;
		bench_wait(bench, SECOND);
		hs = expect_failure(bench, HS_HANDSHAKE_FAILURE, HS_SERVER);
		assert_true(hs->failure.alerted);
		assert_int_equal(bench->forgotten, flags[i] == ST_FLAG_RAW);
	}
}

/* A flow may begin with fewer bytes than tell a hello from something else; then it is one. */
static void a_hello_by_its_eleventh_byte(void **state)
{
	struct bench *bench = *state;

	for (size_t n = 1; n <= 12; n++) {
		bench->count = 0;
		bench_connection(bench, (uint16_t)n);
		for (size_t i = 0; i < n; i++)
			bench_say(bench, HS_CLIENT, HELLO + i, 1);
		bench_end(bench, HS_CLIENT, true);
		assert_int_equal(bench->count, n >= 11);
		if (n >= 11)
			assert_int_equal(expect_failure(bench, HS_RESET, HS_CLIENT)->stage,
					 HS_CLIENT_HELLO);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_half_close_is_no_failure_yet),
		TEST(a_half_close_and_nothing_more),
		TEST(a_half_close_at_the_end),
		TEST(a_half_close_and_a_hole),
		TEST(facts_behind_a_fin),
		TEST(an_alert_behind_both_fins),
		TEST(a_hello_by_its_eleventh_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
