/* SPDX-License-Identifier: BSD-2-Clause */
/* promtool judges the page. */
/* links: out/metrics.c out/metrics_page.c out/metrics_write.c out/metrics_write_facts.c */
/* links: out/code_counts.c out/server_names.c out/observer.c out/process.c out/expo.c */
/* links: out/facts.c track/names.c base/text.c base/text_escape.c */
/* links: tls/names.c tls/names_alert.c tls/names_cipher.c tls/names_group.c */
/* links: tls/names_handshake.c tls/names_signature.c */
/* links: tls/names_extension.c */
/* links: out/findings.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "out/metrics_page.h"
#include "test_out_sample.h"

static size_t collect(void *ctx, struct metric_row *rows, size_t room)
{
	static const struct metric_row known[] = {
		{ "shaketap_events_total", NULL, NULL, 7 },
		{ "shaketap_flows", "table", "flows", 3 },
		{ "shaketap_events_lost_total", "cause", "ring_full", 0 },
		{ "shaketap_flows", "table", "syns", 4 },
		{ "shaketap_no_such_family", NULL, NULL, 1 },
	};

	(void)ctx;
	assert_true(room >= sizeof(known) / sizeof(known[0]));
	memcpy(rows, known, sizeof(known));
	return sizeof(known) / sizeof(known[0]);
}

/* The page in a text the caller frees. */
static struct text page_of(const struct metrics *m, bool openmetrics)
{
	struct metrics_page page = {
		.metrics = m, .version = "0.1 \"x\"", .libbpf_version = "1.1", .collect = collect
	};
	struct text t;

	text_init(&t, 16 << 20);
	metrics_page_write(&page, openmetrics, &t);
	assert_false(t.cut);
	assert_true(page.build_ns > 0);
	return t;
}

static bool has_line(const struct metrics *m, bool openmetrics, const char *line)
{
	struct text t = page_of(m, openmetrics);
	size_t n = strlen(line);
	bool found = false;

	for (const char *p = t.p; (p = strstr(p, line)); p += n)
		if ((p == t.p || p[-1] == '\n') && p[n] == '\n')
			found = true;
	text_free(&t);
	return found;
}

#define assert_line(m, line) assert_true(has_line(m, false, line))

static struct metrics *new_metrics(size_t max, const char *const *patterns)
{
	const struct metrics_limits limits = { .max_server_names = max, .patterns = patterns };
	struct metrics *m = metrics_new(&limits);

	assert_non_null(m);
	return m;
}

/* Give the page to a shell command as a file; true if that ends well and silently. */
static bool accepted_by(const struct text *page, const char *command)
{
	char path[] = "/tmp/test_out_metrics.XXXXXX", line[512];
	int fd = mkstemp(path);
	const char *out;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, page->p, page->n), page->n);
	close(fd);
	snprintf(line, sizeof(line), command, path);
	out = output_of(line);
	unlink(path);
	if (*out)
		print_message("%s\n", out);
	return !*out;
}

/*
 * promtool has no check for OpenMetrics alone, but its importer parses it. It
 * wants time stamps, which a scraped page must not have: add them.
 */
#define CHECK_TEXT "promtool check metrics < %s 2>&1"
#define CHECK_OPENMETRICS                                                                     \
	"f=%s; d=$(mktemp -d); sed '/^#/!s/$/ 1700000000/' $f > $d/om && "                    \
	"promtool tsdb create-blocks-from openmetrics -q $d/om $d/out 2>&1; r=$?; rm -r $d; " \
	"exit $r"

static void count_many(struct metrics *m)
{
	struct sample s;

	for (unsigned i = 0; i < 1000; i++) {
		uint8_t name[2] = { (uint8_t)(i >> 8), (uint8_t)i };

		if (i % 2)
			sample_success(&s);
		else
			sample_failure(&s);
		s.hs.role = (enum hs_role)(i % HS_ROLES);
		s.hs.failure.cause = (enum hs_cause)(i % HS_CAUSES);
		s.hs.failure.stage = (enum hs_stage)(i % HS_STAGES);
		s.hs.server_hello.version = (uint16_t)(0x0300 + i % 7);
		s.hs.server_hello.cipher_suite = (uint16_t)(i % 3 ? i : 0x1301);
		s.hs.group = (uint16_t)(i % 5 ? i : 0x1d);
		s.hs.alerts[0] =
			(struct hs_alert){ i % 2, (uint8_t)(i % 4), (uint8_t)i, i % 9 == 0 };
		s.hs.alert_count = 1;
		s.hello.server_name = (struct bytes){ name, sizeof(name) };
		metrics_count(m, &s.hs, SAMPLE_WALL_OFFSET);
	}
}

static void pages_are_accepted_by_prometheus(void **state)
{
	struct metrics *m = new_metrics(200, NULL);
	struct text t;

	(void)state;
	for (int round = 0; round < 2; round++) {
		t = page_of(m, false);
		assert_true(accepted_by(&t, CHECK_TEXT));
		if (!round)
			assert_in_range(t.n, 1, 150000);
		text_free(&t);
		t = page_of(m, true);
		assert_true(accepted_by(&t, CHECK_OPENMETRICS));
		assert_string_equal(t.p + t.n - 6, "# EOF\n");
		text_free(&t);
		count_many(m);
	}
	metrics_free(m);
}

/* No two samples of a page may have the same name and labels. */
static void no_sample_comes_twice(void **state)
{
	struct metrics *m = new_metrics(2000, NULL);
	struct sample s;
	struct text t;

	(void)state;
	count_many(m);
	sample_success(&s);
	for (unsigned code = 0; code < 65536; code++) {
		s.hs.server_hello.cipher_suite = s.hs.group = (uint16_t)code;
		metrics_count(m, &s.hs, SAMPLE_WALL_OFFSET);
	}
	t = page_of(m, false);
	assert_true(accepted_by(&t, "sed '/^#/d; s/ [^ ]*$//' %s | sort | uniq -d"));
	text_free(&t);
	metrics_free(m);
}

static void known_label_values_start_at_0(void **state)
{
	struct metrics *m = new_metrics(200, NULL);

	(void)state;
	assert_line(m, "shaketap_handshakes_total{role=\"server\",version=\"1.2\","
		       "resumption=\"resumed\"} 0");
	assert_line(m, "shaketap_handshakes_total{role=\"client\",version=\"none\","
		       "resumption=\"full\"} 0");
	assert_line(m, "shaketap_handshake_failures_total{role=\"client\",stage=\"tcp_syn\","
		       "side=\"server\",cause=\"tcp_refused\"} 0");
	assert_line(m, "shaketap_handshakes_unknown_total{cause=\"gap\"} 0");
	assert_line(m, "shaketap_alerts_total{side=\"server\",level=\"fatal\","
		       "description=\"handshake_failure\"} 0");
	assert_line(m, "shaketap_handshake_duration_seconds_bucket{role=\"client\","
		       "version=\"1.3\",resumption=\"full\",le=\"+Inf\"} 0");
	assert_line(m, "shaketap_cipher_suites_total"
		       "{cipher=\"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256\"} 0");
	assert_line(m, "shaketap_server_handshakes_total{server_name=\"other\"} 0");
	assert_line(m, "shaketap_server_name_overflow_total 0");
	assert_line(m, "shaketap_build_info{version=\"0.1 \\\"x\\\"\",libbpf=\"1.1\"} 1");
	assert_line(m, "shaketap_events_total 7");
	assert_line(m, "shaketap_flows{table=\"syns\"} 4");
	assert_line(m, "shaketap_events_lost_total{cause=\"ring_full\"} 0");
	assert_false(has_line(m, false, "shaketap_no_such_family 1"));
	metrics_free(m);
}

static void counts_what_happened(void **state)
{
	struct metrics *m = new_metrics(200, NULL);
	struct sample s;

	(void)state;
	sample_success(&s);
	metrics_count(m, &s.hs, SAMPLE_WALL_OFFSET);
	sample_failure(&s);
	metrics_count(m, &s.hs, SAMPLE_WALL_OFFSET);
	s.hs.outcome = HS_UNKNOWN;
	s.hs.unknown = HS_GAP;
	s.hs.alert_count = 0;
	metrics_count(m, &s.hs, SAMPLE_WALL_OFFSET);
	assert_line(m, "shaketap_handshakes_total{role=\"client\",version=\"1.3\","
		       "resumption=\"full\"} 1");
	assert_line(m, "shaketap_handshakes_total{role=\"client\",version=\"1.2\","
		       "resumption=\"full\"} 1");
	assert_line(m, "shaketap_handshake_failures_total{role=\"client\","
		       "stage=\"server_hello_done\",side=\"client\","
		       "cause=\"certificate_expired\"} 1");
	assert_line(m, "shaketap_handshakes_unknown_total{cause=\"gap\"} 1");
	assert_line(m, "shaketap_round_trips_total{version=\"1.3\"} 1");
	assert_line(m, "shaketap_alerts_total{side=\"client\",level=\"fatal\","
		       "description=\"certificate_expired\"} 1");
	assert_line(m, "shaketap_cipher_suites_total{cipher=\"TLS_AES_128_GCM_SHA256\"} 1");
	assert_line(m, "shaketap_key_exchange_groups_total{group=\"X25519MLKEM768\","
		       "post_quantum=\"true\"} 1");
	assert_line(m, "shaketap_post_quantum_offers_total 3");
	assert_line(m, "shaketap_server_handshakes_total{server_name=\"old.example.com\"} 1");
	assert_line(m, "shaketap_server_handshake_failures_total{server_name=\"old.example.com\","
		       "cause=\"certificate_expired\"} 1");
	assert_int_equal(metrics_totals(m).handshakes, 2);
	assert_int_equal(metrics_totals(m).failures, 1);
	assert_int_equal(metrics_totals(m).unknown, 1);
	metrics_free(m);
}

static void histogram_counts_up_to_the_bound(void **state)
{
	struct metrics *m = new_metrics(200, NULL);
	/* on a bound (which belongs to its bucket), just above, beyond the last */
	static const uint64_t durations[] = { 5 * MS, 5 * MS + 1, 11000 * MS };
	struct sample s;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		sample_success(&s);
		s.hs.server_finished_time = s.hs.client_finished_time = SAMPLE_START + durations[i];
		metrics_count(m, &s.hs, SAMPLE_WALL_OFFSET);
	}
#define ROW(suffix)                                                                      \
	"shaketap_handshake_duration_seconds" suffix "{role=\"client\",version=\"1.3\"," \
	"resumption=\"full\""
	assert_line(m, ROW("_bucket") ",le=\"0.0025\"} 0");
	assert_line(m, ROW("_bucket") ",le=\"0.005\"} 1");
	assert_line(m, ROW("_bucket") ",le=\"0.01\"} 2");
	assert_line(m, ROW("_bucket") ",le=\"10\"} 2");
	assert_line(m, ROW("_bucket") ",le=\"+Inf\"} 3");
	assert_line(m, ROW("_sum") "} 11.010000001");
	assert_line(m, ROW("_count") "} 3");
	assert_true(has_line(m, true, ROW("_bucket") ",le=\"10.0\"} 2"));
	assert_true(has_line(m, true, "# UNIT shaketap_handshake_duration_seconds seconds"));
	assert_true(has_line(m, true, "# TYPE shaketap_build info"));
	assert_true(has_line(m, true, "# TYPE shaketap_handshakes counter"));
	metrics_free(m);
}

static void name(struct metrics *m, struct bytes server_name)
{
	struct sample s;

	sample_success(&s);
	s.hello.server_name = server_name;
	metrics_count(m, &s.hs, SAMPLE_WALL_OFFSET);
}

static void server_names_are_bounded(void **state)
{
	struct metrics *m = new_metrics(2, NULL);
	uint8_t lengthy[300];

	(void)state;
	memset(lengthy, 'a', sizeof(lengthy));
	name(m, BYTES("A.example"));
	name(m, BYTES("a.EXAMPLE"));
	name(m, BYTES("other"));
	name(m, BYTES("none"));
	name(m, BYTES("\"\\\n\xff"));
	name(m, BYTES("c.example"));
	name(m, BYTES("c.example"));
	name(m, BYTES("a.example"));
	name(m, (struct bytes){ lengthy, sizeof(lengthy) });
	name(m, (struct bytes){ 0 });
	assert_line(m, "shaketap_server_handshakes_total{server_name=\"a.example\"} 3");
	assert_line(m, "shaketap_server_handshakes_total{server_name="
		       "\"\\\"\\\\x5c\\\\x0a\\\\xff\"} 1");
	assert_line(m, "shaketap_server_handshakes_total{server_name=\"other\"} 5");
	assert_line(m, "shaketap_server_handshakes_total{server_name=\"none\"} 1");
	assert_line(m, "shaketap_server_name_overflow_total 2");
	metrics_free(m);
	m = new_metrics(0, NULL);
	name(m, BYTES("a.example"));
	assert_line(m, "shaketap_server_name_overflow_total 1");
	metrics_free(m);
}

static void patterns_choose_the_names(void **state)
{
	static const char *const patterns[] = { "*.Example.com", "api", NULL };
	struct metrics *m = new_metrics(200, patterns);

	(void)state;
	name(m, BYTES("a.b.example.com"));
	name(m, BYTES("API"));
	name(m, BYTES("example.com"));
	assert_line(m, "shaketap_server_handshakes_total{server_name=\"a.b.example.com\"} 1");
	assert_line(m, "shaketap_server_handshakes_total{server_name=\"api\"} 1");
	assert_line(m, "shaketap_server_handshakes_total{server_name=\"other\"} 1");
	assert_line(m, "shaketap_server_name_overflow_total 0");
	metrics_free(m);
}

static void avoidable_round_trips_by_formula(void **state)
{
	struct metrics *m = new_metrics(200, NULL);
	struct sample s;

	(void)state;
	sample_success(&s);
	s.hs.hello_retry = true;
	s.hs.second_hello_time = SAMPLE_START + 7 * MS;
	metrics_count(m, &s.hs, SAMPLE_WALL_OFFSET);
	assert_line(m, "shaketap_avoidable_round_trip_seconds_total{role=\"client\"} 0.007");
	sample_success(&s);
	s.hs.role = HS_ROLE_SERVER;
	s.hs.server_hello.version = 0x0303;
	s.hs.round_trips = 2;
	s.hs.server_flight_end_time = SAMPLE_START + 10 * MS;
	s.hs.client_flight_time = SAMPLE_START + 30 * MS;
	s.hs.client_finished_time = SAMPLE_START + 31 * MS;
	s.hs.server_finished_time = SAMPLE_START + 32 * MS;
	metrics_count(m, &s.hs, SAMPLE_WALL_OFFSET);
	assert_line(m, "shaketap_avoidable_round_trip_seconds_total{role=\"server\"} 0.021");
	s.hs.round_trips = 1;
	metrics_count(m, &s.hs, SAMPLE_WALL_OFFSET);
	assert_line(m, "shaketap_avoidable_round_trip_seconds_total{role=\"server\"} 0.021");
	metrics_free(m);
}

/* Our own numbers against those of the kernel's status file and of a shell. */
static void process_metrics_are_plausible(void **state)
{
	struct metrics *m = new_metrics(1, NULL);
	struct text t = page_of(m, false);
	char command[256];
	double start, resident;
	const char *p;

	(void)state;
	p = strstr(t.p, "\nprocess_start_time_seconds ");
	assert_non_null(p);
	start = atof(strchr(p, ' '));
	assert_in_range((uint64_t)start, (uint64_t)time(NULL) - 60, (uint64_t)time(NULL) + 2);
	p = strstr(t.p, "\nprocess_resident_memory_bytes ");
	assert_non_null(p);
	resident = atof(strchr(p, ' '));
	snprintf(command, sizeof(command), "awk '/^VmRSS/{print $2*1024}' /proc/%d/status",
		 getpid());
	assert_true(resident > atof(output_of(command)) / 2);
	assert_true(resident < atof(output_of(command)) * 2);
	assert_non_null(strstr(t.p, "\nprocess_cpu_seconds_total "));
	assert_non_null(strstr(t.p, "\nprocess_virtual_memory_bytes "));
	assert_non_null(strstr(t.p, "\nprocess_open_fds "));
	assert_non_null(strstr(t.p, "\nprocess_max_fds "));
	text_free(&t);
	metrics_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_are_accepted_by_prometheus),
		cmocka_unit_test(no_sample_comes_twice),
		cmocka_unit_test(known_label_values_start_at_0),
		cmocka_unit_test(counts_what_happened),
		cmocka_unit_test(histogram_counts_up_to_the_bound),
		cmocka_unit_test(server_names_are_bounded),
		cmocka_unit_test(patterns_choose_the_names),
		cmocka_unit_test(avoidable_round_trips_by_formula),
		cmocka_unit_test(process_metrics_are_plausible),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
