/* SPDX-License-Identifier: BSD-2-Clause */
/* links: base/text.c base/text_escape.c */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/text.h"

#define BYTES(s) ((struct bytes){ (const uint8_t *)(s), sizeof(s) - 1 })

static void grows_up_to_its_limit(void **state)
{
	struct text t;

	(void)state;
	text_init(&t, 10000);
	for (int i = 0; i < 9999; i++)
		text_char(&t, 'x');
	assert_false(t.cut);
	text_string(&t, "ab");
	assert_true(t.cut);
	assert_int_equal(t.n, 9999);
	text_char(&t, 'a');
	assert_int_equal(t.n, 9999); /* nothing after the cut, even what would fit */
	assert_int_equal(strlen(t.p), 9999);
	text_reset(&t);
	text_printf(&t, "%s-%d", "again", 7);
	assert_string_equal(t.p, "again-7");
	assert_false(t.cut);
	text_free(&t);
}

static void reuse_keeps_the_allocation(void **state)
{
	struct text t;
	char *p;

	(void)state;
	text_init(&t, 100000);
	text_pad(&t, 0, 50000);
	p = t.p;
	text_reset(&t);
	assert_string_equal(t.p, "");
	text_pad(&t, 0, 50000);
	assert_ptr_equal(t.p, p);
	text_free(&t);
}

static void fits_a_buffer_to_the_last_byte(void **state)
{
	char buffer[5];
	struct text t;

	(void)state;
	text_init_over(&t, buffer, sizeof(buffer));
	text_string(&t, "abcd");
	assert_false(t.cut);
	assert_string_equal(buffer, "abcd");
	text_char(&t, 'e');
	assert_true(t.cut);
	text_reset(&t);
	text_printf(&t, "%d", 12345);
	assert_true(t.cut);
	assert_string_equal(buffer, "");
	text_free(&t);
	text_init_over(&t, buffer, 1);
	text_string(&t, "");
	assert_false(t.cut);
	text_char(&t, 'a');
	assert_true(t.cut);
}

static void check(struct text *t, const char *want)
{
	assert_false(t->cut);
	assert_string_equal(t->p, want);
	text_reset(t);
}

static void writes_numbers_and_times(void **state)
{
	/* date -u -d 2026-11-23T07:21:13Z +%s */
	const uint64_t second = 1795418473;
	struct text t;

	(void)state;
	text_init(&t, 1000);
	text_u64(&t, 0);
	check(&t, "0");
	text_u64(&t, UINT64_MAX);
	check(&t, "18446744073709551615");
	text_seconds(&t, 0);
	check(&t, "0");
	text_seconds(&t, 500000);
	check(&t, "0.0005");
	text_seconds(&t, 10000000000);
	check(&t, "10");
	text_seconds(&t, 1000000001);
	check(&t, "1.000000001");
	text_time(&t, second * 1000000000 + 123456789);
	check(&t, "2026-11-23T07:21:13.123456789Z");
	text_time(&t, 0);
	check(&t, "1970-01-01T00:00:00.000000000Z");
	text_time_of_day(&t, second * 1000000000 + 123456789);
	check(&t, "07:21:13.123");
	text_hex(&t, BYTES("\x00\xff\x1a"));
	check(&t, "00ff1a");
	text_free(&t);
}

static void escapes_by_the_rules_of_each_format(void **state)
{
	struct text t;

	(void)state;
	text_init(&t, 1000);
	text_wire(&t, BYTES("a b\"\\\x00\x7f\xc3\xa9"));
	check(&t, "a b\"\\x5c\\x00\\x7f\\xc3\\xa9");
	text_json_wire(&t, BYTES("a\"\\\n\xff"));
	check(&t, "\"a\\\"\\\\x5c\\\\x0a\\\\xff\"");
	text_json_string(&t, "a\"\\\n\x7f"
			     "\xc3\xa9");
	check(&t, "\"a\\\"\\\\\\u000a\\u007f\xc3\xa9\"");
	/* C1, ends of lines, turns of direction; not their neighbours */
	text_json_string(&t, "\xc2\x80\xc2\x9f\xe2\x80\xa8\xe2\x80\xae\xe2\x81\xa6\xe2\x81\xa9");
	check(&t, "\"\\u0080\\u009f\\u2028\\u202e\\u2066\\u2069\"");
	text_json_string(&t, "\xc2\xa0\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa");
	check(&t, "\"\xc2\xa0\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa\"");
	/* alone, overlong, surrogate, above U+10FFFF, cut at the end */
	text_json_string(&t, "\xff|\xc0\xaf|\xed\xa0\x80|\xf4\x90\x80\x80|\xe2\x82");
	check(&t, "\"\\ufffd|\\ufffd\\ufffd|\\ufffd\\ufffd\\ufffd|"
		  "\\ufffd\\ufffd\\ufffd\\ufffd|\\ufffd\\ufffd\"");
	text_label_value(&t, "a\\x5c\"\nb");
	check(&t, "a\\\\x5c\\\"\\nb");
	text_html(&t, "<a href=\"x\">'&</a>");
	check(&t, "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&lt;/a&gt;");
	text_free(&t);
}

/* Every day that 64 bits of nanoseconds can name, against the C library. */
/* Around each power of ten a number gets wider, around each of two its highest bit moves. */
static void numbers_are_those_of_the_c_library(void **state)
{
	char want[32], put[32];
	struct text t;

	(void)state;
	text_init(&t, 1000);
	for (uint64_t base = 2; base <= 10; base += 8)
		for (uint64_t power = 1, next; power; power = next) {
			next = power > UINT64_MAX / base ? 0 : power * base;
			for (uint64_t value = power - 1; value <= power + 1; value++) {
				snprintf(want, sizeof(want), "%" PRIu64, value);
				text_u64(&t, value);
				check(&t, want);
				*text_put_u64(put, value) = '\0';
				assert_string_equal(put, want);
			}
		}
	text_free(&t);
}

static void room_may_be_taken_in_part(void **state)
{
	char buffer[8];
	struct text t;
	char *p;

	(void)state;
	text_init_over(&t, buffer, sizeof(buffer));
	text_string(&t, "ab");
	p = text_room(&t, 5);
	assert_ptr_equal(p, buffer + 2);
	assert_int_equal(t.n, 2);
	*p = 'c';
	text_took(&t, p + 1);
	assert_string_equal(t.p, "abc");
	assert_int_equal(t.n, 3);
	assert_null(text_room(&t, 5)); /* the last byte is for the NUL */
	assert_true(t.cut);
	assert_null(text_room(&t, 1)); /* nothing after the cut */
	assert_string_equal(t.p, "abc");
}

static void dates_are_those_of_the_c_library(void **state)
{
	const uint64_t ns_per_day = UINT64_C(86400) * 1000000000;
	struct text t;

	(void)state;
	text_init(&t, 1000);
	for (uint64_t day = 0; day <= UINT64_MAX / ns_per_day; day++) {
		time_t seconds = (time_t)(day * 86400 + day % 86400);
		char want[64];
		struct tm tm;

		if (day == UINT64_MAX / ns_per_day)
			seconds = (time_t)(UINT64_MAX / 1000000000);
		gmtime_r(&seconds, &tm);
		strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%S.000000000Z", &tm);
		text_time(&t, (uint64_t)seconds * 1000000000);
		check(&t, want);
	}
	text_free(&t);
}

/* Bytes are looked at by eights: each value, alone or beside one that is escaped, at each place. */
static void escapes_at_every_place(void **state)
{
	enum { LENGTH = 19 };
	struct text t;

	(void)state;
	text_init(&t, 1000);
	for (int value = 0; value < 256; value++) {
		for (size_t at = 0; at < 2 * LENGTH; at++) {
			bool plain = value >= 0x20 && value < 0x7f && value != '\\' && value != '"';
			size_t second = at < LENGTH ? at : 0;
			uint8_t bytes[LENGTH];

			memset(bytes, ' ', LENGTH);
			if (at >= LENGTH)
				bytes[at - LENGTH] = 0;
			bytes[second] = (uint8_t)value;
			text_json_wire(&t, (struct bytes){ bytes, LENGTH });
			assert_int_equal(t.n, LENGTH + 2 + (at > LENGTH ? 4 : 0) +
						      (value == '"' ? 1
						       : plain	    ? 0
								    : 4));
			text_reset(&t);
		}
	}
	text_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_up_to_its_limit),
		cmocka_unit_test(reuse_keeps_the_allocation),
		cmocka_unit_test(fits_a_buffer_to_the_last_byte),
		cmocka_unit_test(writes_numbers_and_times),
		cmocka_unit_test(numbers_are_those_of_the_c_library),
		cmocka_unit_test(room_may_be_taken_in_part),
		cmocka_unit_test(dates_are_those_of_the_c_library),
		cmocka_unit_test(escapes_at_every_place),
		cmocka_unit_test(escapes_by_the_rules_of_each_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
