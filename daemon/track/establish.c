/* SPDX-License-Identifier: BSD-2-Clause */
#include "track/establish.h"

#include "tls/names.h"

/*
 * Round trips before the client could send data: TLS 1.3 takes one, none with
 * accepted early data; TLS 1.2 takes two, one when a session is resumed or when
 * the client does not wait for the server's Finished (False Start, RFC 7918).
 * A HelloRetryRequest adds one.
 */
static int round_trips(const struct handshake *hs)
{
	int trips;

	if (tls_is_13(hs->server_hello.version))
		trips = hs->early_data == HS_EARLY_ACCEPTED ? 0 : 1;
	else if (hs->resumption != HS_FULL)
		trips = 1;
	else
		trips = hs->application_data_time &&
					hs->application_data_time < hs->server_finished_time
				? 1
				: 2;
	return trips + hs->hello_retry;
}

void establish(struct tracker *tracker, uint64_t now)
{
	struct handshake *hs = &tracker->hs;

	if (hs->outcome != HS_OPEN)
		return;
	hs->outcome = HS_SUCCESS;
	hs->stage = HS_ESTABLISHED;
	hs->end_time = now;
	hs->complete = true;
	hs->round_trips = round_trips(hs);
	if (hs->application_data_time) {
		tracker->done = true;
		return;
	}
	tracker_linger(tracker, now);
}
