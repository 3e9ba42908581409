/* SPDX-License-Identifier: BSD-2-Clause */
/* links: recents.c stream/reasm.c */
/* What is sent again of a handshake that is over is none, and what only looks like it is one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "recents.h"

#define SEED 4711
#define END 5000 /* behind what was read of the client */

static struct recents recents;

static struct st_event event_of(uint16_t port, unsigned sender, uint32_t seq)
{
	return (struct st_event){ .key = { .port = { port, 443 } },
				  .sender = (uint8_t)sender,
				  .seq = seq,
				  .len = 100,
				  .flags = ST_FLAG_OPENED };
}

static uint64_t mark_of(const struct st_event *event)
{
	return hash_bytes64(&event->key, sizeof(event->key), SEED);
}

static bool is_recent(const struct st_event *event)
{
	return recents_has(&recents, event, mark_of(event));
}

/* A connection of which only the client was seen. */
static void note(uint16_t port)
{
	struct st_event event = event_of(port, 0, 0);
	struct connection connection = { .mark = mark_of(&event) };

	reasm_start(&connection.half[0].reasm, END);
	recents_note(&recents, &connection);
}

static void sent_again(void **state)
{
	struct st_event last = event_of(1000, 0, END - 100), first = event_of(1000, 0, END - 1000);

	(void)state;
	assert_false(is_recent(&last));
	note(1000);
	assert_true(is_recent(&last));
	assert_true(is_recent(&first));
}

static void looks_like_it(void **state)
{
	struct st_event behind = event_of(1000, 0, END), other = event_of(1000, 1, END - 100);
	struct st_event far = event_of(1000, 0, END - (1U << 21));

	(void)state;
	note(1000);
	assert_false(is_recent(&behind));
	assert_false(is_recent(&far));
	assert_false(is_recent(&other)); /* nothing is known of that side */
}

/* More ports than places: each finds its place taken by another, and nobody is taken for it. */
static void shares_a_place(void **state)
{
	(void)state;
	note(1000);
	for (unsigned port = 1001; port < 1001 + 4 * RECENTS_MAX; port++) {
		struct st_event event = event_of((uint16_t)port, 0, END - 100);

		assert_false(is_recent(&event));
		note((uint16_t)port);
		assert_true(is_recent(&event));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sent_again),
		cmocka_unit_test(looks_like_it),
		cmocka_unit_test(shares_a_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
