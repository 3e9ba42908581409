/* SPDX-License-Identifier: BSD-2-Clause */
#include "messages.h"

#include <err.h>
#include <string.h>

#include "unit/certificate_bodies.h"

#define AES_128_GCM_SHA256 0x1301
#define AES_256_GCM_SHA384 0x1302
#define ECDHE_RSA_AES_128_GCM_SHA256 0xc02f
#define X25519 0x001d
#define X25519_LEN 32
#define X25519MLKEM768 0x11ec
#define X25519MLKEM768_CLIENT_LEN 1216
#define X25519MLKEM768_SERVER_LEN 1120
#define RSA_PSS_SHA256 0x0804
#define RSA_2048_LEN 256
#define SESSION_ID_LEN 32

enum extension {
	SERVER_NAME = 0,
	SUPPORTED_GROUPS = 10,
	SIGNATURE_ALGORITHMS = 13,
	ALPN = 16,
	PADDING = 21,
	EXTENDED_MASTER_SECRET = 23,
	SUPPORTED_VERSIONS = 43,
	KEY_SHARE = 51
};

const uint8_t load_random[TLS_RANDOM_LEN] = "\x5aTHIS RANDOM IS NEW PER COPY";

/* ---- bytes ----------------------------------------------------------------------------------- */

void load_u8(struct load_bytes *out, unsigned value)
{
	if (out->n == sizeof(out->p))
		errx(1, "a script is too long");
	out->p[out->n++] = (uint8_t)value;
}

void load_u16(struct load_bytes *out, unsigned value)
{
	load_u8(out, value >> 8);
	load_u8(out, value & 0xff);
}

void load_fill(struct load_bytes *out, uint8_t value, size_t n)
{
	while (n--)
		load_u8(out, value);
}

void load_sealed(struct load_bytes *out, size_t n)
{
	uint32_t state = (uint32_t)n;

	while (n--) {
		state = state * 1664525 +
			1013904223; /* as good as ciphertext to those without keys */
		load_u8(out, state >> 24);
	}
}

static void add(struct load_bytes *out, const void *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		load_u8(out, ((const uint8_t *)p)[i]);
}

/* A length of `size` bytes; the place to fill in when what it counts is there. */
static size_t open_length(struct load_bytes *out, int size)
{
	load_fill(out, 0, (size_t)size);
	return out->n;
}

static void write_length(struct load_bytes *out, size_t place, int size, size_t n)
{
	for (int i = 1; i <= size; i++, n >>= 8)
		out->p[place - (size_t)i] = (uint8_t)n;
}

static void close_length(struct load_bytes *out, size_t place, int size)
{
	write_length(out, place, size, out->n - place);
}

static size_t open_extension(struct load_bytes *out, enum extension type)
{
	load_u16(out, type);
	return open_length(out, 2);
}

static void close_extension(struct load_bytes *out, size_t place)
{
	close_length(out, place, 2);
}

static size_t open_message(struct load_bytes *out, uint8_t type)
{
	load_u8(out, type);
	return open_length(out, 3);
}

static void close_message(struct load_bytes *out, size_t place)
{
	close_length(out, place, 3);
}

/* ---- hellos ---------------------------------------------------------------------------------- */

static void add_name(struct load_bytes *out, const char *name)
{
	size_t extension = open_extension(out, SERVER_NAME), list = open_length(out, 2);
	size_t text;

	load_u8(out, 0); /* host_name */
	text = open_length(out, 2);
	add(out, name, strlen(name));
	close_length(out, text, 2);
	close_length(out, list, 2);
	close_extension(out, extension);
}

/* An extension that is one list of 16-bit numbers; its length takes `size` bytes. */
static void add_list(struct load_bytes *out, enum extension type, int size, const uint16_t *list,
		     size_t n)
{
	size_t extension = open_extension(out, type), place = open_length(out, size);

	for (size_t i = 0; i < n; i++)
		load_u16(out, list[i]);
	close_length(out, place, size);
	close_extension(out, extension);
}

static void add_alpn(struct load_bytes *out)
{
	static const char protocols[] = "\x02h2\x08http/1.1";
	size_t extension = open_extension(out, ALPN), list = open_length(out, 2);

	add(out, protocols, sizeof(protocols) - 1);
	close_length(out, list, 2);
	close_extension(out, extension);
}

static void add_share(struct load_bytes *out, uint16_t group, size_t length)
{
	load_u16(out, group);
	load_u16(out, (unsigned)length);
	load_sealed(out, length);
}

static void add_client_shares(struct load_bytes *out, bool post_quantum)
{
	size_t extension = open_extension(out, KEY_SHARE), list = open_length(out, 2);

	if (post_quantum)
		add_share(out, X25519MLKEM768, X25519MLKEM768_CLIENT_LEN);
	add_share(out, X25519, X25519_LEN);
	close_length(out, list, 2);
	close_extension(out, extension);
}

static void add_padding(struct load_bytes *out, uint16_t n)
{
	size_t extension = open_extension(out, PADDING);

	load_fill(out, 0, n);
	close_extension(out, extension);
}

static void add_client_extensions(struct load_bytes *out, const struct load_hello *hello)
{
	static const uint16_t groups[] = { X25519MLKEM768, X25519, 0x0017 };
	static const uint16_t signatures[] = { 0x0403, RSA_PSS_SHA256, 0x0401 };
	static const uint16_t versions[] = { TLS_VERSION_1_3, TLS_VERSION_1_2 };

	add_name(out, hello->name);
	close_extension(out, open_extension(out, EXTENDED_MASTER_SECRET));
	add_list(out, SUPPORTED_GROUPS, 2, groups + !hello->post_quantum, 3 - !hello->post_quantum);
	add_list(out, SIGNATURE_ALGORITHMS, 2, signatures, 3);
	add_alpn(out);
	if (hello->version == TLS_VERSION_1_3) {
		add_list(out, SUPPORTED_VERSIONS, 1, versions, 2);
		add_client_shares(out, hello->post_quantum);
	}
	if (hello->padding)
		add_padding(out, hello->padding);
}

void load_client_hello(struct load_bytes *out, const struct load_hello *hello)
{
	size_t message = open_message(out, TLS_HANDSHAKE_CLIENT_HELLO), extensions;

	load_u16(out, TLS_VERSION_1_2);
	add(out, load_random, sizeof(load_random));
	load_u8(out, SESSION_ID_LEN);
	load_fill(out, 0x11, SESSION_ID_LEN);
	load_u16(out, 8);
	load_u16(out, AES_128_GCM_SHA256);
	load_u16(out, AES_256_GCM_SHA384);
	load_u16(out, ECDHE_RSA_AES_128_GCM_SHA256);
	load_u16(out, 0xc030);
	load_u16(out, 0x0100); /* compression: none */
	extensions = open_length(out, 2);
	add_client_extensions(out, hello);
	close_length(out, extensions, 2);
	write_length(out, message, 3, out->n - message + hello->length_lie);
}

static void add_server_extensions_13(struct load_bytes *out, const struct load_hello *hello)
{
	size_t extension = open_extension(out, SUPPORTED_VERSIONS);

	load_u16(out, TLS_VERSION_1_3);
	close_extension(out, extension);
	extension = open_extension(out, KEY_SHARE);
	if (hello->post_quantum)
		add_share(out, X25519MLKEM768, X25519MLKEM768_SERVER_LEN);
	else
		add_share(out, X25519, X25519_LEN);
	close_extension(out, extension);
}

void load_server_hello(struct load_bytes *out, const struct load_hello *hello)
{
	bool tls13 = hello->version == TLS_VERSION_1_3;
	size_t message = open_message(out, TLS_HANDSHAKE_SERVER_HELLO), extensions;

	load_u16(out, TLS_VERSION_1_2);
	load_fill(out, 0x42, TLS_RANDOM_LEN);
	load_u8(out, SESSION_ID_LEN);
	load_fill(out, tls13 ? 0x11 : 0x22, SESSION_ID_LEN); /* TLS 1.2: another, no resumption */
	load_u16(out, tls13 ? AES_128_GCM_SHA256 : ECDHE_RSA_AES_128_GCM_SHA256);
	load_u8(out, 0);
	extensions = open_length(out, 2);
	if (tls13)
		add_server_extensions_13(out, hello);
	else
		close_extension(out, open_extension(out, EXTENDED_MASTER_SECRET));
	close_length(out, extensions, 2);
	close_message(out, message);
}

/* ---- the rest of a handshake ----------------------------------------------------------------- */

void load_server_flight(struct load_bytes *out)
{
	size_t message = open_message(out, TLS_HANDSHAKE_CERTIFICATE);
	size_t list = open_length(out, 3), certificate = open_length(out, 3);

	add(out, leaf_der, sizeof(leaf_der));
	close_length(out, certificate, 3);
	close_length(out, list, 3);
	close_message(out, message);
	message = open_message(out, TLS_HANDSHAKE_SERVER_KEY_EXCHANGE);
	load_u8(out, 3); /* named_curve */
	load_u16(out, X25519);
	load_u8(out, X25519_LEN);
	load_sealed(out, X25519_LEN);
	load_u16(out, RSA_PSS_SHA256);
	load_u16(out, RSA_2048_LEN);
	load_sealed(out, RSA_2048_LEN);
	close_message(out, message);
	close_message(out, open_message(out, TLS_HANDSHAKE_SERVER_HELLO_DONE));
}

void load_client_key_exchange(struct load_bytes *out)
{
	size_t message = open_message(out, TLS_HANDSHAKE_CLIENT_KEY_EXCHANGE);

	load_u8(out, X25519_LEN);
	load_sealed(out, X25519_LEN);
	close_message(out, message);
}

static void add_record(struct load_bytes *out, uint8_t type, const uint8_t *body, size_t n)
{
	load_u8(out, type);
	load_u16(out, TLS_VERSION_1_2);
	load_u16(out, (unsigned)n);
	add(out, body, n);
}

void load_records(struct load_bytes *out, uint8_t type, const struct load_bytes *body, size_t most)
{
	for (size_t at = 0; at < body->n; at += most)
		add_record(out, type, body->p + at, body->n - at < most ? body->n - at : most);
}

void load_sealed_record(struct load_bytes *out, uint8_t type, size_t n)
{
	load_u8(out, type);
	load_u16(out, TLS_VERSION_1_2);
	load_u16(out, (unsigned)n);
	load_sealed(out, n);
}

void load_change_cipher_spec(struct load_bytes *out)
{
	add_record(out, TLS_RECORD_CHANGE_CIPHER_SPEC, (const uint8_t *)"\x01", 1);
}
