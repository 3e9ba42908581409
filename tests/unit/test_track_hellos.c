/* SPDX-License-Identifier: BSD-2-Clause */
/* links: track/sentence.c track/clauses.c track/turns.c track/delivery.c track/offers.c */
/* links: track/timeline.c */
/* links: track/flaws.c */
/* links: track/unknown.c */
/* links: track/hellos.c track/tracker.c track/tls13.c track/establish.c track/diagnose.c */
/* links: track/stages.c tls/hello.c tls/ext.c tls/sslv2.c tls/hello_retry.c tls/key_exchange.c */
/* links: tls/names.c tls/names_alert.c tls/names_cipher.c tls/names_extension.c */
/* links: tls/names_group.c tls/names_handshake.c tls/names_signature.c */
/* links: track/certificates.c tls/certificate.c tls/x509.c base/digest.c base/text.c */
/* links: base/text_escape.c */
/* libs: -lcrypto */
/* Hellos with an extension that we cannot read: what the tracker makes of them, and says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "track/tracker.h"

#define ILLEGAL_PARAMETER 47
#define DECODE_ERROR 50
#define HANDSHAKE_FAILURE 40

struct block {
	const char *p;
	size_t n;
};

#define BLOCK(literal) ((struct block){ (literal), sizeof(literal) - 1 })

static const struct block plain = { "\0\x17\0\0", 4 }; /* extended_master_secret */

/* A hello around a block of extensions, as that side sends it. */
static void hello(struct tracker *tracker, enum hs_side from, struct block block)
{
	static const char client_lists[] = "\0\2\xc0\x2f\1\0"; /* one suite, no compression */
	static const char server_choice[] = "\xc0\x2f\0";
	const char *lists = from == HS_CLIENT ? client_lists : server_choice;
	size_t lists_n = from == HS_CLIENT ? 6 : 3, n = 35;
	uint8_t body[256] = { 3, 3 };
	struct tls_message message = { .records = 1 };

	memcpy(body + n, lists, lists_n);
	n += lists_n;
	body[n++] = 0;
	body[n++] = (uint8_t)block.n;
	memcpy(body + n, block.p, block.n);
	message.type = from == HS_CLIENT ? TLS_HANDSHAKE_CLIENT_HELLO : TLS_HANDSHAKE_SERVER_HELLO;
	message.body = (struct bytes){ body, n + block.n };
	tracker_message(tracker, from, &message, 1);
}

/* The client's hello, the server's if it has one, then an alert, or a reset when `alert` is 0. */
static void check(struct block client, struct block server, enum hs_side from, uint8_t alert,
		  const char *want)
{
	struct tracker tracker;

	tracker_init(&tracker);
	hello(&tracker, HS_CLIENT, client);
	if (server.p)
		hello(&tracker, HS_SERVER, server);
	if (alert)
		tracker_alert(&tracker, from, 2, alert, 2);
	else
		tracker_close(&tracker, from, true, 2);
	assert_int_equal(tracker.hs.outcome, HS_FAILURE);
	assert_int_equal(tracker.hs.failure.cause,
			 alert == HANDSHAKE_FAILURE ? HS_HANDSHAKE_FAILURE : HS_PROTOCOL_ERROR);
	assert_int_equal(tracker.hs.failure.side, from);
	assert_string_equal(tracker.hs.failure.text, want);
	tracker_free(&tracker);
}

#define RESET ", then server reset the connection"
#define CLIENT_RESET ", then client reset the connection"

static void broken(void **state)
{
	static const struct block none = { NULL, 0 };

	(void)state;
	check(BLOCK("\0\x33\0\7k"), none, HS_SERVER, 0,
	      "client sent a malformed ClientHello (extension key_share)" RESET);
	check(BLOCK("\x12\x34\0\7k"), none, HS_SERVER, 0,
	      "client sent a malformed ClientHello (extension 0x1234)" RESET);
	check(BLOCK("\0\x17\0\0\0"), none, HS_SERVER, 0,
	      "client sent a malformed ClientHello" RESET);
	check(plain, BLOCK("\0\x2b\0\1\3"), HS_CLIENT, 0,
	      "server sent a malformed ServerHello (extension supported_versions)" CLIENT_RESET);
	check(plain, BLOCK("\0\x10\0\7\0"), HS_CLIENT, 0,
	      "server sent a malformed ServerHello "
	      "(extension application_layer_protocol_negotiation)" CLIENT_RESET);
}

static void blamed(void **state)
{
	static const struct block odd = { "\0\x33\0\2\0\x1d",
					  6 }; /* key_share without its length */
	static const struct block odd_answer = { "\0\x10\0\1\0", 5 };
	static const struct block none = { NULL, 0 };

	(void)state;
	check(odd, none, HS_SERVER, DECODE_ERROR,
	      "server alert decode_error (malformed extension key_share)");
	check(odd, none, HS_SERVER, ILLEGAL_PARAMETER,
	      "server alert illegal_parameter (malformed extension key_share)");
	check(odd, none, HS_SERVER, HANDSHAKE_FAILURE,
	      "server alert handshake_failure (client offers only "
	      "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, up to TLS 1.2, no server name)");
	check(odd, plain, HS_CLIENT, DECODE_ERROR, "client alert decode_error"); /* its own */
	check(plain, none, HS_SERVER, DECODE_ERROR, "server alert decode_error");
	check(plain, odd_answer, HS_CLIENT, ILLEGAL_PARAMETER,
	      "client alert illegal_parameter "
	      "(malformed extension application_layer_protocol_negotiation)");
	check(odd, plain, HS_SERVER, DECODE_ERROR,
	      "server alert decode_error (malformed extension key_share)");
}

/* One odd extension costs its own field, no other. */
static void kept(void **state)
{
	struct tracker tracker;
	const struct tls_client_hello *client;

	(void)state;
	tracker_init(&tracker);
	hello(&tracker, HS_CLIENT, BLOCK("\0\x33\0\2\0\x1d\0\0\0\7\0\5\0\0\2ab"));
	client = tracker.hs.client_hello;
	assert_non_null(client);
	assert_int_equal(client->server_name.n, 2);
	assert_memory_equal(client->server_name.p, "ab", 2);
	assert_null(client->key_shares.p);
	assert_true(client->has_bad_extension);
	assert_int_equal(client->bad_extension, 51);
	tracker_free(&tracker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(broken),
		cmocka_unit_test(blamed),
		cmocka_unit_test(kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
