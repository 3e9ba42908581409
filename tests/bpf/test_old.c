/* SPDX-License-Identifier: BSD-2-Clause */
/* links: tests/bpf/rig.c tests/bpf/packets.c capture/tables.c */
/* The ClientHello in the form of SSL 2.0 (RFC 5246 appendix E.2), and records of odd sizes. */
#include "rig.h"

enum { HEADER = TLS_RECORD_HEADER_LEN, HELLO_MAX = 4097 };

/* A hello with so many cipher specs, version 3.1 and 16 bytes of challenge. */
static size_t sslv2_hello(uint8_t *out, size_t specs)
{
	size_t n = 9 + 3 * specs + 16;

	memset(out, CLEAR_BYTE, 2 + n);
	memcpy(out, (const uint8_t[]){ 0x80, 0, 1, 3, 1, 0, 0, 0, 0, 0, 16 }, 11);
	out[0] |= (uint8_t)(n >> 8);
	out[1] = (uint8_t)n;
	out[5] = (uint8_t)(3 * specs >> 8);
	out[6] = (uint8_t)(3 * specs);
	return 2 + n;
}

/* One clear record, and behind it the records of TLS. */
static void sslv2_hello_then_tls(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[1024], got[1024];
	size_t n = sslv2_hello(bytes, 33), clear;

	say(rig, CLIENT, bytes, n);
	assert_int_equal(only_event(rig, ST_EVENT_DATA, n)->event.flags,
			 ST_FLAG_OPENED | ST_FLAG_LOCAL);
	assert_memory_equal(rig->seen[0].payload, bytes, n);
	server_hello(rig);
	assert_int_equal(rig_events(rig), 1);
	assert_int_equal(rig->seen[0].event.sender, SERVER);
	n = tls_message(bytes, TLS_HANDSHAKE_CLIENT_KEY_EXCHANGE, 130);
	n += tls_change_cipher_spec(bytes + n);
	clear = n + HEADER;
	n += tls_sealed(bytes + n, TLS_RECORD_HANDSHAKE, 36);
	n += tls_sealed(bytes + n, TLS_RECORD_APPLICATION_DATA, 300);
	say(rig, CLIENT, bytes, n);
	rig_events(rig);
	nothing_sealed(rig);
	assert_int_equal(payload_of(rig, CLIENT, got), clear + HEADER);
	assert_memory_equal(got, bytes, clear);
	assert_int_equal(count_of(rig, ST_COUNT_RAW_MODE), 0);
	assert_int_equal(count_of(rig, ST_COUNT_FLOWS_OPENED), 1);
}

/* As long as it may be, with the ClientKeyExchange right behind it, cut in two. */
static void sslv2_hello_in_two_segments(void **state)
{
	static const size_t cuts[] = { 11, 12, 40, 1500, 2100, 2101, 2102, 2106 };
	struct rig *rig = *state;
	uint8_t bytes[HELLO_MAX], got[HELLO_MAX];

	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		size_t n = sslv2_hello(bytes, 692); /* 2103 */

		print_message("# cut after %zu bytes\n", cuts[i]);
		n += tls_message(bytes + n, TLS_HANDSHAKE_CLIENT_KEY_EXCHANGE, 130);
		rig->base.client_port = (uint16_t)(2000 + i);
		say(rig, CLIENT, bytes, cuts[i]);
		say(rig, CLIENT, bytes + cuts[i], n - cuts[i]);
		rig_events(rig);
		assert_int_equal(payload_of(rig, CLIENT, got), n);
		assert_memory_equal(got, bytes, n);
		assert_int_equal(count_of(rig, ST_COUNT_FLOWS_OPENED), i + 1);
	}
}

static void only_what_adds_up_is_opened(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
	} changes[] = {
		{ 0, 0x00 }, { 0, 0x90 }, { 0, 0x81 }, { 1, 0x7b }, { 2, 0x02 },
		{ 3, 0x02 }, { 3, 0x00 }, { 4, 0x05 }, { 5, 0x01 }, { 6, 0x60 },
		{ 7, 0x10 }, { 8, 0x10 }, { 9, 0x10 }, { 10, 15 },  { 10, 32 },
	};
	struct rig *rig = *state;
	struct st_flow_key key = base_key(rig);
	uint8_t bytes[HELLO_MAX];

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		size_t n = sslv2_hello(bytes, 33);

		assert_int_not_equal(bytes[changes[i].at], changes[i].value);
		bytes[changes[i].at] = changes[i].value;
		say(rig, CLIENT, bytes, n);
		no_events(rig);
		assert_false(has_flow(rig, &key));
		assert_int_equal(open_tags(rig, &key), 0);
	}
	say(rig, CLIENT, bytes, 10); /* fewer bytes than tell */
	no_events(rig);
	assert_int_equal(flow_count(rig), 0);
	say(rig, CLIENT, bytes, sslv2_hello(bytes, 33));
	assert_int_equal(rig_events(rig), 1);
}

/* Data that begins like it: length, type and version by chance, the rest as chance has it. */
static void binary_data_is_not_opened(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[1400];
	uint32_t x = 2463534242U; /* xorshift32 */

	for (int i = 0; i < 2000; i++) {
		for (size_t at = 0; at < sizeof(bytes); at++) {
			x ^= x << 13;
			x ^= x >> 17;
			x ^= x << 5;
			bytes[at] = (uint8_t)x;
		}
		bytes[0] = 0x80 | (bytes[0] & 0x0f);
		memcpy(bytes + 2, "\1\3\1", 3);
		say(rig, i % 2, bytes, sizeof(bytes));
	}
	no_events(rig);
	assert_int_equal(flow_count(rig), 0);
	assert_int_equal(count_of(rig, ST_COUNT_FLOWS_OPENED), 0);
}

/* Five bytes tell what it is; the certificate and all that follows stay where they are. */
static void sslv2_answer_shows_five_bytes(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[950];

	say(rig, CLIENT, bytes, sslv2_hello(bytes, 7));
	rig_events(rig);
	memset(bytes, SEALED_BYTE, sizeof(bytes));
	memcpy(bytes, "\x83\xb4\4\0\1\0\2", 7);
	say(rig, SERVER, bytes, sizeof(bytes));
	assert_memory_equal(only_event(rig, ST_EVENT_DATA, HEADER)->payload, bytes, HEADER);
	say(rig, SERVER, bytes, sizeof(bytes));
	no_events(rig);
	memcpy(bytes, "\x81\x12\2\7\0\xc0", 6); /* CLIENT-MASTER-KEY */
	say(rig, CLIENT, bytes, 276);
	assert_memory_equal(only_event(rig, ST_EVENT_DATA, HEADER)->payload, bytes, HEADER);
	say(rig, CLIENT, bytes, 276);
	no_events(rig);
}

/* The message header of the hello and a little more in records of one byte each. */
static void hello_in_records_of_one_byte(void **state)
{
	struct rig *rig = *state;
	uint8_t hello[64], bytes[512], got[512];
	size_t whole = tls_hello(hello, TLS_HANDSHAKE_CLIENT_HELLO, 41), n = 0, piece;

	for (size_t at = HEADER; at < whole; at += piece) {
		piece = at < 20 ? 1 : whole - at;
		memcpy(bytes + n, "\x16\3\1\0", 4);
		bytes[n + 4] = (uint8_t)piece;
		memcpy(bytes + n + HEADER, hello + at, piece);
		n += HEADER + piece;
	}
	say(rig, CLIENT, bytes, n);
	rig_events(rig);
	assert_int_equal(payload_of(rig, CLIENT, got), n);
	assert_memory_equal(got, bytes, n);
}

/* Records with nothing in them, before and behind ChangeCipherSpec: the place is not lost. */
static void empty_records(void **state)
{
	static const uint8_t empty[] = { 22, 3, 1, 0, 0, 21, 3, 1, 0, 0, 22, 3, 1, 0, 0 };
	struct rig *rig = *state;
	uint8_t bytes[512], got[512];
	size_t n = 0, clear;

	both_hellos(rig);
	rig_events(rig);
	memcpy(bytes, empty, sizeof(empty));
	n += sizeof(empty);
	n += tls_message(bytes + n, TLS_HANDSHAKE_CERTIFICATE, 100);
	memcpy(bytes + n, empty, sizeof(empty));
	n += sizeof(empty);
	n += tls_change_cipher_spec(bytes + n);
	memcpy(bytes + n, empty, sizeof(empty));
	n += sizeof(empty);
	clear = n + HEADER;
	n += tls_sealed(bytes + n, TLS_RECORD_HANDSHAKE, 36);
	say(rig, SERVER, bytes, n);
	rig_events(rig);
	nothing_sealed(rig);
	assert_int_equal(payload_of(rig, SERVER, got), clear);
	assert_memory_equal(got, bytes, clear);
	assert_int_equal(count_of(rig, ST_COUNT_RAW_MODE), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)
	const struct CMUnitTest tests[] = {
		TEST(sslv2_hello_then_tls),
		TEST(sslv2_hello_in_two_segments),
		TEST(only_what_adds_up_is_opened),
		TEST(binary_data_is_not_opened),
		TEST(sslv2_answer_shows_five_bytes),
		TEST(hello_in_records_of_one_byte),
		TEST(empty_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
