/* SPDX-License-Identifier: BSD-2-Clause */
/* links: file/fragments.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "file/fragments.h"

#define HEAD "head"
#define TEXT "abcdefghijklmnopqrstuvwxyz0123456789" /* 36 bytes: the last block is half one */

static int set_up(void **state)
{
	*state = fragments_new();
	return *state ? 0 : -1;
}

static int tear_down(void **state)
{
	fragments_free(*state);
	return 0;
}

/* data lies on the heap only during the call: ASan sees whoever keeps it. */
static enum fragments_result add(struct fragments *fragments, struct fragment piece,
				 const void *data, size_t n, struct fragments_whole *whole)
{
	uint8_t *copy = malloc(n + !n);
	enum fragments_result result;

	assert_non_null(copy);
	memcpy(copy, data, n);
	piece.data = (struct bytes){ copy, n };
	if (!piece.head.p)
		piece.head = (struct bytes){ (const uint8_t *)HEAD, strlen(HEAD) };
	result = fragments_add(fragments, &piece, whole);
	free(copy);
	return result;
}

/* Bytes from..to of text; the last ones of it if that is where `to` lies. */
static enum fragments_result add_text(struct fragments *fragments, uint32_t id, const char *text,
				      size_t from, size_t to, struct fragments_whole *whole)
{
	struct fragment piece = { .key.id = id,
				  .offset = (uint32_t)from,
				  .more = to < strlen(text) };

	return add(fragments, piece, text + from, to - from, whole);
}

static void expect(const struct fragments_whole *whole, const char *want)
{
	assert_int_equal(whole->n, strlen(want));
	assert_memory_equal(whole->p, want, strlen(want));
}

/* Five fragments in each of their 120 orders; each but the last comes twice. */
static void joins_in_any_order(void **state)
{
	static const size_t cuts[] = { 0, 8, 16, 24, 32, 36 };
	struct fragments_whole whole;

	for (size_t order = 0; order < 120; order++) {
		size_t left[] = { 0, 1, 2, 3, 4 };
		size_t rest = order;

		for (size_t n = 5; n > 0; n--) {
			size_t i = rest % n;
			size_t k = left[i];
			enum fragments_result result;

			rest /= n;
			left[i] = left[n - 1];
			result = add_text(*state, 1, TEXT, cuts[k], cuts[k + 1], &whole);
			assert_int_equal(result, n > 1 ? FRAGMENTS_WAITING : FRAGMENTS_WHOLE);
			if (n > 1)
				assert_int_equal(add_text(*state, 1, TEXT, cuts[k], cuts[k + 1],
							  &whole),
						 FRAGMENTS_WAITING);
		}
		expect(&whole, HEAD TEXT);
	}
	assert_int_equal(fragments_lost(*state), 0);
}

static void keeps_what_came_first(void **state)
{
	struct fragments_whole whole;

	assert_int_equal(add_text(*state, 1, TEXT, 8, 24, &whole), FRAGMENTS_WAITING);
	assert_int_equal(add_text(*state, 1, "################################", 0, 16, &whole),
			 FRAGMENTS_WAITING);
	assert_int_equal(add_text(*state, 1, "====================================", 16, 36,
				  &whole),
			 FRAGMENTS_WHOLE);
	expect(&whole, HEAD "########ijklmnopqrstuvwx============");
	/* The same of the head: the second beginning says nothing any more. */
	assert_int_equal(add_text(*state, 1, TEXT, 0, 8, &whole), FRAGMENTS_WAITING);
	assert_int_equal(add(*state,
			     (struct fragment){ .key.id = 1,
						.more = true,
						.head = { (const uint8_t *)"other", 5 } },
			     "########", 8, &whole),
			 FRAGMENTS_WAITING);
	assert_int_equal(add_text(*state, 1, TEXT, 8, 36, &whole), FRAGMENTS_WHOLE);
	expect(&whole, HEAD TEXT);
}

static void tells_datagrams_apart(void **state)
{
	static const struct fragment_key keys[] = {
		{ .id = 1 },
		{ .id = 2 },
		{ .id = 1, .kind = 17 },
		{ .id = 1, .addr[0][3] = 1 },
		{ .id = 1, .addr[1][0] = 1 },
	};
	struct fragments_whole whole;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		assert_int_equal(add(*state, (struct fragment){ .key = keys[i], .more = true },
				     TEXT, 8, &whole),
				 FRAGMENTS_WAITING);
	assert_int_equal(fragments_lost(*state), ARRAY_SIZE(keys));
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		assert_int_equal(add(*state, (struct fragment){ .key = keys[i], .offset = 8 },
				     &TEXT[8], i + 1, &whole),
				 FRAGMENTS_WHOLE);
		assert_int_equal(whole.n, strlen(HEAD) + 8 + i + 1);
	}
	assert_int_equal(fragments_lost(*state), 0);
}

static const struct {
	const char *says;
	struct {
		size_t from, to;
		bool more;
	} pieces[2];
} contradictions[] = {
	{ "two ends", { { 16, 20, false }, { 16, 24, false } } },
	{ "an earlier end", { { 16, 32, true }, { 16, 24, false } } },
	{ "more behind the end", { { 8, 16, false }, { 16, 24, true } } },
	{ "beyond a half block", { { 8, 12, false }, { 8, 16, true } } },
};

/* What still comes of the datagram is refused, until it would have timed out. */
static void gives_up_what_contradicts_itself(void **state)
{
	struct fragments_whole whole;

	for (uint32_t i = 0; i < ARRAY_SIZE(contradictions); i++) {
		struct fragment piece = { .key.id = i };

		print_message("# %s\n", contradictions[i].says);
		for (size_t k = 0; k < 2; k++) {
			size_t from = contradictions[i].pieces[k].from;

			piece.offset = (uint32_t)from;
			piece.more = contradictions[i].pieces[k].more;
			assert_int_equal(add(*state, piece, &TEXT[from],
					     contradictions[i].pieces[k].to - from, &whole),
					 k ? FRAGMENTS_BAD : FRAGMENTS_WAITING);
		}
		assert_int_equal(fragments_lost(*state), i + 1);
		assert_int_equal(add_text(*state, i, TEXT, 0, 8, &whole), FRAGMENTS_BAD);
		assert_int_equal(fragments_lost(*state), i + 1);
	}
	for (size_t from = 0; from < 2; from++)
		assert_int_equal(add(*state,
				     (struct fragment){ .key.id = 0,
							.time = FRAGMENTS_TIMEOUT + 1,
							.offset = (uint32_t)from * 8,
							.more = !from },
				     TEXT, 8, &whole),
				 from ? FRAGMENTS_WHOLE : FRAGMENTS_WAITING);
}

/* RFC 791: all but the last are made of blocks; no datagram is longer than 65535 bytes. */
static void refuses_what_cannot_be(void **state)
{
	static const uint8_t zeros[65536];
	static const struct {
		uint32_t offset;
		size_t n;
		bool more;
	} rows[] = {
		{ 0, 0, true },	    { 8, 0, false },	      { 0, 7, true },
		{ 4, 8, true },	    { 65528, 8, false },      { 8, 65535, false },
		{ 0, 65536, true }, { 4294967288u, 8, true },
	};
	struct fragments_whole whole;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(
			add(*state,
			    (struct fragment){ .offset = rows[i].offset, .more = rows[i].more },
			    zeros, rows[i].n, &whole),
			FRAGMENTS_BAD);
	assert_int_equal(
		add(*state,
		    (struct fragment){ .more = true, .head = { zeros, FRAGMENTS_HEAD_MAX + 1 } },
		    zeros, 8, &whole),
		FRAGMENTS_BAD);
	assert_int_equal(fragments_lost(*state), 0);
}

/* 8191 blocks and 7 bytes, one at a time, from the end to the beginning. */
static void takes_the_longest(void **state)
{
	struct fragments_whole whole;
	uint8_t head[FRAGMENTS_HEAD_MAX];
	uint8_t data[FRAGMENTS_BYTES_MAX];

	memset(head, 'h', sizeof(head));
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i / 8 + i);
	for (size_t block = 8192; block-- > 0;)
		assert_int_equal(add(*state,
				     (struct fragment){ .offset = (uint32_t)block * 8,
							.more = block < 8191,
							.head = { head, sizeof(head) } },
				     data + block * 8, block < 8191 ? 8 : 7, &whole),
				 block ? FRAGMENTS_WAITING : FRAGMENTS_WHOLE);
	assert_int_equal(whole.n, sizeof(head) + sizeof(data));
	assert_memory_equal(whole.p, head, sizeof(head));
	assert_memory_equal(whole.p + sizeof(head), data, sizeof(data));
}

static void forgets_after_a_while(void **state)
{
	static const struct {
		uint64_t first, second;
		enum fragments_result want;
	} rows[] = {
		{ 1000, 1000 + FRAGMENTS_TIMEOUT, FRAGMENTS_WHOLE },
		{ 1000, 1001 + FRAGMENTS_TIMEOUT, FRAGMENTS_WAITING },
		{ 2 * FRAGMENTS_TIMEOUT, 0, FRAGMENTS_WHOLE }, /* a clock that was set */
	};
	struct fragments_whole whole;

	for (uint32_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct fragments *fragments = fragments_new();

		(void)state;
		assert_non_null(fragments);
		assert_int_equal(add(fragments,
				     (struct fragment){ .time = rows[i].first, .more = true }, TEXT,
				     8, &whole),
				 FRAGMENTS_WAITING);
		assert_int_equal(add(fragments,
				     (struct fragment){ .time = rows[i].second, .offset = 8 }, TEXT,
				     8, &whole),
				 rows[i].want);
		/* The one that timed out, and the one its last fragment has begun. */
		assert_int_equal(fragments_lost(fragments),
				 rows[i].want == FRAGMENTS_WHOLE ? 0 : 2);
		fragments_free(fragments);
	}
}

/* One datagram too many: the one untouched for longest goes, not the one that began first. */
static void holds_so_many(void **state)
{
	struct fragments_whole whole;

	for (uint32_t id = 0; id < FRAGMENTS_DATAGRAMS_MAX; id++)
		assert_int_equal(add_text(*state, id, TEXT, 0, 8, &whole), FRAGMENTS_WAITING);
	assert_int_equal(add_text(*state, 0, TEXT, 8, 16, &whole), FRAGMENTS_WAITING);
	assert_int_equal(fragments_lost(*state), FRAGMENTS_DATAGRAMS_MAX);
	assert_int_equal(add_text(*state, 1000, TEXT, 0, 8, &whole), FRAGMENTS_WAITING);
	assert_int_equal(fragments_lost(*state), FRAGMENTS_DATAGRAMS_MAX + 1);
	assert_int_equal(add_text(*state, 0, TEXT, 16, 36, &whole), FRAGMENTS_WHOLE);
	expect(&whole, HEAD TEXT);
	assert_int_equal(add_text(*state, 1, TEXT, 8, 36, &whole), FRAGMENTS_WAITING);
	assert_int_equal(add_text(*state, 2, TEXT, 8, 36, &whole), FRAGMENTS_WHOLE);
	expect(&whole, HEAD TEXT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(joins_in_any_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(keeps_what_came_first, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tells_datagrams_apart, set_up, tear_down),
		cmocka_unit_test_setup_teardown(gives_up_what_contradicts_itself, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(refuses_what_cannot_be, set_up, tear_down),
		cmocka_unit_test_setup_teardown(takes_the_longest, set_up, tear_down),
		cmocka_unit_test(forgets_after_a_while),
		cmocka_unit_test_setup_teardown(holds_so_many, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
