/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Texts that were worked out before, found by the exact bytes they were made of. A fixed number of
 * places, each of a fixed size: what was not asked for of late makes room, what is too large is not
 * kept. A text that is not found has to be worked out again, nothing worse.
 */
#ifndef SHAKETAP_MEMO_H
#define SHAKETAP_MEMO_H

#include "base/bytes.h"

#define MEMO_KEY_MAX 496
#define MEMO_TEXT_MAX 3584

struct memo;

/* seed: a number that nobody else can tell, see base/hash.h. NULL: memory is out. */
struct memo *memo_new(uint64_t seed);
void memo_free(struct memo *memo);

/* The text of a key, until the next memo_keep(); p is NULL: it is not there. */
struct bytes memo_find(struct memo *memo, struct bytes key);
/* Only after memo_find() did not have it. */
void memo_keep(struct memo *memo, struct bytes key, struct bytes text);

#endif
