/* SPDX-License-Identifier: BSD-2-Clause */
/* links: track/sentence.c track/clauses.c track/turns.c track/delivery.c track/offers.c */
/* links: track/flaws.c */
/* links: track/diagnose.c tls/names.c tls/names_alert.c tls/names_cipher.c tls/names_group.c */
/* links: tls/names_handshake.c tls/names_signature.c base/text.c base/text_escape.c */
/* links: tls/names_extension.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "diagnose_bench.h"

/* A row of the contract's table: what there was, what ended it, what is to be said. */
static const struct {
	struct handshake hs;
	struct ending ending;
	enum hs_cause cause;
	bool suspected;
	const char *text;
} rows[] = {
	{ { .end[HS_SERVER].port = 8443 },
	  { .kind = ENDED_BY_REFUSAL, .by = HS_SERVER, .time = NOW, .waited = NS },
	  HS_TCP_REFUSED,
	  false,
	  "server refused the connection to port 8443" },
	{ { .end[HS_SERVER].port = 993 },
	  { .kind = ENDED_BY_NO_CONNECTION, .by = HS_NOBODY, .time = NOW, .waited = 10 * NS },
	  HS_TCP_TIMEOUT,
	  false,
	  "no answer to the TCP SYN to port 993 for 10 s" },
	{ { .stage = HS_CLIENT_HELLO, .client_hello_end_time = NOW - 10 * NS },
	  SILENCE(10 * NS),
	  HS_NO_SERVER_HELLO,
	  false,
	  "no answer to the ClientHello for 10 s" },
	{ { .stage = HS_CLIENT_HELLO },
	  BYTES(HS_SERVER, "HTTP/1.1"),
	  HS_NOT_TLS_SERVER,
	  false,
	  "server answered the ClientHello with plain HTTP" },
	{ { .stage = HS_CLIENT_HELLO },
	  BYTES(HS_SERVER, "SSH-2.0"),
	  HS_NOT_TLS_SERVER,
	  false,
	  "server answered the ClientHello with something that is not TLS" },
	{ { .stage = HS_CLIENT_HELLO },
	  BYTES(HS_CLIENT, "HTTP/"),
	  HS_PROTOCOL_ERROR,
	  false,
	  "client sent bytes that are not TLS" },
	{ { .stage = HS_SERVER_HELLO },
	  BYTES(HS_SERVER, "HTTP/"),
	  HS_PROTOCOL_ERROR,
	  false,
	  "server sent bytes that are not TLS" },
	{ { .stage = HS_CLIENT_HELLO },
	  { .kind = ENDED_BY_SSLV2_ERROR, .by = HS_SERVER, .time = NOW, .code = 1 },
	  HS_HANDSHAKE_FAILURE,
	  false,
	  "server answered with error 1 of SSL 2.0, no cipher" },
	{ { .stage = HS_SERVER_HELLO_DONE },
	  ALERT(HS_CLIENT, 45),
	  HS_CERTIFICATE_EXPIRED,
	  false,
	  "client alert certificate_expired" },
	{ { .stage = HS_CLIENT_HELLO },
	  ALERT(HS_SERVER, 99),
	  HS_ALERT_OTHER,
	  false,
	  "server alert 99" },
	{ { .stage = HS_SERVER_HELLO_DONE },
	  ALERT(HS_CLIENT, 41),
	  HS_CLIENT_CERTIFICATE_MISSING,
	  false,
	  "client alert no_certificate" },
	{ { .stage = HS_CLIENT_HELLO },
	  ALERT(HS_SERVER, 70),
	  HS_VERSION_MISMATCH,
	  false,
	  "server alert protocol_version" }, /* the hello could not be read */

	/* TLS 1.3: whose certificate is the likely reason shows in stage and side. */
	{ { .stage = HS_SERVER_FINISHED,
	    .resumption = HS_FULL,
	    .server_hello.version = TLS_VERSION_1_3 },
	  SEALED(HS_CLIENT),
	  HS_ENCRYPTED_ALERT,
	  true,
	  "client sent what looks like an encrypted alert (probably because of the server's "
	  "certificate)" },
	{ { .stage = HS_CLIENT_FINISHED,
	    .client_flight_long = true,
	    .server_hello.version = TLS_VERSION_1_3 },
	  SEALED(HS_SERVER),
	  HS_ENCRYPTED_ALERT,
	  true,
	  "server sent what looks like an encrypted alert (probably because of the client's "
	  "certificate)" },
	{ { .stage = HS_CLIENT_FINISHED,
	    .client_flight_long = true,
	    .client_certificate = HS_CERT_EMPTY,
	    .server_hello.version = TLS_VERSION_1_3 },
	  SEALED(HS_SERVER),
	  HS_ENCRYPTED_ALERT,
	  true,
	  "server sent what looks like an encrypted alert (probably because the client sent no "
	  "certificate)" },
	{ { .stage = HS_SERVER_HELLO, .server_hello.version = TLS_VERSION_1_3 },
	  SEALED(HS_SERVER),
	  HS_ENCRYPTED_ALERT,
	  true,
	  "server sent what looks like an encrypted alert" },
	/* TLS 1.2: a client that has no certificate to show cannot have it refused. */
	{ { .stage = HS_CLIENT_FINISHED, .server_hello.version = TLS_VERSION_1_2 },
	  SEALED(HS_SERVER),
	  HS_ENCRYPTED_ALERT,
	  true,
	  "server sent what looks like an encrypted alert" },
	{ { .stage = HS_CLIENT_FINISHED,
	    .client_certificate = HS_CERT_SENT,
	    .server_hello.version = TLS_VERSION_1_2 },
	  SEALED(HS_SERVER),
	  HS_ENCRYPTED_ALERT,
	  true,
	  "server sent what looks like an encrypted alert (probably because of the client's "
	  "certificate)" },

	{ { .stage = HS_CLIENT_HELLO },
	  RST(HS_SERVER),
	  HS_RESET,
	  false,
	  "server reset the connection" },
	{ { .stage = HS_CLIENT_HELLO },
	  FIN(HS_CLIENT),
	  HS_CLOSED,
	  false,
	  "client closed the connection without an alert" },
	{ { .stage = HS_CLIENT_HELLO, .client_hello_end_time = NOW - 5 * NS },
	  FIN(HS_SERVER),
	  HS_CLOSED,
	  false,
	  "server closed the connection without an alert, 5 s after the ClientHello" },
	{ { .stage = HS_CLIENT_HELLO },
	  { .kind = ENDED_BY_FIN, .by = HS_CLIENT, .time = NOW, .notified = true },
	  HS_CLOSED,
	  false,
	  "client closed the connection with close_notify" },
	{ { .stage = HS_CLIENT_HELLO,
	    .alerts = { { HS_SERVER, 1, 112, false }, { HS_SERVER, 1, 0, false } },
	    .alert_count = 2 },
	  FIN(HS_SERVER),
	  HS_CLOSED,
	  false,
	  "server closed the connection after the warning unrecognized_name" },
	{ { .stage = HS_SERVER_FINISHED,
	    .resumption = HS_FULL,
	    .server_hello.version = TLS_VERSION_1_3 },
	  FIN(HS_CLIENT),
	  HS_CLOSED,
	  false,
	  "client closed the connection without an alert (perhaps because of the server's "
	  "certificate)" },
	{ { .stage = HS_SERVER_FINISHED,
	    .resumption = HS_PSK,
	    .server_hello.version = TLS_VERSION_1_3 },
	  FIN(HS_CLIENT),
	  HS_CLOSED,
	  false,
	  "client closed the connection without an alert" },
	{ { .stage = HS_CLIENT_FINISHED,
	    .client_flight_long = true,
	    .server_hello.version = TLS_VERSION_1_3 },
	  RST(HS_SERVER),
	  HS_RESET,
	  true,
	  "server reset the connection (probably because of the client's certificate)" },
	{ { .stage = HS_CLIENT_FINISHED,
	    .client_certificate = HS_CERT_SENT,
	    .server_hello.version = TLS_VERSION_1_2 },
	  RST(HS_SERVER),
	  HS_RESET,
	  false,
	  "server reset the connection" },

	{ { .stage = HS_SERVER_HELLO,
	    .oddity = { HS_SERVER, HS_SERVER_HELLO, "a malformed ServerHello" } },
	  FIN(HS_CLIENT),
	  HS_PROTOCOL_ERROR,
	  false,
	  "server sent a malformed ServerHello, then client closed the connection" },
	{ { .stage = HS_CLIENT_HELLO,
	    .oddity = { HS_CLIENT, HS_CLIENT_HELLO, "a malformed ClientHello" } },
	  SILENCE(10 * NS),
	  HS_PROTOCOL_ERROR,
	  false,
	  "client sent a malformed ClientHello, nothing more for 10 s" },
	{ { .stage = HS_CLIENT_HELLO, .server_first = true },
	  FIN(HS_CLIENT),
	  HS_NOT_TLS_SERVER,
	  false,
	  "server spoke before the ClientHello, and not TLS, then client closed the connection" },
	{ { .stage = HS_CLIENT_HELLO, .server_first = true },
	  SILENCE(10 * NS),
	  HS_NOT_TLS_SERVER,
	  false,
	  "server spoke before the ClientHello, and not TLS, nothing more for 10 s" },
	{ { .stage = HS_CLIENT_HELLO, .server_first = true },
	  ALERT(HS_CLIENT, 70),
	  HS_NOT_TLS_SERVER,
	  false,
	  "client alert protocol_version (server spoke first, and not TLS)" },
	{ { .stage = HS_SERVER_HELLO, .server_first = true },
	  FIN(HS_CLIENT),
	  HS_CLOSED,
	  false,
	  "client closed the connection without an alert" },
	/* An alert is the better reason. */
	{ { .stage = HS_SERVER_HELLO,
	    .oddity = { HS_SERVER, HS_SERVER_HELLO, "a malformed ServerHello" } },
	  ALERT(HS_CLIENT, 50),
	  HS_PROTOCOL_ERROR,
	  false,
	  "client alert decode_error" },
};

static void every_rule_has_its_sentence(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct hs_failure failure = diagnosis(&rows[i].hs, rows[i].ending);

		assert_string_equal(failure.text, rows[i].text);
		assert_int_equal(failure.cause, rows[i].cause);
		assert_int_equal(failure.suspected, rows[i].suspected);
	}
}

/* "timeout: silence at any other stage" */
static void silence(void **state)
{
	/* RFC 5246 section 7.3: who sends what comes next. */
	static const char *const turns[HS_ESTABLISHED] = {
		[HS_HELLO_RETRY_REQUEST] = "client silent for 2.5 s after the HelloRetryRequest",
		[HS_SERVER_HELLO] = "server silent for 2.5 s after its ServerHello",
		[HS_SERVER_CERTIFICATE] = "server silent for 2.5 s after its Certificate",
		[HS_SERVER_KEY_EXCHANGE] = "server silent for 2.5 s after its ServerKeyExchange",
		[HS_SERVER_HELLO_DONE] = "client silent for 2.5 s after the server's flight",
		[HS_CLIENT_KEY_EXCHANGE] = "client silent for 2.5 s after its ClientKeyExchange",
		[HS_CLIENT_FINISHED] = "server silent for 2.5 s after the client's Finished",
		[HS_SERVER_FINISHED] = "client silent for 2.5 s after the server's flight",
	};
	struct handshake hs = { 0 };

	(void)state;
	for (hs.stage = HS_HELLO_RETRY_REQUEST; hs.stage < HS_ESTABLISHED; hs.stage++) {
		assert_int_equal(diagnosis(&hs, SILENCE(NS)).cause, HS_TIMEOUT);
		expect_text(&hs, SILENCE(NS * 5 / 2), turns[hs.stage]);
	}
	hs = (struct handshake){ .stage = HS_HELLO_RETRY_REQUEST, .second_hello_time = NOW };
	expect_text(&hs, SILENCE(NS), "server silent for 1 s after the second ClientHello");
	hs = (struct handshake){ .stage = HS_SERVER_HELLO_DONE, .client_flight_time = NOW };
	expect_text(&hs, SILENCE(NS), "client silent for 1 s after a part of its answer");
}

/* Whatever ends it, at whatever stage, some rule fits, and its sentence is one. */
static void there_is_always_a_rule(void **state)
{
	struct handshake hs = { 0 };

	(void)state;
	for (hs.stage = HS_TCP_SYN; hs.stage < HS_STAGES; hs.stage++) {
		for (int kind = ENDED_BY_ALERT; kind <= ENDED_BY_NO_CONNECTION; kind++) {
			for (enum hs_side by = HS_CLIENT; by <= HS_NOBODY; by++) {
				if (kind == ENDED_BY_ALERT && by == HS_NOBODY)
					continue;
				assert_int_not_equal(diagnosis(&hs, (struct ending){ .kind = kind,
										     .by = by,
										     .time = NOW })
							     .cause,
						     HS_CAUSE_NONE);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rule_has_its_sentence),
		cmocka_unit_test(silence),
		cmocka_unit_test(there_is_always_a_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
