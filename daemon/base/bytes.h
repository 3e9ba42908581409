/* SPDX-License-Identifier: BSD-2-Clause */
/* A borrowed run of bytes. Whoever hands it out says how long it lives. */
#ifndef SHAKETAP_BYTES_H
#define SHAKETAP_BYTES_H

#include <stddef.h>
#include <stdint.h>

struct bytes {
	const uint8_t *p; /* NULL: the thing was not there at all */
	size_t n;
};

/* Element i of a run of big-endian 16-bit numbers; the caller keeps i < n / 2. */
static inline uint16_t bytes_u16(struct bytes b, size_t i)
{
	return (uint16_t)(b.p[2 * i] << 8 | b.p[2 * i + 1]);
}

#endif
