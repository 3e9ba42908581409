/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * uthash, without its own answer to a lack of memory, which is to end the program: after HASH_ADD
 * the handle's `tbl` tells, which is NULL if there was no room. Such an entry is in no table and
 * must not be deleted from one.
 *
 * And a hash with a secret, for its _BYHASHVALUE forms: who does not know the seed cannot choose
 * keys that meet in one place of a table. Not for anything that must not be forged.
 */
#ifndef SHAKETAP_HASH_H
#define SHAKETAP_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
/* Where the keys are this host's own: shorter than what uthash has for keys of a few words. */
#define HASH_FUNCTION(key, length, hash) ((hash) = hash_bytes(key, length, 0))
#include <uthash.h>

/* Both halves of a product of two 64-bit numbers: every bit of either reaches every other. */
static inline uint64_t hash_fold(uint64_t a, uint64_t b)
{
	__uint128_t product = (__uint128_t)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t hash_word(const uint8_t *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

/* 64 bits, for those who compare them instead of the bytes. */
static inline uint64_t hash_bytes64(const void *p, size_t n, uint64_t seed)
{
	const uint64_t multiplier = UINT64_C(0x9e3779b97f4a7c15) ^ seed;
	const uint8_t *bytes = p;
	/*
	 * Not the seed as it is: against a multiplier whose distance from it is known, two words
	 * and the same two exchanged, with that distance added, would give one product whatever the
	 * seed.
	 */
	uint64_t hash = hash_fold(seed ^ n, UINT64_C(0xc2b2ae3d27d4eb4f)), word = 0;
	size_t at = 0;

	/* Mostly n is a constant of the caller, and the loop goes. Two words for one product. */
#pragma GCC unroll 4
	for (; at + 2 * sizeof(word) <= n; at += 2 * sizeof(word))
		hash = hash_fold(hash ^ hash_word(bytes + at),
				 multiplier ^ hash_word(bytes + at + sizeof(word)));
	if (at + sizeof(word) <= n) {
		hash = hash_fold(hash ^ hash_word(bytes + at), multiplier);
		at += sizeof(word);
	}
	/* The last bytes: together with those before them, or all there are. */
	if (at < n && n >= sizeof(word))
		hash = hash_fold(hash ^ hash_word(bytes + n - sizeof(word)), multiplier);
	if (n && n < sizeof(word)) {
		memcpy(&word, bytes, n);
		hash = hash_fold(hash ^ word, multiplier);
	}
	return hash_fold(hash, seed | 1);
}

static inline uint32_t hash_short(uint64_t hash)
{
	return (uint32_t)(hash ^ hash >> 32);
}

static inline uint32_t hash_bytes(const void *p, size_t n, uint64_t seed)
{
	return hash_short(hash_bytes64(p, n, seed));
}

#endif
