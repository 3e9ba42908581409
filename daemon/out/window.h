/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Outcomes counted over the last sixty ticks: seconds, minutes, as the caller likes. Of fixed
 * size; counting is one step, whatever the traffic.
 */
#ifndef SHAKETAP_WINDOW_H
#define SHAKETAP_WINDOW_H

#include <stdint.h>

#define WINDOW_SLOTS 60

enum window_kind { WINDOW_GOOD, WINDOW_FAILED, WINDOW_UNKNOWN, WINDOW_KINDS };

/* All zero is an empty one. */
struct window {
	uint64_t tick;	/* the newest */
	uint64_t first; /* the oldest that was counted in: slots before it may hold anything */
	uint32_t count[WINDOW_SLOTS][WINDOW_KINDS];
};

/* Forget all that was counted, whatever was here before. */
void window_begin(struct window *window, uint64_t tick);

/* Count one. A tick older than the newest counts as that. */
void window_add(struct window *window, uint64_t tick, enum window_kind kind);

/* How many of this kind `age` ticks before `now`; older than the window: 0. */
uint32_t window_at(const struct window *window, uint64_t now, unsigned age, enum window_kind kind);

/* The sum over the window that ends with `now`. */
uint64_t window_sum(const struct window *window, uint64_t now, enum window_kind kind);

/* The same for all kinds together. */
uint64_t window_all(const struct window *window, uint64_t now);

#endif
