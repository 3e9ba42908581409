/* SPDX-License-Identifier: BSD-2-Clause */
/* links: base/digest.c */
/* libs: -lcrypto */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "base/digest.h"

static void assert_digest(struct digester *digester, enum digest_kind kind, const char *text,
			  const char *want)
{
	struct bytes data = { (const uint8_t *)text, strlen(text) };
	uint8_t out[DIGEST_MAX];
	char hex[2 * DIGEST_MAX + 1];
	size_t n = digest_with(digester, kind, data, out);

	assert_int_equal(n, strlen(want) / 2);
	for (size_t i = 0; i < n; i++)
		snprintf(hex + 2 * i, 3, "%02x", out[i]);
	assert_string_equal(hex, want);
}

/* RFC 1321 appendix A.5, RFC 3174 section 7.3, FIPS 180-2 appendix B.1 */
static void assert_digests(struct digester *digester)
{
	assert_digest(digester, DIGEST_MD5, "", "d41d8cd98f00b204e9800998ecf8427e");
	assert_digest(digester, DIGEST_MD5, "message digest", "f96b697d7cb7938d525a2f31aaf161d0");
	assert_digest(digester, DIGEST_SHA1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d");
	assert_digest(digester, DIGEST_SHA256, "abc",
		      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void digests(void **state)
{
	struct digester *digester = digester_new();

	(void)state;
	assert_non_null(digester);
	assert_digests(NULL);
	assert_digests(digester);
	assert_digests(digester); /* nothing of the first time is left in it */
	digester_free(digester);
}

/* A policy without MD5, as a FIPS provider brings it. Last: it holds for the whole process. */
static void refused(void **state)
{
	const struct bytes nothing = { (const uint8_t *)"", 0 };
	struct digester *digester;
	uint8_t out[DIGEST_MAX];

	(void)state;
	assert_int_equal(EVP_default_properties_enable_fips(NULL, 1), 1);
	assert_int_equal(digest(DIGEST_MD5, nothing, out), 0);
	digester = digester_new();
	assert_non_null(digester);
	assert_int_equal(digest_with(digester, DIGEST_MD5, nothing, out), 0);
	digester_free(digester);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
