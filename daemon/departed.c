/* SPDX-License-Identifier: BSD-2-Clause */
#include "departed.h"

#include <stdio.h>

void departed_note(struct departed *departed, unsigned ifindex, const char *name)
{
	unsigned at = departed->next;

	departed->next = (at + 1) % DEPARTED_MAX;
	departed->list[at].ifindex = ifindex;
	snprintf(departed->list[at].name, sizeof(departed->list[at].name), "%s", name);
}

const char *departed_name(const struct departed *departed, unsigned ifindex)
{
	if (!ifindex)
		return NULL;
	/* The newest first: the same index may have come back, and gone under another name. */
	for (unsigned i = 1; i <= DEPARTED_MAX; i++) {
		unsigned at = (departed->next + DEPARTED_MAX - i) % DEPARTED_MAX;

		if (departed->list[at].ifindex == ifindex)
			return departed->list[at].name;
	}
	return NULL;
}
