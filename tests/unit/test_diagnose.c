/* SPDX-License-Identifier: BSD-2-Clause */
/* links: track/diagnose.c tls/names.c tls/names_alert.c tls/names_cipher.c tls/names_group.c */
/* links: tls/names_handshake.c tls/names_signature.c */
/* links: tls/names_extension.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "track/diagnose.h"

#define NS UINT64_C(1000000000)

/* Contract section 4, by alert code; what is not listed is alert_other. */
static const struct {
	uint8_t code;
	enum hs_cause client, server; /* when that side sends it */
} alerts[] = {
	{ 10, HS_PROTOCOL_ERROR, HS_PROTOCOL_ERROR },
	{ 20, HS_DECRYPT_ERROR, HS_DECRYPT_ERROR },
	{ 21, HS_DECRYPT_ERROR, HS_DECRYPT_ERROR },
	{ 22, HS_PROTOCOL_ERROR, HS_PROTOCOL_ERROR },
	{ 30, HS_PROTOCOL_ERROR, HS_PROTOCOL_ERROR },
	{ 40, HS_HANDSHAKE_FAILURE, HS_HANDSHAKE_FAILURE },
	{ 41, HS_ALERT_OTHER, HS_CLIENT_CERTIFICATE_MISSING },
	{ 42, HS_CERTIFICATE_REJECTED, HS_CLIENT_CERTIFICATE_REJECTED },
	{ 43, HS_CERTIFICATE_REJECTED, HS_CLIENT_CERTIFICATE_REJECTED },
	{ 44, HS_CERTIFICATE_REVOKED, HS_CLIENT_CERTIFICATE_REJECTED },
	{ 45, HS_CERTIFICATE_EXPIRED, HS_CLIENT_CERTIFICATE_REJECTED },
	{ 46, HS_CERTIFICATE_REJECTED, HS_CLIENT_CERTIFICATE_REJECTED },
	{ 47, HS_PROTOCOL_ERROR, HS_PROTOCOL_ERROR },
	{ 48, HS_CERTIFICATE_UNKNOWN_CA, HS_CLIENT_CERTIFICATE_REJECTED },
	{ 49, HS_ACCESS_DENIED, HS_ACCESS_DENIED },
	{ 50, HS_PROTOCOL_ERROR, HS_PROTOCOL_ERROR },
	{ 51, HS_DECRYPT_ERROR, HS_DECRYPT_ERROR },
	{ 60, HS_HANDSHAKE_FAILURE, HS_HANDSHAKE_FAILURE },
	{ 70, HS_VERSION_MISMATCH, HS_VERSION_MISMATCH },
	{ 71, HS_HANDSHAKE_FAILURE, HS_HANDSHAKE_FAILURE },
	{ 80, HS_INTERNAL_ERROR, HS_INTERNAL_ERROR },
	{ 86, HS_VERSION_MISMATCH, HS_VERSION_MISMATCH },
	{ 90, HS_USER_CANCELED, HS_USER_CANCELED },
	{ 109, HS_PROTOCOL_ERROR, HS_PROTOCOL_ERROR },
	{ 110, HS_PROTOCOL_ERROR, HS_PROTOCOL_ERROR },
	{ 112, HS_UNRECOGNIZED_NAME, HS_UNRECOGNIZED_NAME },
	{ 113, HS_CERTIFICATE_REJECTED, HS_ALERT_OTHER },
	{ 116, HS_ALERT_OTHER, HS_CLIENT_CERTIFICATE_MISSING },
	{ 120, HS_ALPN_MISMATCH, HS_ALPN_MISMATCH },
};

static void check_alert(uint8_t code, enum hs_side from, enum hs_cause want)
{
	struct handshake hs = { .stage = HS_SERVER_HELLO_DONE };

	diagnose_alert(&hs, from, code);
	assert_int_equal(hs.outcome, HS_FAILURE);
	assert_int_equal(hs.failure.cause, want);
	assert_int_equal(hs.failure.side, from);
	assert_int_equal(hs.failure.stage, HS_SERVER_HELLO_DONE);
	assert_false(hs.failure.suspected);
	assert_memory_equal(hs.failure.text, from == HS_CLIENT ? "client alert " : "server alert ",
			    13);
}

static void every_alert_has_its_cause(void **state)
{
	(void)state;
	for (unsigned code = 0; code < 256; code++) {
		enum hs_cause client = HS_ALERT_OTHER, server = HS_ALERT_OTHER;

		for (size_t i = 0; i < sizeof(alerts) / sizeof(alerts[0]); i++) {
			if (alerts[i].code != code)
				continue;
			client = alerts[i].client;
			server = alerts[i].server;
		}
		check_alert((uint8_t)code, HS_CLIENT, client);
		check_alert((uint8_t)code, HS_SERVER, server);
	}
}

static void the_sentence_names_the_alert(void **state)
{
	struct handshake hs = { 0 };

	(void)state;
	diagnose_alert(&hs, HS_CLIENT, 45);
	assert_string_equal(hs.failure.text, "client alert certificate_expired");
	diagnose_alert(&hs, HS_SERVER, 99);
	assert_string_equal(hs.failure.text, "server alert 99");
}

/* "40/42 after an empty Certificate": from the server; the client's own alert says what it says. */
static void after_an_empty_certificate(void **state)
{
	struct handshake hs = { .client_certificate = HS_CERT_EMPTY };

	(void)state;
	diagnose_alert(&hs, HS_SERVER, 40);
	assert_int_equal(hs.failure.cause, HS_CLIENT_CERTIFICATE_MISSING);
	diagnose_alert(&hs, HS_SERVER, 42);
	assert_int_equal(hs.failure.cause, HS_CLIENT_CERTIFICATE_MISSING);
	diagnose_alert(&hs, HS_SERVER, 47);
	assert_int_equal(hs.failure.cause, HS_PROTOCOL_ERROR);
	diagnose_alert(&hs, HS_CLIENT, 40);
	assert_int_equal(hs.failure.cause, HS_HANDSHAKE_FAILURE);
	hs.client_certificate = HS_CERT_SENT;
	diagnose_alert(&hs, HS_SERVER, 42);
	assert_int_equal(hs.failure.cause, HS_CLIENT_CERTIFICATE_REJECTED);
}

static void encrypted_alerts_are_suspected(void **state)
{
	struct handshake hs = { .stage = HS_SERVER_FINISHED };

	(void)state;
	diagnose_encrypted_alert(&hs, HS_CLIENT);
	assert_int_equal(hs.failure.cause, HS_ENCRYPTED_ALERT);
	assert_int_equal(hs.failure.side, HS_CLIENT);
	assert_true(hs.failure.suspected);
	assert_non_null(strstr(hs.failure.text, "server's certificate"));
	hs.stage = HS_CLIENT_FINISHED;
	diagnose_encrypted_alert(&hs, HS_SERVER);
	assert_non_null(strstr(hs.failure.text, "client's certificate"));
	hs.stage = HS_SERVER_HELLO;
	diagnose_encrypted_alert(&hs, HS_SERVER);
	assert_null(strstr(hs.failure.text, "certificate"));
}

static void ends_of_the_connection(void **state)
{
	struct handshake hs = { .stage = HS_CLIENT_HELLO };

	(void)state;
	diagnose_close(&hs, HS_SERVER, true, false);
	assert_int_equal(hs.failure.cause, HS_RESET);
	assert_string_equal(hs.failure.text, "server reset the connection");
	diagnose_close(&hs, HS_CLIENT, false, false);
	assert_int_equal(hs.failure.cause, HS_CLOSED);
	assert_string_equal(hs.failure.text, "client closed the connection without an alert");
	diagnose_close(&hs, HS_CLIENT, false, true);
	assert_string_equal(hs.failure.text, "client closed the connection with close_notify");
}

static void what_is_no_tls(void **state)
{
	struct handshake hs = { .stage = HS_CLIENT_HELLO };

	(void)state;
	diagnose_not_tls(&hs, HS_SERVER, (struct bytes){ (const uint8_t *)"HTTP/1.1", 8 });
	assert_int_equal(hs.failure.cause, HS_NOT_TLS_SERVER);
	assert_string_equal(hs.failure.text, "server answered the ClientHello with plain HTTP");
	diagnose_not_tls(&hs, HS_SERVER, (struct bytes){ (const uint8_t *)"SSH-", 4 });
	assert_int_equal(hs.failure.cause, HS_NOT_TLS_SERVER);
	assert_null(strstr(hs.failure.text, "HTTP"));
	diagnose_not_tls(&hs, HS_CLIENT, (struct bytes){ (const uint8_t *)"HTTP/", 5 });
	assert_int_equal(hs.failure.cause, HS_PROTOCOL_ERROR);
	hs.stage = HS_SERVER_HELLO;
	diagnose_not_tls(&hs, HS_SERVER, (struct bytes){ (const uint8_t *)"HTTP/", 5 });
	assert_int_equal(hs.failure.cause, HS_PROTOCOL_ERROR);
}

static void silence(void **state)
{
	struct handshake hs = { .stage = HS_CLIENT_HELLO };

	(void)state;
	diagnose_timeout(&hs, 10 * NS);
	assert_int_equal(hs.failure.cause, HS_CLIENT_HELLO_STALLED);
	assert_int_equal(hs.failure.side, HS_NOBODY);
	hs.client_hello_end_time = 1;
	diagnose_timeout(&hs, 10 * NS);
	assert_int_equal(hs.failure.cause, HS_NO_SERVER_HELLO);
	assert_string_equal(hs.failure.text, "no answer to the ClientHello for 10 s");
	for (hs.stage = HS_HELLO_RETRY_REQUEST; hs.stage < HS_ESTABLISHED; hs.stage++) {
		diagnose_timeout(&hs, 2500 * NS / 1000);
		assert_int_equal(hs.failure.cause, HS_TIMEOUT);
		assert_string_equal(hs.failure.text, "nothing more from either side for 2.5 s");
	}
}

static void connects(void **state)
{
	struct handshake hs = { .end[HS_SERVER].port = 8443 };

	(void)state;
	diagnose_connect(&hs, true, NS);
	assert_int_equal(hs.failure.cause, HS_TCP_REFUSED);
	assert_int_equal(hs.failure.side, HS_SERVER);
	assert_int_equal(hs.failure.stage, HS_TCP_SYN);
	assert_string_equal(hs.failure.text, "server refused the connection to port 8443");
	diagnose_connect(&hs, false, 10 * NS);
	assert_int_equal(hs.failure.cause, HS_TCP_TIMEOUT);
	assert_int_equal(hs.failure.side, HS_NOBODY);
	assert_string_equal(hs.failure.text, "no answer to the TCP SYN to port 8443 for 10 s");
}

static void malformed(void **state)
{
	struct handshake hs = { .stage = HS_SERVER_HELLO,
				.oddity = { HS_SERVER, "a malformed ServerHello" } };

	(void)state;
	/* Nobody says why the connection ends; an alert would be the better reason. */
	diagnose_close(&hs, HS_CLIENT, false, false);
	assert_int_equal(hs.failure.side, HS_CLIENT);
	assert_true(hs.failure.suspected);
	assert_int_equal(hs.failure.cause, HS_PROTOCOL_ERROR);
	assert_string_equal(hs.failure.text, "server sent a malformed ServerHello");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_alert_has_its_cause),
		cmocka_unit_test(the_sentence_names_the_alert),
		cmocka_unit_test(after_an_empty_certificate),
		cmocka_unit_test(encrypted_alerts_are_suspected),
		cmocka_unit_test(ends_of_the_connection),
		cmocka_unit_test(what_is_no_tls),
		cmocka_unit_test(silence),
		cmocka_unit_test(connects),
		cmocka_unit_test(malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
