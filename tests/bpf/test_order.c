/* SPDX-License-Identifier: BSD-2-Clause */
/* links: tests/bpf/rig.c tests/bpf/packets.c capture/tables.c */
/*
 * Adverse order: in whatever segments and order a handshake comes, every byte of its clear messages
 * is copied, at its place, and headers of sealed records are.
 */
#include "rig.h"

#include <stdlib.h>

enum { STREAM_MAX = 4096, SEGMENTS_MAX = 8192, HEADER = TLS_RECORD_HEADER_LEN };

struct stream {
	uint8_t bytes[STREAM_MAX];
	bool wanted[STREAM_MAX], copied[STREAM_MAX];
	size_t n;
	uint32_t isn;
};

struct piece {
	int side;
	size_t from, to;
};

struct plan {
	struct rig *rig;
	struct stream stream[2];
	struct piece piece[SEGMENTS_MAX];
	size_t count;
	unsigned size; /* of a segment; 0: any */
};

static size_t below(size_t n)
{
	return n ? (size_t)random() % n : 0;
}

static void want(struct stream *stream, size_t from, size_t n)
{
	memset(stream->wanted + from, true, n);
}

/* One message over records of so many bytes. */
static void add_message(struct stream *stream, uint8_t type, size_t body, size_t record)
{
	uint8_t bytes[STREAM_MAX];
	size_t n = tls_hello(bytes, type, body), begin = stream->n;

	for (size_t at = HEADER; at < n; at += record) {
		size_t part = n - at < record ? n - at : record;
		const uint8_t header[] = { TLS_RECORD_HANDSHAKE, 3, 3, (uint8_t)(part >> 8),
					   (uint8_t)part };

		memcpy(stream->bytes + stream->n, header, HEADER);
		memcpy(stream->bytes + stream->n + HEADER, bytes + at, part);
		stream->n += HEADER + part;
	}
	want(stream, begin, stream->n - begin);
}

static void add_end(struct stream *stream)
{
	size_t n = tls_change_cipher_spec(stream->bytes + stream->n);

	n += tls_sealed(stream->bytes + stream->n + n, TLS_RECORD_HANDSHAKE, 40);
	want(stream, stream->n, n - 40);
	stream->n += n;
}

static void make_streams(struct plan *plan)
{
	struct stream *client = &plan->stream[CLIENT], *server = &plan->stream[SERVER];
	size_t record = below(2) ? 16384 : 100 + below(300); /* many small: test_limits.c */

	memset(plan->stream, 0, sizeof(plan->stream));
	/* Both wrap, in one of two runs. */
	client->isn = below(2) ? (uint32_t)random() : (uint32_t)-below(900);
	server->isn = below(2) ? (uint32_t)random() : (uint32_t)-below(900);
	add_message(client, TLS_HANDSHAKE_CLIENT_HELLO, 300 + below(1200), record);
	add_end(client);
	add_message(server, TLS_HANDSHAKE_SERVER_HELLO, 80, record);
	add_message(server, TLS_HANDSHAKE_CERTIFICATE, 300 + below(900), record);
	add_message(server, TLS_HANDSHAKE_SERVER_HELLO_DONE, 0, record);
	add_end(server);
}

static void add_piece(struct plan *plan, int side, size_t from, size_t to)
{
	assert_true(plan->count < SEGMENTS_MAX);
	plan->piece[plan->count++] = (struct piece){ side, from, to };
}

/* Both sides at once, cut anyhow. */
static void cut(struct plan *plan)
{
	size_t at[2] = { 0 };

	plan->count = 0;
	while (at[CLIENT] < plan->stream[CLIENT].n || at[SERVER] < plan->stream[SERVER].n) {
		int side = plan->count ? (int)below(2) : CLIENT;
		size_t n = plan->size ? plan->size : 1 + below(700);
		size_t left = plan->stream[side].n - at[side];

		if (n > left)
			n = left;
		if (!n)
			continue;
		add_piece(plan, side, at[side], at[side] + n);
		at[side] += n;
	}
}

/* The first piece stays first: see delay_first(). */
static void swap_some(struct plan *plan)
{
	for (size_t i = 1; i + 1 < plan->count; i++) {
		size_t other = i + below(4);
		struct piece piece = plan->piece[i];

		if (below(3) || other >= plan->count)
			continue;
		plan->piece[i] = plan->piece[other];
		plan->piece[other] = piece;
	}
}

/* With its SYN and the answer seen, up to four pieces of the client may overtake the first. */
static void delay_first(struct plan *plan)
{
	struct rig *rig = plan->rig;
	struct piece first = plan->piece[0];
	size_t i = 0, last = 1 + below(4);

	rig->next[CLIENT] = plan->stream[CLIENT].isn - 1;
	rig->next[SERVER] = plan->stream[SERVER].isn - 1;
	connect_tcp(rig);
	for (; i < last && i + 1 < plan->count && plan->piece[i + 1].side == CLIENT; i++)
		plan->piece[i] = plan->piece[i + 1];
	plan->piece[i] = first;
}

/* What was sent comes again in other pieces, and new bytes behind it. */
static void repeat_some(struct plan *plan)
{
	size_t count = plan->count;

	for (size_t i = 1; i < count; i += 1 + below(4)) {
		struct piece *piece = &plan->piece[i];
		size_t back = below(200);

		if (below(2))
			piece->from -= back < piece->from ? back : piece->from;
		else
			add_piece(plan, piece->side, piece->from, piece->to);
	}
}

static void collect(struct plan *plan)
{
	struct rig *rig = plan->rig;

	rig_events(rig);
	for (size_t i = 0; i < rig->count; i++) {
		const struct seen *seen = &rig->seen[i];
		struct stream *stream = &plan->stream[seen->event.sender];
		size_t at = seen->event.seq - stream->isn;

		if (!seen->event.len)
			continue;
		assert_true(at + seen->event.len <= stream->n);
		assert_memory_equal(seen->payload, stream->bytes + at, seen->event.len);
		memset(stream->copied + at, true, seen->event.len);
	}
}

static void play(struct plan *plan)
{
	struct rig *rig = plan->rig;

	for (size_t i = 0; i < plan->count; i++) {
		const struct piece *piece = &plan->piece[i];
		const struct stream *stream = &plan->stream[piece->side];

		rig->next[piece->side] = stream->isn + (uint32_t)piece->from;
		rig->next[!piece->side] = plan->stream[!piece->side].isn; /* acknowledges nothing */
		say(rig, piece->side, stream->bytes + piece->from, piece->to - piece->from);
		collect(plan);
	}
}

static void check_streams(const struct plan *plan, bool in_order)
{
	for (int side = 0; side < 2; side++) {
		const struct stream *stream = &plan->stream[side];

		for (size_t i = 0; i < stream->n; i++) {
			if (stream->wanted[i] && !stream->copied[i])
				fail_msg("byte %zu of side %d is missing", i, side);
			if (in_order && !stream->wanted[i] && stream->copied[i])
				fail_msg("byte %zu of side %d was not to be copied", i, side);
		}
	}
}

enum { SWAP = 1, REPEAT = 2, DELAY = 4 };

static void runs(struct rig *rig, unsigned size, int how, bool in_order)
{
	struct plan *plan = calloc(1, sizeof(*plan));

	assert_non_null(plan);
	plan->rig = rig;
	plan->size = size;
	for (unsigned seed = 1; seed <= (size == 1 ? 4 : 60); seed++) {
		srandom(seed);
		rig->base.client_port++;
		make_streams(plan);
		cut(plan);
		if (how & SWAP)
			swap_some(plan);
		if (how & REPEAT)
			repeat_some(plan);
		if (how & DELAY)
			delay_first(plan);
		print_message("# seed %u, %zu segments\n", seed, plan->count);
		play(plan);
		check_streams(plan, in_order);
	}
	assert_int_equal(count_of(rig, ST_COUNT_REFUSED_TRUNCATED), 0);
	assert_int_equal(count_of(rig, ST_COUNT_DUPLICATES), 0);
	free(plan);
}

static void in_order(void **state)
{
	runs(*state, 0, 0, false);
	runs(*state, 700, 0, false);
}

/* One piece for each side: nothing sealed leaves the kernel. */
static void in_one_piece(void **state)
{
	runs(*state, 2900, 0, true);
	runs(*state, 2900, REPEAT, true);
}

static void byte_by_byte(void **state)
{
	runs(*state, 1, 0, false);
	runs(*state, 1, SWAP | REPEAT, false);
}

static void small_pieces(void **state)
{
	runs(*state, 3, 0, false);
	runs(*state, 3, SWAP | REPEAT, false);
	runs(*state, 61, SWAP | REPEAT, false);
}

static void out_of_order(void **state)
{
	runs(*state, 0, SWAP, false);
}

static void again_in_other_pieces(void **state)
{
	runs(*state, 0, REPEAT, false);
	runs(*state, 0, SWAP | REPEAT, false);
}

static void the_first_is_late(void **state)
{
	runs(*state, 0, DELAY, false);
	runs(*state, 61, DELAY, false);
	runs(*state, 700, DELAY | SWAP | REPEAT, false);
}

static int setup(void **state)
{
	if (rig_setup(state))
		return -1;
	((struct rig *)*state)->base.client_port = 2000;
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(in_order),		 TEST(in_one_piece), TEST(byte_by_byte),
		TEST(small_pieces),	 TEST(out_of_order), TEST(again_in_other_pieces),
		TEST(the_first_is_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
