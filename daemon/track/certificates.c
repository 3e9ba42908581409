/* SPDX-License-Identifier: BSD-2-Clause */
#include "track/certificates.h"

#include <stdlib.h>
#include <string.h>

#include "tls/certificate.h"
#include "tls/names.h"
#include "tls/x509.h"

/* A set is found by a byte of the key and ordered by use, the latest in front. */
#define SETS 64
#define SET_SIZE 4

struct entry {
	uint8_t key[DIGEST_SHA256_LEN]; /* of the certificate and the server name it was asked by */
	struct tls_x509 *x509;		/* NULL: free */
};

struct certificates {
	struct entry entries[SETS][SET_SIZE];
};

struct certificates *certificates_new(void)
{
	return calloc(1, sizeof(struct certificates));
}

void certificates_free(struct certificates *certificates)
{
	if (!certificates)
		return;
	for (size_t i = 0; i < SETS; i++)
		for (size_t k = 0; k < SET_SIZE; k++)
			tls_x509_release(certificates->entries[i][k].x509);
	free(certificates);
}

/* Another form of certificate was agreed on, or may have been. */
static bool is_other_kind(const struct handshake *hs, enum hs_side side)
{
	enum { CERT_TYPE = 9, CLIENT_CERTIFICATE_TYPE = 19, SERVER_CERTIFICATE_TYPE = 20 };
	uint16_t own = side == HS_CLIENT ? CLIENT_CERTIFICATE_TYPE : SERVER_CERTIFICATE_TYPE;
	struct bytes ids = hs->server_hello.extensions;

	for (size_t i = 0; i < ids.n / 2; i++)
		if (bytes_u16(ids, i) == CERT_TYPE || bytes_u16(ids, i) == own)
			return true;
	return false;
}

/* The entry of the key, now the first of its set; without a certificate when it is new. */
static struct entry *entry_of(struct certificates *certificates,
			      const uint8_t key[DIGEST_SHA256_LEN])
{
	struct entry *set = certificates->entries[key[0] % SETS], found = { 0 };
	size_t i = 0;

	while (i < SET_SIZE - 1 && memcmp(set[i].key, key, DIGEST_SHA256_LEN))
		i++;
	if (!memcmp(set[i].key, key, DIGEST_SHA256_LEN))
		found = set[i];
	else
		tls_x509_release(set[i].x509); /* the one that was not asked for the longest */
	memmove(set + 1, set, i * sizeof(*set));
	memcpy(found.key, key, DIGEST_SHA256_LEN);
	set[0] = found;
	return set;
}

static struct tls_x509 *find(struct certificates *certificates, struct bytes der,
			     struct bytes server_name)
{
	uint8_t id[DIGEST_SHA256_LEN + TLS_X509_HOST_MAX], key[DIGEST_SHA256_LEN];
	struct entry *entry;

	if (server_name.n > TLS_X509_HOST_MAX)
		server_name.n = 0; /* no name of a host */
	if (!digest(DIGEST_SHA256, der, id))
		return NULL;
	if (server_name.n)
		memcpy(id + DIGEST_SHA256_LEN, server_name.p, server_name.n);
	if (!digest(DIGEST_SHA256, (struct bytes){ id, DIGEST_SHA256_LEN + server_name.n }, key))
		return NULL;
	entry = entry_of(certificates, key);
	if (!entry->x509)
		entry->x509 = tls_x509_parse(der, server_name);
	return entry->x509 ? tls_x509_keep(entry->x509) : NULL;
}

void certificates_note(struct certificates *certificates, struct handshake *hs, enum hs_side side,
		       struct bytes body)
{
	struct tls_certificate_list list;
	struct bytes server_name = { 0 };

	if (hs->certificate[side] || tls_is_13(hs->server_hello.version) ||
	    is_other_kind(hs, side) || tls_certificate_list_parse(body, &list) != TLS_OK ||
	    !list.count)
		return;
	if (side == HS_SERVER && hs->client_hello)
		server_name = hs->client_hello->server_name;
	hs->certificate[side] = find(certificates, list.leaf, server_name);
}
