/* SPDX-License-Identifier: BSD-2-Clause */
/* The clock of a pcapng interface: counts of a unit the file chooses. */
#ifndef SHAKETAP_FILE_TICKS_H
#define SHAKETAP_FILE_TICKS_H

#include <stdint.h>

/* The unit where the file says nothing: 10^-6 s. */
#define TICKS_DEFAULT 6

/*
 * ns since the epoch of a count. `resolution` is that of if_tsresol: 10^-n seconds, or 2^-n
 * with the top bit set; `offset` that of if_tsoffset: seconds to add. A time before the
 * epoch, or one that 64 bits do not hold, becomes the nearest one they do.
 */
uint64_t ticks_to_ns(uint64_t ticks, uint8_t resolution, int64_t offset);

#endif
