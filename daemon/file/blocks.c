/* SPDX-License-Identifier: BSD-2-Clause */
#include "file/blocks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER 4 /* bytes of a type, a length, the byte-order magic */
#define HEAD (2 * NUMBER)
#define LENGTH_MIN (3 * NUMBER)
#define SECTION_LENGTH_MIN 28

static uint64_t number(struct bytes b, bool little)
{
	uint64_t value = 0;

	for (size_t i = 0; i < b.n; i++)
		value = value << 8 | b.p[little ? b.n - 1 - i : i];
	return value;
}

bool block_number(struct block *block, size_t size, uint64_t *out)
{
	struct bytes b;

	if (!reader_bytes(&block->body, size, &b))
		return false;
	*out = number(b, block->little);
	return true;
}

static uint32_t number_at(const uint8_t *p, bool little)
{
	return (uint32_t)number((struct bytes){ p, NUMBER }, little);
}

/* Section 4.1: 0x1a2b3c4d in the byte order of the section. */
static bool byte_order(const uint8_t *magic, bool *little)
{
	static const uint8_t big_magic[NUMBER] = { 0x1a, 0x2b, 0x3c, 0x4d };
	static const uint8_t little_magic[NUMBER] = { 0x4d, 0x3c, 0x2b, 0x1a };

	*little = memcmp(magic, little_magic, NUMBER) == 0;
	return *little || memcmp(magic, big_magic, NUMBER) == 0;
}

bool blocks_recognise(struct bytes start)
{
	bool little;

	if (start.n < NUMBER || number_at(start.p, false) != BLOCKS_SECTION)
		return false;
	return start.n < HEAD + NUMBER || byte_order(start.p + HEAD, &little);
}

static enum reading bad(struct blocks *blocks, const char *reason)
{
	snprintf(blocks->reason, sizeof(blocks->reason), "%s", reason);
	return READING_BAD;
}

/* The stream has ended, `got` bytes into a block. */
static enum reading ended(struct blocks *blocks, size_t got)
{
	switch (bytestream_state(blocks->stream)) {
	case BYTESTREAM_BAD:
		return bad(blocks, bytestream_problem(blocks->stream));
	case BYTESTREAM_INTERRUPTED:
		return READING_END;
	case BYTESTREAM_CUT:
		return READING_CUT;
	default:
		return got ? READING_CUT : READING_END;
	}
}

/* Room for a block behind its type and length. The old content goes. */
static bool make_room(struct blocks *blocks, size_t n)
{
	size_t room = blocks->room ? blocks->room : 4096;
	uint8_t *buffer;

	if (n <= blocks->room)
		return true;
	while (room < n)
		room *= 2;
	buffer = malloc(room);
	if (!buffer)
		return false;
	free(blocks->buffer);
	blocks->buffer = buffer;
	blocks->room = room;
	return true;
}

static bool length_possible(uint32_t type, uint32_t length)
{
	return length >= (type == BLOCKS_SECTION ? SECTION_LENGTH_MIN : LENGTH_MIN) &&
	       length <= BLOCKS_LENGTH_MAX && length % NUMBER == 0;
}

/*
 * A block other than a section's, where it lies. False: it may be cut off, or is too long to be
 * looked at there; nothing was taken.
 */
static bool take_whole(struct blocks *blocks, struct block *out)
{
	struct bytes bytes = bytestream_peek(blocks->stream, HEAD);
	uint32_t type, length;

	if (bytes.n < HEAD)
		return false;
	type = number_at(bytes.p, blocks->little);
	length = number_at(bytes.p + NUMBER, blocks->little);
	if (type == BLOCKS_SECTION || !length_possible(type, length) ||
	    length > BYTESTREAM_PEEK_MAX)
		return false;
	bytes = bytestream_peek(blocks->stream, length);
	if (bytes.n < length || number_at(bytes.p + length - NUMBER, blocks->little) != length)
		return false;
	*out = (struct block){
		.type = type,
		.little = blocks->little,
		.body = reader_of((struct bytes){ bytes.p + HEAD, length - LENGTH_MIN }),
	};
	bytestream_skip(blocks->stream, length);
	return true;
}

/* What lies behind the type and the length; the first `have` bytes of it are in `first`. */
static enum reading read_rest(struct blocks *blocks, uint32_t length, const uint8_t *first,
			      size_t have, struct block *out)
{
	size_t rest = length - HEAD;

	if (!make_room(blocks, rest))
		return bad(blocks, "out of memory");
	memcpy(blocks->buffer, first, have);
	if (bytestream_read(blocks->stream, blocks->buffer + have, rest - have) < rest - have)
		return ended(blocks, HEAD);
	if (number_at(blocks->buffer + rest - NUMBER, blocks->little) != length)
		return bad(blocks, "a block whose two lengths differ");
	out->little = blocks->little;
	out->body = reader_of((struct bytes){ blocks->buffer, rest - NUMBER });
	return READING_PACKET;
}

static enum reading take_piecewise(struct blocks *blocks, struct block *out)
{
	uint8_t head[HEAD + NUMBER];
	size_t have = 0;
	size_t got = bytestream_read(blocks->stream, head, HEAD);
	uint32_t length;

	out->type = got < NUMBER ? 0 : number_at(head, blocks->little);
	if (got < HEAD)
		return ended(blocks, got);
	if (out->type == BLOCKS_SECTION) { /* its length is already in its own byte order */
		have = bytestream_read(blocks->stream, head + HEAD, NUMBER);
		if (have < NUMBER)
			return ended(blocks, HEAD);
		if (!byte_order(head + HEAD, &blocks->little))
			return bad(blocks, "a section of unknown byte order");
	}
	length = number_at(head + NUMBER, blocks->little);
	if (!length_possible(out->type, length)) {
		snprintf(blocks->reason, sizeof(blocks->reason), "a block of %u bytes", length);
		return READING_BAD;
	}
	return read_rest(blocks, length, head + HEAD, have, out);
}

enum reading blocks_next(struct blocks *blocks, struct block *out)
{
	return take_whole(blocks, out) ? READING_PACKET : take_piecewise(blocks, out);
}

void blocks_free(struct blocks *blocks)
{
	free(blocks->buffer);
	blocks->buffer = NULL;
	blocks->room = 0;
}
