/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One case for and one against each finding. Code points are those of the IANA registries; which
 * suite, group or scheme is weak is said by the contract and by RFC 4492, 5246, 8446, 9325.
 */
/* links: out/findings.c out/facts.c tls/names.c tls/names_alert.c tls/names_cipher.c */
/* links: tls/names_group.c tls/names_handshake.c tls/names_signature.c tls/names_extension.c */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "out/findings.h"
#include "tls/x509.h"

#define BYTES(s) ((struct bytes){ (const uint8_t *)(s), sizeof(s) - 1 })
#define NOW 1795418473 /* date -u -d 2026-11-23T07:21:13Z +%s */
#define DAY 86400

struct fixture {
	struct handshake hs;
	struct tls_client_hello client;
	struct tls_x509 x509;
};

/* Nothing to object to: TLS 1.3, X25519MLKEM768, a name. */
static struct fixture *modern(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	f->hs.client_hello = &f->client;
	f->client.legacy_version = 0x0303;
	f->client.versions = BYTES("\x03\x04\x03\x03");
	f->client.server_name = BYTES("api.example.com");
	f->client.key_shares = BYTES("\x11\xec\x00\x1d");
	f->hs.has_server_hello = true;
	f->hs.server_hello.version = 0x0304;
	f->hs.server_hello.cipher_suite = 0x1301;
	f->hs.server_hello.has_key_share = f->hs.has_group = true;
	f->hs.server_hello.group = f->hs.group = 0x11ec;
	f->hs.resumption = HS_FULL;
	return f;
}

/* TLS 1.2 with a client that offers no more: ECDHE, x25519, AES-GCM, rsa_pss_rsae_sha256. */
static struct fixture *classic(struct fixture *f)
{
	modern(f);
	f->client.versions = (struct bytes){ 0 };
	f->client.key_shares = (struct bytes){ 0 };
	f->hs.server_hello = (struct tls_server_hello){ .version = 0x0303, .cipher_suite = 0xc02f };
	f->hs.group = 0x001d;
	f->hs.signature = 0x0804;
	f->hs.certificate[HS_SERVER] = &f->x509;
	f->x509.parsed = f->x509.has_not_before = f->x509.has_not_after = true;
	f->x509.not_before = NOW - 30 * DAY;
	f->x509.not_after = NOW + 60 * DAY;
	f->hs.cover = TLS_X509_COVERED;
	return f;
}

static uint32_t of(const struct fixture *f)
{
	return findings_of(&f->hs, UINT64_C(1000000000) * NOW + 999999999);
}

static bool holds(const struct fixture *f, enum finding finding)
{
	return of(f) >> finding & 1;
}

static void names_and_order(void **state)
{
	/* Section 5 of the contract. */
	static const char *const names[] = { "version_below_1_2",
					     "no_forward_secrecy",
					     "weak_cipher",
					     "cbc_cipher",
					     "weak_group",
					     "sha1_signature",
					     "certificate_expired",
					     "certificate_expires_soon",
					     "certificate_not_yet_valid",
					     "name_mismatch",
					     "self_signed",
					     "no_server_name",
					     "not_post_quantum",
					     "pq_fallback",
					     "version_fallback" };

	(void)state;
	assert_int_equal(sizeof(names) / sizeof(names[0]), FINDINGS);
	for (int i = 0; i < FINDINGS; i++)
		assert_string_equal(finding_name((enum finding)i), names[i]);
}

static void nothing_to_object_to(void **state)
{
	struct fixture f;

	(void)state;
	assert_int_equal(of(modern(&f)), 0);
	assert_int_equal(of(classic(&f)), 1 << FINDING_NOT_POST_QUANTUM);
	memset(&f, 0, sizeof(f)); /* nothing seen, nothing said */
	assert_int_equal(of(&f), 0);
}

static void versions(void **state)
{
	static const struct {
		uint16_t version;
		bool below;
	} rows[] = {
		{ 0x0002, true },  { 0x0300, true },  { 0x0301, true },	 { 0x0302, true },
		{ 0x0303, false }, { 0x0304, false }, { 0x7f1c, false }, { 0x0100, false },
	};
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		classic(&f)->hs.server_hello.version = rows[i].version;
		assert_int_equal(holds(&f, FINDING_VERSION_BELOW_1_2), rows[i].below);
		f.hs.has_server_hello = false;
		assert_false(holds(&f, FINDING_VERSION_BELOW_1_2));
	}
}

static void ciphers(void **state)
{
	static const struct {
		uint16_t suite;
		bool weak, cbc, no_forward_secrecy;
	} rows[] = {
		{ 0x0002, true, false, true },	 /* RSA_WITH_NULL_SHA */
		{ 0x0003, true, false, true },	 /* RSA_EXPORT_WITH_RC4_40_MD5 */
		{ 0x0005, true, false, true },	 /* RSA_WITH_RC4_128_SHA */
		{ 0x0006, true, true, true },	 /* RSA_EXPORT_WITH_RC2_CBC_40_MD5 */
		{ 0x0007, false, true, true },	 /* RSA_WITH_IDEA_CBC_SHA */
		{ 0x0009, true, true, true },	 /* RSA_WITH_DES_CBC_SHA */
		{ 0x000a, true, true, true },	 /* RSA_WITH_3DES_EDE_CBC_SHA */
		{ 0x0014, true, true, false },	 /* DHE_RSA_EXPORT_WITH_DES40_CBC_SHA */
		{ 0x0016, true, true, false },	 /* DHE_RSA_WITH_3DES_EDE_CBC_SHA */
		{ 0x002f, false, true, true },	 /* RSA_WITH_AES_128_CBC_SHA */
		{ 0x006d, true, true, false },	 /* DH_anon_WITH_AES_256_CBC_SHA256 */
		{ 0x009c, false, false, true },	 /* RSA_WITH_AES_128_GCM_SHA256 */
		{ 0x00a6, true, false, false },	 /* DH_anon_WITH_AES_128_GCM_SHA256 */
		{ 0xc004, false, true, true },	 /* ECDH_ECDSA_WITH_AES_128_CBC_SHA */
		{ 0xc009, false, true, false },	 /* ECDHE_ECDSA_WITH_AES_128_CBC_SHA */
		{ 0xc02b, false, false, false }, /* ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 */
		{ 0xcca9, false, false, false }, /* ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 */
		{ 0xc09c, false, false, true },	 /* RSA_WITH_AES_128_CCM */
		{ 0xfff0, false, false, false }, /* not assigned */
	};
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		classic(&f)->hs.server_hello.cipher_suite = rows[i].suite;
		if (holds(&f, FINDING_WEAK_CIPHER) != rows[i].weak ||
		    holds(&f, FINDING_CBC_CIPHER) != rows[i].cbc ||
		    holds(&f, FINDING_NO_FORWARD_SECRECY) != rows[i].no_forward_secrecy)
			fail_msg("0x%04x: %#x", rows[i].suite, of(&f));
	}
	modern(&f)->hs.server_hello.cipher_suite = 0xc0b4; /* TLS_SHA256_SHA256, RFC 9150 */
	assert_true(holds(&f, FINDING_WEAK_CIPHER));
	f.hs.server_hello.cipher_suite = 0x1303;
	assert_false(holds(&f, FINDING_WEAK_CIPHER));
	classic(&f)->hs.server_hello.cipher_suite = 0x009c; /* what a resumed session is made of */
	f.hs.resumption = HS_TICKET;			    /* was not seen */
	assert_false(holds(&f, FINDING_NO_FORWARD_SECRECY));
	modern(&f)->hs.server_hello.has_psk = true; /* psk_ke: no share */
	f.hs.server_hello.has_key_share = false;
	assert_true(holds(&f, FINDING_NO_FORWARD_SECRECY));
}

static void groups(void **state)
{
	static const struct {
		uint16_t group; /* 0: none */
		uint16_t dh_bits;
		bool weak;
	} rows[] = {
		{ 0x0001, 0, true },  /* sect163k1 */
		{ 0x0005, 0, true },  /* sect193r2 */
		{ 0x0006, 0, false }, /* sect233k1 */
		{ 0x000f, 0, true },  /* secp160k1 */
		{ 0x0013, 0, true },  /* secp192r1 */
		{ 0x0014, 0, false }, /* secp224k1 */
		{ 0x0017, 0, false }, /* secp256r1 */
		{ 0x0100, 0, false }, /* ffdhe2048 */
		{ 0, 1024, true },    { 0, 2047, true }, { 0, 2048, false }, { 0, 0, false },
	};
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		classic(&f)->hs.group = rows[i].group;
		f.hs.has_group = rows[i].group != 0;
		f.hs.dh_bits = rows[i].dh_bits;
		if (holds(&f, FINDING_WEAK_GROUP) != rows[i].weak)
			fail_msg("group 0x%04x, %u bits", rows[i].group, rows[i].dh_bits);
	}
}

static void signatures(void **state)
{
	static const struct {
		uint16_t scheme;
		bool certificate, found;
	} rows[] = {
		{ 0x0201, false, true },  /* rsa_pkcs1_sha1 */
		{ 0x0203, false, true },  /* ecdsa_sha1 */
		{ 0x0202, false, true },  /* DSA with SHA-1 */
		{ 0x0101, false, true },  /* RSA with MD5 */
		{ 0x0401, false, false }, /* rsa_pkcs1_sha256 */
		{ 0x0807, false, false }, /* ed25519 */
		{ 0, false, false },	  { 0, true, true },
	};
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		classic(&f)->hs.signature = rows[i].scheme;
		f.x509.weak_signature = rows[i].certificate;
		assert_int_equal(holds(&f, FINDING_SHA1_SIGNATURE), rows[i].found);
	}
}

static void validity(void **state)
{
	static const struct {
		int64_t before, after; /* seconds from now */
		bool expired, soon, early;
	} rows[] = {
		{ -DAY, 60 * DAY, false, false, false },
		{ -DAY, 30 * DAY, false, false, false },
		{ -DAY, 30 * DAY - 1, false, true, false },
		{ -DAY, 0, false, true, false }, /* the last second counts, RFC 5280 4.1.2.5 */
		{ -DAY, -1, true, false, false },
		{ 0, 60 * DAY, false, false, false },
		{ 1, 60 * DAY, false, false, true },
	};
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		classic(&f)->x509.not_before = NOW + rows[i].before;
		f.x509.not_after = NOW + rows[i].after;
		assert_int_equal(holds(&f, FINDING_CERTIFICATE_EXPIRED), rows[i].expired);
		assert_int_equal(holds(&f, FINDING_CERTIFICATE_EXPIRES_SOON), rows[i].soon);
		assert_int_equal(holds(&f, FINDING_CERTIFICATE_NOT_YET_VALID), rows[i].early);
	}
	f.x509.has_not_before = f.x509.has_not_after = false;
	assert_int_equal(of(&f), 1 << FINDING_NOT_POST_QUANTUM);
}

static void certificates(void **state)
{
	struct fixture f;

	(void)state;
	classic(&f)->hs.cover = TLS_X509_NOT_COVERED;
	assert_true(holds(&f, FINDING_NAME_MISMATCH));
	f.hs.cover = TLS_X509_COVER_UNKNOWN;
	assert_false(holds(&f, FINDING_NAME_MISMATCH));
	assert_false(holds(&f, FINDING_SELF_SIGNED));
	f.x509.self_signed = true;
	assert_true(holds(&f, FINDING_SELF_SIGNED));
	f.x509.parsed = false; /* nothing of it was understood */
	f.x509.weak_signature = true;
	assert_int_equal(of(&f), 1 << FINDING_NOT_POST_QUANTUM);
	f.x509.parsed = true;
	f.hs.certificate[HS_CLIENT] = &f.x509; /* the client's is another matter */
	f.hs.certificate[HS_SERVER] = NULL;
	assert_int_equal(of(&f), 1 << FINDING_NOT_POST_QUANTUM);
}

static void server_names(void **state)
{
	struct fixture f;

	(void)state;
	modern(&f)->client.server_name = (struct bytes){ 0 };
	assert_true(holds(&f, FINDING_NO_SERVER_NAME));
	f.hs.has_server_hello = false; /* the hello alone tells */
	assert_true(holds(&f, FINDING_NO_SERVER_NAME));
	f.hs.client_hello = NULL;
	assert_false(holds(&f, FINDING_NO_SERVER_NAME));
}

static void post_quantum(void **state)
{
	struct fixture f;

	(void)state;
	modern(&f)->hs.server_hello.group = 0x001d;
	assert_int_equal(of(&f), 1 << FINDING_NOT_POST_QUANTUM | 1 << FINDING_PQ_FALLBACK);
	f.client.key_shares = BYTES("\x00\x1d");
	f.client.groups = BYTES("\x11\xec\x00\x1d"); /* offered, but no share */
	assert_int_equal(of(&f), 1 << FINDING_NOT_POST_QUANTUM);
	classic(&f)->client.key_shares = BYTES("\x63\x99"); /* X25519Kyber768Draft00, TLS 1.2 */
	assert_true(holds(&f, FINDING_PQ_FALLBACK));
	f.hs.resumption = HS_SESSION_ID; /* no key exchange */
	assert_int_equal(of(&f), 0);
	modern(&f)->hs.has_server_hello = false;
	assert_int_equal(of(&f), 0);
}

/* RFC 8446 section 4.1.3, RFC 7507. */
static void fallback(void **state)
{
	static const struct {
		const char *end; /* of the random */
		bool offers_13;
		uint16_t offered, version;
		bool found;
	} rows[] = {
		{ "DOWNGRD\1", true, 0x0303, 0x0303, true },
		{ "DOWNGRD\0", true, 0x0303, 0x0302, true },
		{ "DOWNGRD\1", false, 0x0303, 0x0303, false }, /* a client of TLS 1.2 */
		{ "DOWNGRD\0", false, 0x0303, 0x0302, true },
		{ "DOWNGRD\0", false, 0x0302, 0x0302, false },
		{ "DOWNGRD\1", true, 0x0303, 0x0304, false },
		{ "DOWNGRD\2", true, 0x0303, 0x0303, false },
		{ "DOWNGRE\1", true, 0x0303, 0x0303, false },
	};
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		classic(&f)->hs.server_hello.version = rows[i].version;
		memcpy(f.hs.server_hello.random + 24, rows[i].end, 8);
		f.client.legacy_version = rows[i].offered;
		if (rows[i].offers_13)
			f.client.versions = BYTES("\x0a\x0a\x03\x04\x03\x03");
		if (holds(&f, FINDING_VERSION_FALLBACK) != rows[i].found)
			fail_msg("row %zu", i);
	}
	modern(&f)->client.fallback_scsv = true;
	assert_true(holds(&f, FINDING_VERSION_FALLBACK));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_order), cmocka_unit_test(nothing_to_object_to),
		cmocka_unit_test(versions),	   cmocka_unit_test(ciphers),
		cmocka_unit_test(groups),	   cmocka_unit_test(signatures),
		cmocka_unit_test(validity),	   cmocka_unit_test(certificates),
		cmocka_unit_test(server_names),	   cmocka_unit_test(post_quantum),
		cmocka_unit_test(fallback),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
