/* SPDX-License-Identifier: BSD-2-Clause */
/* TLS messages of our own making, as the scripts of scripts.c say them. */
#ifndef SHAKETAP_LOAD_MESSAGES_H
#define SHAKETAP_LOAD_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tls_wire.h"

#define LOAD_BYTES_MAX (256 * 1024)

/* Bytes to send. Writing beyond the room ends the program. */
struct load_bytes {
	size_t n;
	uint8_t p[LOAD_BYTES_MAX];
};

/* What a ClientHello and its ServerHello agree on. */
struct load_hello {
	const char *name;    /* server_name */
	uint16_t version;    /* TLS_VERSION_1_2 or _1_3 */
	bool post_quantum;   /* a share of X25519MLKEM768, else one of x25519 */
	uint16_t padding;    /* bytes of the padding extension (RFC 7685), 0: none */
	uint16_t length_lie; /* added to the length of the message */
};

/* Every ClientHello's random: the copies get one of their own. */
extern const uint8_t load_random[TLS_RANDOM_LEN];

void load_u8(struct load_bytes *out, unsigned value);
void load_u16(struct load_bytes *out, unsigned value);
void load_fill(struct load_bytes *out, uint8_t value, size_t n);

/* Bytes that nobody can read, n of them. */
void load_sealed(struct load_bytes *out, size_t n);

/* Handshake messages, without a record. */
void load_client_hello(struct load_bytes *out, const struct load_hello *hello);
void load_server_hello(struct load_bytes *out, const struct load_hello *hello);
/* Certificate, ServerKeyExchange and ServerHelloDone of TLS 1.2. */
void load_server_flight(struct load_bytes *out);
void load_client_key_exchange(struct load_bytes *out);

/* `body` in records of this type, of at most `most` bytes each (1 to 2^14). */
void load_records(struct load_bytes *out, uint8_t type, const struct load_bytes *body, size_t most);
/* A record of n sealed bytes. */
void load_sealed_record(struct load_bytes *out, uint8_t type, size_t n);
void load_change_cipher_spec(struct load_bytes *out);

#endif
