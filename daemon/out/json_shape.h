/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a hello offers beside its random, name and lengths, or what was agreed on with it: its
 * shape. A few client libraries make nearly all hellos and few answers fit, so the parts of a
 * record that depend on nothing else are written once and then remembered. For json*.c only.
 */
#ifndef SHAKETAP_JSON_SHAPE_H
#define SHAKETAP_JSON_SHAPE_H

#include "base/memo.h"
#include "out/json_write.h"
#include "track/handshake.h"

/*
 * A hello's parts, in the order in which they are written: two below "tls", two below "shaketap".
 * The first and the last are those of a ServerHello.
 */
enum json_shape_which {
	JSON_SHAPE_NEGOTIATED,
	JSON_SHAPE_FINGERPRINTS,
	JSON_SHAPE_LISTS,
	JSON_SHAPE_KEY_EXCHANGE,
	JSON_SHAPE_PARTS
};

struct json_shape_part {
	size_t at, n; /* in `known`, else in the record */
};

/* All that the parts of a hello depend on, and the parts: found together, in one search. */
struct json_shape {
	struct memo *memo;  /* NULL: nothing is remembered */
	struct bytes known; /* p is NULL: to be written */
	struct json_shape_part parts[JSON_SHAPE_PARTS];
	size_t n;
	uint8_t key[MEMO_KEY_MAX];
};

struct json_shapes {
	struct json_shape client, server; /* set where there is such a hello */
};

void json_client_shape(struct json_shape *shape, struct memo *memo,
		       const struct tls_client_hello *hello);
/* Of the ServerHello, and how far the handshake has come: there is one. */
void json_server_shape(struct json_shape *shape, struct memo *memo, const struct handshake *hs);

/*
 * True: the part was known, and is written. False: write it, then call json_shape_end(). What is
 * written in between must depend on nothing but what json_shape.c puts into the key.
 */
bool json_shape_begin(struct json_shape *shape, struct json *j, enum json_shape_which which);
void json_shape_end(struct json_shape *shape, const struct json *j, enum json_shape_which which);
/* When the record is written: remember its parts. A part that was not begun is an empty one. */
void json_shape_keep(const struct json_shape *shape, const struct json *j);

#endif
