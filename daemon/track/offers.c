/* SPDX-License-Identifier: BSD-2-Clause */
#include "track/offers.h"

#include <stdio.h>
#include <string.h>

#include "base/reader.h"
#include "base/util.h"
#include "tls/names.h"

/* Longer lists are counted, not written out. */
#define SUITES_WRITTEN 2
#define GROUPS_WRITTEN 3

/* RFC 6066 section 3, RFC 8446 section 4.2.1 */
enum { SERVER_NAME = 0, SUPPORTED_VERSIONS = 43 };

#define NAME_SIZE 101
#define CODE_SIZE 7 /* 0x1234 */

static const char *name_or_code(const char *name, uint16_t code, char buffer[CODE_SIZE])
{
	if (name)
		return name;
	snprintf(buffer, CODE_SIZE, "0x%04x", code);
	return buffer;
}

static void add_version(struct text *out, uint16_t version, const char *before)
{
	bool ssl = version == TLS_VERSION_SSL3 || version == TLS_VERSION_SSL2;
	char code[CODE_SIZE];

	text_string(out, before);
	text_string(out, ssl ? "SSL " : "TLS ");
	text_string(out, name_or_code(tls_version_name(version), version, code));
}

/* It is not in the hello: it was not left out because it could not be read either. */
static bool lacks_extension(const struct tls_client_hello *hello, uint16_t id)
{
	if (hello->torn)
		return false;
	for (size_t i = 0; i < hello->extensions.n / 2; i++)
		if (bytes_u16(hello->extensions, i) == id)
			return false;
	return true;
}

/* "TLS 1.0, 1.1 and 1.2"; without supported_versions only the highest is known. */
static void add_versions(struct text *out, const struct tls_client_hello *hello)
{
	static const uint16_t known[] = { TLS_VERSION_SSL3, TLS_VERSION_1_0, TLS_VERSION_1_1,
					  TLS_VERSION_1_2, TLS_VERSION_1_3 };
	uint16_t offered[ARRAY_SIZE(known)];
	size_t count = 0;

	if (lacks_extension(hello, SUPPORTED_VERSIONS)) {
		add_version(out, hello->legacy_version, "up to ");
		return;
	}
	for (size_t k = 0; k < ARRAY_SIZE(known); k++) {
		for (size_t i = 0; i < hello->versions.n / 2; i++) {
			if (bytes_u16(hello->versions, i) != known[k])
				continue;
			offered[count++] = known[k];
			break;
		}
	}
	for (size_t i = 0; i < count; i++) {
		const char *before = !i ? "" : i + 1 < count ? ", " : " and ";

		if (!i || offered[i - 1] == TLS_VERSION_SSL3) {
			add_version(out, offered[i], before);
			continue;
		}
		text_string(out, before);
		text_string(out, tls_version_name(offered[i]));
	}
}

/* All of them: that there is no other says nothing. */
static bool offers_every_version(const struct tls_client_hello *hello)
{
	unsigned found = 0;

	for (size_t i = 0; i < hello->versions.n / 2; i++) {
		uint16_t version = bytes_u16(hello->versions, i);

		if (version >= TLS_VERSION_1_0 && version <= TLS_VERSION_1_3)
			found |= 1U << (version - TLS_VERSION_1_0);
	}
	return found == (1U << (TLS_VERSION_1_3 - TLS_VERSION_1_0 + 1)) - 1;
}

void offers_tell_versions(struct sentence *s, const struct handshake *hs, const struct ending *end)
{
	const struct tls_client_hello *hello = hs->client_hello;
	char versions[64], chosen[24];
	struct text text;

	(void)end;
	if (hs->has_server_hello) {
		text_init_over(&text, chosen, sizeof(chosen));
		add_version(&text, hs->server_hello.version, "");
		sentence_fact(s, "server chose %s", chosen);
	}
	if (!hello)
		return;
	text_init_over(&text, versions, sizeof(versions));
	add_versions(&text, hello);
	if (text.n)
		sentence_fact(s, "client offers %s%s", versions,
			      hello->versions.p && !offers_every_version(hello) ? " only" : "");
	if (hello->fallback_scsv)
		sentence_fact(s, "TLS_FALLBACK_SCSV says that it could do better");
}

/* "ECDHE_RSA" of TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256; n == 0: the name has no such part. */
static struct bytes kind_of_suite(uint16_t suite)
{
	static const char start[] = "TLS_";
	const char *name = tls_cipher_name(suite), *with = name ? strstr(name, "_WITH_") : NULL;

	if (!with || strncmp(name, start, strlen(start)))
		return (struct bytes){ 0 };
	name += strlen(start);
	return (struct bytes){ (const uint8_t *)name, (size_t)(with - name) };
}

/* GREASE and the signals among the suites are no offer (RFC 5746 section 3.3, RFC 7507). */
static bool is_offer(uint16_t suite)
{
	return !tls_is_grease(suite) && suite != 0x00ff && suite != 0x5600;
}

static bool is_same(struct bytes a, struct bytes b)
{
	return a.p && b.p && a.n == b.n && !memcmp(a.p, b.p, a.n);
}

struct suites {
	unsigned count;
	struct bytes kind; /* that all of them have; n == 0: they differ */
	char written[120]; /* "A, B", if they are few */
};

static void read_suites(struct bytes list, struct suites *out)
{
	struct text text;
	char code[CODE_SIZE];

	*out = (struct suites){ 0 };
	text_init_over(&text, out->written, sizeof(out->written));
	for (size_t i = 0; i < list.n / 2; i++) {
		uint16_t suite = bytes_u16(list, i);
		struct bytes kind = kind_of_suite(suite);

		if (!is_offer(suite))
			continue;
		if (!out->count++)
			out->kind = kind;
		else if (!is_same(kind, out->kind))
			out->kind = (struct bytes){ 0 };
		if (out->count > SUITES_WRITTEN)
			continue;
		text_string(&text, out->count > 1 ? ", " : "");
		text_string(&text, name_or_code(tls_cipher_name(suite), suite, code));
	}
}

static void tell_suites(struct sentence *s, const struct tls_client_hello *hello)
{
	struct suites suites;

	read_suites(hello->cipher_suites, &suites);
	if (suites.count == 1)
		sentence_fact(s, "client offers only %s", suites.written);
	else if (suites.kind.n)
		sentence_fact(s, "client offers only %.*s suites", (int)suites.kind.n,
			      (const char *)suites.kind.p);
	else if (suites.count && suites.count <= SUITES_WRITTEN)
		sentence_fact(s, "client offers %u suites: %s", suites.count, suites.written);
	else
		sentence_fact(s, "client offers %u suites", suites.count);
}

static void tell_groups(struct sentence *s, struct bytes groups)
{
	char written[100], code[CODE_SIZE];
	unsigned count = 0;
	struct text text;

	text_init_over(&text, written, sizeof(written));
	for (size_t i = 0; i < groups.n / 2; i++) {
		uint16_t group = bytes_u16(groups, i);

		if (tls_is_grease(group))
			continue;
		if (count++ == GROUPS_WRITTEN)
			return;
		text_string(&text, count > 1 ? " " : "");
		text_string(&text, name_or_code(tls_group_name(group), group, code));
	}
	if (count)
		sentence_fact(s, "group%s %s", count > 1 ? "s" : "", written);
}

void offers_tell(struct sentence *s, const struct handshake *hs, const struct ending *end)
{
	const struct tls_client_hello *hello = hs->client_hello;
	char versions[64];
	struct text text;

	(void)end;
	if (!hello || hs->has_server_hello)
		return;
	tell_suites(s, hello);
	text_init_over(&text, versions, sizeof(versions));
	add_versions(&text, hello);
	if (text.n)
		sentence_fact(s, "%s", versions);
	tell_groups(s, hello->groups);
	if (lacks_extension(hello, SERVER_NAME))
		sentence_fact(s, "no server name");
}

void offers_tell_name(struct sentence *s, const struct handshake *hs, const struct ending *end)
{
	char name[NAME_SIZE];

	(void)end;
	if (!hs->client_hello || hs->has_server_hello)
		return;
	if (hs->client_hello->server_name.n)
		sentence_fact(s, "client asked for %s",
			      sentence_word(name, sizeof(name), hs->client_hello->server_name));
	else if (lacks_extension(hs->client_hello, SERVER_NAME))
		sentence_fact(s, "client sent no server name");
}

void offers_tell_protocols(struct sentence *s, const struct handshake *hs, const struct ending *end)
{
	struct reader r;
	char written[NAME_SIZE], name[NAME_SIZE];
	struct bytes protocol;
	struct text text;
	uint8_t length;

	(void)end;
	if (!hs->client_hello || !hs->client_hello->alpn.n)
		return;
	r = reader_of(hs->client_hello->alpn);
	text_init_over(&text, written, sizeof(written));
	while (reader_u8(&r, &length) && reader_bytes(&r, length, &protocol)) {
		size_t whole = text.n;

		text_string(&text, whole ? ", " : "");
		text_string(&text, sentence_word(name, sizeof(name), protocol));
		if (!text.cut)
			continue;
		text_truncate(&text, whole);
		break;
	}
	sentence_fact(s, "client offers %s%s", written, text.cut ? " and more" : "");
}

static void tell_retry(struct sentence *s, const struct handshake *hs)
{
	uint16_t group = hs->hello_retry_group;
	char code[CODE_SIZE];

	if (hs->hello_retry_has_group)
		sentence_fact(s, "server asked for group %s",
			      name_or_code(tls_group_name(group), group, code));
}

void offers_tell_choice(struct sentence *s, const struct handshake *hs, const struct ending *end)
{
	uint16_t suite = hs->server_hello.cipher_suite;
	char version[24], code[CODE_SIZE];
	struct text text;

	(void)end;
	if (!hs_has_cipher(hs)) {
		tell_retry(s, hs);
		return;
	}
	text_init_over(&text, version, sizeof(version));
	add_version(&text, hs->server_hello.version, "");
	sentence_fact(s, "server chose %s", version);
	sentence_fact(s, "%s", name_or_code(tls_cipher_name(suite), suite, code));
	if (hs->has_group)
		sentence_fact(s, "%s", name_or_code(tls_group_name(hs->group), hs->group, code));
	else if (hs->dh_bits)
		sentence_fact(s, "DH of %u bits", hs->dh_bits);
}
