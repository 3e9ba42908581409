/* SPDX-License-Identifier: BSD-2-Clause */
#include "out/findings.h"

#include <string.h>

#include "base/util.h"
#include "out/facts.h"
#include "tls/names.h"
#include "tls/x509.h"

#define SOON_SECONDS (INT64_C(30) * 24 * 3600)
/* RFC 9325 section 4.1; NIST SP 800-57 has 112 bits of strength for both. */
#define DH_BITS_MIN 2048

/* What the rules look at. */
struct view {
	const struct handshake *hs;
	const struct tls_client_hello *client; /* NULL: not seen */
	const struct tls_server_hello *server; /* NULL: not seen */
	uint32_t cipher;		       /* findings by the suite's name */
	const struct key_exchange *kx;	       /* NULL: none, or not known */
	const struct tls_x509 *x509;	       /* the server's; NULL: not seen, not readable */
	int64_t now;			       /* seconds since the epoch */
};

/* What must have been seen for a rule to hold, and to be asked. */
enum need {
	ANY = 0,
	CLIENT = 1 << 0,
	SERVER = 1 << 1,
	CIPHER = 1 << 2,
	KX = 1 << 3,
	X509 = 1 << 4
};

static bool version_below_1_2(const struct view *v)
{
	/* The numbers of drafts of TLS 1.3 are higher. */
	return v->server->version < TLS_VERSION_1_2 && tls_version_name(v->server->version);
}

static bool no_forward_secrecy(const struct view *v)
{
	return !v->kx->forward_secret;
}

#define BIT(finding) (1U << (finding))

/* Findings of a part of a suite's name, by how it begins: DES40 begins like DES. */
static uint32_t part_findings(const char *part)
{
	static const struct {
		char start[8];
		enum finding finding;
	} rows[] = {
		{ "NULL", FINDING_WEAK_CIPHER }, { "anon", FINDING_WEAK_CIPHER },
		{ "RC4", FINDING_WEAK_CIPHER },	 { "EXPORT", FINDING_WEAK_CIPHER },
		{ "DES", FINDING_WEAK_CIPHER },	 { "3DES", FINDING_WEAK_CIPHER },
		{ "CBC", FINDING_CBC_CIPHER },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (*part == *rows[i].start && !strncmp(part, rows[i].start, strlen(rows[i].start)))
			return BIT(rows[i].finding);
	return 0;
}

/* In one walk; parts are what lies between "_". */
static uint32_t cipher_findings(const char *cipher)
{
	/* The suites of RFC 9150 do not encrypt, like those with NULL. */
	static const char integrity_only[] = "TLS_SHA";
	uint32_t set = part_findings(cipher);

	if (!strncmp(cipher, integrity_only, strlen(integrity_only)))
		set |= BIT(FINDING_WEAK_CIPHER);
	for (; *cipher; cipher++)
		if (*cipher == '_')
			set |= part_findings(cipher + 1);
	return set;
}

static bool weak_cipher(const struct view *v)
{
	return v->cipher & BIT(FINDING_WEAK_CIPHER);
}

static bool cbc_cipher(const struct view *v)
{
	return v->cipher & BIT(FINDING_CBC_CIPHER);
}

/* Curves below 224 bits: sect163k1 .. sect193r2 and secp160k1 .. secp192r1 (RFC 4492). */
static bool is_weak_curve(uint16_t group)
{
	return (group >= 0x0001 && group <= 0x0005) || (group >= 0x000f && group <= 0x0013);
}

static bool weak_group(const struct view *v)
{
	return (v->hs->has_group && is_weak_curve(v->hs->group)) ||
	       (v->hs->dh_bits && v->hs->dh_bits < DH_BITS_MIN);
}

static bool sha1_signature(const struct view *v)
{
	/* RFC 5246 section 7.4.1.4.1: the hash is the first half of the scheme. */
	enum { HASH_MD5 = 1, HASH_SHA1 = 2 };
	unsigned hash = v->hs->signature >> 8;

	return hash == HASH_MD5 || hash == HASH_SHA1 || (v->x509 && v->x509->weak_signature);
}

static bool certificate_expired(const struct view *v)
{
	return v->x509->has_not_after && v->now > v->x509->not_after;
}

static bool certificate_expires_soon(const struct view *v)
{
	return v->x509->has_not_after && v->now <= v->x509->not_after &&
	       v->x509->not_after - v->now < SOON_SECONDS;
}

static bool certificate_not_yet_valid(const struct view *v)
{
	return v->x509->has_not_before && v->now < v->x509->not_before;
}

static bool name_mismatch(const struct view *v)
{
	return v->hs->cover == TLS_X509_NOT_COVERED;
}

static bool self_signed(const struct view *v)
{
	return v->x509->self_signed;
}

#define EXTENSION_SERVER_NAME 0 /* RFC 6066 section 3 */

static bool no_server_name(const struct view *v)
{
	const struct tls_client_hello *hello = v->client;

	if (hello->server_name.n || hello->torn || hello->sslv2)
		return false;
	for (size_t i = 0; i < hello->extensions.n / 2; i++)
		if (bytes_u16(hello->extensions, i) == EXTENSION_SERVER_NAME)
			return hello->server_name.p != NULL; /* NULL: it could not be read */
	return true;
}

static bool not_post_quantum(const struct view *v)
{
	return !v->kx->post_quantum;
}

static bool pq_fallback(const struct view *v)
{
	if (v->kx->post_quantum)
		return false;
	for (size_t i = 0; i < v->client->key_shares.n / 2; i++)
		if (tls_group_is_post_quantum(bytes_u16(v->client->key_shares, i)))
			return true;
	return false;
}

static bool offers_13(const struct tls_client_hello *client)
{
	for (size_t i = 0; i < client->versions.n / 2; i++)
		if (tls_is_13(bytes_u16(client->versions, i)))
			return true;
	return false;
}

/*
 * RFC 8446 section 4.1.3: a server that negotiates less than it can says so at the end of its
 * random. To a client that could not do more either that is no fallback.
 */
static bool is_downgraded(const struct tls_client_hello *client,
			  const struct tls_server_hello *server)
{
	static const uint8_t marker[7] = { 'D', 'O', 'W', 'N', 'G', 'R', 'D' };
	const uint8_t *end = server->random + TLS_RANDOM_LEN - sizeof(marker) - 1;
	bool below_1_2 = server->version < TLS_VERSION_1_2;

	if (tls_is_13(server->version) || memcmp(end, marker, sizeof(marker)) ||
	    end[sizeof(marker)] > 1)
		return false;
	return offers_13(client) || (below_1_2 && client->legacy_version >= TLS_VERSION_1_2);
}

static bool version_fallback(const struct view *v)
{
	return v->client->fallback_scsv || (v->server && is_downgraded(v->client, v->server));
}

static const struct {
	const char *name;
	bool (*holds)(const struct view *v);
	unsigned needs; /* enum need */
} rules[FINDINGS] = {
	[FINDING_VERSION_BELOW_1_2] = { "version_below_1_2", version_below_1_2, SERVER },
	[FINDING_NO_FORWARD_SECRECY] = { "no_forward_secrecy", no_forward_secrecy, KX },
	[FINDING_WEAK_CIPHER] = { "weak_cipher", weak_cipher, CIPHER },
	[FINDING_CBC_CIPHER] = { "cbc_cipher", cbc_cipher, CIPHER },
	[FINDING_WEAK_GROUP] = { "weak_group", weak_group, ANY },
	[FINDING_SHA1_SIGNATURE] = { "sha1_signature", sha1_signature, ANY },
	[FINDING_CERTIFICATE_EXPIRED] = { "certificate_expired", certificate_expired, X509 },
	[FINDING_CERTIFICATE_EXPIRES_SOON] = { "certificate_expires_soon", certificate_expires_soon,
					       X509 },
	[FINDING_CERTIFICATE_NOT_YET_VALID] = { "certificate_not_yet_valid",
						certificate_not_yet_valid, X509 },
	[FINDING_NAME_MISMATCH] = { "name_mismatch", name_mismatch, X509 },
	[FINDING_SELF_SIGNED] = { "self_signed", self_signed, X509 },
	[FINDING_NO_SERVER_NAME] = { "no_server_name", no_server_name, CLIENT },
	[FINDING_NOT_POST_QUANTUM] = { "not_post_quantum", not_post_quantum, KX },
	[FINDING_PQ_FALLBACK] = { "pq_fallback", pq_fallback, KX | CLIENT },
	[FINDING_VERSION_FALLBACK] = { "version_fallback", version_fallback, CLIENT },
};

const char *finding_name(enum finding finding)
{
	return rules[finding].name;
}

/* The name says what is wrong with a suite: of RFC 8446 section B.4, 0x13xx, nothing is. */
static uint32_t findings_of_suite(uint16_t suite)
{
	const char *name = suite >> 8 == 0x13 ? NULL : tls_cipher_name(suite);

	return name ? cipher_findings(name) : 0;
}

static unsigned seen_in(const struct view *v)
{
	return (v->client ? CLIENT : ANY) | (v->server ? SERVER : ANY) |
	       (v->cipher ? CIPHER : ANY) | (v->kx ? KX : ANY) | (v->x509 ? X509 : ANY);
}

uint32_t findings_of(const struct handshake *hs, uint64_t wall_time)
{
	const struct tls_server_hello *server = hs->has_server_hello ? &hs->server_hello : NULL;
	const struct tls_x509 *x509 = hs->certificate[HS_SERVER];
	struct key_exchange kx;
	const struct view view = {
		.hs = hs,
		.client = hs->client_hello,
		.server = server,
		.cipher = hs_has_cipher(hs) ? findings_of_suite(server->cipher_suite) : 0,
		.kx = facts_key_exchange(hs, &kx) ? &kx : NULL,
		.x509 = x509 && x509->parsed ? x509 : NULL,
		.now = (int64_t)(wall_time / NS_PER_S),
	};
	const unsigned seen = seen_in(&view);
	uint32_t set = 0;

	for (unsigned i = 0; i < FINDINGS; i++)
		if (!(rules[i].needs & ~seen) && rules[i].holds(&view))
			set |= BIT(i);
	return set;
}
