/* SPDX-License-Identifier: BSD-2-Clause */
#include "stream_read.h"

#include "tls/alert.h"

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
		tracker_malformed(&connection->tracker, from,
				  "a handshake message that is too long", now);
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

	switch (tls_record_header_parse(bytes, &record)) {
	case TLS_MORE:
		return false;
	case TLS_BAD:
		tracker_not_tls(tracker, from, bytes, now);
		return false;
	case TLS_OK:
		break;
	}
	whole = TLS_RECORD_HEADER_LEN + record.length;
	if (record.type == TLS_RECORD_HANDSHAKE && tracker_expects_clear(tracker, from)) {
		bytes = reasm_peek(&half->reasm, whole);
		if (bytes.n < whole)
			return false;
		read_messages(connection, half, from,
			      (struct bytes){ bytes.p + TLS_RECORD_HEADER_LEN, record.length },
			      now);
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
	}
	reasm_skip(&half->reasm, whole);
	return true;
}

void stream_read(struct connection *connection, unsigned sender, uint64_t now)
{
	struct connection_half *half = &connection->half[sender];
	enum hs_side from = connection_side(connection, sender);

	while (!connection->tracker.done && read_record(connection, half, from, now))
		;
}

bool stream_has_gap(const struct connection *connection)
{
	return reasm_has_gap(&connection->half[0].reasm) ||
	       reasm_has_gap(&connection->half[1].reasm);
}

void stream_read_fin(struct connection *connection, unsigned sender)
{
	struct connection_half *half = &connection->half[sender];

	if (!half->fin || seq_before(half->reasm.pos, half->fin_seq))
		return;
	if (stream_has_gap(connection))
		tracker_unknown(&connection->tracker, HS_GAP, half->fin_time);
	tracker_close(&connection->tracker, connection_side(connection, sender), false,
		      half->fin_time);
}
