/* SPDX-License-Identifier: BSD-2-Clause */
/* Where something is missing, and the outcome with it. The functions are in tracker.h. */
#include "tls/names.h"
#include "track/tls13.h"
#include "track/tracker.h"

void tracker_unknown(struct tracker *tracker, enum hs_unknown_cause cause, uint64_t now)
{
	struct handshake *hs = &tracker->hs;

	if (hs->has_server_hello && tls_is_13(hs->server_hello.version) && cause == HS_OVER_BUDGET)
		tls13_silence(tracker);
	if (hs->outcome == HS_OPEN) {
		hs->outcome = HS_UNKNOWN;
		hs->unknown = cause;
		hs->end_time = now;
	}
	tracker->done = true;
}

void tracker_join(struct tracker *tracker, uint64_t now)
{
	struct handshake *hs = &tracker->hs;

	hs->outcome = HS_UNKNOWN;
	hs->unknown = HS_JOINED_MIDWAY;
	hs->stage = HS_SERVER_HELLO;
	hs->end_time = now;
	tracker_linger(tracker, now);
}

void tracker_doubt(struct tracker *tracker)
{
	struct handshake *hs = &tracker->hs;

	if (hs->outcome != HS_FAILURE || hs->failure.alerted)
		return;
	hs->outcome = HS_UNKNOWN;
	hs->unknown = HS_GAP;
	hs->failure = (struct hs_failure){ .side = HS_NOBODY };
	hs->complete = false;
}
