/* SPDX-License-Identifier: BSD-2-Clause */
/* Which stage a clear handshake message leads to. */
#ifndef SHAKETAP_STAGES_H
#define SHAKETAP_STAGES_H

#include <stddef.h>

#include "track/handshake.h"

struct stage_row {
	enum hs_side from;
	uint8_t type; /* handshake message type */
	enum hs_stage stage;
	size_t clock; /* offset in struct handshake of the time it stamps; 0: none */
};

/* The row for a message, or NULL when it does not change the stage. */
const struct stage_row *stage_of(enum hs_side from, uint8_t type);

#endif
