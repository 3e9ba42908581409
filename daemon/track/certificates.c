/* SPDX-License-Identifier: BSD-2-Clause */
#include "track/certificates.h"

#include <stdlib.h>
#include <string.h>

#include "tls/certificate.h"
#include "tls/names.h"
#include "tls/x509.h"

/* A set is found by a hash and ordered by use, the latest in front. */
#define SETS 64
#define SET_SIZE 4
/* Larger ones are read anew each time: a quarter of a thousand that are made to be large stay
 * small. */
#define KEPT_MAX 8192

/* A certificate that was read. */
struct entry {
	struct tls_x509 *x509; /* NULL: free */
	uint8_t *der;
	size_t length; /* of der */
	struct tls_x509_names *names;
};

/* A name that was looked up in one. */
struct question {
	struct tls_x509 *x509; /* NULL: free */
	uint8_t name[TLS_X509_HOST_MAX];
	uint8_t length;
	uint8_t cover; /* enum tls_x509_cover */
};

struct certificates {
	struct entry entries[SETS][SET_SIZE];
	struct question questions[SETS][SET_SIZE];
};

static void entry_free(struct entry *entry)
{
	free(entry->der);
	tls_x509_release(entry->x509);
	tls_x509_names_free(entry->names);
}

struct certificates *certificates_new(void)
{
	return calloc(1, sizeof(struct certificates));
}

void certificates_free(struct certificates *certificates)
{
	if (!certificates)
		return;
	for (size_t i = 0; i < SETS; i++) {
		for (size_t k = 0; k < SET_SIZE; k++) {
			entry_free(&certificates->entries[i][k]);
			tls_x509_release(certificates->questions[i][k].x509);
		}
	}
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

/* FNV-1a. The certificate ends with its signature, and names differ in front. */
static size_t set_of(struct bytes b, size_t from)
{
	uint32_t hash = 0x811c9dc5;

	for (size_t i = from; i < b.n; i++)
		hash = (hash ^ b.p[i]) * 0x01000193;
	return hash % SETS;
}

static bool equal(struct bytes a, struct bytes b)
{
	return a.n == b.n && (!a.n || !memcmp(a.p, b.p, a.n));
}

/* Read, and kept in the first place of the set; the one that was not asked for the longest goes. */
static struct entry *read_new(struct entry *set, struct bytes der)
{
	struct entry new = { .der = malloc(der.n + !der.n), .length = der.n };

	if (new.der)
		new.x509 = tls_x509_parse(der, &new.names);
	if (!new.x509) {
		entry_free(&new);
		return NULL;
	}
	if (der.n)
		memcpy(new.der, der.p, der.n);
	entry_free(&set[SET_SIZE - 1]);
	memmove(set + 1, set, (SET_SIZE - 1) * sizeof(*set));
	set[0] = new;
	return set;
}

static struct entry *entry_of(struct certificates *certificates, struct bytes der)
{
	const size_t tail = 16;
	struct entry *set = certificates->entries[set_of(der, der.n > tail ? der.n - tail : 0)];

	for (size_t i = 0; i < SET_SIZE; i++) {
		struct entry found = set[i];

		if (!found.x509 || !equal((struct bytes){ found.der, found.length }, der))
			continue;
		memmove(set + 1, set, i * sizeof(*set));
		set[0] = found;
		return set;
	}
	return read_new(set, der);
}

/* A certificate with a thousand names would be asked for one over and over. */
static enum tls_x509_cover cover_of(struct certificates *certificates, const struct entry *entry,
				    struct bytes name)
{
	struct question *set = certificates->questions[set_of(name, 0)], new;

	if (!name.n || name.n > TLS_X509_HOST_MAX)
		return TLS_X509_COVER_UNKNOWN;
	for (size_t i = 0; i < SET_SIZE; i++)
		if (set[i].x509 == entry->x509 &&
		    equal((struct bytes){ set[i].name, set[i].length }, name))
			return set[i].cover;
	new = (struct question){ .x509 = tls_x509_keep(entry->x509),
				 .length = (uint8_t)name.n,
				 .cover = tls_x509_cover(entry->names, name) };
	memcpy(new.name, name.p, name.n);
	tls_x509_release(set[SET_SIZE - 1].x509);
	memmove(set + 1, set, (SET_SIZE - 1) * sizeof(*set));
	set[0] = new;
	return new.cover;
}

static void read_large(struct handshake *hs, enum hs_side side, struct bytes der,
		       struct bytes server_name)
{
	struct tls_x509_names *names;

	hs->certificate[side] = tls_x509_parse(der, &names);
	if (side == HS_SERVER)
		hs->cover = tls_x509_cover(names, server_name);
	tls_x509_names_free(names);
}

void certificates_note(struct certificates *certificates, struct handshake *hs, enum hs_side side,
		       struct bytes body)
{
	struct tls_certificate_list list;
	struct bytes server_name = { 0 };
	struct entry *entry;

	if (hs->certificate[side] || tls_is_13(hs->server_hello.version) ||
	    is_other_kind(hs, side) || tls_certificate_list_parse(body, &list) != TLS_OK ||
	    !list.count)
		return;
	if (hs->client_hello)
		server_name = hs->client_hello->server_name;
	if (list.leaf.n > KEPT_MAX) {
		read_large(hs, side, list.leaf, server_name);
		return;
	}
	entry = entry_of(certificates, list.leaf);
	if (!entry)
		return;
	hs->certificate[side] = tls_x509_keep(entry->x509);
	if (side == HS_SERVER)
		hs->cover = cover_of(certificates, entry, server_name);
}
