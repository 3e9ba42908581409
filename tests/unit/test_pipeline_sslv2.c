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
/* A ClientHello in the form of SSL 2.0, and what may come of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "bench_old.h"
#include "sslv2_bytes.h"

static void sslv2_hello_and_tls_answer(void **state)
{
	struct bench *bench = *state;
	const struct handshake *hs;

	bench_say(bench, HS_CLIENT, sslv2_hello, sizeof(sslv2_hello));
	server_flight_10(bench);
	finish_10(bench);
	hs = expect_success(bench);
	assert_int_equal(hs->server_hello.version, TLS_VERSION_1_0);
	assert_int_equal(hs->server_hello.cipher_suite, SUITE_RSA_RC4_SHA);
	assert_int_equal(hs->client_hello_records, 1);
	assert_int_equal(hs->client_hello_segments, 1);
	assert_int_equal(hs->round_trips, 2);
}

/* Cut anywhere behind what the source must have seen to open it, and in every byte. */
static void sslv2_hello_cut_anywhere(void **state)
{
	struct bench *bench = *state;

	for (size_t cut = 1; cut <= sizeof(sslv2_hello); cut++) {
		bench->count = 0;
		bench_connection(bench, (uint16_t)(1000 + cut));
		bench_say(bench, HS_CLIENT, sslv2_hello, cut);
		if (cut % 2) {
			bench_say(bench, HS_CLIENT, sslv2_hello + cut, sizeof(sslv2_hello) - cut);
		} else {
			for (size_t i = cut; i < sizeof(sslv2_hello); i++)
				bench_say(bench, HS_CLIENT, sslv2_hello + i, 1);
		}
		server_flight_10(bench);
		finish_10(bench);
		expect_success(bench);
	}
}

/* Every truncation that is never completed: no hello, and whatever comes, no other verdict. */
static void sslv2_hello_never_complete(void **state)
{
	struct bench *bench = *state;

	for (size_t cut = 11; cut < sizeof(sslv2_hello); cut++) {
		bench->count = 0;
		bench_connection(bench, (uint16_t)(1000 + cut));
		bench_say(bench, HS_CLIENT, sslv2_hello, cut);
		bench_wait(bench, TIMEOUT);
		assert_int_equal(only_record(bench)->failure.cause, HS_CLIENT_HELLO_STALLED);
	}
}

static void sslv2_hello_with_wrong_lengths(void **state)
{
	struct bench *bench = *state;
	uint8_t bytes[sizeof(sslv2_hello)];

	memcpy(bytes, sslv2_hello, sizeof(bytes));
	bytes[6]++;
	bench_say(bench, HS_CLIENT, bytes, sizeof(bytes));
	assert_int_equal(bench->count, 0); /* what it is worth the server decides */
	bench_end(bench, HS_SERVER, true);
	assert_int_equal(only_record(bench)->failure.cause, HS_PROTOCOL_ERROR);
	assert_int_equal(only_record(bench)->failure.side, HS_SERVER);
	assert_string_equal(
		only_record(bench)->failure.text,
		"client sent a malformed ClientHello, then server reset the connection");
}

/* The form is for the first record alone. */
static void sslv2_hello_again(void **state)
{
	struct bench *bench = *state;

	bench_say(bench, HS_CLIENT, sslv2_hello, sizeof(sslv2_hello));
	bench_say(bench, HS_CLIENT, sslv2_hello, sizeof(sslv2_hello));
	assert_int_equal(only_record(bench)->failure.cause, HS_PROTOCOL_ERROR);
}

/* The first five bytes are all the kernel programs show of it, here one by one. */
static void sslv2_answer_is_unknown(void **state)
{
	static const uint8_t answer[] = { 0x83, 0xb4, 0x04, 0x00, 0x01 };
	struct bench *bench = *state;
	const struct handshake *hs;

	bench_say(bench, HS_CLIENT, sslv2_hello, sizeof(sslv2_hello));
	for (size_t i = 0; i < sizeof(answer); i++) {
		assert_int_equal(bench->count, 0);
		bench_say(bench, HS_SERVER, answer + i, 1);
	}
	hs = only_record(bench);
	assert_int_equal(hs->outcome, HS_UNKNOWN);
	assert_int_equal(hs->unknown, HS_OVER_BUDGET);
	assert_int_equal(hs->stage, HS_SERVER_HELLO);
	assert_true(hs->has_server_hello);
	assert_int_equal(hs->server_hello.version, TLS_VERSION_SSL2);
	assert_false(hs_has_cipher(hs));
	assert_int_equal(hs->server_hello_time, bench->now);
	assert_int_equal(hs->message_count, 2);
}

static void sslv2_error_is_a_failure(void **state)
{
	struct bench *bench = *state;
	const struct handshake *hs;

	bench_say(bench, HS_CLIENT, sslv2_hello, sizeof(sslv2_hello));
	bench_say(bench, HS_SERVER, SAID("\x80\x03\x00\x00\x01"));
	hs = only_record(bench);
	assert_int_equal(hs->outcome, HS_FAILURE);
	assert_int_equal(hs->failure.cause, HS_HANDSHAKE_FAILURE);
	assert_int_equal(hs->failure.side, HS_SERVER);
	assert_int_equal(hs->failure.stage, HS_CLIENT_HELLO);
	assert_string_equal(hs->failure.text, "server answered with error 1 of SSL 2.0, no cipher");
}

static void other_answers_to_sslv2(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		enum hs_cause cause;
	} rows[] = {
		{ "\x15\3\1\0\2\2\x28", 7, HS_HANDSHAKE_FAILURE },
		{ "\x15\3\1\0\2\2\x46", 7, HS_VERSION_MISMATCH },
		{ "HTTP/1.0 400", 12, HS_NOT_TLS_SERVER },
		{ "\x83\xb4\x04\x07\x01", 5, HS_NOT_TLS_SERVER },
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bench->count = 0;
		bench_connection(bench, (uint16_t)(1000 + i));
		bench_say(bench, HS_CLIENT, sslv2_hello, sizeof(sslv2_hello));
		bench_say(bench, HS_SERVER, (const uint8_t *)rows[i].bytes, rows[i].n);
		assert_int_equal(only_record(bench)->failure.cause, rows[i].cause);
		assert_int_equal(only_record(bench)->failure.side, HS_SERVER);
	}
}

/* To a hello of TLS nobody answers in SSL 2.0. */
static void sslv2_answer_to_tls(void **state)
{
	struct bench *bench = *state;

	bench_client_hello(bench);
	bench_say(bench, HS_SERVER, SAID("\x83\xb4\x04\x00\x01"));
	assert_int_equal(only_record(bench)->failure.cause, HS_NOT_TLS_SERVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sslv2_hello_and_tls_answer, bench_setup,
						bench_teardown),
		cmocka_unit_test_setup_teardown(sslv2_hello_cut_anywhere, bench_setup,
						bench_teardown),
		cmocka_unit_test_setup_teardown(sslv2_hello_never_complete, bench_setup,
						bench_teardown),
		cmocka_unit_test_setup_teardown(sslv2_hello_with_wrong_lengths, bench_setup,
						bench_teardown),
		cmocka_unit_test_setup_teardown(sslv2_hello_again, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(sslv2_answer_is_unknown, bench_setup,
						bench_teardown),
		cmocka_unit_test_setup_teardown(sslv2_error_is_a_failure, bench_setup,
						bench_teardown),
		cmocka_unit_test_setup_teardown(other_answers_to_sslv2, bench_setup,
						bench_teardown),
		cmocka_unit_test_setup_teardown(sslv2_answer_to_tls, bench_setup, bench_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
