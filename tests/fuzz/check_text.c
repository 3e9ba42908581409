/* SPDX-License-Identifier: BSD-2-Clause */
#include "check_text.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "must.h"

/* The code point at p[*at], which moves behind it. */
static uint32_t next_code(const char *p, size_t n, size_t *at)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint8_t first = (uint8_t)p[(*at)++];
	unsigned length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	uint32_t code = length == 1 ? first : first & (0xffU >> (length + 1));

	MUST(first < 0x80 || (first >= 0xc2 && first < 0xf5));
	MUST(*at + length - 1 <= n);
	for (unsigned i = 1; i < length; i++) {
		uint8_t next = (uint8_t)p[(*at)++];

		MUST((next & 0xc0) == 0x80);
		code = code << 6 | (next & 0x3f);
	}
	MUST(code >= least[length] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff));
	return code;
}

void check_printable(const char *p, size_t n)
{
	for (size_t at = 0; at < n;) {
		uint32_t code = next_code(p, n, &at);

		MUST(code >= 0x20);
		MUST(code < 0x7f || code > 0x9f);
		MUST(code < 0x2028 || code > 0x202e);
		MUST(code < 0x2066 || code > 0x2069);
	}
}

void check_line(const char *p, size_t n)
{
	MUST(n && p[n - 1] == '\n');
	check_printable(p, n - 1);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

struct json_in {
	const char *p, *end;
	unsigned depth;
};

static void check_value(struct json_in *in);

static char peek(const struct json_in *in)
{
	MUST(in->p < in->end);
	return *in->p;
}

static void want(struct json_in *in, char c)
{
	MUST(peek(in) == c);
	in->p++;
}

static unsigned hex4(struct json_in *in)
{
	unsigned value = 0;

	for (int i = 0; i < 4; i++) {
		char c = peek(in);

		MUST(isxdigit((unsigned char)c));
		value = value << 4 |
			(unsigned)(isdigit((unsigned char)c) ? c - '0' : (c | 32) - 'a' + 10);
		in->p++;
	}
	return value;
}

static void check_escape(struct json_in *in)
{
	char c = peek(in);

	MUST(strchr("\"\\/bfnrtu", c) && c);
	in->p++;
	if (c == 'u') {
		unsigned unit = hex4(in);

		MUST(unit < 0xd800 || unit > 0xdfff); /* we write no pairs */
	}
}

/* Its length between the quotes, as written. */
static size_t check_string(struct json_in *in)
{
	const char *from;

	want(in, '"');
	from = in->p;
	while (peek(in) != '"')
		if (*in->p++ == '\\')
			check_escape(in);
	return (size_t)(in->p++ - from);
}

static void check_number(struct json_in *in)
{
	const char *from = in->p;

	while (in->p < in->end && isdigit((unsigned char)*in->p))
		in->p++;
	MUST(in->p > from && in->p - from <= 20);
	MUST(*from != '0' || in->p == from + 1);
}

#define NAMES_MAX 64

static void check_object(struct json_in *in)
{
	const char *names[NAMES_MAX];
	size_t lengths[NAMES_MAX], n = 0;

	want(in, '{');
	while (peek(in) != '}') {
		MUST(n < NAMES_MAX);
		if (n)
			want(in, ',');
		names[n] = in->p;
		lengths[n] = check_string(in);
		MUST(lengths[n]);
		for (size_t i = 0; i < n; i++)
			MUST(lengths[i] != lengths[n] ||
			     memcmp(names[i], names[n], lengths[n] + 1));
		n++;
		want(in, ':');
		check_value(in);
	}
	in->p++;
}

static void check_list(struct json_in *in)
{
	want(in, '[');
	if (peek(in) == ']') {
		in->p++;
		return;
	}
	check_value(in);
	while (peek(in) == ',') {
		in->p++;
		check_value(in);
	}
	want(in, ']');
}

static void check_word(struct json_in *in, const char *word)
{
	for (; *word; word++)
		want(in, *word);
}

static void check_value(struct json_in *in)
{
	MUST(++in->depth < 16);
	switch (peek(in)) {
	case '{':
		check_object(in);
		break;
	case '[':
		check_list(in);
		break;
	case '"':
		MUST(check_string(in) > 0);
		break;
	case 't':
		check_word(in, "true");
		break;
	case 'f':
		check_word(in, "false");
		break;
	default:
		check_number(in);
		break;
	}
	in->depth--;
}

void check_json(const char *p, size_t n)
{
	struct json_in in = { p, p + n, 0 };

	MUST(peek(&in) == '{');
	check_value(&in);
	MUST(in.p == in.end);
}

/* ---- metrics --------------------------------------------------------------------------------- */

static const char *check_name(const char *p)
{
	MUST(isalpha((unsigned char)*p) || *p == '_');
	while (isalnum((unsigned char)*p) || *p == '_' || *p == ':')
		p++;
	return p;
}

static const char *check_labels(const char *p)
{
	do {
		p = check_name(p + 1);
		MUST(p[0] == '=' && p[1] == '"');
		for (p += 2; *p != '"'; p++) {
			MUST(*p != '\n' && *p);
			if (*p == '\\')
				MUST(strchr("\\\"n", *++p) && *p);
		}
		p++;
	} while (*p == ',');
	MUST(*p == '}');
	return p + 1;
}

static void check_sample(const char *p, const char *end)
{
	char *rest;

	p = check_name(p);
	if (*p == '{')
		p = check_labels(p);
	MUST(*p == ' ');
	strtod(p + 1, &rest);
	MUST(rest > p + 1 && rest == end);
}

void check_metrics(const char *p, size_t n)
{
	const char *end = p + n;

	MUST(n && end[-1] == '\n' && strlen(p) == n);
	while (p < end) {
		const char *line_end = strchr(p, '\n');

		check_line(p, (size_t)(line_end - p) + 1);
		if (*p != '#')
			check_sample(p, line_end);
		p = line_end + 1;
	}
}
