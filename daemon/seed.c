/* SPDX-License-Identifier: BSD-2-Clause */
#include "seed.h"

#include <sys/random.h>

#include "clock.h"

uint64_t seed_random(void)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) == sizeof(seed))
		return seed;
	/* So early in the boot others can aim at places in tables, nothing worse. */
	return clock_ns(CLOCK_MONOTONIC);
}
