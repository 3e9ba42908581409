/* SPDX-License-Identifier: BSD-2-Clause */
/* links: stream/reasm.c */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "stream/reasm.h"

#define TEXT "abcdefghijklmnopqrstuvwxyz"

static struct bytes piece(const char *text, size_t from, size_t to)
{
	return (struct bytes){ (const uint8_t *)text + from, to - from };
}

/* A copy on the heap that is released at once after settling: ASan sees whoever still reads it. */
static int add(struct reasm *reasm, uint32_t seq, struct bytes b)
{
	uint8_t *copy = malloc(b.n + !b.n);
	int err;

	assert_non_null(copy);
	memcpy(copy, b.p, b.n);
	err = reasm_add(reasm, seq, (struct bytes){ copy, b.n });
	if (!err)
		err = reasm_settle(reasm);
	free(copy);
	return err;
}

static void expect(struct reasm *reasm, const char *want)
{
	struct bytes b = reasm_peek(reasm, strlen(want));

	assert_true(b.n >= strlen(want));
	assert_memory_equal(b.p, want, strlen(want));
}

struct reasm_case {
	const char *says;
	struct {
		uint8_t from, to; /* of TEXT, which begins at `start` */
	} add[6];
	const char *want; /* readable in one piece; more is not there */
	bool gap;
};

static const struct reasm_case cases[] = {
	{ "in order", { { 0, 5 }, { 5, 9 }, { 9, 12 } }, "abcdefghijkl", false },
	{ "the last one first", { { 9, 12 }, { 0, 5 }, { 5, 9 } }, "abcdefghijkl", false },
	{ "backwards", { { 8, 12 }, { 4, 8 }, { 0, 4 } }, "abcdefghijkl", false },
	{ "twice", { { 0, 5 }, { 0, 5 }, { 5, 7 }, { 5, 7 } }, "abcdefg", false },
	{ "a part again", { { 0, 8 }, { 2, 5 } }, "abcdefgh", false },
	{ "overlap at the end", { { 0, 6 }, { 4, 9 } }, "abcdefghi", false },
	{ "other boundaries", { { 0, 4 }, { 8, 12 }, { 2, 10 } }, "abcdefghijkl", false },
	{ "one that covers several",
	  { { 2, 4 }, { 6, 8 }, { 10, 11 }, { 0, 12 } },
	  "abcdefghijkl",
	  false },
	{ "gap", { { 0, 3 }, { 5, 9 } }, "abc", true },
	{ "gap at the start", { { 3, 6 } }, "", true },
	{ "two gaps, one filled", { { 2, 4 }, { 6, 8 }, { 0, 2 } }, "abcd", true },
	{ "one byte each, reordered", { { 1, 2 }, { 3, 4 }, { 0, 1 }, { 2, 3 } }, "abcd", false },
	{ "empty segment", { { 0, 3 }, { 3, 3 }, { 3, 4 } }, "abcd", false },
};

static void puts_segments_in_order(void **state)
{
	/* Also where sequence numbers wrap, and where they change sign. */
	static const uint32_t starts[] = { 1000, 0, (uint32_t)-6, (uint32_t)-1, 0x7ffffffa };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct reasm_case *c = &cases[i];

		for (size_t k = 0; k < sizeof(starts) / sizeof(starts[0]); k++) {
			struct reasm reasm = { 0 };

			print_message("# %s, from %u\n", c->says, starts[k]);
			reasm_start(&reasm, starts[k]);
			for (size_t n = 0; n < 6 && c->add[n].to; n++)
				assert_int_equal(add(&reasm, starts[k] + c->add[n].from,
						     piece(TEXT, c->add[n].from, c->add[n].to)),
						 0);
			assert_int_equal(reasm_has_gap(&reasm), c->gap);
			assert_int_equal(reasm_peek(&reasm, sizeof(TEXT)).n, strlen(c->want));
			expect(&reasm, c->want);
			reasm_skip(&reasm, (uint32_t)strlen(c->want));
			assert_int_equal(reasm.pos, starts[k] + (uint32_t)strlen(c->want));
			assert_int_equal(reasm_peek(&reasm, 1).n, 0);
			reasm_free(&reasm);
		}
	}
}

static void gap_behind_what_was_read_is_seen(void **state)
{
	struct reasm reasm = { 0 };

	(void)state;
	add(&reasm, 0, piece(TEXT, 0, 3));
	add(&reasm, 5, piece(TEXT, 5, 9));
	assert_true(reasm_has_gap(&reasm)); /* although there is something to read before it */
	reasm_skip(&reasm, 3);
	assert_true(reasm_has_gap(&reasm));
	add(&reasm, 3, piece(TEXT, 3, 5));
	assert_false(reasm_has_gap(&reasm));
	expect(&reasm, "defghi");
	reasm_free(&reasm);
}

static void first_segment_starts_it(void **state)
{
	struct reasm reasm = { 0 };

	(void)state;
	add(&reasm, 0xfffffffe, piece(TEXT, 0, 4));
	assert_true(reasm.started);
	assert_int_equal(reasm.pos, 0xfffffffe);
	expect(&reasm, "abcd");
	reasm_free(&reasm);
}

static void bytes_that_came_first_stay(void **state)
{
	struct reasm reasm = { 0 };

	(void)state;
	reasm_start(&reasm, 0);
	add(&reasm, 4, piece(TEXT, 4, 8));
	add(&reasm, 0, piece("XXXXXXXXXXXX", 0, 12));
	expect(&reasm, "XXXXefghXXXX");
	add(&reasm, 0, piece(TEXT, 0, 12));
	expect(&reasm, "XXXXefghXXXX");
	reasm_free(&reasm);
}

static void old_bytes_are_ignored(void **state)
{
	struct reasm reasm = { 0 };

	(void)state;
	reasm_start(&reasm, 10);
	add(&reasm, 0, piece(TEXT, 0, 10));
	assert_int_equal(reasm_peek(&reasm, 1).n, 0);
	assert_int_equal(reasm.stored, 0);
	add(&reasm, 6, piece(TEXT, 6, 14));
	expect(&reasm, "klmn");
	assert_int_equal(reasm_peek(&reasm, 1).n, 4);
	reasm_free(&reasm);
}

/* In order nothing is copied: the segment itself is read. */
static void lends_what_is_in_order(void **state)
{
	static const uint8_t bytes[] = TEXT;
	struct reasm reasm = { 0 };

	(void)state;
	reasm_start(&reasm, 5);
	assert_int_equal(reasm_add(&reasm, 5, (struct bytes){ bytes, 10 }), 0);
	assert_ptr_equal(reasm_peek(&reasm, 5).p, bytes);
	reasm_skip(&reasm, 4);
	assert_ptr_equal(reasm_peek(&reasm, 6).p, bytes + 4);
	reasm_skip(&reasm, 6);
	assert_int_equal(reasm_peek(&reasm, 1).n, 0);
	assert_int_equal(reasm_settle(&reasm), 0);
	assert_null(reasm.chunks);
	reasm_free(&reasm);
}

/* The kernel leaves out what is sealed: the reader goes on behind it. */
static void skips_beyond_what_came(void **state)
{
	struct reasm reasm = { 0 };

	(void)state;
	add(&reasm, 0, piece(TEXT, 0, 5));
	expect(&reasm, "abcde");
	reasm_skip(&reasm, 5 + 1000);
	assert_int_equal(reasm_peek(&reasm, 1).n, 0);
	assert_false(reasm_has_gap(&reasm));
	add(&reasm, 700, piece(TEXT, 0, 26)); /* of what was skipped nothing is kept */
	assert_int_equal(reasm.stored, 0);
	add(&reasm, 1003, piece(TEXT, 0, 6));
	expect(&reasm, "cdef");
	/* Into the middle of a chunk, and over several at once. */
	add(&reasm, 1011, piece(TEXT, 11, 16));
	add(&reasm, 1020, piece(TEXT, 20, 26));
	reasm_skip(&reasm, 1022 - reasm.pos);
	expect(&reasm, "wxyz");
	reasm_free(&reasm);
	assert_int_equal(reasm.stored, 0);
}

static void skips_across_the_wrap(void **state)
{
	struct reasm reasm = { 0 };

	(void)state;
	add(&reasm, (uint32_t)-10, piece(TEXT, 0, 5));
	reasm_skip(&reasm, 16000);
	add(&reasm, 15990, piece(TEXT, 0, 5));
	expect(&reasm, "abcde");
	reasm_free(&reasm);
}

static void refuses_more_than_its_budget(void **state)
{
	static const uint8_t bytes[1024] = { 1 };
	struct reasm reasm = { 0 };
	uint32_t seq = 1;
	int err = 0;

	(void)state;
	reasm_start(&reasm, 0); /* byte 0 never comes */
	while (!err && seq < 2 * REASM_STORED_MAX) {
		err = add(&reasm, seq, (struct bytes){ bytes, sizeof(bytes) });
		seq += sizeof(bytes);
	}
	assert_int_equal(err, -ENOBUFS);
	assert_true(reasm.stored <= REASM_STORED_MAX);
	assert_true(reasm.stored > REASM_STORED_MAX - sizeof(bytes));
	/* What is there already needs no room. */
	assert_int_equal(add(&reasm, 1, (struct bytes){ bytes, sizeof(bytes) }), 0);
	/* Reading makes room. */
	assert_int_equal(reasm_peek(&reasm, 1).n, 0);
	reasm_skip(&reasm, REASM_STORED_MAX / 2);
	assert_int_equal(add(&reasm, seq, (struct bytes){ bytes, sizeof(bytes) }), 0);
	reasm_free(&reasm);
}

/* A record header across each border of segments: of no chunk all is ever read. */
static void what_was_read_waits_no_longer(void **state)
{
	static const uint8_t bytes[1000] = { 1 };
	struct reasm reasm = { 0 };
	uint32_t n = 5;

	(void)state;
	reasm_start(&reasm, 0);
	assert_int_equal(add(&reasm, 5, (struct bytes){ bytes, sizeof(bytes) }), 0);
	assert_int_equal(add(&reasm, 0, (struct bytes){ bytes, 5 }), 0);
	for (n += sizeof(bytes); n < 4 * REASM_STORED_MAX; n += sizeof(bytes)) {
		reasm_skip(&reasm, n - 2 - reasm.pos);
		assert_int_equal(add(&reasm, n, (struct bytes){ bytes, sizeof(bytes) }), 0);
		assert_true(reasm_peek(&reasm, 5).n >= 5);
		assert_true(reasm.stored <= 2 + sizeof(bytes));
	}
	reasm_free(&reasm);
}

#define STREAM 3000
#define SEGMENTS 400

/* Cut, shuffled, overlapping, repeated: what is read is what was sent. */
static void reads_back_what_was_sent(unsigned seed)
{
	uint8_t sent[STREAM], got[STREAM];
	struct reasm reasm = { 0 };
	uint32_t start, got_n = 0;

	srand(seed);
	start = (uint32_t)rand() * 2U - (uint32_t)(rand() % 2 * STREAM);
	if (seed % 3 == 0)
		start = (uint32_t) - (rand() % STREAM); /* wraps on the way */
	for (size_t i = 0; i < STREAM; i++)
		sent[i] = (uint8_t)rand();
	reasm_start(&reasm, start);
	for (unsigned i = 0; got_n < STREAM; i++) {
		size_t from = (size_t)rand() % STREAM, n = 1 + (size_t)rand() % 90;
		size_t want = 1 + (size_t)rand() % 40;
		struct bytes b;

		if (i >= SEGMENTS) { /* now what is still missing, once more */
			from = got_n;
			n = 200;
		}
		if (n > STREAM - from)
			n = STREAM - from;
		assert_int_equal(
			add(&reasm, start + (uint32_t)from, (struct bytes){ sent + from, n }), 0);
		while ((b = reasm_peek(&reasm, want)).n) {
			uint32_t take = (uint32_t)(b.n < want ? b.n : want);

			assert_true(b.n <= STREAM - got_n);
			memcpy(got + got_n, b.p, take);
			got_n += take;
			reasm_skip(&reasm, take);
		}
		assert_int_equal(reasm.pos, start + got_n);
	}
	assert_memory_equal(got, sent, STREAM);
	assert_null(reasm.chunks);
	assert_int_equal(reasm.stored, 0);
	reasm_free(&reasm);
}

static void random_streams(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 300; seed++)
		reads_back_what_was_sent(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(puts_segments_in_order),
		cmocka_unit_test(gap_behind_what_was_read_is_seen),
		cmocka_unit_test(first_segment_starts_it),
		cmocka_unit_test(bytes_that_came_first_stay),
		cmocka_unit_test(old_bytes_are_ignored),
		cmocka_unit_test(lends_what_is_in_order),
		cmocka_unit_test(skips_beyond_what_came),
		cmocka_unit_test(skips_across_the_wrap),
		cmocka_unit_test(refuses_more_than_its_budget),
		cmocka_unit_test(what_was_read_waits_no_longer),
		cmocka_unit_test(random_streams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
