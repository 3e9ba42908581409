/* SPDX-License-Identifier: BSD-2-Clause */
/* The clsact filters of one hook, as far as they concern ours. */
#ifndef SHAKETAP_FILTERS_H
#define SHAKETAP_FILTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/dump.h"

struct filters {
	/* Asked: ours. */
	unsigned priority, handle;
	/* Answered. */
	bool found;	     /* a filter is in our place */
	uint32_t program;    /* and runs this one */
	unsigned first;	     /* lowest priority that runs before ours; 0: none */
	char first_kind[16]; /* "bpf", "flower" */
};

/* hook: 0 ingress, 1 egress. 0 or -errno; without a clsact qdisc nothing is found. */
int filters_read(struct filters *filters, struct dumper *dumper, unsigned ifindex, int hook);

#endif
