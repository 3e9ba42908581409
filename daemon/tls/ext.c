/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls/ext.h"

#include <assert.h>

#include "base/util.h"

enum {
	EXT_SERVER_NAME = 0,
	EXT_GROUPS = 10,
	EXT_POINT_FORMATS = 11,
	EXT_SIGNATURES = 13,
	EXT_ALPN = 16,
	EXT_EXTENDED_MS = 23,
	EXT_SESSION_TICKET = 35,
	EXT_KEY_SHARE_DRAFT = 40,
	EXT_PRE_SHARED_KEY = 41,
	EXT_EARLY_DATA = 42,
	EXT_VERSIONS = 43,
	EXT_PSK_MODES = 45,
	EXT_KEY_SHARE = 51,
	EXT_ECH = 0xfe0d
};

#define NAME_TYPE_HOST 0 /* RFC 6066 section 3 */
#define PSK_MODE_KE 0	 /* RFC 8446 section 4.2.9 */
#define PSK_MODE_DHE_KE 1

/* What is left, taken. */
static struct bytes take_rest(struct reader *r)
{
	struct bytes rest = { r->p, r->n };

	r->n = 0;
	return rest;
}

static bool rest_is_u16_list(struct reader *r, struct bytes *list)
{
	if (r->n % 2)
		return false;
	*list = take_rest(r);
	return true;
}

/* A list that fills the extension, behind a length of 16 bits. */
static bool read_u16_list(struct reader *body, struct bytes *list)
{
	struct reader inner;

	return reader_u16_prefixed(body, &inner) && rest_is_u16_list(&inner, list);
}

static bool client_server_name(struct reader *body, struct tls_client_hello *hello)
{
	struct reader list, name;
	bool found = false;
	uint8_t type;

	if (!reader_u16_prefixed(body, &list))
		return false;
	hello->server_name = (struct bytes){ list.p, 0 };
	while (list.n) {
		if (!reader_u8(&list, &type) || !reader_u16_prefixed(&list, &name))
			return false;
		if (type == NAME_TYPE_HOST && !found)
			hello->server_name = (struct bytes){ name.p, name.n };
		found |= type == NAME_TYPE_HOST;
	}
	return true;
}

static bool client_groups(struct reader *body, struct tls_client_hello *hello)
{
	return read_u16_list(body, &hello->groups);
}

static bool client_signatures(struct reader *body, struct tls_client_hello *hello)
{
	return read_u16_list(body, &hello->signatures);
}

static bool client_point_formats(struct reader *body, struct tls_client_hello *hello)
{
	struct reader list;

	if (!reader_u8_prefixed(body, &list))
		return false;
	hello->point_formats = take_rest(&list);
	return true;
}

/* RFC 7301 section 3.1: "Empty strings MUST NOT be included". */
static bool read_protocol(struct reader *list, struct reader *name)
{
	return reader_u8_prefixed(list, name) && name->n;
}

static bool client_alpn(struct reader *body, struct tls_client_hello *hello)
{
	struct reader list, name;

	if (!reader_u16_prefixed(body, &list))
		return false;
	hello->alpn = (struct bytes){ list.p, list.n };
	while (list.n)
		if (!read_protocol(&list, &name))
			return false;
	return true;
}

static bool client_versions(struct reader *body, struct tls_client_hello *hello)
{
	struct reader list;

	return reader_u8_prefixed(body, &list) && rest_is_u16_list(&list, &hello->versions);
}

static bool client_key_share(struct reader *body, struct tls_client_hello *hello)
{
	struct reader list, key;
	uint16_t group;
	size_t n = 0;

	if (!reader_u16_prefixed(body, &list))
		return false;
	while (list.n) {
		if (n == TLS_KEY_SHARES_MAX || !reader_u16(&list, &group) ||
		    !reader_u16_prefixed(&list, &key))
			return false;
		hello->shares[2 * n] = (uint8_t)(group >> 8);
		hello->shares[2 * n++ + 1] = (uint8_t)group;
	}
	hello->key_shares = (struct bytes){ hello->shares, 2 * n };
	return true;
}

static bool client_session_ticket(struct reader *body, struct tls_client_hello *hello)
{
	hello->session_ticket = (uint32_t)body->n;
	take_rest(body);
	return true;
}

/* Its inside differs between the drafts; that it is there is what we need. */
static bool client_pre_shared_key(struct reader *body, struct tls_client_hello *hello)
{
	hello->psk = true;
	take_rest(body);
	return true;
}

static bool client_psk_modes(struct reader *body, struct tls_client_hello *hello)
{
	struct reader list;
	bool ke = false, dhe = false;
	uint8_t mode;

	if (!reader_u8_prefixed(body, &list))
		return false;
	while (reader_u8(&list, &mode)) {
		ke |= mode == PSK_MODE_KE;
		dhe |= mode == PSK_MODE_DHE_KE;
	}
	hello->psk_only_modes = ke && !dhe;
	return true;
}

static bool client_early_data(struct reader *body, struct tls_client_hello *hello)
{
	(void)body;
	hello->early_data = true;
	return true;
}

static bool client_extended_ms(struct reader *body, struct tls_client_hello *hello)
{
	(void)body;
	hello->extended_ms = true;
	return true;
}

static bool client_ech(struct reader *body, struct tls_client_hello *hello)
{
	hello->ech = true;
	take_rest(body);
	return true;
}

static bool server_alpn(struct reader *body, struct tls_server_hello *hello)
{
	struct reader list, name;

	if (!reader_u16_prefixed(body, &list) || !read_protocol(&list, &name) || list.n)
		return false;
	hello->alpn = (struct bytes){ name.p, name.n };
	return true;
}

/* server_name in an answer: its body "SHALL be empty" (RFC 6066 section 3). */
static bool server_nothing(struct reader *body, struct tls_server_hello *hello)
{
	(void)hello;
	return !body->n;
}

static bool server_version(struct reader *body, struct tls_server_hello *hello)
{
	return reader_u16(body, &hello->version);
}

/* A HelloRetryRequest names the group alone (section 4.2.8). */
static bool server_key_share(struct reader *body, struct tls_server_hello *hello)
{
	struct reader key;

	if (!reader_u16(body, &hello->group))
		return false;
	hello->has_key_share = true;
	return hello->hello_retry || reader_u16_prefixed(body, &key);
}

static bool server_pre_shared_key(struct reader *body, struct tls_server_hello *hello)
{
	hello->has_psk = true;
	return reader_u16(body, &hello->psk_index);
}

static bool server_session_ticket(struct reader *body, struct tls_server_hello *hello)
{
	(void)body;
	hello->session_ticket = true;
	return true;
}

struct extension {
	uint16_t id;
	bool (*client)(struct reader *body, struct tls_client_hello *hello);
	bool (*server)(struct reader *body, struct tls_server_hello *hello);
};

/* Extensions we read; a missing function: seen there, of no interest. */
static const struct extension extensions[] = {
	{ EXT_SERVER_NAME, client_server_name, server_nothing },
	{ EXT_GROUPS, client_groups, NULL },
	{ EXT_POINT_FORMATS, client_point_formats, NULL },
	{ EXT_SIGNATURES, client_signatures, NULL },
	{ EXT_ALPN, client_alpn, server_alpn },
	{ EXT_EXTENDED_MS, client_extended_ms, NULL },
	{ EXT_SESSION_TICKET, client_session_ticket, server_session_ticket },
	{ EXT_KEY_SHARE_DRAFT, client_key_share, server_key_share },
	{ EXT_PRE_SHARED_KEY, client_pre_shared_key, server_pre_shared_key },
	{ EXT_EARLY_DATA, client_early_data, NULL },
	{ EXT_VERSIONS, client_versions, server_version },
	{ EXT_PSK_MODES, client_psk_modes, NULL },
	{ EXT_KEY_SHARE, client_key_share, server_key_share },
	{ EXT_ECH, client_ech, NULL },
};

static const struct extension *find(uint16_t id, size_t *index)
{
	for (size_t i = 0; i < ARRAY_SIZE(extensions); i++)
		if (extensions[i].id == id) {
			*index = i;
			return &extensions[i];
		}
	return NULL;
}

/* The body must be used up to its last byte. */
static bool read_known(const struct extension *extension, struct reader body,
		       const struct tls_ext_target *target)
{
	if (target->client && extension->client)
		return extension->client(&body, target->client) && !body.n;
	if (target->server && extension->server)
		return extension->server(&body, target->server) && !body.n;
	return true;
}

enum tls_result tls_extensions_parse(struct reader block, const struct tls_ext_target *target)
{
	uint8_t *ids = target->client ? target->client->ids : target->server->ids;
	struct bytes *noted =
		target->client ? &target->client->extensions : &target->server->extensions;
	uint32_t seen = 0;
	size_t n = 0;

	static_assert(ARRAY_SIZE(extensions) <= 32, "seen is a set of 32 bits");
	while (block.n) {
		const struct extension *extension;
		struct reader body;
		uint16_t id;
		size_t index;

		if (!reader_u16(&block, &id) || !reader_u16_prefixed(&block, &body))
			return TLS_BAD;
		if (n < TLS_EXTENSIONS_MAX) { /* more are legal, if nobody's */
			ids[2 * n] = (uint8_t)(id >> 8);
			ids[2 * n++ + 1] = (uint8_t)id;
		}
		extension = find(id, &index);
		if (!extension)
			continue;
		if (seen & 1U << index) /* no extension twice (section 4.2) */
			return TLS_BAD;
		seen |= 1U << index;
		if (!read_known(extension, body, target))
			return TLS_BAD;
	}
	*noted = (struct bytes){ ids, 2 * n };
	return TLS_OK;
}
