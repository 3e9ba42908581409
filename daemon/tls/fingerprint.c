/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JA3   md5("version,ciphers,extensions,groups,point formats"), lists in decimal, joined by "-"
 * JA3S  md5("version,cipher,extensions")
 * JA4   t | version 2 | d with server name, i without | ciphers 2 | extensions 2 | protocol 2
 *       _ sha256(ciphers, sorted) _ sha256(extensions, sorted "_" signature algorithms)
 *
 * Counts are decimal, the lists under a hash 4 hex digits joined by ",", hashes their first 12
 * digits.
 */
#include "tls/fingerprint.h"

#include <string.h>

#include "base/digest.h"
#include "base/reader.h"
#include "base/text.h"
#include "base/util.h"

/* Tools that try every suite there is offer some 400. */
#define FINGERPRINT_CODES_MAX 1024
/* Up to so many, as nearly every hello has, the plainest way to sort takes the least time. */
#define FEW_CODES 64
/* Bytes of the text under a hash. */
#define FINGERPRINT_TEXT_MAX 8191

#define JA4_COUNT_MAX 99
#define JA4_HASH_DIGITS 12
#define JA4_NO_HASH "000000000000"

#define EXT_SERVER_NAME 0
#define EXT_ALPN 16

static const char digits[] = "0123456789abcdef";

/* Codes without GREASE. */
struct codes {
	uint16_t code[FINGERPRINT_CODES_MAX];
	size_t n;
};

/* The first n hex digits. */
static bool add_digest(struct text *out, struct digester *digester, enum digest_kind kind,
		       const struct text *input, size_t n)
{
	uint8_t sum[DIGEST_MAX];

	if (input->cut ||
	    !digest_with(digester, kind, (struct bytes){ (uint8_t *)input->p, input->n }, sum))
		return false;
	text_hex(out, (struct bytes){ sum, n / 2 });
	return !out->cut;
}

static bool md5_of(struct digester *digester, const struct text *input, char out[TLS_JA3_SIZE])
{
	struct text t;

	text_init_over(&t, out, TLS_JA3_SIZE);
	return add_digest(&t, digester, DIGEST_MD5, input, TLS_JA3_SIZE - 1);
}

static void add_decimal(struct text *t, uint16_t code, bool *first)
{
	if (!*first)
		text_char(t, '-');
	text_u64(t, code);
	*first = false;
}

/* A field of JA3: the comma in front of it, and the codes. */
static void add_codes(struct text *t, struct bytes list)
{
	bool first = true;

	text_char(t, ',');
	for (size_t i = 0; i < list.n / 2; i++)
		if (!tls_is_grease(bytes_u16(list, i)))
			add_decimal(t, bytes_u16(list, i), &first);
}

/* So many ids are noted at most: a list that is full may lack some. */
static bool all_known(struct bytes extensions, size_t max)
{
	return extensions.n < 2 * max;
}

bool tls_ja3(const struct tls_client_hello *hello, struct digester *digester,
	     char out[TLS_JA3_SIZE])
{
	char buffer[FINGERPRINT_TEXT_MAX + 1];
	bool first = true;
	struct text t;

	if (hello->sslv2 || hello->torn || !all_known(hello->extensions, TLS_EXTENSIONS_MAX))
		return false;
	text_init_over(&t, buffer, sizeof(buffer));
	text_u64(&t, hello->legacy_version);
	add_codes(&t, hello->cipher_suites);
	add_codes(&t, hello->extensions);
	add_codes(&t, hello->groups);
	text_char(&t, ',');
	for (size_t i = 0; i < hello->point_formats.n; i++)
		add_decimal(&t, hello->point_formats.p[i], &first);
	return md5_of(digester, &t, out);
}

bool tls_ja3s(const struct tls_server_hello *hello, struct digester *digester,
	      char out[TLS_JA3_SIZE])
{
	char buffer[FINGERPRINT_TEXT_MAX + 1];
	struct text t;

	if (!all_known(hello->extensions, TLS_SERVER_EXTENSIONS_MAX))
		return false;
	text_init_over(&t, buffer, sizeof(buffer));
	text_u64(&t, hello->legacy_version);
	text_char(&t, ',');
	text_u64(&t, hello->cipher_suite);
	add_codes(&t, hello->extensions);
	return md5_of(digester, &t, out);
}

static bool collect(struct codes *codes, struct bytes list)
{
	codes->n = 0;
	for (size_t i = 0; i < list.n / 2; i++) {
		if (tls_is_grease(bytes_u16(list, i)))
			continue;
		if (codes->n == FINGERPRINT_CODES_MAX)
			return false;
		codes->code[codes->n++] = bytes_u16(list, i);
	}
	return true;
}

/* Put in order by one byte of each; equals keep their order. */
static void sort_by_byte(const struct codes *from, struct codes *to, unsigned shift)
{
	size_t place[257] = { 0 };

	for (size_t i = 0; i < from->n; i++)
		place[(from->code[i] >> shift & 0xff) + 1]++;
	for (size_t i = 1; i < ARRAY_SIZE(place); i++)
		place[i] += place[i - 1];
	for (size_t i = 0; i < from->n; i++)
		to->code[place[from->code[i] >> shift & 0xff]++] = from->code[i];
	to->n = from->n;
}

static void sort_few(struct codes *codes)
{
	for (size_t i = 1; i < codes->n; i++) {
		uint16_t code = codes->code[i];
		size_t at = i;

		for (; at && codes->code[at - 1] > code; at--)
			codes->code[at] = codes->code[at - 1];
		codes->code[at] = code;
	}
}

static void sort(struct codes *codes)
{
	struct codes other;

	if (codes->n <= FEW_CODES) {
		sort_few(codes);
		return;
	}
	sort_by_byte(codes, &other, 0);
	sort_by_byte(&other, codes, 8);
}

static bool remove_code(struct codes *codes, uint16_t code)
{
	size_t n = 0;

	for (size_t i = 0; i < codes->n; i++)
		if (codes->code[i] != code)
			codes->code[n++] = codes->code[i];
	if (n == codes->n)
		return false;
	codes->n = n;
	return true;
}

static void add_hex(struct text *t, const struct codes *codes)
{
	for (size_t i = 0; i < codes->n; i++) {
		uint16_t code = codes->code[i];
		char item[] = { ',', digits[code >> 12], digits[code >> 8 & 0xf],
				digits[code >> 4 & 0xf], digits[code & 0xf] };

		text_add(t, i ? item : item + 1, i ? 5 : 4);
	}
}

/* The highest of supported_versions, if that is there. */
static uint16_t offered_version(const struct tls_client_hello *hello)
{
	uint16_t highest = 0;

	if (!hello->versions.p)
		return hello->legacy_version;
	for (size_t i = 0; i < hello->versions.n / 2; i++) {
		uint16_t version = bytes_u16(hello->versions, i);

		if (!tls_is_grease(version) && version > highest)
			highest = version;
	}
	return highest;
}

/* Drafts have none: "00". */
static const char *version_letters(uint16_t version)
{
	static const struct {
		uint16_t version;
		char letters[3];
	} versions[] = {
		{ TLS_VERSION_1_3, "13" },
		{ TLS_VERSION_1_2, "12" },
		{ TLS_VERSION_1_1, "11" },
		{ TLS_VERSION_1_0, "10" },
		{ TLS_VERSION_SSL3, "s3" },
		{ TLS_VERSION_SSL2, "s2" },
		{ 0xfeff /* DTLS 1.0 */, "d1" },
		{ 0xfefd, "d2" },
		{ 0xfefc, "d3" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(versions); i++)
		if (versions[i].version == version)
			return versions[i].letters;
	return "00";
}

static bool is_alphanumeric(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* The first name that is no GREASE; an empty reader: none. */
static struct reader first_protocol(struct bytes alpn)
{
	struct reader list = reader_of(alpn), name = { NULL, 0 };

	while (reader_u8_prefixed(&list, &name))
		if (name.n != 2 || !tls_is_grease(bytes_u16(reader_rest(&name), 0)))
			return name;
	return (struct reader){ NULL, 0 };
}

/*
 * Its first and last character, or those of its hex form if one of the two is neither letter
 * nor digit.
 */
static void add_protocol(struct text *t, struct bytes alpn)
{
	struct reader name = first_protocol(alpn);
	uint8_t first, last;

	if (reader_empty(&name)) {
		text_string(t, "00");
		return;
	}
	first = name.p[0];
	last = name.p[name.n - 1];
	if (is_alphanumeric(first) && is_alphanumeric(last)) {
		text_char(t, (char)first);
		text_char(t, (char)last);
	} else {
		text_char(t, digits[first >> 4]);
		text_char(t, digits[last & 0xf]);
	}
}

static void add_count(struct text *t, size_t n)
{
	n = min_size(n, JA4_COUNT_MAX);
	text_char(t, digits[n / 10]);
	text_char(t, digits[n % 10]);
}

/* "_" and the hash of the sorted codes; of the signature algorithms too, as they came, if any. */
static bool add_hash(struct text *out, struct digester *digester, struct codes *codes,
		     const struct codes *signatures)
{
	char buffer[FINGERPRINT_TEXT_MAX + 1];
	struct text t;

	text_char(out, '_');
	if (!codes->n) {
		text_string(out, JA4_NO_HASH);
		return !out->cut;
	}
	sort(codes);
	text_init_over(&t, buffer, sizeof(buffer));
	add_hex(&t, codes);
	if (signatures && signatures->n) {
		text_char(&t, '_');
		add_hex(&t, signatures);
	}
	return add_digest(out, digester, DIGEST_SHA256, &t, JA4_HASH_DIGITS);
}

bool tls_ja4(const struct tls_client_hello *hello, struct digester *digester,
	     char out[TLS_JA4_SIZE])
{
	struct codes ciphers, extensions, signatures;
	size_t count;
	bool named;
	struct text t;

	if (hello->sslv2 || hello->torn || !all_known(hello->extensions, TLS_EXTENSIONS_MAX) ||
	    !collect(&ciphers, hello->cipher_suites) || !collect(&extensions, hello->extensions) ||
	    !collect(&signatures, hello->signatures))
		return false;
	count = extensions.n;
	named = remove_code(&extensions, EXT_SERVER_NAME);
	remove_code(&extensions, EXT_ALPN);
	text_init_over(&t, out, TLS_JA4_SIZE);
	text_char(&t, 't');
	text_string(&t, version_letters(offered_version(hello)));
	text_char(&t, named ? 'd' : 'i');
	add_count(&t, ciphers.n);
	add_count(&t, count);
	add_protocol(&t, hello->alpn);
	return add_hash(&t, digester, &ciphers, NULL) &&
	       add_hash(&t, digester, &extensions, &signatures);
}
