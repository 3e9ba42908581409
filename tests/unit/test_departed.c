/* SPDX-License-Identifier: BSD-2-Clause */
/* links: departed.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "departed.h"

static void remembers(void **state)
{
	struct departed departed = { 0 };

	(void)state;
	assert_null(departed_name(&departed, 7));
	assert_null(departed_name(&departed, 0)); /* no index at all */
	departed_note(&departed, 7, "veth7");
	departed_note(&departed, 8, "fifteen-letters");
	assert_string_equal(departed_name(&departed, 7), "veth7");
	assert_string_equal(departed_name(&departed, 8), "fifteen-letters");
	/* It was moved here again under another name, and went again. */
	departed_note(&departed, 7, "eth0");
	assert_string_equal(departed_name(&departed, 7), "eth0");
}

static void oldest_makes_room(void **state)
{
	struct departed departed = { 0 };
	char name[IF_NAMESIZE];

	(void)state;
	for (unsigned i = 1; i <= DEPARTED_MAX + 1; i++) {
		snprintf(name, sizeof(name), "veth%u", i);
		departed_note(&departed, i, name);
	}
	assert_null(departed_name(&departed, 1));
	assert_string_equal(departed_name(&departed, 2), "veth2");
	snprintf(name, sizeof(name), "veth%d", DEPARTED_MAX + 1);
	assert_string_equal(departed_name(&departed, DEPARTED_MAX + 1), name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(remembers),
		cmocka_unit_test(oldest_makes_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
