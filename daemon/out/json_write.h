/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON by members: commas and keys in one place, escaping in base/text.h. */
#ifndef SHAKETAP_JSON_WRITE_H
#define SHAKETAP_JSON_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

struct json {
	struct text *out;
	bool first; /* nothing was written yet into the object or list that is open */
};

/* Where an object or list began; give it back to the call that ends it. */
struct json_mark {
	size_t at;
	bool first;
};

/* `key` is one of our own, plain ASCII; NULL inside a list and for the outermost object. */
struct json_mark json_object(struct json *j, const char *key);
/* An object without members is taken back, key included. */
void json_object_end(struct json *j, struct json_mark mark);
void json_list(struct json *j, const char *key);
/* An empty list stays: what is listed was there and had no items. */
void json_list_end(struct json *j);

/* Writes nothing when `value` is NULL or empty. */
void json_string(struct json *j, const char *key, const char *value);
/* Bytes as they came over the wire; writes nothing when there are none. */
void json_wire(struct json *j, const char *key, struct bytes value);
void json_hex(struct json *j, const char *key, struct bytes value);
void json_number(struct json *j, const char *key, uint64_t value);
void json_bool(struct json *j, const char *key, bool value);
/* Key only: the caller adds a complete JSON value to j->out. */
void json_key(struct json *j, const char *key);

#endif
