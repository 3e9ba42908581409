/* SPDX-License-Identifier: BSD-2-Clause */
/* What the page remembers, and that it stays what it is under hostile numbers. */
/* links: out/history.c out/window.c base/text.c base/text_escape.c base/addr.c track/names.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "out/history.h"
#include "test_out_sample.h"

#define SECOND UINT64_C(1000000000)
#define MINUTE (60 * SECOND)
/* Some time after the start of the clock. */
#define START (1000 * MINUTE)

static struct history *history;
static struct sample sample;

static int set_up(void **state)
{
	(void)state;
	history = history_new(12345);
	assert_non_null(history);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	history_free(history);
	return 0;
}

static void see(const char *name, enum hs_outcome outcome, uint64_t now)
{
	sample_success(&sample);
	if (outcome == HS_FAILURE)
		sample_failure(&sample);
	sample.hs.outcome = outcome;
	sample.hello.server_name = (struct bytes){ (const uint8_t *)name, name ? strlen(name) : 0 };
	history_count(history, &sample.hs, now);
}

static void a_window_slides(void **state)
{
	struct window window = { 0 };

	(void)state;
	window_add(&window, 100, WINDOW_GOOD);
	window_add(&window, 100, WINDOW_GOOD);
	window_add(&window, 102, WINDOW_FAILED);
	assert_int_equal(window_at(&window, 102, 2, WINDOW_GOOD), 2);
	assert_int_equal(window_at(&window, 102, 1, WINDOW_GOOD), 0);
	assert_int_equal(window_at(&window, 110, 8, WINDOW_FAILED), 1);
	assert_int_equal(window_all(&window, 102), 3);
	/* 60 ticks: 100 is in the window that ends with 159, not in that of 160. */
	assert_int_equal(window_all(&window, 159), 3);
	assert_int_equal(window_all(&window, 160), 1);
	assert_int_equal(window_all(&window, 162), 0);
	assert_int_equal(window_at(&window, 102, 60, WINDOW_GOOD), 0);
	/* The slots are used again, empty. */
	window_add(&window, 161, WINDOW_UNKNOWN);
	assert_int_equal(window_all(&window, 161), 2);
	window_add(&window, 5000, WINDOW_UNKNOWN);
	assert_int_equal(window_all(&window, 5000), 1);
	/* A clock that stands back counts as the newest tick. */
	window_add(&window, 4999, WINDOW_UNKNOWN);
	assert_int_equal(window_at(&window, 5000, 0, WINDOW_UNKNOWN), 2);
}

static void counts_by_second_minute_and_name(void **state)
{
	const struct history_name *names[4];

	(void)state;
	see("b.example.com", HS_SUCCESS, START);
	see("B.Example.Com", HS_SUCCESS, START + 61 * SECOND);
	see("b.example.com", HS_UNKNOWN, START + 61 * SECOND);
	see("a.example.com", HS_FAILURE, START + 61 * SECOND);
	assert_int_equal(window_all(history_seconds(history), START / SECOND + 61), 3);
	assert_int_equal(window_all(history_minutes(history), START / MINUTE + 1), 4);
	assert_int_equal(history_names(history, START + 61 * SECOND, names, 4), 2);
	assert_string_equal(names[0]->label.text, "b.example.com");
	assert_int_equal(window_all(&names[0]->minutes, START / MINUTE + 1), 3);
	assert_string_equal(names[1]->label.text, "a.example.com");
	assert_int_equal(window_sum(&names[1]->minutes, START / MINUTE + 1, WINDOW_FAILED), 1);
}

static void a_failure_is_cause_stage_side_and_name(void **state)
{
	const struct history_failure *failures[4];

	(void)state;
	for (uint64_t i = 0; i < 3; i++)
		see("old.example.com", HS_FAILURE, START + i * SECOND);
	sample.hs.failure.side = HS_SERVER;
	history_count(history, &sample.hs, START + 5 * SECOND);
	see("other.example.com", HS_FAILURE, START + 400 * SECOND);
	assert_int_equal(history_failures(history, START + 400 * SECOND, failures, 4), 3);
	assert_int_equal(failures[0]->count, 3);
	assert_int_equal(failures[0]->first, START);
	assert_int_equal(failures[0]->last, START + 2 * SECOND);
	assert_int_equal(failures[0]->end[HS_SERVER].port, 443);
	/* Of equals the newer one. */
	assert_string_equal(failures[1]->label.text, "other.example.com");
	assert_int_equal(failures[2]->failure.side, HS_SERVER);
	assert_int_equal(history_failures(history, START, failures, 1), 1);
	assert_int_equal(history_failing(history, START + 400 * SECOND, 300 * SECOND), 1);
}

/* A thousand an hour ago (2^-6 of them) weigh less than twenty now. */
static void what_is_over_sinks(void **state)
{
	const struct history_name *names[2];

	(void)state;
	for (int i = 0; i < 1000; i++)
		see("then.example.com", HS_SUCCESS, START);
	for (int i = 0; i < 20; i++)
		see("now.example.com", HS_SUCCESS, START + 60 * MINUTE);
	assert_int_equal(history_names(history, START + 60 * MINUTE, names, 2), 2);
	assert_string_equal(names[0]->label.text, "now.example.com");
}

static void without_a_name_the_address_stands(void **state)
{
	const struct history_name *names[3];

	(void)state;
	see(NULL, HS_SUCCESS, START);
	/* A name that reads like the address is another row. */
	see("10.0.0.9:443", HS_SUCCESS, START + 1);
	sample.hs.client_hello = NULL;
	inet_pton(AF_INET6, "2001:db8::9", sample.hs.end[HS_SERVER].addr);
	history_count(history, &sample.hs, START + 2);
	assert_int_equal(history_names(history, START + 2, names, 3), 3);
	assert_string_equal(names[0]->label.text, "[2001:db8::9]:443");
	assert_false(names[0]->label.named);
	assert_string_equal(names[1]->label.text, "10.0.0.9:443");
	assert_true(names[1]->label.named);
	assert_string_equal(names[2]->label.text, "10.0.0.9:443");
	assert_false(names[2]->label.named);
}

static void names_are_escaped_and_cut(void **state)
{
	const struct history_name *names[3];
	static char huge[70000];

	(void)state;
	see("\xe2\x80\xae"
	    "evil\n<b>",
	    HS_SUCCESS, START);
	assert_int_equal(history_names(history, START, names, 3), 1);
	assert_string_equal(names[0]->label.text, "\\xe2\\x80\\xaeevil\\x0a<b>");
	memset(huge, 'a', sizeof(huge) - 1);
	see(huge, HS_SUCCESS, START + 1);
	huge[253] = '\0';
	see(huge, HS_SUCCESS, START + 2);
	assert_int_equal(history_names(history, START + 2, names, 3), 3);
	/* A DNS name has at most 253 characters (RFC 1035): room for each. */
	assert_int_equal(strlen(names[0]->label.text), 253);
	assert_int_equal(strlen(names[1]->label.text), 259);
	assert_string_equal(names[1]->label.text + 254, "aa...");
}

/* A flood of random names pushes out random names, not those that are in use. */
static void a_flood_of_names_leaves_the_used_ones(void **state)
{
	const struct history_name *names[HISTORY_NAMES];
	const struct history_failure *failures[HISTORY_FAILURES];
	char name[64];

	(void)state;
	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "used%d.example.com", i);
		for (int k = 0; k < 10; k++)
			see(name, HS_SUCCESS, START);
	}
	for (int i = 0; i < 200000; i++) {
		snprintf(name, sizeof(name), "r%d.example.net", i);
		see(name, HS_FAILURE, START + (uint64_t)i * 1000000);
	}
	assert_int_equal(history_names(history, START + 200 * SECOND, names, HISTORY_NAMES), 512);
	for (int i = 0; i < 20; i++)
		assert_memory_equal(names[i]->label.text, "used", 4);
	assert_int_equal(
		history_failures(history, START + 200 * SECOND, failures, HISTORY_FAILURES), 256);
	assert_int_equal(window_all(history_minutes(history), START / MINUTE + 3), 200200);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_window_slides),
		TEST(counts_by_second_minute_and_name),
		TEST(a_failure_is_cause_stage_side_and_name),
		TEST(what_is_over_sinks),
		TEST(without_a_name_the_address_stands),
		TEST(names_are_escaped_and_cut),
		TEST(a_flood_of_names_leaves_the_used_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
