/* SPDX-License-Identifier: BSD-2-Clause */
#include "track/sentence.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/util.h"

/* The longest clause or fact. */
#define CLAUSE_SIZE 256

void sentence_begin(struct sentence *s, char *buffer, size_t size)
{
	text_init_over(&s->text, buffer, size - 1); /* room for the parenthesis that closes */
	s->facts = 0;
}

void sentence_end(struct sentence *s)
{
	if (!s->facts)
		return;
	s->text.limit++;
	s->text.room++;
	text_char(&s->text, ')');
}

static size_t room_of(const struct sentence *s)
{
	return s->text.limit - s->text.n;
}

void sentence_say(struct sentence *s, const char *format, ...)
{
	char clause[CLAUSE_SIZE];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(clause, sizeof(clause), format, args);
	va_end(args);
	if (n > 0)
		text_add(&s->text, clause, min_size(room_of(s), min_size(n, CLAUSE_SIZE - 1)));
}

void sentence_fact(struct sentence *s, const char *format, ...)
{
	char fact[CLAUSE_SIZE];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(fact, sizeof(fact), format, args);
	va_end(args);
	if (n <= 0 || n >= CLAUSE_SIZE || (size_t)n + 2 > room_of(s))
		return;
	text_string(&s->text, s->facts++ ? ", " : " (");
	text_add(&s->text, fact, (size_t)n);
}

/* What is around a word in a sentence must not be in it. */
static bool is_punctuation(uint8_t c)
{
	return c == ' ' || c == ',' || c == '"' || c == '\'' || c == '(' || c == ')';
}

static const char *quote(char *out, size_t size, struct bytes bytes, bool word)
{
	static const char dots[] = "...";
	struct text text;
	size_t fits = 0; /* this much and the dots behind it, and no escape is cut */

	text_init_over(&text, out, size);
	for (size_t i = 0; i < bytes.n && !text.cut; i++) {
		if (text.n + sizeof(dots) <= size)
			fits = text.n;
		if (word && is_punctuation(bytes.p[i]))
			text_printf(&text, "\\x%02x", bytes.p[i]);
		else
			text_wire(&text, (struct bytes){ bytes.p + i, 1 });
	}
	if (!text.cut)
		return out;
	text.cut = false;
	text_truncate(&text, fits);
	text_string(&text, dots);
	return out;
}

const char *sentence_word(char *out, size_t size, struct bytes word)
{
	return quote(out, size, word, true);
}

const char *sentence_words(char *out, size_t size, struct bytes words)
{
	return quote(out, size, words, false);
}
