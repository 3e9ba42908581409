/* SPDX-License-Identifier: BSD-2-Clause */
/* The page for people, by its words. A real browser reads it in tests/deploy/test_page.sh. */
/* links: out/page.c out/page_chart.c out/page_failures.c out/page_names.c out/page_observer.c */
/* links: out/page_style.c out/page_words.c out/history.c out/window.c base/text.c */
/* links: base/text_escape.c base/addr.c base/digest.c track/names.c */
/* libs: -lcrypto */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "out/page.h"
#include "out/page_chart.h"
#include "out/page_style.h"
#include "out/page_words.h"
#include "test_out_sample.h"

#define SECOND UINT64_C(1000000000)
#define MINUTE (60 * SECOND)

/* date -u -d @1795418473 is 2026-11-23T07:21:13Z; that is 1000 minutes on the clock of the test. */
#define NOW (1000 * MINUTE)
#define OFFSET (UINT64_C(1795418473) * SECOND - NOW)

static struct history *history;
static struct page_facts facts;
static struct text page;

static int set_up(void **state)
{
	(void)state;
	history = history_new(1);
	text_init(&page, 1 << 20);
	facts = (struct page_facts){ .version = "1.2.3",
				     .ready = true,
				     .now = NOW,
				     .wall_offset = OFFSET,
				     .started = NOW - 90061 * SECOND,
				     .history = history };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	history_free(history);
	text_free(&page);
	return 0;
}

static void fail_at(const char *name, uint64_t at)
{
	static struct sample sample;

	sample_failure(&sample);
	sample.hello.server_name = (struct bytes){ (const uint8_t *)name, strlen(name) };
	history_count(history, &sample.hs, at);
	facts.handshakes++;
	facts.failures++;
}

static void expect_words(const char *words)
{
	if (!strstr(page.p, words))
		fail_msg("no \"%s\" in\n%s", words, page.p);
}

static void expect_no_words(const char *words)
{
	if (strstr(page.p, words))
		fail_msg("\"%s\" in\n%s", words, page.p);
}

static void write_page(void)
{
	text_reset(&page);
	page_write(&page, &facts);
	assert_false(page.cut);
}

static void says_that_all_is_quiet(void **state)
{
	(void)state;
	write_page();
	expect_words("<title>shaketap</title>");
	expect_words("No handshake has passed yet");
	expect_words("No handshake has failed since the start.");
	expect_words("1.2.3");
	expect_words("2026-11-23T07:21:13Z\">07:21:13</time> UTC, up for 1 d 1 h");
	expect_no_words("http-equiv");
	expect_no_words("<script");
	facts.handshakes = 5;
	write_page();
	expect_words("No failure in the last five minutes");
	expect_words("5 handshakes, 0 failed; 0 more with an unknown outcome; 0 open now.");
}

static void says_why_it_is_not_ready(void **state)
{
	(void)state;
	facts.ready = false;
	facts.reason = "a <b> & c";
	write_page();
	expect_words("<title>not observing - shaketap</title>");
	expect_words("Not observing: a &lt;b&gt; &amp; c");
}

static void says_what_fails(void **state)
{
	(void)state;
	fail_at("gone.example.com", NOW - 12 * MINUTE);
	for (int i = 0; i < 1234; i++)
		fail_at("old.example.com", NOW - 3 * MINUTE);
	fail_at("new.example.com", NOW - 12 * SECOND);
	write_page();
	expect_words("<title>2 failing - shaketap</title>");
	expect_words("2 kinds of failure in the last five minutes");
	expect_words("Mostly <span class=\"cause\">certificate_expired</span> for <bdi "
		     "class=\"name\">old.example.com</bdi>: 1,234 times since "
		     "<time datetime=\"2026-11-23T07:18:13Z\">07:18:13</time>, last 3 min ago.");
	expect_words("Last minute: 1 handshake, <strong class=\"bad\">1 failed</strong>");
	expect_words("at server_hello_done, ended by the client");
	expect_words("client alert certificate_expired (certificate expired 3 days ago)");
	expect_words("10.0.0.5:51240 &gt; 10.0.0.9:443");
	expect_words("<tr class=\"old\">");
	expect_words("12 s ago");
}

/* Names as they are sent: HTML, a quote that would end an attribute, text that runs backwards. */
static void escapes_what_others_sent(void **state)
{
	struct page_interface interface = { "<i>\x01\xff\"eth", "TCX" };

	(void)state;
	fail_at("<script>alert(1)</script>.example", NOW);
	fail_at("\"><img src=x onerror='alert(1)'>&amp;", NOW);
	fail_at("\xe2\x80\xae"
		"gpj.exe",
		NOW);
	facts.interfaces = &interface;
	facts.interface_count = 1;
	facts.interface_total = 9;
	write_page();
	expect_words("&lt;script&gt;alert(1)&lt;/script&gt;.example");
	expect_words("&quot;&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;amp;");
	expect_words("\\xe2\\x80\\xaegpj.exe");
	expect_words("&lt;i&gt;\\x01\\xff&quot;eth");
	expect_words(" and 8 more");
	expect_no_words("<script");
	expect_no_words("<img");
	expect_no_words("<i>");
	for (size_t i = 0; i < page.n; i++)
		assert_true((page.p[i] >= 0x20 && page.p[i] < 0x7f) || page.p[i] == '\n');
}

static void says_what_was_lost(void **state)
{
	const struct metric_row rows[] = {
		{ "shaketap_events_total", NULL, NULL, 77 },
		{ "shaketap_events_lost_total", "cause", "ring_full", 1204 },
		{ "shaketap_flow_evictions_total", "table", "kernel", 1 },
		{ "shaketap_packets_refused_total", "cause", "ip_fragment", 13 },
	};

	(void)state;
	facts.rows = rows;
	facts.row_count = 4;
	write_page();
	expect_words("Not everything was seen");
	expect_words("1,204 events were lost: the ring buffer was full");
	expect_words("1 handshake was given up");
	expect_words("<dd>13 ip_fragment</dd>");
	facts.row_count = 1;
	write_page();
	expect_no_words("Not everything was seen");
	expect_words("<dt>Lost</dt><dd>Nothing.</dd>");
}

static void lives_only_when_asked(void **state)
{
	(void)state;
	facts.live = true;
	write_page();
	expect_words("<meta http-equiv=\"refresh\" content=\"5\">");
}

/* 700 hostile names of the greatest length: rows are limited, and so is the page. */
static void stays_small(void **state)
{
	char name[253];

	(void)state;
	for (int i = 0; i < 700; i++) {
		memset(name, '<', sizeof(name) - 1);
		snprintf(name + 200, sizeof(name) - 200, "%d", i);
		fail_at(name, NOW);
	}
	write_page();
	assert_true(page.n < 200000);
}

/* By hand: 4 units a bar, 48 high; the peak is 4 handshakes, so 12 units each. */
static void draws_bars(void **state)
{
	struct window window = { 0 };
	struct page_chart chart = { &window, 100, "x", 48 };

	(void)state;
	window_add(&window, 99, WINDOW_GOOD);
	for (int i = 0; i < 3; i++)
		window_add(&window, 100, WINDOW_GOOD);
	window_add(&window, 100, WINDOW_FAILED);
	assert_int_equal(page_chart_peak(&chart), 4);
	page_chart(&page, &chart);
	expect_words("viewBox=\"0 0 239 48\"");
	expect_words("aria-label=\"5 in the last hour, 1 failed, 0 unknown\"");
	expect_words("<path class=\"f\" d=\"M236 48h3v-12h-3z\"/>");
	expect_words("<path class=\"g\" d=\"M232 48h3v-12h-3zM236 36h3v-36h-3z\"/>");
	expect_no_words("class=\"u\"");
	/* One failure among a million can be seen. */
	text_reset(&page);
	window.count[100 % WINDOW_SLOTS][WINDOW_GOOD] = 1000000;
	page_chart(&page, &chart);
	expect_words("<path class=\"f\" d=\"M236 48h3v-5h-3z\"/>");
}

static void writes_numbers(void **state)
{
	static const struct {
		uint64_t value;
		const char *number, *span;
	} cases[] = {
		{ 0, "0", "0 s" },
		{ 59, "59", "59 s" },
		{ 60, "60", "1 min" },
		{ 200, "200", "3 min 20 s" },
		{ 7500, "7,500", "2 h 5 min" },
		{ 90061, "90,061", "1 d 1 h" },
		{ 12345678, "12,345,678", "142 d 21 h" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text_reset(&page);
		page_number(&page, cases[i].value);
		assert_string_equal(page.p, cases[i].number);
		text_reset(&page);
		page_span(&page, cases[i].value * SECOND);
		assert_string_equal(page.p, cases[i].span);
	}
	text_reset(&page);
	page_time(&page, &facts, NOW - 86400 * SECOND);
	assert_string_equal(page.p,
			    "<time datetime=\"2026-11-22T07:21:13Z\">2026-11-22 07:21:13</time>");
}

/* openssl(1) says what the digest of the style is. */
static void the_policy_allows_the_style_and_nothing_else(void **state)
{
	char path[] = "/tmp/test_out_page.XXXXXX", command[160], want[128];
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, page_style, strlen(page_style)), strlen(page_style));
	close(fd);
	snprintf(command, sizeof(command), "openssl dgst -sha256 -binary %s | openssl base64",
		 path);
	snprintf(want, sizeof(want), "style-src 'sha256-%.64s'", output_of(command));
	unlink(path);
	page_policy(&page);
	expect_words("default-src 'none'; ");
	expect_words(want);
	expect_no_words("unsafe");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(says_that_all_is_quiet),
		TEST(says_why_it_is_not_ready),
		TEST(says_what_fails),
		TEST(escapes_what_others_sent),
		TEST(says_what_was_lost),
		TEST(lives_only_when_asked),
		TEST(stays_small),
		TEST(draws_bars),
		TEST(writes_numbers),
		TEST(the_policy_allows_the_style_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
