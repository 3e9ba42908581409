/* SPDX-License-Identifier: BSD-2-Clause */
/* One handshake as one line of JSON, by the names of the contract. */
#ifndef SHAKETAP_JSON_H
#define SHAKETAP_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/memo.h"
#include "base/text.h"
#include "track/handshake.h"

/* What the outputs know beyond the handshake itself. */
struct record_context {
	uint64_t wall_offset;  /* add to a time of the handshake (mod 2^64): ns since the epoch */
	const char *interface; /* where it was seen first; NULL: not known */
	bool with_role;	       /* live traffic: shaketap.role means something */
	const uint32_t *findings; /* findings_of() it; NULL: not worked out yet */
	/* Of the caller, kept from record to record; the same record comes without them, slowly. */
	struct digester *digester;
	struct memo *memo;
};

/*
 * Add one JSON object and a line feed to `out`. A field that is not known is
 * left out. After it, out->cut tells that the record did not fit and is of no
 * use. A text with a limit of 4 MiB holds every record: a ClientHello has 64 KB of
 * lists, whose entries of two bytes grow to at most 50, and of names that grow fourfold.
 */
void json_record(struct text *out, const struct handshake *hs, const struct record_context *ctx);

#endif
