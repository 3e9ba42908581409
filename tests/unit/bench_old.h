/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages in records of chosen sizes, and a handshake of TLS 1.0 made of them, for the bench. */
#ifndef TEST_BENCH_OLD_H
#define TEST_BENCH_OLD_H

#include "bench.h"
#include "hello_bodies.h"
#include "track/tracker.h"

#define ROOM (256 * 1024)
#define SUITE_RSA_RC4_SHA 0x0005
#define SAID(bytes) (const uint8_t *)(bytes), sizeof(bytes) - 1

static inline const struct handshake *only_record(const struct bench *bench)
{
	assert_int_equal(bench->count, 1);
	return &bench->records[0].hs;
}

/* A message, in records of at most `piece` bytes; the end of what was written. */
static inline uint8_t *put_message(uint8_t *out, uint8_t type, const uint8_t *body, size_t n,
				   size_t piece)
{
	uint8_t *message = malloc(TLS_HANDSHAKE_HEADER_LEN + n);
	size_t left = TLS_HANDSHAKE_HEADER_LEN + n, at = 0;

	message[0] = type;
	message[1] = (uint8_t)(n >> 16);
	message[2] = (uint8_t)(n >> 8);
	message[3] = (uint8_t)n;
	if (body)
		memcpy(message + TLS_HANDSHAKE_HEADER_LEN, body, n);
	else
		memset(message + TLS_HANDSHAKE_HEADER_LEN, 0, n);
	while (left) {
		size_t now = left < piece ? left : piece;

		*out++ = TLS_RECORD_HANDSHAKE;
		*out++ = 3;
		*out++ = 1;
		*out++ = (uint8_t)(now >> 8);
		*out++ = (uint8_t)now;
		memcpy(out, message + at, now);
		out += now;
		at += now;
		left -= now;
	}
	free(message);
	return out;
}

/* More than an event holds goes in several, as from the kernel: one packet, one time. */
static inline void say_all(struct bench *bench, enum hs_side side, const uint8_t *bytes, size_t n)
{
	while (n) {
		size_t now = n < ST_EVENT_PAYLOAD_MAX ? n : ST_EVENT_PAYLOAD_MAX;

		bench_say(bench, side, bytes, now);
		bench->now -= MS;
		bytes += now;
		n -= now;
	}
	bench->now += MS;
}

static inline void say_message(struct bench *bench, enum hs_side side, uint8_t type,
			       const uint8_t *body, size_t n)
{
	uint8_t *bytes = malloc(ROOM);

	say_all(bench, side, bytes, (size_t)(put_message(bytes, type, body, n, 16384) - bytes));
	free(bytes);
}

static inline size_t server_hello_10(uint8_t *body)
{
	size_t n = server_hello_body(body, (struct hello_shape){ .suite = SUITE_RSA_RC4_SHA });

	body[1] = 1; /* version 3.1 */
	return n;
}

/* ServerHello of TLS 1.0, Certificate, ServerHelloDone. */
static inline void server_flight_10(struct bench *bench)
{
	uint8_t body[HELLO_BODY_MAX];
	size_t n = server_hello_10(body);

	say_message(bench, HS_SERVER, TLS_HANDSHAKE_SERVER_HELLO, body, n);
	say_message(bench, HS_SERVER, TLS_HANDSHAKE_CERTIFICATE, SAID("\0\0\4\0\0\1x"));
	say_message(bench, HS_SERVER, TLS_HANDSHAKE_SERVER_HELLO_DONE, NULL, 0);
}

/* ClientKeyExchange to the last Finished, and data. */
static inline void finish_10(struct bench *bench)
{
	static const uint8_t ccs[] = { 20, 3, 1, 0, 1, 1 };

	say_message(bench, HS_CLIENT, TLS_HANDSHAKE_CLIENT_KEY_EXCHANGE, SAID("\0\1k"));
	bench_say(bench, HS_CLIENT, ccs, sizeof(ccs));
	bench_sealed(bench, HS_CLIENT, TLS_RECORD_HANDSHAKE, 36);
	bench_say(bench, HS_SERVER, ccs, sizeof(ccs));
	bench_sealed(bench, HS_SERVER, TLS_RECORD_HANDSHAKE, 36);
	bench_sealed(bench, HS_CLIENT, TLS_RECORD_APPLICATION_DATA, 300);
}

static inline const struct handshake *expect_success(const struct bench *bench)
{
	const struct handshake *hs = only_record(bench);

	assert_int_equal(hs->outcome, HS_SUCCESS);
	assert_int_equal(hs->stage, HS_ESTABLISHED);
	assert_int_equal(hs->resumption, HS_FULL);
	return hs;
}

static inline void hello_10(struct bench *bench)
{
	uint8_t body[HELLO_BODY_MAX];

	say_message(bench, HS_CLIENT, TLS_HANDSHAKE_CLIENT_HELLO, body,
		    client_hello_body(body, (struct hello_shape){ 0 }));
}

#endif
