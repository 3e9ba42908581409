/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a hello offers beside its random, name and lengths: its shape. A few client libraries make
 * nearly all hellos, so the parts of a record that depend on nothing else are written once and
 * then remembered. For json*.c only.
 */
#ifndef SHAKETAP_JSON_SHAPE_H
#define SHAKETAP_JSON_SHAPE_H

#include "base/memo.h"
#include "out/json_write.h"
#include "tls/hello.h"

enum json_shape_part { JSON_SHAPE_FINGERPRINTS, JSON_SHAPE_LISTS, JSON_SHAPE_SERVER };

/* A part about to be written, or found: all that it depends on, and where it begins. */
struct json_shape {
	struct memo *memo; /* NULL: nothing is remembered */
	size_t at;
	size_t n;
	uint8_t key[MEMO_KEY_MAX];
};

/*
 * True: the part was known, and is written. False: write it, then call json_shape_end(). What is
 * written in between must depend on nothing but what json_shape.c puts into the key.
 */
bool json_client_shape(struct json_shape *shape, struct json *j, struct memo *memo,
		       enum json_shape_part part, const struct tls_client_hello *hello);
bool json_server_shape(struct json_shape *shape, struct json *j, struct memo *memo,
		       const struct tls_server_hello *hello);
void json_shape_end(struct json_shape *shape, struct json *j);

#endif
