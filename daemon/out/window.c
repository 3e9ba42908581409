/* SPDX-License-Identifier: BSD-2-Clause */
#include "out/window.h"

#include <string.h>

static void empty(struct window *window, uint64_t tick)
{
	memset(window->count[tick % WINDOW_SLOTS], 0, sizeof(window->count[0]));
}

void window_begin(struct window *window, uint64_t tick)
{
	window->tick = window->first = tick;
	empty(window, tick);
}

/* Empty the slots between the newest tick and this one. */
static void advance(struct window *window, uint64_t tick)
{
	if (tick - window->tick >= WINDOW_SLOTS)
		window_begin(window, tick);
	while (window->tick < tick)
		empty(window, ++window->tick);
}

void window_add(struct window *window, uint64_t tick, enum window_kind kind)
{
	uint32_t *count;

	if (tick > window->tick)
		advance(window, tick);
	count = &window->count[window->tick % WINDOW_SLOTS][kind];
	*count += *count < UINT32_MAX;
}

uint32_t window_at(const struct window *window, uint64_t now, unsigned age, enum window_kind kind)
{
	uint64_t tick;

	if (now < window->tick)
		now = window->tick;
	if (age >= WINDOW_SLOTS || age > now)
		return 0;
	tick = now - age;
	if (tick > window->tick || tick < window->first || window->tick - tick >= WINDOW_SLOTS)
		return 0;
	return window->count[tick % WINDOW_SLOTS][kind];
}

uint64_t window_sum(const struct window *window, uint64_t now, enum window_kind kind)
{
	uint64_t sum = 0;

	for (unsigned age = 0; age < WINDOW_SLOTS; age++)
		sum += window_at(window, now, age, kind);
	return sum;
}

uint64_t window_all(const struct window *window, uint64_t now)
{
	uint64_t sum = 0;

	for (int kind = 0; kind < WINDOW_KINDS; kind++)
		sum += window_sum(window, now, (enum window_kind)kind);
	return sum;
}
