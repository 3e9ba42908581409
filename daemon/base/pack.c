/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One step for every word that differs: a byte that says how many before it do not, then either a
 * byte that says which of its eight bytes are not zero and these, or, with AGAIN, which of the
 * differences written last it is. What is left differs nowhere.
 */
#include "base/pack.h"

#include <stdbool.h>
#include <string.h>

#define SKIP_MAX 127
#define AGAIN 0x80

/* Differences written last: a time, most of all, is noted in several places. */
#define RECALLED 8

struct recalled {
	uint64_t word[RECALLED];
	unsigned at; /* where the next one goes */
};

/* Its place among them, RECALLED: it is not there. */
static unsigned recall(const struct recalled *recalled, uint64_t word)
{
	unsigned i = 0;

	while (i < RECALLED && recalled->word[i] != word)
		i++;
	return i;
}

static void note(struct recalled *recalled, uint64_t word)
{
	recalled->word[recalled->at++ % RECALLED] = word;
}

static uint8_t *put_word(uint8_t *out, uint64_t word)
{
	uint8_t *which = out++;

	*which = 0;
	for (unsigned bit = 1; word; word >>= 8, bit <<= 1) {
		/* Written in any case, kept only where it is not zero: no branch to miss. */
		bool kept = (uint8_t)word;

		*out = (uint8_t)word;
		out += kept;
		*which |= kept ? bit : 0;
	}
	return out;
}

static uint8_t *put_step(uint8_t *out, struct recalled *recalled, size_t skip, uint64_t word)
{
	unsigned again = recall(recalled, word);

	if (again < RECALLED) {
		*out++ = (uint8_t)(AGAIN | skip);
		*out++ = (uint8_t)again;
		return out;
	}
	*out++ = (uint8_t)skip;
	note(recalled, word);
	return put_word(out, word);
}

size_t pack(uint8_t *out, const uint64_t *words, const uint64_t *reference, size_t n)
{
	struct recalled recalled = { 0 };
	uint8_t *at = out;
	size_t skip = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t word = words[i] ^ reference[i];

		if (!word && skip < SKIP_MAX) {
			skip++;
			continue;
		}
		at = put_step(at, &recalled, skip, word);
		skip = 0;
	}
	return (size_t)(at - out);
}

static const uint8_t *get_word(const uint8_t *packed, uint64_t *word)
{
	unsigned which = *packed++;

	*word = 0;
	for (unsigned shift = 0; which; which >>= 1, shift += 8)
		if (which & 1)
			*word |= (uint64_t)*packed++ << shift;
	return packed;
}

void unpack(uint64_t *words, size_t n, const uint8_t *packed, size_t size,
	    const uint64_t *reference)
{
	struct recalled recalled = { 0 };
	const uint8_t *end = packed + size;
	uint64_t *at = words, word;

	memcpy(words, reference, n * sizeof(*words));
	while (packed < end) {
		unsigned step = *packed++;

		at += step & SKIP_MAX;
		if (step & AGAIN) {
			word = recalled.word[*packed++];
		} else {
			packed = get_word(packed, &word);
			note(&recalled, word);
		}
		*at++ ^= word;
	}
}
