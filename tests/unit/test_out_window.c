/* SPDX-License-Identifier: BSD-2-Clause */
/* links: out/window.c */
/* A window against a list of all that was ever counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "out/window.h"

#define STEPS 4000

struct counted {
	uint64_t tick;
	enum window_kind kind;
};

struct model {
	struct counted all[STEPS];
	size_t n;
	uint64_t newest;
};

static uint32_t expected(const struct model *model, uint64_t tick, enum window_kind kind)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < model->n; i++)
		sum += model->all[i].tick == tick && model->all[i].kind == kind;
	return sum;
}

static void compare(const struct window *window, const struct model *model)
{
	for (unsigned age = 0; age < WINDOW_SLOTS; age++)
		for (int kind = 0; kind < WINDOW_KINDS; kind++)
			assert_int_equal(
				window_at(window, model->newest, age, (enum window_kind)kind),
				expected(model, model->newest - age, (enum window_kind)kind));
}

/* Mostly the same tick or the next, at times a gap of less or more than the window, or a late one.
 */
static void count(struct window *window, struct model *model)
{
	int what = rand() % 20;
	uint64_t tick = model->newest;
	enum window_kind kind = (enum window_kind)(rand() % WINDOW_KINDS);

	if (what < 6)
		tick++;
	else if (what == 6)
		tick += (uint64_t)(rand() % 59);
	else if (what == 7)
		tick += 59 + (uint64_t)(rand() % 4);
	else if (what == 8)
		tick -= (uint64_t)(rand() % 3);
	window_add(window, tick, kind);
	if (tick > model->newest)
		model->newest = tick;
	model->all[model->n++] = (struct counted){ model->newest, kind };
}

static void counts(void **state)
{
	static struct model model;
	struct window window = { 0 };

	(void)state;
	srand(1);
	model = (struct model){ .newest = 1000000 };
	while (model.n < STEPS / 2) {
		count(&window, &model);
		compare(&window, &model);
	}
}

/* Where another name was before: nothing of that is left. */
static void begins_anew(void **state)
{
	static struct model model;
	struct window window;

	(void)state;
	srand(2);
	for (int round = 0; round < 20; round++) {
		memset(&window, 0xa5, sizeof(window));
		model = (struct model){ .newest = 5000 + (uint64_t)round };
		window_begin(&window, model.newest);
		compare(&window, &model);
		while (model.n < 200) {
			count(&window, &model);
			compare(&window, &model);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts),
		cmocka_unit_test(begins_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
