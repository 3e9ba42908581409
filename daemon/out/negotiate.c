/* SPDX-License-Identifier: BSD-2-Clause */
#include "out/negotiate.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* A part of a header, without blanks around it. */
struct span {
	const char *p;
	size_t n;
};

/* One element of a header list: what it names, and two of its parameters. */
struct element {
	struct span name;
	struct span version; /* of a media type; empty: any */
	int q;		     /* thousandths */
};

static struct span trimmed(const char *p, size_t n)
{
	while (n && isspace((unsigned char)p[0])) {
		p++;
		n--;
	}
	while (n && isspace((unsigned char)p[n - 1]))
		n--;
	return (struct span){ p, n };
}

/* Take what comes before the next `separator` (outside quotes) off the front of *rest. */
static struct span next_part(struct span *rest, char separator)
{
	bool quoted = false;
	size_t n = 0;
	struct span part;

	for (; n < rest->n && (quoted || rest->p[n] != separator); n++)
		if (rest->p[n] == '"')
			quoted = !quoted;
	part = trimmed(rest->p, n);
	n += n < rest->n;
	rest->p += n;
	rest->n -= n;
	return part;
}

static bool span_is(struct span s, const char *word)
{
	return s.n == strlen(word) && !strncasecmp(s.p, word, s.n);
}

static struct span unquoted(struct span s)
{
	if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
		return (struct span){ s.p + 1, s.n - 2 };
	return s;
}

/* RFC 9110 section 12.4.2: 0 to 1 with up to three decimals. Nonsense is 0: not wanted. */
static int parse_q(struct span s)
{
	int q, unit = 100;

	if (!s.n || s.n > 5 || (s.p[0] != '0' && s.p[0] != '1'))
		return 0;
	q = (s.p[0] - '0') * 1000;
	if (s.n > 1 && s.p[1] != '.')
		return 0;
	for (size_t i = 2; i < s.n; i++, unit /= 10) {
		if (!isdigit((unsigned char)s.p[i]))
			return 0;
		q += (s.p[i] - '0') * unit;
	}
	return q <= 1000 ? q : 0;
}

static struct element next_element(struct span *header)
{
	struct span rest = next_part(header, ',');
	struct element e = { .name = next_part(&rest, ';'), .q = 1000 };

	while (rest.n) {
		struct span value = next_part(&rest, ';');
		struct span name = next_part(&value, '=');

		value = unquoted(trimmed(value.p, value.n));
		if (span_is(name, "q"))
			e.q = parse_q(value);
		else if (span_is(name, "version"))
			e.version = value;
	}
	return e;
}

enum format { FORMAT_NONE, FORMAT_TEXT, FORMAT_OPENMETRICS };

static enum format format_of(const struct element *e)
{
	static const struct {
		const char *type, *version;
		enum format format;
	} known[] = {
		{ "application/openmetrics-text", "1.0.0", FORMAT_OPENMETRICS },
		{ "text/plain", "0.0.4", FORMAT_TEXT },
		{ "text/*", NULL, FORMAT_TEXT },
		{ "application/*", NULL, FORMAT_OPENMETRICS },
		{ "*/*", NULL, FORMAT_TEXT },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (span_is(e->name, known[i].type))
			return !e->version.n || !known[i].version ||
					       span_is(e->version, known[i].version)
				       ? known[i].format
				       : FORMAT_NONE;
	return FORMAT_NONE;
}

bool negotiate_openmetrics(const char *accept)
{
	struct span header = { accept, accept ? strlen(accept) : 0 };
	enum format best = FORMAT_TEXT;
	int best_q = 0;

	while (header.n) {
		struct element e = next_element(&header);
		enum format format = format_of(&e);

		if (format != FORMAT_NONE && e.q > best_q) {
			best = format;
			best_q = e.q;
		}
	}
	return best == FORMAT_OPENMETRICS;
}

bool negotiate_gzip(const char *accept_encoding)
{
	struct span header = { accept_encoding, accept_encoding ? strlen(accept_encoding) : 0 };
	int gzip = -1, identity = -1, any = -1;

	while (header.n) {
		struct element e = next_element(&header);

		if (span_is(e.name, "gzip") || span_is(e.name, "x-gzip"))
			gzip = e.q;
		else if (span_is(e.name, "identity"))
			identity = e.q;
		else if (span_is(e.name, "*"))
			any = e.q;
	}
	if (gzip < 0)
		gzip = any;
	return gzip > 0 && gzip >= identity;
}
