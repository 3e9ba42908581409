/* SPDX-License-Identifier: BSD-2-Clause */
/* links: tests/bpf/packets.c recents.c answers.c */
/* links: connection_rest.c parking.c base/pack.c track/timeline.c */
/* links: track/sentence.c track/clauses.c track/turns.c track/delivery.c track/offers.c */
/* links: track/flaws.c */
/* links: replay.c file/decode.c file/linktype.c file/links.c file/tags.c file/wifi.c file/ip.c */
/* links: file/protocols.c file/transport.c file/tunnels.c file/udp_tunnels.c file/fragments.c */
/* links: file/flows.c file/flow_table.c file/held.c file/proxied.c */
/* links: opening.c pipeline.c stream_order.c stream_torn.c stream_read.c connection.c */
/* links: pipeline_connects.c pipeline_ends.c seed.c */
/* links: connects.c role.c */
/* links: stream/reasm.c track/unknown.c track/tracker.c track/hellos.c track/sslv2.c */
/* links: track/tls13.c track/establish.c track/diagnose.c track/stages.c track/certificates.c */
/* links: tls/certificate.c tls/hello.c tls/hello_retry.c tls/sslv2.c tls/ext.c */
/* links: tls/key_exchange.c tls/record.c tls/message.c tls/x509.c tls/names.c tls/names_alert.c */
/* links: tls/names_cipher.c tls/names_group.c tls/names_handshake.c tls/names_signature.c */
/* links: tls/names_extension.c base/digest.c base/text.c base/text_escape.c base/addr.c */
/* libs: -lcrypto */
/* Packets in, records out, by the clock of the capture. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pcap/dlt.h>

#include "../bpf/packets.h"
#include "flight13.h"
#include "replay.h"

#define MS UINT64_C(1000000)
#define SECOND UINT64_C(1000000000)
#define TIMEOUT (10 * SECOND)
#define RECORDS_MAX 8
#define SAID(bytes) (const uint8_t *)(bytes), sizeof(bytes) - 1

enum { CLIENT, SERVER };

struct rig {
	struct replay *replay;
	uint64_t tls_ports[65536 / 64]; /* 443 */
	struct handshake records[RECORDS_MAX];
	size_t count;
	uint64_t now; /* of the next packet, by the clock of the file */
	uint32_t next[2];
	uint16_t port; /* of the client */
};

static void on_concluded(void *ctx, const struct handshake *hs)
{
	struct rig *rig = ctx;

	assert_true(rig->count < RECORDS_MAX);
	rig->records[rig->count++] = *hs;
}

static int setup(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	const struct replay_config config = { .timeout = TIMEOUT,
					      .tls_ports = rig->tls_ports,
					      .concluded = on_concluded,
					      .ctx = rig };

	rig->tls_ports[SERVER_PORT / 64] = 1ULL << SERVER_PORT % 64;
	rig->replay = replay_new(&config);
	assert_non_null(rig->replay);
	rig->port = CLIENT_PORT;
	rig->next[CLIENT] = 1000;
	rig->next[SERVER] = 500000;
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;

	replay_free(rig->replay);
	free(rig);
	return 0;
}

static enum decode_result packet(struct rig *rig, const uint8_t *bytes, size_t n)
{
	const struct file_packet packet = {
		.time = rig->now, .link = DLT_EN10MB, .bytes = { bytes, n }, .length = (uint32_t)n
	};

	return replay_packet(rig->replay, &packet, 7);
}

static void segment(struct rig *rig, int side, uint8_t flags, const uint8_t *bytes, size_t n)
{
	static uint8_t out[FRAME_MAX];
	const struct frame frame = {
		.from_server = side == SERVER,
		.client_port = rig->port,
		.seq = rig->next[side],
		.ack = flags & ACK ? rig->next[!side] : 0,
		.flags = flags,
		.payload = bytes,
		.n = n,
	};

	assert_int_equal(packet(rig, out, frame_build(&frame, out)), DECODE_TCP);
	rig->next[side] += (uint32_t)n + !!(flags & (SYN | FIN));
}

static void say(struct rig *rig, int side, const uint8_t *bytes, size_t n)
{
	segment(rig, side, PSH | ACK, bytes, n);
}

static void client_hello(struct rig *rig)
{
	uint8_t hello[sizeof(flight13_client_hello)];

	memcpy(hello, flight13_client_hello, sizeof(hello));
	hello[FLIGHT13_RANDOM_AT] = (uint8_t)rig->port; /* no copy of another */
	say(rig, CLIENT, hello, sizeof(hello));
}

/* A packet that is none of TCP: only its time matters. */
static void time_is(struct rig *rig, uint64_t now)
{
	static const uint8_t arp[42] = { [12] = 8, [13] = 6 };

	rig->now = now;
	assert_int_equal(packet(rig, arp, sizeof(arp)), DECODE_OTHER);
}

static const struct handshake *record(const struct rig *rig, size_t i, enum hs_outcome outcome,
				      uint64_t end)
{
	const struct handshake *hs = &rig->records[i];

	assert_true(i < rig->count);
	assert_int_equal(hs->outcome, outcome);
	assert_int_equal(hs->end_time - REPLAY_EPOCH, end);
	return hs;
}

/* SYN to the client's Finished, a millisecond apart, in a capture that begins at 0. */
static void handshake(struct rig *rig)
{
	uint8_t bytes[128] = { 23, 3, 3, 0, 80 };

	segment(rig, CLIENT, SYN, NULL, 0);
	rig->now += MS;
	segment(rig, SERVER, SYN | ACK, NULL, 0);
	rig->now += MS;
	client_hello(rig);
	rig->now += MS;
	say(rig, SERVER, flight13_server_hello, sizeof(flight13_server_hello));
	rig->now += MS;
	say(rig, SERVER, bytes, 85);
	bytes[4] = 53;
	rig->now += MS;
	say(rig, CLIENT, bytes, 58);
}

static void a_capture_that_begins_at_0(void **state)
{
	struct rig *rig = *state;
	const struct handshake *hs;
	struct replay_counts counts;

	handshake(rig);
	assert_int_equal(rig->count, 0);
	time_is(rig, 5 * MS + SECOND - 1);
	assert_int_equal(rig->count, 0);
	time_is(rig, 5 * MS + SECOND);
	assert_int_equal(rig->count, 1);
	hs = record(rig, 0, HS_SUCCESS, 5 * MS);
	assert_int_equal(hs->syn_time, REPLAY_EPOCH); /* seen, though at 0 */
	assert_int_equal(hs->synack_time, REPLAY_EPOCH + MS);
	assert_int_equal(hs->client_hello_time, REPLAY_EPOCH + 2 * MS);
	assert_int_equal(hs->ifindex, 7);
	assert_int_equal(hs->role, HS_ROLE_NONE);
	assert_int_equal(hs->end[HS_CLIENT].port, CLIENT_PORT);
	replay_finish(rig->replay);
	assert_int_equal(rig->count, 1);
	replay_counts(rig->replay, &counts);
	assert_int_equal(counts.packets[DECODE_TCP], 6);
	assert_int_equal(counts.packets[DECODE_OTHER], 2);
}

static void a_hello_at_0(void **state)
{
	struct rig *rig = *state;

	client_hello(rig);
	time_is(rig, TIMEOUT - 1);
	assert_int_equal(rig->count, 0);
	time_is(rig, TIMEOUT);
	assert_int_equal(rig->count, 1);
	assert_int_equal(record(rig, 0, HS_FAILURE, TIMEOUT)->client_hello_time, REPLAY_EPOCH);
}

/* However long the capture is silent, it ended when it ended, and in this order. */
static void timeouts_have_times_of_their_own(void **state)
{
	struct rig *rig = *state;
	const struct handshake *hs;

	rig->now = 3 * SECOND;
	client_hello(rig);
	rig->now = 5 * SECOND;
	rig->port = 1;
	client_hello(rig);
	rig->now = 6 * SECOND;
	rig->port = 2;
	segment(rig, CLIENT, SYN, NULL, 0);
	rig->next[CLIENT]--;
	rig->now = 7 * SECOND;
	segment(rig, CLIENT, SYN, NULL, 0);
	rig->now = 8 * SECOND;
	rig->port = 3;
	handshake(rig);
	time_is(rig, 100 * SECOND);
	assert_int_equal(rig->count, 4);
	/* The success is written first: a second of waiting for more is less than ten. */
	record(rig, 0, HS_SUCCESS, 8 * SECOND + 5 * MS);
	hs = record(rig, 1, HS_FAILURE, 13 * SECOND);
	assert_int_equal(hs->failure.cause, HS_NO_SERVER_HELLO);
	assert_string_equal(hs->failure.text, "no answer to the ClientHello for 10 s");
	hs = record(rig, 2, HS_FAILURE, 15 * SECOND);
	assert_int_equal(hs->end[HS_CLIENT].port, 1);
	hs = record(rig, 3, HS_FAILURE, 16 * SECOND);
	assert_int_equal(hs->failure.cause, HS_TCP_TIMEOUT);
	assert_int_equal(hs->syn_time, REPLAY_EPOCH + 6 * SECOND);
	assert_string_equal(hs->failure.text, "no answer to the TCP SYN to port 443 for 10 s");
}

/* The timeout comes before the packet that is as late, and what that brings is too late. */
static void an_answer_in_time_and_too_late(void **state)
{
	struct rig *rig = *state;

	for (int late = 0; late < 2; late++) {
		rig->count = 0;
		rig->port = (uint16_t)(1 + late);
		rig->now = 100 * SECOND;
		client_hello(rig);
		rig->now += TIMEOUT - !late;
		say(rig, SERVER, SAID("\x15\3\3\0\2\2\x28"));
		assert_int_equal(rig->count, 1);
		assert_int_equal(rig->records[0].failure.cause,
				 late ? HS_NO_SERVER_HELLO : HS_HANDSHAKE_FAILURE);
		assert_int_equal(record(rig, 0, HS_FAILURE, 110 * SECOND - !late)->alert_count,
				 !late);
	}
}

/* What is said when the capture ends is not said again when the packet comes that nobody awaits. */
static void a_connect_that_is_answered(void **state)
{
	struct rig *rig = *state;

	rig->now = SECOND;
	segment(rig, CLIENT, SYN, NULL, 0);
	rig->next[CLIENT]--;
	rig->now = 2 * SECOND;
	segment(rig, CLIENT, SYN, NULL, 0);
	rig->now = 3 * SECOND;
	segment(rig, SERVER, SYN | ACK, NULL, 0);
	time_is(rig, 100 * SECOND);
	assert_int_equal(rig->count, 0);
}

/* Files of several queues, a clock that was set: nothing gets lost, nothing runs out early. */
static void times_that_jump_back(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[128] = { 23, 3, 3, 0, 80 };

	rig->now = 500 * SECOND;
	segment(rig, CLIENT, SYN, NULL, 0);
	rig->now = 100 * SECOND;
	segment(rig, SERVER, SYN | ACK, NULL, 0);
	rig->now = 300 * SECOND;
	client_hello(rig);
	rig->now = 0;
	say(rig, SERVER, flight13_server_hello, sizeof(flight13_server_hello));
	rig->now = SECOND;
	say(rig, SERVER, bytes, 85);
	bytes[4] = 53;
	say(rig, CLIENT, bytes, 58);
	assert_int_equal(rig->count, 0);
	replay_finish(rig->replay);
	assert_int_equal(rig->count, 1);
	record(rig, 0, HS_SUCCESS, SECOND);
}

/* One that began later by its time waits in front of it: both are found all the same. */
static void deadlines_out_of_order(void **state)
{
	struct rig *rig = *state;

	rig->now = 50 * SECOND;
	client_hello(rig);
	rig->now = 20 * SECOND;
	rig->port = 1;
	client_hello(rig);
	time_is(rig, 59 * SECOND);
	time_is(rig, 40 * SECOND);
	time_is(rig, 1000 * SECOND);
	assert_int_equal(rig->count, 2);
	assert_int_equal(rig->records[0].failure.cause, HS_NO_SERVER_HELLO);
	assert_int_equal(rig->records[1].failure.cause, HS_NO_SERVER_HELLO);
	/* Not before it began, nor later than the packet that showed it. */
	assert_in_range(rig->records[0].end_time - REPLAY_EPOCH, 20 * SECOND, 1000 * SECOND);
	assert_in_range(rig->records[1].end_time - REPLAY_EPOCH, 20 * SECOND, 1000 * SECOND);
}

/* Open, held back, tentative: at the end of the file all is told, at the time of its last packet.
 */
static void the_end_of_the_file(void **state)
{
	struct rig *rig = *state;

	rig->now = SECOND;
	client_hello(rig);
	rig->port = 1; /* joined midway, if nothing else comes */
	rig->now = 2 * SECOND;
	say(rig, SERVER, flight13_server_hello, sizeof(flight13_server_hello));
	rig->port = 2; /* a SYN without an answer is no failure yet */
	segment(rig, CLIENT, SYN, NULL, 0);
	rig->next[CLIENT]--;
	segment(rig, CLIENT, SYN, NULL, 0);
	time_is(rig, 3 * SECOND);
	assert_int_equal(rig->count, 0);
	replay_finish(rig->replay);
	assert_int_equal(rig->count, 2);
	for (size_t i = 0; i < 2; i++)
		if (rig->records[i].end[HS_CLIENT].port == 1)
			assert_int_equal(record(rig, i, HS_UNKNOWN, 2 * SECOND)->unknown,
					 HS_JOINED_MIDWAY);
		else
			assert_int_equal(record(rig, i, HS_UNKNOWN, 3 * SECOND)->unknown,
					 HS_STILL_OPEN);
	replay_finish(rig->replay);
	assert_int_equal(rig->count, 2);
}

static void no_packets(void **state)
{
	struct rig *rig = *state;

	replay_finish(rig->replay);
	assert_int_equal(rig->count, 0);
}

/* TCP Fast Open (RFC 7413): the hello in the SYN, the answer in the SYN-ACK. */
static void data_with_syn_and_syn_ack(void **state)
{
	struct rig *rig = *state;
	const struct handshake *hs;

	segment(rig, CLIENT, SYN, flight13_client_hello, sizeof(flight13_client_hello));
	rig->now += MS;
	segment(rig, SERVER, SYN | ACK, flight13_server_hello, sizeof(flight13_server_hello));
	rig->now += MS;
	segment(rig, CLIENT, RST | ACK, NULL, 0);
	assert_int_equal(rig->count, 1);
	hs = record(rig, 0, HS_FAILURE, 2 * MS);
	assert_int_equal(hs->failure.cause, HS_RESET);
	assert_int_equal(hs->failure.stage, HS_SERVER_HELLO);
	assert_int_equal(hs->server_hello.cipher_suite, 0x1301);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_capture_that_begins_at_0),
		TEST(a_hello_at_0),
		TEST(timeouts_have_times_of_their_own),
		TEST(an_answer_in_time_and_too_late),
		TEST(a_connect_that_is_answered),
		TEST(times_that_jump_back),
		TEST(deadlines_out_of_order),
		TEST(the_end_of_the_file),
		TEST(no_packets),
		TEST(data_with_syn_and_syn_ack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
