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
/* Messages in records of all sizes, from one byte to the whole flight. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "bench_old.h"

/* A ClientHello made longer by an extension (padding, RFC 7685). */
static size_t long_hello(uint8_t *out, size_t padding)
{
	size_t n = client_hello_body(out, (struct hello_shape){ 0 });
	size_t extensions = n - 4; /* the empty ticket */

	out[extensions - 2] = (uint8_t)((4 + 4 + padding) >> 8);
	out[extensions - 1] = (uint8_t)(4 + 4 + padding);
	out[n++] = 0;
	out[n++] = 21;
	out[n++] = (uint8_t)(padding >> 8);
	out[n++] = (uint8_t)padding;
	memset(out + n, 0, padding);
	return n + padding;
}

static void hello_in_records_of_any_size(void **state)
{
	static const size_t pieces[] = { 1, 2, 3, 4, 5, 7, 100, 511, 4096, 16384 };
	static const size_t paddings[] = { 0, 300, 20000, 65300 };
	uint8_t *body = malloc(ROOM), *bytes = malloc(8 * ROOM);
	struct bench *bench = *state;

	for (size_t p = 0; p < sizeof(paddings) / sizeof(paddings[0]); p++) {
		for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
			size_t n = long_hello(body, paddings[p]), total;
			const struct handshake *hs;

			bench->count = 0;
			bench_connection(bench, (uint16_t)(1000 + 100 * p + i));
			total = (size_t)(put_message(bytes, TLS_HANDSHAKE_CLIENT_HELLO, body, n,
						     pieces[i]) -
					 bytes);
			say_all(bench, HS_CLIENT, bytes, total);
			server_flight_10(bench);
			finish_10(bench);
			hs = expect_success(bench);
			assert_int_equal(hs->client_hello_records,
					 (n + 4 + pieces[i] - 1) / pieces[i] > UINT16_MAX
						 ? UINT16_MAX
						 : (n + 4 + pieces[i] - 1) / pieces[i]);
		}
	}
	free(bytes);
	free(body);
}

/* The rest of its records never comes: a handshake was begun all the same. */
static void only_the_first_record_of_a_hello(void **state)
{
	uint8_t bytes[1024], body[HELLO_BODY_MAX];
	struct bench *bench = *state;
	size_t n = client_hello_body(body, (struct hello_shape){ 0 });

	put_message(bytes, TLS_HANDSHAKE_CLIENT_HELLO, body, n, 40);
	bench_say(bench, HS_CLIENT, bytes, 45);
	bench_end(bench, HS_SERVER, true);
	assert_int_equal(only_record(bench)->outcome, HS_FAILURE);
	assert_int_equal(only_record(bench)->stage, HS_CLIENT_HELLO);
	assert_null(only_record(bench)->client_hello);
}

/* RFC 8446 section 5.1: "MUST NOT be sent"; if they are, they say nothing. */
static void empty_records_are_passed_over(void **state)
{
	static const uint8_t empty[] = { 22, 3, 1, 0, 0, 21, 3, 1, 0, 0, 22, 3, 1, 0, 0 };
	uint8_t bytes[1024], body[HELLO_BODY_MAX];
	struct bench *bench = *state;
	size_t n = client_hello_body(body, (struct hello_shape){ 0 });
	const uint8_t *end = put_message(bytes, TLS_HANDSHAKE_CLIENT_HELLO, body, n, 20);

	bench_say(bench, HS_CLIENT, bytes, 25); /* within the message, between its records */
	bench_say(bench, HS_CLIENT, empty, sizeof(empty));
	bench_say(bench, HS_CLIENT, bytes + 25, (size_t)(end - bytes) - 25);
	bench_say(bench, HS_SERVER, empty, sizeof(empty));
	server_flight_10(bench);
	bench_say(bench, HS_SERVER, empty, sizeof(empty));
	say_message(bench, HS_CLIENT, TLS_HANDSHAKE_CLIENT_KEY_EXCHANGE, SAID("\0\1k"));
	bench_say(bench, HS_CLIENT, SAID("\x14\3\1\0\1\1"));
	bench_say(bench, HS_CLIENT, empty, sizeof(empty)); /* no Finished, no alert */
	bench_say(bench, HS_SERVER, SAID("\x14\3\1\0\1\1"));
	bench_sealed(bench, HS_SERVER, TLS_RECORD_HANDSHAKE, 36);
	assert_int_equal(bench->count, 0);
	bench_sealed(bench, HS_CLIENT, TLS_RECORD_HANDSHAKE, 36);
	bench_sealed(bench, HS_CLIENT, TLS_RECORD_APPLICATION_DATA, 300);
	assert_int_equal(expect_success(bench)->client_hello_records, (n + 4 + 19) / 20);
	assert_int_equal(only_record(bench)->alert_count, 0);
}

/* Between the records of one message only a warning may come (RFC 5246 section 6.2.1). */
static void a_warning_within_a_hello(void **state)
{
	uint8_t bytes[1024], body[HELLO_BODY_MAX];
	struct bench *bench = *state;
	size_t n = client_hello_body(body, (struct hello_shape){ 0 });
	const uint8_t *end = put_message(bytes, TLS_HANDSHAKE_CLIENT_HELLO, body, n, 20);

	bench_say(bench, HS_CLIENT, bytes, 25);
	bench_say(bench, HS_CLIENT, SAID("\x15\3\1\0\2\1\x70"));
	bench_say(bench, HS_CLIENT, bytes + 25, (size_t)(end - bytes) - 25);
	server_flight_10(bench);
	finish_10(bench);
	assert_int_equal(expect_success(bench)->alert_count, 1);
}

/* All of the server's messages in one record; the same in records of one byte. */
static void server_flight_in_one_record(void **state)
{
	uint8_t flight[2048], record[8192], body[HELLO_BODY_MAX];
	struct bench *bench = *state;

	for (int way = 0; way < 2; way++) {
		size_t n = server_hello_10(body), total, at = 0;
		uint8_t *end = flight;

		/* Without the record headers in between. */
		end = put_message(end, TLS_HANDSHAKE_SERVER_HELLO, body, n, 16384);
		end = put_message(end, TLS_HANDSHAKE_CERTIFICATE, SAID("\0\0\4\0\0\1x"), 16384);
		end = put_message(end, TLS_HANDSHAKE_SERVER_HELLO_DONE, NULL, 0, 16384);
		total = (size_t)(end - flight);
		memmove(flight, flight + 5, total -= 5);
		memmove(flight + n + 4, flight + n + 9, total - n - 9);
		memmove(flight + n + 15, flight + n + 20, total - n - 25);
		total -= 10;
		bench->count = 0;
		bench_connection(bench, (uint16_t)(1000 + way));
		say_message(bench, HS_CLIENT, TLS_HANDSHAKE_CLIENT_HELLO, body,
			    client_hello_body(body, (struct hello_shape){ 0 }));
		for (size_t i = 0; i < total; i += way ? 1 : total) {
			size_t now = way ? 1 : total;

			memcpy(record + at, "\x16\3\1", 3);
			record[at + 3] = (uint8_t)(now >> 8);
			record[at + 4] = (uint8_t)now;
			memcpy(record + at + 5, flight + i, now);
			at += 5 + now;
		}
		say_all(bench, HS_SERVER, record, at);
		finish_10(bench);
		assert_int_equal(expect_success(bench)->server_hello.version, TLS_VERSION_1_0);
	}
}

/* A chain of 128 KB less the header, in records and in events. */
static void a_certificate_over_many_records(void **state)
{
	struct bench *bench = *state;
	uint8_t *chain = calloc(1, 131072), body[HELLO_BODY_MAX];

	chain[0] = (131072 - 3) >> 16;
	chain[1] = 0xff;
	chain[2] = 0xfd;
	chain[3] = chain[0];
	chain[4] = 0xff;
	chain[5] = 0xfa;
	say_message(bench, HS_CLIENT, TLS_HANDSHAKE_CLIENT_HELLO, body,
		    client_hello_body(body, (struct hello_shape){ 0 }));
	say_message(bench, HS_SERVER, TLS_HANDSHAKE_SERVER_HELLO, body, server_hello_10(body));
	say_message(bench, HS_SERVER, TLS_HANDSHAKE_CERTIFICATE, chain, 131072);
	say_message(bench, HS_SERVER, TLS_HANDSHAKE_SERVER_HELLO_DONE, NULL, 0);
	finish_10(bench);
	expect_success(bench);
	free(chain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(hello_in_records_of_any_size, bench_setup,
						bench_teardown),
		cmocka_unit_test_setup_teardown(only_the_first_record_of_a_hello, bench_setup,
						bench_teardown),
		cmocka_unit_test_setup_teardown(empty_records_are_passed_over, bench_setup,
						bench_teardown),
		cmocka_unit_test_setup_teardown(a_warning_within_a_hello, bench_setup,
						bench_teardown),
		cmocka_unit_test_setup_teardown(server_flight_in_one_record, bench_setup,
						bench_teardown),
		cmocka_unit_test_setup_teardown(a_certificate_over_many_records, bench_setup,
						bench_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
