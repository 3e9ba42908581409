/* SPDX-License-Identifier: BSD-2-Clause */
#include "file/held.h"

#include <stdlib.h>
#include <string.h>

void held_init(struct held *held)
{
	TAILQ_INIT(&held->list);
	held->count = 0;
}

static size_t size_of(const struct st_event *event)
{
	return sizeof(struct held_segment) + event->len;
}

bool held_add(struct held *held, struct held_budget *budget, const struct st_event *event,
	      const uint8_t *payload, enum tls_sniffed hello)
{
	struct held_segment *segment;

	if (held->count == HELD_PER_FLOW)
		held_release(budget, held_take(held));
	if (budget->bytes + size_of(event) > budget->max)
		return false;
	segment = malloc(size_of(event));
	if (!segment)
		return false;
	segment->hello = hello;
	segment->event = *event;
	if (event->len)
		memcpy(segment->payload, payload, event->len);
	TAILQ_INSERT_TAIL(&held->list, segment, next);
	held->count++;
	budget->bytes += size_of(event);
	return true;
}

void held_release(struct held_budget *budget, struct held_segment *segment)
{
	budget->bytes -= size_of(&segment->event);
	free(segment);
}

void held_clear(struct held *held, struct held_budget *budget)
{
	struct held_segment *segment;

	while ((segment = held_take(held)))
		held_release(budget, segment);
}

static struct held_segment *first_hello(const struct held *held)
{
	struct held_segment *segment = TAILQ_FIRST(&held->list);

	while (segment && !segment->hello)
		segment = TAILQ_NEXT(segment, next);
	return segment;
}

bool held_has_hello(const struct held *held)
{
	return first_hello(held) != NULL;
}

static struct held_segment *take_out(struct held *held, struct held_segment *segment)
{
	if (!segment)
		return NULL;
	TAILQ_REMOVE(&held->list, segment, next);
	held->count--;
	return segment;
}

struct held_segment *held_take(struct held *held)
{
	/* The analyzer does not follow the back pointers of the list. */
	return take_out(held, TAILQ_FIRST(&held->list)); // NOLINT(clang-analyzer-unix.Malloc)
}

struct held_segment *held_take_hello(struct held *held)
{
	return take_out(held, first_hello(held));
}
