/* SPDX-License-Identifier: BSD-2-Clause */
#include "answers.h"

static uint32_t place_of(const struct answer *answer)
{
	return ((answer->seq ^ answer->ack * 0x9e3779b1) * 0x85ebca6b >> 16) % ANSWERS_MAX;
}

void answers_note(struct answers *answers, const struct answer *answer)
{
	answers->entry[place_of(answer)] = *answer;
}

bool answers_has(const struct answers *answers, const struct st_event *event)
{
	const struct answer wanted = { event->seq, event->ack, event->key.port[!event->sender] };
	const struct answer *known = &answers->entry[place_of(&wanted)];

	return event->flags & ST_FLAG_JOINED && event->ack && known->seq == wanted.seq &&
	       known->ack == wanted.ack && known->port == wanted.port;
}
