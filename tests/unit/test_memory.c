/* SPDX-License-Identifier: BSD-2-Clause */
/* links: tests/fuzz/pieces.c tests/fuzz/flights.c tests/bpf/packets.c answers.c */
/* links: connection_rest.c parking.c base/pack.c track/timeline.c */
/* links: replay.c recents.c opening.c pipeline.c stream_order.c stream_read.c connection.c */
/* links: pipeline_connects.c pipeline_ends.c seed.c */
/* links: stream_torn.c track/turns.c file/proxied.c */
/* links: connects.c role.c file/decode.c file/linktype.c file/links.c file/tags.c file/wifi.c */
/* links: file/ip.c file/protocols.c file/transport.c file/tunnels.c file/udp_tunnels.c */
/* links: file/fragments.c file/flows.c file/flow_table.c file/held.c file/packets.c */
/* links: file/source.c file/bytestream.c file/pcapng.c file/blocks.c file/savefile.c */
/* links: file/names.c file/ticks.c stream/reasm.c track/sentence.c track/clauses.c */
/* links: track/delivery.c track/offers.c track/flaws.c track/unknown.c track/tracker.c */
/* links: track/hellos.c track/sslv2.c track/tls13.c track/establish.c track/diagnose.c */
/* links: track/stages.c track/certificates.c track/names.c tls/certificate.c tls/hello.c */
/* links: tls/hello_retry.c tls/sslv2.c tls/ext.c tls/key_exchange.c tls/record.c tls/message.c */
/* links: tls/x509.c tls/fingerprint.c tls/names.c tls/names_alert.c tls/names_cipher.c */
/* links: tls/names_group.c tls/names_handshake.c tls/names_signature.c tls/names_extension.c */
/* links: base/memo.c out/json_shape.c */
/* links: out/json.c out/json_certificate.c out/json_hello.c out/json_tls.c out/json_write.c */
/* links: out/community_id.c out/facts.c out/findings.c out/line.c out/metrics.c */
/* links: out/metrics_write.c out/metrics_write_facts.c out/metrics_page.c out/observer.c */
/* links: out/process.c out/code_counts.c out/server_names.c out/expo.c base/addr.c */
/* links: base/digest.c base/text.c base/text_escape.c */
/* libs: -lcrypto -lpcap -lz -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup */
/*
 * Memory runs out at each place where some is asked for, for once and for good: nothing breaks,
 * nothing leaks, and a handshake that is not reported for want of one call is counted. The calls of
 * the daemon's own code fail, and those of libcrypto.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <openssl/crypto.h>
#include <pcap/dlt.h>

#include "../fuzz/flights.h"
#include "base/util.h"
#include "capture_file.h"
#include "file/packets.h"
#include "out/json.h"
#include "out/line.h"
#include "out/metrics.h"
#include "out/metrics_page.h"
#include "replay.h"
#include "tls/x509.h"

#define TEXT_MAX (4 * 1024 * 1024)

/* ---- memory ---------------------------------------------------------------------------------- */

/* Calls until the one that fails; less than 0: none does. */
static long calls_left = -1;
static bool stays, failed; /* so does every one behind it; one has failed */

void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t n);
void *__real_realloc(void *p, size_t n);
char *__real_strdup(const char *s);

/* What tells the pipeline of packets always has memory. */
#define calloc(count, n) __real_calloc(count, n)
#include "bench.h"
#undef calloc

static bool fails(void)
{
	bool now = (calls_left >= 0 && calls_left-- == 0) || (stays && failed);

	failed |= now;
	return now;
}

void *__wrap_malloc(size_t n)
{
	return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t count, size_t n)
{
	return fails() ? NULL : __real_calloc(count, n);
}

void *__wrap_realloc(void *p, size_t n)
{
	return fails() ? NULL : __real_realloc(p, n);
}

char *__wrap_strdup(const char *s)
{
	return fails() ? NULL : __real_strdup(s);
}

/* What libcrypto calls for its own. */
static void *crypto_malloc(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return malloc(n);
}

static void *crypto_realloc(void *p, size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return realloc(p, n);
}

static void crypto_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	free(p);
}

/* From here on the n-th call fails, or with `for_good` that one and the rest; -1: none. */
static void memory_lasts(long n, bool for_good)
{
	calls_left = n;
	stays = for_good;
	failed = false;
}

/* There is memory again; true: a call has failed. */
static bool memory_is_back(void)
{
	calls_left = -1;
	stays = false;
	return failed;
}

/* ---- what is done under it --------------------------------------------------------------------
 */

struct run {
	size_t records;
	uint64_t refused;
	bool opened;
	struct record_context context;
	struct text json, line;
	struct metrics *metrics;
};

static void on_concluded(void *ctx, const struct handshake *hs)
{
	struct run *run = ctx;

	run->records++;
	text_reset(&run->json);
	text_reset(&run->line);
	json_record(&run->json, hs, &run->context);
	line_record(&run->line, hs, &(struct line_context){ 0, false });
	metrics_count(run->metrics, hs, 0);
}

static void read_packets(struct run *run, struct packets *packets)
{
	static const uint64_t tls_ports[65536 / 64] = { 0 };
	const struct replay_config config = { .timeout = 10 * NS_PER_S,
					      .tls_ports = tls_ports,
					      .concluded = on_concluded,
					      .ctx = run };
	struct replay *replay = replay_new(&config);
	struct replay_counts counts;
	struct file_packet packet;

	if (!replay)
		return;
	run->opened = true;
	while (packets_next(packets, &packet) == PACKETS_OK)
		replay_packet(replay, &packet, 1);
	/* What could not be read is said. */
	run->opened &= !packets_damage(packets, 0);
	replay_finish(replay);
	replay_counts(replay, &counts);
	run->refused = counts.refused + counts.fragments_lost;
	replay_free(replay);
}

/* The capture as the daemon reads it; true: a call has failed. */
static bool read_capture(const char *name, struct metrics *metrics, long n, bool for_good,
			 struct run *run)
{
	char error[512];
	struct packets *packets;

	*run = (struct run){ .metrics = metrics };
	text_init(&run->json, TEXT_MAX);
	text_init(&run->line, TEXT_MAX);
	memory_lasts(n, for_good);
	run->context.digester = digester_new();
	run->context.memo = memo_new(1);
	packets = packets_open(&name, 1, error, sizeof(error));
	if (packets)
		read_packets(run, packets);
	packets_close(packets);
	digester_free(run->context.digester);
	memo_free(run->context.memo);
	text_free(&run->json);
	text_free(&run->line);
	return memory_is_back();
}

static void take_frame(void *ctx, const uint8_t *frame, size_t n)
{
	struct capture *c = ctx;

	put(c, 1000 + c->n / 100, 4);
	put(c, 0, 4);
	put(c, n, 4);
	put(c, n, 4);
	put_bytes(c, frame, n);
}

static void each_call_fails(void **state)
{
	/* TLS 1.3; TLS 1.2 with certificates of both sides; one that fails. */
	static const size_t chosen[] = { 0, 9, 12 };
	static struct capture c;
	struct metrics *metrics = metrics_new(&(struct metrics_limits){ .max_server_names = 1 });
	struct run whole, run;
	const char *name;

	(void)state;
	pcap_head(&c, PCAP_US, 65535, DLT_EN10MB);
	for (size_t i = 0; i < sizeof(chosen) / sizeof(chosen[0]); i++)
		flight_frames(flights[chosen[i]], (uint16_t)(50000 + i), take_frame, &c);
	name = stored("capture", c.p, c.n);
	read_capture(name, metrics, -1, false, &whole);
	assert_int_equal(whole.records, 3);
	assert_int_equal(whole.refused, 0);
	for (long n = 0; read_capture(name, metrics, n, false, &run); n++) {
		if (run.opened && run.records < whole.records)
			assert_true(run.refused > 0);
		assert_true(run.records <= whole.records);
	}
	for (long n = 0; read_capture(name, metrics, n, true, &run); n += 5)
		assert_true(run.records <= whole.records);
	metrics_free(metrics);
}

/* So few are allowed that each is parked behind every event. True: a call has failed. */
static bool park_and_wake(long n, bool for_good, size_t *told, struct pipeline_counters *counters)
{
	struct bench *bench = bench_new(&(struct pipeline_config){
		.timeout = TIMEOUT, .max_flows = 4, .no_certificates = true });
	bool missed;

	memory_lasts(n, for_good);
	for (uint16_t port = 1; port <= 2; port++) {
		bench_connection(bench, port);
		bench_client_hello(bench);
		bench_server_flight(bench);
	}
	bench_client_finished(bench);
	pipeline_finish(bench->pipeline, bench->now);
	missed = memory_is_back();
	pipeline_counters(bench->pipeline, counters);
	assert_int_equal(counters->in_progress, 0);
	*told = bench->count;
	pipeline_free(bench->pipeline);
	free(bench);
	return missed;
}

/* Two hellos that are the same: one is the other's copy. What could not be woken is counted. */
static void each_call_of_the_parked_fails(void **state)
{
	struct pipeline_counters counters;
	size_t told, woken = 0;

	(void)state;
	assert_false(park_and_wake(-1, false, &told, &counters));
	assert_int_equal(told + counters.copies, 2);
	for (long n = 0; park_and_wake(n, false, &told, &counters); n++) {
		assert_true(told + counters.copies + counters.refused >= 2);
		woken += !counters.refused;
	}
	assert_true(woken > 5); /* for want of memory most stay awake */
	for (long n = 0; park_and_wake(n, true, &told, &counters); n++)
		assert_true(told + counters.copies + counters.refused >= 2);
}

static void each_call_of_the_metrics_fails(void **state)
{
	bool missed = true;

	(void)state;
	for (long n = 0; missed; n++) {
		struct metrics *metrics;
		struct metrics_page page = { .version = "test" };
		struct text text;

		text_init(&text, 16 * TEXT_MAX);
		memory_lasts(n, false);
		metrics = metrics_new(&(struct metrics_limits){ .max_server_names = 1 });
		page.metrics = metrics;
		if (metrics)
			metrics_page_write(&page, false, &text);
		missed = memory_is_back();
		assert_true(metrics || missed);
		assert_true(text.cut || !metrics || text.n > 1000);
		text_free(&text);
		metrics_free(metrics);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_call_fails),
		cmocka_unit_test(each_call_of_the_parked_fails),
		cmocka_unit_test(each_call_of_the_metrics_fails),
	};

	CRYPTO_set_mem_functions(crypto_malloc, crypto_realloc, crypto_free);
	return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
