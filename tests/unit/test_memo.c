/* SPDX-License-Identifier: BSD-2-Clause */
/* links: base/memo.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memo.h"

#define SEED 42
#define MANY 100000

struct words {
	char key[32], text[32];
};

static struct words words_of(unsigned i)
{
	struct words w;

	snprintf(w.key, sizeof(w.key), "key %u", i);
	snprintf(w.text, sizeof(w.text), "what is said of %u", i);
	return w;
}

static struct bytes bytes_of(const char *s)
{
	return (struct bytes){ (const uint8_t *)s, strlen(s) };
}

static bool has(struct memo *memo, unsigned i)
{
	struct words w = words_of(i);
	struct bytes text = memo_find(memo, bytes_of(w.key));

	if (!text.p)
		return false;
	assert_int_equal(text.n, strlen(w.text));
	assert_memory_equal(text.p, w.text, text.n);
	return true;
}

static void keep(struct memo *memo, unsigned i)
{
	struct words w = words_of(i);

	memo_keep(memo, bytes_of(w.key), bytes_of(w.text));
}

static void finds_what_it_kept(void **state)
{
	struct memo *memo = memo_new(SEED);

	(void)state;
	assert_non_null(memo);
	assert_false(has(memo, 1));
	keep(memo, 1);
	keep(memo, 2);
	assert_true(has(memo, 1) && has(memo, 2));
	assert_false(has(memo, 3));
	/* the beginning of a key is another key */
	assert_null(memo_find(memo, bytes_of("key")).p);
	/* a text may be empty, and is there all the same */
	memo_keep(memo, bytes_of("empty"), (struct bytes){ NULL, 0 });
	assert_non_null(memo_find(memo, bytes_of("empty")).p);
	assert_int_equal(memo_find(memo, bytes_of("empty")).n, 0);
	memo_free(memo);
}

/* Whatever comes, what is asked for again and again stays, and nothing is mistaken for another. */
static void keeps_what_is_in_use(void **state)
{
	struct memo *memo = memo_new(SEED);
	unsigned kept = 0;

	(void)state;
	keep(memo, 0);
	for (unsigned i = 1; i < MANY; i++) {
		assert_true(has(memo, 0));
		assert_false(has(memo, i));
		keep(memo, i);
	}
	for (unsigned i = 1; i < MANY; i++)
		kept += has(memo, i);
	assert_in_range(kept, 100, 1000);
	memo_free(memo);
}

static void leaves_out_what_is_too_large(void **state)
{
	static const uint8_t large[MEMO_TEXT_MAX + 1];
	struct bytes key = { large, MEMO_KEY_MAX }, text = { large, MEMO_TEXT_MAX };
	struct memo *memo = memo_new(SEED);

	(void)state;
	memo_keep(memo, (struct bytes){ large, MEMO_KEY_MAX + 1 }, text);
	assert_null(memo_find(memo, (struct bytes){ large, MEMO_KEY_MAX + 1 }).p);
	memo_keep(memo, key, (struct bytes){ large, MEMO_TEXT_MAX + 1 });
	assert_null(memo_find(memo, key).p);
	memo_keep(memo, key, text);
	assert_int_equal(memo_find(memo, key).n, MEMO_TEXT_MAX);
	memo_free(memo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_it_kept),
		cmocka_unit_test(keeps_what_is_in_use),
		cmocka_unit_test(leaves_out_what_is_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
