/* SPDX-License-Identifier: BSD-2-Clause */
/* links: connection_rest.c parking.c base/pack.c track/timeline.c */
/* links: track/sentence.c track/clauses.c track/turns.c track/delivery.c track/offers.c */
/* links: track/flaws.c answers.c */
/* links: track/unknown.c */
/* links: opening.c recents.c */
/* links: pipeline.c stream_order.c stream_torn.c stream_read.c connection.c connects.c */
/* links: pipeline_connects.c pipeline_ends.c */
/* links: role.c stream/reasm.c */
/* links: track/tracker.c track/hellos.c track/sslv2.c track/tls13.c track/establish.c */
/* links: track/diagnose.c track/stages.c track/certificates.c tls/certificate.c */
/* links: tls/hello.c tls/hello_retry.c tls/sslv2.c tls/ext.c tls/key_exchange.c tls/record.c */
/* links: tls/message.c tls/x509.c tls/names.c tls/names_alert.c tls/names_cipher.c */
/* links: tls/names_group.c tls/names_handshake.c tls/names_signature.c tls/names_extension.c */
/* links: base/digest.c base/text.c base/text_escape.c base/addr.c */
/* libs: -lcrypto */
/* One event for all that is copied of a packet: the same handshake as by an event for each part. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "bench.h"

#define PIECES_ROOM 512

/* What the kernel copies of one packet: parts of the stream, and what is left out between them. */
struct packet {
	struct st_event event;
	uint8_t payload[PIECES_ROOM];
};

static void add_piece(struct packet *packet, uint16_t skip, const void *p, size_t n)
{
	struct st_event *event = &packet->event;

	assert_true(event->pieces < ST_PIECES_MAX && event->len + n <= PIECES_ROOM);
	memcpy(packet->payload + event->len, p, n);
	event->piece[event->pieces++] = (struct st_piece){ skip, (uint16_t)n };
	event->len += (uint16_t)n;
}

static void send_packet(struct bench *bench, enum hs_side side, struct packet *packet)
{
	uint8_t *payload = malloc(packet->event.len);

	bench->now += MS;
	packet->event.time = bench->now;
	packet->event.flow = bench->flow;
	packet->event.key = bench->key;
	packet->event.hash = bench_hash(bench);
	packet->event.type = ST_EVENT_DATA;
	packet->event.seq = bench->next[side];
	packet->event.ack = bench->next[!side];
	packet->event.sender = (uint8_t)side;
	memcpy(payload, packet->payload, packet->event.len);
	pipeline_event(bench->pipeline, &packet->event, payload);
	free(payload);
	bench->next[side] += st_event_span(&packet->event);
}

static const uint8_t ccs[] = { 20, 3, 3, 0, 1, 1 };

/* Headers of sealed records; the bodies are what is skipped. */
static const uint8_t sealed_23[] = { 23, 3, 3, 0, 23 };
static const uint8_t sealed_409[] = { 23, 3, 3, 1, 153 };
static const uint8_t sealed_97[] = { 23, 3, 3, 0, 97 };
static const uint8_t sealed_53[] = { 23, 3, 3, 0, 53 };
static const uint8_t sealed_300[] = { 23, 3, 3, 1, 44 };

static void server_flight_in_pieces(struct bench *bench)
{
	struct packet packet = { 0 };
	uint8_t first[256];
	size_t n = sizeof(flight13_server_hello);

	memcpy(first, flight13_server_hello, n);
	memcpy(first + n, ccs, sizeof(ccs));
	memcpy(first + n + sizeof(ccs), sealed_23, sizeof(sealed_23));
	add_piece(&packet, 0, first, n + sizeof(ccs) + sizeof(sealed_23));
	add_piece(&packet, 23, sealed_409, sizeof(sealed_409));
	add_piece(&packet, 409, sealed_97, sizeof(sealed_97));
	add_piece(&packet, 97, sealed_53, sizeof(sealed_53));
	send_packet(bench, HS_SERVER, &packet);
	bench->next[HS_SERVER] += 53; /* the body of the last one is left out, too */
}

static void client_finished_in_pieces(struct bench *bench)
{
	struct packet packet = { 0 };
	uint8_t first[sizeof(ccs) + sizeof(sealed_53)];

	memcpy(first, ccs, sizeof(ccs));
	memcpy(first + sizeof(ccs), sealed_53, sizeof(sealed_53));
	add_piece(&packet, 0, first, sizeof(first));
	add_piece(&packet, 53, sealed_300, sizeof(sealed_300));
	send_packet(bench, HS_CLIENT, &packet);
}

/* Its records: one for each part, in order, with the lengths of RFC 8446's records. */
static void a_handshake_in_pieces(void **state)
{
	struct bench *bench = *state;
	const struct handshake *hs = &bench->records[0].hs;

	bench_client_hello(bench);
	server_flight_in_pieces(bench);
	client_finished_in_pieces(bench);
	assert_int_equal(bench->count, 1);
	assert_int_equal(hs->outcome, HS_SUCCESS);
	assert_int_equal(hs->stage, HS_ESTABLISHED);
	assert_int_equal(hs->message_count, 10); /* 2 hellos, 2 CCS, 4 sealed, Finished, data */
	assert_int_equal(hs->client_finished_time, bench->now);
	assert_int_equal(hs->application_data_time, bench->now);
}

/* A part that was not copied is a hole, and what comes behind it cannot be read. */
static void a_hole_between_pieces(void **state)
{
	struct bench *bench = *state;
	struct packet packet = { 0 };

	bench_client_hello(bench);
	add_piece(&packet, 0, flight13_server_hello, 50);
	add_piece(&packet, 10, flight13_server_hello + 60, sizeof(flight13_server_hello) - 60);
	send_packet(bench, HS_SERVER, &packet);
	assert_int_equal(bench->count, 0);
	bench_end(bench, HS_CLIENT, true);
	assert_int_equal(bench->count, 1);
	assert_int_equal(bench->records[0].hs.outcome, HS_UNKNOWN);
	assert_int_equal(bench->records[0].hs.unknown, HS_GAP);
}

/* Packets of pieces out of order: the server's flight comes before what it answers is complete. */
static void pieces_out_of_order(void **state)
{
	struct bench *bench = *state;
	const size_t first = 100;

	bench_say(bench, HS_CLIENT, flight13_client_hello, first);
	bench->next[HS_CLIENT] += (uint32_t)(sizeof(flight13_client_hello) - first);
	server_flight_in_pieces(bench);
	bench->next[HS_CLIENT] -= (uint32_t)(sizeof(flight13_client_hello) - first);
	bench_say(bench, HS_CLIENT, flight13_client_hello + first,
		  sizeof(flight13_client_hello) - first);
	client_finished_in_pieces(bench);
	assert_int_equal(bench->count, 1);
	assert_int_equal(bench->records[0].hs.outcome, HS_SUCCESS);
	assert_int_equal(bench->records[0].hs.message_count, 10);
}

#define BENCH(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH(a_handshake_in_pieces),
		BENCH(a_hole_between_pieces),
		BENCH(pieces_out_of_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
