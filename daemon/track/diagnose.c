/* SPDX-License-Identifier: BSD-2-Clause */
#include "track/diagnose.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/util.h"
#include "tls/names.h"

enum { BY_CLIENT = 1 << HS_CLIENT, BY_SERVER = 1 << HS_SERVER, BY_BOTH = BY_CLIENT | BY_SERVER };

#define ALERT_ILLEGAL_PARAMETER 47
#define ALERT_DECODE_ERROR 50

/* Alerts of RFC 8446 section 6 and its predecessors to causes; codes not listed: alert_other. */
struct alert_rule {
	uint8_t code;
	uint8_t by;
	enum hs_cause cause;
};

static const struct alert_rule alert_rules[] = {
	{ 10, BY_BOTH, HS_PROTOCOL_ERROR },		  /* unexpected_message */
	{ 20, BY_BOTH, HS_DECRYPT_ERROR },		  /* bad_record_mac */
	{ 21, BY_BOTH, HS_DECRYPT_ERROR },		  /* decryption_failed */
	{ 22, BY_BOTH, HS_PROTOCOL_ERROR },		  /* record_overflow */
	{ 30, BY_BOTH, HS_PROTOCOL_ERROR },		  /* decompression_failure */
	{ 40, BY_BOTH, HS_HANDSHAKE_FAILURE },		  /* handshake_failure */
	{ 41, BY_SERVER, HS_CLIENT_CERTIFICATE_MISSING }, /* no_certificate, SSL 3.0 */
	{ 42, BY_CLIENT, HS_CERTIFICATE_REJECTED },	  /* bad_certificate */
	{ 43, BY_CLIENT, HS_CERTIFICATE_REJECTED },	  /* unsupported_certificate */
	{ 44, BY_CLIENT, HS_CERTIFICATE_REVOKED },
	{ 45, BY_CLIENT, HS_CERTIFICATE_EXPIRED },
	{ 46, BY_CLIENT, HS_CERTIFICATE_REJECTED }, /* certificate_unknown */
	{ 48, BY_CLIENT, HS_CERTIFICATE_UNKNOWN_CA },
	{ 42, BY_SERVER, HS_CLIENT_CERTIFICATE_REJECTED },
	{ 43, BY_SERVER, HS_CLIENT_CERTIFICATE_REJECTED },
	{ 44, BY_SERVER, HS_CLIENT_CERTIFICATE_REJECTED },
	{ 45, BY_SERVER, HS_CLIENT_CERTIFICATE_REJECTED },
	{ 46, BY_SERVER, HS_CLIENT_CERTIFICATE_REJECTED },
	{ 48, BY_SERVER, HS_CLIENT_CERTIFICATE_REJECTED },
	{ ALERT_ILLEGAL_PARAMETER, BY_BOTH, HS_PROTOCOL_ERROR },
	{ 49, BY_BOTH, HS_ACCESS_DENIED },
	{ ALERT_DECODE_ERROR, BY_BOTH, HS_PROTOCOL_ERROR },
	{ 51, BY_BOTH, HS_DECRYPT_ERROR },
	{ 60, BY_BOTH, HS_HANDSHAKE_FAILURE }, /* export_restriction */
	{ 70, BY_BOTH, HS_VERSION_MISMATCH },  /* protocol_version */
	{ 71, BY_BOTH, HS_HANDSHAKE_FAILURE }, /* insufficient_security */
	{ 80, BY_BOTH, HS_INTERNAL_ERROR },
	{ 86, BY_BOTH, HS_VERSION_MISMATCH }, /* inappropriate_fallback */
	{ 90, BY_BOTH, HS_USER_CANCELED },
	{ 109, BY_BOTH, HS_PROTOCOL_ERROR }, /* missing_extension */
	{ 110, BY_BOTH, HS_PROTOCOL_ERROR }, /* unsupported_extension */
	{ 112, BY_BOTH, HS_UNRECOGNIZED_NAME },
	{ 113, BY_CLIENT, HS_CERTIFICATE_REJECTED }, /* bad_certificate_status_response */
	{ 116, BY_SERVER, HS_CLIENT_CERTIFICATE_MISSING },
	{ 120, BY_BOTH, HS_ALPN_MISMATCH },
};

static const char *const side_nouns[HS_SIDES] = { "client", "server", "nobody" };

__attribute__((format(printf, 4, 5))) static void fail(struct handshake *hs, enum hs_cause cause,
						       enum hs_side side, const char *format, ...)
{
	va_list args;

	hs->outcome = HS_FAILURE;
	hs->complete = true; /* what is missing makes a handshake unknown, not failed */
	hs->failure.cause = cause;
	hs->failure.side = side;
	hs->failure.stage = hs->stage;
	va_start(args, format);
	vsnprintf(hs->failure.text, sizeof(hs->failure.text), format, args);
	va_end(args);
}

static enum hs_cause cause_of_alert(const struct handshake *hs, enum hs_side from, uint8_t code)
{
	/* RFC 5246 section 7.4.6: a server may answer an empty Certificate with handshake_failure.
	 */
	if (from == HS_SERVER && hs->client_certificate == HS_CERT_EMPTY &&
	    (code == 40 || code == 42))
		return HS_CLIENT_CERTIFICATE_MISSING;
	for (size_t i = 0; i < ARRAY_SIZE(alert_rules); i++)
		if (alert_rules[i].code == code && alert_rules[i].by & 1 << from)
			return alert_rules[i].cause;
	return HS_ALERT_OTHER;
}

/* The extension in the hello of the other side that the alert may be about; NULL: none. */
static const uint16_t *blamed_extension(const struct handshake *hs, enum hs_side from, uint8_t code)
{
	const struct tls_client_hello *client = hs->client_hello;
	const struct tls_server_hello *server = &hs->server_hello;

	if (code != ALERT_ILLEGAL_PARAMETER && code != ALERT_DECODE_ERROR)
		return NULL;
	if (from == HS_CLIENT)
		return server->has_bad_extension ? &server->bad_extension : NULL;
	return client && client->has_bad_extension ? &client->bad_extension : NULL;
}

void diagnose_alert(struct handshake *hs, enum hs_side from, uint8_t code)
{
	const uint16_t *extension = blamed_extension(hs, from, code);
	enum hs_cause cause = cause_of_alert(hs, from, code);
	const char *name = tls_alert_name(code);
	char id[TLS_EXTENSION_CODE_SIZE];

	if (!name)
		fail(hs, cause, from, "%s alert %u", side_nouns[from], code);
	else if (extension)
		fail(hs, cause, from, "%s alert %s (malformed extension %s)", side_nouns[from],
		     name, tls_extension_text(*extension, id));
	else
		fail(hs, cause, from, "%s alert %s", side_nouns[from], name);
	hs->failure.alerted = true;
}

void diagnose_encrypted_alert(struct handshake *hs, enum hs_side from)
{
	const char *likely = "";

	if (from == HS_CLIENT && hs->stage == HS_SERVER_FINISHED)
		likely = ", probably because of the server's certificate";
	else if (from == HS_SERVER && hs->stage == HS_CLIENT_FINISHED)
		likely = ", probably because of the client's certificate";
	fail(hs, HS_ENCRYPTED_ALERT, from, "%s sent what looks like an encrypted alert%s",
	     side_nouns[from], likely);
	hs->failure.suspected = true;
}

/* Nobody said why it ended, but something was wrong with it. */
static bool blame_oddity(struct handshake *hs, enum hs_side ended)
{
	const struct hs_oddity *oddity = &hs->oddity;

	if (!oddity->what[0])
		return false;
	fail(hs, HS_PROTOCOL_ERROR, ended, "%s sent %s", side_nouns[oddity->from], oddity->what);
	hs->failure.suspected = true;
	return true;
}

void diagnose_close(struct handshake *hs, enum hs_side from, bool reset, bool notified)
{
	if (blame_oddity(hs, from))
		return;
	if (reset)
		fail(hs, HS_RESET, from, "%s reset the connection", side_nouns[from]);
	else
		fail(hs, HS_CLOSED, from, "%s closed the connection %s", side_nouns[from],
		     notified ? "with close_notify" : "without an alert");
}

void diagnose_not_tls(struct handshake *hs, enum hs_side from, struct bytes first)
{
	bool http = first.n >= 5 && first.p[0] == 'H' && first.p[1] == 'T' && first.p[2] == 'T' &&
		    first.p[3] == 'P' && first.p[4] == '/';

	if (from == HS_SERVER && hs->stage <= HS_CLIENT_HELLO)
		fail(hs, HS_NOT_TLS_SERVER, from, "server answered the ClientHello with %s",
		     http ? "plain HTTP" : "something that is not TLS");
	else
		fail(hs, HS_PROTOCOL_ERROR, from, "%s sent bytes that are not TLS",
		     side_nouns[from]);
}

void diagnose_timeout(struct handshake *hs, uint64_t waited)
{
	double seconds = (double)waited / 1e9;

	if (blame_oddity(hs, HS_NOBODY))
		return;
	if (!hs->client_hello_end_time)
		fail(hs, HS_CLIENT_HELLO_STALLED, HS_NOBODY,
		     "the rest of the ClientHello did not come for %.3g s", seconds);
	else if (hs->stage <= HS_CLIENT_HELLO)
		fail(hs, HS_NO_SERVER_HELLO, HS_NOBODY, "no answer to the ClientHello for %.3g s",
		     seconds);
	else
		fail(hs, HS_TIMEOUT, HS_NOBODY, "nothing more from either side for %.3g s",
		     seconds);
}

void diagnose_connect(struct handshake *hs, bool refused, uint64_t waited)
{
	if (refused)
		fail(hs, HS_TCP_REFUSED, HS_SERVER, "server refused the connection to port %u",
		     hs->end[HS_SERVER].port);
	else
		fail(hs, HS_TCP_TIMEOUT, HS_NOBODY,
		     "no answer to the TCP SYN to port %u for %.3g s", hs->end[HS_SERVER].port,
		     (double)waited / 1e9);
}
