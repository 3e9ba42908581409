/* SPDX-License-Identifier: BSD-2-Clause */
/* links: base/addr.c */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/addr.h"

static void writes_both_families(void **state)
{
	/* Forms of RFC 5952 section 4, given in long form. */
	static const struct {
		const char *in, *want;
		bool v4;
	} rows[] = {
		{ "0:0:0:0:0:ffff:0a00:0001", "10.0.0.1", true },
		{ "::ffff:255.255.255.255", "255.255.255.255", true },
		{ "::ffff:9.10.99.100", "9.10.99.100", true },
		{ "::ffff:0.101.200.1", "0.101.200.1", true },
		{ "2001:0DB8:0:0:0:0:0:0001", "2001:db8::1", false },
		{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1", false },
		{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1", false },
		{ "::", "::", false },
		{ "::1", "::1", false },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false },
	};
	char out[ADDR_TEXT_SIZE];
	uint32_t addr[4];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(inet_pton(AF_INET6, rows[i].in, addr), 1);
		addr_text(addr, out);
		assert_string_equal(out, rows[i].want);
		assert_int_equal(addr_is_v4(addr), rows[i].v4);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(writes_both_families) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
