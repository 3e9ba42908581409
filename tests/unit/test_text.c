/* SPDX-License-Identifier: BSD-2-Clause */
/* links: base/text.c base/text_escape.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_up_to_its_limit),
		cmocka_unit_test(reuse_keeps_the_allocation),
		cmocka_unit_test(fits_a_buffer_to_the_last_byte),
		cmocka_unit_test(writes_numbers_and_times),
		cmocka_unit_test(escapes_by_the_rules_of_each_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
