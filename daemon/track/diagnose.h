/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why a handshake failed: rules over what was observed, in order, the first that fits wins.
 * Whoever watches the handshake says how it ended; everything else is decided here.
 */
#ifndef SHAKETAP_DIAGNOSE_H
#define SHAKETAP_DIAGNOSE_H

#include "base/bytes.h"
#include "track/handshake.h"

/* What ended it. */
enum ending_kind {
	ENDED_BY_ALERT,	       /* in the clear */
	ENDED_BY_SEALED_ALERT, /* a sealed record as long as an alert, or of that type, came last */
	ENDED_BY_FIN,
	ENDED_BY_RESET,
	ENDED_BY_SILENCE,
	ENDED_BY_OTHER_BYTES,  /* that are no TLS */
	ENDED_BY_SSLV2_ERROR,  /* of a server that speaks SSL 2.0 only */
	ENDED_BY_REFUSAL,      /* RST in answer to the SYN */
	ENDED_BY_NO_CONNECTION /* nothing in answer to the SYN */
};

struct ending {
	enum ending_kind kind;
	enum hs_side by;    /* HS_NOBODY: silence */
	uint64_t time;	    /* as those of the handshake */
	uint64_t waited;    /* silence, SYN: ns without anything new; else 0 */
	uint16_t code;	    /* of the alert (RFC 8446 section 6), of the error of SSL 2.0 */
	bool notified;	    /* FIN, RST: a close_notify of that side came first */
	struct bytes first; /* of the bytes that are no TLS; borrowed for the call */
};

/* Fills hs->failure with the sentence, makes the outcome a failure and `time` its end. */
void diagnose(struct handshake *hs, const struct ending *ending);

#endif
