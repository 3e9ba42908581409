/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One counter per name of a registry. Some names have two code points (the
 * drafts of what became a standard): they share a counter, since the same
 * labels twice would make a page that Prometheus refuses.
 */
#ifndef SHAKETAP_CODE_COUNTS_H
#define SHAKETAP_CODE_COUNTS_H

#include <stdbool.h>
#include <stdint.h>

/* The registry: dense index of a code (-1: unknown) and back, and its name. */
struct code_registry {
	int (*count)(void);
	int (*index)(uint16_t code);
	uint16_t (*code)(int index);
	const char *(*name)(uint16_t code);
};

struct code_counts {
	const struct code_registry *registry;
	uint64_t *values; /* registry->count() of them */
	int *slots;	  /* where the code of an index is counted */
	uint64_t unknown; /* codes the registry does not have */
	bool counted;	  /* something was; then of the code that came last: */
	uint16_t last_code;
	int last_slot;
};

/* False when memory is out; code_counts_free() is right in any case. `registry` is borrowed. */
bool code_counts_init(struct code_counts *c, const struct code_registry *registry);
void code_counts_free(struct code_counts *c);
void code_counts_add(struct code_counts *c, uint16_t code);
/* The index of values under which this code is counted; -1: unknown. */
int code_counts_slot(const struct code_counts *c, uint16_t code);

#endif
