/* SPDX-License-Identifier: BSD-2-Clause */
/* Flows that the programs know already, put into their tables as they would have done it. */
#ifndef SHAKETAP_BENCH_KNOWN_H
#define SHAKETAP_BENCH_KNOWN_H

#include <stdbool.h>

#include "programs.h"

/*
 * Open: all of them are shaking hands, each holds its gate open. Else they are over and their
 * gates are closed; their entries wait for stragglers.
 */
void known_fill(struct programs *programs, uint32_t flows, bool open);

/* Open gates close by themselves when there is no news: make it now. */
void known_refresh(struct programs *programs);

/* In percent. */
double known_gates_open(const struct programs *programs);

#endif
