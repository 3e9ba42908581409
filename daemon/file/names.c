/* SPDX-License-Identifier: BSD-2-Clause */
#include "file/names.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

const char *names_keep(struct names *names, struct bytes name)
{
	char key[NAMES_LENGTH_MAX + 1];
	size_t n = name.n ? strnlen((const char *)name.p, name.n) : 0;
	void *const *found;
	char *copy;

	if (n == 0 || n > NAMES_LENGTH_MAX)
		return NULL;
	memcpy(key, name.p, n);
	key[n] = '\0';
	found = tfind(key, &names->root, compare);
	if (found)
		return *found;
	if (names->n == NAMES_MAX)
		return NULL;
	copy = strdup(key);
	if (!copy)
		return NULL;
	if (!tsearch(copy, &names->root, compare)) {
		free(copy);
		return NULL;
	}
	names->n++;
	return copy;
}

void names_free(struct names *names)
{
	tdestroy(names->root, free);
	*names = (struct names){ 0 };
}
