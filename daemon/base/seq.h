/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP sequence numbers: they wrap (RFC 9293 section 3.4). */
#ifndef SHAKETAP_SEQ_H
#define SHAKETAP_SEQ_H

#include <stdbool.h>
#include <stdint.h>

/* a comes before b in the circle of sequence numbers. */
static inline bool seq_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

#endif
