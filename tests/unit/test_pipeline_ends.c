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
/* The pipeline once more: failures, connects, roles, limits, and what is not reported at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "bench.h"

#define HELLO flight13_client_hello
#define HELLO_LEN sizeof(flight13_client_hello)

static const struct handshake *only_record(const struct bench *bench)
{
	assert_int_equal(bench->count, 1);
	return &bench->records[0].hs;
}

static const struct handshake *expect_failure(const struct bench *bench, enum hs_cause cause,
					      enum hs_side side)
{
	const struct handshake *hs = only_record(bench);

	assert_int_equal(hs->outcome, HS_FAILURE);
	assert_int_equal(hs->failure.cause, cause);
	assert_int_equal(hs->failure.side, side);
	assert_int_equal(hs->end_time, bench->now);
	return hs;
}

static void no_answer(void **state)
{
	struct bench *bench = *state;
	uint64_t start = bench->now;

	bench_client_hello(bench);
	assert_int_equal(pipeline_due(bench->pipeline), start + MS + TIMEOUT);
	bench_wait(bench, TIMEOUT - 1);
	assert_int_equal(bench->count, 0);
	bench_wait(bench, 1);
	expect_failure(bench, HS_NO_SERVER_HELLO, HS_NOBODY);
	assert_int_equal(bench->forgotten, 1);
}

/* "Retransmissions are none": they do not put the timeout off. New bytes do, a gap before them or
 * not. */
static void only_progress_puts_the_timeout_off(void **state)
{
	struct bench *bench = *state;
	uint32_t at = bench->next[HS_CLIENT];
	uint64_t due;

	bench_say(bench, HS_CLIENT, HELLO, 100);
	due = pipeline_due(bench->pipeline);
	bench->now += SECOND;
	bench_event_at(bench, ST_EVENT_DATA, HS_CLIENT, at, HELLO, 100);
	bench_event_at(bench, ST_EVENT_DATA, HS_CLIENT, at + 50, HELLO + 50, 50);
	assert_int_equal(pipeline_due(bench->pipeline), due);
	bench_event_at(bench, ST_EVENT_DATA, HS_CLIENT, at + 120, HELLO + 120, 20);
	assert_int_equal(pipeline_due(bench->pipeline), bench->now + TIMEOUT);
	bench->now += SECOND;
	bench_event_at(bench, ST_EVENT_DATA, HS_CLIENT, at + 120, HELLO + 120, 20);
	assert_int_equal(pipeline_due(bench->pipeline), bench->now - SECOND + TIMEOUT);
}

static void stalled_hello(void **state)
{
	struct bench *bench = *state;

	bench_say(bench, HS_CLIENT, HELLO, 100);
	bench_wait(bench, TIMEOUT);
	assert_int_equal(expect_failure(bench, HS_CLIENT_HELLO_STALLED, HS_NOBODY)->failure.stage,
			 HS_CLIENT_HELLO);
}

static void clear_alert(void **state)
{
	static const uint8_t alert[] = { 21, 3, 3, 0, 2, 2, 40 };
	struct bench *bench = *state;
	const struct handshake *hs;

	bench_client_hello(bench);
	bench_say(bench, HS_SERVER, alert, 3); /* the record in two pieces */
	assert_int_equal(bench->count, 0);
	bench_say(bench, HS_SERVER, alert + 3, 4);
	hs = expect_failure(bench, HS_HANDSHAKE_FAILURE, HS_SERVER);
	assert_int_equal(hs->alert_count, 1);
	assert_int_equal(hs->alerts[0].code, 40);
	assert_string_equal(hs->failure.text, "server alert handshake_failure (client offers only "
					      "TLS_AES_128_GCM_SHA256, TLS 1.3, group x25519)");
	assert_int_equal(bench->forgotten, 1);
}

static void encrypted_alert_then_fin(void **state)
{
	struct bench *bench = *state;

	bench_client_hello(bench);
	bench_server_flight(bench);
	bench_sealed(bench, HS_CLIENT, 23, 19);
	bench_end(bench, HS_CLIENT, false);
	assert_true(expect_failure(bench, HS_ENCRYPTED_ALERT, HS_CLIENT)->failure.suspected);
}

static void answer_that_is_no_tls(void **state)
{
	struct bench *bench = *state;

	bench_client_hello(bench);
	bench_say(bench, HS_SERVER, (const uint8_t *)"HTTP/", 5);
	assert_non_null(strstr(expect_failure(bench, HS_NOT_TLS_SERVER, HS_SERVER)->failure.text,
			       "plain HTTP"));
}

static void resets_and_closes(void **state)
{
	struct bench *bench = *state;
	const struct handshake *hs;
	uint64_t closed;

	bench_client_hello(bench);
	bench_end(bench, HS_SERVER, true);
	expect_failure(bench, HS_RESET, HS_SERVER);
	bench->count = 0;
	bench_connection(bench, 1);
	bench_client_hello(bench);
	bench_server_flight(bench);
	bench_end(bench, HS_CLIENT, false);
	closed = bench->now;
	assert_int_equal(bench->count, 0); /* the server may have something on its way */
	bench_wait(bench, 1000 * MS);
	hs = only_record(bench);
	assert_int_equal(hs->outcome, HS_FAILURE);
	assert_int_equal(hs->failure.cause, HS_CLOSED);
	assert_int_equal(hs->failure.side, HS_CLIENT);
	assert_int_equal(hs->end_time, closed);
}

/* FIN overtakes the last segment of data: it counts when its turn has come. */
static void fin_waits_for_the_bytes_before_it(void **state)
{
	struct bench *bench = *state;

	bench_client_hello(bench);
	bench_server_flight(bench);
	bench_event_at(bench, ST_EVENT_FIN, HS_CLIENT, bench->next[HS_CLIENT] + 6 + 58, NULL, 0);
	assert_int_equal(bench->count, 0);
	bench_client_finished(bench);
	assert_int_equal(only_record(bench)->outcome, HS_SUCCESS);
}

static void message_longer_than_allowed(void **state)
{
	static const uint8_t bytes[] = { 22, 3, 3, 0, 4, 11, 0xff, 0xff, 0xff };
	struct bench *bench = *state;

	bench_client_hello(bench);
	bench_say(bench, HS_SERVER, bytes, sizeof(bytes));
	/* It may be legal: what it holds is more than we do. */
	assert_int_equal(only_record(bench)->outcome, HS_UNKNOWN);
	assert_int_equal(only_record(bench)->unknown, HS_OVER_BUDGET);
}

/* The shape of a first byte is no TLS: whatever becomes of it, there is nothing to report. */
static void without_tls_no_record(void **state)
{
	static const uint8_t ctrl_v = 22;
	struct bench *bench = *state;

	bench_say(bench, HS_CLIENT, &ctrl_v, 1); /* typed */
	bench_say(bench, HS_CLIENT, (const uint8_t *)"x", 1);
	bench_connection(bench, 2);
	bench_say(bench, HS_CLIENT, &ctrl_v, 1); /* ... and nothing else */
	bench_end(bench, HS_CLIENT, false);
	bench_connection(bench, 3);
	bench_say(bench, HS_CLIENT, &ctrl_v, 1);
	bench_wait(bench, TIMEOUT);
	assert_int_equal(bench->count, 0);
	assert_int_equal(pipeline_due(bench->pipeline), 0);
}

static void without_tls_nothing_is_unknown(void **state)
{
	static const uint8_t ctrl_v = 22;
	struct bench *bench = *state;

	bench_say(bench, HS_CLIENT, &ctrl_v, 1);
	bench->state = FLOW_GONE;
	bench_wait(bench, TIMEOUT);
	assert_int_equal(bench->count, 0);
	bench_connection(bench, 2);
	bench_say(bench, HS_CLIENT, &ctrl_v, 1);
	pipeline_finish(bench->pipeline, bench->now);
	assert_int_equal(bench->count, 0);
}

static void events_of_unknown_flows_are_ignored(void **state)
{
	struct bench *bench = *state;

	bench->flags = 0;
	bench_server_flight(bench);
	bench_end(bench, HS_SERVER, false);
	assert_int_equal(bench->count, 0);
	assert_int_equal(pipeline_due(bench->pipeline), 0);
}

/* The same ports again, without a word about the end of what was there. */
static void reused_ports(void **state)
{
	struct bench *bench = *state;

	bench_client_hello(bench);
	bench_connection(bench, 51234);
	bench_handshake(bench);
	assert_int_equal(only_record(bench)->unknown, HS_GAP);
	bench_end(bench, HS_CLIENT, false);
	assert_int_equal(bench->count, 2);
	assert_int_equal(bench->records[1].hs.outcome, HS_SUCCESS);
}

static void no_more_flows_than_allowed(void **state)
{
	struct bench *bench = *state;
	struct pipeline_counters counters;
	uint8_t hello[HELLO_LEN];

	memcpy(hello, HELLO, HELLO_LEN);
	for (uint16_t port = 1; port <= 6; port++) {
		hello[FLIGHT13_RANDOM_AT] = (uint8_t)port; /* else they were copies of the first */
		bench_connection(bench, port);
		bench_say(bench, HS_CLIENT, hello, sizeof(hello));
	}
	pipeline_counters(bench->pipeline, &counters);
	assert_int_equal(counters.refused, 0);
	assert_int_equal(counters.evictions, 2);
	assert_int_equal(counters.in_progress, 4);
	assert_int_equal(bench->count, 2); /* the oldest went, and said so */
	for (int i = 0; i < 2; i++)
		assert_int_equal(bench->records[i].hs.unknown, HS_EVICTED);
	bench_wait(bench, TIMEOUT);
	assert_int_equal(bench->count, 6);
}

static void connect_of_ours_refused(void **state)
{
	struct bench *bench = *state;
	const struct handshake *hs;

	bench_event_at(bench, ST_EVENT_REFUSED, HS_SERVER, 1, NULL, 0);
	assert_int_equal(bench->count, 0); /* a scan from elsewhere is no failure of ours */
	bench->local_client = true;
	bench->flags = ST_FLAG_OPENED;
	bench_event_at(bench, ST_EVENT_REFUSED, HS_SERVER, 1, NULL, 0);
	hs = expect_failure(bench, HS_TCP_REFUSED, HS_SERVER);
	assert_int_equal(hs->failure.stage, HS_TCP_SYN);
	assert_int_equal(hs->end[HS_CLIENT].port, 51234);
	assert_int_equal(hs->syn_time, bench->now - 2 * MS);
	assert_string_equal(hs->failure.text, "server refused the connection to port 443");
}

static void connect_of_ours_without_answer(void **state)
{
	struct bench *bench = *state;
	uint64_t syn = bench->now - 2 * MS;

	bench->local_client = true;
	bench_event_at(bench, ST_EVENT_SYN_REPEATED, HS_CLIENT, 1, NULL, 0);
	assert_int_equal(pipeline_due(bench->pipeline), syn + TIMEOUT);
	bench_wait(bench, TIMEOUT - 2 * MS - 1);
	assert_int_equal(bench->count, 0);
	bench_wait(bench, 1);
	assert_string_equal(expect_failure(bench, HS_TCP_TIMEOUT, HS_NOBODY)->failure.text,
			    "no answer to the TCP SYN to port 443 for 10 s");
	/* One that was answered after all. */
	bench->unanswered = false;
	bench->flags = ST_FLAG_OPENED;
	bench_event_at(bench, ST_EVENT_SYN_REPEATED, HS_CLIENT, 1, NULL, 0);
	bench_wait(bench, TIMEOUT);
	assert_int_equal(bench->count, 1);
}

static void roles(void **state)
{
	enum { STAYS, GOES, COMES };
	static const struct {
		bool client, server; /* have an address of this host */
		int then;	     /* at the beginning only, or at the end only */
		uint8_t flags;
		enum hs_role role;
	} rows[] = {
		{ true, false, STAYS, 0, HS_ROLE_CLIENT },
		{ false, true, STAYS, 0, HS_ROLE_SERVER },
		{ true, true, STAYS, 0, HS_ROLE_BOTH },
		{ false, false, STAYS, 0, HS_ROLE_FORWARDED },
		{ false, false, STAYS, ST_FLAG_LOCAL, HS_ROLE_CLIENT }, /* its socket: a pod */
		/* The interface is deleted meanwhile, and the client was a pod on this host. */
		{ false, true, GOES, ST_FLAG_LOCAL, HS_ROLE_SERVER },
		{ true, true, GOES, 0, HS_ROLE_BOTH },
		/* The news of the address came after the handshake's first packet. */
		{ false, true, COMES, ST_FLAG_LOCAL, HS_ROLE_SERVER },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bench *bench = bench_new(&(struct pipeline_config){
			.timeout = TIMEOUT, .max_flows = 4, .roles = true });
		void *fixture = bench;

		bench->local_client = rows[i].client && rows[i].then != COMES;
		bench->local_server = rows[i].server && rows[i].then != COMES;
		bench->flags |= rows[i].flags;
		bench_client_hello(bench);
		bench->local_client = rows[i].client && rows[i].then != GOES;
		bench->local_server = rows[i].server && rows[i].then != GOES;
		bench_end(bench, HS_SERVER, true);
		assert_int_equal(only_record(bench)->role, rows[i].role);
		bench_teardown(&fixture);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_answer),
		TEST(only_progress_puts_the_timeout_off),
		TEST(stalled_hello),
		TEST(clear_alert),
		TEST(encrypted_alert_then_fin),
		TEST(answer_that_is_no_tls),
		TEST(resets_and_closes),
		TEST(fin_waits_for_the_bytes_before_it),
		TEST(message_longer_than_allowed),
		TEST(without_tls_no_record),
		TEST(without_tls_nothing_is_unknown),
		TEST(events_of_unknown_flows_are_ignored),
		TEST(reused_ports),
		TEST(no_more_flows_than_allowed),
		TEST(connect_of_ours_refused),
		TEST(connect_of_ours_without_answer),
		cmocka_unit_test(roles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
