/* SPDX-License-Identifier: BSD-2-Clause */
/* links: track/stages.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "track/stages.h"

static const struct {
	enum hs_side from;
	uint8_t type;
	enum hs_stage stage;
} wanted[] = {
	{ HS_SERVER, 2, HS_SERVER_HELLO },	   { HS_SERVER, 11, HS_SERVER_CERTIFICATE },
	{ HS_SERVER, 12, HS_SERVER_KEY_EXCHANGE }, { HS_SERVER, 14, HS_SERVER_HELLO_DONE },
	{ HS_CLIENT, 16, HS_CLIENT_KEY_EXCHANGE },
};

/* Every message of either side: the five rows, and none for the rest. */
static void every_message_has_its_row_or_none(void **state)
{
	(void)state;
	for (int from = HS_CLIENT; from <= HS_SERVER; from++) {
		for (int type = 0; type < 256; type++) {
			const struct stage_row *row = stage_of((enum hs_side)from, (uint8_t)type);
			size_t i = 0;

			while (i < sizeof(wanted) / sizeof(wanted[0]) &&
			       ((int)wanted[i].from != from || wanted[i].type != type))
				i++;
			if (i == sizeof(wanted) / sizeof(wanted[0])) {
				assert_null(row);
				continue;
			}
			assert_non_null(row);
			assert_int_equal(row->stage, wanted[i].stage);
			assert_int_equal(row->from, from);
			assert_int_equal(row->type, type);
		}
	}
}

static void only_the_server_hello_has_a_clock(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		assert_int_equal(stage_of(wanted[i].from, wanted[i].type)->clock,
				 wanted[i].type == TLS_HANDSHAKE_SERVER_HELLO
					 ? offsetof(struct handshake, server_hello_time)
					 : 0);
}

/* Contract section 3: in this order, so that "how far" can be compared. */
static void rows_only_lead_forward(void **state)
{
	(void)state;
	for (size_t i = 1; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		assert_true(wanted[i - 1].stage < wanted[i].stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_message_has_its_row_or_none),
		cmocka_unit_test(only_the_server_hello_has_a_clock),
		cmocka_unit_test(rows_only_lead_forward),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
