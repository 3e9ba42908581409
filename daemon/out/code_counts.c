/* SPDX-License-Identifier: BSD-2-Clause */
#include "out/code_counts.h"

#include <stdlib.h>
#include <string.h>

static const char *name_of(const struct code_registry *r, int i)
{
	return r->name(r->code(i));
}

bool code_counts_init(struct code_counts *c, const struct code_registry *registry)
{
	int n = registry->count();

	*c = (struct code_counts){ .registry = registry };
	c->values = calloc((size_t)n, sizeof(*c->values));
	c->slots = calloc((size_t)n, sizeof(*c->slots));
	if (!c->values || !c->slots)
		return false;
	for (int i = 0; i < n; i++) {
		int first = 0;

		while (strcmp(name_of(registry, first), name_of(registry, i)))
			first++;
		c->slots[i] = first;
	}
	return true;
}

void code_counts_free(struct code_counts *c)
{
	free(c->values);
	free(c->slots);
}

int code_counts_slot(const struct code_counts *c, uint16_t code)
{
	int i = c->registry->index(code);

	return i < 0 ? -1 : c->slots[i];
}

void code_counts_add(struct code_counts *c, uint16_t code)
{
	int slot = code_counts_slot(c, code);

	if (slot < 0)
		c->unknown++;
	else
		c->values[slot]++;
}
