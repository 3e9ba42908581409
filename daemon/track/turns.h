/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose turn it was in a handshake that stopped, and in the middle of what. */
#ifndef SHAKETAP_TURNS_H
#define SHAKETAP_TURNS_H

#include "track/diagnose.h"
#include "track/sentence.h"

/* Who should have gone on. */
enum hs_side turns_next(const struct handshake *hs);

/* " after its ServerHello": the last step before it stopped, as told of that side. */
void turns_say_last(struct sentence *s, const struct handshake *hs);

/*
 * " inside its Certificate, 1200 of 3000 bytes seen", or between the records of a sealed flight
 * " after a part of its flight"; false: neither.
 */
bool turns_say_torn(struct sentence *s, const struct handshake *hs, enum hs_side side);

/* What the other side was at; and what the client had not got when it left. */
void turns_tell_torn(struct sentence *s, const struct handshake *hs, const struct ending *end);

#endif
