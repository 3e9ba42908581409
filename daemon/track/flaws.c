/* SPDX-License-Identifier: BSD-2-Clause */
#include "track/flaws.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/util.h"

/* Two of them, and an alert, fit into one sentence. */
#define NAME_SIZE 49
#define NAMES_SIZE (NAME_SIZE + 24)
#define DATE_SIZE 32
#define SPAN_SIZE 32

/* What to look at. */
enum {
	DATES = 1 << 0,
	NAMES = 1 << 1,
	ISSUER = 1 << 2,
	ISSUER_AT_LAST = 1 << 3, /* if there is nothing else to say */
	ALL = DATES | NAMES | ISSUER_AT_LAST
};

struct subject {
	const struct tls_x509 *x509;
	const char *noun;
	const struct handshake *hs;
};

static const char *date_text(char out[DATE_SIZE], int64_t seconds)
{
	time_t t = seconds;
	struct tm tm = { .tm_mday = 1 };

	gmtime_r(&t, &tm);
	snprintf(out, DATE_SIZE, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	return out;
}

static const char *span_text(char out[SPAN_SIZE], int64_t seconds)
{
	static const struct {
		int64_t seconds;
		const char *noun;
	} units[] = { { 86400, "day" }, { 3600, "hour" }, { 60, "minute" }, { 1, "second" } };
	size_t i = 0;
	int64_t count;

	while (i < ARRAY_SIZE(units) - 1 && seconds < units[i].seconds)
		i++;
	count = seconds / units[i].seconds;
	snprintf(out, SPAN_SIZE, "%" PRId64 " %s%s", count, units[i].noun, count == 1 ? "" : "s");
	return out;
}

static void tell_dates(struct sentence *s, const struct subject *of, unsigned wanted)
{
	const struct tls_x509 *x509 = of->x509;
	char date[DATE_SIZE], span[SPAN_SIZE];
	int64_t now;

	if (!of->hs->wall_offset)
		return;
	now = (int64_t)((of->hs->client_hello_time + of->hs->wall_offset) / NS_PER_S);
	if (x509->has_not_after && now > x509->not_after)
		sentence_fact(s, "%s expired %s ago", of->noun,
			      span_text(span, now - x509->not_after));
	else if (x509->has_not_before && now < x509->not_before)
		sentence_fact(s, "%s not valid before %s", of->noun,
			      date_text(date, x509->not_before));
	else if (x509->has_not_after && wanted == DATES)
		sentence_fact(s, "%s valid until %s", of->noun, date_text(date, x509->not_after));
}

static struct bytes bytes_of(const char *string)
{
	return (struct bytes){ (const uint8_t *)string, strlen(string) };
}

/* "example.com and 3 more" */
static const char *names_text(char out[NAMES_SIZE], const struct tls_x509 *x509)
{
	char first[NAME_SIZE];

	sentence_word(first, sizeof(first), bytes_of(x509->names));
	if (x509->name_count == TLS_X509_NAMES_MAX)
		snprintf(out, NAMES_SIZE, "%s and many more", first);
	else if (x509->name_count > 1)
		snprintf(out, NAMES_SIZE, "%s and %u more", first, x509->name_count - 1);
	else
		snprintf(out, NAMES_SIZE, "%s", first);
	return out;
}

/* Whether it covers the name was decided when it was read. */
static void tell_names(struct sentence *s, const struct subject *of, struct bytes server_name)
{
	char asked[NAME_SIZE], names[NAMES_SIZE];

	if (of->hs->cover != TLS_X509_NOT_COVERED)
		return;
	sentence_word(asked, sizeof(asked), server_name);
	if (of->x509->name_count)
		sentence_fact(s, "%s is for %s, not for %s", of->noun, names_text(names, of->x509),
			      asked);
	else
		sentence_fact(s, "%s names no host, not %s", of->noun, asked);
}

static bool names_address(const struct tls_x509 *x509, const uint32_t addr[4])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	bool four = !memcmp(addr, mapped, sizeof(mapped));
	const char *name = x509->names;
	char text[INET6_ADDRSTRLEN] = "";

	inet_ntop(four ? AF_INET : AF_INET6, four ? addr + 3 : addr, text, sizeof(text));
	for (unsigned i = 0; i < x509->name_count; i++, name += strlen(name) + 1)
		if (!strcmp(name, text))
			return true;
	return false;
}

/* A client that goes by address sends no name, and looks for the address (RFC 9110 section 4.3.5).
 */
static void tell_no_name(struct sentence *s, const struct subject *of)
{
	const struct tls_x509 *x509 = of->x509;
	char names[NAMES_SIZE];

	if (!x509->name_count || x509->name_count == TLS_X509_NAMES_MAX ||
	    names_address(x509, of->hs->end[HS_SERVER].addr))
		return;
	sentence_fact(s, "client asked for no name, %s is for %s", of->noun,
		      names_text(names, x509));
}

static void tell_asked(struct sentence *s, const struct subject *of)
{
	const struct tls_client_hello *hello = of->hs->client_hello;

	if (hello && hello->server_name.n)
		tell_names(s, of, hello->server_name);
	else if (hello)
		tell_no_name(s, of);
}

static int hex_value(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* The value at `from` with its escapes undone (RFC 2253 section 3), as far as it fits. */
static struct bytes unescape(const char *from, uint8_t *out, size_t size)
{
	size_t n = 0;

	for (; *from && *from != ',' && *from != '+' && n < size; from++) {
		if (from[0] == '\\' && isxdigit((unsigned char)from[1]) &&
		    isxdigit((unsigned char)from[2])) {
			out[n++] = (uint8_t)(hex_value(from[1]) << 4 | hex_value(from[2]));
			from += 2;
			continue;
		}
		if (*from == '\\' && from[1])
			from++;
		out[n++] = (uint8_t)*from;
	}
	return (struct bytes){ out, n };
}

/* What follows the first "CN=" of a distinguished name; NULL: none. */
static const char *common_name(const char *dn)
{
	bool begins = true;

	for (; *dn; dn++) {
		if (begins && !strncmp(dn, "CN=", 3))
			return dn + 3;
		begins = *dn == ',' || *dn == '+';
		if (*dn == '\\' && dn[1])
			dn++;
	}
	return NULL;
}

static void tell_issuer(struct sentence *s, const struct subject *of)
{
	const char *issuer = of->x509->issuer, *cn = issuer ? common_name(issuer) : NULL;
	uint8_t value[NAME_SIZE];
	char written[NAME_SIZE];

	if (of->x509->self_signed)
		sentence_fact(s, "%s is self-signed", of->noun);
	else if (cn)
		sentence_fact(s, "issuer CN=%s",
			      sentence_words(written, sizeof(written),
					     unescape(cn, value, sizeof(value))));
	else if (issuer && *issuer)
		sentence_fact(s, "issuer %s",
			      sentence_words(written, sizeof(written), bytes_of(issuer)));
}

static void tell(struct sentence *s, const struct subject *of, unsigned wanted)
{
	unsigned facts = s->facts;

	if (!of->x509 || !of->x509->parsed)
		return;
	if (wanted & DATES)
		tell_dates(s, of, wanted);
	if (wanted & NAMES)
		tell_asked(s, of);
	if (wanted & ISSUER || of->x509->self_signed ||
	    (wanted & ISSUER_AT_LAST && s->facts == facts))
		tell_issuer(s, of);
}

static unsigned wanted_of_alert(uint16_t code)
{
	enum { CERTIFICATE_EXPIRED = 45, UNKNOWN_CA = 48 };

	if (code == CERTIFICATE_EXPIRED)
		return DATES;
	return code == UNKNOWN_CA ? ISSUER : ALL;
}

void flaws_tell_server(struct sentence *s, const struct handshake *hs, const struct ending *end)
{
	const struct subject server = { hs->certificate[HS_SERVER], "certificate", hs };

	tell(s, &server, wanted_of_alert(end->code));
}

void flaws_tell_client(struct sentence *s, const struct handshake *hs, const struct ending *end)
{
	const struct subject client = { hs->certificate[HS_CLIENT], "client certificate", hs };

	tell(s, &client, wanted_of_alert(end->code) & ~(unsigned)NAMES);
}

void flaws_tell_visible(struct sentence *s, const struct handshake *hs, const struct ending *end)
{
	const struct subject server = { hs->certificate[HS_SERVER], "certificate", hs };

	(void)end;
	tell(s, &server, DATES | NAMES);
}
