/* SPDX-License-Identifier: BSD-2-Clause */
#include "out/history.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/util.h"

#define MINUTE_NS (60 * NS_PER_S)
#define HALF_LIFE_NS (10 * MINUTE_NS)
/* What one handshake weighs: it takes a while to become nothing. */
#define ONE 4096

#define NAME_SETS (HISTORY_NAMES / HISTORY_WAYS)
#define FAILURE_SETS (HISTORY_FAILURES / HISTORY_WAYS)

/*
 * What is looked at to find a name, or the one that makes room for it: apart from the names, as
 * those of a crawler are all new, and each look at an entry is a miss of the cache.
 */
struct place {
	uint64_t hash; /* of the label */
	struct history_weight weight;
	uint64_t last; /* ns; 0: no name is here */
};

struct history {
	uint64_t seed;
	struct window seconds, minutes;
	struct place places[NAME_SETS][HISTORY_WAYS]; /* of the names */
	struct history_name names[NAME_SETS][HISTORY_WAYS];
	struct history_failure failures[FAILURE_SETS][HISTORY_WAYS];
};

struct history *history_new(uint64_t seed)
{
	struct history *history = calloc(1, sizeof(*history));

	if (history)
		history->seed = seed;
	return history;
}

void history_free(struct history *history)
{
	free(history);
}

static uint64_t weight_at(const struct history_weight *weight, uint64_t now)
{
	uint64_t halvings = now > weight->since ? (now - weight->since) / HALF_LIFE_NS : 0;

	return halvings < 64 ? weight->value >> halvings : 0;
}

static void weight_add(struct history_weight *weight, uint64_t now)
{
	uint64_t value = weight_at(weight, now);

	if (!value)
		weight->since = now;
	else if (now > weight->since)
		weight->since += (now - weight->since) / HALF_LIFE_NS * HALF_LIFE_NS;
	weight->value = value + ONE;
}

static void label_address(struct history_label *label, const struct hs_end *server)
{
	char ip[ADDR_TEXT_SIZE];

	addr_text(server->addr, ip);
	label->length = (uint16_t)snprintf(label->text, sizeof(label->text),
					   addr_is_v4(server->addr) ? "%s:%u" : "[%s]:%u", ip,
					   server->port);
}

/* A name that does not fit ends in dots; two of those may share a row. */
static void label_name(struct history_label *label, struct bytes name)
{
	static const char dots[] = "...";
	struct text t;

	if (name.n > sizeof(label->text))
		name.n = sizeof(label->text); /* what is behind it would be cut anyway */
	text_init_over(&t, label->text, sizeof(label->text) - strlen(dots));
	text_wire(&t, name);
	text_fold(&t);
	label->length = (uint16_t)t.n;
	if (!t.cut)
		return;
	memcpy(label->text + t.n, dots, sizeof(dots));
	label->length += strlen(dots);
}

static void label_make(struct history_label *label, const struct handshake *hs)
{
	label->named = hs->client_hello && hs->client_hello->server_name.n;
	if (label->named)
		label_name(label, hs->client_hello->server_name);
	else
		label_address(label, &hs->end[HS_SERVER]);
}

static bool label_is(const struct history_label *a, const struct history_label *b)
{
	return a->named == b->named && a->length == b->length &&
	       !memcmp(a->text, b->text, a->length);
}

/* As much of it as there is. */
static void label_copy(struct history_label *to, const struct history_label *from)
{
	memcpy(to, from, offsetof(struct history_label, text) + from->length + 1);
}

static uint64_t label_hash(const struct history_label *label, uint64_t seed)
{
	return hash_bytes64(label->text, label->length, seed ^ (uint64_t)label->named);
}

/* Should a make room rather than b? Entries never used have seen nothing: they go first. */
static bool weaker(uint64_t weight_a, uint64_t last_a, uint64_t weight_b, uint64_t last_b)
{
	return weight_a != weight_b ? weight_a < weight_b : last_a < last_b;
}

/* The way in its set of the name, or of the one that made room for it. */
static unsigned find_name(struct history *history, const struct history_label *label, uint64_t hash,
			  uint64_t now)
{
	struct history_name *names = history->names[hash % NAME_SETS];
	struct place *set = history->places[hash % NAME_SETS];
	uint64_t weight, least = UINT64_MAX;
	unsigned worst = 0;

	for (unsigned way = 0; way < HISTORY_WAYS; way++) {
		if (set[way].hash == hash && set[way].last && label_is(&names[way].label, label))
			return way;
		weight = weight_at(&set[way].weight, now);
		if (weaker(weight, set[way].last, least, set[worst].last)) {
			least = weight;
			worst = way;
		}
	}
	set[worst] = (struct place){ .hash = hash };
	label_copy(&names[worst].label, label);
	window_begin(&names[worst].minutes, now / MINUTE_NS);
	return worst;
}

static bool failure_is(const struct history_failure *entry, const struct history_label *label,
		       const struct hs_failure *failure)
{
	return entry->failure.cause == failure->cause && entry->failure.stage == failure->stage &&
	       entry->failure.side == failure->side && label_is(&entry->label, label);
}

static struct history_failure *find_failure(struct history *history,
					    const struct history_label *label, uint64_t hash,
					    const struct hs_failure *failure, uint64_t now)
{
	struct history_failure *set, *worst;

	hash += (uint64_t)failure->cause * 31 + (uint64_t)failure->stage * 7 + failure->side;
	worst = set = history->failures[hash % FAILURE_SETS];
	for (struct history_failure *entry = set; entry < set + HISTORY_WAYS; entry++) {
		if (failure_is(entry, label, failure))
			return entry;
		if (weaker(weight_at(&entry->weight, now), entry->last,
			   weight_at(&worst->weight, now), worst->last))
			worst = entry;
	}
	*worst = (struct history_failure){ .first = now };
	label_copy(&worst->label, label);
	return worst;
}

static void count_name(struct history *history, const struct history_label *label, uint64_t hash,
		       enum window_kind kind, uint64_t now)
{
	unsigned way = find_name(history, label, hash, now);
	struct place *place = &history->places[hash % NAME_SETS][way];

	place->last = now;
	weight_add(&place->weight, now);
	window_add(&history->names[hash % NAME_SETS][way].minutes, now / MINUTE_NS, kind);
}

static void count_failure(struct history *history, const struct history_label *label, uint64_t hash,
			  const struct handshake *hs, uint64_t now)
{
	struct history_failure *entry = find_failure(history, label, hash, &hs->failure, now);

	entry->last = now;
	entry->count++;
	weight_add(&entry->weight, now);
	entry->failure = hs->failure;
	memcpy(entry->end, hs->end, sizeof(entry->end));
}

static enum window_kind kind_of(const struct handshake *hs)
{
	if (hs->outcome == HS_SUCCESS)
		return WINDOW_GOOD;
	return hs->outcome == HS_FAILURE ? WINDOW_FAILED : WINDOW_UNKNOWN;
}

void history_count(struct history *history, const struct handshake *hs, uint64_t now)
{
	enum window_kind kind = kind_of(hs);
	struct history_label label;
	uint64_t hash;

	if (!history)
		return;
	label_make(&label, hs);
	hash = label_hash(&label, history->seed);
	window_add(&history->seconds, now / NS_PER_S, kind);
	window_add(&history->minutes, now / MINUTE_NS, kind);
	count_name(history, &label, hash, kind, now);
	if (kind == WINDOW_FAILED)
		count_failure(history, &label, hash, hs, now);
}

const struct window *history_seconds(const struct history *history)
{
	return &history->seconds;
}

const struct window *history_minutes(const struct history *history)
{
	return &history->minutes;
}

struct ranked {
	uint64_t weight, last;
};

/* out[] is ordered, most first: put one more in its place, and drop what does not fit. */
static size_t rank(struct ranked *ranks, const void **out, size_t n, size_t room, struct ranked one,
		   const void *entry)
{
	size_t i = n;

	while (i && weaker(ranks[i - 1].weight, ranks[i - 1].last, one.weight, one.last))
		i--;
	if (i == room)
		return n;
	n += n < room;
	memmove(ranks + i + 1, ranks + i, (n - 1 - i) * sizeof(*ranks));
	memmove(out + i + 1, out + i, (n - 1 - i) * sizeof(*out));
	ranks[i] = one;
	out[i] = entry;
	return n;
}

size_t history_names(const struct history *history, uint64_t now, const struct history_name *out[],
		     size_t room)
{
	const struct history_name *name = &history->names[0][0];
	const struct place *place = &history->places[0][0];
	struct ranked ranks[HISTORY_NAMES];
	size_t n = 0;

	room = room < HISTORY_NAMES ? room : HISTORY_NAMES;
	for (size_t i = 0; i < HISTORY_NAMES; i++, name++, place++)
		if (place->last)
			n = rank(ranks, (const void **)out, n, room,
				 (struct ranked){ weight_at(&place->weight, now), place->last },
				 name);
	return n;
}

size_t history_failures(const struct history *history, uint64_t now,
			const struct history_failure *out[], size_t room)
{
	const struct history_failure *entry = &history->failures[0][0];
	struct ranked ranks[HISTORY_FAILURES];
	size_t n = 0;

	room = room < HISTORY_FAILURES ? room : HISTORY_FAILURES;
	for (size_t i = 0; i < HISTORY_FAILURES; i++, entry++)
		if (entry->count)
			n = rank(ranks, (const void **)out, n, room,
				 (struct ranked){ weight_at(&entry->weight, now), entry->last },
				 entry);
	return n;
}

size_t history_failing(const struct history *history, uint64_t now, uint64_t age)
{
	const struct history_failure *entry = &history->failures[0][0];
	size_t n = 0;

	for (size_t i = 0; i < HISTORY_FAILURES; i++, entry++)
		n += entry->count && now - entry->last < age;
	return n;
}
