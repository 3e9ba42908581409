/* SPDX-License-Identifier: BSD-2-Clause */
/* links: out/community_id.c base/addr.c base/digest.c */
/* libs: -lcrypto */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "out/community_id.h"

static struct hs_end end_of(const char *address, uint16_t port)
{
	struct hs_end end = { .port = port };

	assert_int_equal(inet_pton(AF_INET6, address, end.addr), 1);
	return end;
}

/*
 * The TCP rows of the specification's baseline (corelight/community-id-spec,
 * baseline/baseline_deflt.json), and the TCP row of Zeek's own test.
 */
static void agrees_with_published_vectors(void **state)
{
	static const struct {
		const char *from;
		uint16_t from_port;
		const char *to;
		uint16_t to_port;
		const char *want;
	} rows[] = {
		{ "::ffff:128.232.110.120", 34855, "::ffff:66.35.250.204", 80,
		  "1:LQU9qZlK+B5F3KDmev6m5PMibrg=" },
		{ "2001:470:e5bf:dead:4957:2174:e82c:4887", 63943, "2607:f8b0:400c:c03::1a", 25,
		  "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=" },
		{ "::ffff:1.2.3.4", 1122, "::ffff:5.6.7.8", 3344,
		  "1:wCb3OG7yAFWelaUydu0D+125CLM=" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_end a = end_of(rows[i].from, rows[i].from_port);
		struct hs_end b = end_of(rows[i].to, rows[i].to_port);
		char id[COMMUNITY_ID_SIZE];

		assert_true(community_id(&a, &b, NULL, id));
		assert_string_equal(id, rows[i].want);
		assert_true(community_id(&b, &a, NULL, id));
		assert_string_equal(id, rows[i].want);
	}
}

/* Both ends on one address: then the ports decide the order. */
static void ports_order_equal_addresses(void **state)
{
	struct hs_end a = end_of("::ffff:127.0.0.1", 443), b = end_of("::ffff:127.0.0.1", 50000);
	char one[COMMUNITY_ID_SIZE], other[COMMUNITY_ID_SIZE];

	(void)state;
	assert_true(community_id(&a, &b, NULL, one));
	assert_true(community_id(&b, &a, NULL, other));
	assert_string_equal(one, other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_published_vectors),
		cmocka_unit_test(ports_order_equal_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
