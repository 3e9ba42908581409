/* SPDX-License-Identifier: BSD-2-Clause */
/* Records that come in part, and clients that have not got them. */
#ifndef TEST_BENCH_TORN_H
#define TEST_BENCH_TORN_H

#include "bench_expect.h"

static const uint8_t ccs[] = { 20, 3, 3, 0, 1, 1 };

/* TLS 1.3 up to the EncryptedExtensions, from where on the server's flight is sealed. */
static inline void sealed_flight_begins(struct bench *bench)
{
	bench_client_hello(bench);
	bench_say(bench, HS_SERVER, flight13_server_hello, sizeof(flight13_server_hello));
	bench_say(bench, HS_SERVER, ccs, sizeof(ccs));
	bench_sealed(bench, HS_SERVER, 23, 23);
}

/* A sealed record of which only a part comes. */
static inline void part_of_record(struct bench *bench, uint16_t length, uint16_t part)
{
	bench_sealed(bench, HS_SERVER, 23, length);
	bench->next[HS_SERVER] -= length - part;
}

/* The client says or does something and has not acknowledged the last bytes of the server. */
static inline void without_ack_of(struct bench *bench, uint32_t bytes, uint8_t type,
				  const uint8_t *p, size_t n)
{
	bench->now += MS;
	bench->unacked = bytes;
	bench_event_at(bench, type, HS_CLIENT, bench->next[HS_CLIENT], p, n);
	bench->unacked = 0;
	bench->next[HS_CLIENT] += (uint32_t)n;
}

static inline void expect_text(struct bench *bench, enum hs_stage stage, enum hs_cause cause,
			       enum hs_side side, const char *text)
{
	const struct handshake *hs;

	if (!bench->count)
		bench_wait(bench, SECOND);
	hs = expect_failure(bench, cause, side);
	assert_string_equal(hs->failure.text, text);
	assert_int_equal(hs->failure.stage, stage);
	assert_false(hs->failure.suspected);
	bench->count = 0;
	bench_connection(bench, ntohs(bench->key.port[0]) + 1);
}

#endif
