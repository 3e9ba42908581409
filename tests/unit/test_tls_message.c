/* SPDX-License-Identifier: BSD-2-Clause */
/* links: tls/message.c tls/record.c tls/key_exchange.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tls/alert.h"
#include "tls/key_exchange.h"
#include "tls/message.h"
#include "tls/record.h"
#include "wire.h"
#include "wire_server.h"

static enum tls_result record(const char *p, size_t n, struct tls_record *rec)
{
	return tls_record_header_parse((struct bytes){ (const uint8_t *)p, n }, rec);
}

static void record_headers(void **state)
{
	struct tls_record rec;

	(void)state;
	assert_int_equal(record("\x16\3\1\2\0", 5, &rec), TLS_OK);
	assert_int_equal(rec.type, 22);
	assert_int_equal(rec.version, 0x0301);
	assert_int_equal(rec.length, 512);
	for (size_t n = 0; n < 5; n++)
		assert_int_equal(record("\x16\3\1\2\0", n, &rec), TLS_MORE);
	assert_int_equal(record("\x17\3\3\0\0", 5, &rec), TLS_OK);
	/* Not allowed, but theirs to judge. */
	assert_int_equal(record("\x16\3\3\0\0", 5, &rec), TLS_OK);
	assert_int_equal(record("\x15\3\3\0\0", 5, &rec), TLS_OK);
	assert_int_equal(record("\x14\3\3\0\0", 5, &rec), TLS_OK);
	assert_int_equal(record("\x17\3\3\x48\0", 5, &rec), TLS_OK); /* 2^14 + 2048 */
	assert_int_equal(record("\x17\3\3\x48\1", 5, &rec), TLS_BAD);
	assert_int_equal(record("\x17\3\3\x49", 4, &rec), TLS_BAD);
	assert_int_equal(record("\x13", 1, &rec), TLS_BAD);
	assert_int_equal(record("\x19", 1, &rec), TLS_BAD);
	assert_int_equal(record("\x16\2", 2, &rec), TLS_BAD);
	assert_int_equal(record("\x16\3\5", 3, &rec), TLS_BAD);
	assert_int_equal(record("GET / HTTP/1.1", 14, &rec), TLS_BAD);
}

static void alerts(void **state)
{
	struct tls_alert alert;

	(void)state;
	assert_int_equal(tls_alert_parse((struct bytes){ (const uint8_t *)"\2\50", 2 }, &alert),
			 TLS_OK);
	assert_int_equal(alert.level, 2);
	assert_int_equal(alert.code, 40);
	assert_int_equal(tls_alert_parse((struct bytes){ (const uint8_t *)"\2", 1 }, &alert),
			 TLS_MORE);
	assert_int_equal(tls_alert_parse((struct bytes){ (const uint8_t *)"\3\50", 2 }, &alert),
			 TLS_BAD);
	assert_int_equal(tls_alert_parse((struct bytes){ (const uint8_t *)"\0\50", 2 }, &alert),
			 TLS_BAD);
}

/* Two messages in a row: a ClientHello of GnuTLS and an empty ServerHelloDone. */
static uint8_t flight[4 + sizeof(gnutls_client_hello) + 4];

static void make_flight(void)
{
	flight[0] = 1;
	flight[2] = (uint8_t)(sizeof(gnutls_client_hello) >> 8);
	flight[3] = (uint8_t)sizeof(gnutls_client_hello);
	memcpy(flight + 4, gnutls_client_hello, sizeof(gnutls_client_hello));
	flight[sizeof(flight) - 4] = 14;
}

/* What comes out of a record that is gone afterwards, added to what is known. */
struct seen {
	unsigned messages, records;
};

static void feed(struct tls_messages *messages, size_t from, size_t to, struct seen *seen)
{
	uint8_t *body = malloc(to - from + 1);
	struct tls_message message;
	enum tls_result result;

	memcpy(body, flight + from, to - from);
	tls_messages_feed(messages, (struct bytes){ body, to - from });
	while ((result = tls_messages_next(messages, &message)) == TLS_OK) {
		if (seen->messages++ == 0) {
			assert_int_equal(message.type, 1);
			assert_int_equal(message.body.n, sizeof(gnutls_client_hello));
			assert_memory_equal(message.body.p, gnutls_client_hello, message.body.n);
			seen->records = message.records;
		} else {
			assert_int_equal(message.type, 14);
			assert_int_equal(message.body.n, 0);
		}
	}
	assert_int_equal(result, TLS_MORE);
	free(body);
}

static void split_everywhere(void **state)
{
	const size_t first = 4 + sizeof(gnutls_client_hello);

	(void)state;
	for (size_t at = 0; at <= sizeof(flight); at++) {
		struct tls_messages messages = { 0 };
		struct seen seen = { 0 };

		feed(&messages, 0, at, &seen);
		assert_int_equal(seen.messages, (at >= first) + (at == sizeof(flight)));
		assert_int_equal(tls_messages_pending(&messages),
				 at != 0 && at != first && at != sizeof(flight));
		feed(&messages, at, sizeof(flight), &seen);
		assert_int_equal(seen.messages, 2);
		assert_int_equal(seen.records, at == 0 || at >= first ? 1 : 2);
		assert_false(tls_messages_pending(&messages));
		assert_null(messages.kept);
		tls_messages_free(&messages);
	}
}

static void byte_by_byte(void **state)
{
	struct tls_messages messages = { 0 };
	struct seen seen = { 0 };

	(void)state;
	for (size_t at = 0; at < sizeof(flight); at++)
		feed(&messages, at, at + 1, &seen);
	assert_int_equal(seen.messages, 2);
	assert_int_equal(seen.records, 4 + sizeof(gnutls_client_hello));
	tls_messages_free(&messages);
}

static void length_lies(void **state)
{
	static const uint8_t longest[] = { 11, 2, 0, 0, 'x' }, longer[] = { 11, 2, 0, 1 };
	struct tls_messages messages = { 0 };
	struct tls_message message;

	(void)state;
	tls_messages_feed(&messages, (struct bytes){ longest, sizeof(longest) });
	assert_int_equal(tls_messages_next(&messages, &message), TLS_MORE);
	assert_true(messages.kept_room <= 2 * sizeof(longest)); /* not what was announced */
	tls_messages_free(&messages);
	assert_false(tls_messages_pending(&messages));

	tls_messages_feed(&messages, (struct bytes){ longer, sizeof(longer) });
	assert_int_equal(tls_messages_next(&messages, &message), TLS_BAD);
	tls_messages_free(&messages);

	for (size_t i = 0; i < sizeof(longer); i++) {
		tls_messages_feed(&messages, (struct bytes){ longer + i, 1 });
		assert_int_equal(tls_messages_next(&messages, &message),
				 i + 1 < sizeof(longer) ? TLS_MORE : TLS_BAD);
	}
	tls_messages_free(&messages);
}

static void key_exchanges(void **state)
{
	struct tls_key_exchange kx;

	(void)state;
#define KX_OF(array, n, kind, version) \
	tls_key_exchange_parse((struct bytes){ (array), (n) }, (kind), (version), &kx)
#define KX(array, n, kind) KX_OF(array, n, kind, TLS_VERSION_1_2)
	assert_int_equal(KX(ecdhe_key_exchange, sizeof(ecdhe_key_exchange), TLS_KX_ECDHE), TLS_OK);
	assert_true(kx.has_group);
	assert_int_equal(kx.group, 29);
	assert_int_equal(KX(ecdhe_psk_key_exchange, sizeof(ecdhe_psk_key_exchange),
			    TLS_KX_ECDHE_PSK),
			 TLS_OK);
	assert_int_equal(kx.group, 29);
	assert_int_equal(KX(dhe_key_exchange, sizeof(dhe_key_exchange), TLS_KX_DHE), TLS_OK);
	assert_false(kx.has_group);
	assert_int_equal(kx.dh_bits, 2048);
	for (size_t n = 0; n < sizeof(dhe_key_exchange); n++)
		assert_int_equal(KX(dhe_key_exchange, n, TLS_KX_DHE), TLS_BAD);
	for (size_t n = 0; n < 36; n++)
		assert_int_equal(KX(ecdhe_key_exchange, n, TLS_KX_ECDHE), TLS_BAD);
	/* Zeros in front are no bits: 0x0001ff has nine. */
	assert_int_equal(KX((const uint8_t *)"\0\3\0\1\xff\0\1\2\0\1\2", 11, TLS_KX_ANON_DH),
			 TLS_OK);
	assert_int_equal(kx.dh_bits, 9);
	assert_int_equal(KX((const uint8_t *)"\0\1\0\0\1\2\0\1\2", 9, TLS_KX_DHE), TLS_BAD);
	assert_int_equal(KX((const uint8_t *)"\0\4hint", 6, TLS_KX_PSK), TLS_OK);
	assert_int_equal(kx.dh_bits, 0);
}

/* The bytes say ecdsa_secp256r1_sha256; before TLS 1.2 there was no scheme. */
static void signature_schemes(void **state)
{
	const size_t n = sizeof(ecdhe_key_exchange);
	struct tls_key_exchange kx;

	(void)state;
	assert_int_equal(KX(ecdhe_key_exchange, n, TLS_KX_ECDHE), TLS_OK);
	assert_int_equal(kx.signature, 0x0403);
	KX_OF(ecdhe_key_exchange, n, TLS_KX_ECDHE, TLS_VERSION_1_1);
	assert_int_equal(kx.signature, 0);
	KX(ecdhe_key_exchange, n, TLS_KX_ANON_ECDH);
	assert_int_equal(kx.signature, 0);
	for (size_t cut = 36; cut < n; cut++) { /* the group stands without it */
		assert_int_equal(KX(ecdhe_key_exchange, cut, TLS_KX_ECDHE), TLS_OK);
		assert_int_equal(kx.group, 29);
		assert_int_equal(kx.signature, 0);
	}
}

static void certificates(void **state)
{
	(void)state;
	assert_true(tls_certificate_is_empty((struct bytes){ (const uint8_t *)"\0\0\0", 3 }));
	assert_false(
		tls_certificate_is_empty((struct bytes){ (const uint8_t *)"\0\0\4\0\0\1x", 7 }));
	assert_false(tls_certificate_is_empty((struct bytes){ NULL, 0 }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(record_headers),   cmocka_unit_test(alerts),
		cmocka_unit_test(split_everywhere), cmocka_unit_test(byte_by_byte),
		cmocka_unit_test(length_lies),	    cmocka_unit_test(key_exchanges),
		cmocka_unit_test(certificates),	    cmocka_unit_test(signature_schemes),
	};

	make_flight();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
