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
/* Certificates on their way from the stream to the handshake, wanted and not wanted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "bench_old.h"
#include "certificate_bodies.h"
#include "tls/x509.h"

#define HEAD (TLS_RECORD_HEADER_LEN + TLS_HANDSHAKE_HEADER_LEN)
/* A list of one certificate in front of its DER. */
#define LIST_HEAD 6
#define BODY (LIST_HEAD + sizeof(leaf_der))

static int setup_without(void **state)
{
	*state = bench_new(&(struct pipeline_config){
		.timeout = TIMEOUT, .max_flows = 4, .no_certificates = true });
	return 0;
}

static void certificate_body(uint8_t body[BODY])
{
	const size_t n = sizeof(leaf_der);

	memcpy(body, (const uint8_t[]){ 0, (n + 3) >> 8, (n + 3) & 0xff, 0, n >> 8, n & 0xff },
	       LIST_HEAD);
	memcpy(body + LIST_HEAD, leaf_der, n);
}

/* As the kernel shows it without certificates: both headers, and then the numbers go on. */
static void say_without_body(struct bench *bench, enum hs_side side)
{
	uint8_t body[BODY], record[HEAD + BODY];

	certificate_body(body);
	put_message(record, TLS_HANDSHAKE_CERTIFICATE, body, BODY, 16384);
	bench_say(bench, side, record, HEAD);
	bench->next[side] += BODY;
}

static void say_certificate(struct bench *bench, enum hs_side side)
{
	uint8_t body[BODY];

	certificate_body(body);
	say_message(bench, side, TLS_HANDSHAKE_CERTIFICATE, body, BODY);
}

/* Up to the server's Certificate. */
static void hellos(struct bench *bench)
{
	uint8_t body[HELLO_BODY_MAX];
	size_t n = server_hello_10(body);

	hello_10(bench);
	say_message(bench, HS_SERVER, TLS_HANDSHAKE_SERVER_HELLO, body, n);
}

static void done(struct bench *bench)
{
	say_message(bench, HS_SERVER, TLS_HANDSHAKE_SERVER_HELLO_DONE, NULL, 0);
}

static void both_sides(void **state)
{
	struct bench *bench = *state;
	const struct handshake *hs;

	hellos(bench);
	say_certificate(bench, HS_SERVER);
	say_message(bench, HS_SERVER, TLS_HANDSHAKE_CERTIFICATE_REQUEST, SAID("\1\1\0\0"));
	done(bench);
	say_certificate(bench, HS_CLIENT);
	finish_10(bench);
	hs = expect_success(bench);
	assert_string_equal(hs->certificate[HS_SERVER]->serial, "0123456789ABCDEF05");
	assert_string_equal(hs->certificate[HS_CLIENT]->serial, "0123456789ABCDEF05");
	assert_int_equal(hs->client_certificate, HS_CERT_SENT);
}

/* The first of a side counts; what is no certificate is known by its hash alone. */
static void odd_ones(void **state)
{
	struct bench *bench = *state;
	const struct handshake *hs;

	hellos(bench);
	say_message(bench, HS_SERVER, TLS_HANDSHAKE_CERTIFICATE, SAID("\0\0\4\0\0\1x"));
	say_certificate(bench, HS_SERVER);
	done(bench);
	say_message(bench, HS_CLIENT, TLS_HANDSHAKE_CERTIFICATE, SAID("\0\0\5\0\0\1x"));
	finish_10(bench);
	hs = expect_success(bench);
	assert_false(hs->certificate[HS_SERVER]->parsed);
	/* printf x | sha256sum */
	assert_memory_equal(hs->certificate[HS_SERVER]->sha256, "\x2d\x71\x16\x42\xb7\x26\xb0\x44",
			    8);
	assert_null(hs->certificate[HS_CLIENT]); /* the lengths do not add up */
}

static void bodies_left_out(void **state)
{
	struct bench *bench = *state;
	const struct handshake *hs;

	hellos(bench);
	say_without_body(bench, HS_SERVER);
	done(bench);
	say_without_body(bench, HS_CLIENT);
	finish_10(bench);
	hs = expect_success(bench);
	assert_true(hs->complete);
	assert_null(hs->certificate[HS_SERVER]);
	assert_null(hs->certificate[HS_CLIENT]);
	assert_int_equal(hs->client_certificate, HS_CERT_SENT);
}

/* The kernel saw too little at once to leave the body out, or it is not alone in its record. */
static void bodies_that_come_all_the_same(void **state)
{
	struct bench *bench = *state;
	uint8_t body[BODY], shared[TLS_RECORD_HEADER_LEN + HEAD + BODY], *end;
	const struct handshake *hs;

	certificate_body(body);
	hellos(bench);
	end = put_message(shared, TLS_HANDSHAKE_CERTIFICATE, body, BODY, 16384);
	memcpy(end, (const uint8_t[]){ TLS_HANDSHAKE_SERVER_HELLO_DONE, 0, 0, 0 }, 4);
	shared[3] = (BODY + 8) >> 8;
	shared[4] = (BODY + 8) & 0xff;
	bench_say(bench, HS_SERVER, shared, (size_t)(end + 4 - shared));
	end = put_message(shared, TLS_HANDSHAKE_CERTIFICATE, body, BODY, 16384);
	bench_say(bench, HS_CLIENT, shared, HEAD - 1);
	bench_say(bench, HS_CLIENT, shared + HEAD - 1, (size_t)(end - shared) - HEAD + 1);
	finish_10(bench);
	hs = expect_success(bench);
	assert_null(hs->certificate[HS_SERVER]);
	assert_null(hs->certificate[HS_CLIENT]);
	assert_int_equal(hs->client_certificate, HS_CERT_SENT);
}

/* Over two records, then empty. */
static void spread_and_empty(void **state)
{
	struct bench *bench = *state;
	uint8_t body[BODY], records[2 * TLS_RECORD_HEADER_LEN + 4 + BODY];

	certificate_body(body);
	hellos(bench);
	bench_say(bench, HS_SERVER, records,
		  (size_t)(put_message(records, TLS_HANDSHAKE_CERTIFICATE, body, BODY, 300) -
			   records));
	done(bench);
	say_message(bench, HS_CLIENT, TLS_HANDSHAKE_CERTIFICATE, SAID("\0\0\0"));
	finish_10(bench);
	assert_int_equal(expect_success(bench)->client_certificate, HS_CERT_EMPTY);
}

static void stage_and_timeline(void **state)
{
	struct bench *bench = *state;
	const struct handshake *hs;

	hellos(bench);
	say_without_body(bench, HS_SERVER);
	bench_end(bench, HS_CLIENT, true);
	hs = only_record(bench);
	assert_int_equal(hs->failure.cause, HS_RESET);
	assert_int_equal(hs->failure.stage, HS_SERVER_CERTIFICATE);
	assert_int_equal(hs->message_count, 3);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, bench_setup, bench_teardown)
#define WITHOUT(test) cmocka_unit_test_setup_teardown(test, setup_without, bench_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH(both_sides),	   WITH(odd_ones),
		WITHOUT(bodies_left_out),  WITHOUT(bodies_that_come_all_the_same),
		WITHOUT(spread_and_empty), WITHOUT(stage_and_timeline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
