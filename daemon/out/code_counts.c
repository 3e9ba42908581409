/* SPDX-License-Identifier: BSD-2-Clause */
#include "out/code_counts.h"

#include <stdlib.h>
#include <string.h>

/* Code points of one name share the place of the first. */
static void share_slots(struct code_counts *c, const char **names, int n)
{
	for (int i = 0; i < n; i++) {
		int first = 0;

		names[i] = c->registry->name(c->registry->code(i));
		while (strcmp(names[first], names[i]))
			first++;
		c->slots[i] = first;
	}
}

bool code_counts_init(struct code_counts *c, const struct code_registry *registry)
{
	int n = registry->count();
	const char **names = calloc((size_t)n, sizeof(*names));
	bool ready;

	*c = (struct code_counts){ .registry = registry };
	c->values = calloc((size_t)n, sizeof(*c->values));
	c->slots = calloc((size_t)n, sizeof(*c->slots));
	ready = names && c->values && c->slots;
	if (ready)
		share_slots(c, names, n);
	free(names);
	return ready;
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
