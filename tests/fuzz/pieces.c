/* SPDX-License-Identifier: BSD-2-Clause */
#include "pieces.h"

#include <stdlib.h>
#include <string.h>

#include "../unit/certificate_bodies.h"
#include "../unit/flight13.h"
#include "../unit/hello_bodies.h"
#include "../unit/sslv2_bytes.h"
#include "../unit/wire.h"
#include "../unit/wire_server.h"
#include "tls_wire.h"

#define ROOM 8192

static struct piece pieces[PIECES];

static void add(enum piece_id id, enum piece_kind kind, enum hs_side from, const void *p, size_t n)
{
	uint8_t *copy = malloc(n + !n);

	if (!copy)
		abort();
	if (n)
		memcpy(copy, p, n);
	pieces[id] = (struct piece){ .kind = kind, .from = from, .bytes = { copy, n } };
}

static void add_bytes(enum piece_id id, enum hs_side from, const void *p, size_t n)
{
	add(id, PIECE_BYTES, from, p, n);
}

/* A message in one record. */
static void add_message(enum piece_id id, enum hs_side from, uint8_t type, const void *p, size_t n)
{
	uint8_t out[ROOM] = { TLS_RECORD_HANDSHAKE, 3, 3 };
	size_t message = TLS_HANDSHAKE_HEADER_LEN + n;

	if (TLS_RECORD_HEADER_LEN + message > ROOM)
		abort();
	out[3] = (uint8_t)(message >> 8);
	out[4] = (uint8_t)message;
	out[5] = type;
	out[7] = (uint8_t)(n >> 8);
	out[8] = (uint8_t)n;
	if (n)
		memcpy(out + 9, p, n);
	add_bytes(id, from, out, 9 + n);
}

static void add_sealed(enum piece_id id, enum hs_side from, uint8_t type, uint16_t length)
{
	const uint8_t header[] = { type, 3, 3, (uint8_t)(length >> 8), (uint8_t)length };

	add(id, PIECE_SEALED, from, header, sizeof(header));
	pieces[id].sealed = length;
}

static void add_hello(enum piece_id id, enum hs_side from, struct hello_shape shape)
{
	uint8_t body[HELLO_BODY_MAX];
	bool client = from == HS_CLIENT;
	size_t n = client ? client_hello_body(body, shape) : server_hello_body(body, shape);

	add_message(id, from, client ? TLS_HANDSHAKE_CLIENT_HELLO : TLS_HANDSHAKE_SERVER_HELLO,
		    body, n);
}

/* One certificate in a Certificate message (RFC 5246 section 7.4.2). */
static void add_certificate(enum piece_id id, enum hs_side from, const uint8_t *der, size_t n)
{
	uint8_t body[ROOM] = { 0, (uint8_t)((n + 3) >> 8), (uint8_t)(n + 3),
			       0, (uint8_t)(n >> 8),	   (uint8_t)n };

	memcpy(body + 6, der, n);
	add_message(id, from, TLS_HANDSHAKE_CERTIFICATE, body, 6 + n);
}

static void add_sealed_records(void)
{
	const uint8_t data = TLS_RECORD_APPLICATION_DATA;

	add_sealed(SEALED_EE, HS_SERVER, data, 23);
	add_sealed(SEALED_CERTIFICATE, HS_SERVER, data, 409);
	add_sealed(SEALED_VERIFY, HS_SERVER, data, 97);
	add_sealed(SEALED_FINISHED_SERVER, HS_SERVER, data, 53);
	add_sealed(SEALED_FINISHED_CLIENT, HS_CLIENT, data, 53);
	add_sealed(SEALED_FINISHED_384_SERVER, HS_SERVER, data, 69);
	add_sealed(SEALED_FINISHED_384_CLIENT, HS_CLIENT, data, 69);
	add_sealed(SEALED_ALERT_SERVER, HS_SERVER, data, 19);
	add_sealed(SEALED_ALERT_CLIENT, HS_CLIENT, data, 19);
	add_sealed(SEALED_END_OF_EARLY_DATA, HS_CLIENT, data, 21);
	add_sealed(SEALED_EMPTY_CERTIFICATE, HS_CLIENT, data, 25);
	add_sealed(SEALED_CLIENT_CERTIFICATE, HS_CLIENT, data, 700);
	add_sealed(DATA_CLIENT, HS_CLIENT, data, 300);
	add_sealed(DATA_SERVER, HS_SERVER, data, 1200);
	add_sealed(FINISHED_12_CLIENT, HS_CLIENT, TLS_RECORD_HANDSHAKE, 40);
	add_sealed(FINISHED_12_SERVER, HS_SERVER, TLS_RECORD_HANDSHAKE, 40);
}

#define MESSAGE(id, from, type, body) \
	add_message(id, from, TLS_HANDSHAKE_##type, body, sizeof(body))
#define SAID(id, from, text) add_bytes(id, from, text, sizeof(text) - 1)

static void add_client_hellos(void)
{
	add_bytes(CLIENT_HELLO_13, HS_CLIENT, flight13_client_hello, sizeof(flight13_client_hello));
	MESSAGE(CLIENT_HELLO_12, HS_CLIENT, CLIENT_HELLO, openssl12_client_hello);
	MESSAGE(CLIENT_HELLO_GNUTLS, HS_CLIENT, CLIENT_HELLO, gnutls_client_hello);
	MESSAGE(CLIENT_HELLO_RFC8448, HS_CLIENT, CLIENT_HELLO, rfc8448_client_hello);
	MESSAGE(CLIENT_HELLO_PSK, HS_CLIENT, CLIENT_HELLO, openssl_psk_client_hello);
	add_bytes(CLIENT_HELLO_SSLV2, HS_CLIENT, sslv2_hello, sizeof(sslv2_hello));
	add_hello(CLIENT_HELLO_EARLY, HS_CLIENT, (struct hello_shape){ .early_data = 1 });
	add_hello(CLIENT_HELLO_TICKET, HS_CLIENT,
		  (struct hello_shape){ .ticket = 60, .session_id = 32 });
	add_hello(CLIENT_HELLO_SETTINGS, HS_CLIENT, (struct hello_shape){ .settings = 1 });
}

static void add_server_hellos(void)
{
	const struct hello_shape retry = { .suite = 0x1301, .tls13 = 1, .hello_retry = 1 };
	const struct hello_shape psk = { .suite = 0x1302, .tls13 = 1, .psk = 1 };

	add_bytes(SERVER_HELLO_13, HS_SERVER, flight13_server_hello, sizeof(flight13_server_hello));
	MESSAGE(HELLO_RETRY, HS_SERVER, SERVER_HELLO, openssl_retry);
	add_hello(HELLO_RETRY_MADE, HS_SERVER, retry);
	MESSAGE(SERVER_HELLO_RFC8448, HS_SERVER, SERVER_HELLO, rfc8448_server_hello);
	MESSAGE(SERVER_HELLO_PSK, HS_SERVER, SERVER_HELLO, openssl_psk_server_hello);
	MESSAGE(SERVER_HELLO_12, HS_SERVER, SERVER_HELLO, openssl12_server_hello);
	add_hello(SERVER_HELLO_10, HS_SERVER, (struct hello_shape){ .suite = 0x0005 });
	add_hello(SERVER_HELLO_DHE, HS_SERVER, (struct hello_shape){ .suite = 0x009e });
	add_hello(SERVER_HELLO_RESUMED, HS_SERVER,
		  (struct hello_shape){ .suite = 0xc02f, .session_id = 32 });
	add_hello(SERVER_HELLO_13_MADE, HS_SERVER, psk);
}

static void add_alerts(void)
{
	static const struct {
		enum piece_id id;
		enum hs_side from;
		uint8_t code;
	} alerts[] = {
		{ ALERT_CLIENT_EXPIRED, HS_CLIENT, 45 },
		{ ALERT_CLIENT_BAD_CERTIFICATE, HS_CLIENT, 42 },
		{ ALERT_CLIENT_UNKNOWN_CA, HS_CLIENT, 48 },
		{ ALERT_CLIENT_ILLEGAL, HS_CLIENT, 47 },
		{ ALERT_CLIENT_VERSION, HS_CLIENT, 70 },
		{ ALERT_SERVER_VERSION, HS_SERVER, 70 },
		{ ALERT_SERVER_NAME, HS_SERVER, 112 },
		{ ALERT_SERVER_ALPN, HS_SERVER, 120 },
		{ ALERT_SERVER_SECURITY, HS_SERVER, 71 },
		{ ALERT_SERVER_DECODE, HS_SERVER, 50 },
		{ ALERT_SERVER_REQUIRED, HS_SERVER, 116 },
		{ ALERT_SERVER_FALLBACK, HS_SERVER, 86 },
		{ ALERT_SERVER_CERTIFICATE, HS_SERVER, 46 },
	};

	for (size_t i = 0; i < sizeof(alerts) / sizeof(alerts[0]); i++) {
		const uint8_t bytes[] = { TLS_RECORD_ALERT, 3, 3, 0, 2, 2, alerts[i].code };

		add_bytes(alerts[i].id, alerts[i].from, bytes, sizeof(bytes));
	}
}

static void add_rest(void)
{
	add_certificate(CERTIFICATE_LEAF, HS_SERVER, leaf_der, sizeof(leaf_der));
	add_certificate(CERTIFICATE_OLD, HS_SERVER, old_der, sizeof(old_der));
	add_certificate(CERTIFICATE_MANY, HS_SERVER, many_der, sizeof(many_der));
	add_certificate(CERTIFICATE_CLIENT, HS_CLIENT, leaf_der, sizeof(leaf_der));
	add_message(CERTIFICATE_EMPTY, HS_CLIENT, TLS_HANDSHAKE_CERTIFICATE, "\0\0\0", 3);
	MESSAGE(KEY_EXCHANGE_ECDHE, HS_SERVER, SERVER_KEY_EXCHANGE, ecdhe_key_exchange);
	MESSAGE(KEY_EXCHANGE_PSK, HS_SERVER, SERVER_KEY_EXCHANGE, ecdhe_psk_key_exchange);
	MESSAGE(KEY_EXCHANGE_DHE, HS_SERVER, SERVER_KEY_EXCHANGE, dhe_key_exchange);
	add_message(CERTIFICATE_REQUEST, HS_SERVER, TLS_HANDSHAKE_CERTIFICATE_REQUEST,
		    "\1\1\0\2\4\3\0\0", 8);
	add_message(SERVER_HELLO_DONE, HS_SERVER, TLS_HANDSHAKE_SERVER_HELLO_DONE, NULL, 0);
	add_message(CLIENT_KEY_EXCHANGE, HS_CLIENT, TLS_HANDSHAKE_CLIENT_KEY_EXCHANGE, "\1k", 2);
	add_message(NEW_SESSION_TICKET, HS_SERVER, TLS_HANDSHAKE_NEW_SESSION_TICKET,
		    "\0\0\1\0\0\2ti", 8);
	add_message(HELLO_REQUEST, HS_SERVER, TLS_HANDSHAKE_HELLO_REQUEST, NULL, 0);
	SAID(CCS_CLIENT, HS_CLIENT, "\x14\3\3\0\1\1");
	SAID(CCS_SERVER, HS_SERVER, "\x14\3\3\0\1\1");
	SAID(ALERT_CLIENT, HS_CLIENT, "\x15\3\3\0\2\2\x30");
	SAID(ALERT_SERVER, HS_SERVER, "\x15\3\3\0\2\2\x28");
	SAID(CLOSE_NOTIFY_CLIENT, HS_CLIENT, "\x15\3\3\0\2\1\0");
	SAID(CLOSE_NOTIFY_SERVER, HS_SERVER, "\x15\3\3\0\2\1\0");
	SAID(HTTP_ANSWER, HS_SERVER, "HTTP/1.1 400 Bad Request\r\n\r\n");
	SAID(SSLV2_ANSWER, HS_SERVER, "\x80\x0b\4\0\1\0\2\0\0\0\0\0\0");
	SAID(SSLV2_ERROR, HS_SERVER, "\x80\3\0\0\1");
	add_message(HELLO_RETRY_DRAFT, HS_SERVER, TLS_HANDSHAKE_HELLO_RETRY_REQUEST,
		    "\x7f\x15\x13\1\0\6\0\x28\0\2\0\x1d", 12);
	SAID(EMPTY_HANDSHAKE, HS_CLIENT, "\x16\3\3\0\0");
	add(FIN_CLIENT, PIECE_FIN, HS_CLIENT, NULL, 0);
	add(FIN_SERVER, PIECE_FIN, HS_SERVER, NULL, 0);
	add(RST_CLIENT, PIECE_RST, HS_CLIENT, NULL, 0);
	add(RST_SERVER, PIECE_RST, HS_SERVER, NULL, 0);
}

const struct piece *piece_of(enum piece_id id)
{
	if (!pieces[CLIENT_HELLO_13].bytes.p) {
		add_sealed_records();
		add_client_hellos();
		add_server_hellos();
		add_alerts();
		add_rest();
	}
	return &pieces[id];
}
