/* SPDX-License-Identifier: BSD-2-Clause */
/* links: track/sentence.c track/clauses.c track/turns.c track/delivery.c track/offers.c */
/* links: connection_rest.c parking.c base/pack.c track/timeline.c */
/* links: track/flaws.c */
/* links: track/unknown.c */
/* links: opening.c recents.c */
/* links: track/hellos.c track/sslv2.c tls/sslv2.c tls/hello_retry.c pipeline.c */
/* links: pipeline_connects.c pipeline_ends.c answers.c */
/* links: stream_order.c stream_torn.c */
/* links: stream_read.c connection.c connects.c role.c stream/reasm.c track/tracker.c */
/* links: track/tls13.c track/establish.c track/diagnose.c track/stages.c tls/hello.c tls/ext.c */
/* links: tls/key_exchange.c tls/record.c tls/message.c tls/names.c tls/names_alert.c */
/* links: tls/names_cipher.c tls/names_group.c tls/names_handshake.c tls/names_signature.c */
/* links: tls/names_extension.c track/certificates.c tls/certificate.c tls/x509.c base/digest.c */
/* links: base/text.c base/text_escape.c */
/* libs: -lcrypto */
/* The pipeline under more than it has room for: work in slices, tables that attackers fill. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/hash.h"
#include "bench.h"
#include "connects.h"

#define HELLO flight13_client_hello
#define HELLO_LEN sizeof(flight13_client_hello)
#define MANY 5000

/* Handshakes are counted rather than kept. */
struct crowd {
	struct bench bench;
	size_t concluded;
};

static void count_concluded(void *ctx, const struct handshake *hs)
{
	(void)hs;
	((struct crowd *)ctx)->concluded++;
}

static int crowd_setup(void **state)
{
	struct crowd *crowd = calloc(1, sizeof(*crowd));
	const struct pipeline_ops ops = { crowd,       count_concluded,	 bench_forget,
					  bench_state, bench_unanswered, bench_is_local };

	crowd->bench.pipeline = pipeline_new(
		&(struct pipeline_config){ .timeout = TIMEOUT, .max_flows = MANY, .seed = 7 },
		&ops);
	crowd->bench.unanswered = true;
	crowd->bench.now = 100 * SECOND;
	*state = crowd;
	return 0;
}

/* Connection n says a hello of its own. */
static void hello(struct bench *bench, uint32_t n)
{
	uint8_t bytes[HELLO_LEN];

	memcpy(bytes, HELLO, HELLO_LEN);
	memcpy(bytes + FLIGHT13_RANDOM_AT, &n, sizeof(n));
	bench_connection(bench, (uint16_t)(1 + n));
	bench_event_at(bench, ST_EVENT_DATA, HS_CLIENT, bench->next[HS_CLIENT], bytes, HELLO_LEN);
	bench->next[HS_CLIENT] += (uint32_t)HELLO_LEN;
}

/* Thousands are due at once: some are concluded, the rest stays due, and all come to their end. */
static void deadlines_in_slices(void **state)
{
	struct crowd *crowd = *state;
	size_t before, calls = 0;

	for (uint32_t n = 0; n < MANY; n++)
		hello(&crowd->bench, n);
	assert_int_equal(crowd->concluded, 0);
	crowd->bench.now += TIMEOUT;
	do {
		uint64_t due = pipeline_due(crowd->bench.pipeline);

		assert_true(due && due <= crowd->bench.now);
		before = crowd->concluded;
		pipeline_expire(crowd->bench.pipeline, crowd->bench.now);
		assert_in_range(crowd->concluded - before, 1, MANY / 10);
		calls++;
	} while (crowd->concluded < MANY);
	assert_true(calls > 10);
	assert_int_equal(pipeline_due(crowd->bench.pipeline), 0);
}

/* The source closes its entry of a connection that ended, and is told to close those of others. */
static void entries_of_the_living_are_forgotten(void **state)
{
	struct crowd *crowd = *state;
	struct bench *bench = &crowd->bench;

	hello(bench, 1);
	bench_event_at(bench, ST_EVENT_RST, HS_SERVER, bench->next[HS_SERVER], NULL, 0);
	assert_int_equal(crowd->concluded, 1);
	assert_int_equal(bench->forgotten, 0);
	hello(bench, 2);
	bench_server_flight(bench);
	bench_client_finished(bench);
	bench_sealed(bench, HS_CLIENT, 23, 300);
	assert_int_equal(crowd->concluded, 2);
	assert_int_equal(bench->forgotten, 1);
	/* What comes behind it is nobody's. */
	bench_end(bench, HS_CLIENT, false);
	bench_end(bench, HS_SERVER, false);
	bench_wait(bench, 2 * TIMEOUT);
	assert_int_equal(crowd->concluded, 2);
	assert_int_equal(bench->forgotten, 1);
}

static void repeat_syn(struct bench *bench, uint16_t port)
{
	bench_connection(bench, port);
	bench_event_at(bench, ST_EVENT_SYN_REPEATED, HS_CLIENT, 1, NULL, 0);
}

/* Somebody else's connects push none of ours out; our own do, and that is counted. */
static void connects_of_others(void **state)
{
	struct crowd *crowd = *state;
	struct bench *bench = &crowd->bench;
	struct pipeline_counters counters;

	bench->local_client = true;
	repeat_syn(bench, 1);
	bench->local_client = false;
	for (uint16_t port = 2; port < 2 + 2 * CONNECTS_MAX; port++)
		repeat_syn(bench, port);
	pipeline_counters(bench->pipeline, &counters);
	assert_int_equal(counters.connects_lost, 0);
	bench_wait(bench, TIMEOUT);
	assert_int_equal(crowd->concluded, 1);
	bench->local_client = true;
	for (uint16_t port = 1; port <= CONNECTS_MAX + 3; port++)
		repeat_syn(bench, port);
	pipeline_counters(bench->pipeline, &counters);
	assert_int_equal(counters.connects_lost, 3);
	bench_wait(bench, TIMEOUT);
	assert_int_equal(crowd->concluded, 1 + CONNECTS_MAX);
}

/* A hello over two records of which the second does not come is one, and one that stalled. */
static void hello_in_records_stalls(void **state)
{
	struct bench *bench = *state;
	uint8_t bytes[HELLO_LEN];

	memcpy(bytes, HELLO, HELLO_LEN);
	bytes[4] = 100; /* length of the first record; that of the message stays */
	bytes[3] = 0;
	bench_say(bench, HS_CLIENT, bytes, TLS_RECORD_HEADER_LEN + 100);
	bench_wait(bench, TIMEOUT);
	assert_int_equal(bench->count, 1);
	assert_int_equal(bench->records[0].hs.stage, HS_CLIENT_HELLO);
	assert_int_equal(bench->records[0].hs.outcome, HS_FAILURE);
	assert_int_equal(bench->records[0].hs.failure.cause, HS_CLIENT_HELLO_STALLED);
}

/*
 * Neighbouring keys spread over a table; keys that meet there for one seed do not for another.
 * By chance 5000 of them meet 186 times in 65536 places, give or take 80 (six deviations).
 */
static void hashes_need_their_seed(void **state)
{
	static int32_t first[65536];
	struct st_flow_key key = { .port = { 1, 443 } };
	static struct st_flow_key keys[MANY];
	size_t meetings = 0, again = 0;

	(void)state;
	memset(first, -1, sizeof(first));
	for (int32_t n = 0; n < MANY; n++) {
		uint32_t place;

		key.addr[0][3] = htonl((uint32_t)n);
		keys[n] = key;
		place = hash_bytes(&key, sizeof(key), 1) & 65535;
		if (first[place] >= 0) {
			meetings++;
			again += !((hash_bytes(&key, sizeof(key), 2) ^
				    hash_bytes(&keys[first[place]], sizeof(key), 2)) &
				   65535);
		}
		first[place] = n;
	}
	assert_in_range(meetings, 106, 266);
	assert_in_range(again, 0, 2);
}

#define CROWD(name) cmocka_unit_test_setup_teardown(name, crowd_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CROWD(deadlines_in_slices),
		CROWD(entries_of_the_living_are_forgotten),
		CROWD(connects_of_others),
		cmocka_unit_test_setup_teardown(hello_in_records_stalls, bench_setup,
						bench_teardown),
		cmocka_unit_test(hashes_need_their_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
