/* SPDX-License-Identifier: BSD-2-Clause */
#include "track/tls13.h"

#include "tls/names.h"
#include "track/diagnose.h"
#include "track/establish.h"

/* Lengths of sealed records: message header or content, one byte of content type, tag. */
static unsigned sealed_length(const struct handshake *hs, unsigned content)
{
	return content + 1 + tls13_tag_length(hs->server_hello.cipher_suite);
}

static unsigned finished_length(const struct handshake *hs)
{
	return sealed_length(hs, TLS_HANDSHAKE_HEADER_LEN +
					 tls13_hash_length(hs->server_hello.cipher_suite));
}

/*
 * A client that offers application settings (draft-vvv-tls-alps) puts EncryptedExtensions in
 * front of its Finished, with an extension that is empty unless the application has settings.
 */
#define SETTINGS_LENGTH (TLS_HANDSHAKE_HEADER_LEN + 2 + 4)

static bool offers_settings(const struct handshake *hs)
{
	enum { SETTINGS_DRAFT = 17513, SETTINGS = 17613 };
	struct bytes ids = hs->client_hello ? hs->client_hello->extensions : (struct bytes){ 0 };

	for (size_t i = 0; i < ids.n / 2; i++)
		if (bytes_u16(ids, i) == SETTINGS || bytes_u16(ids, i) == SETTINGS_DRAFT)
			return true;
	return false;
}

static bool is_finished_sized(const struct handshake *hs, unsigned length)
{
	return length == finished_length(hs) ||
	       (length == finished_length(hs) + SETTINGS_LENGTH && offers_settings(hs));
}

static bool is_alert_sized(const struct handshake *hs, unsigned length)
{
	return length == sealed_length(hs, TLS_ALERT_LEN);
}

/* Certificate with no entries: header, empty context, empty list (section 4.4.2). */
#define EMPTY_CERTIFICATE_LENGTH (TLS_HANDSHAKE_HEADER_LEN + 1 + 3)

static bool is_empty_certificate_sized(const struct handshake *hs, unsigned length)
{
	return length == sealed_length(hs, EMPTY_CERTIFICATE_LENGTH);
}

/* Such a one with the Finished in the same record. */
static bool is_empty_flight_sized(const struct handshake *hs, unsigned length)
{
	return length == finished_length(hs) + EMPTY_CERTIFICATE_LENGTH;
}

/*
 * Java makes every record longer by as many zeros (section 5.4). Lengths are without them from
 * tls13_record() on.
 */
#define PADDING 16

/*
 * The first record of its answer tells, or the Finished: none of these lengths is one of the
 * others with padding. Early data or settings, which Java has not, could be as long as anything.
 */
static void learn_client_padding(struct tracker *tracker, unsigned length)
{
	const struct handshake *hs = &tracker->hs;
	struct tracker_side *client = &tracker->side[HS_CLIENT];
	unsigned finished = finished_length(hs);
	unsigned empty = sealed_length(hs, EMPTY_CERTIFICATE_LENGTH);

	if (client->finished || hs->early_data != HS_EARLY_NONE || offers_settings(hs))
		return;
	if (length == finished + PADDING || length == empty + PADDING ||
	    (!tracker->flight_over && is_alert_sized(hs, length - PADDING)))
		client->padded = true;
}

/* The Finished of the server is the last of its flight. */
static void learn_server_padding(struct tracker *tracker, unsigned length)
{
	unsigned finished = finished_length(&tracker->hs);

	if (tracker->flight_over)
		return;
	if (length == finished || length == finished + PADDING)
		tracker->side[HS_SERVER].padded = length != finished;
}

/* What is too short for it has none, and what told of it was something else. */
static unsigned without_padding(struct tracker *tracker, enum hs_side from, unsigned length)
{
	if (from == HS_CLIENT)
		learn_client_padding(tracker, length);
	else
		learn_server_padding(tracker, length);
	if (tracker->side[from].padded && length > sealed_length(&tracker->hs, PADDING))
		return length - PADDING;
	return length;
}

/*
 * What a server sends in one record if it puts all of its flight there is longer than any
 * EncryptedExtensions alone: with a certificate at least a raw Ed25519 key (RFC 7250) and its
 * signature come with it.
 */
static unsigned least_flight(const struct handshake *hs)
{
	enum { EXTENSIONS = 6, CERTIFICATE = 57, CERTIFICATE_VERIFY = 72 };

	return finished_length(hs) + EXTENSIONS +
	       (hs->resumption == HS_FULL ? CERTIFICATE + CERTIFICATE_VERIFY : 0);
}

/* The longest record is always followed by the rest of what did not fit into it. */
#define RECORD_CONTENT_MAX 16384

void tls13_record_over(struct tracker *tracker)
{
	struct handshake *hs = &tracker->hs;
	struct tracker_side *server = &tracker->side[HS_SERVER];
	uint32_t length = server->passing;

	if (!server->flight)
		server->packed = length >= least_flight(hs);
	server->flight += length;
	server->passing = 0;
	if (server->packed ? length < RECORD_CONTENT_MAX
			   : length == finished_length(hs) && server->flight > length)
		hs->stage = HS_SERVER_FINISHED;
}

static void client_is_finished(struct tracker *tracker, uint64_t now)
{
	struct handshake *hs = &tracker->hs;
	struct tracker_side *client = &tracker->side[HS_CLIENT];

	client->finished = true;
	hs->client_finished_time = now;
	hs->stage = HS_CLIENT_FINISHED;
	if (hs->early_data == HS_EARLY_OFFERED)
		hs->early_data = client->end_of_early_data ? HS_EARLY_ACCEPTED : HS_EARLY_REJECTED;
	/*
	 * Whether a certificate it sent is accepted shows in what the server does next.
	 * Without one there is nothing left to refuse.
	 */
	if (!hs->client_flight_long)
		establish(tracker, now);
}

/* A Finished may have shared a record with a certificate. */
static bool may_be_finished(const struct tracker *tracker)
{
	const struct tracker_side *client = &tracker->side[HS_CLIENT];

	return client->finished ||
	       (tracker->hs.client_flight_long && client->flight > finished_length(&tracker->hs));
}

/* EncryptedExtensions and Finished are the least of its flight. */
static bool server_may_be_finished(const struct tracker *tracker)
{
	const struct tracker_side *server = &tracker->side[HS_SERVER];

	return server->flight + server->passing > finished_length(&tracker->hs);
}

/*
 * With early data on the way anything may come before EndOfEarlyData, or before a Finished
 * that follows the server's flight without one (section 4.2.10). True: that was it.
 */
static bool is_early_data(struct tracker *tracker, unsigned length)
{
	const struct handshake *hs = &tracker->hs;
	struct tracker_side *client = &tracker->side[HS_CLIENT];

	if (hs->early_data != HS_EARLY_OFFERED || client->end_of_early_data)
		return false;
	if (!server_may_be_finished(tracker))
		return true;
	if (length == sealed_length(hs, TLS_HANDSHAKE_HEADER_LEN)) {
		client->end_of_early_data = true;
		return false;
	}
	return length != finished_length(hs);
}

/* The client's answer: [EndOfEarlyData] [Certificate CertificateVerify] Finished */
static void client_flight_record(struct tracker *tracker, unsigned length, uint64_t now)
{
	struct handshake *hs = &tracker->hs;
	struct tracker_side *client = &tracker->side[HS_CLIENT];

	/* Behind an alert of the server it says nothing new. */
	client->alert_sized = is_alert_sized(hs, length) && !tracker->side[HS_SERVER].alert_sized;
	if (is_early_data(tracker, length))
		return;
	if (!hs->client_flight_time)
		hs->client_flight_time = now;
	/* Anything but an alert answers the whole flight of the server. */
	if (!client->alert_sized && tracker->side[HS_SERVER].passing)
		tls13_record_over(tracker);
	tracker->flight_over = true;
	if (is_finished_sized(hs, length)) {
		client_is_finished(tracker, now);
		return;
	}
	/* What it was shows when the connection ends, or goes on: behind a Finished, close_notify.
	 */
	if (client->alert_sized) {
		client->close_notify = may_be_finished(tracker);
		return;
	}
	client->flight += length;
	if (client->end_of_early_data && length == sealed_length(hs, TLS_HANDSHAKE_HEADER_LEN))
		return;
	if (length == sealed_length(hs, SETTINGS_LENGTH) && offers_settings(hs))
		return;
	hs->client_flight_long = true;
	if (is_empty_certificate_sized(hs, length) || is_empty_flight_sized(hs, length))
		hs->client_certificate = HS_CERT_EMPTY;
	if (is_empty_flight_sized(hs, length))
		client_is_finished(tracker, now);
	/* Several messages in one record: a Finished is among them if the server goes on. */
}

static void client_record(struct tracker *tracker, unsigned length, uint64_t now)
{
	struct handshake *hs = &tracker->hs;

	if (!tracker->side[HS_CLIENT].finished) {
		client_flight_record(tracker, length, now);
		return;
	}
	/* An alert behind the Finished is close_notify, and the server's answer no refusal. */
	if (is_alert_sized(hs, length))
		tracker->side[HS_CLIENT].close_notify = true;
	else if (!hs->application_data_time)
		hs->application_data_time = now;
}

static void server_record(struct tracker *tracker, unsigned length, uint64_t now)
{
	struct handshake *hs = &tracker->hs;
	struct tracker_side *client = &tracker->side[HS_CLIENT];
	struct tracker_side *server = &tracker->side[HS_SERVER];

	/* To a client that has left it only says goodbye. */
	server->alert_sized =
		is_alert_sized(hs, length) && !client->close_notify && !client->closed;
	if (!tracker->flight_over) {
		hs->server_flight_end_time = now;
		/* A record that another one follows has passed. */
		if (server->passing)
			tls13_record_over(tracker);
		if (!server->alert_sized && hs->stage < HS_SERVER_FINISHED)
			server->passing = length;
		return;
	}
	if (!hs->client_flight_long)
		return;
	/* An alert in answer to all of the flight, though in one record. */
	if (server->alert_sized && !may_be_finished(tracker))
		return;
	if (!client->finished) {
		client->finished = true;
		hs->client_finished_time = hs->client_flight_time;
		hs->stage = HS_CLIENT_FINISHED;
	}
	/* Tickets or data: the server has accepted what the client sent. */
	if (!server->alert_sized)
		establish(tracker, now);
}

void tls13_record(struct tracker *tracker, enum hs_side from, const struct tls_record *record,
		  uint64_t now)
{
	unsigned length = without_padding(tracker, from, record->length);

	if (from == HS_CLIENT)
		client_record(tracker, length, now);
	else
		server_record(tracker, length, now);
}

enum tls13_end tls13_close(struct tracker *tracker, enum hs_side from, bool reset, uint64_t now)
{
	struct handshake *hs = &tracker->hs;
	struct tracker_side *client = &tracker->side[HS_CLIENT];
	struct tracker_side *server = &tracker->side[HS_SERVER];

	/* That was close_notify if the server still says something. */
	if (client->alert_sized && client->close_notify && from == HS_CLIENT && !reset &&
	    !server->closed)
		return TLS13_WAIT;
	/* Whoever alerted first ended it, and the other side only hung up. */
	if (client->alert_sized || server->alert_sized) {
		diagnose(hs, &(struct ending){ .kind = ENDED_BY_SEALED_ALERT,
					       .by = client->alert_sized ? HS_CLIENT : HS_SERVER,
					       .time = now });
		return TLS13_CONCLUDED;
	}
	/* A client that hangs up in good order behind its flight had sent all of it. */
	if (!client->finished && !(client->closed && !reset && may_be_finished(tracker)))
		return TLS13_FAILED;
	/* From here on only the client's certificate can still be refused. */
	if (from == HS_CLIENT && !reset && !server->closed)
		return TLS13_WAIT;
	/* It has not said a word since; to a client that leaves it need not. */
	if (from == HS_SERVER && (reset || !(client->closed || client->close_notify)))
		return TLS13_FAILED;
	tls13_silence(tracker);
	return TLS13_CONCLUDED;
}

void tls13_silence(struct tracker *tracker)
{
	struct handshake *hs = &tracker->hs;

	/* An alert would have said that the server minds; it has had the time for one. */
	if (tracker->side[HS_CLIENT].alert_sized || tracker->side[HS_SERVER].alert_sized ||
	    !may_be_finished(tracker))
		return;
	if (!tracker->side[HS_CLIENT].finished)
		hs->client_finished_time = hs->client_flight_time;
	establish(tracker, hs->client_finished_time);
}
