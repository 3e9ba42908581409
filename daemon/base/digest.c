/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/digest.h"

#include <openssl/err.h>
#include <openssl/evp.h>

static const EVP_MD *method(enum digest_kind kind)
{
	switch (kind) {
	case DIGEST_MD5:
		return EVP_md5();
	case DIGEST_SHA1:
		return EVP_sha1();
	case DIGEST_SHA256:
		return EVP_sha256();
	}
	return NULL;
}

size_t digest(enum digest_kind kind, struct bytes data, uint8_t out[DIGEST_MAX])
{
	const EVP_MD *md = method(kind);
	unsigned n = 0;

	/* The reason stays out of the queue, where the next reader would take it for its own. */
	ERR_set_mark();
	if (!md || !EVP_Digest(data.p, data.n, out, &n, md, NULL))
		n = 0;
	ERR_pop_to_mark();
	return n;
}
