/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls/x509.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/digest.h"
#include "base/text.h"
#include "base/util.h"

/* All strings of one certificate. */
#define TEXT_MAX (2 * (TLS_X509_NAME_MAX + 1) + TLS_X509_SERIAL_MAX + 1 + TLS_X509_NAMES_SIZE)

/* The year of ASN1_TIME begins there (RFC 5280 section 4.1.2.5). */
#define YEAR_MIN 1950

/* What is being gathered: the strings are still offsets + 1 into `text`, 0: none. */
struct gathering {
	struct tls_x509 facts;
	size_t subject, issuer, serial, names;
	size_t used;
	char text[TEXT_MAX];
};

/* Add a string; where it is. 0: too long, or it has a NUL inside. */
static size_t gather(struct gathering *g, const char *p, size_t n, size_t max)
{
	size_t at = g->used;

	if (!n || n > max || n >= sizeof(g->text) - at || memchr(p, '\0', n))
		return 0;
	memcpy(g->text + at, p, n);
	g->text[at + n] = '\0';
	g->used = at + n + 1;
	return at + 1;
}

/* libcrypto escapes control characters of ASCII only; RFC 4514 section 2.4 lets any be escaped. */
static size_t gather_shown(struct gathering *g, const char *s)
{
	char shown[TLS_X509_NAME_MAX + 1];
	struct text t;

	text_init_over(&t, shown, sizeof(shown));
	while (*s) {
		size_t n = text_control_length(s);

		if (!n)
			text_char(&t, *s++);
		for (; n; n--)
			text_printf(&t, "\\%02X", (uint8_t)*s++);
	}
	return t.cut ? 0 : gather(g, shown, t.n, TLS_X509_NAME_MAX);
}

static size_t gather_name(struct gathering *g, const X509_NAME *name)
{
	BIO *bio = BIO_new(BIO_s_mem());
	size_t at = 0;
	char *p;

	/* What is not known is escaped; letters beyond ASCII are not. */
	if (bio && X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0 &&
	    BIO_write(bio, "", 1) == 1) {
		long n = BIO_get_mem_data(bio, &p);

		if (strlen(p) == (size_t)n - 1)
			at = gather_shown(g, p);
	}
	BIO_free(bio);
	return at;
}

static size_t gather_serial(struct gathering *g, const ASN1_INTEGER *serial)
{
	static const char digits[] = "0123456789ABCDEF";
	const unsigned char *p = ASN1_STRING_get0_data(serial);
	int n = ASN1_STRING_length(serial);
	char hex[TLS_X509_SERIAL_MAX];
	size_t used = 0;

	if (n < 0 || (size_t)n > sizeof(hex) / 2 - 1)
		return 0;
	if (ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER)
		hex[used++] = '-';
	for (int i = 0; i < n; i++) {
		hex[used++] = digits[p[i] >> 4];
		hex[used++] = digits[p[i] & 15];
	}
	if (!n)
		return gather(g, "00", 2, sizeof(hex));
	return gather(g, hex, used, sizeof(hex));
}

static bool read_time(const ASN1_TIME *asn1, int64_t *seconds)
{
	struct tm tm;

	/* ASN1_TIME_to_tm(NULL) would be the time of now. */
	if (!asn1 || !ASN1_TIME_to_tm(asn1, &tm) || tm.tm_year + 1900 < YEAR_MIN)
		return false;
	*seconds = timegm(&tm);
	return true;
}

static const struct {
	int md, pk;
	const char *name;
} signatures[] = {
	{ NID_md2, NID_rsaEncryption, "MD2-RSA" },
	{ NID_md5, NID_rsaEncryption, "MD5-RSA" },
	{ NID_sha1, NID_rsaEncryption, "SHA1-RSA" },
	{ NID_sha256, NID_rsaEncryption, "SHA256-RSA" },
	{ NID_sha384, NID_rsaEncryption, "SHA384-RSA" },
	{ NID_sha512, NID_rsaEncryption, "SHA512-RSA" },
	{ NID_sha256, NID_rsassaPss, "SHA256-RSAPSS" },
	{ NID_sha384, NID_rsassaPss, "SHA384-RSAPSS" },
	{ NID_sha512, NID_rsassaPss, "SHA512-RSAPSS" },
	{ NID_sha1, NID_dsa, "DSA-SHA1" },
	{ NID_sha256, NID_dsa, "DSA-SHA256" },
	{ NID_sha1, NID_X9_62_id_ecPublicKey, "ECDSA-SHA1" },
	{ NID_sha256, NID_X9_62_id_ecPublicKey, "ECDSA-SHA256" },
	{ NID_sha384, NID_X9_62_id_ecPublicKey, "ECDSA-SHA384" },
	{ NID_sha512, NID_X9_62_id_ecPublicKey, "ECDSA-SHA512" },
	{ NID_undef, NID_ED25519, "Ed25519" },
};

static void read_signature(struct tls_x509 *facts, X509 *x509)
{
	int md = NID_undef, pk = NID_undef;

	/* Its result tells whether all is known; what is known it gives either way. */
	X509_get_signature_info(x509, &md, &pk, NULL, NULL);
	if (pk == NID_dsa_2)
		pk = NID_dsa;
	for (size_t i = 0; i < ARRAY_SIZE(signatures); i++)
		if (signatures[i].md == md && signatures[i].pk == pk)
			facts->signature_algorithm = signatures[i].name;
	facts->weak_signature = md == NID_md2 || md == NID_md4 || md == NID_md5 || md == NID_sha1;
}

static void read_key(struct tls_x509 *facts, X509 *x509)
{
	static const struct {
		int id;
		const char *name;
	} keys[] = {
		{ EVP_PKEY_RSA, "RSA" },	 { EVP_PKEY_RSA_PSS, "RSA" },
		{ EVP_PKEY_DSA, "DSA" },	 { EVP_PKEY_EC, "ECDSA" },
		{ EVP_PKEY_ED25519, "Ed25519" }, { EVP_PKEY_ED448, "Ed448" },
	};
	const EVP_PKEY *key = X509_get0_pubkey(x509);
	int bits;

	if (!key)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (EVP_PKEY_get_base_id(key) == keys[i].id)
			facts->key_algorithm = keys[i].name;
	bits = EVP_PKEY_get_bits(key);
	facts->key_bits = bits > 0 ? (uint32_t)bits : 0;
}

/* A DNS name or an address as text; false: another kind of name, or no text to be of use. */
static bool name_text(const GENERAL_NAME *name, struct text *t)
{
	char addr[INET6_ADDRSTRLEN];
	const ASN1_STRING *string;
	struct bytes b;
	int type;

	string = GENERAL_NAME_get0_value(name, &type);
	if (type != GEN_DNS && type != GEN_IPADD)
		return false;
	b = (struct bytes){ ASN1_STRING_get0_data(string), (size_t)ASN1_STRING_length(string) };
	if (type == GEN_DNS) {
		text_wire(t, b);
	} else if (b.n == sizeof(struct in_addr) || b.n == sizeof(struct in6_addr)) {
		inet_ntop(b.n == sizeof(struct in_addr) ? AF_INET : AF_INET6, b.p, addr,
			  sizeof(addr));
		text_string(t, addr);
	}
	return t->n && !t->cut;
}

/* False: they are there, but broken, and nobody can tell what they cover. */
static bool gather_names(struct gathering *g, X509 *x509)
{
	int critical, n;
	size_t start = g->used;
	GENERAL_NAMES *names = X509_get_ext_d2i(x509, NID_subject_alt_name, &critical, NULL);

	if (!names && critical != -1)
		return false;
	n = sk_GENERAL_NAME_num(names); /* -1: of NULL */
	for (int i = 0; i < n && g->facts.name_count < TLS_X509_NAMES_MAX; i++) {
		char room[TLS_X509_HOST_MAX + 1];
		struct text t;

		text_init_over(&t, room, sizeof(room));
		if (!name_text(sk_GENERAL_NAME_value(names, i), &t))
			continue;
		if (g->used - start + t.n + 1 > TLS_X509_NAMES_SIZE ||
		    !gather(g, t.p, t.n, TLS_X509_HOST_MAX))
			break;
		g->facts.name_count++;
	}
	if (g->facts.name_count)
		g->names = start + 1;
	GENERAL_NAMES_free(names);
	return true;
}

/* False: there is no telling what it covers. */
static bool gather_all(struct gathering *g, X509 *x509)
{
	struct tls_x509 *facts = &g->facts;

	facts->parsed = true;
	facts->has_not_before = read_time(X509_get0_notBefore(x509), &facts->not_before);
	facts->has_not_after = read_time(X509_get0_notAfter(x509), &facts->not_after);
	g->subject = gather_name(g, X509_get_subject_name(x509));
	g->issuer = gather_name(g, X509_get_issuer_name(x509));
	g->serial = gather_serial(g, X509_get0_serialNumber(x509));
	read_signature(facts, x509);
	read_key(facts, x509);
	facts->self_signed = X509_get_extension_flags(x509) & EXFLAG_SS;
	return gather_names(g, x509);
}

static struct tls_x509 *finish(const struct gathering *g)
{
	struct tls_x509 *x509 = malloc(sizeof(*x509) + g->used);
	char *text;

	if (!x509)
		return NULL;
	text = (char *)(x509 + 1);
	*x509 = g->facts;
	memcpy(text, g->text, g->used);
	x509->subject = g->subject ? text + g->subject - 1 : NULL;
	x509->issuer = g->issuer ? text + g->issuer - 1 : NULL;
	x509->serial = g->serial ? text + g->serial - 1 : NULL;
	x509->names = g->names ? text + g->names - 1 : NULL;
	return x509;
}

/* Nothing but another name: the type of libcrypto stays in this file. */
static X509 *x509_of(const struct tls_x509_names *names)
{
	return (X509 *)names;
}

struct tls_x509 *tls_x509_parse(struct bytes der, struct tls_x509_names **names)
{
	const unsigned char *p = der.p;
	struct gathering g;
	X509 *x509 = NULL;

	*names = NULL;
	g.facts = (struct tls_x509){ .references = 1 };
	g.subject = g.issuer = g.serial = g.names = g.used = 0;
	if (!digest(DIGEST_SHA256, der, g.facts.sha256))
		return NULL;
	if (der.n <= TLS_X509_DER_MAX)
		x509 = d2i_X509(NULL, &p, (long)der.n);
	if (x509 && p == der.p + der.n && gather_all(&g, x509))
		*names = (struct tls_x509_names *)x509;
	else
		X509_free(x509);
	ERR_clear_error(); /* what libcrypto thinks of it is for nobody */
	return finish(&g);
}

enum tls_x509_cover tls_x509_cover(const struct tls_x509_names *names, struct bytes name)
{
	unsigned char addr[sizeof(struct in6_addr)];
	char host[TLS_X509_HOST_MAX + 1];
	int result;

	if (!names || !name.n || name.n > TLS_X509_HOST_MAX)
		return TLS_X509_COVER_UNKNOWN;
	if (name.p[name.n - 1] == '.') /* the root's, which certificates leave out */
		name.n--;
	/* A dot in front would ask for any host of a domain. */
	if (!name.n || name.p[0] == '.')
		return TLS_X509_COVER_UNKNOWN;
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] <= ' ' || name.p[i] > '~')
			return TLS_X509_COVER_UNKNOWN;
	memcpy(host, name.p, name.n);
	host[name.n] = '\0';
	if (inet_pton(AF_INET, host, addr) == 1)
		result = X509_check_ip(x509_of(names), addr, sizeof(struct in_addr), 0);
	else if (inet_pton(AF_INET6, host, addr) == 1)
		result = X509_check_ip(x509_of(names), addr, sizeof(struct in6_addr), 0);
	else
		result = X509_check_host(x509_of(names), host, name.n, 0, NULL);
	ERR_clear_error();
	if (result < 0)
		return TLS_X509_COVER_UNKNOWN;
	return result ? TLS_X509_COVERED : TLS_X509_NOT_COVERED;
}

struct tls_x509 *tls_x509_keep(struct tls_x509 *x509)
{
	x509->references++;
	return x509;
}

void tls_x509_release(struct tls_x509 *x509)
{
	if (x509 && !--x509->references)
		free(x509);
}

void tls_x509_names_free(struct tls_x509_names *names)
{
	X509_free(x509_of(names));
}
