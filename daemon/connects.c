/* SPDX-License-Identifier: BSD-2-Clause */
#include "connects.h"

void connects_init(struct connects *connects)
{
	connects->first = connects->count = 0;
}

bool connects_add(struct connects *connects, const struct connect *connect)
{
	bool full = connects->count == CONNECTS_MAX;

	if (full) {
		connects->first = (connects->first + 1) % CONNECTS_MAX;
		connects->count--;
	}
	connects->ring[(connects->first + connects->count++) % CONNECTS_MAX] = *connect;
	return !full;
}

uint64_t connects_next(const struct connects *connects, uint64_t timeout)
{
	return connects->count ? connects->ring[connects->first].event.syn_time + timeout : 0;
}

bool connects_due(struct connects *connects, uint64_t timeout, uint64_t now, struct connect *out)
{
	if (!connects->count || connects_next(connects, timeout) > now)
		return false;
	*out = connects->ring[connects->first];
	connects->first = (connects->first + 1) % CONNECTS_MAX;
	connects->count--;
	return true;
}
