/* SPDX-License-Identifier: BSD-2-Clause */
#include "stream_read.h"

#include "base/reader.h"
#include "stream_order.h"
#include "stream_torn.h"
#include "tls/alert.h"
#include "tls/sslv2.h"
#include "track/sslv2.h"

/* One clear handshake record: its messages, one by one. */
static void read_messages(struct connection *connection, struct connection_half *half,
			  enum hs_side from, struct bytes body, uint64_t now)
{
	struct tls_message message;
	enum tls_result result;

	tls_messages_feed(&half->messages, body);
	while ((result = tls_messages_next(&half->messages, &message)) == TLS_OK)
		tracker_message(&connection->tracker, from, &message, now);
	if (result == TLS_BAD)
		tracker_unknown(&connection->tracker, HS_OVER_BUDGET, now);
}

/* The rule of is_certificate() in bpf/walk.bpf.h: such a body does not come. */
static bool is_certificate(struct bytes bytes, const struct tls_record *record,
			   struct tls_message *message)
{
	struct reader r = reader_of(bytes);
	struct bytes header;
	uint32_t length;

	if (!reader_bytes(&r, TLS_RECORD_HEADER_LEN, &header) || !reader_u8(&r, &message->type) ||
	    !reader_u24(&r, &length))
		return false;
	message->body = (struct bytes){ NULL, length };
	return message->type == TLS_HANDSHAKE_CERTIFICATE && length > TLS_CERTIFICATE_EMPTY_LEN &&
	       length + TLS_HANDSHAKE_HEADER_LEN == record->length;
}

/* A handshake record in the clear. False: more bytes are needed. */
static bool read_clear(struct connection *connection, struct connection_half *half,
		       enum hs_side from, const struct tls_record *record, uint64_t now)
{
	const uint32_t head = TLS_RECORD_HEADER_LEN + TLS_HANDSHAKE_HEADER_LEN;
	const uint32_t whole = TLS_RECORD_HEADER_LEN + record->length;
	struct tls_message message = { .records = 1 };
	struct bytes bytes;

	if (!connection->tracker.certificates && whole > head + TLS_CERTIFICATE_EMPTY_LEN &&
	    !tls_messages_pending(&half->messages)) {
		bytes = reasm_peek(&half->reasm, head);
		if (bytes.n < head)
			return false;
		if (is_certificate(bytes, record, &message)) {
			tracker_message(&connection->tracker, from, &message, now);
			return true;
		}
	}
	bytes = reasm_peek(&half->reasm, whole);
	if (bytes.n < whole)
		return false;
	read_messages(connection, half, from,
		      (struct bytes){ bytes.p + TLS_RECORD_HEADER_LEN, record->length }, now);
	return true;
}

/* A record that says nothing must not pass for a Finished or an alert. */
static bool is_nothing(const struct tls_record *record)
{
	return !record->length &&
	       (record->type == TLS_RECORD_HANDSHAKE || record->type == TLS_RECORD_ALERT);
}

/* The first record of a client may be a hello in the form of SSL 2.0. */
static bool may_be_sslv2(const struct tracker *tracker, enum hs_side from, struct bytes bytes)
{
	return from == HS_CLIENT && !tracker->hs.client_hello_end_time && bytes.n &&
	       bytes.p[0] & 0x80;
}

/* The same answers as those of read_record(). */
static COLD bool read_sslv2_hello(struct connection *connection, struct connection_half *half,
				  uint64_t now)
{
	struct tls_message message = { .type = TLS_HANDSHAKE_CLIENT_HELLO,
				       .records = 1,
				       .sslv2 = true };
	struct bytes bytes = reasm_peek(&half->reasm, SSLV2_HEAD_LEN);
	uint32_t whole;

	switch (sslv2_client_hello_head(bytes, &whole)) {
	case TLS_MORE:
		return false;
	case TLS_BAD:
		tracker_not_tls(&connection->tracker, HS_CLIENT, bytes, now);
		return false;
	case TLS_OK:
		break;
	}
	bytes = reasm_peek(&half->reasm, whole);
	if (bytes.n < whole)
		return false;
	message.body = (struct bytes){ bytes.p + SSLV2_HEAD_LEN, whole - SSLV2_HEAD_LEN };
	tracker_message(&connection->tracker, HS_CLIENT, &message, now);
	reasm_skip(&half->reasm, whole);
	return true;
}

/* Bytes that begin no record. */
static COLD void read_foreign(struct tracker *tracker, enum hs_side from, struct bytes bytes,
			      uint64_t now)
{
	if (sslv2_may_come(tracker, from)) {
		if (bytes.n < TLS_RECORD_HEADER_LEN)
			return; /* what it is shows when there are more */
		if (sslv2_answer(tracker, bytes, now))
			return;
	}
	tracker_not_tls(tracker, from, bytes, now);
}

/* The record at the read position. False: more bytes are needed, or it is over. */
static bool read_record(struct connection *connection, struct connection_half *half,
			enum hs_side from, uint64_t now)
{
	struct tracker *tracker = &connection->tracker;
	struct bytes bytes = reasm_peek(&half->reasm, TLS_RECORD_HEADER_LEN);
	struct tls_record record;
	struct tls_alert alert;
	uint32_t whole;

	if (may_be_sslv2(tracker, from, bytes))
		return read_sslv2_hello(connection, half, now);
	switch (tls_record_header_parse(bytes, &record)) {
	case TLS_MORE:
		return false;
	case TLS_BAD:
		read_foreign(tracker, from, bytes, now);
		return false;
	case TLS_OK:
		break;
	}
	whole = TLS_RECORD_HEADER_LEN + record.length;
	if (is_nothing(&record)) {
		reasm_skip(&half->reasm, whole);
		return true;
	}
	if (record.type == TLS_RECORD_HANDSHAKE && tracker_expects_clear(tracker, from)) {
		if (!read_clear(connection, half, from, &record, now))
			return false;
	} else if (record.type == TLS_RECORD_ALERT && record.length == TLS_ALERT_LEN) {
		bytes = reasm_peek(&half->reasm, whole);
		if (bytes.n < whole)
			return false;
		if (tls_alert_parse((struct bytes){ bytes.p + TLS_RECORD_HEADER_LEN,
						    record.length },
				    &alert) == TLS_OK)
			tracker_alert(tracker, from, alert.level, alert.code, now);
	} else {
		tracker_record(tracker, from, &record, now);
		half->sealed = record.length;
	}
	reasm_skip(&half->reasm, whole);
	return true;
}

void stream_read(struct connection *connection, unsigned sender, uint64_t now)
{
	struct connection_half *half = &connection->half[sender];
	enum hs_side from = connection_side(connection, sender);

	do
		stream_torn_settle(connection);
	while (!connection->tracker.done && read_record(connection, half, from, now));
}

void stream_read_rest(struct connection *connection, unsigned sender, uint64_t now)
{
	struct connection_half *half = &connection->half[sender];
	enum hs_side from = connection_side(connection, sender);
	struct bytes bytes = stream_torn_record(connection, sender);

	if (bytes.n <= TLS_RECORD_HEADER_LEN || connection->tracker.done)
		return;
	read_messages(connection, half, from,
		      (struct bytes){ bytes.p + TLS_RECORD_HEADER_LEN,
				      bytes.n - TLS_RECORD_HEADER_LEN },
		      now);
	reasm_skip(&half->reasm, (uint32_t)bytes.n);
}

void stream_read_fin(struct connection *connection, unsigned sender)
{
	struct connection_half *half = &connection->half[sender];

	/* All bytes before it are here; what of them was not read is the beginning of a record. */
	if (!half->fin || seq_before(reasm_end(&half->reasm), half->fin_seq))
		return;
	if (stream_has_gap_for(connection, sender))
		tracker_unknown(&connection->tracker, HS_GAP, half->fin_time);
	stream_torn_tell_left(connection, sender);
	stream_read_rest(connection, sender, half->fin_time);
	tracker_close(&connection->tracker, connection_side(connection, sender), false,
		      half->fin_time);
}
