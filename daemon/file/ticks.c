/* SPDX-License-Identifier: BSD-2-Clause */
#include "file/ticks.h"

#include "base/util.h"

#define BINARY 0x80
/* ns are 10^-9 s. */
#define NS_EXPONENT 9
/* No count of 64 bits is as large as 10^20. */
#define EXPONENT_MAX (NS_EXPONENT + 19)

/* No product of a count and 10^9 needs more than 94 bits. */
static __int128 scale(uint64_t ticks, uint8_t resolution)
{
	unsigned exponent = resolution & ~BINARY;
	__int128 ns = ticks;

	if (resolution & BINARY)
		return ns * NS_PER_S >> exponent;
	if (exponent > EXPONENT_MAX)
		return 0;
	for (; exponent < NS_EXPONENT; exponent++)
		ns *= 10;
	for (; exponent > NS_EXPONENT; exponent--)
		ns /= 10;
	return ns;
}

uint64_t ticks_to_ns(uint64_t ticks, uint8_t resolution, int64_t offset)
{
	__int128 ns = scale(ticks, resolution) + (__int128)offset * (int64_t)NS_PER_S;

	if (ns < 0)
		return 0;
	return ns > UINT64_MAX ? UINT64_MAX : (uint64_t)ns;
}
