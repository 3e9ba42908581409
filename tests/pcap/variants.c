/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capture files as they might as well have come: variants FILE...
 *
 * Where nothing is lost (segments doubled, neighbours of a connection swapped, segments in
 * pieces, sequence numbers that wrap within the handshake) the answer must stay the same. Where
 * something is (the end of the capture, one packet out of the middle), what was no failure must
 * not become one. Exit 1 when that does not hold somewhere, one line for each case.
 */
#include <err.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "judge.h"
#include "segments.h"
#include "tls_sniff.h"

/* In pieces come the first bytes of a connection; a download needs no million of them. */
#define PIECES_BYTES_MAX 16384
/* Packets of a connection that are left out or cut behind, one at a time. */
#define LOSSES_MAX 60
/* They begin so many packets before the first handshake is concluded ... */
#define LOSSES_BEFORE 50
/* ... and the connection is looked at up to so many packets behind the last conclusion. */
#define PACKETS_BEHIND 20

/* Farther apart than this, packets keep their order. */
#define SWAP_NS UINT64_C(1000000000)

struct slots {
	struct slot *p;
	size_t n, room;
};

struct variants {
	struct segments segments;
	struct judge judge;
	size_t count;
};

static void add_slot(struct slots *slots, struct slot slot)
{
	if (slots->n == slots->room) {
		slots->room = 2 * slots->room + 64;
		slots->p = reallocarray(slots->p, slots->room, sizeof(slot));
		if (!slots->p)
			errx(1, "out of memory");
	}
	slots->p[slots->n++] = slot;
}

static struct slot whole(const struct pcap_segment *segment)
{
	return (struct slot){ segment, segment->time, 0, (uint32_t)segment->tcp.payload.n };
}

/* ---- nothing lost ---------------------------------------------------------------------------- */

static struct slots as_it_is(const struct segments *segments, unsigned unused)
{
	struct slots slots = { 0 };

	(void)unused;
	for (size_t i = 0; i < segments->n; i++)
		add_slot(&slots, whole(&segments->p[i]));
	return slots;
}

/* Not the SYN: a second one says that the first had no answer. */
static struct slots doubled(const struct segments *segments, unsigned unused)
{
	struct slots slots = { 0 };

	(void)unused;
	for (size_t i = 0; i < segments->n; i++) {
		add_slot(&slots, whole(&segments->p[i]));
		if (!(segments->p[i].tcp.flags & TH_SYN))
			add_slot(&slots, whole(&segments->p[i]));
	}
	return slots;
}

/*
 * Only where the numbers still tell what came first: of two packets that crossed each other
 * either order is true, and the answers to them may differ. An RST ends the connection where
 * it stands. A SYN may begin another connection on the same ports. And what took longer than
 * packets take to overtake each other may be what a timeout saw.
 */
static bool may_swap(const struct pcap_segment *a, const struct pcap_segment *b, bool first)
{
	uint8_t either = a->tcp.flags | b->tcp.flags;

	if (either & TH_RST || (either & TH_SYN && !first) || b->time - a->time > SWAP_NS)
		return false;
	return a->sender == b->sender || segment_acknowledges(b, a);
}

static struct slots swapped(const struct segments *segments, unsigned odd)
{
	struct slots slots = as_it_is(segments, 0);
	const struct pcap_connection *connection;

	for (connection = segments->connections; connection; connection = connection->hh.next) {
		size_t last = 0, number = 0;

		for (size_t i = 0; i < connection->count; i++) {
			size_t at = connection->segments[i];
			const struct pcap_segment *a = &segments->p[last], *b = &segments->p[at];

			if (!segment_matters(b))
				continue;
			if (number % 2 != odd && number && may_swap(a, b, number == 1)) {
				slots.p[last] = whole(b);
				slots.p[at] = whole(a);
				slots.p[last].time = a->time;
				slots.p[at].time = b->time;
			}
			last = at;
			number++;
		}
	}
	return slots;
}

static struct slots in_pieces(const struct segments *segments, unsigned size)
{
	size_t *done = calloc(segments->connection_count + 1, sizeof(*done));
	struct slots slots = { 0 };

	if (!done)
		errx(1, "out of memory");
	for (size_t i = 0; i < segments->n; i++) {
		struct slot slot = whole(&segments->p[i]);
		uint32_t length = slot.n, least = size;
		size_t *sum = &done[slot.segment->connection->number];

		*sum += length;
		/* A hello in the form of SSL 2.0 is known by this many bytes and no fewer. */
		if (length && slot.segment->tcp.payload.p[0] & 0x80 && size < TLS_SNIFF_BYTES)
			least = TLS_SNIFF_BYTES;
		if (*sum <= PIECES_BYTES_MAX)
			slot.n = least < length ? least : length;
		add_slot(&slots, slot);
		while ((slot.from += slot.n) < length) {
			slot.n = size < length - slot.from ? size : length - slot.from;
			add_slot(&slots, slot);
		}
	}
	free(done);
	return slots;
}

/*
 * By connection number: what makes the sequence numbers of both directions wrap in their
 * first segment with payload, so many bytes behind its begin (0: in its middle).
 */
static uint32_t (*shifts(const struct segments *segments, unsigned behind))[2]
{
	uint32_t(*shift)[2] = calloc(segments->connection_count + 1, sizeof(*shift));
	const struct pcap_connection *connection;

	if (!shift)
		errx(1, "out of memory");
	for (connection = segments->connections; connection; connection = connection->hh.next)
		for (int end = 0; end < 2; end++)
			shift[connection->number][end] =
				-(connection->first[end] +
				  (behind ? behind : connection->length[end] / 2));
	return shift;
}

static const struct lossless {
	const char *name;
	struct slots (*make)(const struct segments *segments, unsigned argument);
	unsigned argument;
	bool small; /* see judge_same() */
	bool shifted;
	unsigned behind;
} lossless[] = {
	{ "doubled", doubled, 0, false, false, 0 },
	{ "swapped, even", swapped, 0, false, false, 0 },
	{ "swapped, odd", swapped, 1, false, false, 0 },
	{ "pieces of 1", in_pieces, 1, true, false, 0 },
	{ "pieces of 3", in_pieces, 3, true, false, 0 },
	{ "pieces of 61", in_pieces, 61, false, false, 0 },
	{ "wrapping in the middle", as_it_is, 0, false, true, 0 },
	{ "wrapping after 3 bytes", as_it_is, 0, false, true, 3 },
};

static void try_lossless(struct variants *variants)
{
	const struct segments *segments = &variants->segments;
	struct slots slots = as_it_is(segments, 0);
	struct answers full = answers_of(segments, slots.p, slots.n, NULL);

	free(slots.p);
	for (size_t i = 0; i < sizeof(lossless) / sizeof(*lossless); i++) {
		const struct lossless *row = &lossless[i];
		uint32_t(*shift)[2] = row->shifted ? shifts(segments, row->behind) : NULL;
		struct answers answers;

		slots = row->make(segments, row->argument);
		answers = answers_of(segments, slots.p, slots.n, (const uint32_t(*)[2])shift);
		variants->judge.variant = row->name;
		judge_same(&variants->judge, &full, &answers, row->small);
		variants->count++;
		answers_free(&answers);
		free(slots.p);
		free(shift);
	}
	answers_free(&full);
}

/* ---- something lost -------------------------------------------------------------------------- */

static void try_loss(struct variants *variants, struct answers *full, const struct loss *loss)
{
	struct answers answers = answers_of(&variants->segments, loss->slots, loss->n, NULL);

	judge_loss(&variants->judge, full, &answers, loss);
	variants->count++;
	answers_free(&answers);
}

static void lose_each(struct variants *variants, struct answers *full, const struct slots *slots,
		      size_t from)
{
	struct slot *left = calloc(slots->n + 1, sizeof(*left));
	size_t losses = 0;
	char name[64];

	if (!left)
		errx(1, "out of memory");
	variants->judge.variant = name;
	for (size_t i = from; i < slots->n && losses < LOSSES_MAX; i++) {
		const struct pcap_segment *segment = slots->p[i].segment;

		if (!segment_matters(segment))
			continue;
		losses++;
		snprintf(name, sizeof(name), "cut behind packet %zu", i + 1);
		try_loss(variants, full, &(struct loss){ NULL, slots->p, i + 1, i + 1 });
		snprintf(name, sizeof(name), "without packet %zu", i + 1);
		memcpy(left, slots->p, i * sizeof(*left));
		memcpy(left + i, slots->p + i + 1, (slots->n - i - 1) * sizeof(*left));
		try_loss(variants, full, &(struct loss){ segment, left, slots->n - 1, i });
	}
	variants->judge.variant = NULL;
	free(left);
}

/* Its own packets alone, numbered from 1. */
static void try_losses(struct variants *variants, const struct pcap_connection *connection)
{
	const struct segments *segments = &variants->segments;
	struct slots slots = { 0 };
	struct answers full;
	size_t first, last;

	for (size_t i = 0; i < connection->count; i++)
		add_slot(&slots, whole(&segments->p[connection->segments[i]]));
	full = answers_of(segments, slots.p, slots.n, NULL);
	if (full.n) {
		first = full.p[0].at;
		last = full.p[full.n - 1].at + PACKETS_BEHIND;
		answers_free(&full);
		slots.n = last < slots.n ? last : slots.n;
		full = answers_of(segments, slots.p, slots.n, NULL);
		lose_each(variants, &full, &slots,
			  first > LOSSES_BEFORE ? first - LOSSES_BEFORE : 0);
	}
	answers_free(&full);
	free(slots.p);
}

/* ---- files ----------------------------------------------------------------------------------- */

static bool try_file(struct variants *variants, const char *path)
{
	const struct pcap_connection *connection;
	char error[512];

	variants->judge.path = path;
	if (!segments_read(&variants->segments, path, error, sizeof(error))) {
		printf("not read: %s\n", error);
		return false;
	}
	try_lossless(variants);
	for (connection = variants->segments.connections; connection;
	     connection = connection->hh.next)
		try_losses(variants, connection);
	return true;
}

int main(int argc, char **argv)
{
	struct variants variants = { .judge = { .out = stdout } };
	size_t files = 0, connections = 0;

	if (argc < 2)
		errx(2, "use: variants FILE...");
	for (int i = 1; i < argc; i++) {
		if (!try_file(&variants, argv[i]))
			continue;
		files++;
		connections += variants.segments.connection_count;
		segments_free(&variants.segments);
	}
	printf("files %zu connections %zu variants %zu: findings %zu\n", files, connections,
	       variants.count, variants.judge.findings);
	return variants.judge.findings || !files;
}
