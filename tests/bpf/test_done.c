/* SPDX-License-Identifier: BSD-2-Clause */
/* links: tests/bpf/rig.c tests/bpf/packets.c capture/tables.c */
/*
 * A flow is over with the first application data behind the Finished of both sides, and not before.
 * Lengths of TLS 1.3 are from RFC 8446: a Finished is a header of 4 bytes and a hash
 * (section 4.4.4), sealed it has a type and a tag of 16 behind it (section 5.2).
 */
#include "rig.h"

enum {
	SEALED = TLS_RECORD_HANDSHAKE,
	DATA = TLS_RECORD_APPLICATION_DATA,
	FINISHED_SHA256 = 4 + 32 + 1 + 16,
	FINISHED_SHA384 = 4 + 48 + 1 + 16,
	ALERT = 2 + 1 + 16,
	FINISHED_12 =
		40, /* explicit nonce of 8, header of 4, 12 bytes, tag of 16 (RFC 5246, RFC 5288) */
	FLIGHT = 1200,
	REQUEST = 300
};

/* Appendix B.4. */
enum {
	AES_128_GCM = 0x1301,
	AES_256_GCM,
	CHACHA20,
	AES_128_CCM,
	AES_128_CCM_8 /* its tag has 8 bytes */
};

static void record(struct rig *rig, int side, uint8_t type, size_t length)
{
	uint8_t bytes[2048];

	say(rig, side, bytes, tls_sealed(bytes, type, length));
}

static void cipher(struct rig *rig, int side)
{
	uint8_t bytes[16];

	say(rig, side, bytes, tls_change_cipher_spec(bytes));
}

/* The last event said that it was the last one, and the packets that follow are let by. */
static void is_done(struct rig *rig, int side)
{
	const struct st_flow_key key = base_key(rig);

	assert_true(rig_events(rig) > 0);
	for (size_t i = 0; i + 1 < rig->count; i++)
		assert_int_equal(rig->seen[i].event.done, 0);
	assert_int_equal(rig->seen[rig->count - 1].event.done, 1);
	assert_int_equal(rig->seen[rig->count - 1].event.sender, side);
	assert_int_equal(open_tags(rig, &key), 0);
	record(rig, CLIENT, DATA, REQUEST);
	record(rig, SERVER, DATA, FLIGHT);
	signal_flags(rig, CLIENT, FIN | ACK);
	signal_flags(rig, SERVER, FIN | ACK);
	no_events(rig);
}

static void is_not_done(struct rig *rig)
{
	const struct st_flow_key key = base_key(rig);

	assert_true(rig_events(rig) > 0);
	for (size_t i = 0; i < rig->count; i++)
		assert_int_equal(rig->seen[i].event.done, 0);
	assert_int_equal(open_tags(rig, &key), 1);
	signal_flags(rig, CLIENT, RST);
	rig_events(rig);
	rig->base.client_port++;
}

/* Section 4.1.3: version, random, session id, suite. */
static void server_hello_13(struct rig *rig, uint8_t session_id_length, uint16_t suite)
{
	uint8_t bytes[128], *session_id = bytes + 5 + 4 + 2 + 32;
	/* With supported_versions and a key share of X25519 behind it. */
	size_t n = tls_hello(bytes, TLS_HANDSHAKE_SERVER_HELLO,
			     2 + 32 + 1 + session_id_length + 2 + 1 + 2 + 6 + 40);

	session_id[0] = session_id_length;
	session_id[1 + session_id_length] = (uint8_t)(suite >> 8);
	session_id[2 + session_id_length] = (uint8_t)suite;
	say(rig, SERVER, bytes, n);
}

static void hellos_13(struct rig *rig)
{
	client_hello(rig);
	server_hello_13(rig, 32, AES_128_GCM);
}

/* Hellos of TLS 1.3, and the server's flight. */
static void flight_13(struct rig *rig)
{
	hellos_13(rig);
	record(rig, SERVER, DATA, FLIGHT);
}

static void tls13(void **state)
{
	static const struct {
		uint16_t suite;
		uint8_t session_id_length;
		size_t finished;
	} suites[] = { { AES_128_GCM, 32, FINISHED_SHA256 },
		       { AES_256_GCM, 32, FINISHED_SHA384 },
		       { CHACHA20, 0, FINISHED_SHA256 },
		       { AES_128_CCM, 32, FINISHED_SHA256 } };
	struct rig *rig = *state;

	for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
		client_hello(rig);
		server_hello_13(rig, suites[i].session_id_length, suites[i].suite);
		record(rig, SERVER, DATA, FLIGHT);
		cipher(rig, CLIENT);
		record(rig, CLIENT, DATA, suites[i].finished);
		record(rig, SERVER, DATA, 250); /* a ticket */
		record(rig, CLIENT, DATA, REQUEST);
		is_done(rig, CLIENT);
		rig->base.client_port++;
	}
}

/* As long as a Finished with another hash: that is none. */
static void tls13_of_another_hash(void **state)
{
	static const struct {
		uint16_t suite;
		size_t length;
	} others[] = { { AES_128_GCM, FINISHED_SHA384 },
		       { AES_256_GCM, FINISHED_SHA256 },
		       { AES_128_CCM_8, FINISHED_SHA256 },
		       { 0xc02f, FINISHED_SHA256 } }; /* of TLS 1.2 */
	struct rig *rig = *state;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		client_hello(rig);
		server_hello_13(rig, 32, others[i].suite);
		record(rig, SERVER, DATA, FLIGHT);
		record(rig, CLIENT, DATA, others[i].length);
		record(rig, CLIENT, DATA, REQUEST);
		is_not_done(rig);
	}
	client_hello(rig);
	server_hello_13(rig, 33, AES_128_GCM); /* no session id is so long */
	record(rig, SERVER, DATA, FLIGHT);
	record(rig, CLIENT, DATA, FINISHED_SHA256);
	record(rig, CLIENT, DATA, REQUEST);
	is_not_done(rig);
}

/* All of the client's in one segment: what lies behind the data is not copied. */
static void tls13_at_once(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[1024], out[8192];
	size_t n;

	flight_13(rig);
	rig_events(rig);
	n = tls_sealed(bytes, DATA, FINISHED_SHA256);
	n += tls_sealed(bytes + n, DATA, REQUEST);
	n += tls_sealed(bytes + n, DATA, REQUEST);
	say(rig, CLIENT, bytes, n);
	rig_events(rig);
	assert_int_equal(payload_of(rig, CLIENT, out), 2 * TLS_RECORD_HEADER_LEN);
	assert_int_equal(rig->seen[rig->count - 1].event.done, 1);
}

static void tls13_goes_on(void **state)
{
	struct rig *rig = *state;

	flight_13(rig); /* close_notify behind the Finished, perhaps */
	record(rig, CLIENT, DATA, FINISHED_SHA256);
	record(rig, CLIENT, DATA, ALERT);
	is_not_done(rig);

	flight_13(rig); /* a certificate: the server has the last word */
	record(rig, CLIENT, DATA, 700);
	record(rig, CLIENT, DATA, FINISHED_SHA256);
	record(rig, CLIENT, DATA, REQUEST);
	is_not_done(rig);

	hellos_13(rig); /* early data, before anything of the server's */
	record(rig, CLIENT, DATA, FINISHED_SHA256);
	record(rig, SERVER, DATA, FLIGHT);
	record(rig, CLIENT, DATA, REQUEST);
	is_not_done(rig);

	hellos_13(rig); /* the same, and a flight whose first record is as long as a Finished */
	record(rig, CLIENT, DATA, REQUEST);
	record(rig, SERVER, DATA, FINISHED_SHA256);
	record(rig, SERVER, DATA, FLIGHT);
	is_not_done(rig);

	flight_13(rig); /* only the server speaks behind the Finished */
	record(rig, CLIENT, DATA, FINISHED_SHA256);
	record(rig, SERVER, DATA, FLIGHT);
	record(rig, SERVER, DATA, FLIGHT);
	is_not_done(rig);
}

/* What is missing of the server is for the daemon to judge. */
static void tls13_with_a_gap(void **state)
{
	struct rig *rig = *state;

	flight_13(rig);
	rig->next[SERVER] += 500;
	record(rig, SERVER, DATA, FLIGHT);
	record(rig, CLIENT, DATA, FINISHED_SHA256);
	record(rig, CLIENT, DATA, REQUEST);
	is_not_done(rig);
}

/* Seen from the ServerHello on. */
static void tls13_joined(void **state)
{
	struct rig *rig = *state;

	server_hello_13(rig, 32, AES_128_GCM);
	record(rig, SERVER, DATA, FLIGHT);
	record(rig, CLIENT, DATA, FINISHED_SHA256);
	record(rig, CLIENT, DATA, REQUEST);
	is_not_done(rig);
}

static void finished_12(struct rig *rig, int side)
{
	cipher(rig, side);
	record(rig, side, SEALED, FINISHED_12);
}

static void tls12(void **state)
{
	struct rig *rig = *state;

	for (int side = CLIENT; side <= SERVER; side++) { /* who speaks first */
		both_hellos(rig);
		finished_12(rig, CLIENT);
		finished_12(rig, SERVER);
		record(rig, side, DATA, REQUEST);
		is_done(rig, side);
		rig->base.client_port++;
	}
}

static void tls12_goes_on(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[512];
	size_t n;

	both_hellos(rig); /* False Start (RFC 7918): the server is not finished */
	finished_12(rig, CLIENT);
	record(rig, CLIENT, DATA, REQUEST);
	record(rig, CLIENT, DATA, REQUEST);
	is_not_done(rig);

	both_hellos(rig);
	finished_12(rig, CLIENT);
	cipher(rig, SERVER);
	record(rig, CLIENT, DATA, REQUEST);
	is_not_done(rig);

	both_hellos(rig); /* an empty record holds no Finished */
	finished_12(rig, SERVER);
	n = tls_change_cipher_spec(bytes);
	n += tls_sealed(bytes + n, SEALED, 0);
	n += tls_sealed(bytes + n, DATA, REQUEST);
	say(rig, CLIENT, bytes, n);
	is_not_done(rig);
}

/* Where the ring has no room for the event that says so, the FIN tells that something is missing.
 */
static void the_ring_is_full(void **state)
{
	struct rig *rig = *state;
	uint64_t lost = 0;
	uint32_t next;

	rig_close(rig);
	memset(rig, 0, sizeof(*rig));
	rig_open(rig, &(struct rig_config){ .ring_size = 4096 });
	rig->base.client_port = 1;
	flight_13(rig);
	record(rig, CLIENT, DATA, FINISHED_SHA256);
	next = rig->next[CLIENT];
	while (!lost) { /* others fill it */
		rig->base.client_port++;
		client_hello(rig);
		lost = count_of(rig, ST_COUNT_LOST_RING_FULL);
	}
	rig->base.client_port = 1;
	rig->next[CLIENT] = next;
	record(rig, CLIENT, DATA, REQUEST);
	assert_int_equal(count_of(rig, ST_COUNT_LOST_RING_FULL), lost + 1);
	rig_events(rig);
	signal_flags(rig, CLIENT, FIN | ACK);
	assert_int_equal(only_event(rig, ST_EVENT_FIN, 0)->event.flags & ST_FLAG_LOST,
			 ST_FLAG_LOST);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tls13),	     TEST(tls13_of_another_hash), TEST(tls13_at_once),
		TEST(tls13_goes_on), TEST(tls13_with_a_gap),	  TEST(tls13_joined),
		TEST(tls12),	     TEST(tls12_goes_on),	  TEST(the_ring_is_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
