/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fuzzer's bytes as numbers and runs of bytes. Behind the end every number is 0, so that a
 * target needs no checks and each prefix of an input means what it meant.
 */
#ifndef FUZZ_INPUT_H
#define FUZZ_INPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

struct input {
	const uint8_t *p;
	size_t n;
};

/* What libFuzzer calls; 0: done. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline uint64_t input_number(struct input *in, size_t size)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size && in->n; i++) {
		value = value << 8 | *in->p++;
		in->n--;
	}
	return value;
}

static inline uint8_t input_u8(struct input *in)
{
	return (uint8_t)input_number(in, 1);
}

static inline uint16_t input_u16(struct input *in)
{
	return (uint16_t)input_number(in, 2);
}

static inline uint32_t input_u32(struct input *in)
{
	return (uint32_t)input_number(in, 4);
}

/* At most n bytes. */
static inline struct bytes input_bytes(struct input *in, size_t n)
{
	struct bytes out = { in->p, n < in->n ? n : in->n };

	in->p += out.n;
	in->n -= out.n;
	return out;
}

/* In memory of their own, to be freed: AddressSanitizer sees who reads beyond them or later. */
static inline uint8_t *own_copy(struct bytes bytes)
{
	uint8_t *copy = malloc(bytes.n + !bytes.n);

	if (!copy)
		abort();
	if (bytes.n)
		memcpy(copy, bytes.p, bytes.n);
	return copy;
}

/* Reads all of it, and that is all. */
static inline void touch(struct bytes bytes)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < bytes.n; i++)
		sum ^= bytes.p[i];
	__asm__ volatile("" : : "r"(sum)); /* somebody needs it */
}

#endif
