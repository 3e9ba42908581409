/* SPDX-License-Identifier: BSD-2-Clause */
#include "track/diagnose.h"

#include "base/util.h"
#include "tls/names.h"
#include "track/clauses.h"
#include "track/delivery.h"
#include "track/flaws.h"
#include "track/offers.h"
#include "track/turns.h"

/* The server has asked for a certificate and got a message without any. */
static bool sent_none(const struct handshake *hs, const struct ending *end)
{
	(void)end;
	return hs->client_certificate == HS_CERT_EMPTY;
}

/* TLS 1.3: as far as the size of what it sealed tells. */
static bool sent_one(const struct handshake *hs, const struct ending *end)
{
	return hs->client_certificate == HS_CERT_SENT ||
	       (hs->client_flight_long && !sent_none(hs, end));
}

static bool answered_request(const struct handshake *hs, const struct ending *end)
{
	return sent_none(hs, end) || sent_one(hs, end);
}

/* TLS 1.3: all that may be missing is what the server thinks of the client's flight. */
static bool may_be_over(const struct handshake *hs, const struct ending *end)
{
	(void)end;
	return tls_is_13(hs->server_hello.version) && hs->client_flight_long;
}

/* TLS 1.3: the client has seen the server's flight, a certificate in it, and has not answered. */
static bool judges_sealed(const struct handshake *hs, const struct ending *end)
{
	(void)end;
	return hs->stage == HS_SERVER_FINISHED && hs->resumption == HS_FULL && !hs->unread &&
	       tls_is_13(hs->server_hello.version) && !hs->client_flight_long;
}

/* The same where the certificate is in the clear. */
static bool judges_clear(const struct handshake *hs, const struct ending *end)
{
	(void)end;
	return hs->stage >= HS_SERVER_CERTIFICATE && hs->stage <= HS_SERVER_HELLO_DONE;
}

static bool nothing_answered(const struct handshake *hs, const struct ending *end)
{
	(void)end;
	return hs->stage <= HS_CLIENT_HELLO && !delivery_server_spoke(hs);
}

/* No protocol that goes over to TLS does so without a word of the client. */
static bool greeted(const struct handshake *hs, const struct ending *end)
{
	return hs->server_first && nothing_answered(hs, end);
}

/* The server had begun to answer the ClientHello. */
static bool began_answer(const struct handshake *hs, const struct ending *end)
{
	(void)end;
	return hs->stage <= HS_CLIENT_HELLO && hs->torn[HS_SERVER].kind != HS_NOTHING_TORN;
}

/* The other side had a reason to leave: it did not go on behind it. */
static bool was_odd(const struct handshake *hs, const struct ending *end)
{
	return hs->oddity.what && hs->oddity.stage == hs->stage && end->by != hs->oddity.from;
}

/* The extension in the hello of the other side that the alert may be about. */
static void tell_extension(struct sentence *s, const struct handshake *hs, const struct ending *end)
{
	const struct tls_client_hello *client = hs->client_hello;
	const struct tls_server_hello *server = &hs->server_hello;
	char id[TLS_EXTENSION_CODE_SIZE];

	if (end->by == HS_CLIENT && server->has_bad_extension)
		sentence_fact(s, "malformed extension %s",
			      tls_extension_text(server->bad_extension, id));
	else if (end->by == HS_SERVER && client && client->has_bad_extension)
		sentence_fact(s, "malformed extension %s",
			      tls_extension_text(client->bad_extension, id));
}

static void tell_none(struct sentence *s, const struct handshake *hs, const struct ending *end)
{
	if (sent_none(hs, end))
		sentence_fact(s, "client sent no certificate");
}

static void tell_greeting(struct sentence *s, const struct handshake *hs, const struct ending *end)
{
	(void)hs;
	(void)end;
	sentence_fact(s, "server spoke first, and not TLS");
}

/* What became of the server's wish for a certificate of the client, which may be the reason. */
static void tell_wish(struct sentence *s, const struct handshake *hs, const struct ending *end)
{
	if (sent_none(hs, end))
		sentence_fact(s, "client sent no certificate");
	else if (hs->client_certificate == HS_CERT_SENT)
		sentence_fact(s, "client sent a certificate");
	else if (hs->client_certificate == HS_CERT_REQUESTED)
		sentence_fact(s, "server asked for a client certificate");
}

static void tell_offers(struct sentence *s, const struct handshake *hs, const struct ending *end)
{
	offers_tell(s, hs, end);
	tell_wish(s, hs, end);
}

static void tell_choice(struct sentence *s, const struct handshake *hs, const struct ending *end)
{
	offers_tell_choice(s, hs, end);
	tell_wish(s, hs, end);
}

static void tell_name(struct sentence *s, const struct handshake *hs, const struct ending *end)
{
	offers_tell_name(s, hs, end);
	tell_wish(s, hs, end);
}

static void tell_likely_client(struct sentence *s, const struct handshake *hs,
			       const struct ending *end)
{
	sentence_fact(s, "probably because %s",
		      sent_none(hs, end) ? "the client sent no certificate"
					 : "of the client's certificate");
}

static void tell_likely_server(struct sentence *s, const struct handshake *hs,
			       const struct ending *end)
{
	(void)hs;
	sentence_fact(s, "%s because of the server's certificate",
		      end->kind == ENDED_BY_SEALED_ALERT ? "probably" : "perhaps");
}

enum {
	CLIENT = 1 << HS_CLIENT,
	SERVER = 1 << HS_SERVER,
	EITHER = CLIENT | SERVER,
	ANYONE = EITHER | 1 << HS_NOBODY
};

/* NULL: always; nothing to tell. */
typedef bool condition(const struct handshake *hs, const struct ending *end);
typedef void clause(struct sentence *s, const struct handshake *hs, const struct ending *end);

/*
 * Alerts (RFC 8446 section 6 and its predecessors back to RFC 6101 section 5.4). One of a server
 * about certificates means the client's, so there must have been one; an empty Certificate it may
 * answer with handshake_failure (RFC 5246 section 7.4.6), and many do with bad_certificate, some
 * with decode_error.
 */
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): columns in the order of reading
static const struct alert_rule {
	uint8_t from, to; /* codes */
	uint8_t by;
	condition *when;
	enum hs_cause cause;
	clause *tell;
} alert_rules[] = {
	{ 0, 255, CLIENT, greeted, HS_NOT_TLS_SERVER, tell_greeting },

	{ 116, 116, SERVER, NULL, HS_CLIENT_CERTIFICATE_MISSING, tell_none },
	{ 41, 41, EITHER, NULL, HS_CLIENT_CERTIFICATE_MISSING, NULL }, /* no_certificate */
	{ 40, 40, SERVER, sent_none, HS_CLIENT_CERTIFICATE_MISSING, tell_none },
	{ 42, 46, SERVER, sent_none, HS_CLIENT_CERTIFICATE_MISSING, tell_none },
	{ 48, 48, SERVER, sent_none, HS_CLIENT_CERTIFICATE_MISSING, tell_none },
	{ 50, 50, SERVER, sent_none, HS_CLIENT_CERTIFICATE_MISSING, tell_none },
	{ 42, 49, SERVER, sent_one, HS_CLIENT_CERTIFICATE_REJECTED, flaws_tell_client },

	{ 44, 44, CLIENT, NULL, HS_CERTIFICATE_REVOKED, flaws_tell_server },
	{ 45, 45, CLIENT, NULL, HS_CERTIFICATE_EXPIRED, flaws_tell_server },
	{ 48, 48, CLIENT, NULL, HS_CERTIFICATE_UNKNOWN_CA, flaws_tell_server },
	{ 42, 46, CLIENT, NULL, HS_CERTIFICATE_REJECTED, flaws_tell_server },
	{ 113, 114, CLIENT, NULL, HS_CERTIFICATE_REJECTED, flaws_tell_server }, /* its status */

	{ 70, 70, EITHER, NULL, HS_VERSION_MISMATCH, offers_tell_versions },
	{ 86, 86, EITHER, NULL, HS_VERSION_MISMATCH, offers_tell_versions }, /* fallback */
	{ 40, 40, CLIENT, NULL, HS_HANDSHAKE_FAILURE, tell_choice },
	{ 40, 40, SERVER, NULL, HS_HANDSHAKE_FAILURE, tell_offers },
	{ 71, 71, CLIENT, NULL, HS_HANDSHAKE_FAILURE, tell_choice }, /* security */
	{ 71, 71, SERVER, NULL, HS_HANDSHAKE_FAILURE, tell_offers },
	{ 60, 60, EITHER, NULL, HS_HANDSHAKE_FAILURE, offers_tell }, /* export_restriction */
	{ 112, 112, EITHER, NULL, HS_UNRECOGNIZED_NAME, offers_tell_name },
	{ 120, 120, EITHER, NULL, HS_ALPN_MISMATCH, offers_tell_protocols },

	{ 20, 21, EITHER, NULL, HS_DECRYPT_ERROR, tell_wish }, /* bad_record_mac and its kin */
	{ 51, 51, EITHER, NULL, HS_DECRYPT_ERROR, tell_wish },
	{ 10, 10, EITHER, NULL, HS_PROTOCOL_ERROR, NULL },	     /* unexpected_message */
	{ 22, 22, EITHER, NULL, HS_PROTOCOL_ERROR, NULL },	     /* record_overflow */
	{ 30, 30, EITHER, NULL, HS_PROTOCOL_ERROR, NULL },	     /* decompression_failure */
	{ 47, 47, EITHER, NULL, HS_PROTOCOL_ERROR, tell_extension }, /* illegal_parameter */
	{ 50, 50, EITHER, NULL, HS_PROTOCOL_ERROR, tell_extension }, /* decode_error */
	{ 109, 110, EITHER, NULL, HS_PROTOCOL_ERROR, NULL }, /* missing, unsupported extension */
	{ 80, 80, SERVER, NULL, HS_INTERNAL_ERROR, tell_name },
	{ 80, 80, CLIENT, NULL, HS_INTERNAL_ERROR, tell_wish },
	{ 90, 90, EITHER, NULL, HS_USER_CANCELED, NULL },
	{ 49, 49, EITHER, NULL, HS_ACCESS_DENIED, tell_wish },
	{ 0, 255, EITHER, NULL, HS_ALERT_OTHER, tell_wish },
};

enum {
	SEALED = 1 << ENDED_BY_SEALED_ALERT,
	FIN = 1 << ENDED_BY_FIN,
	RST = 1 << ENDED_BY_RESET,
	SILENCE = 1 << ENDED_BY_SILENCE,
	UNEXPLAINED = FIN | RST | SILENCE,
	BYTES = 1 << ENDED_BY_OTHER_BYTES,
	SSLV2 = 1 << ENDED_BY_SSLV2_ERROR,
	REFUSAL = 1 << ENDED_BY_REFUSAL,
	NO_SYN_ACK = 1 << ENDED_BY_NO_CONNECTION,
	OBSERVED = 0,
	SUSPECTED = 1
};

/* Everything else. */
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): columns in the order of reading
static const struct rule {
	uint16_t kinds;
	uint8_t by;
	condition *when;
	enum hs_cause cause;
	bool suspected;
	clause *say; /* NULL: what the kind of ending says */
	clause *tell;
} rules[] = {
	{ REFUSAL, ANYONE, NULL, HS_TCP_REFUSED, OBSERVED, NULL, NULL },
	{ NO_SYN_ACK, ANYONE, NULL, HS_TCP_TIMEOUT, OBSERVED, NULL, NULL },

	{ SEALED, SERVER, answered_request, HS_ENCRYPTED_ALERT, SUSPECTED, NULL,
	  tell_likely_client },
	{ SEALED, CLIENT, judges_sealed, HS_ENCRYPTED_ALERT, SUSPECTED, NULL, tell_likely_server },
	{ SEALED, ANYONE, NULL, HS_ENCRYPTED_ALERT, SUSPECTED, NULL, NULL },

	{ BYTES, SERVER, nothing_answered, HS_NOT_TLS_SERVER, OBSERVED, clauses_say_not_tls, NULL },
	{ BYTES, ANYONE, NULL, HS_PROTOCOL_ERROR, OBSERVED, NULL, NULL },
	{ SSLV2, ANYONE, NULL, HS_HANDSHAKE_FAILURE, OBSERVED, NULL, NULL },

	{ UNEXPLAINED, ANYONE, greeted, HS_NOT_TLS_SERVER, OBSERVED, clauses_say_greeted, NULL },
	{ UNEXPLAINED, ANYONE, was_odd, HS_PROTOCOL_ERROR, OBSERVED, clauses_say_oddity, NULL },
	{ SILENCE, ANYONE, began_answer, HS_TIMEOUT, OBSERVED, NULL, NULL },
	{ RST, ANYONE, began_answer, HS_RESET, OBSERVED, NULL, NULL },
	{ FIN, ANYONE, began_answer, HS_CLOSED, OBSERVED, NULL, NULL },
	{ UNEXPLAINED, ANYONE, delivery_is_doubtful, HS_CLIENT_HELLO_STALLED, SUSPECTED,
	  clauses_say_stalled, NULL },
	{ UNEXPLAINED, ANYONE, delivery_is_stalled, HS_CLIENT_HELLO_STALLED, OBSERVED,
	  clauses_say_stalled, NULL },
	{ SILENCE, ANYONE, nothing_answered, HS_NO_SERVER_HELLO, OBSERVED, clauses_say_unanswered,
	  NULL },
	{ SILENCE, ANYONE, NULL, HS_TIMEOUT, OBSERVED, NULL, NULL },

	{ RST, SERVER, may_be_over, HS_RESET, SUSPECTED, NULL, tell_likely_client },
	{ RST, ANYONE, may_be_over, HS_RESET, SUSPECTED, NULL, NULL },
	{ RST, CLIENT, judges_sealed, HS_RESET, OBSERVED, NULL, tell_likely_server },
	{ RST, CLIENT, judges_clear, HS_RESET, OBSERVED, NULL, flaws_tell_visible },
	{ RST, ANYONE, NULL, HS_RESET, OBSERVED, NULL, NULL },
	{ FIN, SERVER, may_be_over, HS_CLOSED, SUSPECTED, NULL, tell_likely_client },
	{ FIN, ANYONE, may_be_over, HS_CLOSED, SUSPECTED, NULL, NULL },
	{ FIN, CLIENT, judges_sealed, HS_CLOSED, OBSERVED, NULL, tell_likely_server },
	{ FIN, CLIENT, judges_clear, HS_CLOSED, OBSERVED, NULL, flaws_tell_visible },
	{ FIN, ANYONE, NULL, HS_CLOSED, OBSERVED, NULL, NULL },
};

static bool holds(condition *when, const struct handshake *hs, const struct ending *end)
{
	return !when || when(hs, end);
}

static void conclude(struct handshake *hs, const struct ending *end, const struct rule *rule)
{
	struct hs_failure *failure = &hs->failure;
	clause *say = rule->say ? rule->say : clauses_say_ending;
	struct sentence sentence;

	failure->cause = rule->cause;
	failure->side = end->by;
	failure->stage = hs->stage;
	failure->suspected = rule->suspected;
	failure->alerted = end->kind == ENDED_BY_ALERT;
	sentence_begin(&sentence, failure->text, sizeof(failure->text));
	say(&sentence, hs, end);
	if (rule->tell)
		rule->tell(&sentence, hs, end);
	if (!rule->say && 1 << end->kind & UNEXPLAINED)
		turns_tell_torn(&sentence, hs, end);
	sentence_end(&sentence);
	hs->outcome = HS_FAILURE;
	hs->complete = true; /* what is missing makes a handshake unknown, not failed */
	hs->end_time = end->time;
}

static void diagnose_alert(struct handshake *hs, const struct ending *end)
{
	for (size_t i = 0; i < ARRAY_SIZE(alert_rules); i++) {
		const struct alert_rule *alert = &alert_rules[i];

		if (end->code < alert->from || end->code > alert->to ||
		    !(alert->by & 1 << end->by) || !holds(alert->when, hs, end))
			continue;
		conclude(hs, end, &(struct rule){ .cause = alert->cause, .tell = alert->tell });
		return;
	}
}

void diagnose(struct handshake *hs, const struct ending *ending)
{
	if (ending->kind == ENDED_BY_ALERT) {
		diagnose_alert(hs, ending);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		const struct rule *rule = &rules[i];

		if (!(rule->kinds & 1 << ending->kind) || !(rule->by & 1 << ending->by) ||
		    !holds(rule->when, hs, ending))
			continue;
		conclude(hs, ending, rule);
		return;
	}
}
