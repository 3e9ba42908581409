/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes on their way to a descriptor whose reader may be slow or asleep. Nobody is waited for
 * unless that is wanted: what finds no room is given up as a whole, and counted.
 */
#ifndef SHAKETAP_OUTLET_H
#define SHAKETAP_OUTLET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

struct outlet {
	int fd;
	bool patient;	     /* waits for the reader rather than give something up */
	bool regular;	     /* a file: it takes everything at once */
	bool prompt;	     /* patient: somebody looks on, nothing waits for more to come */
	struct text waiting; /* from `from` on not written yet */
	size_t from;
	size_t begun;	  /* where the piece begins that is being written */
	uint64_t dropped; /* pieces given up */
	int error;	  /* errno of the write that failed; 0: none */
};

void outlet_init(struct outlet *outlet, int fd, bool patient);
void outlet_free(struct outlet *outlet);

/*
 * A piece is added to the text, then ended: all of it is taken or, if it was cut, nothing. There is
 * no copy in between. NULL: a write has failed, nothing is taken any more.
 */
struct text *outlet_begin(struct outlet *outlet);
void outlet_end(struct outlet *outlet);

/* Write what can be written at once; if patient, everything. False: it failed, see error. */
bool outlet_push(struct outlet *outlet);

/* The same at the end, waiting this long at most; what is left then is lost. */
bool outlet_finish(struct outlet *outlet, int patience_ms);

/* Is there something the reader has not taken? */
bool outlet_waits(const struct outlet *outlet);

#endif
