/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The blocks of a pcapng file (draft-ietf-opsawg-pcapng section 3.1): a type, a length,
 * a body, the length again. Numbers are in the byte order of the section.
 */
#ifndef SHAKETAP_FILE_BLOCKS_H
#define SHAKETAP_FILE_BLOCKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/reader.h"
#include "file/bytestream.h"
#include "file/reading.h"

/* The largest block that is read, as in Wireshark and libpcap. */
#define BLOCKS_LENGTH_MAX (16u << 20)

/* Section header: its type reads the same in both byte orders. */
#define BLOCKS_SECTION 0x0a0d0d0a

struct blocks {
	struct bytestream *stream;
	bool little; /* the byte order of the section */
	uint8_t *buffer;
	size_t room;
	char reason[64];
};

struct block {
	uint32_t type;
	bool little;
	struct reader body; /* without types and lengths, borrowed until the next block */
};

/* Begins a section header here? Fewer than 12 bytes: as far as one can see. */
bool blocks_recognise(struct bytes start);

/*
 * The next block; READING_PACKET: here it is. With READING_CUT, out->type is that of the
 * block that was cut, 0 where there was none; with READING_BAD, blocks->reason says why.
 */
enum reading blocks_next(struct blocks *blocks, struct block *out);

/* Frees the buffer; the stream stays. */
void blocks_free(struct blocks *blocks);

/* A number of `size` bytes, at most 8, from the body. False, as in base/reader.h: not there. */
bool block_number(struct block *block, size_t size, uint64_t *out);

#endif
