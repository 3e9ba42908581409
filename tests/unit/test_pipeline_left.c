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
/* Who leaves in the middle of a flight: what it had got, and what only came to us. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "bench_torn.h"

/* Nobody judges what has not arrived. */
static void the_client_has_not_got_it(void **state)
{
	struct bench *bench = *state;

	bench_client_hello(bench);
	bench_server_flight(bench);
	without_ack_of(bench, 53, ST_EVENT_FIN, NULL, 0);
	expect_text(bench, HS_SERVER_FINISHED, HS_CLOSED, HS_CLIENT,
		    "client closed the connection without an alert "
		    "(53 bytes of the server not acknowledged)");
	bench_client_hello(bench);
	bench_server_flight(bench);
	without_ack_of(bench, 53, ST_EVENT_RST, NULL, 0);
	expect_text(bench, HS_SERVER_FINISHED, HS_RESET, HS_CLIENT,
		    "client reset the connection (53 bytes of the server not acknowledged)");
}

/* What the server says in answer to a FIN is in the flow table by the time that is asked. */
static void the_server_answers_a_fin(void **state)
{
	struct bench *bench = *state;

	bench_client_hello(bench);
	bench_server_flight(bench);
	bench->next[HS_SERVER] += 24;
	without_ack_of(bench, 24, ST_EVENT_FIN, NULL, 0);
	expect_text(bench, HS_SERVER_FINISHED, HS_CLOSED, HS_CLIENT,
		    "client closed the connection without an alert "
		    "(perhaps because of the server's certificate)");
	/* Its Finished had passed, and was not acknowledged. */
	bench_client_hello(bench);
	bench_server_flight(bench);
	bench->next[HS_SERVER] += 24;
	without_ack_of(bench, 24 + 58, ST_EVENT_FIN, NULL, 0);
	expect_text(bench, HS_SERVER_FINISHED, HS_CLOSED, HS_CLIENT,
		    "client closed the connection without an alert "
		    "(58 bytes of the server not acknowledged)");
}

/* Its number is where the server stands, not what came of it so far (RFC 9293 section 3.10.7). */
static void a_reset_is_ahead_of_what_came(void **state)
{
	struct bench *bench = *state;
	const struct handshake *hs = &bench->records[0].hs;

	sealed_flight_begins(bench);
	bench_sealed(bench, HS_SERVER, 23, 1500);
	part_of_record(bench, 53, 20);
	bench_event_at(bench, ST_EVENT_RST, HS_SERVER, bench->next[HS_SERVER] + 33, NULL, 0);
	assert_int_equal(bench->count, 1);
	assert_int_equal(hs->failure.stage, HS_SERVER_HELLO);
	assert_string_equal(hs->failure.text, "server reset the connection inside its encrypted "
					      "flight, 20 of 53 bytes of a record seen");
}

/* What passes between a client's FIN and the moment the source is asked came too late for it. */
static void the_rest_passes_behind_the_clients_fin(void **state)
{
	struct bench *bench = *state;
	const struct handshake *hs = &bench->records[0].hs;

	sealed_flight_begins(bench);
	bench_sealed(bench, HS_SERVER, 23, 1500);
	part_of_record(bench, 53, 20);
	bench_end(bench, HS_CLIENT, false);
	bench->next[HS_SERVER] += 33;
	bench_wait(bench, TIMEOUT);
	assert_int_equal(bench->count, 1);
	assert_int_equal(hs->failure.stage, HS_SERVER_HELLO);
	assert_string_equal(hs->failure.text,
			    "client closed the connection without an alert (server was inside its "
			    "encrypted flight, 20 of 53 bytes of a record seen)");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(the_client_has_not_got_it),
		TEST(the_server_answers_a_fin),
		TEST(a_reset_is_ahead_of_what_came),
		TEST(the_rest_passes_behind_the_clients_fin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
