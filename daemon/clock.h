/* SPDX-License-Identifier: BSD-2-Clause */
/* The clocks of the system. Nothing in the pure stages looks at them. */
#ifndef SHAKETAP_CLOCK_H
#define SHAKETAP_CLOCK_H

#include <stdint.h>
#include <time.h>

#include "base/util.h"

static inline uint64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

#endif
