/* SPDX-License-Identifier: BSD-2-Clause */
#include "track/hellos.h"

#include <stdlib.h>
#include <string.h>

#include "tls/hello_retry.h"
#include "tls/names.h"
#include "tls/sslv2.h"

static const char malformed_client_hello[] = "a malformed ClientHello";

static enum tls_result parse_client_hello(const struct tls_message *message,
					  struct tls_client_hello *hello)
{
	return message->sslv2 ? sslv2_client_hello_parse(message->body, hello)
			      : tls_client_hello_parse(message->body, hello);
}

void hello_from_client(struct tracker *tracker, const struct tls_message *message, uint64_t now)
{
	struct handshake *hs = &tracker->hs;
	struct tls_client_hello hello;

	if (hs->hello_retry && !hs->second_hello_time) {
		hs->second_hello_time = now;
		tracker->side[HS_CLIENT].hello_again = false;
		return; /* what the client offers was said in its first hello */
	}
	if (hs->client_hello_end_time || hs->has_server_hello) {
		tracker_malformed(tracker, HS_CLIENT, "an unexpected ClientHello", NULL);
		return;
	}
	hs->client_hello_records = message->records;
	hs->client_hello_end_time = now;
	hs->stage = HS_CLIENT_HELLO;
	if (parse_client_hello(message, &hello) != TLS_OK) {
		tracker_malformed(tracker, HS_CLIENT, malformed_client_hello,
				  hello.has_bad_extension ? &hello.bad_extension : NULL);
		return;
	}
	if (hello.torn)
		tracker_malformed(tracker, HS_CLIENT, malformed_client_hello,
				  hello.has_bad_extension ? &hello.bad_extension : NULL);
	hs->client_hello = tls_client_hello_keep(&hello);
	if (hello.early_data)
		hs->early_data = HS_EARLY_OFFERED;
}

static void hello_retry(struct tracker *tracker, const struct tls_server_hello *hello)
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

void hello_retry_from_server(struct tracker *tracker, const struct tls_message *message)
{
	struct tls_server_hello hello;

	if (tracker->hs.has_server_hello) {
		tracker_malformed(tracker, HS_SERVER, "an unexpected HelloRetryRequest", NULL);
		return;
	}
	/* Older drafts looked different; that it is one is what matters. */
	if (tls_hello_retry_parse(message->body, &hello) != TLS_OK)
		hello.has_key_share = false;
	hello_retry(tracker, &hello);
}

/* Without memory it was not seen. */
static struct bytes keep_protocol(struct handshake *hs, struct bytes alpn)
{
	if (!alpn.n)
		return (struct bytes){ 0 };
	hs->next_protocol = malloc(alpn.n);
	if (!hs->next_protocol)
		return (struct bytes){ 0 };
	memcpy(hs->next_protocol, alpn.p, alpn.n);
	return (struct bytes){ hs->next_protocol, alpn.n };
}

static void keep_server_hello(struct handshake *hs, const struct tls_server_hello *hello)
{
	hs->has_server_hello = true;
	hs->server_hello = *hello;
	/* The runs point into the message and into the caller's copy; make them ours. */
	hs->server_hello.alpn = keep_protocol(hs, hello->alpn);
	hs->server_hello.extensions.p = hello->extensions.p ? hs->server_hello.ids : NULL;
}

/* What follows has neither our records nor anything that would tell how it went. */
static void sslv2_from_server(struct tracker *tracker, uint64_t now)
{
	struct handshake *hs = &tracker->hs;

	keep_server_hello(hs, &(struct tls_server_hello){ .legacy_version = TLS_VERSION_SSL2,
							  .version = TLS_VERSION_SSL2 });
	hs->server_hello_time = now;
	hs->stage = HS_SERVER_HELLO;
	tracker_unknown(tracker, HS_OVER_BUDGET, now);
}

void hello_from_server(struct tracker *tracker, const struct tls_message *message, uint64_t now)
{
	struct handshake *hs = &tracker->hs;
	struct tls_server_hello hello;

	if (message->sslv2) {
		sslv2_from_server(tracker, now);
		return;
	}
	if (hs->has_server_hello) {
		tracker_malformed(tracker, HS_SERVER, "an unexpected ServerHello", NULL);
		return;
	}
	if (tls_server_hello_parse(message->body, &hello) != TLS_OK) {
		tracker_malformed(tracker, HS_SERVER, "a malformed ServerHello",
				  hello.has_bad_extension ? &hello.bad_extension : NULL);
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
