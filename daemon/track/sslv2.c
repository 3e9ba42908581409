/* SPDX-License-Identifier: BSD-2-Clause */
#include "track/sslv2.h"

#include <stdio.h>

#include "tls/sslv2.h"

bool sslv2_may_come(const struct tracker *tracker, enum hs_side from)
{
	const struct handshake *hs = &tracker->hs;

	return from == HS_SERVER && hs->client_hello && hs->client_hello->sslv2 &&
	       !hs->has_server_hello;
}

/* The one that a client's choice of ciphers leads to is 1, NO-CIPHER-ERROR. */
static void on_error(struct tracker *tracker, uint16_t code, uint64_t now)
{
	struct handshake *hs = &tracker->hs;

	hs->outcome = HS_FAILURE;
	hs->complete = true;
	hs->end_time = now;
	hs->failure = (struct hs_failure){ .cause = HS_HANDSHAKE_FAILURE,
					   .stage = hs->stage,
					   .side = HS_SERVER };
	snprintf(hs->failure.text, sizeof(hs->failure.text),
		 "server answered with error %u of SSL 2.0%s", code,
		 code == 1 ? ", no cipher" : "");
	tracker->done = true;
}

bool sslv2_answer(struct tracker *tracker, struct bytes first, uint64_t now)
{
	struct sslv2_answer answer;

	if (sslv2_answer_parse(first, &answer) != TLS_OK)
		return false;
	if (answer.error)
		on_error(tracker, answer.code, now);
	else
		tracker_message(tracker, HS_SERVER,
				&(struct tls_message){ .type = TLS_HANDSHAKE_SERVER_HELLO,
						       .body = { NULL, answer.length },
						       .sslv2 = true },
				now);
	return true;
}
