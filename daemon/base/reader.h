/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bounded reader. reader_bytes() holds the only bounds check of this stage; all
 * else is built on it. A length prefix yields a reader of its own, so that an inner
 * structure cannot see past its parent. Each function returns false, and neither
 * moves the reader nor writes its result, when the bytes are not there.
 */
#ifndef SHAKETAP_READER_H
#define SHAKETAP_READER_H

#include <stdbool.h>

#include "base/bytes.h"

struct reader {
	const uint8_t *p;
	size_t n; /* bytes left */
};

static inline struct reader reader_of(struct bytes b)
{
	return (struct reader){ b.p, b.n };
}

/* What is left, without taking it. */
static inline struct bytes reader_rest(const struct reader *r)
{
	return (struct bytes){ r->p, r->n };
}

static inline bool reader_empty(const struct reader *r)
{
	return r->n == 0;
}

/* The next n bytes, borrowed from whatever the reader reads. */
static inline bool reader_bytes(struct reader *r, size_t n, struct bytes *out)
{
	if (n > r->n)
		return false;
	*out = (struct bytes){ r->p, n };
	if (n) { /* NULL + 0 is undefined in C */
		r->p += n;
		r->n -= n;
	}
	return true;
}

/* A big-endian number of `size` bytes, at most 4. */
static inline bool reader_number(struct reader *r, size_t size, uint32_t *out)
{
	struct bytes b;
	uint32_t value = 0;

	if (!reader_bytes(r, size, &b))
		return false;
	for (size_t i = 0; i < size; i++)
		value = value << 8 | b.p[i];
	*out = value;
	return true;
}

static inline bool reader_u8(struct reader *r, uint8_t *out)
{
	uint32_t value;

	if (!reader_number(r, 1, &value))
		return false;
	*out = (uint8_t)value;
	return true;
}

static inline bool reader_u16(struct reader *r, uint16_t *out)
{
	uint32_t value;

	if (!reader_number(r, 2, &value))
		return false;
	*out = (uint16_t)value;
	return true;
}

static inline bool reader_u24(struct reader *r, uint32_t *out)
{
	return reader_number(r, 3, out);
}

static inline bool reader_u32(struct reader *r, uint32_t *out)
{
	return reader_number(r, 4, out);
}

/* Pass over the next n bytes. */
static inline bool reader_skip(struct reader *r, size_t n)
{
	struct bytes passed;

	return reader_bytes(r, n, &passed);
}

/* A length of `size` bytes and as many bytes as it says, as a reader of their own. */
static inline bool reader_prefixed(struct reader *r, size_t size, struct reader *sub)
{
	struct reader ahead = *r;
	uint32_t length;
	struct bytes b;

	if (!reader_number(&ahead, size, &length) || !reader_bytes(&ahead, length, &b))
		return false;
	*r = ahead;
	*sub = reader_of(b);
	return true;
}

static inline bool reader_u8_prefixed(struct reader *r, struct reader *sub)
{
	return reader_prefixed(r, 1, sub);
}

static inline bool reader_u16_prefixed(struct reader *r, struct reader *sub)
{
	return reader_prefixed(r, 2, sub);
}

static inline bool reader_u24_prefixed(struct reader *r, struct reader *sub)
{
	return reader_prefixed(r, 3, sub);
}

#endif
