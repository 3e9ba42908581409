/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bounded string builder. It either grows on the heap up to a limit, or fills
 * a buffer of the caller. What does not fit as a whole is left out, `cut` is set
 * and nothing more is added: check it once at the end. p[n] is always NUL once
 * something was added or the text has a buffer. text_reset() keeps the
 * allocation, so a text that is reused stops allocating after warm-up.
 */
#ifndef SHAKETAP_TEXT_H
#define SHAKETAP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"

struct text {
	char *p;      /* NULL until the first addition to a growing text */
	size_t n;     /* bytes in use, without the NUL */
	size_t room;  /* bytes p has, NUL included */
	size_t limit; /* n never gets larger than this */
	bool fixed;   /* p belongs to the caller */
	bool cut;     /* something did not fit, or memory was out */
};

/* An empty text that grows up to `limit` bytes; nothing is allocated yet. */
void text_init(struct text *t, size_t limit);
/* An empty text over `size` >= 1 bytes of the caller, of which the last is for the NUL. */
void text_init_over(struct text *t, char *buffer, size_t size);
/* Empty again, not cut, allocation kept. */
void text_reset(struct text *t);
/* Take back everything from byte `n` on; n <= t->n. Does not undo `cut`. */
void text_truncate(struct text *t, size_t n);
void text_free(struct text *t);

/* Of text_more() and text_room(), when the room at hand is not enough. */
char *text_more_slowly(struct text *t, size_t n);
char *text_room_slowly(struct text *t, size_t n);

/*
 * Where at most n bytes may be written, without taking them: text_took() says how many they became.
 * NULL: so many do not fit, the text is cut.
 */
static inline char *text_room(struct text *t, size_t n)
{
	return t->cut || n >= t->room - t->n ? text_room_slowly(t, n) : t->p + t->n;
}

/* Bytes were written up to `end`, into the room of text_room(). */
static inline void text_took(struct text *t, char *end)
{
	*end = '\0';
	t->n = (size_t)(end - t->p);
}

/*
 * n bytes more: where to write them, all of them. NULL: they do not fit, the text is cut. Here in
 * the header, as a record is some 500 additions of a few bytes, whose lengths compilers know.
 */
static inline char *text_more(struct text *t, size_t n)
{
	char *p;

	if (t->cut || n >= t->room - t->n)
		return text_more_slowly(t, n);
	p = t->p + t->n;
	t->n += n;
	p[n] = '\0';
	return p;
}

static inline void text_add(struct text *t, const char *p, size_t n)
{
	char *to = text_more(t, n);

	if (to && n)
		memcpy(to, p, n);
}

static inline void text_char(struct text *t, char c)
{
	char *to = text_more(t, 1);

	if (to)
		*to = c;
}

static inline void text_string(struct text *t, const char *s)
{
	text_add(t, s, strlen(s));
}

/* By printf(), which takes about as long as all else of a record: not for what each one has. */
void text_printf(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_u64(struct text *t, uint64_t value);
/* The last `width` decimal digits, at most 20, with zeros in front. */
void text_digits(struct text *t, uint64_t value, size_t width);
/* How many decimal digits it has. */
size_t text_width(uint64_t value);
/* As text_digits() and text_u64(), for who has made room at p; the second returns where to go on.
 */
void text_put_digits(char *p, uint64_t value, size_t width);
char *text_put_u64(char *p, uint64_t value);
/* Lower case, two digits a byte. */
void text_hex(struct text *t, struct bytes b);
/* Spaces until n reaches `column`, counted from byte `from`. */
void text_pad(struct text *t, size_t from, size_t column);
/* ns as seconds with the decimals that are there: "0.5", "3", "0.000000001". */
void text_seconds(struct text *t, uint64_t ns);
/* ns since the epoch as "2026-11-23T07:21:13.123456789Z". */
void text_time(struct text *t, uint64_t ns);
/* ns since the epoch as "07:21:13.123", UTC. */
void text_time_of_day(struct text *t, uint64_t ns);

/*
 * The length of the character at s if a terminal may obey it rather than show it: a control
 * character (C0, DEL, C1), an end of line or a turn of the direction of writing (U+2028 to
 * U+202E, U+2066 to U+2069). 0: it is another one, or no UTF-8.
 */
size_t text_control_length(const char *s);

/*
 * Bytes of the wire in a form that fits on a line and can be turned back:
 * printable ASCII as it is, any other byte and the backslash as \xNN.
 */
void text_wire(struct text *t, struct bytes b);
/* All of it to lower case, ASCII's. */
void text_fold(struct text *t);
/* The same as a JSON string with its quotes: the backslash of \xNN is doubled. */
void text_json_wire(struct text *t, struct bytes b);
/*
 * UTF-8 words of our own as a JSON string with its quotes. What text_control_length() is for
 * becomes \uNNNN, a byte that is not UTF-8 becomes U+FFFD.
 */
void text_json_string(struct text *t, const char *s);
/* The value of a Prometheus label, without quotes: backslash, quote, line feed escaped. */
void text_label_value(struct text *t, const char *s);
/* For the body or a quoted attribute of HTML. */
void text_html(struct text *t, const char *s);

#endif
