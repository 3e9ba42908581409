/* SPDX-License-Identifier: BSD-2-Clause */
/* links: tests/bpf/rig.c tests/bpf/packets.c capture/tables.c */
/*
 * A server's stream in two segments, cut at every place: what is sent of it is the same, which is
 * all of its clear records and the headers of the sealed ones. Only where the cut goes through what
 * the walk looks at first, the rest comes as it is.
 */
#include "rig.h"

enum { HEADER = 5, PEEK = HEADER + 4, STREAM_MAX = 4096, RECORDS_MAX = 8 };

struct stream {
	uint8_t bytes[STREAM_MAX], wanted[STREAM_MAX];
	size_t n, wanted_n;
	struct {
		size_t at, looked_at;
	} record[RECORDS_MAX];
	size_t records;
};

/* The record of n bytes that was written behind the stream. */
static void add(struct stream *stream, size_t n, bool clear, bool peeked)
{
	size_t sent = clear ? n : HEADER;

	memcpy(stream->wanted + stream->wanted_n, stream->bytes + stream->n, sent);
	stream->wanted_n += sent;
	stream->record[stream->records].at = stream->n;
	stream->record[stream->records++].looked_at = peeked && n > PEEK ? PEEK : HEADER;
	stream->n += n;
}

static void add_sealed(struct stream *stream, uint8_t type, size_t body)
{
	add(stream, tls_sealed(stream->bytes + stream->n, type, body), false,
	    type == TLS_RECORD_HANDSHAKE);
}

static void add_hello(struct stream *stream)
{
	add(stream, tls_hello(stream->bytes + stream->n, TLS_HANDSHAKE_SERVER_HELLO, 86), true,
	    false);
}

static void add_cipher(struct stream *stream)
{
	add(stream, tls_change_cipher_spec(stream->bytes + stream->n), true, false);
}

/* A header that is whole says enough, but for a handshake record behind ChangeCipherSpec. */
static bool cuts_a_look(const struct stream *stream, size_t cut)
{
	for (size_t i = 0; i < stream->records; i++)
		if (cut > stream->record[i].at &&
		    cut < stream->record[i].at + stream->record[i].looked_at)
			return true;
	return false;
}

static void cut_at(struct rig *rig, const struct stream *stream, size_t cut)
{
	static uint8_t sent[SEEN_MAX * ST_EVENT_PAYLOAD_MAX];
	bool raw = false;
	size_t n;

	client_hello(rig);
	rig_events(rig);
	say(rig, SERVER, stream->bytes, cut);
	say(rig, SERVER, stream->bytes + cut, stream->n - cut);
	rig_events(rig);
	for (size_t i = 0; i < rig->count; i++) {
		assert_false(rig->seen[i].event.flags & ST_FLAG_LOST);
		raw |= !!(rig->seen[i].event.flags & ST_FLAG_RAW);
	}
	n = payload_of(rig, SERVER, sent);
	assert_int_equal(raw, cuts_a_look(stream, cut));
	if (!raw) {
		assert_int_equal(n, stream->wanted_n);
		assert_memory_equal(sent, stream->wanted, n);
		nothing_sealed(rig);
	}
	signal_flags(rig, CLIENT, RST);
	rig_events(rig);
	rig->base.client_port++;
}

static void cut_everywhere(struct rig *rig, const struct stream *stream)
{
	for (size_t cut = 1; cut < stream->n; cut++)
		cut_at(rig, stream, cut);
	assert_int_equal(count_of(rig, ST_COUNT_REFUSED_TRUNCATED), 0);
}

static void tls13(void **state)
{
	static struct stream stream;

	add_hello(&stream);
	add_cipher(&stream);
	add_sealed(&stream, TLS_RECORD_APPLICATION_DATA, 27);
	add_sealed(&stream, TLS_RECORD_APPLICATION_DATA, 600);
	add_sealed(&stream, TLS_RECORD_APPLICATION_DATA, 1);
	add_sealed(&stream, TLS_RECORD_APPLICATION_DATA, 53);
	add_sealed(&stream, TLS_RECORD_APPLICATION_DATA, 1);
	cut_everywhere(*state, &stream);
}

static void tls12(void **state)
{
	static struct stream stream;

	add_hello(&stream);
	add(&stream, tls_message(stream.bytes + stream.n, TLS_HANDSHAKE_CERTIFICATE, 500), true,
	    false);
	add_cipher(&stream);
	add_sealed(&stream, TLS_RECORD_HANDSHAKE, 40);
	add_sealed(&stream, TLS_RECORD_APPLICATION_DATA, 300);
	add(&stream, tls_alert(stream.bytes + stream.n, 2, 80), true, false);
	cut_everywhere(*state, &stream);
}

/* The beginning of a header, where an event has hardly room for it. */
static void nearly_full(void **state)
{
	static struct stream stream;
	static uint8_t sent[SEEN_MAX * ST_EVENT_PAYLOAD_MAX];
	struct rig *rig = *state;
	size_t n;

	for (size_t body = ST_EVENT_PAYLOAD_MAX - PEEK - 12; body < ST_EVENT_PAYLOAD_MAX; body++)
		for (size_t begun = 1; begun < HEADER; begun++) {
			stream.n = stream.wanted_n = stream.records = 0;
			add(&stream, tls_message(stream.bytes, TLS_HANDSHAKE_CERTIFICATE, body),
			    true, false);
			tls_sealed(stream.bytes + stream.n, TLS_RECORD_APPLICATION_DATA, 9);
			client_hello(rig);
			rig_events(rig);
			say(rig, SERVER, stream.bytes, stream.n + begun);
			rig_events(rig);
			n = payload_of(rig, SERVER, sent);
			assert_int_equal(n, stream.n + begun);
			assert_memory_equal(sent, stream.bytes, n);
			rig->base.client_port++;
		}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = { TEST(tls13), TEST(tls12), TEST(nearly_full) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
