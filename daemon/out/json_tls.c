/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of a record about what was negotiated: "tls" and shaketap.key_exchange. */
#include "out/facts.h"
#include "out/json_parts.h"
#include "tls/fingerprint.h"
#include "tls/names.h"

void json_code(struct json *j, const char *key, uint16_t code, json_namer namer)
{
	char buffer[FACTS_CODE_SIZE];

	json_name(j, key, facts_name(namer(code), code, buffer));
}

void json_codes(struct json *j, const char *key, struct bytes list, json_namer namer)
{
	if (!list.p)
		return;
	json_list(j, key);
	for (size_t i = 0; i < list.n / 2; i++) {
		uint16_t code = bytes_u16(list, i);

		if (!tls_is_grease(code))
			json_code(j, NULL, code, namer);
	}
	json_list_end(j);
}

static void add_version(struct json *j, const struct handshake *hs)
{
	const struct tls_server_hello *hello = &hs->server_hello;
	bool ssl = hello->version == TLS_VERSION_SSL3 || hello->version == TLS_VERSION_SSL2;

	json_name(j, "version_protocol", ssl ? "ssl" : "tls");
	json_code(j, "version", hello->version, tls_version_name);
	if (hs_has_cipher(hs))
		json_code(j, "cipher", hello->cipher_suite, tls_cipher_name);
}

static void write_negotiated(struct json *j, const struct handshake *hs)
{
	if (hs->has_server_hello)
		add_version(j, hs);
	if (hs->has_group)
		json_code(j, "curve", hs->group, tls_group_name);
	if (hs->outcome == HS_SUCCESS || hs->outcome == HS_FAILURE)
		json_bool(j, "established", hs->outcome == HS_SUCCESS);
	if (hs->has_server_hello && hs->resumption != HS_RESUMPTION_NONE)
		json_bool(j, "resumed", facts_resumed(hs));
}

static void add_negotiated(struct json *j, const struct handshake *hs, struct json_shape *shape)
{
	if (!hs->has_server_hello) {
		write_negotiated(j, hs);
	} else if (!json_shape_begin(shape, j, JSON_SHAPE_NEGOTIATED)) {
		write_negotiated(j, hs);
		json_shape_end(shape, j, JSON_SHAPE_NEGOTIATED);
	}
}

/* What is not there may be missing for want of memory only: that is not remembered. */
static void add_fingerprints(struct json *j, const struct tls_client_hello *hello,
			     struct digester *digester, struct json_shape *shape)
{
	char ja3[TLS_JA3_SIZE], ja4[TLS_JA4_SIZE];

	if (tls_ja3(hello, digester, ja3))
		json_name(j, "ja3", ja3);
	else
		shape->memo = NULL;
	if (tls_ja4(hello, digester, ja4))
		json_name(j, "ja4", ja4);
	else
		shape->memo = NULL;
}

static void add_hello(struct json *j, const struct tls_client_hello *hello,
		      struct digester *digester, struct json_shape *shape)
{
	json_wire(j, "server_name", hello->server_name);
	if (json_shape_begin(shape, j, JSON_SHAPE_FINGERPRINTS))
		return;
	add_fingerprints(j, hello, digester, shape);
	json_codes(j, "supported_ciphers", hello->cipher_suites, tls_cipher_name);
	json_shape_end(shape, j, JSON_SHAPE_FINGERPRINTS);
}

static void add_client(struct json *j, const struct handshake *hs, struct digester *digester,
		       struct json_shape *shape)
{
	struct json_mark mark = json_object(j, "client");

	if (hs->client_hello)
		add_hello(j, hs->client_hello, digester, shape);
	json_certificate(j, hs->certificate[HS_CLIENT]);
	json_object_end(j, mark);
}

static void add_ja3s(struct json *j, const struct tls_server_hello *hello,
		     struct digester *digester, struct json_shape *shape)
{
	char ja3s[TLS_JA3_SIZE];

	if (json_shape_begin(shape, j, JSON_SHAPE_FINGERPRINTS))
		return;
	if (tls_ja3s(hello, digester, ja3s))
		json_name(j, "ja3s", ja3s);
	else
		shape->memo = NULL;
	json_shape_end(shape, j, JSON_SHAPE_FINGERPRINTS);
}

static void add_server(struct json *j, const struct handshake *hs, struct digester *digester,
		       struct json_shape *shape)
{
	struct json_mark mark = json_object(j, "server");

	if (hs_has_cipher(hs))
		add_ja3s(j, &hs->server_hello, digester, shape);
	json_certificate(j, hs->certificate[HS_SERVER]);
	json_object_end(j, mark);
}

void json_tls(struct json *j, const struct handshake *hs, struct digester *digester,
	      struct json_shapes *shapes)
{
	struct json_mark mark = json_object(j, "tls");

	add_negotiated(j, hs, &shapes->server);
	json_wire(j, "next_protocol", hs->server_hello.alpn);
	add_client(j, hs, digester, &shapes->client);
	add_server(j, hs, digester, &shapes->server);
	json_object_end(j, mark);
}

static void write_key_exchange(struct json *j, const struct handshake *hs)
{
	struct key_exchange kx;
	struct json_mark mark;

	if (!facts_key_exchange(hs, &kx))
		return;
	mark = json_object(j, "key_exchange");
	json_name(j, "kind", kx.kind);
	if (hs->has_group)
		json_code(j, "group", hs->group, tls_group_name);
	json_bool(j, "forward_secret", kx.forward_secret);
	json_bool(j, "post_quantum", kx.post_quantum);
	json_object_end(j, mark);
}

void json_key_exchange(struct json *j, const struct handshake *hs, struct json_shape *shape)
{
	/* Without a ServerHello there is none. */
	if (!hs->has_server_hello || json_shape_begin(shape, j, JSON_SHAPE_KEY_EXCHANGE))
		return;
	write_key_exchange(j, hs);
	json_shape_end(shape, j, JSON_SHAPE_KEY_EXCHANGE);
}
