/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One TCP direction: segments in any order in, bytes in sequence out. Sparse: the
 * consumer may skip bytes that never come (the kernel does not copy what is sealed).
 *
 * A segment that comes in order is lent, not copied: reasm_add(), then peek and
 * skip as long as there is something to read, then reasm_settle() before the
 * segment's memory goes away. Sequence numbers wrap and are compared that way;
 * where segments overlap, the bytes that came first stay.
 */
#ifndef SHAKETAP_REASM_H
#define SHAKETAP_REASM_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/seq.h"

/* Bytes one direction may keep waiting. A 64 KB ClientHello fits with its records. */
#define REASM_STORED_MAX (160 * 1024)

/*
 * Pieces that wait behind holes: a search through them stays short whatever a peer sends.
 * Pieces that touch are merged when they are read, so that only holes count.
 */
#define REASM_CHUNKS_MAX 256

struct reasm_chunk;

/* Zero-initialised it is valid and not started. */
struct reasm {
	struct reasm_chunk *chunks; /* ascending, disjoint, none before pos */
	struct bytes lent;	    /* starts at pos; only between add and settle */
	uint32_t pos;		    /* sequence number of the next byte to be read */
	uint32_t stored;	    /* bytes in chunks */
	uint32_t count;		    /* of chunks */
	bool started;
};

/* seq: sequence number of the first byte that the consumer will read. */
void reasm_start(struct reasm *reasm, uint32_t seq);

/* 0; -ENOBUFS: over a limit, (the rest of) the segment was not taken; -ENOMEM. */
int reasm_add(struct reasm *reasm, uint32_t seq, struct bytes segment);

/* Of reasm_peek(), when it takes a look into the chunks. */
struct bytes reasm_peek_stored(struct reasm *reasm, size_t want);

/*
 * The bytes at the read position, at least `want` of them if so many are there in
 * one piece. Valid until the next call of any function here. n == 0: none yet.
 */
static inline struct bytes reasm_peek(struct reasm *reasm, size_t want)
{
	if (reasm->lent.n && (reasm->lent.n >= want || !reasm->chunks))
		return reasm->lent;
	if (!reasm->lent.n && !reasm->chunks)
		return (struct bytes){ NULL, 0 };
	return reasm_peek_stored(reasm, want);
}

/* Move the read position; n may go beyond what has come. */
void reasm_skip(struct reasm *reasm, uint32_t n);

/* Take into own memory what is left of the lent segment. 0 or -ENOMEM. */
int reasm_settle(struct reasm *reasm);

/* Of reasm_end(), with chunks. */
uint32_t reasm_end_stored(const struct reasm *reasm);

/* The sequence number behind the bytes that follow the read position without a hole. */
static inline uint32_t reasm_end(const struct reasm *reasm)
{
	return reasm->chunks ? reasm_end_stored(reasm) : reasm->pos + (uint32_t)reasm->lent.n;
}

/* Somewhere behind the read position bytes wait for earlier ones that did not come. */
bool reasm_has_gap(const struct reasm *reasm);

/* Bytes of memory that the chunks take. */
size_t reasm_memory(const struct reasm *reasm);

/* Release all memory; valid to start again. */
void reasm_free(struct reasm *reasm);

#endif
