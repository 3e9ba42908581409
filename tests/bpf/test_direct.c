/* SPDX-License-Identifier: BSD-2-Clause */
/* links: tests/bpf/rig.c tests/bpf/packets.c capture/tables.c */
/*
 * Programs that read packets directly and those that have a helper do it see the same: the same
 * frames through both, each whole, cut at every byte and with bytes changed by chance.
 */
#include "rig.h"

#include <stdlib.h>

#define CHANGED_FRAMES 3000
#define CHANGED_BYTES 3
/* Where the headers lie, and the first bytes behind them. */
#define CHANGED_UP_TO 110

enum { HOPOPTS = 0, UDP = 17, GRE = 47 };

struct both {
	struct rig direct, by_helper;
	uint8_t payload[400];
	uint32_t dice;
};

static const struct frame layouts[] = {
	{ .flags = SYN },
	{ .tcp_options = 12 },
	{ .ip6 = true, .tcp_options = 12 },
	{ .tcp_options = 0 },
	{ .tcp_options = 4 },
	{ .ip6 = true, .tcp_options = 40 },
	{ .ip_options = 8, .tcp_options = 12 },
	{ .vlans = 1, .vlan = { 7 }, .tcp_options = 12 },
	{ .vlans = 1, .vlan = { 7 }, .ip6 = true },
	{ .vlans = 2, .vlan = { 7, 8 }, .tcp_options = 12 },
	{ .vlans = 3, .vlan = { 7, 8, 9 } },
	{ .ip6 = true, .ext_count = 1, .ext = { HOPOPTS }, .tcp_options = 12 },
	{ .bare = true, .tcp_options = 12 },
	{ .bare = true, .ip6 = true },
	{ .total_zero = true, .tcp_options = 12 },
	{ .protocol = UDP },
	{ .ip6 = true, .protocol = UDP },
	{ .protocol = GRE },
	{ .padding = 9, .tcp_options = 12 },
};

#define LAYOUTS (sizeof(layouts) / sizeof(layouts[0]))

static int open_both(void **state)
{
	struct both *both = calloc(1, sizeof(*both));

	*state = both;
	if (!both)
		return -1;
	rig_open(&both->direct, &(struct rig_config){ 0 });
	rig_open(&both->by_helper, &(struct rig_config){ .by_helper = true });
	return 0;
}

static int close_both(void **state)
{
	struct both *both = *state;

	rig_close(&both->direct);
	rig_close(&both->by_helper);
	free(both);
	return 0;
}

/* What must be the same of an event: all but times and what is made of them. */
static struct st_event timeless(const struct st_event *event)
{
	struct st_event same = *event;

	same.time = !!event->time;
	same.flow = !!event->flow;
	same.syn_time = !!event->syn_time;
	same.synack_time = !!event->synack_time;
	return same;
}

static void same_events(struct both *both)
{
	size_t n = rig_events(&both->direct);

	assert_int_equal(rig_events(&both->by_helper), n);
	for (size_t i = 0; i < n; i++) {
		const struct seen *a = &both->direct.seen[i], *b = &both->by_helper.seen[i];
		struct st_event x = timeless(&a->event), y = timeless(&b->event);

		assert_memory_equal(&x, &y, offsetof(struct st_event, piece));
		assert_memory_equal(a->payload, b->payload, a->event.len);
	}
}

static void through_both(struct both *both, bool bare, const uint8_t *bytes, size_t n)
{
	rig_bytes(&both->direct, bare, bytes, n);
	rig_bytes(&both->by_helper, bare, bytes, n);
}

static void same_counts(const struct both *both)
{
	for (int what = 0; what < ST_COUNTS; what++)
		assert_int_equal(count_of(&both->direct, what), count_of(&both->by_helper, what));
	assert_int_equal(flow_count(&both->direct), flow_count(&both->by_helper));
}

/* The frame of a layout; its connection is of its own. */
static size_t build(struct both *both, size_t layout, uint16_t port, uint8_t *bytes)
{
	struct frame frame = layouts[layout];

	frame.client_port = port;
	frame.seq = 5000;
	frame.n = frame.flags & SYN ? 0 : tls_hello(both->payload, TLS_HANDSHAKE_CLIENT_HELLO, 200);
	frame.payload = both->payload;
	return frame_build(&frame, bytes);
}

/* Of what an Ethernet type says to be IP a test run takes no less than its header. */
static size_t shortest(const struct frame *frame)
{
	if (frame->vlans)
		return 15;
	return 14 + (frame->ip6 ? 40 : 20);
}

static void whole_and_cut(void **state)
{
	static uint8_t bytes[FRAME_MAX];
	struct both *both = *state;

	for (size_t i = 0; i < LAYOUTS; i++) {
		size_t n = build(both, i, (uint16_t)(20000 + i), bytes);

		for (size_t cut = shortest(&layouts[i]); cut <= n; cut++) {
			through_both(both, layouts[i].bare, bytes, cut);
			same_events(both);
		}
		same_counts(both);
	}
	assert_true(count_of(&both->direct, ST_COUNT_FLOWS_OPENED) >= 10);
	assert_true(count_of(&both->direct, ST_COUNT_REFUSED_MALFORMED) > 0);
	assert_true(count_of(&both->direct, ST_COUNT_REFUSED_TRUNCATED) > 0);
}

/* So few bytes that the first look must do with what there is. */
static void little_payload(void **state)
{
	static uint8_t bytes[FRAME_MAX];
	struct both *both = *state;
	uint8_t hello[300];
	size_t all = tls_hello(hello, TLS_HANDSHAKE_CLIENT_HELLO, 200);

	for (size_t i = 0; i < LAYOUTS; i++) {
		for (size_t n = 1; n < 24; n++) {
			struct frame frame = layouts[i];

			frame.client_port = (uint16_t)(1000 * (i + 1) + n);
			frame.payload = hello;
			frame.n = n;
			through_both(both, frame.bare, bytes, frame_build(&frame, bytes));
			frame.seq += n;
			frame.payload = hello + n;
			frame.n = all - n;
			through_both(both, frame.bare, bytes, frame_build(&frame, bytes));
			same_events(both);
		}
	}
	same_counts(both);
}

static uint32_t throw_dice(struct both *both)
{
	both->dice = both->dice * 1664525 + 1013904223; /* Numerical Recipes */
	return both->dice >> 8;
}

static void changed_by_chance(void **state)
{
	static uint8_t bytes[FRAME_MAX];
	struct both *both = *state;

	for (int i = 0; i < CHANGED_FRAMES; i++) {
		size_t layout = throw_dice(both) % LAYOUTS;
		size_t n = build(both, layout, (uint16_t)throw_dice(both), bytes);

		for (int change = 0; change < CHANGED_BYTES; change++)
			bytes[throw_dice(both) % (n < CHANGED_UP_TO ? n : CHANGED_UP_TO)] =
				(uint8_t)throw_dice(both);
		through_both(both, layouts[layout].bare, bytes, n);
		same_events(both);
	}
	same_counts(both);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_both, close_both)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(whole_and_cut),
		TEST(little_payload),
		TEST(changed_by_chance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
