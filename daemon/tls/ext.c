/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls/ext.h"

#include <assert.h>
#include <string.h>

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

/* A list of bytes that fills the extension, behind its length of `size` bytes. */
static bool read_list(struct reader *body, size_t size, struct reader *list)
{
	return reader_prefixed(body, size, list) && reader_empty(body);
}

/* The same of 16-bit numbers. */
static bool read_u16_list(struct reader *body, size_t size, struct bytes *codes)
{
	struct reader list;

	if (!read_list(body, size, &list) || list.n % 2)
		return false;
	*codes = take_rest(&list);
	return true;
}

/* Each function below reads the whole body first and writes to the hello last: a body that it
 * does not understand leaves no trace there. */

static bool client_server_name(struct reader *body, struct tls_client_hello *hello)
{
	struct reader list, name;
	struct bytes host;
	bool found = false;
	uint8_t type;

	if (!read_list(body, 2, &list))
		return false;
	host = (struct bytes){ list.p, 0 };
	while (list.n) {
		if (!reader_u8(&list, &type) || !reader_u16_prefixed(&list, &name))
			return false;
		if (type == NAME_TYPE_HOST && !found)
			host = reader_rest(&name);
		found |= type == NAME_TYPE_HOST;
	}
	hello->server_name = host;
	return true;
}

static bool client_groups(struct reader *body, struct tls_client_hello *hello)
{
	return read_u16_list(body, 2, &hello->groups);
}

static bool client_signatures(struct reader *body, struct tls_client_hello *hello)
{
	return read_u16_list(body, 2, &hello->signatures);
}

static bool client_point_formats(struct reader *body, struct tls_client_hello *hello)
{
	struct reader list;

	if (!read_list(body, 1, &list))
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
	struct bytes names;

	if (!read_list(body, 2, &list))
		return false;
	names = reader_rest(&list);
	while (list.n)
		if (!read_protocol(&list, &name))
			return false;
	hello->alpn = names;
	return true;
}

static bool client_versions(struct reader *body, struct tls_client_hello *hello)
{
	return read_u16_list(body, 1, &hello->versions);
}

static bool client_key_share(struct reader *body, struct tls_client_hello *hello)
{
	uint8_t shares[sizeof(hello->shares)];
	struct reader list, key;
	uint16_t group;
	size_t n = 0;

	if (!read_list(body, 2, &list))
		return false;
	while (list.n) {
		if (!reader_u16(&list, &group) || !reader_u16_prefixed(&list, &key))
			return false;
		if (n == TLS_KEY_SHARES_MAX)
			continue;
		shares[2 * n] = (uint8_t)(group >> 8);
		shares[2 * n++ + 1] = (uint8_t)group;
	}
	memcpy(hello->shares, shares, 2 * n);
	hello->key_shares = (struct bytes){ hello->shares, 2 * n };
	return true;
}

/* A client of both times sends its key_share under both ids: the final one counts. */
static bool client_key_share_draft(struct reader *body, struct tls_client_hello *hello)
{
	return hello->key_shares.p || client_key_share(body, hello);
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

	if (!read_list(body, 1, &list))
		return false;
	while (reader_u8(&list, &mode)) {
		ke |= mode == PSK_MODE_KE;
		dhe |= mode == PSK_MODE_DHE_KE;
	}
	hello->psk_only_modes = ke && !dhe;
	return true;
}

/* Empty in a ClientHello (RFC 8446 section 4.2.10); early drafts had something in it. */
static bool client_early_data(struct reader *body, struct tls_client_hello *hello)
{
	hello->early_data = reader_empty(body);
	return hello->early_data;
}

/* Empty (RFC 7627 section 5.1). */
static bool client_extended_ms(struct reader *body, struct tls_client_hello *hello)
{
	hello->extended_ms = reader_empty(body);
	return hello->extended_ms;
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

	if (!read_list(body, 2, &list) || !read_protocol(&list, &name) || list.n)
		return false;
	hello->alpn = reader_rest(&name);
	return true;
}

/* server_name in an answer: its body "SHALL be empty" (RFC 6066 section 3). */
static bool server_nothing(struct reader *body, struct tls_server_hello *hello)
{
	(void)hello;
	return reader_empty(body);
}

static bool server_version(struct reader *body, struct tls_server_hello *hello)
{
	uint16_t version;

	if (!reader_u16(body, &version) || !reader_empty(body))
		return false;
	hello->version = version;
	return true;
}

/* A HelloRetryRequest names the group alone (section 4.2.8). */
static bool server_key_share(struct reader *body, struct tls_server_hello *hello)
{
	struct reader key;
	uint16_t group;

	if (!reader_u16(body, &group) ||
	    (!hello->hello_retry && !reader_u16_prefixed(body, &key)) || !reader_empty(body))
		return false;
	hello->has_key_share = true;
	hello->group = group;
	return true;
}

static bool server_pre_shared_key(struct reader *body, struct tls_server_hello *hello)
{
	uint16_t index;

	if (!reader_u16(body, &index) || !reader_empty(body))
		return false;
	hello->has_psk = true;
	hello->psk_index = index;
	return true;
}

static bool server_session_ticket(struct reader *body, struct tls_server_hello *hello)
{
	hello->session_ticket = reader_empty(body); /* RFC 5077 section 3.2 */
	return hello->session_ticket;
}

struct extension {
	bool (*client)(struct reader *body, struct tls_client_hello *hello);
	bool (*server)(struct reader *body, struct tls_server_hello *hello);
};

/* Behind those that stand where their id says. */
#define PLACE_ECH (EXT_KEY_SHARE + 1)

/* Extensions we read, all of the client; no function for the server's: of no interest there. */
static const struct extension extensions[] = {
	[EXT_SERVER_NAME] = { client_server_name, server_nothing },
	[EXT_GROUPS] = { client_groups, NULL },
	[EXT_POINT_FORMATS] = { client_point_formats, NULL },
	[EXT_SIGNATURES] = { client_signatures, NULL },
	[EXT_ALPN] = { client_alpn, server_alpn },
	[EXT_EXTENDED_MS] = { client_extended_ms, NULL },
	[EXT_SESSION_TICKET] = { client_session_ticket, server_session_ticket },
	[EXT_KEY_SHARE_DRAFT] = { client_key_share_draft, server_key_share },
	[EXT_PRE_SHARED_KEY] = { client_pre_shared_key, server_pre_shared_key },
	[EXT_EARLY_DATA] = { client_early_data, NULL },
	[EXT_VERSIONS] = { client_versions, server_version },
	[EXT_PSK_MODES] = { client_psk_modes, NULL },
	[EXT_KEY_SHARE] = { client_key_share, server_key_share },
	[PLACE_ECH] = { client_ech, NULL },
};

/* NULL: one that we do not read. */
static const struct extension *find(uint16_t id)
{
	if (id == EXT_ECH)
		return &extensions[PLACE_ECH];
	return id < PLACE_ECH && extensions[id].client ? &extensions[id] : NULL;
}

static bool read_known(const struct extension *extension, struct reader body,
		       const struct tls_ext_target *target)
{
	if (target->client)
		return extension->client(&body, target->client);
	if (extension->server)
		return extension->server(&body, target->server);
	return true;
}

/* A walk through a block, and where in the hello its notes go. */
struct walk {
	const struct tls_ext_target *target;
	bool *has_bad;
	uint16_t *bad;
	uint8_t *ids;
	size_t n, max; /* of the ids */
	uint64_t seen; /* known ones, by their place in the table */
};

static void note_id(struct walk *walk, uint16_t id)
{
	if (walk->n == walk->max)
		return; /* more are legal, if nobody's */
	walk->ids[2 * walk->n] = (uint8_t)(id >> 8);
	walk->ids[2 * walk->n++ + 1] = (uint8_t)id;
}

/* The first bad one, or the one that makes the whole hello bad. */
static COLD void note_bad(struct walk *walk, uint16_t id, bool fatal)
{
	if (*walk->has_bad && !fatal)
		return;
	*walk->has_bad = true;
	*walk->bad = id;
}

/*
 * An extension that we cannot read is left out, unless all that follows the hello would be
 * misread without it: then false.
 */
static bool on_extension(struct walk *walk, uint16_t id, struct reader body)
{
	const struct extension *extension;
	bool repeated, needed;
	uint64_t bit;

	note_id(walk, id);
	extension = find(id);
	if (!extension)
		return true;
	bit = UINT64_C(1) << (extension - extensions);
	repeated = walk->seen & bit;
	walk->seen |= bit;
	/* No extension twice (RFC 8446 section 4.2): the first counts. */
	if (!repeated && read_known(extension, body, walk->target))
		return true;
	needed = !repeated && walk->target->server && id == EXT_VERSIONS;
	note_bad(walk, id, needed);
	return !needed;
}

static enum tls_result walk_block(struct walk *walk, struct reader block)
{
	struct reader body;
	uint16_t id;

	while (block.n) {
		if (!reader_u16(&block, &id)) {
			*walk->has_bad = false; /* it is not what makes this hello bad */
			return TLS_BAD;
		}
		if (!reader_u16_prefixed(&block, &body)) {
			note_bad(walk, id, true);
			return TLS_BAD;
		}
		if (!on_extension(walk, id, body))
			return TLS_BAD;
	}
	return TLS_OK;
}

enum tls_result tls_extensions_parse(struct reader block, const struct tls_ext_target *target)
{
	struct tls_client_hello *client = target->client;
	struct tls_server_hello *server = target->server;
	struct walk walk = {
		.target = target,
		.has_bad = client ? &client->has_bad_extension : &server->has_bad_extension,
		.bad = client ? &client->bad_extension : &server->bad_extension,
		.ids = client ? client->ids : server->ids,
		.max = client ? TLS_EXTENSIONS_MAX : TLS_SERVER_EXTENSIONS_MAX,
	};

	enum tls_result result;

	static_assert(ARRAY_SIZE(extensions) <= 64, "seen is a set of 64 bits");
	result = walk_block(&walk, block);
	*(client ? &client->extensions : &server->extensions) =
		(struct bytes){ walk.ids, 2 * walk.n };
	return result;
}
