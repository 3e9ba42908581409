/* SPDX-License-Identifier: BSD-2-Clause */
/* Holds the answers to a variant of a capture against those to the capture itself. */
#ifndef SHAKETAP_PCAP_JUDGE_H
#define SHAKETAP_PCAP_JUDGE_H

#include <stdio.h>

#include "answers.h"

struct judge {
	FILE *out; /* a line for each finding */
	const char *path, *variant;
	size_t findings;
};

/*
 * Nothing was lost: the same answers. small: the segments were too small for whatever looks
 * at their first bytes, and for the limit on how many may wait.
 */
void judge_same(struct judge *judge, struct answers *full, struct answers *answers, bool small);

/* What a variant misses: `lost` (NULL: all that came behind the others). */
struct loss {
	const struct pcap_segment *lost;
	const struct slot *slots; /* what was left, n of them */
	size_t n;
	size_t at; /* index of the first of them behind the loss */
};

/*
 * Something was lost: no handshake twice, and no failure that was none, provided that what
 * came between the loss and the answer shows that something is missing.
 */
void judge_loss(struct judge *judge, struct answers *full, struct answers *answers,
		const struct loss *loss);

#endif
