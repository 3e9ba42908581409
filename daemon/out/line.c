/* SPDX-License-Identifier: BSD-2-Clause */
#include "out/line.h"

#include <string.h>

#include "base/addr.h"
#include "out/facts.h"
#include "tls/names.h"

/* Columns are at least this wide; longer content moves the rest of its line. */
#define ENDS_WIDTH 30
#define NAME_WIDTH 15

#define NS_PER_US 1000
#define NS_PER_MS 1000000
#define NS_PER_SECOND 1000000000

struct mark {
	const char *word, *colour;
};

static const struct mark marks[] = {
	[HS_OPEN] = { "??  ", "\033[33m" },
	[HS_SUCCESS] = { "ok  ", "\033[32m" },
	[HS_FAILURE] = { "FAIL", "\033[31m" },
	[HS_UNKNOWN] = { "??  ", "\033[33m" },
};

static void add_mark(struct text *out, enum hs_outcome outcome, bool colour)
{
	if (colour)
		text_string(out, marks[outcome].colour);
	text_string(out, marks[outcome].word);
	if (colour)
		text_string(out, "\033[0m");
}

static void add_end(struct text *out, const struct hs_end *end)
{
	char ip[ADDR_TEXT_SIZE];

	addr_text(end->addr, ip);
	text_string(out, addr_is_v4(end->addr) ? "" : "[");
	text_string(out, ip);
	text_string(out, addr_is_v4(end->addr) ? ":" : "]:");
	text_u64(out, end->port);
}

static void add_ends(struct text *out, const struct handshake *hs)
{
	size_t from = out->n;

	add_end(out, &hs->end[HS_CLIENT]);
	text_string(out, " > ");
	add_end(out, &hs->end[HS_SERVER]);
	text_pad(out, from, ENDS_WIDTH);
}

/* On the line a space ends a word: a name must not be able to write the rest of it. */
static void add_word(struct text *out, struct bytes name)
{
	const uint8_t *space;

	while (name.n && (space = memchr(name.p, ' ', name.n))) {
		size_t n = (size_t)(space - name.p);

		text_wire(out, (struct bytes){ name.p, n });
		text_string(out, "\\x20");
		name = (struct bytes){ space + 1, name.n - n - 1 };
	}
	text_wire(out, name);
}

/* RFC 1035 section 2.3.4: a name has at most 255 bytes. JSON has the whole of it. */
#define NAME_MAX_SHOWN 255

static void add_server_name(struct text *out, const struct handshake *hs)
{
	size_t from = out->n;

	struct bytes name = hs->client_hello ? hs->client_hello->server_name : (struct bytes){ 0 };

	if (name.n > NAME_MAX_SHOWN) {
		add_word(out, (struct bytes){ name.p, NAME_MAX_SHOWN });
		text_string(out, "...");
	} else if (name.n)
		add_word(out, name);
	else
		text_char(out, '-');
	text_pad(out, from, NAME_WIDTH);
}

/* To the nearest tenth; in the middle between two printf() knows which one it has always been. */
static void add_ms(struct text *out, uint64_t ns)
{
	const uint64_t tenth = NS_PER_MS / 10;
	uint64_t tenths = (ns + tenth / 2) / tenth;

	if (ns % tenth == tenth / 2) {
		text_printf(out, "%.1f", (double)ns / NS_PER_MS);
		return;
	}
	text_u64(out, tenths / 10);
	text_char(out, '.');
	text_digits(out, tenths, 1);
}

static void add_duration(struct text *out, uint64_t ns)
{
	if (ns < NS_PER_MS) {
		text_u64(out, ns / NS_PER_US);
		text_string(out, " us");
	} else if (ns < NS_PER_SECOND) {
		add_ms(out, ns);
		text_string(out, " ms");
	} else {
		text_printf(out, "%.1f s", (double)ns / NS_PER_SECOND);
	}
}

static void add_version(struct text *out, uint16_t version)
{
	char code[FACTS_CODE_SIZE];
	bool ssl = version == TLS_VERSION_SSL3 || version == TLS_VERSION_SSL2;

	text_string(out, ssl ? "SSL " : "TLS ");
	text_string(out, facts_name(tls_version_name(version), version, code));
}

static bool strip_prefix(const char **s, const char *prefix)
{
	size_t n = strlen(prefix);

	if (strncmp(*s, prefix, n))
		return false;
	*s += n;
	return true;
}

/* Length of s without the hash that ends most names of suites. */
static size_t length_without_hash(const char *s)
{
	static const char *const hashes[] = { "_SHA256", "_SHA384", "_SHA" };
	size_t n = strlen(s);

	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		size_t hash = strlen(hashes[i]);

		if (n > hash && !strcmp(s + n - hash, hashes[i]))
			return n - hash;
	}
	return n;
}

/*
 * TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 as "AES_128_GCM". How keys were
 * exchanged is told by the group; without one, by the part before _WITH_.
 */
static void add_cipher(struct text *out, const struct handshake *hs)
{
	uint16_t suite = hs->server_hello.cipher_suite;
	char code[FACTS_CODE_SIZE];
	const char *name = facts_name(tls_cipher_name(suite), suite, code), *with;

	strip_prefix(&name, "TLS_");
	with = strstr(name, "_WITH_");
	if (with && !hs->has_group && !facts_resumed(hs)) {
		text_add(out, name, (size_t)(with - name));
		text_char(out, ' ');
	}
	if (with)
		name = with + strlen("_WITH_");
	text_add(out, name, length_without_hash(name));
}

static void add_negotiated(struct text *out, const struct handshake *hs)
{
	char code[FACTS_CODE_SIZE];

	if (!hs->has_server_hello)
		return;
	add_version(out, hs->server_hello.version);
	if (!hs_has_cipher(hs)) {
		text_string(out, "  ");
		return;
	}
	text_char(out, ' ');
	if (hs->has_group) {
		text_string(out, facts_name(tls_group_name(hs->group), hs->group, code));
		text_char(out, ' ');
	}
	add_cipher(out, hs);
	text_string(out, "  ");
}

/* "(resumed, hello retry)": what made this handshake shorter or longer than usual. */
static void add_remarks(struct text *out, const struct handshake *hs)
{
	const struct {
		bool applies;
		const char *words;
	} remarks[] = {
		{ facts_resumed(hs), "resumed" },
		{ hs->hello_retry, "hello retry" },
		{ hs->early_data == HS_EARLY_REJECTED, "early data rejected" },
	};
	const char *before = "(";

	for (size_t i = 0; i < sizeof(remarks) / sizeof(remarks[0]); i++) {
		if (!remarks[i].applies)
			continue;
		text_string(out, before);
		text_string(out, remarks[i].words);
		before = ", ";
	}
	if (*before == ',')
		text_string(out, ") ");
}

static void add_success(struct text *out, const struct handshake *hs)
{
	uint64_t ns;

	add_negotiated(out, hs);
	if (hs->round_trips >= 0) {
		text_u64(out, (uint64_t)hs->round_trips);
		text_string(out, "-RTT ");
	}
	add_remarks(out, hs);
	if (facts_duration(hs, &ns))
		add_duration(out, ns);
}

/* The text of a failure is ours, but quotes what others sent: keep it on its line. */
static void add_words(struct text *out, const char *s)
{
	for (; *s; s++)
		text_char(out, (unsigned char)*s < 0x20 || *s == 0x7f ? '?' : *s);
}

static void add_failure(struct text *out, const struct handshake *hs)
{
	const struct hs_failure *f = &hs->failure;
	uint64_t ns;

	text_printf(out, "at %s: ", hs_stage_names[f->stage]);
	if (*f->text)
		add_words(out, f->text);
	else
		text_printf(out, "%s %s", hs_side_names[f->side], hs_cause_names[f->cause]);
	if (facts_duration(hs, &ns)) {
		text_string(out, "  ");
		add_duration(out, ns);
	}
}

static void add_unknown(struct text *out, const struct handshake *hs)
{
	add_negotiated(out, hs);
	text_printf(out, "at %s", hs_stage_names[hs->stage]);
	if (hs->unknown != HS_UNKNOWN_NONE)
		text_printf(out, ": %s", hs_unknown_names[hs->unknown]);
}

static void trim(struct text *out)
{
	size_t n = out->n;

	while (n && out->p[n - 1] == ' ')
		n--;
	text_truncate(out, n);
}

void line_record(struct text *out, const struct handshake *hs, const struct line_context *ctx)
{
	text_time_of_day(out, facts_start(hs) + ctx->wall_offset);
	text_char(out, ' ');
	add_mark(out, hs->outcome, ctx->colour);
	text_string(out, "  ");
	add_ends(out, hs);
	text_string(out, "  ");
	add_server_name(out, hs);
	text_string(out, "  ");
	if (hs->outcome == HS_SUCCESS)
		add_success(out, hs);
	else if (hs->outcome == HS_FAILURE)
		add_failure(out, hs);
	else
		add_unknown(out, hs);
	trim(out);
	text_char(out, '\n');
}
