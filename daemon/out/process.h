/* SPDX-License-Identifier: BSD-2-Clause */
/* The standard process_* metrics. */
#ifndef SHAKETAP_PROCESS_H
#define SHAKETAP_PROCESS_H

#include <stdint.h>

#include "out/expo.h"

/* Reads /proc/self; what cannot be read is left out. */
void process_write(struct expo *e);

/* What a person wants to know of it. */
struct process_usage {
	uint64_t cpu;	   /* ns of user and system time */
	uint64_t resident; /* bytes */
};

/* All 0 when it cannot be read. */
struct process_usage process_usage(void);

#endif
