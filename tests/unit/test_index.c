/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/index.h"

#define THINGS 1000
#define STEPS 200000

struct thing {
	uint32_t hash;
	bool in; /* what the index should say */
};

static bool finds(const struct index *index, const struct thing *thing)
{
	size_t at = thing->hash;
	const struct thing *found;

	while ((found = index_next(index, thing->hash, &at)))
		if (found == thing)
			return true;
	return false;
}

static void turn(struct index *index, struct thing *thing)
{
	if (thing->in)
		index_delete(index, thing->hash, thing);
	else
		assert_true(index_add(index, thing->hash, thing));
	thing->in = !thing->in;
}

/* In and out at random: whatever the hashes, the index has what was put in and not taken out. */
static void agrees(uint32_t (*hash_of)(uint32_t i))
{
	static struct thing things[THINGS];
	struct index index = { 0 };
	size_t in = 0;

	srand(7);
	for (uint32_t i = 0; i < THINGS; i++) {
		things[i] = (struct thing){ .hash = hash_of(i) };
		assert_false(finds(&index, &things[i]));
	}
	for (int step = 0; step < STEPS; step++) {
		/* Fuller and emptier by turns. */
		size_t few = step / 5000 % 2 ? THINGS : THINGS / 8;
		struct thing *thing = &things[(size_t)rand() % few];

		turn(&index, thing);
		in += thing->in ? 1 : -1;
		assert_int_equal(index.count, in);
		if (step % 1000 == 0)
			for (size_t i = 0; i < THINGS; i++)
				assert_int_equal(finds(&index, &things[i]), things[i].in);
	}
	for (size_t i = 0; i < THINGS; i++)
		if (things[i].in)
			turn(&index, &things[i]);
	for (size_t i = 0; i < THINGS; i++)
		assert_false(finds(&index, &things[i]));
	index_free(&index);
}

static uint32_t scattered(uint32_t i)
{
	return i * 2654435761U;
}

/* All want the last few slots, and the search goes round the end. */
static uint32_t crowded(uint32_t i)
{
	return UINT32_MAX - i % 3;
}

static uint32_t in_a_row(uint32_t i)
{
	return i;
}

static void scattered_hashes(void **state)
{
	(void)state;
	agrees(scattered);
}

static void crowded_hashes(void **state)
{
	(void)state;
	agrees(crowded);
}

static void hashes_in_a_row(void **state)
{
	(void)state;
	agrees(in_a_row);
}

/* A search for what is not there must meet a free slot. */
static void is_never_full(void **state)
{
	static struct thing things[INDEX_SLOTS_MIN * 4];
	struct index index = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(things) / sizeof(*things); i++) {
		things[i].hash = crowded((uint32_t)i);
		turn(&index, &things[i]);
		assert_true(index.count <= (index.mask + 1) / 2);
	}
	index_free(&index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scattered_hashes),
		cmocka_unit_test(crowded_hashes),
		cmocka_unit_test(hashes_in_a_row),
		cmocka_unit_test(is_never_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
