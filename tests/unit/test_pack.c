/* SPDX-License-Identifier: BSD-2-Clause */
/* links: base/pack.c */
/* Words in few bytes, and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/pack.h"

#define N 400
#define ROUNDS 20000

struct rig {
	uint64_t words[N], reference[N], back[N];
};

/* Packed into a block of exactly that size: ASan sees who writes or reads behind it. */
static size_t round_trip(struct rig *rig, size_t n)
{
	uint8_t *room = malloc(PACK_MAX(n) + !n), *exact;
	size_t size = pack(room, rig->words, rig->reference, n);

	assert_true(size <= PACK_MAX(n));
	exact = malloc(size + !size);
	memcpy(exact, room, size);
	memset(rig->back, 0x55, sizeof(rig->back));
	unpack(rig->back, n, exact, size, rig->reference);
	assert_memory_equal(rig->back, rig->words, n * sizeof(*rig->words));
	free(room);
	free(exact);
	return size;
}

static void what_is_the_same_takes_nothing(void **state)
{
	struct rig rig;

	(void)state;
	for (size_t i = 0; i < N; i++)
		rig.words[i] = rig.reference[i] = UINT64_C(0x0123456789abcdef) * i;
	for (size_t n = 0; n < 128; n++)
		assert_int_equal(round_trip(&rig, n), 0);
	/* Of so many words one in 128 is a step, of two bytes. */
	assert_int_equal(round_trip(&rig, N), 2 * (N / 128));
}

/* A step of two bytes, and those that are not zero: counted by hand. */
static void each_word_takes_what_differs(void **state)
{
	static const struct {
		uint64_t word;
		size_t bytes;
	} rows[] = {
		{ 1, 1 },
		{ 0xff00, 1 },
		{ UINT64_C(0x8000000000000000), 1 },
		{ UINT64_C(0x0100000000000001), 2 },
		{ UINT64_C(0xffffffffffffffff), 8 },
	};

	(void)state;
	for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++)
		for (size_t at = 0; at < 127; at++) {
			struct rig rig = { 0 };

			rig.words[at] = rows[row].word;
			assert_int_equal(round_trip(&rig, 127), 2 + rows[row].bytes);
		}
}

/* A difference that was there a moment ago takes its step alone. */
static void what_comes_again_takes_two_bytes(void **state)
{
	struct rig rig = { 0 };

	(void)state;
	for (size_t i = 0; i < 100; i++)
		rig.words[i] = i % 8 + 1; /* one byte each */
	assert_int_equal(round_trip(&rig, 100), 8 * 3 + 92 * 2);
	for (size_t i = 0; i < 100; i++)
		rig.words[i] = i % 9 + 1; /* one more than are recalled */
	assert_int_equal(round_trip(&rig, 100), 100 * 3);
}

static uint64_t random_word(unsigned kind)
{
	uint64_t word = (uint64_t)rand() << 42 ^ (uint64_t)rand() << 21 ^ (uint64_t)rand();

	switch (kind % 4) {
	case 0:
		return 0;
	case 1:
		return word & 0xff00ff;
	case 2:
		return word % 5;
	default:
		return word;
	}
}

static void any_words(void **state)
{
	struct rig rig;

	(void)state;
	srand(1);
	for (int i = 0; i < ROUNDS; i++) {
		size_t n = (size_t)rand() % N;
		unsigned kinds = 1 + (unsigned)rand() % 7;

		for (size_t at = 0; at < n; at++) {
			rig.reference[at] = random_word((unsigned)rand() % kinds);
			rig.words[at] = rand() % 3 ? rig.reference[at]
						   : random_word((unsigned)rand() % kinds);
		}
		round_trip(&rig, n);
	}
}

/* All words differ in all bytes, and never by the same. */
static void the_worst_has_room(void **state)
{
	struct rig rig;

	(void)state;
	for (size_t i = 0; i < N; i++) {
		rig.reference[i] = 0;
		rig.words[i] = UINT64_C(0x0101010101010101) + i % 0xfe;
	}
	assert_int_equal(round_trip(&rig, N), PACK_MAX(N));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_the_same_takes_nothing),
		cmocka_unit_test(each_word_takes_what_differs),
		cmocka_unit_test(what_comes_again_takes_two_bytes),
		cmocka_unit_test(any_words),
		cmocka_unit_test(the_worst_has_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
