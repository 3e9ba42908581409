/* SPDX-License-Identifier: BSD-2-Clause */
/* links: track/sentence.c track/clauses.c track/turns.c track/delivery.c track/offers.c */
/* links: track/timeline.c */
/* links: track/flaws.c */
/* links: track/unknown.c */
/* links: track/hellos.c tls/sslv2.c tls/hello_retry.c track/tracker.c track/tls13.c */
/* links: track/establish.c track/diagnose.c track/stages.c tls/hello.c tls/ext.c */
/* links: tls/key_exchange.c tls/names.c tls/names_alert.c tls/names_cipher.c tls/names_group.c */
/* links: tls/names_handshake.c tls/names_signature.c tls/names_extension.c track/certificates.c */
/* links: tls/certificate.c tls/x509.c base/digest.c base/text.c base/text_escape.c */
/* libs: -lcrypto */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tracker_script.h"

/*
 * Sizes of sealed TLS 1.3 records (RFC 8446): content, one byte of type, tag. With SHA-256 and a
 * tag of 16 a Finished is 4 + 32 + 1 + 16 = 53, with SHA-384 69; an alert 2 + 1 + 16 = 19;
 * EndOfEarlyData 4 + 1 + 16 = 21; a Certificate without certificates 4 + 1 + 3 + 1 + 16 = 25.
 * Java makes each longer by 16 zeros: Finished 69 and 85, alert 35, no certificates 41; lengths of
 * other records as captured from Java, NSS, Deno and OpenSSL.
 */
#define FLIGHT12 "c:ch s:sh12 s:cert s:ske s:shd "
#define FULL12 FLIGHT12 "c:cke c:ccs c:hs=40 s:ccs s:hs=40"
#define FLIGHT13 "c:ch s:sh13 s:ccs s:data=27 s:data=900 s:data=281 s:data=53 "
#define FLIGHT13_SHA384 \
	"c:ch s:sh13_sha384 s:ccs s:data=23 s:data=106 s:data=1098 s:data=281 s:data=69 c:ccs "
/* Of a Java server. */
#define PADDED13 "c:ch s:sh13 s:ccs s:data=65 s:data=160 s:data=696 s:data=297 s:data=69 c:ccs "
#define PADDED13_SHA384 \
	"c:ch s:sh13_sha384 s:ccs s:data=65 s:data=160 s:data=696 s:data=297 s:data=85 c:ccs "

struct good {
	const char *says, *script;
	enum hs_resumption resumption;
	int round_trips;
	enum hs_early_data early;
	enum hs_client_certificate certificate;
	bool data; /* application data was seen in it */
};

static const struct good good[] = {
	{ "TLS 1.2", FULL12, HS_FULL, 2, 0, 0, false },
	{ "TLS 1.2 with static RSA",
	  "c:ch s:sh12_rsa s:cert s:shd c:cke c:ccs c:hs=40 s:ccs s:hs=40", HS_FULL, 2, 0, 0,
	  false },
	{ "TLS 1.2 with a new ticket",
	  "c:ch_ticket s:sh12 s:cert s:ske s:shd c:cke c:ccs c:hs=40 s:nst s:ccs s:hs=40", HS_FULL,
	  2, 0, 0, false },
	{ "TLS 1.2 False Start", FLIGHT12 "c:cke c:ccs c:hs=40 c:data=90 s:ccs s:hs=40", HS_FULL, 1,
	  0, 0, true },
	{ "TLS 1.2, data at once behind the end", FULL12 " c:data=90", HS_FULL, 2, 0, 0, true },
	{ "TLS 1.2 with a client certificate",
	  "c:ch s:sh12 s:cert s:ske s:creq s:shd c:cert c:cke c:cv c:ccs c:hs=40 s:ccs s:hs=40",
	  HS_FULL, 2, 0, HS_CERT_SENT, false },
	{ "TLS 1.2, certificate asked for and none sent",
	  "c:ch s:sh12 s:cert s:ske s:creq s:shd c:cert0 c:cke c:ccs c:hs=40 s:ccs s:hs=40",
	  HS_FULL, 2, 0, HS_CERT_EMPTY, false },
	{ "TLS 1.2, the client closes for writing",
	  FLIGHT12 "c:cke c:ccs c:hs=40 c:FIN s:ccs s:hs=40", HS_FULL, 2, 0, 0, false },
	{ "TLS 1.2 resumed by session id", "c:ch_id s:sh12_id s:ccs s:hs=40 c:ccs c:hs=40",
	  HS_SESSION_ID, 1, 0, 0, false },
	{ "TLS 1.2 resumed by ticket", "c:ch_ticket s:sh12_id s:ccs s:hs=40 c:ccs c:hs=40",
	  HS_TICKET, 1, 0, 0, false },
	{ "TLS 1.2 resumed by ticket, which is renewed",
	  "c:ch_ticket s:sh12_id s:nst s:ccs s:hs=40 c:ccs c:hs=40", HS_TICKET, 1, 0, 0, false },
	{ "TLS 1.2 goes on after a warning",
	  "c:ch s:?112 s:sh12 s:cert s:ske s:shd c:cke c:ccs c:hs=40 s:ccs s:hs=40", HS_FULL, 2, 0,
	  0, false },
	{ "TLS 1.2 with close_notify and FIN behind it", FULL12 " c:alert=26 c:FIN", HS_FULL, 2, 0,
	  0, false },
	{ "TLS 1.2 reset behind it", FULL12 " s:RST", HS_FULL, 2, 0, 0, false },
	{ "TLS 1.3", FLIGHT13 "c:ccs c:data=53", HS_FULL, 1, 0, 0, false },
	{ "TLS 1.3 without middlebox ChangeCipherSpec", "c:ch s:sh13 s:data=1200 c:data=53",
	  HS_FULL, 1, 0, 0, false },
	{ "TLS 1.3 with data behind it", FLIGHT13 "c:data=53 c:data=300", HS_FULL, 1, 0, 0, true },
	{ "TLS 1.3 with SHA-384", "c:ch s:sh13_sha384 s:data=1200 c:data=69", HS_FULL, 1, 0, 0,
	  false },
	{ "TLS 1.3 with a tag of 8", "c:ch s:sh13_ccm8 s:data=1200 c:data=45", HS_FULL, 1, 0, 0,
	  false },
	{ "TLS 1.3 with a PSK", "c:ch s:sh13_psk s:data=27 s:data=53 c:data=53", HS_PSK, 1, 0, 0,
	  false },
	{ "TLS 1.3, no end of the server's flight told", "c:ch s:sh13 s:data=1200+ c:data=53",
	  HS_FULL, 1, 0, 0, false },
	{ "early data, no end of the server's flight told",
	  "c:ch_early c:data=200 s:sh13_psk s:data=90+ c:data=21 c:data=53", HS_PSK, 0,
	  HS_EARLY_ACCEPTED, 0, true },
	{ "TLS 1.3 with a HelloRetryRequest",
	  "c:ch s:hrr s:ccs c:ccs c:ch s:sh13 s:data=1200 c:data=53", HS_FULL, 2, 0, 0, false },
	{ "early data accepted",
	  "c:ch_early c:ccs c:data=200 s:sh13_psk s:ccs s:data=90 c:data=21 c:data=53", HS_PSK, 0,
	  HS_EARLY_ACCEPTED, 0, true },
	{ "early data accepted, some of it under way when the ServerHello passed",
	  "c:ch_early c:data=200 s:sh13_psk c:data=500 s:data=90 c:data=300 c:data=21 c:data=53",
	  HS_PSK, 0, HS_EARLY_ACCEPTED, 0, true },
	{ "early data rejected: no EndOfEarlyData",
	  "c:ch_early c:data=200 s:sh13 s:data=1200 c:data=53", HS_FULL, 1, HS_EARLY_REJECTED, 0,
	  true },
	{ "early data rejected by a HelloRetryRequest",
	  "c:ch_early c:data=200 s:hrr c:ch s:sh13 s:data=1200 c:data=53", HS_FULL, 2,
	  HS_EARLY_REJECTED, 0, true },
	{ "TLS 1.3 with a client certificate: what the server says next is a yes",
	  FLIGHT13 "c:data=900 c:data=281 c:data=53 s:data=250", HS_FULL, 1, 0, 0, false },
	{ "a client certificate, and a server with nothing to say",
	  FLIGHT13 "c:data=900 c:data=281 c:data=53 wait", HS_FULL, 1, 0, 0, false },
	{ "client certificate, close_notify both ways",
	  FLIGHT13 "c:data=900 c:data=281 c:data=53 c:data=19 s:data=19 s:FIN", HS_FULL, 1, 0, 0,
	  false },
	{ "a client certificate, FIN, and then the server's tickets",
	  FLIGHT13 "c:data=900 c:data=281 c:data=53 c:FIN s:data=250", HS_FULL, 1, 0, 0, false },
	{ "all of the client's flight in one record", FLIGHT13 "c:data=1200 s:data=250", HS_FULL, 1,
	  0, 0, false },
	{ "an empty certificate, and the server goes on", FLIGHT13 "c:data=25 c:data=53 s:data=250",
	  HS_FULL, 1, 0, HS_CERT_EMPTY, false },
	{ "an empty certificate and the Finished in one record, and the server goes on",
	  FLIGHT13 "c:data=61 s:data=250", HS_FULL, 1, 0, HS_CERT_EMPTY, false },
	{ "early data as long as EndOfEarlyData, before the server's flight",
	  "c:ch_early c:data=200 s:sh13 c:data=21 s:data=1200 c:data=53", HS_FULL, 1,
	  HS_EARLY_REJECTED, 0, true },
	{ "tickets before the client's close_notify",
	  FLIGHT13 "c:data=900 c:data=281 c:data=53 s:data=250 c:data=19 s:data=19 s:FIN", HS_FULL,
	  1, 0, 0, false },
	{ "a client certificate, FIN, and then the server's close_notify",
	  FLIGHT13 "c:data=900 c:data=281 c:data=53 c:FIN s:data=19 c:RST", HS_FULL, 1, 0, 0,
	  false },
	{ "a client certificate in one record with the Finished, close_notify both ways (Deno)",
	  FLIGHT13_SHA384 "c:data=565 c:data=19 c:FIN s:data=19 s:FIN", HS_FULL, 1, 0, 0, false },
	{ "the same, and the server has tickets", FLIGHT13 "c:data=565 c:data=19 c:FIN s:data=250",
	  HS_FULL, 1, 0, 0, false },
	{ "the same without a certificate", FLIGHT13_SHA384 "c:data=77 c:data=19 c:FIN s:data=19",
	  HS_FULL, 1, 0, HS_CERT_EMPTY, false },
	{ "a client certificate, close_notify, and the server closes",
	  FLIGHT13 "c:data=900 c:data=281 c:data=53 c:data=19 s:FIN", HS_FULL, 1, 0, 0, false },
	{ "a client certificate, FIN of both",
	  FLIGHT13 "c:data=900 c:data=281 c:data=53 c:FIN s:FIN", HS_FULL, 1, 0, 0, false },
	{ "application settings in front of the Finished",
	  "c:ch_settings s:sh13 s:data=1200 c:data=27 c:data=53", HS_FULL, 1, 0, 0, false },
	{ "a padded client", FLIGHT13 "c:ccs c:data=69 c:data=35 c:data=35 s:data=19 s:FIN",
	  HS_FULL, 1, 0, 0, false },
	{ "a padded client with SHA-384",
	  FLIGHT13_SHA384 "c:data=85 c:data=35 c:data=35 s:data=19 s:FIN", HS_FULL, 1, 0, 0,
	  false },
	{ "a padded client certificate, close_notify both ways",
	  FLIGHT13_SHA384 "c:data=499 c:data=112 c:data=85 c:data=35 c:data=35 s:data=19 s:FIN",
	  HS_FULL, 1, 0, 0, false },
	{ "a padded client without a certificate, close_notify both ways",
	  FLIGHT13_SHA384 "c:data=41 c:data=85 c:data=35 c:data=35 s:data=19 s:FIN", HS_FULL, 1, 0,
	  HS_CERT_EMPTY, false },
	{ "the same with SHA-256",
	  FLIGHT13 "c:data=41 c:data=69 c:data=35 c:data=35 s:data=19 s:FIN", HS_FULL, 1, 0,
	  HS_CERT_EMPTY, false },
	{ "a client whose data is as long as a padded Finished (HTTP/2)",
	  FLIGHT13 "c:data=565 c:data=69 c:data=19 c:FIN s:data=19 s:FIN", HS_FULL, 1, 0, 0,
	  false },
	{ "a padded server, which goes on", PADDED13 "c:data=900 c:data=97 c:data=53 s:data=55",
	  HS_FULL, 1, 0, 0, false },
	{ "a server that is not padded, with 18 bytes of data",
	  FLIGHT13 "c:data=900 c:data=281 c:data=53 s:data=35 s:FIN", HS_FULL, 1, 0, 0, false },
	{ "a client that is not padded, with 18 bytes of data",
	  FLIGHT13_SHA384 "c:data=25 c:data=69 c:data=35 s:data=51", HS_FULL, 1, 0, HS_CERT_EMPTY,
	  true },
	{ "TLS 1.3 with an alert and FIN behind it", FLIGHT13 "c:data=53 s:data=19 s:FIN", HS_FULL,
	  1, 0, 0, false },
};

static void handshakes_that_succeed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct tracker tracker;
		const struct handshake *hs = &tracker.hs;

		print_message("# %s\n", good[i].says);
		script_run(&tracker, good[i].script);
		assert_int_equal(hs->outcome, HS_SUCCESS);
		assert_int_equal(hs->stage, HS_ESTABLISHED);
		assert_int_equal(hs->failure.cause, HS_CAUSE_NONE);
		assert_true(hs->complete);
		assert_int_equal(hs->resumption, good[i].resumption);
		assert_int_equal(hs->round_trips, good[i].round_trips);
		assert_int_equal(hs->early_data, good[i].early);
		assert_int_equal(hs->client_certificate, good[i].certificate);
		assert_int_equal(!!hs->application_data_time, good[i].data);
		assert_true(hs->client_hello_end_time && hs->server_hello_time &&
			    hs->client_finished_time && hs->end_time);
		assert_true(tracker.done || (tracker.settling && tracker.deadline > hs->end_time));
		tracker_free(&tracker);
	}
}

#include "tracker_failures.h"

static void handshakes_that_fail(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct bad *want = &bad[i];
		struct tracker tracker;
		const struct hs_failure *failure = &tracker.hs.failure;
		uint64_t end = script_run(&tracker, want->script);

		if (tracker.hs.outcome != HS_FAILURE || failure->cause != want->cause ||
		    failure->stage != want->stage || failure->side != want->side ||
		    failure->suspected != want->suspected || tracker.hs.end_time != end ||
		    !(tracker.done || tracker.settling) ||
		    (want->text && !strstr(failure->text, want->text))) {
			wrong++;
			print_error("# %s: outcome %d cause %d stage %d side %d suspected %d: %s\n",
				    want->says, tracker.hs.outcome, failure->cause, failure->stage,
				    failure->side, failure->suspected, failure->text);
		}
		tracker_free(&tracker);
	}
	assert_int_equal(wrong, 0);
}

/* What is in the clear follows from what was said, not from guesses about bytes. */
static void knows_what_is_in_the_clear(void **state)
{
	struct tracker tracker;

	(void)state;
	script_run(&tracker, FLIGHT12 "c:cke");
	assert_true(tracker_expects_clear(&tracker, HS_CLIENT));
	script_step(&tracker, "c:ccs", STEP_NS);
	assert_false(tracker_expects_clear(&tracker, HS_CLIENT));
	assert_true(tracker_expects_clear(&tracker, HS_SERVER));
	tracker_free(&tracker);

	/* Behind a HelloRetryRequest a hello of each side is, though ChangeCipherSpec has passed.
	 */
	script_run(&tracker, "c:ch s:hrr s:ccs c:ccs");
	assert_true(tracker_expects_clear(&tracker, HS_CLIENT));
	assert_true(tracker_expects_clear(&tracker, HS_SERVER));
	script_step(&tracker, "c:ch", STEP_NS);
	assert_false(tracker_expects_clear(&tracker, HS_CLIENT));
	script_step(&tracker, "s:sh13", STEP_NS);
	assert_false(tracker_expects_clear(&tracker, HS_SERVER));
	tracker_free(&tracker);
}

static void keeps_facts_and_clocks_of_tls12(void **state)
{
	struct tracker tracker;
	const struct handshake *hs = &tracker.hs;

	(void)state;
	script_run(&tracker, FULL12 " c:data=90"); /* steps 1 to 10, then 11 */
	assert_int_equal(hs->server_hello_time, 2 * STEP_NS);
	assert_int_equal(hs->server_flight_end_time, 5 * STEP_NS);
	assert_int_equal(hs->client_flight_time, 6 * STEP_NS);
	assert_int_equal(hs->client_finished_time, 8 * STEP_NS);
	assert_int_equal(hs->server_finished_time, 10 * STEP_NS);
	assert_int_equal(hs->end_time, 10 * STEP_NS);
	assert_int_equal(hs->application_data_time, 11 * STEP_NS);
	assert_true(hs->has_group);
	assert_int_equal(hs->group, 0x001d);
	assert_int_equal(hs->message_count, 11);
	assert_int_equal(hs->messages[0].type, TLS_HANDSHAKE_CLIENT_HELLO);
	assert_int_equal(hs->messages[2].type, TLS_HANDSHAKE_CERTIFICATE);
	assert_int_equal(hs->messages[2].from, HS_SERVER);
	assert_int_equal(hs->messages[2].length, 7);
	assert_false(hs->messages[6].encrypted); /* ChangeCipherSpec */
	assert_true(hs->messages[7].encrypted);
	assert_int_equal(hs->messages[7].length, 40);
	assert_true(tracker.done);
	tracker_free(&tracker);
}

static void keeps_facts_of_a_retry(void **state)
{
	struct tracker tracker;
	const struct handshake *hs = &tracker.hs;

	(void)state;
	script_run(&tracker, "c:ch s:hrr c:ch s:sh13 s:data=1200 c:data=53");
	assert_true(hs->hello_retry && hs->hello_retry_has_group);
	assert_int_equal(hs->hello_retry_group, 0x001d);
	assert_int_equal(hs->second_hello_time, 3 * STEP_NS);
	assert_int_equal(hs->client_hello_end_time, STEP_NS);
	assert_int_equal(hs->server_hello_time, 4 * STEP_NS);
	assert_int_equal(hs->client_finished_time, 6 * STEP_NS);
	tracker_free(&tracker);
}

static void lists_end_at_their_bounds(void **state)
{
	struct tracker tracker;

	(void)state;
	script_run(&tracker, "c:ch s:sh12");
	for (int i = 0; i < 2 * HS_MESSAGES_MAX; i++)
		script_step(&tracker, "s:?112", STEP_NS);
	assert_int_equal(tracker.hs.message_count, HS_MESSAGES_MAX);
	assert_int_equal(tracker.hs.alert_count, HS_ALERTS_MAX);
	assert_int_equal(tracker.hs.outcome, HS_OPEN);
	tracker_free(&tracker);
}

/* Behind the end of a handshake nothing changes what was said of it. */
static void an_outcome_stays(void **state)
{
	static const char *const later[] = { "c:FIN", "c:RST", "s:!80", "s:http", "wait", "c:ch" };
	struct tracker tracker;

	(void)state;
	for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++) {
		script_run(&tracker, FULL12);
		script_step(&tracker, later[i], 100 * STEP_NS);
		assert_int_equal(tracker.hs.outcome, HS_SUCCESS);
		assert_int_equal(tracker.hs.end_time, 10 * STEP_NS);
		tracker_unknown(&tracker, HS_GAP, 101 * STEP_NS);
		assert_int_equal(tracker.hs.outcome, HS_SUCCESS);
		assert_true(tracker.done);
		tracker_free(&tracker);

		script_run(&tracker, "c:ch s:!40");
		script_step(&tracker, later[i], 100 * STEP_NS);
		assert_int_equal(tracker.hs.failure.cause, HS_HANDSHAKE_FAILURE);
		assert_int_equal(tracker.hs.end_time, 2 * STEP_NS);
		tracker_free(&tracker);
	}
}

static void unknown_is_no_failure(void **state)
{
	struct tracker tracker;

	(void)state;
	script_run(&tracker, FLIGHT13 "c:ccs");
	tracker_unknown(&tracker, HS_STILL_OPEN, 50 * STEP_NS);
	assert_int_equal(tracker.hs.outcome, HS_UNKNOWN);
	assert_int_equal(tracker.hs.unknown, HS_STILL_OPEN);
	assert_int_equal(tracker.hs.failure.cause, HS_CAUSE_NONE);
	assert_int_equal(tracker.hs.stage, HS_SERVER_FINISHED);
	assert_int_equal(tracker.hs.round_trips, -1);
	assert_true(tracker.done);
	tracker_free(&tracker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(handshakes_that_succeed),
		cmocka_unit_test(handshakes_that_fail),
		cmocka_unit_test(knows_what_is_in_the_clear),
		cmocka_unit_test(keeps_facts_and_clocks_of_tls12),
		cmocka_unit_test(keeps_facts_of_a_retry),
		cmocka_unit_test(lists_end_at_their_bounds),
		cmocka_unit_test(an_outcome_stays),
		cmocka_unit_test(unknown_is_no_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
