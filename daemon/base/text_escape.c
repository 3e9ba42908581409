/* SPDX-License-Identifier: BSD-2-Clause */
/* The escaping rules of the formats we write. */
#include "base/text.h"

#include <string.h>

#include "base/util.h"

/* One byte in all eight of a word. */
#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/*
 * Is one of eight bytes a control character, DEL, a quote, a backslash or not ASCII? A difference
 * with an ASCII byte is negative where that is less; a lower byte may borrow from the one above
 * it, but only where it is such a byte itself.
 */
static bool any_special(uint64_t eight)
{
	uint64_t control = eight - EACH(0x20);
	uint64_t quote = (eight ^ EACH('"')) - EACH(1);
	uint64_t backslash = (eight ^ EACH('\\')) - EACH(1);
	uint64_t del = (eight ^ EACH(0x7f)) - EACH(1);

	return (eight | control | quote | backslash | del) & EACH(0x80);
}

static bool is_special(uint8_t c)
{
	return c < 0x20 || c >= 0x7f || c == '"' || c == '\\';
}

/* How many bytes from p on mean themselves in every format: nearly always all n. */
static size_t plain_length(const uint8_t *p, size_t n)
{
	size_t at = 0;
	uint64_t eight;

	for (; at + sizeof(eight) <= n; at += sizeof(eight)) {
		memcpy(&eight, p + at, sizeof(eight));
		if (any_special(eight))
			break;
	}
	while (at < n && !is_special(p[at]))
		at++;
	return at;
}

/* By hand: names that are all escapes come by the thousand, and printf() is slow. */
static void add_wire_escape(struct text *t, const char *before, uint8_t c)
{
	text_string(t, before);
	text_hex(t, (struct bytes){ &c, 1 });
}

static size_t add_plain(struct text *t, const uint8_t *p, size_t n)
{
	size_t plain = plain_length(p, n), room = t->limit - t->n;

	/* What fits is kept, the next byte says that something did not. */
	text_add(t, (const char *)p, min_size(plain, room));
	if (plain > room)
		text_char(t, (char)p[room]);
	return plain;
}

void text_wire(struct text *t, struct bytes b)
{
	for (size_t i = 0; i < b.n && !t->cut; i++) {
		i += add_plain(t, b.p + i, b.n - i);
		if (i == b.n)
			return;
		if (b.p[i] == '"')
			text_char(t, '"');
		else
			add_wire_escape(t, "\\x", b.p[i]);
	}
}

void text_fold(struct text *t)
{
	char *p = t->p;
	size_t n = t->n;

	/* All alike, and without a branch: several at once. */
	for (size_t i = 0; i < n; i++)
		p[i] = (char)(p[i] + (p[i] >= 'A' && p[i] <= 'Z' ? 'a' - 'A' : 0));
}

void text_json_wire(struct text *t, struct bytes b)
{
	text_char(t, '"');
	for (size_t i = 0; i < b.n && !t->cut; i++) {
		i += add_plain(t, b.p + i, b.n - i);
		if (i == b.n)
			break;
		if (b.p[i] == '"')
			text_string(t, "\\\"");
		else
			add_wire_escape(t, "\\\\x", b.p[i]);
	}
	text_char(t, '"');
}

/*
 * Bytes of the well-formed UTF-8 sequence at s, 0 if there is none (Unicode
 * table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF). The NUL
 * at the end of s is no continuation byte, so this never reads past it.
 */
static size_t utf8_length(const uint8_t *s)
{
	static const struct {
		uint8_t first, last; /* range of the first byte */
		uint8_t low, high;   /* range of the second */
		uint8_t length;
	} forms[] = {
		{ 0x00, 0x7f, 0x00, 0xff, 1 }, { 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (s[0] < forms[i].first || s[0] > forms[i].last)
			continue;
		if (forms[i].length == 1)
			return 1;
		if (s[1] < forms[i].low || s[1] > forms[i].high)
			return 0;
		for (size_t k = 2; k < forms[i].length; k++)
			if ((s[k] & 0xc0) != 0x80)
				return 0;
		return forms[i].length;
	}
	return 0;
}

/* All that matter here have at most three bytes. */
static uint32_t code_of(const uint8_t *s, size_t n)
{
	if (n == 2)
		return (s[0] & 0x1fU) << 6 | (s[1] & 0x3f);
	if (n == 3)
		return (s[0] & 0x0fU) << 12 | (s[1] & 0x3fU) << 6 | (s[2] & 0x3f);
	return n == 1 ? s[0] : UINT32_MAX;
}

size_t text_control_length(const char *s)
{
	size_t n = utf8_length((const uint8_t *)s);
	uint32_t code = code_of((const uint8_t *)s, n);

	if (code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x2028 && code <= 0x202e) ||
	    (code >= 0x2066 && code <= 0x2069))
		return n;
	return 0;
}

/* The character at s, which is none that means itself; returns how many bytes it had. */
static size_t add_json_escape(struct text *t, const char *s)
{
	size_t n = utf8_length((const uint8_t *)s);

	if (!n) {
		text_string(t, "\\ufffd");
	} else if (*s == '"' || *s == '\\') {
		text_char(t, '\\');
		text_char(t, *s);
	} else if (text_control_length(s)) {
		text_printf(t, "\\u%04x", (unsigned)code_of((const uint8_t *)s, n));
	} else {
		text_add(t, s, n);
	}
	return n ? n : 1;
}

void text_json_string(struct text *t, const char *s)
{
	const char *end = s + strlen(s);

	text_char(t, '"');
	while (s < end) {
		s += add_plain(t, (const uint8_t *)s, (size_t)(end - s));
		if (s < end)
			s += add_json_escape(t, s);
	}
	text_char(t, '"');
}

/* Characters that must not appear as they are, and what stands for each. */
struct replacement {
	char c;
	const char *by;
};

static void replace(struct text *t, const char *s, const struct replacement *table, const char *set)
{
	while (*s) {
		size_t plain = strcspn(s, set);

		text_add(t, s, plain);
		s += plain;
		if (!*s)
			return;
		for (const struct replacement *r = table; r->c; r++)
			if (r->c == *s)
				text_string(t, r->by);
		s++;
	}
}

void text_label_value(struct text *t, const char *s)
{
	static const struct replacement table[] = {
		{ '\\', "\\\\" }, { '"', "\\\"" }, { '\n', "\\n" }, { 0 }
	};

	replace(t, s, table, "\\\"\n");
}

void text_html(struct text *t, const char *s)
{
	static const struct replacement table[] = { { '&', "&amp;" },  { '<', "&lt;" },
						    { '>', "&gt;" },   { '"', "&quot;" },
						    { '\'', "&#39;" }, { 0 } };

	replace(t, s, table, "&<>\"'");
}
