/* SPDX-License-Identifier: BSD-2-Clause */
/* links: answers.c */
/* A ServerHello under ends of its own, as the answer to a hello under others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "answers.h"

enum { ACK = 1700, PORT = 51234 };
#define SEQ 0xfffffff0

static void the_same_numbers(void **state)
{
	struct answers *answers = calloc(1, sizeof(*answers));
	struct st_event event = { .seq = SEQ, .ack = ACK, .flags = ST_FLAG_JOINED, .sender = 1 };

	(void)state;
	assert_non_null(answers);
	event.key.port[0] = PORT;
	assert_false(answers_has(answers, &event));
	answers_note(answers, &(struct answer){ SEQ, ACK, PORT });
	assert_true(answers_has(answers, &event));
	event.seq++;
	assert_false(answers_has(answers, &event));
	event.seq--;
	event.ack--;
	assert_false(answers_has(answers, &event));
	event.ack++;
	event.key.port[0]++;
	assert_false(answers_has(answers, &event));
	event.key.port[0]--;
	event.flags = ST_FLAG_OPENED; /* a ClientHello is none */
	assert_false(answers_has(answers, &event));
	free(answers);
}

/* Nothing was noted, and the event acknowledges nothing. */
static void no_numbers(void **state)
{
	struct answers *answers = calloc(1, sizeof(*answers));
	const struct st_event event = { .flags = ST_FLAG_JOINED };

	(void)state;
	assert_non_null(answers);
	assert_false(answers_has(answers, &event));
	free(answers);
}

/* As many as it is made for find room, or nearly so; what was noted long ago is forgotten. */
static void many(void **state)
{
	struct answers *answers = calloc(1, sizeof(*answers));
	struct st_event event = { .flags = ST_FLAG_JOINED };
	unsigned known = 0;

	(void)state;
	assert_non_null(answers);
	for (uint32_t i = 1; i <= 20 * ANSWERS_MAX; i++)
		answers_note(answers, &(struct answer){ i * 2654435761, i * 40503, 0 });
	for (uint32_t i = 1; i <= 20 * ANSWERS_MAX; i++) {
		event.seq = i * 2654435761;
		event.ack = i * 40503;
		known += answers_has(answers, &event);
		if (i == 19 * ANSWERS_MAX)
			assert_true(known <= ANSWERS_MAX / 2);
	}
	assert_true(known > ANSWERS_MAX / 2 && known <= ANSWERS_MAX);
	free(answers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_numbers),
		cmocka_unit_test(no_numbers),
		cmocka_unit_test(many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
