/* SPDX-License-Identifier: BSD-2-Clause */
#include "track/delivery.h"

#include "base/util.h"
#include "tls_wire.h"

#include "shaketap_abi.h"

/* What a frame of Ethernet takes behind headers of IPv4 and TCP: more takes several segments. */
#define SEGMENT_MAX 1460
/* An end sooner than that is not for want of bytes: they are sent again after a second at most. */
#define PATIENCE_NS NS_PER_S

uint32_t delivery_length(const struct handshake *hs)
{
	const struct tls_client_hello *hello = hs->client_hello;

	if (!hello || hello->sslv2)
		return hs->delivery.sent;
	return hello->length + TLS_HANDSHAKE_HEADER_LEN +
	       hs->client_hello_records * TLS_RECORD_HEADER_LEN;
}

uint32_t delivery_missing(const struct handshake *hs)
{
	const struct hs_delivery *delivery = &hs->delivery;
	uint32_t length = delivery_length(hs), arrived = delivery->acked;

	/* The oldest byte that the server has not acknowledged is the first to be sent again. */
	if (!arrived && delivery->repeats)
		arrived = delivery->again;
	return length > arrived ? length - arrived : 0;
}

uint64_t delivery_silence(const struct handshake *hs, const struct ending *end)
{
	uint64_t since = hs->client_hello_end_time;

	if (end->waited)
		return end->waited;
	if (!since)
		since = max_u64(hs->client_hello_time, hs->delivery.time);
	return since && end->time > since ? end->time - since : 0;
}

/* The rest of it never passed here. Who closes in the middle of its own hello has changed its mind.
 */
static bool is_torn(const struct handshake *hs, const struct ending *end)
{
	if (hs->delivery.repeats || end->kind == ENDED_BY_SILENCE)
		return true;
	return end->by == HS_SERVER && delivery_silence(hs, end) >= PATIENCE_NS;
}

/*
 * What is not acknowledged is sent again after a second at most, then at twice the distance each
 * time (RFC 6298 sections 2 and 5): the next time is at `from` + 2 * what has passed + the first
 * distance. TCP that has fallen silent got its acknowledgement, though nobody showed it to us.
 */
static bool still_repeats(const struct hs_delivery *delivery, uint64_t from, uint64_t end)
{
	const uint64_t first = 3 * NS_PER_S; /* of old stacks (RFC 1122 section 4.2.3.1) */
	uint64_t passed = delivery->repeated - from;

	/* What was repeated before the last byte had been sent says nothing of all of it. */
	if (!delivery->repeats || delivery->repeated <= from)
		return false;
	if (delivery->repeats >= ST_REPEATS_MAX) /* more are not told */
		return true;
	return end <= from + 2 * passed + passed / 4 + first;
}

bool delivery_server_spoke(const struct handshake *hs)
{
	for (unsigned i = 0; i < hs->alert_count; i++)
		if (hs->alerts[i].from == HS_SERVER)
			return true;
	return false;
}

bool delivery_is_stalled(const struct handshake *hs, const struct ending *end)
{
	const struct hs_delivery *delivery = &hs->delivery;
	uint32_t length = delivery_length(hs);

	if (hs->stage > HS_CLIENT_HELLO || delivery_server_spoke(hs))
		return false;
	if (!hs->client_hello_end_time)
		return is_torn(hs, end);
	if (hs->client_hello_segments < 2 && length <= SEGMENT_MAX)
		return false;
	if (!delivery->repeats && delivery_silence(hs, end) < PATIENCE_NS)
		return false;
	/* Acknowledgements without data are not seen live: none is no news. */
	return delivery_missing(hs) &&
	       (delivery->acked || still_repeats(delivery, hs->client_hello_end_time, end->time));
}

bool delivery_is_doubtful(const struct handshake *hs, const struct ending *end)
{
	return delivery_is_stalled(hs, end) && hs->client_hello_end_time &&
	       hs->delivery.repeats == 1 && !hs->delivery.acked;
}
