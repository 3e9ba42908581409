/* SPDX-License-Identifier: BSD-2-Clause */
#include "track/tracker.h"

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "tls/key_exchange.h"
#include "tls/names.h"
#include "track/certificates.h"
#include "track/diagnose.h"
#include "track/establish.h"
#include "track/hellos.h"
#include "track/stages.h"
#include "track/timeline.h"
#include "track/tls13.h"

void tracker_init(struct tracker *tracker)
{
	memset(tracker, 0, sizeof(*tracker));
	tracker->hs.round_trips = -1;
	tracker->hs.failure.side = HS_NOBODY;
}

void tracker_free(struct tracker *tracker)
{
	free(tracker->hs.client_hello);
	free(tracker->hs.next_protocol);
	free(tracker->hs.messages);
	for (int side = HS_CLIENT; side <= HS_SERVER; side++) {
		tls_x509_release(tracker->hs.certificate[side]);
		tracker->hs.certificate[side] = NULL;
	}
	tracker->hs.client_hello = NULL;
	tracker->hs.next_protocol = NULL;
	tracker->hs.messages = NULL;
}

static bool is_open(const struct tracker *tracker)
{
	return tracker->hs.outcome == HS_OPEN;
}

static bool is_13(const struct handshake *hs)
{
	return hs->has_server_hello && tls_is_13(hs->server_hello.version);
}

bool tracker_expects_clear(const struct tracker *tracker, enum hs_side from)
{
	const struct tracker_side *side = &tracker->side[from];

	return !side->change_cipher_spec || side->hello_again;
}

void tracker_malformed(struct tracker *tracker, enum hs_side from, const char *what,
		       const uint16_t *extension)
{
	struct hs_oddity *oddity = &tracker->hs.oddity;

	if (oddity->what)
		return; /* the first one may have led to this */
	*oddity = (struct hs_oddity){ .from = from,
				      .stage = tracker->hs.stage,
				      .what = what,
				      .has_extension = extension,
				      .extension = extension ? *extension : 0 };
}

static void on_key_exchange(struct handshake *hs, const struct tls_message *message)
{
	struct tls_key_exchange params;

	if (tls_key_exchange_parse(message->body, tls_cipher_kx(hs->server_hello.cipher_suite),
				   hs->server_hello.version, &params) != TLS_OK)
		return; /* parameters we do not know are no fault of the handshake */
	hs->has_group = params.has_group;
	hs->group = params.group;
	hs->dh_bits = params.dh_bits;
	hs->signature = params.signature;
}

static void on_certificate(struct tracker *tracker, enum hs_side from, struct bytes body)
{
	if (tracker->certificates && body.p)
		certificates_note(tracker->certificates, &tracker->hs, from, body);
}

static void on_server_message(struct tracker *tracker, const struct tls_message *message,
			      uint64_t now)
{
	struct handshake *hs = &tracker->hs;

	hs->server_flight_end_time = now;
	hs->resumption = HS_FULL; /* a resumed session has no message between hello and Finished */
	if (message->type == TLS_HANDSHAKE_SERVER_KEY_EXCHANGE)
		on_key_exchange(hs, message);
	else if (message->type == TLS_HANDSHAKE_CERTIFICATE_REQUEST)
		hs->client_certificate = HS_CERT_REQUESTED;
	else if (message->type == TLS_HANDSHAKE_CERTIFICATE)
		on_certificate(tracker, HS_SERVER, message->body);
}

static void on_client_message(struct tracker *tracker, const struct tls_message *message,
			      uint64_t now)
{
	struct handshake *hs = &tracker->hs;

	if (!hs->client_flight_time)
		hs->client_flight_time = now;
	if (message->type != TLS_HANDSHAKE_CERTIFICATE)
		return;
	/* An empty one is never left out. */
	hs->client_certificate = message->body.p && tls_certificate_is_empty(message->body)
					 ? HS_CERT_EMPTY
					 : HS_CERT_SENT;
	on_certificate(tracker, HS_CLIENT, message->body);
}

void tracker_message(struct tracker *tracker, enum hs_side from, const struct tls_message *message,
		     uint64_t now)
{
	struct handshake *hs = &tracker->hs;
	const struct stage_row *row = stage_of(from, message->type);

	if (tracker->done || hs->outcome == HS_SUCCESS)
		return;
	timeline_note(hs, &(struct hs_message){ .time = now,
						.length = (uint32_t)message->body.n,
						.from = (uint8_t)from,
						.record = TLS_RECORD_HANDSHAKE,
						.type = message->type });
	if (message->type == TLS_HANDSHAKE_CLIENT_HELLO && from == HS_CLIENT) {
		hello_from_client(tracker, message, now);
		return;
	}
	if (message->type == TLS_HANDSHAKE_HELLO_RETRY_REQUEST && from == HS_SERVER) {
		hello_retry_from_server(tracker, message);
		return;
	}
	if (message->type == TLS_HANDSHAKE_SERVER_HELLO && from == HS_SERVER) {
		hello_from_server(tracker, message, now);
		return;
	}
	if (!hs->has_server_hello || message->type == TLS_HANDSHAKE_HELLO_REQUEST)
		return; /* nothing to learn from */
	if (from == HS_CLIENT)
		on_client_message(tracker, message, now);
	else if (message->type != TLS_HANDSHAKE_NEW_SESSION_TICKET)
		on_server_message(tracker, message, now);
	if (row)
		hs->stage = row->stage;
}

/* ChangeCipherSpec right behind the ServerHello: the session was resumed (RFC 5246 section 7.3). */
static void on_change_cipher_spec(struct tracker *tracker, enum hs_side from, uint64_t now)
{
	struct handshake *hs = &tracker->hs;

	tracker->side[from].change_cipher_spec = true;
	if (!hs->has_server_hello || is_13(hs))
		return;
	if (from == HS_CLIENT && !hs->client_flight_time)
		hs->client_flight_time = now;
	if (from == HS_SERVER && hs->resumption == HS_RESUMPTION_NONE && hs->client_hello)
		hs->resumption = hs->client_hello->session_ticket ? HS_TICKET : HS_SESSION_ID;
}

/* TLS 1.2 and older: the first sealed handshake record of a side is its Finished. */
static void on_sealed_handshake(struct tracker *tracker, enum hs_side from, uint64_t now)
{
	struct handshake *hs = &tracker->hs;

	/* In TLS 1.3 sealed handshake messages are in records of another type. */
	if (!hs->has_server_hello || is_13(hs) || hs->outcome == HS_SUCCESS ||
	    tracker->side[from].finished)
		return;
	tracker->side[from].finished = true;
	if (from == HS_CLIENT) {
		hs->client_finished_time = now;
		hs->stage = HS_CLIENT_FINISHED;
	} else {
		hs->server_finished_time = now;
		hs->stage = HS_SERVER_FINISHED;
	}
	if (tracker->side[!from].finished)
		establish(tracker, now);
}

static void on_application_data(struct tracker *tracker, enum hs_side from, uint64_t now)
{
	struct handshake *hs = &tracker->hs;

	if (hs->application_data_time)
		return;
	/* Before the ServerHello it is early data; before the Finished of the server False Start.
	 */
	if (tracker->side[from].finished || !hs->has_server_hello)
		hs->application_data_time = now;
}

void tracker_record(struct tracker *tracker, enum hs_side from, const struct tls_record *record,
		    uint64_t now)
{
	struct handshake *hs = &tracker->hs;
	bool sealed = record->type != TLS_RECORD_CHANGE_CIPHER_SPEC;

	if (tracker->done)
		return;
	timeline_note(hs, &(struct hs_message){ .time = now,
						.length = record->length,
						.from = (uint8_t)from,
						.record = record->type,
						.encrypted = sealed });
	switch (record->type) {
	case TLS_RECORD_CHANGE_CIPHER_SPEC:
		on_change_cipher_spec(tracker, from, now);
		break;
	case TLS_RECORD_HANDSHAKE:
		on_sealed_handshake(tracker, from, now);
		break;
	case TLS_RECORD_ALERT:
		tracker->side[from].alert_sized = true;
		if (hs->alert_count < HS_ALERTS_MAX && hs->outcome != HS_SUCCESS)
			hs->alerts[hs->alert_count++] =
				(struct hs_alert){ .from = (uint8_t)from, .encrypted = true };
		break;
	case TLS_RECORD_APPLICATION_DATA:
		if (is_13(hs))
			tls13_record(tracker, from, record, now);
		else
			on_application_data(tracker, from, now);
		break;
	default:
		break;
	}
	if (hs->outcome == HS_SUCCESS && hs->application_data_time)
		tracker->done = true;
}

void tracker_record_over(struct tracker *tracker, enum hs_side from)
{
	if (!tracker->done && tracker_is_passing(tracker, from))
		tls13_record_over(tracker);
}

bool tracker_is_passing(const struct tracker *tracker, enum hs_side from)
{
	return tracker->side[from].passing && !tracker->flight_over;
}

void tracker_alert(struct tracker *tracker, enum hs_side from, uint8_t level, uint8_t code,
		   uint64_t now)
{
	struct handshake *hs = &tracker->hs;
	enum { WARNING = 1, CLOSE_NOTIFY = 0, NO_CERTIFICATE = 41, USER_CANCELED = 90 };

	if (tracker->done || hs->outcome == HS_SUCCESS)
		return;
	if (hs->alert_count < HS_ALERTS_MAX)
		hs->alerts[hs->alert_count++] =
			(struct hs_alert){ .from = (uint8_t)from, .level = level, .code = code };
	timeline_note(hs, &(struct hs_message){ .time = now,
						.length = TLS_ALERT_LEN,
						.from = (uint8_t)from,
						.record = TLS_RECORD_ALERT });
	if (code == CLOSE_NOTIFY) {
		tracker->side[from].close_notify = true;
		return;
	}
	/* SSL 3.0's way to send an empty Certificate (RFC 6101 section 5.6.6). */
	if (level == WARNING && code == NO_CERTIFICATE && from == HS_CLIENT)
		hs->client_certificate = HS_CERT_EMPTY;
	if (!is_open(tracker)) /* the first cause wins */
		return;
	/* In TLS 1.3 the level means nothing (RFC 8446 section 6); user_canceled ends it in all. */
	if (level == WARNING && code != USER_CANCELED && !is_13(hs))
		return;
	diagnose(hs,
		 &(struct ending){ .kind = ENDED_BY_ALERT, .by = from, .time = now, .code = code });
	tracker->done = true;
}

void tracker_linger(struct tracker *tracker, uint64_t now)
{
	tracker->settling = true;
	tracker->deadline = now + TRACKER_SETTLE_NS;
}

/* The last record of a side was as long as an alert; asked of `first` before the other. */
static bool blame_alert(struct tracker *tracker, enum hs_side first, uint64_t now)
{
	enum hs_side other = first == HS_CLIENT ? HS_SERVER : HS_CLIENT;

	if (!tracker->side[first].alert_sized && !tracker->side[other].alert_sized)
		return false;
	diagnose(&tracker->hs,
		 &(struct ending){ .kind = ENDED_BY_SEALED_ALERT,
				   .by = tracker->side[first].alert_sized ? first : other,
				   .time = now });
	return true;
}

void tracker_close(struct tracker *tracker, enum hs_side from, bool reset, uint64_t now)
{
	struct handshake *hs = &tracker->hs;
	struct tracker_side *side = &tracker->side[from];
	bool both = tracker->side[from == HS_CLIENT ? HS_SERVER : HS_CLIENT].closed;

	if (tracker->done)
		return;
	if (!side->closed)
		side->closed = now;
	if (!is_open(tracker)) {
		tracker->done = hs->outcome == HS_SUCCESS || reset || both;
		return;
	}
	if (is_13(hs)) {
		switch (tls13_close(tracker, from, reset, now)) {
		case TLS13_CONCLUDED:
			tracker->done = true;
			return;
		case TLS13_WAIT:
			return;
		case TLS13_FAILED:
			break;
		}
	} else if (side->finished && !reset && !both) {
		return; /* it closed for writing, and may still read what it needs */
	}
	if (!blame_alert(tracker, from, now))
		diagnose(hs, &(struct ending){ .kind = reset ? ENDED_BY_RESET : ENDED_BY_FIN,
					       .by = from,
					       .time = now,
					       .notified = side->close_notify });
	tracker->done = reset || both;
	/* What the other side has on its way shows what it would have said. */
	if (!tracker->done)
		tracker_linger(tracker, now);
}

void tracker_not_tls(struct tracker *tracker, enum hs_side from, struct bytes first, uint64_t now)
{
	if (is_open(tracker))
		diagnose(&tracker->hs, &(struct ending){ .kind = ENDED_BY_OTHER_BYTES,
							 .by = from,
							 .time = now,
							 .first = first });
	tracker->done = true;
}

void tracker_timeout(struct tracker *tracker, uint64_t waited, uint64_t now)
{
	if (is_13(&tracker->hs))
		tls13_silence(tracker);
	if (is_open(tracker) && !blame_alert(tracker, HS_CLIENT, now))
		diagnose(&tracker->hs, &(struct ending){ .kind = ENDED_BY_SILENCE,
							 .by = HS_NOBODY,
							 .time = now,
							 .waited = waited });
	tracker->done = true;
}

void tracker_settle(struct tracker *tracker)
{
	tracker->done = true;
}
