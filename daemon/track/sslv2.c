/* SPDX-License-Identifier: BSD-2-Clause */
#include "track/sslv2.h"

#include "tls/sslv2.h"
#include "track/diagnose.h"

bool sslv2_may_come(const struct tracker *tracker, enum hs_side from)
{
	const struct handshake *hs = &tracker->hs;

	return from == HS_SERVER && hs->client_hello && hs->client_hello->sslv2 &&
	       !hs->has_server_hello;
}

static void on_error(struct tracker *tracker, uint16_t code, uint64_t now)
{
	diagnose(&tracker->hs, &(struct ending){ .kind = ENDED_BY_SSLV2_ERROR,
						 .by = HS_SERVER,
						 .time = now,
						 .code = code });
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
