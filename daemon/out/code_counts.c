/* SPDX-License-Identifier: BSD-2-Clause */
#include "out/code_counts.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/index.h"

/* The first of those that have this name, itself if there is none. NULL: memory is out. */
static const char **first_of(struct index *seen, const char **name)
{
	uint32_t hash = hash_bytes(*name, strlen(*name), 0);
	const char **first;
	size_t at = hash;

	while ((first = index_next(seen, hash, &at)))
		if (!strcmp(*first, *name))
			return first;
	return index_add(seen, hash, name) ? name : NULL;
}

/* Code points of one name share the place of the first. False: memory is out. */
static bool share_slots(struct code_counts *c, const char **names, int n)
{
	struct index seen = { 0 };
	const char **first;
	int i;

	for (i = 0; i < n; i++) {
		names[i] = c->registry->name(c->registry->code(i));
		first = first_of(&seen, &names[i]);
		if (!first)
			break;
		c->slots[i] = (int)(first - names);
	}
	index_free(&seen);
	return i == n;
}

bool code_counts_init(struct code_counts *c, const struct code_registry *registry)
{
	int n = registry->count();
	const char **names = calloc((size_t)n, sizeof(*names));
	bool ready;

	*c = (struct code_counts){ .registry = registry };
	c->values = calloc((size_t)n, sizeof(*c->values));
	c->slots = calloc((size_t)n, sizeof(*c->slots));
	ready = names && c->values && c->slots && share_slots(c, names, n);
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
	/* Hosts agree on few codes, mostly on that of the last time. */
	if (!c->counted || c->last_code != code)
		c->last_slot = code_counts_slot(c, code);
	c->counted = true;
	c->last_code = code;
	if (c->last_slot < 0)
		c->unknown++;
	else
		c->values[c->last_slot]++;
}
