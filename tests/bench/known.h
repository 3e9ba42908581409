/* SPDX-License-Identifier: BSD-2-Clause */
/* Flows that the programs know already, put into their tables as they would have done it. */
#ifndef SHAKETAP_BENCH_KNOWN_H
#define SHAKETAP_BENCH_KNOWN_H

#include <stdbool.h>

#include "programs.h"

/* Open: all of them are shaking hands. Else they are over; their entries wait for stragglers. */
void known_fill(struct programs *programs, uint32_t flows, bool open);

/* Places of the table that hold a handshake, in percent. */
double known_tags_open(const struct programs *programs);

#endif
