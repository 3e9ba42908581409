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
#include <uthash.h>

/* Both halves of a product of two 64-bit numbers: every bit of either reaches every other. */
static inline uint64_t hash_fold(uint64_t a, uint64_t b)
{
	__uint128_t product = (__uint128_t)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint32_t hash_bytes(const void *p, size_t n, uint64_t seed)
{
	const uint8_t *bytes = p;
	uint64_t hash = seed ^ n, word;

	for (size_t at = 0; at < n; at += sizeof(word)) {
		word = 0;
		memcpy(&word, bytes + at, n - at < sizeof(word) ? n - at : sizeof(word));
		hash = hash_fold(hash ^ word, UINT64_C(0x9e3779b97f4a7c15) ^ seed);
	}
	hash = hash_fold(hash, seed | 1);
	return (uint32_t)(hash ^ hash >> 32);
}

#endif
