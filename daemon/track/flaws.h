/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Facts for the sentence of a failure: what a certificate that passed in the clear shows. Dates
 * are compared with the day of the handshake; without a wall clock they are left out.
 */
#ifndef SHAKETAP_FLAWS_H
#define SHAKETAP_FLAWS_H

#include "track/diagnose.h"
#include "track/sentence.h"

/* Of the server's, what the alert of the client may mean; of nothing else, who issued it. */
void flaws_tell_server(struct sentence *s, const struct handshake *hs, const struct ending *end);
/* The same the other way round. */
void flaws_tell_client(struct sentence *s, const struct handshake *hs, const struct ending *end);
/* What is wrong with the server's, if anything is, where a client hangs up without a word. */
void flaws_tell_visible(struct sentence *s, const struct handshake *hs, const struct ending *end);

#endif
