/* SPDX-License-Identifier: BSD-2-Clause */
/* Bodies of hellos made to measure: as little as a test of what comes after them needs. */
#ifndef TEST_HELLO_BODIES_H
#define TEST_HELLO_BODIES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "tls_wire.h"

#define HELLO_BODY_MAX 512

struct hello_shape {
	uint16_t suite;	    /* ServerHello */
	uint8_t session_id; /* bytes */
	uint8_t ticket;	    /* ClientHello: bytes of a session ticket (RFC 5077) */
	_Bool early_data;   /* ClientHello */
	_Bool settings;	    /* ClientHello: application settings (draft-vvv-tls-alps) */
	_Bool tls13;	    /* ServerHello: supported_versions and key_share */
	_Bool psk;	    /* ServerHello: pre_shared_key */
	_Bool hello_retry;  /* ServerHello: the random that says so */
};

struct body_writer {
	uint8_t *p;
	size_t n;
};

static inline void body_u8(struct body_writer *w, unsigned v)
{
	w->p[w->n++] = (uint8_t)v;
}

static inline void body_u16(struct body_writer *w, unsigned v)
{
	body_u8(w, v >> 8);
	body_u8(w, v & 0xff);
}

static inline void body_fill(struct body_writer *w, unsigned v, size_t n)
{
	memset(w->p + w->n, (int)v, n);
	w->n += n;
}

/* The extensions that follow are counted in from here on. */
static inline size_t body_open(struct body_writer *w)
{
	body_u16(w, 0);
	return w->n;
}

static inline void body_close(struct body_writer *w, size_t from)
{
	w->p[from - 2] = (uint8_t)((w->n - from) >> 8);
	w->p[from - 1] = (uint8_t)(w->n - from);
}

static inline size_t client_hello_body(uint8_t *out, struct hello_shape shape)
{
	struct body_writer w = { out, 0 };
	size_t extensions;

	body_u16(&w, TLS_VERSION_1_2);
	body_fill(&w, 0xc1, TLS_RANDOM_LEN);
	body_u8(&w, shape.session_id);
	body_fill(&w, 0x1d, shape.session_id);
	body_u16(&w, 4); /* cipher_suites */
	body_u16(&w, 0x1301);
	body_u16(&w, 0xc02f);
	body_u16(&w, 0x0100); /* compression_methods: null */
	extensions = body_open(&w);
	body_u16(&w, 35); /* session_ticket */
	body_u16(&w, shape.ticket);
	body_fill(&w, 0x7c, shape.ticket);
	if (shape.early_data) {
		body_u16(&w, 42);
		body_u16(&w, 0);
	}
	if (shape.settings) {
		body_u16(&w, 17613);
		body_u16(&w, 5); /* h2 */
		body_u16(&w, 3);
		body_u8(&w, 2);
		body_u16(&w, 0x6832);
	}
	body_close(&w, extensions);
	return w.n;
}

static inline size_t server_hello_body(uint8_t *out, struct hello_shape shape)
{
	static const uint8_t hello_retry[TLS_RANDOM_LEN] = {
		0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c,
		0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
		0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
	};
	struct body_writer w = { out, 0 };
	size_t extensions;

	body_u16(&w, TLS_VERSION_1_2);
	if (shape.hello_retry) {
		memcpy(w.p + w.n, hello_retry, sizeof(hello_retry));
		w.n += sizeof(hello_retry);
	} else {
		body_fill(&w, 0x5e, TLS_RANDOM_LEN);
	}
	body_u8(&w, shape.session_id);
	body_fill(&w, 0x1d, shape.session_id);
	body_u16(&w, shape.suite);
	body_u8(&w, 0); /* compression: null */
	if (!shape.tls13)
		return w.n;
	extensions = body_open(&w);
	body_u16(&w, 43); /* supported_versions */
	body_u16(&w, 2);
	body_u16(&w, TLS_VERSION_1_3);
	body_u16(&w, 51); /* key_share: a group, and unless it is only requested the share */
	body_u16(&w, shape.hello_retry ? 2 : 2 + 2 + 32);
	body_u16(&w, 0x001d); /* x25519 */
	if (!shape.hello_retry) {
		body_u16(&w, 32);
		body_fill(&w, 0x25, 32);
	}
	if (shape.psk) {
		body_u16(&w, 41);
		body_u16(&w, 2);
		body_u16(&w, 0);
	}
	body_close(&w, extensions);
	return w.n;
}

#endif
