/* SPDX-License-Identifier: BSD-2-Clause */
/* One handshake as one line for people. */
#ifndef SHAKETAP_LINE_H
#define SHAKETAP_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "track/handshake.h"

struct line_context {
	uint64_t wall_offset; /* add to a time of the handshake (mod 2^64): ns since the epoch */
	bool colour;
};

/* Add the line, line feed included. Nothing from the wire reaches it unescaped. */
void line_record(struct text *out, const struct handshake *hs, const struct line_context *ctx);

#endif
