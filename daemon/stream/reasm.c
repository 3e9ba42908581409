/* SPDX-License-Identifier: BSD-2-Clause */
#include "stream/reasm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct reasm_chunk {
	struct reasm_chunk *next;
	uint32_t seq;
	uint32_t len;
	uint8_t data[];
};

static struct bytes bytes_from(struct bytes b, size_t n)
{
	return (struct bytes){ b.p + n, b.n - n };
}

static struct reasm_chunk *chunk_new(uint32_t seq, struct bytes b)
{
	struct reasm_chunk *chunk = malloc(sizeof(*chunk) + b.n);

	if (!chunk)
		return NULL;
	chunk->next = NULL;
	chunk->seq = seq;
	chunk->len = (uint32_t)b.n;
	memcpy(chunk->data, b.p, b.n);
	return chunk;
}

void reasm_start(struct reasm *reasm, uint32_t seq)
{
	reasm->pos = seq;
	reasm->started = true;
}

/* Fill the holes between the chunks with what the segment has for them. */
static int store(struct reasm *reasm, uint32_t seq, struct bytes segment)
{
	struct reasm_chunk **link = &reasm->chunks;

	while (segment.n) {
		struct reasm_chunk *at = *link;
		struct reasm_chunk *fresh;
		size_t n = segment.n;

		if (at && !seq_before(seq, at->seq)) { /* begins in or behind this chunk */
			uint32_t inside = seq - at->seq;

			if (inside < at->len) {
				n = at->len - inside;
				if (n >= segment.n)
					return 0;
				segment = bytes_from(segment, n);
				seq += (uint32_t)n;
			}
			link = &at->next;
			continue;
		}
		if (at && at->seq - seq < n)
			n = at->seq - seq;
		if (reasm->stored + n > REASM_STORED_MAX || reasm->count == REASM_CHUNKS_MAX)
			return -ENOBUFS;
		fresh = chunk_new(seq, (struct bytes){ segment.p, n });
		if (!fresh)
			return -ENOMEM;
		fresh->next = at;
		*link = fresh;
		link = &fresh->next;
		reasm->stored += (uint32_t)n;
		reasm->count++;
		segment = bytes_from(segment, n);
		seq += (uint32_t)n;
	}
	return 0;
}

int reasm_add(struct reasm *reasm, uint32_t seq, struct bytes segment)
{
	if (!reasm->started)
		reasm_start(reasm, seq);
	if (seq_before(seq, reasm->pos)) {
		uint32_t old = reasm->pos - seq;

		if (old >= segment.n)
			return 0;
		segment = bytes_from(segment, old);
		seq = reasm->pos;
	}
	if (seq == reasm->pos && !reasm->chunks && !reasm->lent.n) {
		reasm->lent = segment;
		return 0;
	}
	return store(reasm, seq, segment);
}

int reasm_settle(struct reasm *reasm)
{
	struct bytes lent = reasm->lent;

	reasm->lent = (struct bytes){ NULL, 0 };
	return lent.n ? store(reasm, reasm->pos, lent) : 0;
}

/* What was read of the first chunk waits no longer. */
static void drop_read(struct reasm *reasm)
{
	struct reasm_chunk *first = reasm->chunks;
	uint32_t n = reasm->pos - first->seq;

	if (!n)
		return;
	memmove(first->data, first->data + n, first->len - n);
	first->seq += n;
	first->len -= n;
	reasm->stored -= n;
}

/* Append the next chunk to the first; they touch. False: no memory. */
static bool merge_next(struct reasm *reasm)
{
	struct reasm_chunk *first = reasm->chunks;
	struct reasm_chunk *next = first->next;
	struct reasm_chunk *grown = realloc(first, sizeof(*first) + first->len + next->len);

	if (!grown)
		return false;
	memcpy(grown->data + grown->len, next->data, next->len);
	grown->len += next->len;
	grown->next = next->next;
	reasm->chunks = grown;
	reasm->count--;
	free(next);
	return true;
}

struct bytes reasm_peek_stored(struct reasm *reasm, size_t want)
{
	struct reasm_chunk *first;

	if (reasm_settle(reasm))
		return (struct bytes){ NULL, 0 };
	first = reasm->chunks;
	if (!first || seq_before(reasm->pos, first->seq))
		return (struct bytes){ NULL, 0 };
	while (first->len - (reasm->pos - first->seq) < want && first->next &&
	       first->next->seq == first->seq + first->len) {
		drop_read(reasm);
		if (!merge_next(reasm))
			break;
		first = reasm->chunks;
	}
	return (struct bytes){ first->data + (reasm->pos - first->seq),
			       first->len - (reasm->pos - first->seq) };
}

void reasm_skip(struct reasm *reasm, uint32_t n)
{
	size_t lent = n < reasm->lent.n ? n : reasm->lent.n;

	reasm->pos += n;
	if (lent)
		reasm->lent = bytes_from(reasm->lent, lent);
	while (reasm->chunks) {
		struct reasm_chunk *first = reasm->chunks;

		if (seq_before(reasm->pos, first->seq + first->len))
			break;
		reasm->stored -= first->len;
		reasm->count--;
		reasm->chunks = first->next;
		free(first);
	}
}

uint32_t reasm_end_stored(const struct reasm *reasm)
{
	uint32_t end = reasm->pos + (uint32_t)reasm->lent.n;

	for (const struct reasm_chunk *chunk = reasm->chunks; chunk && !seq_before(end, chunk->seq);
	     chunk = chunk->next)
		end = chunk->seq + chunk->len;
	return end;
}

bool reasm_has_gap(const struct reasm *reasm)
{
	uint32_t end = reasm->pos + (uint32_t)reasm->lent.n;

	for (const struct reasm_chunk *chunk = reasm->chunks; chunk; chunk = chunk->next) {
		if (seq_before(end, chunk->seq))
			return true;
		end = chunk->seq + chunk->len;
	}
	return false;
}

size_t reasm_memory(const struct reasm *reasm)
{
	/* What malloc() adds is about as much as the head of a chunk. */
	return reasm->stored + reasm->count * 2 * sizeof(struct reasm_chunk);
}

void reasm_free(struct reasm *reasm)
{
	while (reasm->chunks) {
		struct reasm_chunk *first = reasm->chunks;

		reasm->chunks = first->next;
		free(first);
	}
	*reasm = (struct reasm){ 0 };
}
