/* SPDX-License-Identifier: BSD-2-Clause */
/* links: track/sentence.c track/clauses.c track/turns.c track/delivery.c track/offers.c */
/* links: connection_rest.c parking.c base/pack.c track/timeline.c track/flaws.c answers.c */
/* links: track/unknown.c opening.c recents.c */
/* links: track/hellos.c track/sslv2.c tls/sslv2.c tls/hello_retry.c pipeline.c */
/* links: pipeline_connects.c pipeline_ends.c stream_order.c stream_torn.c */
/* links: stream_read.c connection.c connects.c role.c stream/reasm.c track/tracker.c */
/* links: track/tls13.c track/establish.c track/diagnose.c track/stages.c tls/hello.c tls/ext.c */
/* links: tls/key_exchange.c tls/record.c tls/message.c tls/names.c tls/names_alert.c */
/* links: tls/names_cipher.c tls/names_group.c tls/names_handshake.c tls/names_signature.c */
/* links: tls/names_extension.c track/certificates.c tls/certificate.c tls/x509.c base/digest.c */
/* links: base/text.c base/text_escape.c */
/* libs: -lcrypto */
/* Many who wait: what they take, and that each is woken as it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "bench.h"
#include "parking.h"
#include "pipeline_parts.h"

/* Of sanitizer/allocator_interface.h, which not every compiler brings along. */
size_t __sanitizer_get_current_allocated_bytes(void);

#define HELLO flight13_client_hello
#define HELLO_LEN sizeof(flight13_client_hello)
#define MANY 20000

struct crowd {
	struct bench bench;
	size_t done[HS_UNKNOWN + 1];
	size_t wrong;
};

/* Connection n came from this port, and asked for a name and at a time of its own. */
static void check_concluded(void *ctx, const struct handshake *hs)
{
	struct crowd *crowd = ctx;
	uint32_t n = hs->end[HS_CLIENT].port - 1U;
	char name[7];

	snprintf(name, sizeof(name), "%06x", n);
	crowd->done[hs->outcome]++;
	crowd->wrong +=
		!hs->client_hello || hs->client_hello->server_name.n != 6 ||
		memcmp(hs->client_hello->server_name.p, name, 6) != 0 ||
		memcmp(hs->client_hello->random, &n, sizeof(n)) != 0 ||
		hs->client_hello_time != 100 * SECOND + n ||
		hs->messages[0].time != 100 * SECOND + n ||
		(hs->outcome == HS_SUCCESS &&
		 (hs->server_hello.version != 0x0304 || hs->server_hello.extensions.n != 4 ||
		  hs->server_hello.extensions.p != hs->server_hello.ids));
}

static int crowd_setup(void **state)
{
	struct crowd *crowd = calloc(1, sizeof(*crowd));
	const struct pipeline_ops ops = { crowd,       check_concluded,	 bench_forget,
					  bench_state, bench_unanswered, bench_is_local };

	crowd->bench.pipeline = pipeline_new(
		&(struct pipeline_config){ .timeout = TIMEOUT, .max_flows = MANY, .seed = 7 },
		&ops);
	crowd->bench.unanswered = true;
	*state = crowd;
	return 0;
}

static void turn_to(struct bench *bench, uint32_t n)
{
	bench_connection(bench, (uint16_t)(1 + n));
	bench->flow = 1 + n;
	bench->flags = 0;
	bench->next[HS_CLIENT] = 1000 * n + (uint32_t)HELLO_LEN;
}

static void hello_of(uint8_t bytes[HELLO_LEN], uint32_t n)
{
	char name[7];

	snprintf(name, sizeof(name), "%06x", n);
	memcpy(bytes, HELLO, HELLO_LEN);
	memcpy(bytes + FLIGHT13_RANDOM_AT, &n, sizeof(n));
	memcpy(bytes + FLIGHT13_NAME_AT, name, 6);
}

static void hello(struct bench *bench, uint32_t n)
{
	uint8_t bytes[HELLO_LEN];

	hello_of(bytes, n);
	turn_to(bench, n);
	bench->flags = ST_FLAG_OPENED;
	bench->now = 100 * SECOND + n;
	bench_event_at(bench, ST_EVENT_DATA, HS_CLIENT, 1000 * n, bytes, HELLO_LEN);
}

static void hellos(struct bench *bench)
{
	for (uint32_t n = 0; n < MANY; n++)
		hello(bench, n);
}

/* What the allocator gave, against what is accounted, and against one that is awake. */
static void who_waits_takes_little(void **state)
{
	struct crowd *crowd = *state;
	struct connections *all = &crowd->bench.pipeline->all;
	size_t before = __sanitizer_get_current_allocated_bytes(), taken;

	hellos(&crowd->bench);
	taken = __sanitizer_get_current_allocated_bytes() - before;
	assert_int_equal(all->count, MANY);
	assert_int_equal(parking_count(all->parking), MANY - MANY / 32);
	assert_in_range(taken / MANY, 100, 400);
	assert_true(sizeof(struct connection) > 1000);
	/* Beyond that are those awake, the tables and a frame for every kind. */
	assert_in_range(taken - all->held, 1, MANY / 32 * 2000 + MANY * 20 + 64 * 4000);
	pipeline_finish(crowd->bench.pipeline, crowd->bench.now);
	assert_int_equal(crowd->done[HS_UNKNOWN], MANY);
	assert_int_equal(crowd->wrong, 0);
	assert_int_equal(all->held, 0);
}

/* Answered in another order than they came in, a few of them not at all. */
static void each_is_woken_as_it_was(void **state)
{
	struct crowd *crowd = *state;
	struct bench *bench = &crowd->bench;
	struct pipeline_counters counters;
	size_t silent = 0;
	uint32_t sent = 0;

	hellos(bench);
	for (uint32_t i = 0; i < MANY; i++) {
		uint32_t n = i * 7919 % MANY; /* a prime */

		turn_to(bench, n);
		if (n % 10 == 3) {
			silent++;
			continue;
		}
		bench_server_flight(bench);
		sent = bench->next[HS_SERVER];
	}
	/* Most are parked again, in the midst of it. */
	for (uint32_t n = 0; n < MANY; n++) {
		if (n % 10 == 3)
			continue;
		turn_to(bench, n);
		bench->next[HS_SERVER] = sent;
		bench_client_finished(bench);
		bench_sealed(bench, HS_CLIENT, 23, 300);
	}
	assert_int_equal(crowd->done[HS_SUCCESS], MANY - silent);
	bench->now = 100 * SECOND + MANY + TIMEOUT;
	while (pipeline_is_due(bench->pipeline, bench->now))
		pipeline_expire(bench->pipeline, bench->now);
	assert_int_equal(crowd->done[HS_FAILURE], silent);
	assert_int_equal(crowd->wrong, 0);
	pipeline_counters(bench->pipeline, &counters);
	assert_int_equal(counters.refused + counters.in_progress, 0);
}

/* Deadlines keep their order, whoever was woken by what is no progress. */
static void deadlines_keep_their_order(void **state)
{
	struct crowd *crowd = *state;
	struct bench *bench = &crowd->bench;
	const struct seat *seat;
	uint64_t last = 0;

	hellos(bench);
	for (uint32_t i = 0; i < 3000; i++) {
		uint32_t n = i * 7919 % MANY;

		turn_to(bench, n);
		bench_event_at(bench, ST_EVENT_DATA, HS_CLIENT, 1000 * n, HELLO, HELLO_LEN);
	}
	TAILQ_FOREACH(seat, &bench->pipeline->all.waiting, due)
	{
		assert_true(seat->progress >= last);
		last = seat->progress;
	}
	assert_int_equal(last, 100 * SECOND + MANY - 1);
}

/* The same hello again under other ends is a copy, and is nobody's, parked or not. */
static void copies_of_those_who_sleep(void **state)
{
	struct crowd *crowd = *state;
	struct bench *bench = &crowd->bench;
	struct pipeline_counters counters;

	hellos(bench);
	/* Not the oldest, who make room for them. */
	for (uint32_t n = 5000; n < 6000; n++) {
		uint8_t bytes[HELLO_LEN];

		hello_of(bytes, n);
		bench_connection(bench, (uint16_t)(30000 + n));
		bench->flow = 100000 + n;
		bench_event_at(bench, ST_EVENT_DATA, HS_CLIENT, 7, bytes, HELLO_LEN);
	}
	pipeline_counters(bench->pipeline, &counters);
	assert_int_equal(counters.copies, 1000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, crowd_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_waits_takes_little),
		TEST(each_is_woken_as_it_was),
		TEST(deadlines_keep_their_order),
		TEST(copies_of_those_who_sleep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
