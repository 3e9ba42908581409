/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pieces of a record that come in each, some of them ten times, and whose largest size is known:
 * room is made once for a piece, which is then written without asking again. For json*.c only.
 */
#ifndef SHAKETAP_JSON_PIECE_H
#define SHAKETAP_JSON_PIECE_H

#include "out/json_write.h"

/* The most that a number takes. */
#define JSON_NUMBER_MAX 20

/* Text of our own, its length ready: all of it is copied, as that is one step, and n are kept. */
struct json_fragment {
	char text[47];
	uint8_t n;
};

#define JSON_FRAGMENT(literal)                              \
	{                                                   \
		.text = (literal), .n = sizeof(literal) - 1 \
	}

/* Room for n bytes and a fragment's rest behind them, after a comma if one is due. NULL: none. */
JSON_INLINE char *json_piece(struct json *j, size_t n)
{
	char *p = text_room(j->out, n + 1 + sizeof(struct json_fragment));

	if (p && !j->first)
		*p++ = ',';
	j->first = false;
	return p;
}

JSON_INLINE void json_piece_end(struct json *j, char *end)
{
	text_took(j->out, end);
}

/* These return where to go on. A constant's length is known to compilers. */
JSON_INLINE char *json_put(char *p, const char *s)
{
	size_t n = strlen(s);

	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): text_took() ends the text */
	memcpy(p, s, n);
	return p + n;
}

JSON_INLINE char *json_put_fragment(char *p, const struct json_fragment *fragment)
{
	memcpy(p, fragment->text, sizeof(fragment->text));
	return p + fragment->n;
}

#endif
