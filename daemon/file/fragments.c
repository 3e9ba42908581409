/* SPDX-License-Identifier: BSD-2-Clause */
#include "file/fragments.h"

#include <stdlib.h>
#include <string.h>

/* Offsets count in blocks of 8 bytes, and all fragments but the last are made of such. */
#define BLOCK 8
#define BLOCKS_MAX ((FRAGMENTS_BYTES_MAX + BLOCK - 1) / BLOCK)
#define WORD_BITS 64

struct datagram {
	uint8_t *buffer; /* FRAGMENTS_HEAD_MAX bytes, then `room` bytes of data */
	size_t room;
	size_t head;   /* length; it ends where the data begins */
	size_t end;    /* of the farthest fragment */
	size_t total;  /* 0: the last fragment has not come */
	size_t blocks; /* that are there */
	uint64_t there[(BLOCKS_MAX + WORD_BITS - 1) / WORD_BITS];
};

struct slot {
	struct fragment_key key;
	uint64_t since;	  /* time of the first fragment */
	uint64_t touched; /* count of fragments when the latest came; 0: the slot is free */
	struct datagram *datagram; /* NULL: given up, what still comes of it is refused */
};

struct fragments {
	struct slot slots[FRAGMENTS_DATAGRAMS_MAX];
	uint64_t count; /* of fragments */
	uint64_t lost;
	uint8_t *whole; /* the buffer lent out */
};

struct fragments *fragments_new(void)
{
	return calloc(1, sizeof(struct fragments));
}

static void datagram_free(struct datagram *datagram)
{
	if (!datagram)
		return;
	free(datagram->buffer);
	free(datagram);
}

void fragments_free(struct fragments *fragments)
{
	if (!fragments)
		return;
	for (size_t i = 0; i < FRAGMENTS_DATAGRAMS_MAX; i++)
		datagram_free(fragments->slots[i].datagram);
	free(fragments->whole);
	free(fragments);
}

uint64_t fragments_lost(const struct fragments *fragments)
{
	uint64_t lost = fragments->lost;

	for (size_t i = 0; i < FRAGMENTS_DATAGRAMS_MAX; i++)
		lost += fragments->slots[i].datagram != NULL;
	return lost;
}

/* Count the slot's datagram as lost, if it still was to be completed. */
static void give_up(struct fragments *fragments, struct slot *slot)
{
	if (!slot->datagram)
		return;
	fragments->lost++;
	datagram_free(slot->datagram);
	slot->datagram = NULL;
}

static bool timed_out(const struct slot *slot, uint64_t time)
{
	return time > slot->since && time - slot->since > FRAGMENTS_TIMEOUT;
}

/* The slot of this datagram, or of a new one: a free slot, or that of the one longest untouched. */
static struct slot *find_slot(struct fragments *fragments, const struct fragment *piece)
{
	struct slot *best = &fragments->slots[0];

	for (size_t i = 0; i < FRAGMENTS_DATAGRAMS_MAX; i++) {
		struct slot *slot = &fragments->slots[i];

		if (slot->touched && timed_out(slot, piece->time)) {
			give_up(fragments, slot);
			slot->touched = 0;
		}
		if (slot->touched && !memcmp(&slot->key, &piece->key, sizeof(slot->key)))
			return slot;
		if (slot->touched < best->touched)
			best = slot;
	}
	give_up(fragments, best);
	*best = (struct slot){ .key = piece->key, .since = piece->time };
	best->datagram = calloc(1, sizeof(*best->datagram));
	if (!best->datagram)
		fragments->lost++;
	return best;
}

/* Room for data up to `end`; doubled, so that many small fragments are not copied often. */
static bool grow(struct datagram *datagram, size_t end)
{
	size_t room = datagram->room * 2;
	uint8_t *grown;

	if (end <= datagram->room)
		return true;
	if (room < end)
		room = end;
	if (room > FRAGMENTS_BYTES_MAX)
		room = FRAGMENTS_BYTES_MAX;
	grown = realloc(datagram->buffer, FRAGMENTS_HEAD_MAX + room);
	if (!grown)
		return false;
	datagram->buffer = grown;
	datagram->room = room;
	return true;
}

/* Do piece and what is known of the datagram's length agree? */
static bool agrees(const struct datagram *datagram, const struct fragment *piece, size_t end)
{
	if (piece->more)
		return !datagram->total || end <= datagram->total;
	return datagram->total ? end == datagram->total : end >= datagram->end;
}

static void put_block(struct datagram *datagram, size_t at, struct bytes block)
{
	uint64_t *word = &datagram->there[at / BLOCK / WORD_BITS];
	uint64_t bit = 1ull << (at / BLOCK % WORD_BITS);

	if (*word & bit)
		return;
	*word |= bit;
	datagram->blocks++;
	memcpy(datagram->buffer + FRAGMENTS_HEAD_MAX + at, block.p, block.n);
}

static bool put_piece(struct datagram *datagram, const struct fragment *piece, size_t end)
{
	struct bytes data = piece->data;

	if (!agrees(datagram, piece, end) || !grow(datagram, end))
		return false;
	if (!piece->offset && !(datagram->there[0] & 1)) {
		datagram->head = piece->head.n;
		memcpy(datagram->buffer + FRAGMENTS_HEAD_MAX - piece->head.n, piece->head.p,
		       piece->head.n);
	}
	for (size_t i = 0; i < data.n; i += BLOCK)
		put_block(datagram, piece->offset + i,
			  (struct bytes){ data.p + i, min_size(BLOCK, data.n - i) });
	if (end > datagram->end)
		datagram->end = end;
	if (!piece->more)
		datagram->total = end;
	return true;
}

static bool complete(const struct datagram *datagram)
{
	return datagram->total && datagram->blocks == (datagram->total + BLOCK - 1) / BLOCK;
}

/* Lend the datagram out and free its slot. */
static void finish(struct fragments *fragments, struct slot *slot, struct fragments_whole *whole)
{
	struct datagram *datagram = slot->datagram;

	free(fragments->whole);
	fragments->whole = datagram->buffer;
	whole->p = datagram->buffer + FRAGMENTS_HEAD_MAX - datagram->head;
	whole->n = datagram->head + datagram->total;
	free(datagram);
	*slot = (struct slot){ 0 };
}

enum fragments_result fragments_add(struct fragments *fragments, const struct fragment *piece,
				    struct fragments_whole *whole)
{
	size_t end = piece->offset + piece->data.n;
	struct slot *slot;

	if (!piece->data.n || end > FRAGMENTS_BYTES_MAX || piece->offset % BLOCK ||
	    (piece->more && piece->data.n % BLOCK) || piece->head.n > FRAGMENTS_HEAD_MAX)
		return FRAGMENTS_BAD;
	slot = find_slot(fragments, piece);
	slot->touched = ++fragments->count;
	if (!slot->datagram)
		return FRAGMENTS_BAD;
	if (!put_piece(slot->datagram, piece, end)) {
		give_up(fragments, slot);
		return FRAGMENTS_BAD;
	}
	if (!complete(slot->datagram))
		return FRAGMENTS_WAITING;
	finish(fragments, slot, whole);
	return FRAGMENTS_WHOLE;
}
