/* SPDX-License-Identifier: BSD-2-Clause */
/* Message digests, by libcrypto. MD5 and SHA-1 name things here, they protect nothing. */
#ifndef SHAKETAP_DIGEST_H
#define SHAKETAP_DIGEST_H

#include "base/bytes.h"

enum digest_kind { DIGEST_MD5, DIGEST_SHA1, DIGEST_SHA256, DIGEST_KINDS };

#define DIGEST_MD5_LEN 16
#define DIGEST_SHA1_LEN 20
#define DIGEST_SHA256_LEN 32
#define DIGEST_MAX DIGEST_SHA256_LEN

/*
 * The digest of `data`, which may be empty. Returns its length, one of those above, or 0 when
 * libcrypto refuses: memory is out, or its policy (a FIPS provider) does not have the digest.
 * Then `out` is not to be read.
 */
size_t digest(enum digest_kind kind, struct bytes data, uint8_t out[DIGEST_MAX]);

/*
 * What a digest needs, made ready once: to look for the method in libcrypto takes ten times as
 * long as to digest a line. NULL: memory is out.
 */
struct digester;
struct digester *digester_new(void);
void digester_free(struct digester *digester);

/* As digest(), which it is without a digester (NULL). */
size_t digest_with(struct digester *digester, enum digest_kind kind, struct bytes data,
		   uint8_t out[DIGEST_MAX]);

#endif
