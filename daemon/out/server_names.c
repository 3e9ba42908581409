/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* FNM_CASEFOLD */
#endif
#include "out/server_names.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

/* A DNS name has at most 253 characters; a longer label (escapes included) is no host's name. */
#define LABEL_MAX 253

#define PLACES_MIN 2

struct server_name {
	char label[LABEL_MAX + 1]; /* folded to lower case, escaped */
	size_t length;		   /* of the label */
	uint64_t handshakes;
	uint64_t failures[HS_CAUSES];
	uint64_t not_after; /* of the certificate seen last, seconds since the epoch; 0: none */
};

/* A place of the index, see struct server_names. */
struct place {
	uint32_t hash;	 /* of the label */
	uint32_t number; /* of its entry, from 1; 0: the place is free */
};

struct server_names {
	const char *const *patterns;
	struct server_name none, other;
	struct server_name *entries; /* `limit` of them, allocated once */
	size_t used, limit;
	/*
	 * Where a label is: at the place its hash says, or the next ones. Nearly all names of a
	 * crawler are not there, and that costs one line of a cache.
	 */
	struct place *index;
	size_t places; /* a power of two, at least half of them free */
	uint64_t seed; /* clients must not be able to choose where their names meet */
	uint64_t overflow;
};

static void name_entry(struct server_name *entry, const struct text *label)
{
	memcpy(entry->label, label->p, label->n + 1);
	entry->length = label->n;
}

/* One of our own labels. */
static void name_special(struct server_name *entry, const char *label)
{
	snprintf(entry->label, sizeof(entry->label), "%s", label);
	entry->length = strlen(label);
}

struct server_names *server_names_new(size_t limit, const char *const *patterns, uint64_t seed)
{
	struct server_names *names = calloc(1, sizeof(*names));

	if (!names)
		return NULL;
	names->places = PLACES_MIN;
	while (names->places < 2 * limit)
		names->places *= 2;
	names->entries = calloc(limit ? limit : 1, sizeof(*names->entries));
	names->index = calloc(names->places, sizeof(*names->index));
	if (!names->entries || !names->index) {
		server_names_free(names);
		return NULL;
	}
	names->limit = limit;
	names->patterns = patterns;
	names->seed = seed;
	name_special(&names->none, "none");
	name_special(&names->other, "other");
	return names;
}

void server_names_free(struct server_names *names)
{
	if (!names)
		return;
	free(names->index);
	free(names->entries);
	free(names);
}

/* The label of a name as sent; false when it is too long to be one. */
static bool make_label(struct bytes name, struct text *label)
{
	text_wire(label, name);
	text_fold(label);
	return !label->cut;
}

static bool is_label(const struct server_name *entry, const struct text *label)
{
	return entry->length == label->n && !memcmp(entry->label, label->p, label->n);
}

static bool wanted(const struct server_names *names, const struct text *label)
{
	/* A name that reads like one of our own labels must not be mixed up with it. */
	if (is_label(&names->none, label) || is_label(&names->other, label))
		return false;
	if (!names->patterns)
		return true;
	for (size_t i = 0; names->patterns[i]; i++)
		if (!fnmatch(names->patterns[i], label->p, FNM_NOESCAPE | FNM_CASEFOLD))
			return true;
	return false;
}

/* The place of a label, or the free one that it would take. */
static struct place *place_of(const struct server_names *names, const struct text *label,
			      uint32_t hash)
{
	for (size_t at = hash;; at++) {
		struct place *place = &names->index[at & (names->places - 1)];

		if (!place->number ||
		    (place->hash == hash && is_label(&names->entries[place->number - 1], label)))
			return place;
	}
}

static struct server_name *add(struct server_names *names, struct place *place,
			       const struct text *label, uint32_t hash)
{
	struct server_name *entry;

	if (names->used == names->limit) {
		names->overflow++;
		return &names->other;
	}
	entry = &names->entries[names->used++];
	name_entry(entry, label);
	*place = (struct place){ hash, (uint32_t)names->used };
	return entry;
}

static struct server_name *find(struct server_names *names, const struct tls_client_hello *hello)
{
	char buffer[LABEL_MAX + 1];
	struct text label;
	struct place *place;
	uint32_t hash;

	if (!hello || !hello->server_name.n)
		return &names->none;
	text_init_over(&label, buffer, sizeof(buffer));
	if (!make_label(hello->server_name, &label) || !wanted(names, &label))
		return &names->other;
	hash = hash_bytes(label.p, label.n, names->seed);
	place = place_of(names, &label, hash);
	return place->number ? &names->entries[place->number - 1] : add(names, place, &label, hash);
}

void server_names_count(struct server_names *names, const struct handshake *hs)
{
	struct server_name *entry = find(names, hs->client_hello);
	const struct tls_x509 *x509 = hs->certificate[HS_SERVER];

	entry->handshakes++;
	if (hs->outcome == HS_FAILURE)
		entry->failures[hs->failure.cause]++;
	if (x509 && x509->parsed && x509->has_not_after && x509->not_after > 0)
		entry->not_after = (uint64_t)x509->not_after;
}

static void write_handshakes(struct expo *e, const struct server_name *entry)
{
	expo_u64(e, EXPO_LABELS({ "server_name", entry->label }), entry->handshakes);
}

/* Causes times names would fill the page with zeros: a row appears with its first failure. */
static void write_failures(struct expo *e, const struct server_name *entry)
{
	for (int cause = 0; cause < HS_CAUSES; cause++)
		if (entry->failures[cause])
			expo_u64(e,
				 EXPO_LABELS({ "server_name", entry->label },
					     { "cause", hs_cause_names[cause] }),
				 entry->failures[cause]);
}

/* Of names that share a label the last certificate would say nothing. */
static void write_not_after(struct expo *e, const struct server_names *names)
{
	for (size_t i = 0; i < names->used; i++)
		if (names->entries[i].not_after)
			expo_u64(e, EXPO_LABELS({ "server_name", names->entries[i].label }),
				 names->entries[i].not_after);
}

static void write_all(struct expo *e, const struct server_names *names,
		      void (*write_one)(struct expo *e, const struct server_name *entry))
{
	write_one(e, &names->none);
	write_one(e, &names->other);
	for (size_t i = 0; i < names->used; i++)
		write_one(e, &names->entries[i]);
}

void server_names_write(struct expo *e, const struct server_names *names)
{
	static const struct expo_family handshakes = {
		"shaketap_server_handshakes_total", EXPO_COUNTER,
		"Handshakes with a known outcome, by the server name the client asked for."
	};
	static const struct expo_family failures = {
		"shaketap_server_handshake_failures_total", EXPO_COUNTER,
		"Failed handshakes, by the server name the client asked for."
	};
	static const struct expo_family not_after = {
		"shaketap_server_certificate_not_after_timestamp_seconds", EXPO_GAUGE,
		"End of validity of the certificate seen last under the server name, where visible."
	};
	static const struct expo_family overflow = {
		"shaketap_server_name_overflow_total", EXPO_COUNTER,
		"Handshakes counted under server_name other for want of room."
	};

	expo_family(e, &handshakes);
	write_all(e, names, write_handshakes);
	expo_family(e, &failures);
	write_all(e, names, write_failures);
	expo_family(e, &overflow);
	expo_u64(e, EXPO_NO_LABELS, names->overflow);
	expo_family(e, &not_after);
	write_not_after(e, names);
}
