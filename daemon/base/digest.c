/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/digest.h"

#include <stdbool.h>
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/evp.h>

struct digester {
	/* By kind, ready to begin; NULL: libcrypto refuses it. */
	EVP_MD_CTX *context[DIGEST_KINDS];
};

static const EVP_MD *method(enum digest_kind kind)
{
	switch (kind) {
	case DIGEST_MD5:
		return EVP_md5();
	case DIGEST_SHA1:
		return EVP_sha1();
	case DIGEST_SHA256:
		return EVP_sha256();
	case DIGEST_KINDS:
		break;
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

static EVP_MD_CTX *context_new(enum digest_kind kind)
{
	EVP_MD *md = EVP_MD_fetch(NULL, EVP_MD_get0_name(method(kind)), NULL);
	EVP_MD_CTX *context = md ? EVP_MD_CTX_new() : NULL;

	if (context && !EVP_DigestInit_ex2(context, md, NULL)) {
		EVP_MD_CTX_free(context);
		context = NULL;
	}
	EVP_MD_free(md); /* the context has its own share */
	return context;
}

struct digester *digester_new(void)
{
	struct digester *digester = calloc(1, sizeof(*digester));

	ERR_set_mark();
	for (int kind = 0; digester && kind < DIGEST_KINDS; kind++)
		digester->context[kind] = context_new((enum digest_kind)kind);
	ERR_pop_to_mark();
	return digester;
}

void digester_free(struct digester *digester)
{
	for (int kind = 0; digester && kind < DIGEST_KINDS; kind++)
		EVP_MD_CTX_free(digester->context[kind]);
	free(digester);
}

static bool digest_in(EVP_MD_CTX *context, struct bytes data, uint8_t *out, unsigned *n)
{
	return EVP_DigestInit_ex2(context, NULL, NULL) &&
	       EVP_DigestUpdate(context, data.p, data.n) && EVP_DigestFinal_ex(context, out, n);
}

size_t digest_with(struct digester *digester, enum digest_kind kind, struct bytes data,
		   uint8_t out[DIGEST_MAX])
{
	EVP_MD_CTX *context = digester ? digester->context[kind] : NULL;
	unsigned n = 0;

	if (!context)
		return digest(kind, data, out);
	if (digest_in(context, data, out, &n))
		return n;
	/* No mark for each digest: whoever uses libcrypto here leaves nothing in the queue. */
	ERR_clear_error();
	return 0;
}
