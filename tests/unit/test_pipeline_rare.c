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
/* Messages seldom seen, of old versions and drafts, and second handshakes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "bench_old.h"
#include "wire_server.h"

/* "This message will be ignored by the client if [it] is currently negotiating" (RFC 5246 7.4.1.1)
 */
static void hello_requests_are_ignored(void **state)
{
	struct bench *bench = *state;

	hello_10(bench);
	say_message(bench, HS_SERVER, TLS_HANDSHAKE_HELLO_REQUEST, NULL, 0);
	server_flight_10(bench);
	say_message(bench, HS_SERVER, TLS_HANDSHAKE_HELLO_REQUEST, NULL, 0);
	assert_int_equal(bench->count, 0);
	finish_10(bench);
	expect_success(bench);
}

/* It does not make a resumed session a full one. */
static void hello_request_in_a_resumption(void **state)
{
	struct bench *bench = *state;
	uint8_t body[HELLO_BODY_MAX];

	hello_10(bench);
	say_message(bench, HS_SERVER, TLS_HANDSHAKE_SERVER_HELLO, body, server_hello_10(body));
	say_message(bench, HS_SERVER, TLS_HANDSHAKE_HELLO_REQUEST, NULL, 0);
	bench_say(bench, HS_SERVER, SAID("\x14\3\1\0\1\1"));
	bench_sealed(bench, HS_SERVER, TLS_RECORD_HANDSHAKE, 36);
	bench_say(bench, HS_CLIENT, SAID("\x14\3\1\0\1\1"));
	bench_sealed(bench, HS_CLIENT, TLS_RECORD_HANDSHAKE, 36);
	bench_sealed(bench, HS_CLIENT, TLS_RECORD_APPLICATION_DATA, 300);
	assert_int_equal(only_record(bench)->outcome, HS_SUCCESS);
	assert_int_equal(only_record(bench)->resumption, HS_SESSION_ID);
}

/* CertificateURL, SupplementalData, CertificateStatus, CompressedCertificate, NextProtocol and 203.
 */
static void rare_messages_break_nothing(void **state)
{
	static const uint8_t from_client[] = { 21, 23, 25, 67, 203, 15 };
	static const uint8_t from_server[] = { 23, 25, 22, 13 };
	struct bench *bench = *state;
	uint8_t body[HELLO_BODY_MAX];

	hello_10(bench);
	say_message(bench, HS_SERVER, TLS_HANDSHAKE_SERVER_HELLO, body, server_hello_10(body));
	for (size_t i = 0; i < sizeof(from_server); i++)
		say_message(bench, HS_SERVER, from_server[i], SAID("\1\2\3\4"));
	say_message(bench, HS_SERVER, TLS_HANDSHAKE_SERVER_HELLO_DONE, NULL, 0);
	for (size_t i = 0; i < sizeof(from_client); i++)
		say_message(bench, HS_CLIENT, from_client[i], SAID("\1\2\3\4"));
	finish_10(bench);
	expect_success(bench);
}

/* Behind the end nothing of a renegotiation is looked at: it is sealed. */
static void renegotiation_disturbs_nothing(void **state)
{
	struct bench *bench = *state;

	hello_10(bench);
	server_flight_10(bench);
	say_message(bench, HS_CLIENT, TLS_HANDSHAKE_CLIENT_KEY_EXCHANGE, SAID("\0\1k"));
	bench_say(bench, HS_CLIENT, SAID("\x14\3\1\0\1\1"));
	bench_sealed(bench, HS_CLIENT, TLS_RECORD_HANDSHAKE, 36);
	bench_say(bench, HS_SERVER, SAID("\x14\3\1\0\1\1"));
	bench_sealed(bench, HS_SERVER, TLS_RECORD_HANDSHAKE, 36);
	bench_sealed(bench, HS_SERVER, TLS_RECORD_HANDSHAKE, 28); /* HelloRequest */
	bench_sealed(bench, HS_CLIENT, TLS_RECORD_HANDSHAKE, 200);
	bench_sealed(bench, HS_SERVER, TLS_RECORD_HANDSHAKE, 3000);
	bench_sealed(bench, HS_CLIENT, TLS_RECORD_HANDSHAKE, 260);
	bench_sealed(bench, HS_CLIENT, TLS_RECORD_CHANGE_CIPHER_SPEC, 24);
	bench_sealed(bench, HS_CLIENT, TLS_RECORD_HANDSHAKE, 36);
	bench_wait(bench, TRACKER_SETTLE_NS);
	expect_success(bench);
}

/* RFC 6101 section 5.6.6: the alert stands for an empty Certificate. */
static void ssl3_no_certificate(void **state)
{
	struct bench *bench = *state;

	hello_10(bench);
	server_flight_10(bench);
	bench_say(bench, HS_CLIENT, SAID("\x15\3\0\0\2\1\x29"));
	assert_int_equal(bench->count, 0);
	bench_say(bench, HS_SERVER, SAID("\x15\3\0\0\2\2\x28"));
	assert_int_equal(only_record(bench)->client_certificate, HS_CERT_EMPTY);
	assert_int_equal(only_record(bench)->failure.cause, HS_CLIENT_CERTIFICATE_MISSING);
}

/* The same alert from a server says nothing of that kind. */
static void no_certificate_from_the_server(void **state)
{
	struct bench *bench = *state;

	hello_10(bench);
	server_flight_10(bench);
	bench_say(bench, HS_SERVER, SAID("\x15\3\0\0\2\1\x29"));
	finish_10(bench);
	assert_int_equal(expect_success(bench)->client_certificate, HS_CERT_NONE);
}

static void draft_retries(void **state)
{
	static const struct {
		const char *body;
		size_t n;
		bool has_group;
	} rows[] = {
		/* draft 18: version, extensions with key_share 40 */
		{ "\x7f\x12\0\6\0\x28\0\2\0\x18", 10, true },
		/* draft 21: version, suite, extensions with key_share 40 */
		{ "\x7f\x15\x13\1\0\6\0\x28\0\2\0\x18", 12, true },
		/* a cookie alone */
		{ "\x7f\x15\x13\1\0\7\0\x2c\0\3\0\1c", 13, false },
		/* cut, and an older draft: group before the extensions */
		{ "\x7f\x15\x13\1\0\6\0\x28\0\2\0", 11, false },
		{ "\x7f\x15\x13\1\0\6\0\x28\0\2\0\x18\0", 13, false }, /* a byte too many */
		{ "\x7f\x10\x13\1\0\x18\0\0", 8, false },
		{ "", 0, false },
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct handshake *hs;

		print_message("# retry %zu\n", i);
		bench->count = 0;
		bench_connection(bench, (uint16_t)(1000 + i));
		hello_10(bench);
		say_message(bench, HS_SERVER, TLS_HANDSHAKE_HELLO_RETRY_REQUEST,
			    (const uint8_t *)rows[i].body, rows[i].n);
		hello_10(bench);
		/* ServerHello of draft 18: no session id, no compression. */
		bench_say(bench, HS_SERVER,
			  SAID("\x16\3\1\0\x50\2\0\0\x4c\x7f\x12" /* version, random */
			       "0123456789abcdef0123456789abcdef"
			       "\x13\1\0\x26\0\x28\0\x22\0\x18\0\x1e" /* suite, key_share */
			       "0123456789abcdef0123456789abcd"));
		assert_int_equal(bench->count, 0);
		bench_end(bench, HS_SERVER, true);
		hs = only_record(bench);
		assert_true(hs->hello_retry);
		assert_int_equal(hs->hello_retry_has_group, rows[i].has_group);
		if (rows[i].has_group)
			assert_int_equal(hs->hello_retry_group, 0x0018);
		assert_int_equal(hs->stage, HS_SERVER_HELLO);
		assert_int_equal(hs->server_hello.version, 0x7f12);
		assert_int_equal(hs->server_hello.cipher_suite, 0x1301);
		assert_int_equal(hs->group, 0x0018);
	}
}

/*
 * A proxy passes TLS through, and the server wants another hello: that of the other connection is a
 * copy of the second one, though the first is of another length.
 */
static void copies_of_both_hellos(void **state)
{
	struct bench *bench = *state, first;
	struct pipeline_counters counters;
	uint8_t again[sizeof(flight13_client_hello)];

	memcpy(again, flight13_client_hello, sizeof(again));
	again[FLIGHT13_NAME_AT] = 'c'; /* something of what tells hellos apart */
	bench_client_hello(bench);
	first = *bench;
	bench_connection(bench, 60000);
	bench_client_hello(bench);
	bench_back(bench, &first);
	say_message(bench, HS_SERVER, TLS_HANDSHAKE_SERVER_HELLO, openssl_retry,
		    sizeof(openssl_retry));
	bench_say(bench, HS_CLIENT, again, sizeof(again));
	first = *bench;
	bench_connection(bench, 60000); /* the source has forgotten it, and begins anew */
	bench->flow += 10;
	bench_say(bench, HS_CLIENT, again, sizeof(again));
	pipeline_counters(bench->pipeline, &counters);
	assert_int_equal(counters.copies, 2);
	assert_int_equal(counters.in_progress, 1);
	bench_back(bench, &first);
	bench_server_flight(bench);
	bench_client_finished(bench);
	bench_end(bench, HS_CLIENT, false);
	assert_true(expect_success(bench)->hello_retry);
}

/* It takes nothing back; whether it may be is for the client to decide. */
static void a_retry_behind_the_server_hello(void **state)
{
	struct bench *bench = *state;

	for (int accepted = 0; accepted < 2; accepted++) {
		bench->count = 0;
		bench_connection(bench, (uint16_t)(1000 + accepted));
		hello_10(bench);
		server_flight_10(bench);
		say_message(bench, HS_SERVER, TLS_HANDSHAKE_HELLO_RETRY_REQUEST,
			    SAID("\x7f\x12\0\0"));
		assert_int_equal(bench->count, 0);
		if (accepted) {
			finish_10(bench);
			assert_false(expect_success(bench)->hello_retry);
			continue;
		}
		bench_end(bench, HS_CLIENT, true);
		assert_int_equal(only_record(bench)->stage, HS_SERVER_HELLO_DONE);
		assert_int_equal(only_record(bench)->failure.cause, HS_PROTOCOL_ERROR);
		assert_int_equal(only_record(bench)->failure.side, HS_CLIENT);
	}
}

/*
 * What follows the version in a ServerHello of draft 14, which says 3.4 there: neither session
 * id nor compression method. The bytes are laid out as in draft-ietf-tls-tls13-14 section 6.3.1.2.
 */
static void server_hello_of_draft_14(void **state)
{
	struct bench *bench = *state;
	const struct handshake *hs;

	hello_10(bench);
	bench_say(bench, HS_SERVER,
		  SAID("\x16\3\1\0\x32\2\0\0\x2e\3\4"
		       "0123456789abcdef0123456789abcdef"
		       "\xc0\x2b\0\x08\0\x28\0\4\0\x17\0\0"));
	bench_end(bench, HS_SERVER, true);
	hs = only_record(bench);
	assert_int_equal(hs->stage, HS_SERVER_HELLO);
	assert_int_equal(hs->server_hello.cipher_suite, 0xc02b);
	assert_int_equal(hs->group, 0x0017);
}

/* When the same ports are used again the source opens another flow. */
static void second_hello_behind_a_failure(void **state)
{
	struct bench *bench = *state;

	hello_10(bench);
	bench_say(bench, HS_SERVER, SAID("\x15\3\1\0\2\2\x28"));
	assert_int_equal(bench->count, 1);
	hello_10(bench); /* of a flow that is done with */
	assert_int_equal(bench->count, 1);
	bench->flow++;
	bench->flags = ST_FLAG_OPENED;
	hello_10(bench);
	server_flight_10(bench);
	finish_10(bench);
	assert_int_equal(bench->count, 2);
	assert_int_equal(bench->records[1].hs.outcome, HS_SUCCESS);
}

/* In TLS 1.3 a sealed message is in a record of application data (RFC 8446 section 5.2). */
static void handshake_record_behind_tls13(void **state)
{
	struct bench *bench = *state;

	bench_handshake(bench);
	bench_sealed(bench, HS_SERVER, TLS_RECORD_HANDSHAKE, 40);
	bench_sealed(bench, HS_CLIENT, TLS_RECORD_HANDSHAKE, 40);
	bench_end(bench, HS_CLIENT, false);
	assert_int_equal(only_record(bench)->outcome, HS_SUCCESS);
	assert_int_equal(only_record(bench)->stage, HS_ESTABLISHED);
	assert_int_equal(only_record(bench)->server_finished_time, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(hello_requests_are_ignored, bench_setup,
						bench_teardown),
		cmocka_unit_test_setup_teardown(hello_request_in_a_resumption, bench_setup,
						bench_teardown),
		cmocka_unit_test_setup_teardown(rare_messages_break_nothing, bench_setup,
						bench_teardown),
		cmocka_unit_test_setup_teardown(renegotiation_disturbs_nothing, bench_setup,
						bench_teardown),
		cmocka_unit_test_setup_teardown(ssl3_no_certificate, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(no_certificate_from_the_server, bench_setup,
						bench_teardown),
		cmocka_unit_test_setup_teardown(draft_retries, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(copies_of_both_hellos, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(a_retry_behind_the_server_hello, bench_setup,
						bench_teardown),
		cmocka_unit_test_setup_teardown(server_hello_of_draft_14, bench_setup,
						bench_teardown),
		cmocka_unit_test_setup_teardown(second_hello_behind_a_failure, bench_setup,
						bench_teardown),
		cmocka_unit_test_setup_teardown(handshake_record_behind_tls13, bench_setup,
						bench_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
