/* SPDX-License-Identifier: BSD-2-Clause */
/* Who may stay connected, by the limits that out/clients.h and out/host.h promise. */
/* links: out/clients.c out/host.c base/addr.c */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "out/clients.h"
#include "out/host.h"

#define SECOND UINT64_C(1000000000)

static struct clients clients;

static struct client *add(const char *text, uint64_t now)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
		return clients_add(&clients, 7, (struct sockaddr *)&in, now);
	assert_int_equal(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
	return clients_add(&clients, 7, (struct sockaddr *)&in6, now);
}

static int set_up(void **state)
{
	(void)state;
	memset(&clients, 0, sizeof(clients));
	return 0;
}

/* Sixty-four of one address stay; one more takes the place of the first. */
static void an_address_has_its_share(void **state)
{
	struct client *first = add("192.0.2.1", SECOND);

	(void)state;
	add("192.0.2.2", 0);
	for (uint64_t i = 2; i <= 64; i++)
		add("192.0.2.1", i * SECOND);
	assert_null(clients_surplus(&clients));
	add("192.0.2.1", 65 * SECOND);
	assert_ptr_equal(clients_surplus(&clients), first);
	first->dropped = true;
	assert_null(clients_surplus(&clients));
}

/* RFC 4291: the second half of an address is the host's own to choose. */
static void a_network_of_ipv6_is_one_address(void **state)
{
	struct client *first = add("2001:db8::1", SECOND);
	char text[32];

	(void)state;
	for (int i = 2; i <= 65; i++) {
		snprintf(text, sizeof(text), "2001:db8::%x", i);
		add(text, (uint64_t)i * SECOND);
	}
	assert_ptr_equal(clients_surplus(&clients), first);
	/* ::ffff:0:0/96 is all of IPv4, and no such network. */
	memset(&clients, 0, sizeof(clients));
	for (int i = 1; i <= 65; i++) {
		snprintf(text, sizeof(text), "::ffff:192.0.2.%d", i);
		add(text, SECOND);
	}
	assert_null(clients_surplus(&clients));
}

/* 128 together; who has asked for something outlasts who has not. */
static void all_together_have_a_limit(void **state)
{
	struct client *oldest = add("192.0.2.1", SECOND);
	char text[32];

	(void)state;
	clients_answer(oldest, SECOND);
	for (int i = 2; i <= 129; i++) {
		snprintf(text, sizeof(text), "192.0.2.%d", i);
		add(text, (uint64_t)i * SECOND);
		assert_true(i == 129 || !clients_surplus(&clients));
	}
	assert_ptr_equal(clients_surplus(&clients), &clients.entry[1]);
}

static void there_is_room_for_the_dropped(void **state)
{
	(void)state;
	for (int i = 0; i < CLIENTS_ROOM; i++)
		assert_non_null(add("192.0.2.1", SECOND));
	assert_null(add("192.0.2.1", SECOND));
	clients_remove(&clients.entry[5]);
	assert_ptr_equal(add("192.0.2.1", SECOND), &clients.entry[5]);
}

/* 10 s to ask, 30 s to take the answer, 75 s until the next request. */
static void time_is_limited(void **state)
{
	struct client *client = add("192.0.2.1", 100 * SECOND);

	(void)state;
	assert_int_equal(clients_due(&clients), 110 * SECOND);
	assert_null(clients_overdue(&clients, 110 * SECOND - 1));
	assert_ptr_equal(clients_overdue(&clients, 110 * SECOND), client);
	clients_answer(client, 105 * SECOND);
	assert_int_equal(clients_due(&clients), 135 * SECOND);
	clients_wait(client, 106 * SECOND);
	assert_int_equal(clients_due(&clients), 181 * SECOND);
	client->dropped = true;
	assert_int_equal(clients_due(&clients), 0);
	assert_null(clients_overdue(&clients, 200 * SECOND));
}

static void a_web_site_has_a_name_with_a_dot(void **state)
{
	static const struct {
		const char *host;
		bool local;
	} cases[] = {
		{ NULL, true },
		{ "", true },
		{ "localhost", true },
		{ "localhost:9743", true },
		{ "LOCALHOST.:9743", true },
		{ "127.0.0.1", true },
		{ "127.0.0.1:9743", true },
		{ "192.0.2.7:80", true },
		{ "[::1]:9743", true },
		{ "[::1]", true },
		{ "[2001:db8::1]:1", true },
		{ "shaketap", true },
		{ "node-7:9743", true },
		{ "x.localhost:9743", true },
		{ "own.example.com:9743", true },
		{ "OWN.example.com", true },
		{ "own.example.com.", true },
		{ "rebound.example.com", false },
		{ "rebound.example.com:9743", false },
		{ "127.0.0.1.example.com:9743", false },
		{ "127.0.0.1.", true },
		{ "evil.com:x", false },
		{ "[evil.com]", false },
		{ "[::1].evil.com:9743", false },
		{ "[", false },
		{ "localhost.evil.com", false },
		{ "notlocalhost.com", false },
		{ "1.2.3", false },
	};
	char longest[600];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (host_is_local(cases[i].host, "own.example.com") != cases[i].local)
			fail_msg("%s", cases[i].host);
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_false(host_is_local(longest, ""));
	assert_false(host_is_local("a.example", ""));
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_address_has_its_share),	 TEST(a_network_of_ipv6_is_one_address),
		TEST(all_together_have_a_limit), TEST(there_is_room_for_the_dropped),
		TEST(time_is_limited),		 TEST(a_web_site_has_a_name_with_a_dot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
