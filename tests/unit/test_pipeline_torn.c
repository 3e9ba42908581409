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
/* What was cut off in the middle: counted only when its end has passed, and told in the sentence.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "bench_torn.h"

static void the_certificate_is_cut(void **state)
{
	struct bench *bench = *state;

	sealed_flight_begins(bench);
	part_of_record(bench, 3000, 1200);
	bench_wait(bench, TIMEOUT);
	expect_text(bench, HS_SERVER_HELLO, HS_TIMEOUT, HS_NOBODY,
		    "server silent for 10 s inside its encrypted flight, "
		    "1200 of 3000 bytes of a record seen");
	sealed_flight_begins(bench);
	part_of_record(bench, 3000, 1200);
	bench_end(bench, HS_SERVER, false);
	expect_text(bench, HS_SERVER_HELLO, HS_CLOSED, HS_SERVER,
		    "server closed the connection inside its encrypted flight, "
		    "1200 of 3000 bytes of a record seen");
	sealed_flight_begins(bench);
	part_of_record(bench, 3000, 2999);
	bench_end(bench, HS_SERVER, true);
	expect_text(bench, HS_SERVER_HELLO, HS_RESET, HS_SERVER,
		    "server reset the connection inside its encrypted flight, "
		    "2999 of 3000 bytes of a record seen");
	sealed_flight_begins(bench);
	part_of_record(bench, 3000, 1200);
	bench_end(bench, HS_CLIENT, false);
	expect_text(
		bench, HS_SERVER_HELLO, HS_CLOSED, HS_CLIENT,
		"client closed the connection without an alert (server was inside its encrypted "
		"flight, 1200 of 3000 bytes of a record seen)");
}

/* Each part is there, and the last of them whole. */
static void the_flight_is_whole(void **state)
{
	struct bench *bench = *state;

	bench_client_hello(bench);
	bench_server_flight(bench);
	bench_wait(bench, TIMEOUT);
	expect_text(bench, HS_SERVER_FINISHED, HS_TIMEOUT, HS_NOBODY,
		    "client silent for 10 s after the server's flight");
	bench_client_hello(bench);
	bench_server_flight(bench);
	bench_end(bench, HS_CLIENT, false);
	expect_text(bench, HS_SERVER_FINISHED, HS_CLOSED, HS_CLIENT,
		    "client closed the connection without an alert "
		    "(perhaps because of the server's certificate)");
	/* What is cut behind it is a ticket. */
	bench_client_hello(bench);
	bench_server_flight(bench);
	part_of_record(bench, 250, 100);
	bench_wait(bench, TIMEOUT);
	expect_text(bench, HS_SERVER_FINISHED, HS_TIMEOUT, HS_NOBODY,
		    "client silent for 10 s after the server's flight");
}

/* RFC 8446 section 4.4: behind the Certificate come CertificateVerify and Finished. */
static void records_are_missing(void **state)
{
	static const char *const text = "server silent for 10 s after a part of its flight";
	struct bench *bench = *state;

	sealed_flight_begins(bench);
	bench_wait(bench, TIMEOUT);
	expect_text(bench, HS_SERVER_HELLO, HS_TIMEOUT, HS_NOBODY, text);
	sealed_flight_begins(bench);
	bench_sealed(bench, HS_SERVER, 23, 409);
	bench_sealed(bench, HS_SERVER, 23, 97);
	bench_wait(bench, TIMEOUT);
	expect_text(bench, HS_SERVER_HELLO, HS_TIMEOUT, HS_NOBODY, text);
	sealed_flight_begins(bench);
	bench_sealed(bench, HS_SERVER, 23, 409);
	bench_end(bench, HS_CLIENT, false);
	expect_text(bench, HS_SERVER_HELLO, HS_CLOSED, HS_CLIENT,
		    "client closed the connection without an alert "
		    "(server had sent a part of its flight)");
	sealed_flight_begins(bench);
	bench_sealed(bench, HS_SERVER, 23, 409);
	bench_end(bench, HS_SERVER, false);
	expect_text(bench, HS_SERVER_HELLO, HS_CLOSED, HS_SERVER,
		    "server closed the connection after a part of its flight");
}

/* All messages in one record, and in more than one holds. */
static void a_packed_flight(void **state)
{
	struct bench *bench = *state;

	for (int longer = 0; longer < 2; longer++) {
		bench_client_hello(bench);
		bench_say(bench, HS_SERVER, flight13_server_hello, sizeof(flight13_server_hello));
		if (longer)
			bench_sealed(bench, HS_SERVER, 23, 16384 + 17);
		bench_sealed(bench, HS_SERVER, 23, 1400);
		bench_wait(bench, TIMEOUT);
		expect_text(bench, HS_SERVER_FINISHED, HS_TIMEOUT, HS_NOBODY,
			    "client silent for 10 s after the server's flight");
	}
	bench_client_hello(bench);
	bench_say(bench, HS_SERVER, flight13_server_hello, sizeof(flight13_server_hello));
	bench_sealed(bench, HS_SERVER, 23, 16384 + 17);
	bench_wait(bench, TIMEOUT);
	expect_text(bench, HS_SERVER_HELLO, HS_TIMEOUT, HS_NOBODY,
		    "server silent for 10 s after a part of its flight");
}

/* The client's Finished or data acknowledges, or answers, whatever the kernel did not show. */
static void an_answer_covers_it(void **state)
{
	static const uint8_t finished[] = { 23, 3, 3, 0, 53 };
	struct bench *bench = *state;

	for (uint32_t behind = 0; behind <= 53; behind += 53) {
		bench_client_hello(bench);
		bench_server_flight(bench);
		without_ack_of(bench, behind, ST_EVENT_DATA, finished, sizeof(finished));
		bench_wait(bench, SECOND);
		expect_success(bench);
		bench->count = 0;
		bench_connection(bench, (uint16_t)(2000 + behind));
	}
}

/* Later sequence numbers tell of a record's end, without a byte of it. */
static void the_end_comes_later(void **state)
{
	struct bench *bench = *state;

	sealed_flight_begins(bench);
	bench_sealed(bench, HS_SERVER, 23, 409);
	bench_sealed(bench, HS_SERVER, 23, 97);
	part_of_record(bench, 53, 20);
	bench->next[HS_SERVER] += 33;
	bench_end(bench, HS_SERVER, false);
	expect_text(bench, HS_SERVER_FINISHED, HS_CLOSED, HS_SERVER,
		    "server closed the connection without an alert");
}

/* RFC 5246 section 7.4.2: what is in the clear has a name. `cut` bytes of the message come. */
static void certificate_12(struct bench *bench, size_t cut)
{
	uint8_t body[HELLO_BODY_MAX], *bytes = calloc(1, 3009), *end;
	size_t n = server_hello_10(body);

	end = put_message(bytes, TLS_HANDSHAKE_CERTIFICATE, NULL, 2996, 16384);
	assert_int_equal(end - bytes, 3005);
	hello_10(bench);
	say_message(bench, HS_SERVER, TLS_HANDSHAKE_SERVER_HELLO, body, n);
	bench_say(bench, HS_SERVER, bytes, TLS_RECORD_HEADER_LEN + cut);
	free(bytes);
}

static void a_clear_message_is_cut(void **state)
{
	struct bench *bench = *state;

	certificate_12(bench, 1200);
	bench_wait(bench, TIMEOUT);
	expect_text(bench, HS_SERVER_HELLO, HS_TIMEOUT, HS_NOBODY,
		    "server silent for 10 s inside its Certificate, 1200 of 3000 bytes seen");
	certificate_12(bench, 1200);
	bench_end(bench, HS_SERVER, false);
	expect_text(bench, HS_SERVER_HELLO, HS_CLOSED, HS_SERVER,
		    "server closed the connection inside its Certificate, 1200 of 3000 bytes seen");
	certificate_12(bench, 4);
	bench_end(bench, HS_CLIENT, true);
	expect_text(bench, HS_SERVER_HELLO, HS_RESET, HS_CLIENT,
		    "client reset the connection "
		    "(server was inside its Certificate, 4 of 3000 bytes seen)");
	certificate_12(bench, 3);
	bench_end(bench, HS_SERVER, true);
	expect_text(bench, HS_SERVER_HELLO, HS_RESET, HS_SERVER,
		    "server reset the connection inside a record, 3 of 3000 bytes seen");
}

/* What came whole of a record with several messages was seen. */
static void a_record_of_several_messages(void **state)
{
	uint8_t bytes[ROOM], body[HELLO_BODY_MAX];
	struct bench *bench = *state;
	size_t hello, n = server_hello_10(body);
	uint8_t *end;

	for (int closes = 0; closes < 2; closes++) {
		end = put_message(bytes, TLS_HANDSHAKE_SERVER_HELLO, body, n, 16384);
		hello = (size_t)(end - bytes);
		memcpy(end, "\x0b\0\1\0certificate", 15);
		bytes[3] = (uint8_t)((hello - 5 + 260) >> 8);
		bytes[4] = (uint8_t)(hello - 5 + 260);
		hello_10(bench);
		bench_say(bench, HS_SERVER, bytes, hello + 15);
		if (closes)
			bench_end(bench, HS_SERVER, false);
		else
			bench_wait(bench, TIMEOUT);
		expect_text(bench, HS_SERVER_HELLO, closes ? HS_CLOSED : HS_TIMEOUT,
			    closes ? HS_SERVER : HS_NOBODY,
			    closes ? "server closed the connection inside its Certificate, "
				     "15 of 260 bytes seen"
				   : "server silent for 10 s inside its Certificate, "
				     "15 of 260 bytes seen");
	}
}

static void the_first_answer_is_cut(void **state)
{
	struct bench *bench = *state;

	bench_client_hello(bench);
	bench_say(bench, HS_SERVER, flight13_server_hello, 50);
	bench_wait(bench, TIMEOUT);
	expect_text(bench, HS_CLIENT_HELLO, HS_TIMEOUT, HS_NOBODY,
		    "server silent for 10 s inside its ServerHello, 45 of 122 bytes seen");
	bench_client_hello(bench);
	bench_say(bench, HS_SERVER, SAID("\x15\3\3\0\2\2")); /* an alert without its code */
	bench_end(bench, HS_SERVER, false);
	expect_text(bench, HS_CLIENT_HELLO, HS_CLOSED, HS_SERVER,
		    "server closed the connection inside a record, 0 of 2 bytes seen");
	bench_client_hello(bench);
	bench_say(bench, HS_SERVER, SAID("\x16\3"));
	bench_end(bench, HS_SERVER, true);
	expect_text(bench, HS_CLIENT_HELLO, HS_RESET, HS_SERVER,
		    "server reset the connection inside a record");
}

static void the_client_hello_is_cut(void **state)
{
	struct bench *bench = *state;

	bench_say(bench, HS_CLIENT, flight13_client_hello, 105);
	bench_end(bench, HS_CLIENT, false);
	expect_text(bench, HS_CLIENT_HELLO, HS_CLOSED, HS_CLIENT,
		    "client closed the connection inside its ClientHello, 100 of 187 bytes seen");
	bench_say(bench, HS_CLIENT, flight13_client_hello, 105);
	bench_end(bench, HS_CLIENT, true);
	expect_text(bench, HS_CLIENT_HELLO, HS_RESET, HS_CLIENT,
		    "client reset the connection inside its ClientHello, 100 of 187 bytes seen");
	bench_say(bench, HS_CLIENT, flight13_client_hello, 105);
	bench_end(bench, HS_SERVER, true);
	expect_text(bench, HS_CLIENT_HELLO, HS_RESET, HS_SERVER,
		    "server reset the connection "
		    "(client was inside its ClientHello, 100 of 187 bytes seen)");
}

/* Bytes are missing here: unknown, unless the client that leaves has not got them either. */
static void the_path_loses_bytes(void **state)
{
	struct bench *bench = *state;
	uint32_t start;

	for (int leaves = 0; leaves < 2; leaves++) {
		bench_client_hello(bench);
		start = bench->next[HS_SERVER];
		bench_event_at(bench, ST_EVENT_DATA, HS_SERVER, start + 1448, flight13_server_hello,
			       60);
		if (!leaves)
			bench->next[HS_SERVER] = start + 1508;
		bench_end(bench, HS_CLIENT, false);
		if (leaves)
			expect_text(bench, HS_CLIENT_HELLO, HS_CLOSED, HS_CLIENT,
				    "client closed the connection without an alert "
				    "(1508 bytes of the server not acknowledged)");
		else {
			bench_wait(bench, TIMEOUT);
			expect_unknown(bench, HS_GAP);
		}
		bench->count = 0;
		bench_connection(bench, (uint16_t)(3000 + leaves));
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(the_certificate_is_cut),  TEST(the_flight_is_whole),
		TEST(records_are_missing),     TEST(a_packed_flight),
		TEST(an_answer_covers_it),     TEST(the_end_comes_later),
		TEST(a_clear_message_is_cut),  TEST(a_record_of_several_messages),
		TEST(the_first_answer_is_cut), TEST(the_client_hello_is_cut),
		TEST(the_path_loses_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
