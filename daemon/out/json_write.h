/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON by members: commas and keys in one place, escaping in base/text.h. */
#ifndef SHAKETAP_JSON_WRITE_H
#define SHAKETAP_JSON_WRITE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

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

/*
 * Wherever it stands, so that keys are constants with a length: a record has more than a hundred,
 * and compilers find a function with so many callers too large to repeat.
 */
#define JSON_INLINE static inline __attribute__((always_inline))

/* Comma and key, and room for n bytes of value; NULL: it does not fit. */
JSON_INLINE char *json_member(struct json *j, const char *key, size_t n)
{
	size_t comma = !j->first, length = key ? strlen(key) : 0;
	char *p = text_more(j->out, comma + (key ? length + 3 : 0) + n);

	j->first = false;
	if (!p)
		return NULL;
	if (comma)
		*p++ = ',';
	if (!key)
		return p;
	*p++ = '"';
	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): text_more() has ended the text */
	memcpy(p, key, length);
	p += length;
	*p++ = '"';
	*p++ = ':';
	return p;
}

/* `key` is one of our own, plain ASCII; NULL inside a list and for the outermost object. */
JSON_INLINE void json_key(struct json *j, const char *key)
{
	json_member(j, key, 0);
}

JSON_INLINE struct json_mark json_begin(struct json *j, const char *key, char bracket)
{
	struct json_mark mark = { .at = j->out->n, .first = j->first };
	char *p = json_member(j, key, 1);

	if (p)
		*p = bracket;
	j->first = true;
	return mark;
}

JSON_INLINE struct json_mark json_object(struct json *j, const char *key)
{
	return json_begin(j, key, '{');
}

/* An object without members is taken back, key included. */
void json_object_end(struct json *j, struct json_mark mark);

JSON_INLINE void json_list(struct json *j, const char *key)
{
	json_begin(j, key, '[');
}

/* An empty list stays: what is listed was there and had no items. */
void json_list_end(struct json *j);

/* Values alone, after json_key(). */
void json_string_value(struct json *j, const char *value);
void json_wire_value(struct json *j, struct bytes value);
void json_hex_value(struct json *j, struct bytes value);

/* Writes nothing when `value` is NULL or empty. */
JSON_INLINE void json_string(struct json *j, const char *key, const char *value)
{
	if (!value || !*value)
		return;
	json_key(j, key);
	json_string_value(j, value);
}

/* The same for a name of our own tables: printable ASCII without quotes and backslashes. */
JSON_INLINE void json_name(struct json *j, const char *key, const char *name)
{
	size_t n = name ? strlen(name) : 0;
	char *p = n ? json_member(j, key, n + 2) : NULL;

	if (!p)
		return;
	p[0] = '"';
	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): text_more() has ended the text */
	memcpy(p + 1, name, n);
	p[n + 1] = '"';
}

/* Bytes as they came over the wire; writes nothing when there are none. */
JSON_INLINE void json_wire(struct json *j, const char *key, struct bytes value)
{
	if (!value.n)
		return;
	json_key(j, key);
	json_wire_value(j, value);
}

JSON_INLINE void json_hex(struct json *j, const char *key, struct bytes value)
{
	json_key(j, key);
	json_hex_value(j, value);
}

JSON_INLINE void json_number(struct json *j, const char *key, uint64_t value)
{
	size_t width = text_width(value);
	char *p = json_member(j, key, width);

	if (p)
		text_put_digits(p, value, width);
}

JSON_INLINE void json_bool(struct json *j, const char *key, bool value)
{
	size_t n = value ? strlen("true") : strlen("false");
	char *p = json_member(j, key, n);

	if (!p)
		return;
	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): text_more() has ended the text */
	memcpy(p, value ? "true" : "false", n);
}

#endif
