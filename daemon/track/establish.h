/* SPDX-License-Identifier: BSD-2-Clause */
/* The good end of a handshake, in every version. */
#ifndef SHAKETAP_ESTABLISH_H
#define SHAKETAP_ESTABLISH_H

#include "track/tracker.h"

/* Both sides are finished: the outcome is success, and what follows from it is filled in. */
void establish(struct tracker *tracker, uint64_t now);

#endif
