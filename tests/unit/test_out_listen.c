/* SPDX-License-Identifier: BSD-2-Clause */
/* links: out/listen.c base/addr.c */
#include <netdb.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "out/listen.h"

/* What getnameinfo() of the C library reads from what was parsed. */
static void addresses_and_ports(void **state)
{
	static const struct {
		const char *in, *host, *port;
		socklen_t size;
	} rows[] = {
		{ "127.0.0.1:9743", "127.0.0.1", "9743", 16 },
		{ "0.0.0.0:1", "0.0.0.0", "1", 16 },
		{ "[::]:9743", "::", "9743", 28 },
		{ "[2001:db8::1]:65535", "2001:db8::1", "65535", 28 },
		{ "[::ffff:1.2.3.4]:80", "::ffff:1.2.3.4", "80", 28 },
	};
	struct sockaddr_storage address;
	char host[64], port[8];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(http_listen_parse(rows[i].in, &address));
		assert_int_equal(getnameinfo((struct sockaddr *)&address, rows[i].size, host,
					     sizeof(host), port, sizeof(port),
					     NI_NUMERICHOST | NI_NUMERICSERV),
				 0);
		assert_string_equal(host, rows[i].host);
		assert_string_equal(port, rows[i].port);
	}
}

static void refuses_everything_else(void **state)
{
	static const char *const rows[] = {
		"",
		":",
		"9743",
		":9743",
		"127.0.0.1",
		"127.0.0.1:",
		"127.0.0.1:0",
		"127.0.0.1:65536",
		"127.0.0.1:+80",
		"127.0.0.1: 80",
		"127.0.0.1:8x",
		" 127.0.0.1:80",
		"127.1:80",
		"256.0.0.1:80",
		"localhost:80",
		"::1:80",
		"[::1]",
		"[::1]80",
		"[::1:80",
		"[]:80",
		"[:80",
		"]:80",
		"[127.0.0.1]:80",
		"[::1]]:80",
		"[::1]:",
		"127.0.0.1:00000000080",
		"[1111:2222:3333:4444:5555:6666:7777:8888:9999:0000:1111:2222:3333]:80",
	};
	struct sockaddr_storage address;

	(void)state;
	memset(&address, 0x5a, sizeof(address));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (http_listen_parse(rows[i], &address))
			fail_msg("taken: %s", rows[i]);
	assert_int_equal(address.ss_family, 0x5a5a);
}

/* RFC 1122 section 3.2.1.3 and RFC 4291 section 2.5.3. */
static void knows_loopback(void **state)
{
	static const struct {
		const char *text;
		bool loopback;
	} rows[] = {
		{ "127.0.0.1:1", true },      { "127.255.0.9:1", true },
		{ "[::1]:1", true },	      { "[::ffff:127.0.0.1]:1", true },
		{ "0.0.0.0:1", false },	      { "128.0.0.1:1", false },
		{ "[::]:1", false },	      { "[::ffff:10.0.0.1]:1", false },
		{ "[2001:db8::1]:1", false },
	};
	struct sockaddr_storage address;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(http_listen_parse(rows[i].text, &address));
		if (http_listen_is_loopback(&address) != rows[i].loopback)
			fail_msg("%s", rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_and_ports),
		cmocka_unit_test(refuses_everything_else),
		cmocka_unit_test(knows_loopback),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
