/* SPDX-License-Identifier: BSD-2-Clause */
/* jq judges what we write. */
/* links: base/memo.c out/json_shape.c */
/* links: out/json.c out/json_hello.c out/json_tls.c out/json_write.c out/facts.c */
/* links: out/community_id.c base/addr.c track/names.c base/text.c base/text_escape.c */
/* links: tls/names.c tls/names_alert.c tls/names_cipher.c tls/names_group.c */
/* links: tls/names_handshake.c tls/names_signature.c */
/* links: tls/names_extension.c */
/* links: tls/fingerprint.c base/digest.c */
/* links: out/findings.c out/json_certificate.c */
/* libs: -lcrypto */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "out/json.h"
#include "test_out_sample.h"

static const struct record_context context = {
	.wall_offset = SAMPLE_WALL_OFFSET,
	.interface = "eth0",
	.with_role = true,
};

/* What jq makes of the record of hs; the filter holds no single quote. */
static const char *jq_with(const struct handshake *hs, const struct record_context *ctx,
			   const char *filter)
{
	char path[] = "/tmp/test_out_json.XXXXXX", command[1024];
	const char *result;
	struct text t;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	text_init(&t, 1 << 20);
	json_record(&t, hs, ctx);
	assert_false(t.cut);
	assert_int_equal(t.p[t.n - 1], '\n');
	assert_ptr_equal(strchr(t.p, '\n'), t.p + t.n - 1);
	assert_int_equal(write(fd, t.p, t.n), t.n);
	close(fd);
	snprintf(command, sizeof(command), "jq -c '%s' %s", filter, path);
	result = output_of(command);
	unlink(path);
	text_free(&t);
	return result;
}

static const char *jq(const struct handshake *hs, const char *filter)
{
	return jq_with(hs, &context, filter);
}

static void success_as_in_the_contract(void **state)
{
	struct sample s;

	(void)state;
	sample_success(&s);
	assert_string_equal(jq(&s.hs, "del(.shaketap, .tls.client)"),
			    "{\"@timestamp\":\"2026-11-23T07:21:13.123456789Z\","
			    "\"event\":{\"outcome\":\"success\",\"duration\":3218000},"
			    "\"network\":{\"transport\":\"tcp\",\"type\":\"ipv4\","
			    "\"community_id\":\"1:kcuVNl3Ip0gnXCf7w7EfXAGR3Sk=\"},"
			    "\"client\":{\"ip\":\"10.0.0.5\",\"port\":51234},"
			    "\"server\":{\"ip\":\"10.0.0.9\",\"port\":443},"
			    "\"tls\":{\"version_protocol\":\"tls\",\"version\":\"1.3\","
			    "\"cipher\":\"TLS_AES_128_GCM_SHA256\",\"curve\":\"X25519MLKEM768\","
			    "\"established\":true,\"resumed\":false,"
			    /* md5sum of 771,4865,43-51 */
			    "\"server\":{\"ja3s\":\"f4febc55ea12b31ae17cfb7e614afda8\"}}}");
	assert_string_equal(
		jq(&s.hs, ".tls.client"),
		"{\"server_name\":\"api.example.com\","
		/* md5sum of 771,4865-49199-65520,0-51,4588-29, */
		"\"ja3\":\"51b4880330cfda077a1827450ffbd4c4\","
		/* sha256sum of 1301,c02f,fff0 and of 0033_0403,0804 */
		"\"ja4\":\"t00d0302h2_8233089daf75_cf4dd53bde70\",\"supported_ciphers\":["
		"\"TLS_AES_128_GCM_SHA256\",\"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\","
		"\"0xfff0\"]}");
	assert_string_equal(jq(&s.hs, ".shaketap | del(.client_hello, .server_hello, .messages)"),
			    "{\"interface\":\"eth0\",\"role\":\"client\",\"stage\":\"established\","
			    "\"complete\":true,\"resumption\":\"full\","
			    "\"key_exchange\":{\"kind\":\"hybrid\",\"group\":\"X25519MLKEM768\","
			    "\"forward_secret\":true,\"post_quantum\":true},"
			    "\"times\":{\"client_hello_to_server_hello\":2000000,"
			    "\"server_flight\":1000000,\"client_flight\":0,"
			    "\"first_application_data\":5000000},\"round_trips\":1}");
}

static void hellos_and_timeline(void **state)
{
	struct sample s;

	(void)state;
	sample_success(&s);
	assert_string_equal(jq(&s.hs, ".shaketap.client_hello | del(.random)"),
			    "{\"legacy_version\":\"1.2\",\"versions\":[\"1.3\",\"1.2\",\"0x7f1c\"],"
			    "\"groups\":[\"X25519MLKEM768\",\"x25519\"],"
			    "\"key_shares\":[\"X25519MLKEM768\"],"
			    "\"signature_algorithms\":[\"ecdsa_secp256r1_sha256\","
			    "\"rsa_pss_rsae_sha256\"],\"alpn\":[\"h2\",\"http/1.1\"],"
			    "\"extensions\":[0,51],\"session_id_length\":32,"
			    "\"compression_methods\":[\"NULL\",\"0x07\"],\"length\":1700,"
			    "\"segments\":2,\"records\":1,\"grease\":true,\"ech\":false}");
	assert_string_equal(jq(&s.hs, ".shaketap.client_hello.random | test(\"^(ab){32}$\")"),
			    "true");
	assert_string_equal(jq(&s.hs, ".shaketap.server_hello | del(.random)"),
			    "{\"legacy_version\":\"1.2\",\"session_id_length\":32,"
			    "\"extensions\":[43,51]}");
	assert_string_equal(jq(&s.hs, ".shaketap.messages"),
			    "[{\"t\":0,\"from\":\"client\",\"record\":22,\"type\":1,"
			    "\"name\":\"ClientHello\",\"length\":1700},"
			    "{\"t\":2000000,\"from\":\"server\",\"record\":22,\"type\":2,"
			    "\"name\":\"ServerHello\",\"length\":90},"
			    "{\"t\":3000000,\"from\":\"server\",\"record\":23,\"encrypted\":true,"
			    "\"length\":3000}]");
}

static void failure_as_in_the_contract(void **state)
{
	struct sample s;

	(void)state;
	sample_failure(&s);
	assert_string_equal(jq(&s.hs, ".event"), "{\"outcome\":\"failure\",\"duration\":12300000}");
	assert_string_equal(jq(&s.hs, ".[\"@timestamp\"]"), "\"2026-11-23T07:21:13.123456789Z\"");
	assert_string_equal(jq(&s.hs, ".tls.established"), "false");
	assert_string_equal(jq(&s.hs, ".shaketap.failure"),
			    "{\"stage\":\"server_hello_done\",\"side\":\"client\","
			    "\"cause\":\"certificate_expired\",\"certainty\":\"observed\","
			    "\"text\":\"client alert certificate_expired "
			    "(certificate expired 3 days ago)\"}");
	assert_string_equal(jq(&s.hs, ".shaketap.alerts"),
			    "[{\"from\":\"client\",\"level\":\"fatal\","
			    "\"description\":\"certificate_expired\",\"code\":45}]");
	assert_string_equal(jq(&s.hs, ".shaketap | has(\"round_trips\")"), "false");
	assert_string_equal(jq(&s.hs, ".shaketap.times"),
			    "{\"tcp_connect\":1000000,\"client_hello_to_server_hello\":2000000}");
	assert_string_equal(jq(&s.hs, ".shaketap.key_exchange.kind"), "\"ecdhe\"");
	s.hs.alerts[0].encrypted = true;
	assert_string_equal(jq(&s.hs, ".shaketap.alerts"),
			    "[{\"from\":\"client\",\"encrypted\":true}]");
}

/* A SYN that was refused: hardly anything is known, and nothing else may be claimed. */
static void what_is_not_known_is_absent(void **state)
{
	const struct record_context bare = { .wall_offset = SAMPLE_WALL_OFFSET };
	struct sample s;

	(void)state;
	memset(&s, 0, sizeof(s));
	sample_ends(&s, "2001:db8::5", 50000, "2001:db8::9");
	s.hs.vlan = 12;
	s.hs.outcome = HS_FAILURE;
	s.hs.round_trips = -1;
	s.hs.syn_time = SAMPLE_START;
	s.hs.end_time = SAMPLE_START + MS;
	s.hs.failure = (struct hs_failure){ .cause = HS_TCP_REFUSED, .side = HS_SERVER };
	assert_string_equal(jq_with(&s.hs, &bare, "del(.network.community_id)"),
			    "{\"@timestamp\":\"2026-11-23T07:21:13.123456789Z\","
			    "\"event\":{\"outcome\":\"failure\",\"duration\":1000000},"
			    "\"network\":{\"transport\":\"tcp\",\"type\":\"ipv6\","
			    "\"vlan\":{\"id\":\"12\"}},"
			    "\"client\":{\"ip\":\"2001:db8::5\",\"port\":50000},"
			    "\"server\":{\"ip\":\"2001:db8::9\",\"port\":443},"
			    "\"tls\":{\"established\":false},"
			    "\"shaketap\":{\"stage\":\"tcp_syn\",\"complete\":false,"
			    "\"failure\":{\"stage\":\"tcp_syn\",\"side\":\"server\","
			    "\"cause\":\"tcp_refused\",\"certainty\":\"observed\"}}}");
	s.hs.outcome = HS_UNKNOWN;
	s.hs.unknown = HS_LOST_EVENTS;
	assert_string_equal(jq(&s.hs, "[.event, .tls, .shaketap.unknown_cause]"),
			    "[{\"outcome\":\"unknown\"},null,\"lost_events\"]");
	/* and no field anywhere is null, empty or an empty object */
	sample_success(&s);
	assert_string_equal(jq(&s.hs, "[.. | select(. == null or . == \"\" or . == {})] | length"),
			    "0");
}

static void hostile_bytes_stay_valid_json(void **state)
{
	uint8_t name[256], alpn[256];
	struct sample s;

	(void)state;
	sample_success(&s);
	for (int i = 0; i < 256; i++)
		name[i] = (uint8_t)i;
	alpn[0] = 255;
	memset(alpn + 1, '"', 255);
	s.hello.server_name = (struct bytes){ name, sizeof(name) };
	s.hello.alpn = (struct bytes){ alpn, sizeof(alpn) };
	s.hs.server_hello.alpn = (struct bytes){ (const uint8_t *)"\x00\\\xff", 3 };
	strcpy(s.hs.failure.text, "quote \" and \xff");
	s.hs.outcome = HS_FAILURE;
	/* 94 printable bytes without the backslash as they are, 162 others as \xNN */
	assert_string_equal(jq(&s.hs, ".tls.client.server_name | length"), "742");
	assert_string_equal(jq(&s.hs, ".tls.client.server_name | .[0:8]"), "\"\\\\x00\\\\x01\"");
	assert_string_equal(jq(&s.hs, ".tls.client.server_name | contains(\"[\\\\x5c]\")"), "true");
	assert_string_equal(jq(&s.hs, ".shaketap.client_hello.alpn[0] | length"), "255");
	assert_string_equal(jq(&s.hs, ".tls.next_protocol"), "\"\\\\x00\\\\x5c\\\\xff\"");
	assert_string_equal(jq(&s.hs, ".shaketap.failure.text"), "\"quote \\\" and \xef\xbf\xbd\"");
	/* a length beyond the end of the list is not followed */
	s.hello.alpn = BYTES("\x02h2\x09http/1.1");
	assert_string_equal(jq(&s.hs, ".shaketap.client_hello.alpn"), "[\"h2\"]");
}

static void key_exchange_by_what_was_negotiated(void **state)
{
	static const struct {
		uint16_t version, cipher, group;
		bool share, psk;
		enum hs_resumption resumption;
		const char *kind;
	} rows[] = {
		{ 0x0304, 0x1301, 0x001d, true, false, HS_FULL, "\"ecdhe\"" },
		{ 0x0304, 0x1301, 0x0100, true, false, HS_FULL, "\"dhe\"" },
		{ 0x0304, 0x1301, 0x0104, true, false, HS_FULL, "\"dhe\"" },
		{ 0x7f1c, 0x1301, 0x001d, true, false, HS_FULL, "\"ecdhe\"" },
		{ 0x0304, 0x1301, 0x001d, true, true, HS_PSK, "\"psk_ecdhe\"" },
		{ 0x0304, 0x1301, 0x11ec, true, true, HS_PSK, "\"psk_ecdhe\"" },
		{ 0x0304, 0x1301, 0, false, true, HS_PSK, "\"psk\"" },
		{ 0x0303, 0x009c, 0, false, false, HS_FULL, "\"rsa\"" },
		{ 0x0303, 0x0033, 0, false, false, HS_FULL, "\"dhe\"" },
		{ 0x0303, 0xc02f, 0x0017, false, false, HS_FULL, "\"ecdhe\"" },
		{ 0x0303, 0xc02f, 0, false, false, HS_TICKET, "null" },
		{ 0x0303, 0xc02f, 0, false, false, HS_SESSION_ID, "null" },
		{ 0x0303, 0xfff0, 0, false, false, HS_FULL, "null" },
	};
	struct sample s;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		sample_success(&s);
		s.hs.server_hello.version = rows[i].version;
		s.hs.server_hello.cipher_suite = rows[i].cipher;
		s.hs.server_hello.group = s.hs.group = rows[i].group;
		s.hs.server_hello.has_key_share = rows[i].share;
		s.hs.server_hello.has_psk = rows[i].psk;
		s.hs.has_group = rows[i].group;
		s.hs.resumption = rows[i].resumption;
		assert_string_equal(jq(&s.hs, ".shaketap.key_exchange.kind"), rows[i].kind);
		assert_string_equal(jq(&s.hs, ".tls.resumed"),
				    rows[i].resumption == HS_FULL ? "false" : "true");
	}
}

static void versions_retry_and_early_data(void **state)
{
	struct sample s;

	(void)state;
	sample_success(&s);
	s.hs.server_hello.version = 0x7f1c;
	assert_string_equal(jq(&s.hs, "[.tls.version_protocol, .tls.version]"),
			    "[\"tls\",\"0x7f1c\"]");
	s.hs.server_hello.version = 0x0300;
	assert_string_equal(jq(&s.hs, "[.tls.version_protocol, .tls.version]"),
			    "[\"ssl\",\"3.0\"]");
	sample_success(&s);
	s.hs.hello_retry = true;
	s.hs.early_data = HS_EARLY_REJECTED;
	s.hs.client_certificate = HS_CERT_EMPTY;
	assert_string_equal(jq(&s.hs, ".shaketap.hello_retry"), "{}");
	s.hs.hello_retry_has_group = true;
	s.hs.hello_retry_group = 0x0018;
	assert_string_equal(jq(&s.hs, ".shaketap | [.hello_retry.requested_group, .early_data, "
				      ".client_certificate]"),
			    "[\"secp384r1\",\"rejected\",\"empty\"]");
	s.messages[2] = s.messages[1];
	assert_string_equal(jq(&s.hs, "[.shaketap.messages[].name]"),
			    "[\"ClientHello\",\"HelloRetryRequest\",\"ServerHello\"]");
	/* the end before the start: the span is left out, not wrapped around */
	s.hs.server_flight_end_time = SAMPLE_START + MS;
	assert_string_equal(jq(&s.hs, ".shaketap.times | has(\"server_flight\")"), "false");
}

/* Field names of the Elastic Common Schema 8; upper case hashes are its convention. */
static void certificates_and_findings(void **state)
{
	struct tls_x509 leaf = {
		.parsed = true,
		.has_not_before = true,
		.has_not_after = true,
		.not_before = 1767225600,  /* date -u -d 2026-01-01T00:00:00Z +%s */
		.not_after = 253402300799, /* date -u -d 9999-12-31T23:59:59Z +%s */
		.subject = "CN=api.example.com,O=M\xc3\xbcller \\+ S\xc3\xb6hne",
		.issuer = "CN=Root\xff\n",
		.serial = "0A",
		.key_algorithm = "RSA",
		.key_bits = 2048,
		.signature_algorithm = "SHA1-RSA",
		.weak_signature = true,
		.names = "a.example\0\\x00\"\000192.0.2.1",
		.name_count = 3,
	};
	struct tls_x509 rubbish = { .parsed = false, .subject = "no" };
	struct sample s;

	(void)state;
	sample_failure(&s);
	s.hs.certificate[HS_SERVER] = &leaf;
	s.hs.certificate[HS_CLIENT] = &rubbish;
	memset(leaf.sha256, 0xab, sizeof(leaf.sha256));
	assert_string_equal(
		jq(&s.hs, ".tls.server | del(.ja3s, .hash)"),
		"{\"subject\":\"CN=api.example.com,O=M\xc3\xbcller \\\\+ S\xc3\xb6hne\","
		"\"issuer\":\"CN=Root\xef\xbf\xbd\\n\","
		"\"not_before\":\"2026-01-01T00:00:00Z\","
		"\"not_after\":\"9999-12-31T23:59:59Z\","
		"\"x509\":{\"serial_number\":\"0A\","
		"\"alternative_names\":[\"a.example\",\"\\\\x00\\\"\",\"192.0.2.1\"],"
		"\"public_key_algorithm\":\"RSA\",\"public_key_size\":2048,"
		"\"signature_algorithm\":\"SHA1-RSA\"}}");
	assert_string_equal(jq(&s.hs, ".tls.server.hash.sha256 | test(\"^(AB){32}$\")"), "true");
	assert_string_equal(jq(&s.hs, ".tls.client | keys - [\"ja3\", \"ja4\"]"),
			    "[\"hash\",\"server_name\",\"supported_ciphers\"]");
	assert_string_equal(jq(&s.hs, ".shaketap.findings"),
			    "[\"sha1_signature\",\"not_post_quantum\",\"pq_fallback\"]");
	leaf.not_after = 1795418472; /* a second before the sample */
	assert_string_equal(jq(&s.hs, ".shaketap.findings[1]"), "\"certificate_expired\"");
	leaf.not_after++;
	assert_string_equal(jq(&s.hs, ".shaketap.findings[1]"), "\"certificate_expires_soon\"");
	leaf = (struct tls_x509){ .parsed = true };
	assert_string_equal(jq(&s.hs, ".tls.server | del(.ja3s) | keys"), "[\"hash\"]");
	sample_success(&s);
	assert_string_equal(jq(&s.hs, ".shaketap | has(\"findings\")"), "false");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(success_as_in_the_contract),
		cmocka_unit_test(hellos_and_timeline),
		cmocka_unit_test(failure_as_in_the_contract),
		cmocka_unit_test(what_is_not_known_is_absent),
		cmocka_unit_test(hostile_bytes_stay_valid_json),
		cmocka_unit_test(key_exchange_by_what_was_negotiated),
		cmocka_unit_test(versions_retry_and_early_data),
		cmocka_unit_test(certificates_and_findings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
