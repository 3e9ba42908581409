/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What real handshakes are made of: whole records, messages, closes. Fuzzers and the maker of
 * their seeds put flights together from these by number, so that numbers stay: add at the end.
 */
#ifndef FUZZ_PIECES_H
#define FUZZ_PIECES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "track/handshake.h"

enum piece_kind {
	PIECE_BYTES,  /* of the stream */
	PIECE_SEALED, /* a record of which only the header is shown: that, and `sealed` more */
	PIECE_FIN,
	PIECE_RST,
};

enum piece_id {
	CLIENT_HELLO_13,
	SERVER_HELLO_13,
	CCS_CLIENT,
	CCS_SERVER,
	SEALED_EE, /* EncryptedExtensions of 23 bytes */
	SEALED_CERTIFICATE,
	SEALED_VERIFY,
	SEALED_FINISHED_SERVER, /* 53: SHA-256 */
	SEALED_FINISHED_CLIENT,
	SEALED_FINISHED_384_SERVER,
	SEALED_FINISHED_384_CLIENT,
	SEALED_ALERT_SERVER, /* 19 */
	SEALED_ALERT_CLIENT,
	SEALED_END_OF_EARLY_DATA, /* 21 */
	SEALED_EMPTY_CERTIFICATE, /* 25 */
	SEALED_CLIENT_CERTIFICATE,
	DATA_CLIENT,
	DATA_SERVER,
	FIN_CLIENT,
	FIN_SERVER,
	RST_CLIENT,
	RST_SERVER,
	CLIENT_HELLO_12,
	CLIENT_HELLO_GNUTLS,
	CLIENT_HELLO_RFC8448,
	CLIENT_HELLO_PSK,
	CLIENT_HELLO_SSLV2,
	CLIENT_HELLO_EARLY,
	CLIENT_HELLO_TICKET,
	CLIENT_HELLO_SETTINGS,
	HELLO_RETRY,
	HELLO_RETRY_MADE,
	SERVER_HELLO_RFC8448,
	SERVER_HELLO_PSK,
	SERVER_HELLO_12,
	SERVER_HELLO_10,
	SERVER_HELLO_DHE,
	SERVER_HELLO_RESUMED,
	SERVER_HELLO_13_MADE,
	CERTIFICATE_LEAF,
	CERTIFICATE_OLD,
	CERTIFICATE_MANY,
	CERTIFICATE_CLIENT,
	CERTIFICATE_EMPTY,
	KEY_EXCHANGE_ECDHE,
	KEY_EXCHANGE_PSK,
	KEY_EXCHANGE_DHE,
	CERTIFICATE_REQUEST,
	SERVER_HELLO_DONE,
	CLIENT_KEY_EXCHANGE,
	FINISHED_12_CLIENT,
	FINISHED_12_SERVER,
	NEW_SESSION_TICKET,
	HELLO_REQUEST,
	ALERT_CLIENT,
	ALERT_SERVER,
	CLOSE_NOTIFY_CLIENT,
	CLOSE_NOTIFY_SERVER,
	HTTP_ANSWER,
	SSLV2_ANSWER,
	EMPTY_HANDSHAKE,
	ALERT_CLIENT_EXPIRED,	      /* 45 */
	ALERT_CLIENT_BAD_CERTIFICATE, /* 42 */
	ALERT_CLIENT_UNKNOWN_CA,      /* 48 */
	ALERT_CLIENT_ILLEGAL,	      /* 47 */
	ALERT_CLIENT_VERSION,	      /* 70 */
	ALERT_SERVER_VERSION,	      /* 70 */
	ALERT_SERVER_NAME,	      /* 112 */
	ALERT_SERVER_ALPN,	      /* 120 */
	ALERT_SERVER_SECURITY,	      /* 71 */
	ALERT_SERVER_DECODE,	      /* 50 */
	ALERT_SERVER_REQUIRED,	      /* 116 */
	ALERT_SERVER_FALLBACK,	      /* 86 */
	ALERT_SERVER_CERTIFICATE,     /* 46 */
	SSLV2_ERROR,
	HELLO_RETRY_DRAFT, /* a message of its own */
	PIECES
};

struct piece {
	enum piece_kind kind;
	enum hs_side from;
	struct bytes bytes;
	uint16_t sealed;
};

/* id < PIECES. Lives as long as the program. */
const struct piece *piece_of(enum piece_id id);

#endif
