/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hash of a key, by which the programs and the daemon find a connection: whoever chooses the
 * addresses must not find many with one hash, whichever part of them differs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "shaketap_abi.h"

#define KEYS 4096
/* Of 4,096 hashes of 32 bits two meet by chance in one run of 500. */
#define MEET_MAX 2

static const __u64 seed[ST_SEEDS] = {
	UINT64_C(0x9d3f1c5b7a2e4861), UINT64_C(0x27b1d4f60c8e93a5), UINT64_C(0xe15a7c3908d6f24b),
	UINT64_C(0x5c80b7e2f149a36d), UINT64_C(0xb36e02d97f5c1a85),
};

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Keys that differ in one word of the second address. */
static void differ_in(const uint32_t addr[4], unsigned word)
{
	static uint32_t hashes[KEYS];
	struct st_flow_key key = { .addr = { { 0, 0, htonl(0xffff), htonl(0x0a000001) } },
				   .port = { htons(50000), htons(443) } };
	unsigned meet = 0;

	for (uint32_t i = 0; i < KEYS; i++) {
		for (unsigned w = 0; w < 4; w++)
			key.addr[1][w] = addr[w];
		key.addr[1][word] = htonl(ntohl(addr[word]) + i);
		hashes[i] = (uint32_t)st_flow_hash(&key, seed);
	}
	qsort(hashes, KEYS, sizeof(*hashes), compare);
	for (unsigned i = 1; i < KEYS; i++)
		meet += hashes[i] == hashes[i - 1];
	assert_in_range(meet, 0, MEET_MAX);
}

static void words(void **state)
{
	static const uint32_t ours[][4] = {
		{ 0x20010db8, 1, 2, 3 }, /* documentation (RFC 3849) */
		{ 0, 1, 77, 9 },	 /* ::/32, nobody's, and yet on the wire */
		{ 0, 0, 77, 9 }, /* compatible with IPv4 (RFC 4291 section 2.5.5.1), nearly */
		{ 0, 0, 0, 1 },		 { 0x0064ff9b, 0, 0, 9 }, /* translated (RFC 6052) */
	};
	uint32_t addr[4];

	(void)state;
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		for (unsigned word = 0; word < 4; word++) {
			for (unsigned w = 0; w < 4; w++)
				addr[w] = htonl(ours[i][w]);
			differ_in(addr, word);
		}
}

static void mapped(void **state)
{
	const uint32_t addr[4] = { 0, 0, htonl(0xffff), htonl(0x0a000002) };

	(void)state;
	assert_int_equal(addr[2], ST_ADDR_MAPPED);
	differ_in(addr, 3);
}

/* What the programs take for a packet of IPv4 is what the daemon works out from its key. */
static void of_a_packet(void **state)
{
	struct st_flow_key key = { .addr = { { 0, 0, ST_ADDR_MAPPED }, { 0, 0, ST_ADDR_MAPPED } } };

	(void)state;
	srand(1);
	for (unsigned i = 0; i < KEYS; i++) {
		for (unsigned end = 0; end < 2; end++) {
			key.addr[end][3] = (uint32_t)rand();
			key.port[end] = (uint16_t)rand();
		}
		assert_true(st_flow_hash4(&key, seed) == st_flow_hash(&key, seed));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(mapped),
		cmocka_unit_test(of_a_packet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
