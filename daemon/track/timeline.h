/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines of a handshake's timeline, and the room for them. */
#ifndef SHAKETAP_TIMELINE_H
#define SHAKETAP_TIMELINE_H

#include "track/handshake.h"

/* One more line. Without memory the timeline ends early; nothing else depends on it. */
void timeline_note(struct handshake *hs, const struct hs_message *message);

/* hs has the count of its lines, and these are a copy of them. False: memory is out. */
bool timeline_restore(struct handshake *hs, const void *lines);

#endif
