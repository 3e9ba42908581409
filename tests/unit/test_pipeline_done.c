/* SPDX-License-Identifier: BSD-2-Clause */
/* links: track/sentence.c track/clauses.c track/turns.c track/delivery.c track/offers.c */
/* links: connection_rest.c parking.c base/pack.c track/timeline.c track/flaws.c answers.c */
/* links: track/unknown.c opening.c recents.c */
/* links: track/hellos.c track/sslv2.c tls/sslv2.c tls/hello_retry.c pipeline.c */
/* links: pipeline_connects.c pipeline_ends.c stream_order.c stream_torn.c */
/* links: stream_read.c connection.c connects.c role.c stream/reasm.c track/tracker.c */
/* links: track/tls13.c track/establish.c track/diagnose.c track/stages.c tls/hello.c tls/ext.c */
/* links: tls/key_exchange.c tls/record.c tls/message.c tls/names.c tls/names_alert.c */
/* links: tls/names_cipher.c tls/names_group.c tls/names_handshake.c tls/names_signature.c */
/* links: tls/names_extension.c track/certificates.c tls/certificate.c tls/x509.c base/digest.c */
/* links: base/text.c base/text_escape.c */
/* libs: -lcrypto */
/* The source says that a flow is over (st_event.done): it knows the lengths of records alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "bench.h"

/* The source lets go of it, and the outcome is known. */
static void done(void **state)
{
	struct bench *bench = *state;

	bench_handshake(bench);
	bench->done = 1;
	bench_sealed(bench, HS_CLIENT, 23, 300);
	assert_int_equal(bench->count, 1);
	assert_int_equal(bench->records[0].hs.outcome, HS_SUCCESS);
	assert_int_equal(bench->forgotten, 0);
}

/* As long as a Finished with SHA-256, which this suite has not: it was something else. */
static void done_too_early(void **state)
{
	enum { SUITE_AT = 5 + 4 + 2 + 32 + 1 + 32 }; /* headers, version, random, session id */
	struct bench *bench = *state;
	struct pipeline_counters counters;
	uint8_t hello[sizeof(flight13_server_hello)];

	memcpy(hello, flight13_server_hello, sizeof(hello));
	hello[SUITE_AT + 1] = 0x02; /* TLS_AES_256_GCM_SHA384 */
	bench_client_hello(bench);
	bench_say(bench, HS_SERVER, hello, sizeof(hello));
	bench_sealed(bench, HS_SERVER, 23, 600);
	bench_sealed(bench, HS_CLIENT, 23, 53);
	bench->done = 1;
	bench_sealed(bench, HS_CLIENT, 23, 300);
	assert_int_equal(bench->count, 1);
	assert_int_equal(bench->records[0].hs.outcome, HS_UNKNOWN);
	assert_int_equal(bench->records[0].hs.unknown, HS_EVICTED);
	pipeline_counters(bench->pipeline, &counters);
	assert_int_equal(counters.gone, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(done, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(done_too_early, bench_setup, bench_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
