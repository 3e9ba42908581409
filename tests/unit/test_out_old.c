/* SPDX-License-Identifier: BSD-2-Clause */
/* links: base/memo.c out/json_shape.c */
/* links: out/json.c out/json_hello.c out/json_tls.c out/json_write.c out/json_certificate.c */
/* links: out/facts.c out/findings.c out/community_id.c out/line.c track/names.c base/addr.c */
/* links: base/text.c base/text_escape.c base/digest.c tls/fingerprint.c tls/names.c */
/* links: tls/names_alert.c tls/names_cipher.c tls/names_group.c tls/names_handshake.c */
/* links: tls/names_signature.c tls/names_extension.c */
/* libs: -lcrypto */
/* Records of SSL 2.0 and of drafts: what was not seen is absent (contract section 2). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "out/json.h"
#include "out/line.h"
#include "test_out_sample.h"

static bool json_has(const struct handshake *hs, const char *part)
{
	const struct record_context ctx = { .wall_offset = SAMPLE_WALL_OFFSET };
	struct text t;
	bool found;

	text_init(&t, 1 << 20);
	json_record(&t, hs, &ctx);
	assert_false(t.cut);
	found = strstr(t.p, part);
	text_free(&t);
	return found;
}

static bool line_has(const struct handshake *hs, const char *part)
{
	const struct line_context ctx = { .wall_offset = SAMPLE_WALL_OFFSET };
	char buffer[1024];
	struct text t;

	text_init_over(&t, buffer, sizeof(buffer));
	line_record(&t, hs, &ctx);
	return strstr(buffer, part);
}

/* A ServerHello of SSL 2.0, of which only that it is one was read. */
static void sample_sslv2(struct sample *s)
{
	sample_failure(s);
	s->hello = (struct tls_client_hello){ .legacy_version = TLS_VERSION_SSL2,
					      .length = 45,
					      .sslv2 = true };
	s->hs.outcome = HS_UNKNOWN;
	s->hs.unknown = HS_OVER_BUDGET;
	s->hs.stage = HS_SERVER_HELLO;
	s->hs.has_group = false;
	s->hs.resumption = HS_RESUMPTION_NONE;
	s->hs.has_server_hello = true;
	s->hs.server_hello = (struct tls_server_hello){ .legacy_version = TLS_VERSION_SSL2,
							.version = TLS_VERSION_SSL2 };
}

static void sslv2(void **state)
{
	struct sample s;

	(void)state;
	sample_sslv2(&s);
	assert_true(json_has(&s.hs, "\"version_protocol\":\"ssl\",\"version\":\"2.0\""));
	assert_false(json_has(&s.hs, "\"cipher\""));
	assert_false(json_has(&s.hs, "TLS_NULL_WITH_NULL_NULL"));
	assert_true(json_has(&s.hs, "\"server_hello\":{\"legacy_version\":\"2.0\"}"));
	assert_true(json_has(&s.hs, "\"legacy_version\":\"2.0\",\"session_id_length\":0"));
	assert_false(json_has(&s.hs, "\"supported_ciphers\""));
	assert_false(json_has(&s.hs, "\"compression_methods\""));
	assert_false(json_has(&s.hs, "\"extensions\""));
	assert_false(json_has(&s.hs, "\"versions\""));
	assert_true(line_has(&s.hs, "SSL 2.0"));
	assert_false(line_has(&s.hs, "NULL"));
}

static void name_of_message(struct sample *s, unsigned i, uint8_t type)
{
	s->messages[i] = (struct hs_message){ .time = s->hs.client_hello_time,
					      .from = HS_SERVER,
					      .record = TLS_RECORD_HANDSHAKE,
					      .type = type };
	s->hs.message_count = (uint8_t)(i + 1);
}

/* On the wire a ServerHello; in drafts up to 21 a message of its own, then a real ServerHello. */
static void hello_retry_requests(void **state)
{
	struct sample s;

	(void)state;
	sample_failure(&s);
	s.hs.hello_retry = true;
	name_of_message(&s, 0, TLS_HANDSHAKE_SERVER_HELLO);
	assert_true(json_has(&s.hs, "\"type\":2,\"name\":\"HelloRetryRequest\""));
	name_of_message(&s, 1, TLS_HANDSHAKE_SERVER_HELLO);
	assert_true(json_has(&s.hs, "\"type\":2,\"name\":\"ServerHello\""));
	name_of_message(&s, 0, TLS_HANDSHAKE_HELLO_RETRY_REQUEST);
	name_of_message(&s, 1, TLS_HANDSHAKE_SERVER_HELLO);
	assert_true(json_has(&s.hs, "\"type\":6,\"name\":\"HelloRetryRequest\""));
	assert_true(json_has(&s.hs, "\"type\":2,\"name\":\"ServerHello\""));
	assert_false(json_has(&s.hs, "\"type\":2,\"name\":\"HelloRetryRequest\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sslv2),
		cmocka_unit_test(hello_retry_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
