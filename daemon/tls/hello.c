/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ClientHello on the wire (RFC 8446 section 4.1.2), lengths in bytes:
 *
 *   legacy_version 2 | random 32 | session_id <1 + 0..32> | cipher_suites <2 + 2..>
 *   | compression_methods <1 + 1..> | extensions <2 + ..>, absent in old hellos
 *
 *   one extension:  id 2 | body <2 + ..>
 *
 * The ServerHello: one suite (2) and one method (1) in place of the lists. Drafts of
 * TLS 1.3 before 22 have neither session id nor method in it.
 */
#include "tls/hello.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tls/ext.h"

#define SESSION_ID_MAX 32
#define FALLBACK_SCSV 0x5600 /* RFC 7507 */
#define DRAFT_VERSION 0x7f00

/* SHA-256 of "HelloRetryRequest" (RFC 8446 section 4.1.3). */
static const uint8_t hello_retry_random[TLS_RANDOM_LEN] = {
	0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c,
	0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
	0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
};

/* What is left, taken. */
static struct bytes take_rest(struct reader *r)
{
	struct bytes rest = { r->p, r->n };

	r->n = 0;
	return rest;
}

static bool read_random(struct reader *r, uint8_t random[TLS_RANDOM_LEN])
{
	struct bytes bytes;

	if (!reader_bytes(r, TLS_RANDOM_LEN, &bytes))
		return false;
	memcpy(random, bytes.p, TLS_RANDOM_LEN);
	return true;
}

/* No extensions block at all is fine; what follows it is not. */
static enum tls_result read_extensions(struct reader *r, const struct tls_ext_target *target)
{
	struct reader block;

	if (!r->n)
		return TLS_OK;
	if (!reader_u16_prefixed(r, &block) || r->n)
		return TLS_BAD;
	return tls_extensions_parse(block, target);
}

static bool has_grease(struct bytes list)
{
	bool found = false;

	/* To the end whatever it finds: so compilers take many at a time. */
	for (size_t i = 0; i < list.n / 2; i++)
		found |= tls_is_grease(bytes_u16(list, i));
	return found;
}

static bool has_code(struct bytes list, uint16_t code)
{
	for (size_t i = 0; i < list.n / 2; i++)
		if (bytes_u16(list, i) == code)
			return true;
	return false;
}

enum tls_result tls_client_hello_parse(struct bytes body, struct tls_client_hello *hello)
{
	struct reader r = reader_of(body);
	struct reader session_id, suites, compression;

	/* The arrays behind it are read as far as they are written. */
	memset(hello, 0, offsetof(struct tls_client_hello, ids));
	hello->length = (uint32_t)body.n;
	if (!reader_u16(&r, &hello->legacy_version) || !read_random(&r, hello->random) ||
	    !reader_u8_prefixed(&r, &session_id) || session_id.n > SESSION_ID_MAX ||
	    !reader_u16_prefixed(&r, &suites) || !suites.n || suites.n % 2 ||
	    !reader_u8_prefixed(&r, &compression) || !compression.n)
		return TLS_BAD;
	hello->session_id_length = (uint8_t)session_id.n;
	hello->cipher_suites = take_rest(&suites);
	hello->compression = take_rest(&compression);
	hello->torn = read_extensions(&r, &(struct tls_ext_target){ .client = hello }) != TLS_OK;
	hello->fallback_scsv = has_code(hello->cipher_suites, FALLBACK_SCSV);
	hello->grease = has_grease(hello->cipher_suites) || has_grease(hello->extensions) ||
			has_grease(hello->versions) || has_grease(hello->groups) ||
			has_grease(hello->key_shares) || has_grease(hello->signatures);
	return TLS_OK;
}

static bool read_session_id(struct reader *r, struct tls_server_hello *hello)
{
	struct reader session_id;

	if (!reader_u8_prefixed(r, &session_id) || session_id.n > SESSION_ID_MAX)
		return false;
	hello->session_id_length = (uint8_t)session_id.n;
	if (session_id.n)
		memcpy(hello->session_id, session_id.p, session_id.n);
	return true;
}

enum tls_result tls_server_hello_parse(struct bytes body, struct tls_server_hello *hello)
{
	struct reader r = reader_of(body);
	bool draft;

	memset(hello, 0, sizeof(*hello));
	if (!reader_u16(&r, &hello->legacy_version) || !read_random(&r, hello->random))
		return TLS_BAD;
	hello->version = hello->legacy_version;
	/* Drafts before 16 said 3.4 here, what came of them never does (section 4.1.3). */
	draft = (hello->legacy_version & 0xff00) == DRAFT_VERSION ||
		hello->legacy_version == TLS_VERSION_1_3;
	if ((!draft && !read_session_id(&r, hello)) || !reader_u16(&r, &hello->cipher_suite) ||
	    (!draft && !reader_u8(&r, &hello->compression)))
		return TLS_BAD;
	hello->hello_retry = !memcmp(hello->random, hello_retry_random, TLS_RANDOM_LEN);
	return read_extensions(&r, &(struct tls_ext_target){ .server = hello });
}

/* The fixed arrays come last, so that a copy can end before them. */
static_assert(offsetof(struct tls_client_hello, shares) ==
		      offsetof(struct tls_client_hello, ids) + 2 * TLS_EXTENSIONS_MAX,
	      "ids and shares are the end of the struct");

/* The runs a copy must hold. The name is last: it differs most, and shifts what comes behind. */
static const size_t runs[] = {
	offsetof(struct tls_client_hello, cipher_suites),
	offsetof(struct tls_client_hello, compression),
	offsetof(struct tls_client_hello, extensions),
	offsetof(struct tls_client_hello, versions),
	offsetof(struct tls_client_hello, groups),
	offsetof(struct tls_client_hello, key_shares),
	offsetof(struct tls_client_hello, signatures),
	offsetof(struct tls_client_hello, alpn),
	offsetof(struct tls_client_hello, point_formats),
	offsetof(struct tls_client_hello, server_name),
};

static const struct bytes *run_of(const struct tls_client_hello *hello, size_t i)
{
	return (const struct bytes *)((const char *)hello + runs[i]);
}

size_t tls_client_hello_size(const struct tls_client_hello *hello)
{
	size_t size = offsetof(struct tls_client_hello, ids);

	if (hello->size)
		return hello->size;
	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++)
		size += run_of(hello, i)->n;
	return size;
}

struct tls_client_hello *tls_client_hello_keep(const struct tls_client_hello *hello)
{
	size_t head = offsetof(struct tls_client_hello, ids);
	size_t size = tls_client_hello_size(hello);
	/* One byte more, so that an empty run at the end still points inside. */
	struct tls_client_hello *kept = malloc(size + 1);
	uint8_t *at;

	if (!kept)
		return NULL;
	memcpy(kept, hello, head);
	kept->size = (uint32_t)size;
	at = (uint8_t *)kept + head;
	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		struct bytes *run = (struct bytes *)((char *)kept + runs[i]);

		if (!run->p)
			continue;
		memcpy(at, run->p, run->n);
		run->p = at;
		at += run->n;
	}
	return kept;
}

void tls_client_hello_store(const struct tls_client_hello *kept, void *out)
{
	memcpy(out, kept, tls_client_hello_size(kept));
	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		uintptr_t present = run_of(kept, i)->p != NULL;

		memcpy((char *)out + runs[i], &present, sizeof(present));
	}
}

struct tls_client_hello *tls_client_hello_load(const void *stored, size_t size)
{
	struct tls_client_hello *kept = malloc(size + 1);
	uint8_t *at;

	if (!kept)
		return NULL;
	memcpy(kept, stored, size);
	at = (uint8_t *)kept + offsetof(struct tls_client_hello, ids);
	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		struct bytes *run = (struct bytes *)((char *)kept + runs[i]);

		run->p = run->p ? at : NULL;
		at += run->n;
	}
	return kept;
}
