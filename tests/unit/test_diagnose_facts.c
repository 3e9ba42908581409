/* SPDX-License-Identifier: BSD-2-Clause */
/* links: track/sentence.c track/clauses.c track/turns.c track/delivery.c track/offers.c */
/* links: track/flaws.c */
/* links: track/diagnose.c tls/names.c tls/names_alert.c tls/names_cipher.c tls/names_group.c */
/* links: tls/names_handshake.c tls/names_signature.c base/text.c base/text_escape.c */
/* links: tls/names_extension.c tls/hello.c tls/ext.c tls/x509.c base/digest.c */
/* libs: -lcrypto */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "certificate_bodies.h"
#include "diagnose_bench.h"
#include "track/sentence.h"
#include "wire.h"

#define BYTES_OF(array) ((struct bytes){ (array), sizeof(array) })
#define LIST(...)                                          \
	((struct bytes){ (const uint8_t[]){ __VA_ARGS__ }, \
			 sizeof((const uint8_t[]){ __VA_ARGS__ }) })
#define NAME(text) ((struct bytes){ (const uint8_t *)(text), sizeof(text) - 1 })

static struct tls_client_hello recorded;

/* A recorded hello in the hands of a server that has not answered. */
static struct handshake after(struct bytes body)
{
	assert_int_equal(tls_client_hello_parse(body, &recorded), TLS_OK);
	return (struct handshake){ .stage = HS_CLIENT_HELLO, .client_hello = &recorded };
}

/* What tshark shows of these hellos, see wire.h. */
static void what_clients_offer(void **state)
{
	const struct handshake gnutls = after(BYTES_OF(gnutls_client_hello));

	(void)state;
	expect_text(&gnutls, ALERT(HS_SERVER, 40),
		    "server alert handshake_failure (client offers 29 suites, "
		    "TLS 1.0, 1.1, 1.2 and 1.3)");
	expect_text(&gnutls, ALERT(HS_SERVER, 70),
		    "server alert protocol_version (client offers TLS 1.0, 1.1, 1.2 and 1.3)");
	expect_text(&gnutls, ALERT(HS_SERVER, 112),
		    "server alert unrecognized_name (client asked for example.test)");
	expect_text(&gnutls, ALERT(HS_SERVER, 80),
		    "server alert internal_error (client asked for example.test)");
	expect_text(&gnutls, ALERT(HS_SERVER, 120),
		    "server alert no_application_protocol (client offers h2)");
}

static void what_an_old_client_offers(void **state)
{
	const struct handshake openssl = after(BYTES_OF(openssl12_client_hello));

	(void)state;
	expect_text(&openssl, ALERT(HS_SERVER, 71),
		    "server alert insufficient_security (client offers 2 suites: "
		    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, "
		    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, up to TLS 1.2)");
	expect_text(&openssl, ALERT(HS_SERVER, 86),
		    "server alert inappropriate_fallback (client offers up to TLS 1.2, "
		    "TLS_FALLBACK_SCSV says that it could do better)");
}

/* Made to measure; lists are those of the wire, with GREASE (RFC 8701) and signals in them. */
static void what_a_narrow_client_offers(void **state)
{
	struct tls_client_hello hello = {
		.legacy_version = TLS_VERSION_1_2,
		.cipher_suites = LIST(0x0a, 0x0a, 0xc0, 0x2f, 0xc0, 0x30, 0xc0, 0x13, 0, 0xff),
		.extensions = LIST(0, 43),
		.versions = LIST(0x1a, 0x1a, 3, 3),
		.groups = LIST(0x2a, 0x2a, 0, 23, 0, 24, 0xfe, 0xff),
	};
	struct handshake hs = { .stage = HS_CLIENT_HELLO, .client_hello = &hello };

	(void)state;
	expect_text(&hs, ALERT(HS_SERVER, 40),
		    "server alert handshake_failure (client offers only ECDHE_RSA suites, TLS 1.2, "
		    "groups secp256r1 secp384r1 0xfeff, no server name)");
	expect_text(&hs, ALERT(HS_SERVER, 70),
		    "server alert protocol_version (client offers TLS 1.2 only)");
	expect_text(&hs, ALERT(HS_SERVER, 112),
		    "server alert unrecognized_name (client sent no server name)");
	hello.versions = LIST(3, 2, 3, 1);
	expect_text(&hs, ALERT(HS_SERVER, 70),
		    "server alert protocol_version (client offers TLS 1.0 and 1.1 only)");
	/* All there are: that it offers no other says nothing. Two of four say it. */
	hello.versions = LIST(0x1a, 0x1a, 3, 4, 3, 3, 3, 2, 3, 1);
	expect_text(&hs, ALERT(HS_SERVER, 70),
		    "server alert protocol_version (client offers TLS 1.0, 1.1, 1.2 and 1.3)");
	hello.versions = LIST(3, 4, 3, 3);
	expect_text(&hs, ALERT(HS_SERVER, 70),
		    "server alert protocol_version (client offers TLS 1.2 and 1.3 only)");
	hello.versions = LIST(3, 0, 3, 1);
	expect_text(&hs, ALERT(HS_SERVER, 70),
		    "server alert protocol_version (client offers SSL 3.0 and TLS 1.0 only)");
	hello.cipher_suites = LIST(0x13, 1);
	hello.groups = LIST(0, 29);
	expect_text(&hs, ALERT(HS_SERVER, 40),
		    "server alert handshake_failure (client offers only TLS_AES_128_GCM_SHA256, "
		    "SSL 3.0 and TLS 1.0, group x25519, no server name)");
	hello.cipher_suites = LIST(0x7f, 0x1c);
	hello.alpn = LIST(2, 'h', '2', 8, 'h', 't', 't', 'p', '/', '1', '.', '1');
	expect_text(&hs, ALERT(HS_SERVER, 120),
		    "server alert no_application_protocol (client offers h2, http/1.1)");
	/* Three names, whatever is in them. */
	hello.alpn = LIST(5, 'a', ',', ' ', 'b', '"', 1, ')', 3, 'h', '\'', '(');
	expect_text(&hs, ALERT(HS_SERVER, 120),
		    "server alert no_application_protocol "
		    "(client offers a\\x2c\\x20b\\x22, \\x29, h\\x27\\x28)");
	/* A field that could not be read was not left out. */
	hello.torn = true;
	hello.versions = hello.groups = (struct bytes){ 0 };
	expect_text(&hs, ALERT(HS_SERVER, 40),
		    "server alert handshake_failure (client offers only 0x7f1c)");
}

static void what_the_server_chose(void **state)
{
	struct tls_client_hello hello = { .extensions = LIST(0, 43), .versions = LIST(3, 4, 3, 3) };
	struct handshake hs = { .stage = HS_SERVER_HELLO,
				.client_hello = &hello,
				.has_server_hello = true,
				.server_hello = { .version = TLS_VERSION_1_0,
						  .cipher_suite = 0x0039 },
				.dh_bits = 1024 };

	(void)state;
	expect_text(&hs, ALERT(HS_CLIENT, 70),
		    "client alert protocol_version (server chose TLS 1.0, "
		    "client offers TLS 1.2 and 1.3 only)");
	expect_text(&hs, ALERT(HS_CLIENT, 40),
		    "client alert handshake_failure (server chose TLS 1.0, "
		    "TLS_DHE_RSA_WITH_AES_256_CBC_SHA, DH of 1024 bits)");
	hs.has_group = true;
	hs.group = 23;
	expect_text(&hs, ALERT(HS_CLIENT, 71),
		    "client alert insufficient_security (server chose TLS 1.0, "
		    "TLS_DHE_RSA_WITH_AES_256_CBC_SHA, secp256r1)");
	/* What was offered is not the question any more. */
	expect_text(&hs, ALERT(HS_SERVER, 40), "server alert handshake_failure");
	hs = (struct handshake){ .stage = HS_HELLO_RETRY_REQUEST,
				 .hello_retry_has_group = true,
				 .hello_retry_group = 24 };
	expect_text(&hs, ALERT(HS_CLIENT, 40),
		    "client alert handshake_failure (server asked for group secp384r1)");
}

/* Seconds since the epoch, by date -u -d. */
#define LEAF_FROM 1767225600	/* 2026-01-01 00:00:00 */
#define LEAF_UNTIL 1798859045	/* 2027-01-02 03:04:05 */
#define LEAF_ADDRESS 0xc0000201 /* 192.0.2.1 */
#define DAY 86400

/* The leaf of certificate_bodies.h in the clear, at this time, asked for by this name. */
static struct handshake shown(enum hs_side side, struct bytes der, const char *name, int64_t now)
{
	struct handshake hs = { .stage = HS_SERVER_HELLO_DONE,
				.client_certificate = side == HS_CLIENT ? HS_CERT_SENT : 0,
				.client_hello = &recorded,
				.client_hello_time = NOW,
				.wall_offset = (uint64_t)now * NS - NOW };
	struct tls_x509_names *names;

	recorded =
		(struct tls_client_hello){ .server_name = { (const uint8_t *)name, strlen(name) } };
	hs.certificate[side] = tls_x509_parse(der, &names);
	assert_non_null(hs.certificate[side]);
	hs.cover = tls_x509_cover(names, recorded.server_name);
	tls_x509_names_free(names);
	return hs;
}

static void expect_shown(struct handshake hs, struct ending ending, const char *text)
{
	expect_text(&hs, ending, text);
	tls_x509_release(hs.certificate[HS_CLIENT]);
	tls_x509_release(hs.certificate[HS_SERVER]);
}

static struct hs_end address_of(uint32_t ipv4)
{
	return (struct hs_end){ .addr = { 0, 0, htonl(0xffff), htonl(ipv4) }, .port = 443 };
}

static void what_the_servers_certificate_shows(void **state)
{
	const struct bytes leaf = BYTES_OF(leaf_der), old = BYTES_OF(old_der);
	const struct bytes many = BYTES_OF(many_der);
	const char *api = "api.example.com";
	struct handshake hs;

	(void)state;
	expect_shown(shown(HS_SERVER, leaf, api, LEAF_UNTIL + 3 * DAY + 7200), ALERT(HS_CLIENT, 45),
		     "client alert certificate_expired (certificate expired 3 days ago)");
	expect_shown(shown(HS_SERVER, leaf, api, LEAF_UNTIL + DAY), ALERT(HS_CLIENT, 42),
		     "client alert bad_certificate (certificate expired 1 day ago)");
	expect_shown(shown(HS_SERVER, leaf, api, LEAF_UNTIL + 7200), ALERT(HS_CLIENT, 45),
		     "client alert certificate_expired (certificate expired 2 hours ago)");
	expect_shown(shown(HS_SERVER, leaf, api, LEAF_UNTIL + 1), ALERT(HS_CLIENT, 45),
		     "client alert certificate_expired (certificate expired 1 second ago)");
	expect_shown(shown(HS_SERVER, leaf, api, LEAF_UNTIL), ALERT(HS_CLIENT, 45),
		     "client alert certificate_expired (certificate valid until 2027-01-02)");
	expect_shown(shown(HS_SERVER, leaf, api, LEAF_FROM - 1), ALERT(HS_CLIENT, 45),
		     "client alert certificate_expired (certificate not valid before 2026-01-01)");
	expect_shown(shown(HS_SERVER, leaf, api, LEAF_FROM), ALERT(HS_CLIENT, 48),
		     "client alert unknown_ca (issuer CN=Root)");
	expect_shown(shown(HS_SERVER, leaf, api, LEAF_FROM), ALERT(HS_CLIENT, 46),
		     "client alert certificate_unknown (issuer CN=Root)");
	expect_shown(shown(HS_SERVER, leaf, "b.example", LEAF_FROM), ALERT(HS_CLIENT, 46),
		     "client alert certificate_unknown (certificate is for api.example.com and 3 "
		     "more, not for b.example)");
	expect_shown(shown(HS_SERVER, many, "b.example", 2493072000), ALERT(HS_CLIENT, 42),
		     "client alert bad_certificate (certificate is for 00.x and many more, not for "
		     "b.example)");
	expect_shown(shown(HS_SERVER, old, "b.example", LEAF_FROM), ALERT(HS_CLIENT, 42),
		     "client alert bad_certificate (certificate names no host, not b.example, "
		     "certificate is self-signed)");
	/* leaf is for 192.0.2.1 as well, among others: who goes there by address has no complaint.
	 */
	hs = shown(HS_SERVER, leaf, "", LEAF_FROM);
	hs.end[HS_SERVER] = address_of(LEAF_ADDRESS + 1);
	expect_shown(hs, ALERT(HS_CLIENT, 42),
		     "client alert bad_certificate (client asked for no name, certificate is for "
		     "api.example.com and 3 more)");
	hs = shown(HS_SERVER, leaf, "", LEAF_FROM);
	hs.end[HS_SERVER] = address_of(LEAF_ADDRESS);
	expect_shown(hs, ALERT(HS_CLIENT, 42), "client alert bad_certificate (issuer CN=Root)");
	expect_shown(shown(HS_SERVER, old, "", LEAF_FROM), ALERT(HS_CLIENT, 48),
		     "client alert unknown_ca (certificate is self-signed)");
	/* Who hangs up without a word may have had the same reason. */
	expect_shown(shown(HS_SERVER, leaf, "b.example", LEAF_FROM), FIN(HS_CLIENT),
		     "client closed the connection without an alert (certificate is for "
		     "api.example.com and 3 more, not for b.example)");
	expect_shown(shown(HS_SERVER, leaf, api, LEAF_FROM), RST(HS_CLIENT),
		     "client reset the connection");
	hs = shown(HS_SERVER, old, "", LEAF_FROM);
	hs.stage = HS_CLIENT_KEY_EXCHANGE; /* it has accepted the certificate */
	expect_shown(hs, RST(HS_CLIENT), "client reset the connection");
	/* Without a clock nothing is said of dates. */
	hs = shown(HS_SERVER, leaf, api, LEAF_UNTIL + DAY);
	hs.wall_offset = 0;
	expect_shown(hs, ALERT(HS_CLIENT, 45), "client alert certificate_expired");
}

static void what_the_clients_certificate_shows(void **state)
{
	const struct bytes leaf = BYTES_OF(leaf_der);

	(void)state;
	expect_shown(shown(HS_CLIENT, leaf, "b.example", LEAF_UNTIL + 40 * DAY),
		     ALERT(HS_SERVER, 45),
		     "server alert certificate_expired (client certificate expired 40 days ago)");
	expect_shown(shown(HS_CLIENT, leaf, "b.example", LEAF_FROM), ALERT(HS_SERVER, 48),
		     "server alert unknown_ca (issuer CN=Root)");
	/* Its names are not those of a server, and nobody asked for one. */
	expect_shown(shown(HS_CLIENT, leaf, "b.example", LEAF_FROM), ALERT(HS_SERVER, 42),
		     "server alert bad_certificate (issuer CN=Root)");
}

/* Distinguished names in the form of RFC 2253: what looks like a CN inside of a value is none. */
static void the_issuers_name(void **state)
{
	static const struct {
		const char *issuer, *text;
	} names[] = {
		{ "CN=Root", "issuer CN=Root" },
		{ "O=Test\\, Inc.,CN=My Root CA+OU=x,C=DE", "issuer CN=My Root CA" },
		{ "O=a\\,CN=b,C=DE", "issuer O=a\\x5c,CN=b,C=DE" },
		{ "CN=a\\, \\\"b\\\" \\+ \\0Ac,C=DE", "issuer CN=a, \"b\" + \\x0ac" },
		{ "CN=M\xc3\xbcller", "issuer CN=M\\xc3\\xbcller" },
		{ "CN=\\", "issuer CN=\\x5c" },
		{ "CN=\\0", "issuer CN=0" },
		{ "O=\x1b[2J", "issuer O=\\x1b[2J" },
		{ "CN=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		  "issuer CN=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa..." },
		{ "", NULL },
	};
	char want[200];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct tls_x509 x509 = { .parsed = true, .issuer = names[i].issuer };
		struct handshake hs = { .stage = HS_SERVER_HELLO_DONE,
					.certificate[HS_SERVER] = &x509 };

		snprintf(want, sizeof(want), "client alert unknown_ca%s%s%s",
			 names[i].text ? " (" : "", names[i].text ? names[i].text : "",
			 names[i].text ? ")" : "");
		expect_text(&hs, ALERT(HS_CLIENT, 48), want);
	}
}

/* A name of the wire neither ends the line nor the sentence. */
static void hostile_names(void **state)
{
	struct tls_client_hello hello = { .server_name = NAME("a\n b\x1b[0m\\x\xff") };
	struct handshake hs = { .stage = HS_CLIENT_HELLO, .client_hello = &hello };
	uint8_t bytes[255], lists[4][600];

	(void)state;
	expect_text(&hs, ALERT(HS_SERVER, 112),
		    "server alert unrecognized_name (client asked for "
		    "a\\x0a\\x20b\\x1b[0m\\x5cx\\xff)");
	hello.alpn = LIST(3, 'a', '\n', ',', 1, 0xe2);
	expect_text(&hs, ALERT(HS_SERVER, 120),
		    "server alert no_application_protocol (client offers a\\x0a\\x2c, \\xe2)");
	/* Every byte, every length; check_text() looks at the outcome. */
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i + 1);
	for (size_t n = 0; n <= sizeof(bytes); n++) {
		hello.server_name = (struct bytes){ bytes + sizeof(bytes) - n, n };
		lists[0][0] = (uint8_t)n;
		memcpy(lists[0] + 1, bytes, n);
		memcpy(lists[0] + 1 + n, "\2h2", 3);
		hello.alpn = (struct bytes){ lists[0], n + 4 };
		for (unsigned k = 1; k < 4; k++)
			memset(lists[k], (int)(0xc0 + k), 2 * n);
		hello.cipher_suites = (struct bytes){ lists[1], 2 * n };
		hello.groups = (struct bytes){ lists[2], 2 * (n % 4) };
		hello.versions = (struct bytes){ lists[3], 2 * n };
		for (unsigned code = 0; code < 256; code++)
			diagnosis(&hs, ALERT(HS_SERVER, (uint16_t)code));
	}
}

/* However small the room: what stands there is a beginning of the whole, closed. */
static void a_sentence_fits_its_room(void **state)
{
	static const char whole[] = "server alert x (first fact, second fact)";
	char buffer[64], word[16];
	struct sentence s;

	(void)state;
	for (size_t size = 2; size <= sizeof(buffer); size++) {
		memset(buffer, 'Z', sizeof(buffer));
		sentence_begin(&s, buffer, size);
		sentence_say(&s, "server %s", "alert x");
		sentence_fact(&s, "first %s", "fact");
		sentence_fact(&s, "second fact");
		sentence_end(&s);
		assert_true(strlen(buffer) < size);
		if (size < sizeof(buffer))
			assert_int_equal(buffer[size], 'Z');
		if (size > strlen(whole))
			assert_string_equal(buffer, whole);
		else if (size > strlen("server alert x (first fact)"))
			assert_string_equal(buffer, "server alert x (first fact)");
		else if (size > strlen("server alert x") + 1) /* a place is kept */
			assert_string_equal(buffer, "server alert x");
		else
			assert_memory_equal(buffer, whole, strlen(buffer));
	}
	assert_string_equal(sentence_word(word, sizeof(word), NAME("abcdefghijklmno")),
			    "abcdefghijklmno");
	assert_string_equal(sentence_word(word, sizeof(word), NAME("abcdefghijklmnop")),
			    "abcdefghijkl...");
	/* No escape is cut in two. */
	assert_string_equal(sentence_word(word, sizeof(word), NAME("\1\2\3\4")),
			    "\\x01\\x02\\x03...");
	assert_string_equal(sentence_word(word, sizeof(word), NAME("ab\1\2\3\4")),
			    "ab\\x01\\x02...");
	assert_string_equal(sentence_words(word, sizeof(word), NAME("a b")), "a b");
	assert_string_equal(sentence_word(word, sizeof(word), NAME("")), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_clients_offer),
		cmocka_unit_test(what_an_old_client_offers),
		cmocka_unit_test(what_a_narrow_client_offers),
		cmocka_unit_test(what_the_server_chose),
		cmocka_unit_test(what_the_servers_certificate_shows),
		cmocka_unit_test(what_the_clients_certificate_shows),
		cmocka_unit_test(the_issuers_name),
		cmocka_unit_test(hostile_names),
		cmocka_unit_test(a_sentence_fits_its_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
