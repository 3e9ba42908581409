/* SPDX-License-Identifier: BSD-2-Clause */
#include "file/packets.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "file/source.h"

/* A file with one packet of it read ahead. */
struct head {
	struct source *source;
	struct file_packet packet;
	size_t place; /* among the arguments */
};

/*
 * heads[] is a heap, the oldest packet on top. The packet on top is the caller's until
 * the next call, so its file is not read on before.
 */
struct packets {
	struct source **sources; /* those that could be opened, in the order of the arguments */
	size_t n;
	struct text *unread; /* why the others could not: one sentence each */
	size_t unread_n;
	struct head *heads; /* those that still have a packet */
	size_t waiting;
	bool begun;
	struct names names;
};

/* Of packets of the same time, the one of the earlier argument. */
static bool before(const struct head *a, const struct head *b)
{
	if (a->packet.time != b->packet.time)
		return a->packet.time < b->packet.time;
	return a->place < b->place;
}

/* Let heads[i] sink to its place. */
static void sink(struct packets *packets, size_t i)
{
	struct head *heads = packets->heads;

	for (;;) {
		size_t child = 2 * i + 1;
		struct head head;

		if (child >= packets->waiting)
			return;
		if (child + 1 < packets->waiting && before(&heads[child + 1], &heads[child]))
			child++;
		if (!before(&heads[child], &heads[i]))
			return;
		head = heads[i];
		heads[i] = heads[child];
		heads[child] = head;
		i = child;
	}
}

/* The first packet of every file. */
static void begin(struct packets *packets)
{
	for (size_t i = 0; i < packets->n; i++) {
		struct head *head = &packets->heads[packets->waiting];

		head->source = packets->sources[i];
		head->place = i;
		if (source_next(head->source, &head->packet))
			packets->waiting++;
	}
	for (size_t i = packets->waiting / 2; i-- > 0;)
		sink(packets, i);
	packets->begun = true;
}

/* The packet on top was handed out: the next one of its file takes its place. */
static void advance(struct packets *packets)
{
	struct head *top = &packets->heads[0];

	if (!packets->waiting)
		return;
	if (!source_next(top->source, &top->packet))
		*top = packets->heads[--packets->waiting];
	sink(packets, 0);
}

enum packets_result packets_next(struct packets *packets, struct file_packet *out)
{
	if (packets->begun)
		advance(packets);
	else
		begin(packets);
	if (packets->waiting) {
		*out = packets->heads[0].packet;
		out->file = source_name(packets->heads[0].source);
		return PACKETS_OK;
	}
	return packets_damage(packets, 0) ? PACKETS_DAMAGED : PACKETS_END;
}

const char *packets_damage(const struct packets *packets, size_t i)
{
	if (i < packets->unread_n)
		return packets->unread[i].p;
	i -= packets->unread_n;
	for (size_t k = 0; k < packets->n; k++) {
		const char *damage = source_damage(packets->sources[k]);

		if (damage && i-- == 0)
			return damage;
	}
	return NULL;
}

void packets_progress(const struct packets *packets, uint64_t *done, uint64_t *all)
{
	bool known = true;

	*done = *all = 0;
	for (size_t i = 0; i < packets->n; i++) {
		uint64_t part, size;

		source_progress(packets->sources[i], &part, &size);
		*done += part;
		*all += size;
		known = known && size;
	}
	if (!known)
		*all = 0;
}

/* The end of a sentence says why: of one that is too long, the beginning is left out. */
static void hand_over(const struct text *sentence, char *error, size_t size)
{
	static const char dots[] = "...";

	if (!sentence->p)
		snprintf(error, size, "out of memory");
	else if (sentence->n < size || size <= sizeof(dots))
		snprintf(error, size, "%s", sentence->p);
	else
		snprintf(error, size, "%s%s", dots,
			 sentence->p + sentence->n - (size - sizeof(dots)));
}

/* It becomes the packets' own, and `error` is empty again. */
static void keep_sentence(struct packets *packets, struct text *error)
{
	packets->unread[packets->unread_n++] = *error;
	text_init(error, SOURCE_SENTENCE_MAX);
}

static bool open_all(struct packets *packets, const char *const *names, size_t n,
		     struct text *error)
{
	bool input = false;

	packets->sources = calloc(n + 1, sizeof(struct source *));
	packets->heads = calloc(n + 1, sizeof(*packets->heads));
	packets->unread = calloc(n + 1, sizeof(*packets->unread));
	if (!packets->sources || !packets->heads || !packets->unread)
		return false;
	for (size_t i = 0; i < n; i++) {
		bool is_input = strcmp(names[i], SOURCE_STDIN) == 0;

		if (is_input && input) {
			source_say(error, names[i], "can be read only once");
			return false;
		}
		input = input || is_input;
		packets->sources[packets->n] = source_open(names[i], &packets->names, error);
		if (packets->sources[packets->n])
			packets->n++;
		else if (n == 1)
			return false;
		else
			keep_sentence(packets, error);
	}
	return true;
}

struct packets *packets_open(const char *const *names, size_t n, char *error, size_t size)
{
	struct packets *packets = calloc(1, sizeof(*packets));
	struct text sentence;

	text_init(&sentence, SOURCE_SENTENCE_MAX);
	if (packets && open_all(packets, names, n, &sentence)) {
		text_free(&sentence);
		return packets;
	}
	hand_over(&sentence, error, size);
	text_free(&sentence);
	packets_close(packets);
	return NULL;
}

void packets_close(struct packets *packets)
{
	if (!packets)
		return;
	for (size_t i = 0; i < packets->n; i++)
		source_close(packets->sources[i]);
	free(packets->sources);
	free(packets->heads);
	for (size_t i = 0; i < packets->unread_n; i++)
		text_free(&packets->unread[i]);
	free(packets->unread);
	names_free(&packets->names);
	free(packets);
}
