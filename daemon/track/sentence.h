/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sentence of a failure: a main clause, and facts in parentheses behind it:
 *   server alert unrecognized_name (client asked for a.example)
 * Printable ASCII only, whatever was on the wire; a fact that does not fit is left out whole.
 */
#ifndef SHAKETAP_SENTENCE_H
#define SHAKETAP_SENTENCE_H

#include <stdbool.h>

#include "base/text.h"

struct sentence {
	struct text text;
	unsigned facts;
};

/* An empty sentence over `size` >= 2 bytes of the caller. */
void sentence_begin(struct sentence *s, char *buffer, size_t size);
/* Close the parenthesis, if there is one. */
void sentence_end(struct sentence *s);

/* Go on with the main clause; what is too long is cut. No words after the first fact. */
void sentence_say(struct sentence *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* One more fact. */
void sentence_fact(struct sentence *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * What others sent, to be quoted: bytes outside printable ASCII as \xNN; of a word also spaces,
 * commas, quotes and parentheses, which part it from others. What does not fit into `size` bytes
 * with its NUL ends in "...". Returns out.
 */
const char *sentence_word(char *out, size_t size, struct bytes word);
const char *sentence_words(char *out, size_t size, struct bytes words);

#endif
