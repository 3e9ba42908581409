/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory with many zeros, or with many words that a reference has too, in fewer bytes: words go in,
 * bytes come out, the same words come back. It knows nothing of what they mean.
 */
#ifndef SHAKETAP_PACK_H
#define SHAKETAP_PACK_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that n words take at most: their own, and two to say where they are and which of them. */
#define PACK_MAX(n) (10 * (n))

/*
 * The n words, each as it differs from that of the reference. out has room for PACK_MAX(n) bytes.
 * Returns the bytes written.
 */
size_t pack(uint8_t *out, const uint64_t *words, const uint64_t *reference, size_t n);

/*
 * The words back that pack() wrote as `size` bytes, with the reference of then. n may be more than
 * they were: the rest is the reference's.
 */
void unpack(uint64_t *words, size_t n, const uint8_t *packed, size_t size,
	    const uint64_t *reference);

#endif
