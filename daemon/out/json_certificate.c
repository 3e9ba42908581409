/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of a record about certificates, by the names of the Elastic Common Schema. */
#include <string.h>
#include <time.h>

#include "out/json_parts.h"
#include "tls/x509.h"

/* "2026-11-23T07:21:13Z" and its NUL. */
#define DATE_SIZE 21

static void add_date(struct json *j, const char *key, bool known, int64_t seconds)
{
	time_t t = (time_t)seconds;
	char date[DATE_SIZE];
	struct tm tm;

	if (known && gmtime_r(&t, &tm) && strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &tm))
		json_name(j, key, date);
}

/* The schema writes fingerprints in upper case. */
static void add_hash(struct json *j, const uint8_t sha256[DIGEST_SHA256_LEN])
{
	static const char digits[] = "0123456789ABCDEF";
	struct json_mark mark = json_object(j, "hash");
	char hex[2 * DIGEST_SHA256_LEN + 1] = { 0 };

	for (size_t i = 0; i < DIGEST_SHA256_LEN; i++) {
		hex[2 * i] = digits[sha256[i] >> 4];
		hex[2 * i + 1] = digits[sha256[i] & 15];
	}
	json_name(j, "sha256", hex);
	json_object_end(j, mark);
}

static void add_names(struct json *j, const struct tls_x509 *x509)
{
	const char *name = x509->names;

	if (!x509->name_count)
		return;
	json_list(j, "alternative_names");
	for (unsigned i = 0; i < x509->name_count; i++, name += strlen(name) + 1)
		json_string(j, NULL, name);
	json_list_end(j);
}

static void add_x509(struct json *j, const struct tls_x509 *x509)
{
	struct json_mark mark = json_object(j, "x509");

	json_string(j, "serial_number", x509->serial);
	add_names(j, x509);
	json_string(j, "public_key_algorithm", x509->key_algorithm);
	if (x509->key_bits)
		json_number(j, "public_key_size", x509->key_bits);
	json_string(j, "signature_algorithm", x509->signature_algorithm);
	json_object_end(j, mark);
}

void json_certificate(struct json *j, const struct tls_x509 *x509)
{
	if (!x509)
		return;
	if (x509->parsed) {
		json_string(j, "subject", x509->subject);
		json_string(j, "issuer", x509->issuer);
		add_date(j, "not_before", x509->has_not_before, x509->not_before);
		add_date(j, "not_after", x509->has_not_after, x509->not_after);
	}
	add_hash(j, x509->sha256);
	if (x509->parsed)
		add_x509(j, x509);
}
