/* SPDX-License-Identifier: BSD-2-Clause */
/* The metrics of findings, and of when certificates end. */
/* links: out/metrics.c out/metrics_write.c out/metrics_write_facts.c out/findings.c */
/* links: out/code_counts.c out/server_names.c out/expo.c out/facts.c track/names.c */
/* links: base/text.c base/text_escape.c tls/names.c tls/names_alert.c tls/names_cipher.c */
/* links: tls/names_group.c tls/names_handshake.c tls/names_signature.c tls/names_extension.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "out/findings.h"
#include "out/metrics.h"
#include "test_out_sample.h"
#include "tls/x509.h"

/* The page without what does not come from handshakes, in a text the caller frees. */
static struct text page_of(const struct metrics *m)
{
	struct text t;
	struct expo e = { .out = &t };

	text_init(&t, 16 << 20);
	metrics_write(&e, m);
	assert_false(t.cut);
	return t;
}

static bool has_line(const struct metrics *m, const char *line)
{
	struct text t = page_of(m);
	const char *p = strstr(t.p, line);
	bool found = p && (p == t.p || p[-1] == '\n') && p[strlen(line)] == '\n';

	text_free(&t);
	return found;
}

static void every_finding_starts_at_0(void **state)
{
	struct metrics *m = metrics_new(&(struct metrics_limits){ .max_server_names = 1 });
	char line[100];

	(void)state;
	for (int i = 0; i < FINDINGS; i++) {
		snprintf(line, sizeof(line), "shaketap_findings_total{finding=\"%s\"} 0",
			 finding_name((enum finding)i));
		assert_true(has_line(m, line));
	}
	metrics_free(m);
}

static void findings_and_certificates(void **state)
{
	struct tls_x509 leaf = { .parsed = true, .has_not_after = true, .not_after = 1795418472 };
	struct metrics *m = metrics_new(&(struct metrics_limits){ .max_server_names = 1 });
	struct sample s;

	(void)state;
#define NOT_AFTER "shaketap_server_certificate_not_after_timestamp_seconds"
	sample_failure(&s); /* a second after the end of its certificate */
	s.hs.certificate[HS_SERVER] = &leaf;
	metrics_count(m, &s.hs, SAMPLE_WALL_OFFSET);
	s.hs.outcome = HS_UNKNOWN;
	metrics_count(m, &s.hs, SAMPLE_WALL_OFFSET);
	assert_true(has_line(m, "shaketap_findings_total{finding=\"certificate_expired\"} 2"));
	assert_true(has_line(m, "shaketap_findings_total{finding=\"no_server_name\"} 0"));
	assert_true(has_line(m, NOT_AFTER "{server_name=\"old.example.com\"} 1795418472"));
	leaf.not_after = 253402300799;
	s.hs.outcome = HS_SUCCESS;
	metrics_count(m, &s.hs, SAMPLE_WALL_OFFSET);
	assert_true(has_line(m, NOT_AFTER "{server_name=\"old.example.com\"} 253402300799"));
	s.hs.certificate[HS_SERVER] = NULL; /* TLS 1.3: not visible, still known */
	metrics_count(m, &s.hs, SAMPLE_WALL_OFFSET);
	assert_true(has_line(m, NOT_AFTER "{server_name=\"old.example.com\"} 253402300799"));
	s.hs.certificate[HS_SERVER] = &leaf;
	s.hello.server_name = BYTES("b.example"); /* no room */
	metrics_count(m, &s.hs, SAMPLE_WALL_OFFSET);
	assert_false(has_line(m, NOT_AFTER "{server_name=\"other\"} 253402300799"));
	metrics_free(m);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_finding_starts_at_0),
		cmocka_unit_test(findings_and_certificates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
