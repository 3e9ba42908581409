/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of a record about messages: hellos, timeline, alerts. */
#include <stdio.h>

#include "out/facts.h"
#include "out/json_parts.h"
#include "out/json_piece.h"
#include "tls/names.h"

/* The list of extension ids: the contract shows them as numbers. */
static void add_extensions(struct json *j, struct bytes ids)
{
	if (!ids.p)
		return;
	json_list(j, "extensions");
	for (size_t i = 0; i < ids.n / 2; i++)
		if (!tls_is_grease(bytes_u16(ids, i)))
			json_number(j, NULL, bytes_u16(ids, i));
	json_list_end(j);
}

/* RFC 8701: the GREASE names of ALPN are the two bytes of a GREASE code. */
static bool alpn_is_grease(struct bytes name)
{
	return name.n == 2 && tls_is_grease(bytes_u16(name, 0));
}

static void add_alpn(struct json *j, struct bytes list)
{
	size_t at = 0;

	if (!list.p)
		return;
	json_list(j, "alpn");
	while (at < list.n && list.p[at] < list.n - at) {
		struct bytes name = { list.p + at + 1, list.p[at] };

		if (!alpn_is_grease(name))
			json_wire(j, NULL, name);
		at += 1 + name.n;
	}
	json_list_end(j);
}

/* IANA "TLS Compression Method Identifiers". */
static const char *compression_name(uint8_t code)
{
	switch (code) {
	case 0:
		return "NULL";
	case 1:
		return "DEFLATE";
	case 64:
		return "LZS";
	default:
		return NULL;
	}
}

static void add_compression(struct json *j, struct bytes list)
{
	char code[FACTS_CODE_SIZE];

	if (!list.p)
		return;
	json_list(j, "compression_methods");
	for (size_t i = 0; i < list.n; i++) {
		const char *name = compression_name(list.p[i]);

		snprintf(code, sizeof(code), "0x%02x", list.p[i]);
		json_name(j, NULL, name ? name : code);
	}
	json_list_end(j);
}

static void add_offer(struct json *j, const struct tls_client_hello *hello,
		      struct json_shape *shape)
{
	if (json_shape_begin(shape, j, JSON_SHAPE_LISTS))
		return;
	json_code(j, "legacy_version", hello->legacy_version, tls_version_name);
	json_codes(j, "versions", hello->versions, tls_version_name);
	json_codes(j, "groups", hello->groups, tls_group_name);
	json_codes(j, "key_shares", hello->key_shares, tls_group_name);
	json_codes(j, "signature_algorithms", hello->signatures, tls_signature_name);
	add_alpn(j, hello->alpn);
	add_extensions(j, hello->extensions);
	json_number(j, "session_id_length", hello->session_id_length);
	add_compression(j, hello->compression);
	json_shape_end(shape, j, JSON_SHAPE_LISTS);
}

/* Three numbers, and less than this around them. */
#define EXTENT_MAX (96 + 3 * JSON_NUMBER_MAX)

static char *put_flag(char *p, const char *key, bool flag)
{
	return flag ? json_put(json_put(p, key), "true") : json_put(json_put(p, key), "false");
}

/* What it was on the wire. */
static void add_extent(struct json *j, const struct handshake *hs)
{
	const struct tls_client_hello *hello = hs->client_hello;
	char *p = json_piece(j, EXTENT_MAX);

	if (!p)
		return;
	p = text_put_u64(json_put(p, "\"length\":"), hello->length);
	if (hs->client_hello_segments)
		p = text_put_u64(json_put(p, ",\"segments\":"), hs->client_hello_segments);
	if (hs->client_hello_records)
		p = text_put_u64(json_put(p, ",\"records\":"), hs->client_hello_records);
	p = put_flag(p, ",\"grease\":", hello->grease);
	json_piece_end(j, put_flag(p, ",\"ech\":", hello->ech));
}

void json_client_hello(struct json *j, const struct handshake *hs, struct json_shape *shape)
{
	const struct tls_client_hello *hello = hs->client_hello;
	struct json_mark mark;

	if (!hello)
		return;
	mark = json_object(j, "client_hello");
	json_hex(j, "random", (struct bytes){ hello->random, sizeof(hello->random) });
	add_offer(j, hello, shape);
	add_extent(j, hs);
	json_object_end(j, mark);
}

static void add_choice(struct json *j, const struct tls_server_hello *hello, bool whole,
		       struct json_shape *shape)
{
	if (json_shape_begin(shape, j, JSON_SHAPE_LISTS))
		return;
	json_code(j, "legacy_version", hello->legacy_version, tls_version_name);
	if (whole)
		json_number(j, "session_id_length", hello->session_id_length);
	add_extensions(j, hello->extensions);
	if (hello->has_psk)
		json_number(j, "psk_index", hello->psk_index);
	json_shape_end(shape, j, JSON_SHAPE_LISTS);
}

void json_server_hello(struct json *j, const struct handshake *hs, struct json_shape *shape)
{
	const struct tls_server_hello *hello = &hs->server_hello;
	bool whole = hello->legacy_version != TLS_VERSION_SSL2; /* of those no more is read */
	struct json_mark mark;

	if (!hs->has_server_hello)
		return;
	mark = json_object(j, "server_hello");
	if (whole)
		json_hex(j, "random", (struct bytes){ hello->random, sizeof(hello->random) });
	add_choice(j, hello, whole, shape);
	json_object_end(j, mark);
}

/* A message beside its name: five numbers, and less than this around them. */
#define MESSAGE_MAX (96 + 5 * JSON_NUMBER_MAX)

static char *put_type(char *p, uint8_t type, const char *name)
{
	p = text_put_u64(json_put(p, ",\"type\":"), type);
	return name ? json_put(json_put(json_put(p, ",\"name\":\""), name), "\"") : p;
}

static void add_message(struct json *j, const struct hs_message *m, uint64_t start, bool retry)
{
	static const struct json_fragment from[HS_SIDES] = {
		[HS_CLIENT] = JSON_FRAGMENT(",\"from\":\"client\",\"record\":"),
		[HS_SERVER] = JSON_FRAGMENT(",\"from\":\"server\",\"record\":"),
		[HS_NOBODY] = JSON_FRAGMENT(",\"from\":\"none\",\"record\":"),
	};
	bool typed = !m->encrypted && m->record == TLS_RECORD_HANDSHAKE;
	const char *name = retry ? "HelloRetryRequest" : NULL;
	char *p;

	if (typed && !name)
		name = tls_handshake_name(m->type);
	p = json_piece(j, MESSAGE_MAX + (name ? strlen(name) : 0));
	if (!p)
		return;
	p = text_put_u64(json_put(p, "{\"t\":"), m->time > start ? m->time - start : 0);
	p = text_put_u64(json_put_fragment(p, &from[m->from]), m->record);
	if (m->encrypted)
		p = json_put(p, ",\"encrypted\":true");
	else if (typed)
		p = put_type(p, m->type, name);
	p = text_put_u64(json_put(p, ",\"length\":"), m->length);
	json_piece_end(j, json_put(p, "}"));
}

static bool is_from_server(const struct hs_message *m, uint8_t type)
{
	return !m->encrypted && m->record == TLS_RECORD_HANDSHAKE && m->type == type &&
	       m->from == HS_SERVER;
}

void json_messages(struct json *j, const struct handshake *hs, uint64_t start)
{
	/*
	 * On the wire a HelloRetryRequest is a ServerHello: it is the first of the two. In old
	 * drafts it was a message of its own.
	 */
	bool retry_to_come = hs->hello_retry;

	if (!hs->message_count)
		return;
	json_list(j, "messages");
	for (unsigned i = 0; i < hs->message_count; i++) {
		const struct hs_message *m = &hs->messages[i];
		bool retry = retry_to_come && is_from_server(m, TLS_HANDSHAKE_SERVER_HELLO);

		add_message(j, m, start, retry);
		if (retry || is_from_server(m, TLS_HANDSHAKE_HELLO_RETRY_REQUEST))
			retry_to_come = false;
	}
	json_list_end(j);
}

static void add_alert(struct json *j, const struct hs_alert *alert)
{
	static const char *const levels[] = { NULL, "warning", "fatal" };
	struct json_mark mark = json_object(j, NULL);

	json_name(j, "from", hs_side_names[alert->from]);
	if (alert->encrypted) {
		json_bool(j, "encrypted", true);
	} else {
		json_name(j, "level", alert->level <= 2 ? levels[alert->level] : NULL);
		json_name(j, "description", tls_alert_name(alert->code));
		json_number(j, "code", alert->code);
	}
	json_object_end(j, mark);
}

void json_alerts(struct json *j, const struct handshake *hs)
{
	if (!hs->alert_count)
		return;
	json_list(j, "alerts");
	for (unsigned i = 0; i < hs->alert_count; i++)
		add_alert(j, &hs->alerts[i]);
	json_list_end(j);
}
