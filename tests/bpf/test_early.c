/* SPDX-License-Identifier: BSD-2-Clause */
/* links: tests/bpf/rig.c tests/bpf/packets.c capture/tables.c */
/*
 * Segments that come before the first one of their connection: those of a hello are handed out
 * behind it, nothing else ever is.
 */
#include <bpf/bpf.h>

#include "rig.h"

enum { HELLO = 2600, PART = 1200, OPENING = ST_FLAG_OPENED | ST_FLAG_LOCAL };

struct hello {
	uint8_t bytes[HELLO + 600];
	size_t n;
	uint32_t begin; /* sequence number of the first byte */
};

static void make_hello(struct rig *rig, struct hello *hello)
{
	hello->n = tls_hello(hello->bytes, TLS_HANDSHAKE_CLIENT_HELLO, HELLO - 9);
	assert_int_equal(hello->n, HELLO);
	for (size_t i = 11; i < hello->n; i++) /* each byte says where it belongs */
		hello->bytes[i] = (uint8_t)(i * 7 + i / 256);
	hello->begin = rig->next[CLIENT];
}

static void send_part(struct rig *rig, const struct hello *hello, size_t from, size_t n)
{
	rig->next[CLIENT] = hello->begin + (uint32_t)from;
	say(rig, CLIENT, hello->bytes + from, n);
}

/* The events taken last hold all of these bytes, each at its place. */
static void holds(const struct rig *rig, const struct hello *hello, size_t from, size_t to)
{
	bool there[sizeof(hello->bytes)] = { false };

	for (size_t i = 0; i < rig->count; i++) {
		const struct seen *seen = &rig->seen[i];
		size_t at = seen->event.seq - hello->begin;

		assert_int_equal(seen->event.sender, CLIENT);
		assert_int_equal(seen->event.flow, rig->seen[0].event.flow);
		assert_true(at + seen->event.len <= sizeof(hello->bytes));
		assert_memory_equal(seen->payload, hello->bytes + at, seen->event.len);
		memset(there + at, true, seen->event.len);
	}
	for (size_t at = from; at < to; at++)
		if (!there[at])
			fail_msg("byte %zu is missing", at);
}

static size_t kept(const struct rig *rig)
{
	int map = bpf_map__fd(rig->skel->maps.early);
	uint8_t key[64], *at = NULL;
	size_t n = 0;

	for (; !bpf_map_get_next_key(map, at, key); at = key)
		n++;
	return n;
}

static void the_second_before_the_first(void **state)
{
	struct rig *rig = *state;
	struct hello hello;

	connect_tcp(rig);
	make_hello(rig, &hello);
	send_part(rig, &hello, PART, HELLO - PART);
	no_events(rig);
	assert_int_equal(kept(rig), 1);
	send_part(rig, &hello, 0, PART);
	assert_int_equal(rig_events(rig), 2);
	holds(rig, &hello, 0, HELLO);
	assert_int_equal(rig->seen[0].event.flags, OPENING);
	assert_int_equal(rig->seen[1].event.flags, ST_FLAG_LOCAL);
	/* When it passed, not when it went out. */
	assert_true(rig->seen[1].event.time < rig->seen[0].event.time);
	assert_int_equal(count_of(rig, ST_COUNT_RAW_MODE), 0);
	assert_int_equal(kept(rig), 0);
	assert_int_equal(seen_of(rig, CLIENT), hello.begin + HELLO);
	server_hello(rig);
	only_event(rig, ST_EVENT_DATA, 95);
}

/* The first one alone is sent again, then nothing is amiss; or both are. */
static void the_second_twice(void **state)
{
	struct rig *rig = *state;
	struct hello hello;

	connect_tcp(rig);
	make_hello(rig, &hello);
	send_part(rig, &hello, PART, HELLO - PART);
	send_part(rig, &hello, PART, HELLO - PART);
	send_part(rig, &hello, 0, PART);
	assert_int_equal(rig_events(rig), 2);
	holds(rig, &hello, 0, HELLO);
	send_part(rig, &hello, PART, HELLO - PART);
	only_event(rig, ST_EVENT_DATA, 0); /* tells that it was sent again */
}

/* In other parts than before. */
static void the_first_in_another_size(void **state)
{
	static const size_t first[] = { PART - 300, PART + 300, HELLO };
	struct rig *rig = *state;
	struct hello hello;

	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
		print_message("# %zu bytes\n", first[i]);
		rig->base.client_port = (uint16_t)(3000 + i);
		connect_tcp(rig);
		make_hello(rig, &hello);
		send_part(rig, &hello, PART, HELLO - PART);
		send_part(rig, &hello, 0, first[i]);
		if (first[i] < PART)
			send_part(rig, &hello, first[i], PART - first[i]);
		rig_events(rig);
		holds(rig, &hello, 0, HELLO);
	}
}

static void four_in_any_order(void **state)
{
	static const size_t orders[][4] = { { 3, 2, 1, 0 }, { 1, 2, 3, 0 }, { 2, 3, 0, 1 },
					    { 3, 0, 1, 2 }, { 1, 3, 0, 2 }, { 2, 1, 3, 0 } };
	struct rig *rig = *state;
	struct hello hello;

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		print_message("# order %zu\n", i);
		rig->base.client_port = (uint16_t)(3000 + i);
		connect_tcp(rig);
		make_hello(rig, &hello);
		for (size_t j = 0; j < 4; j++)
			send_part(rig, &hello, orders[i][j] * HELLO / 4, HELLO / 4);
		rig_events(rig);
		holds(rig, &hello, 0, HELLO);
	}
	assert_int_equal(count_of(rig, ST_COUNT_LOST_RING_FULL), 0);
}

/* One packet of more bytes than an event holds. */
static void a_long_one(void **state)
{
	struct rig *rig = *state;
	struct hello hello;

	connect_tcp(rig);
	make_hello(rig, &hello);
	send_part(rig, &hello, 100, HELLO - 100);
	assert_int_equal(kept(rig), 2);
	send_part(rig, &hello, 0, 100);
	assert_int_equal(rig_events(rig), 3);
	holds(rig, &hello, 0, HELLO);
	assert_int_equal(count_of(rig, ST_COUNT_RAW_MODE), 0);
}

/* Its numbers wrap between the segments, and in one. */
static void past_the_end_of_numbers(void **state)
{
	static const uint32_t before[] = { PART + 1, PART / 2, PART + 600 };
	struct rig *rig = *state;
	struct hello hello;

	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		rig->base.client_port = (uint16_t)(3000 + i);
		rig->next[CLIENT] = -before[i];
		connect_tcp(rig);
		make_hello(rig, &hello);
		send_part(rig, &hello, PART, HELLO - PART);
		send_part(rig, &hello, 0, PART);
		rig_events(rig);
		holds(rig, &hello, 0, HELLO);
	}
}

/* Early data behind the hello: the place of its records is lost, which is counted. */
static void more_than_the_hello(void **state)
{
	struct rig *rig = *state;
	struct hello hello;

	connect_tcp(rig);
	make_hello(rig, &hello);
	hello.n += tls_sealed(hello.bytes + hello.n, TLS_RECORD_APPLICATION_DATA, 200);
	send_part(rig, &hello, PART, hello.n - PART);
	send_part(rig, &hello, 0, PART);
	rig_events(rig);
	holds(rig, &hello, 0, hello.n);
	assert_int_equal(rig->seen[1].event.flags, ST_FLAG_LOCAL | ST_FLAG_RAW);
	assert_int_equal(count_of(rig, ST_COUNT_RAW_MODE), 1);
}

/* The answer was quicker than the first segment: the client is not known, and nothing is told. */
static void the_answer_first(void **state)
{
	struct rig *rig = *state;
	struct hello hello;

	connect_tcp(rig);
	make_hello(rig, &hello);
	send_part(rig, &hello, PART, HELLO - PART);
	server_hello(rig);
	assert_int_equal(only_event(rig, ST_EVENT_DATA, 95)->event.flags, OPENING | ST_FLAG_JOINED);
}

static const uint8_t plain[] = "POST / HTTP/1.1\r\nContent-Length: 99999\r\n\r\n";

static void say_plain(struct rig *rig, int side, size_t n)
{
	uint8_t bytes[PAYLOAD_LIMIT];

	memset(bytes, 'a', n);
	memcpy(bytes, plain, n < sizeof(plain) ? n : sizeof(plain));
	say(rig, side, bytes, n);
}

/* Other protocols: what overtakes their beginning never leaves the kernel. */
static void no_hello_comes(void **state)
{
	struct rig *rig = *state;

	connect_tcp(rig);
	rig->next[CLIENT] += 100;
	say_plain(rig, CLIENT, 1000);
	assert_int_equal(kept(rig), 1);
	rig->next[CLIENT] -= 1100;
	say_plain(rig, CLIENT, 100);
	rig->next[CLIENT] += 1000;
	say_plain(rig, CLIENT, 1000);
	say_plain(rig, SERVER, 1000);
	no_events(rig);
	assert_int_equal(kept(rig), 1); /* its beginning came: nothing more is kept */
	assert_int_equal(flow_count(rig), 0);
}

/* In order nothing is kept, with and without an open handshake of the same tag. */
static void nothing_overtakes(void **state)
{
	struct rig *rig = *state;
	const struct st_flow_key key = base_key(rig);

	connect_tcp(rig);
	for (int i = 0; i < 5; i++)
		say_plain(rig, CLIENT, 1000);
	assert_int_equal(kept(rig), 0);

	client_hello(rig); /* STARTTLS */
	only_event(rig, ST_EVENT_DATA, 521);
	flow_of(rig, &key)->key.port[CLIENT]++; /* another flow with the same tag */
	connect_tcp(rig);
	for (int i = 0; i < 5; i++)
		say_plain(rig, CLIENT, 1000);
	assert_int_equal(kept(rig), 0);
}

/* A place for each of four segments, not for more of one connection. */
static void no_more_than_its_places(void **state)
{
	struct rig *rig = *state;

	connect_tcp(rig);
	rig->next[CLIENT]++;
	for (int i = 0; i < 12; i++)
		say_plain(rig, CLIENT, 1000);
	assert_int_equal(kept(rig), 4);
}

static void not_so_far_away(void **state)
{
	static const uint32_t far[] = { (1U << 14) + 1, 1U << 20, 1U << 31, -1U };
	struct rig *rig = *state;

	connect_tcp(rig);
	for (size_t i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		uint32_t begin = rig->next[CLIENT];

		rig->next[CLIENT] += far[i];
		say_plain(rig, CLIENT, 1000);
		rig->next[CLIENT] = begin;
	}
	assert_int_equal(kept(rig), 0);
}

/* Only whose SYN was answered, and only of the client. */
static void not_of_others(void **state)
{
	struct rig *rig = *state;

	signal_flags(rig, CLIENT, SYN);
	rig->next[CLIENT] += 100;
	say_plain(rig, CLIENT, 1000); /* no answer yet */
	assert_int_equal(kept(rig), 0);

	rig->base.client_port++;
	rig->next[SERVER] = rig->next[CLIENT];
	connect_tcp(rig);
	rig->next[SERVER] += 100;
	say_plain(rig, SERVER, 1000);
	assert_int_equal(kept(rig), 0);

	rig->egress = true; /* not where its SYN passed */
	rig->next[CLIENT] += 100;
	say_plain(rig, CLIENT, 1000);
	assert_int_equal(kept(rig), 0);
}

/* Of an earlier connection with the same ports nothing comes to light. */
static void not_of_the_one_before(void **state)
{
	struct rig *rig = *state;
	struct hello hello;

	connect_tcp(rig);
	rig->next[CLIENT] += PART;
	say_plain(rig, CLIENT, 1000);
	assert_int_equal(kept(rig), 1);
	rig->next[CLIENT] += 5000;
	connect_tcp(rig);
	make_hello(rig, &hello);
	send_part(rig, &hello, 0, PART);
	assert_int_equal(rig_events(rig), 1);
	holds(rig, &hello, 0, PART);
}

/* The ring has room for one and a half: of the half the next event says so, the third is not told.
 */
static void without_room(void **state)
{
	struct rig *rig = *state;
	struct hello hello;

	rig_close(rig);
	memset(rig, 0, sizeof(*rig));
	rig_open(rig, &(struct rig_config){ .ring_size = 4096 });
	for (uint16_t i = 0; i < 3; i++) {
		rig->base.client_port = 5000 + i;
		connect_tcp(rig);
		make_hello(rig, &hello);
		send_part(rig, &hello, 900, HELLO - 900);
		send_part(rig, &hello, 0, 900);
	}
	assert_int_equal(rig_events(rig), 3);
	assert_int_equal(rig->seen[1].event.len, HELLO - 900);
	assert_int_equal(rig->seen[2].event.len, 900);
	assert_int_equal(count_of(rig, ST_COUNT_LOST_RING_FULL), 2);
	assert_int_equal(count_of(rig, ST_COUNT_LOST_HANDSHAKE), 1);
	rig->base.client_port = 5001;
	server_hello(rig);
	assert_true(only_event(rig, ST_EVENT_DATA, 95)->event.flags & ST_FLAG_LOST);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_second_before_the_first),
		TEST(the_second_twice),
		TEST(the_first_in_another_size),
		TEST(four_in_any_order),
		TEST(a_long_one),
		TEST(past_the_end_of_numbers),
		TEST(more_than_the_hello),
		TEST(the_answer_first),
		TEST(no_hello_comes),
		TEST(nothing_overtakes),
		TEST(no_more_than_its_places),
		TEST(not_so_far_away),
		TEST(not_of_others),
		TEST(not_of_the_one_before),
		TEST(without_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
