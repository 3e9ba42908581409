/* SPDX-License-Identifier: BSD-2-Clause */
#include "track/timeline.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* The usual handshake takes about ten. Who waits long with fewer is parked, without the rest. */
#define FIRST 16

static_assert(HS_MESSAGES_MAX == 4 * FIRST, "room grows by four, once");

static bool is_full(size_t count)
{
	return count == 0 || count == FIRST;
}

void timeline_note(struct handshake *hs, const struct hs_message *message)
{
	if (hs->message_count == HS_MESSAGES_MAX)
		return;
	if (is_full(hs->message_count)) {
		size_t room = hs->message_count ? 4U * hs->message_count : FIRST;
		struct hs_message *grown = realloc(hs->messages, room * sizeof(*grown));

		if (!grown)
			return;
		hs->messages = grown;
	}
	hs->messages[hs->message_count++] = *message;
}

bool timeline_restore(struct handshake *hs, const void *lines)
{
	size_t count = hs->message_count, room = FIRST;

	while (room < count)
		room *= 4;
	hs->messages = count ? malloc(room * sizeof(*hs->messages)) : NULL;
	if (count && !hs->messages)
		return false;
	if (count)
		memcpy(hs->messages, lines, count * sizeof(*hs->messages));
	return true;
}
