/* SPDX-License-Identifier: BSD-2-Clause */
/* links: track/sentence.c track/clauses.c track/turns.c track/delivery.c track/offers.c */
/* links: track/flaws.c */
/* links: track/diagnose.c tls/names.c tls/names_alert.c tls/names_cipher.c tls/names_group.c */
/* links: tls/names_handshake.c tls/names_signature.c base/text.c base/text_escape.c */
/* links: tls/names_extension.c */
/* What alerts in the clear say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "diagnose_bench.h"

/* Contract section 4, by alert code; what is not listed is alert_other. No certificate passed. */
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
	{ 41, HS_CLIENT_CERTIFICATE_MISSING, HS_CLIENT_CERTIFICATE_MISSING }, /* RFC 6101 5.4 */
	{ 42, HS_CERTIFICATE_REJECTED, HS_ALERT_OTHER },
	{ 43, HS_CERTIFICATE_REJECTED, HS_ALERT_OTHER },
	{ 44, HS_CERTIFICATE_REVOKED, HS_ALERT_OTHER },
	{ 45, HS_CERTIFICATE_EXPIRED, HS_ALERT_OTHER },
	{ 46, HS_CERTIFICATE_REJECTED, HS_ALERT_OTHER },
	{ 47, HS_PROTOCOL_ERROR, HS_PROTOCOL_ERROR },
	{ 48, HS_CERTIFICATE_UNKNOWN_CA, HS_ALERT_OTHER },
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
	{ 114, HS_CERTIFICATE_REJECTED, HS_ALERT_OTHER },
	{ 116, HS_ALERT_OTHER, HS_CLIENT_CERTIFICATE_MISSING },
	{ 120, HS_ALPN_MISMATCH, HS_ALPN_MISMATCH },
};

static void every_alert_has_its_cause(void **state)
{
	const struct handshake hs = { .stage = HS_SERVER_HELLO_DONE };

	(void)state;
	for (uint16_t code = 0; code < 256; code++) {
		for (enum hs_side from = HS_CLIENT; from <= HS_SERVER; from++) {
			const struct hs_failure failure = diagnosis(&hs, ALERT(from, code));
			enum hs_cause want = HS_ALERT_OTHER;

			for (size_t i = 0; i < sizeof(alerts) / sizeof(alerts[0]); i++)
				if (alerts[i].code == code)
					want = from == HS_CLIENT ? alerts[i].client
								 : alerts[i].server;
			if (failure.cause != want || failure.suspected)
				fail_msg("%d: %s", (int)failure.cause, failure.text);
			assert_memory_equal(failure.text, from ? "server alert " : "client alert ",
					    13);
		}
	}
}

/* "42-49 from the server after the client's"; "alert 116, or 40/42 after an empty Certificate". */
static void alerts_about_the_clients_certificate(void **state)
{
	const struct handshake sent = { .client_certificate = HS_CERT_SENT };
	const struct handshake sealed = { .client_flight_long = true };
	const struct handshake empty = { .client_certificate = HS_CERT_EMPTY };
	const struct handshake sealed_empty = { .client_certificate = HS_CERT_EMPTY,
						.client_flight_long = true };
	const struct handshake asked = { .client_certificate = HS_CERT_REQUESTED };

	(void)state;
	for (uint16_t code = 42; code <= 49; code++) {
		const struct ending by_server = ALERT(HS_SERVER, code);

		assert_int_equal(diagnosis(&sent, by_server).cause, HS_CLIENT_CERTIFICATE_REJECTED);
		assert_int_equal(diagnosis(&sealed, by_server).cause,
				 HS_CLIENT_CERTIFICATE_REJECTED);
		/* Illegal parameters and access denied need no certificate. */
		assert_int_equal(diagnosis(&empty, by_server).cause,
				 code == 47   ? HS_PROTOCOL_ERROR
				 : code == 49 ? HS_ACCESS_DENIED
					      : HS_CLIENT_CERTIFICATE_MISSING);
		assert_int_not_equal(diagnosis(&asked, by_server).cause,
				     HS_CLIENT_CERTIFICATE_REJECTED);
		assert_int_not_equal(diagnosis(&sent, ALERT(HS_CLIENT, code)).cause,
				     HS_CLIENT_CERTIFICATE_REJECTED);
	}
	assert_int_equal(diagnosis(&empty, ALERT(HS_SERVER, 40)).cause,
			 HS_CLIENT_CERTIFICATE_MISSING);
	assert_int_equal(diagnosis(&empty, ALERT(HS_CLIENT, 40)).cause, HS_HANDSHAKE_FAILURE);
	assert_int_equal(diagnosis(&sent, ALERT(HS_SERVER, 40)).cause, HS_HANDSHAKE_FAILURE);
	expect_text(&sealed_empty, ALERT(HS_SERVER, 42),
		    "server alert bad_certificate (client sent no certificate)");
	expect_text(&empty, ALERT(HS_SERVER, 116),
		    "server alert certificate_required (client sent no certificate)");
	expect_text(&asked, ALERT(HS_SERVER, 116), "server alert certificate_required");
}

/* Other alerts do not say that they are about it; what became of it may explain them. */
static void alerts_behind_a_wish_for_a_certificate(void **state)
{
	static const uint8_t codes[] = { 20, 40, 49, 51, 71, 80, 115, 200 };
	static const struct {
		enum hs_client_certificate what;
		const char *fact; /* NULL: nothing is told */
	} wishes[] = {
		{ HS_CERT_NONE, NULL },
		{ HS_CERT_REQUESTED, " (server asked for a client certificate)" },
		{ HS_CERT_SENT, " (client sent a certificate)" },
		{ HS_CERT_EMPTY, " (client sent no certificate)" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(codes); i++) {
		for (size_t k = 0; k < sizeof(wishes) / sizeof(wishes[0]); k++) {
			const struct handshake hs = { .stage = HS_CLIENT_FINISHED,
						      .has_server_hello = true,
						      .client_certificate = wishes[k].what };
			const struct hs_failure failure =
				diagnosis(&hs, ALERT(HS_SERVER, codes[i]));
			const char *fact = strchr(failure.text, '(');

			/* 49 refuses the certificate, where one was sent. */
			if (failure.cause == HS_CLIENT_CERTIFICATE_REJECTED)
				continue;
			if (wishes[k].fact)
				assert_string_equal(fact ? fact - 1 : "", wishes[k].fact);
			else
				assert_null(fact);
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_alert_has_its_cause),
		cmocka_unit_test(alerts_about_the_clients_certificate),
		cmocka_unit_test(alerts_behind_a_wish_for_a_certificate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
