/* SPDX-License-Identifier: BSD-2-Clause */
/* What C lacks and every stage wants. Keep it tiny. */
#ifndef SHAKETAP_UTIL_H
#define SHAKETAP_UTIL_H

#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Hardly ever called: the way there is laid out as the unlikely one, and the code lies apart. */
#define COLD __attribute__((cold, noinline))
/* Called less often than its callers: what they do otherwise has the registers for itself. */
#define NOINLINE __attribute__((noinline))

#define NS_PER_MS 1000000ull
#define NS_PER_S 1000000000ull

static inline uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* The earlier of two times, 0 standing for never. */
static inline uint64_t sooner(uint64_t a, uint64_t b)
{
	if (!a || !b)
		return a ? a : b;
	return a < b ? a : b;
}

static inline size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

#endif
