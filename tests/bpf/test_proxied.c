/* SPDX-License-Identifier: BSD-2-Clause */
/* links: tests/bpf/rig.c tests/bpf/packets.c capture/tables.c */
/* A ClientHello behind a PROXY header (HAProxy's proxy-protocol.txt, sections 2.1 and 2.2). */
#include "rig.h"

#define SAID(bytes) (const uint8_t *)(bytes), sizeof(bytes) - 1
#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"

struct header {
	const char *name;
	const uint8_t *bytes;
	size_t n;
	size_t filled; /* bytes of TLVs behind it */
};

/* The longest of version 1, 107 bytes, is that of section 2.1. */
static const struct header headers[] = {
	{ "1, shortest", SAID("PROXY UNKNOWN\r\n"), 0 },
	{ "1, IPv4", SAID("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n"), 0 },
	{ "1, longest",
	  SAID("PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
	       "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n"),
	  0 },
	{ "2, LOCAL", SAID(SIGNATURE "\x20\0\0\0"), 0 },
	{ "2, IPv4", SAID(SIGNATURE "\x21\x11\0\x0c\xc0\0\2\1\xc6\x33\x64\1\xdc\4\1\xbb"), 0 },
	{ "2, TLVs of 1,000 bytes", SAID(SIGNATURE "\x21\x11\3\xe8"), 1000 },
};

static size_t put_header(uint8_t *out, const struct header *header)
{
	memcpy(out, header->bytes, header->n);
	memset(out + header->n, CLEAR_BYTE, header->filled);
	return header->n + header->filled;
}

static void in_the_same_segment(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[2000], got[2000];

	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		size_t front = put_header(bytes, &headers[i]);
		size_t n = front + tls_hello(bytes + front, TLS_HANDSHAKE_CLIENT_HELLO, 500);
		uint32_t at;

		print_message("# version %s\n", headers[i].name);
		rig->base.client_port = (uint16_t)(2000 + i);
		rig->base.tcp_options = i % 2 ? 12 : 0;
		connect_tcp(rig);
		at = rig->next[CLIENT];
		say(rig, CLIENT, bytes, n - 100);
		say(rig, CLIENT, bytes + n - 100, 100);
		server_hello(rig);
		rig_events(rig);
		assert_int_equal(payload_of(rig, CLIENT, got), n - front);
		assert_memory_equal(got, bytes + front, n - front);
		assert_int_equal(rig->seen[0].event.seq, at + front);
		assert_int_equal(rig->seen[0].event.flags, ST_FLAG_OPENED | ST_FLAG_LOCAL);
		assert_true(rig->seen[0].event.syn_time > 0);
		/* Sent again as it was: nothing new. */
		rig->next[CLIENT] = at;
		say(rig, CLIENT, bytes, n);
		no_events(rig);
		assert_int_equal(count_of(rig, ST_COUNT_RAW_MODE), 0);
	}
}

static void in_a_segment_of_its_own(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[1200];

	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		rig->base.client_port = (uint16_t)(2000 + i);
		say(rig, CLIENT, bytes, put_header(bytes, &headers[i]));
		no_events(rig);
		client_hello(rig);
		only_event(rig, ST_EVENT_DATA, 521);
	}
}

/* What follows is no hello, or what is in front is no header. */
static void anything_else(void **state)
{
	static const struct header fronts[] = {
		{ "no line end", SAID("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443"), 64 },
		{ "half of one", SAID("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r"), 64 },
		{ "a line too long", SAID("PROXY TCP4 "), 97 },
		{ "version 1 in the form of 2", SAID(SIGNATURE "\x11\x11\0\0"), 0 },
		{ "another signature", SAID("\r\n\r\n\0\r\nQUIP\n\x21\x11\0\0"), 0 },
		{ "a length beyond the segment", SAID(SIGNATURE "\x21\x11\xff\xff"), 0 },
		{ "a length before the hello", SAID(SIGNATURE "\x21\x11\0\1"), 2 },
	};
	struct rig *rig = *state;
	uint8_t bytes[1200];
	size_t front;

	for (size_t i = 0; i < sizeof(fronts) / sizeof(fronts[0]); i++) {
		print_message("# %s\n", fronts[i].name);
		front = put_header(bytes, &fronts[i]);
		say(rig, CLIENT, bytes,
		    front + tls_hello(bytes + front, TLS_HANDSHAKE_CLIENT_HELLO, 500));
		say(rig, CLIENT, bytes, front);
		no_events(rig);
	}
	front = put_header(bytes, &headers[1]);
	say(rig, CLIENT, bytes, front + tls_hello(bytes + front, TLS_HANDSHAKE_SERVER_HELLO, 80));
	memcpy(bytes + front, "GET / HTTP/1.1\r\n", 16);
	say(rig, CLIENT, bytes, front + 16);
	say(rig, CLIENT, bytes, front);
	no_events(rig);
	assert_int_equal(flow_count(rig), 0);
}

/* Sealed bytes of an open handshake that look like a header stay in their place. */
static void inside_a_record(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[600], got[64];
	size_t n = tls_sealed(bytes, TLS_RECORD_APPLICATION_DATA, 500);

	put_header(bytes + 100, &headers[0]);
	both_hellos(rig);
	rig_events(rig);
	say(rig, CLIENT, bytes, 100);
	say(rig, CLIENT, bytes + 100, n - 100);
	say(rig, CLIENT, bytes, n);
	rig_events(rig);
	nothing_sealed(rig);
	assert_int_equal(payload_of(rig, CLIENT, got), 2 * TLS_RECORD_HEADER_LEN);
	assert_int_equal(count_of(rig, ST_COUNT_RAW_MODE), 0);
}

/* And so do those of a hello, whatever its names say. */
static void inside_a_hello(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[600], got[600];
	size_t n = tls_hello(bytes, TLS_HANDSHAKE_CLIENT_HELLO, 500);

	put_header(bytes + 200, &headers[0]);
	say(rig, CLIENT, bytes, 200);
	say(rig, CLIENT, bytes + 200, n - 200);
	rig_events(rig);
	assert_int_equal(payload_of(rig, CLIENT, got), n);
	assert_memory_equal(got, bytes, n);
	assert_int_equal(count_of(rig, ST_COUNT_RAW_MODE), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(in_the_same_segment), TEST(in_a_segment_of_its_own), TEST(anything_else),
		TEST(inside_a_record),	   TEST(inside_a_hello),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
