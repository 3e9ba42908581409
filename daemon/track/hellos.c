/* SPDX-License-Identifier: BSD-2-Clause */
#include "track/hellos.h"

#include <string.h>

#include "tls/names.h"

void hello_from_client(struct tracker *tracker, const struct tls_message *message, uint64_t now)
{
	struct handshake *hs = &tracker->hs;
	struct tls_client_hello hello;

	if (hs->hello_retry && !hs->second_hello_time) {
		hs->second_hello_time = now;
		tracker->side[HS_CLIENT].hello_again = false;
		return; /* what the client offers was said in its first hello */
	}
	if (hs->client_hello || hs->has_server_hello) {
		tracker_malformed(tracker, HS_CLIENT, "an unexpected ClientHello", now);
		return;
	}
	if (tls_client_hello_parse(message->body, &hello) != TLS_OK) {
		tracker_malformed(tracker, HS_CLIENT, "a malformed ClientHello", now);
		return;
	}
	hs->client_hello = tls_client_hello_keep(&hello);
	hs->client_hello_records = message->records;
	hs->client_hello_end_time = now;
	hs->stage = HS_CLIENT_HELLO;
	if (hello.early_data)
		hs->early_data = HS_EARLY_OFFERED;
}

void hello_retry(struct tracker *tracker, const struct tls_server_hello *hello)
{
	struct handshake *hs = &tracker->hs;

	hs->hello_retry = true;
	hs->hello_retry_has_group = hello->has_key_share;
	hs->hello_retry_group = hello->group;
	hs->stage = HS_HELLO_RETRY_REQUEST;
	tracker->side[HS_CLIENT].hello_again = true;
	tracker->side[HS_SERVER].hello_again = true;
	/* Early data does not survive a HelloRetryRequest (RFC 8446 section 4.2.10). */
	if (hs->early_data == HS_EARLY_OFFERED)
		hs->early_data = HS_EARLY_REJECTED;
}

static void keep_server_hello(struct handshake *hs, const struct tls_server_hello *hello)
{
	hs->has_server_hello = true;
	hs->server_hello = *hello;
	hs->next_protocol_length = 0;
	if (hello->alpn.p && hello->alpn.n < sizeof(hs->next_protocol)) {
		memcpy(hs->next_protocol, hello->alpn.p, hello->alpn.n);
		hs->next_protocol_length = (uint8_t)hello->alpn.n;
	}
	/* The runs point into the message and into the caller's copy; make them ours. */
	hs->server_hello.alpn =
		(struct bytes){ (const uint8_t *)hs->next_protocol, hs->next_protocol_length };
	hs->server_hello.extensions.p = hello->extensions.p ? hs->server_hello.ids : NULL;
}

void hello_from_server(struct tracker *tracker, const struct tls_message *message, uint64_t now)
{
	struct handshake *hs = &tracker->hs;
	struct tls_server_hello hello;

	if (hs->has_server_hello) {
		tracker_malformed(tracker, HS_SERVER, "an unexpected ServerHello", now);
		return;
	}
	if (tls_server_hello_parse(message->body, &hello) != TLS_OK) {
		tracker_malformed(tracker, HS_SERVER, "a malformed ServerHello", now);
		return;
	}
	if (hello.hello_retry) {
		hello_retry(tracker, &hello);
		return;
	}
	tracker->side[HS_SERVER].hello_again = false;
	keep_server_hello(hs, &hello);
	hs->server_hello_time = now;
	hs->stage = HS_SERVER_HELLO;
	hs->server_flight_end_time = now;
	if (tls_is_13(hello.version)) {
		hs->resumption = hello.has_psk ? HS_PSK : HS_FULL;
		hs->has_group = hello.has_key_share;
		hs->group = hello.group;
	}
}
