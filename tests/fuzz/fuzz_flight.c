/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One connection, told in whole records and messages: reordered, repeated, cut, changed, split.
 * The input is a list of steps of two bytes, each with the numbers that its flags ask for:
 *
 *   piece u8 (see pieces.h) | flags u8 | ...
 *
 * One handshake is one record, and how TCP cut the stream makes no difference to it.
 */
#include <string.h>

#include "input.h"
#include "must.h"
#include "pieces.h"
#include "stage.h"
#include "tls_sniff.h"

#define MS UINT64_C(1000000)
#define TIMEOUT (UINT64_C(10000) * MS)
#define STEPS_MAX 64
#define PIECE_MAX 8192

enum step_flag {
	STEP_CHANGE = 1 << 0, /* offset u16, xor u8 */
	STEP_CUT = 1 << 1,    /* bytes left u16 */
	STEP_TURN = 1 << 2,   /* said by the other side */
	STEP_SPLIT = 1 << 3,  /* in segments of so many bytes: u8 */
	STEP_REPEAT = 1 << 4, /* sent twice */
	STEP_LATE = 1 << 5,   /* sent after the next one */
	STEP_WAIT = 1 << 6,   /* some time passes before: u8, units of 64 ms */
	STEP_MARK = 1 << 7,   /* flags of the event u8, of TOLD */
};

/* What the kernel may say of an event beyond that it is the first. */
#define TOLD                                                                           \
	(ST_FLAG_EGRESS | ST_FLAG_LOCAL | ST_FLAG_LOST | ST_FLAG_RAW | ST_FLAG_SPENT | \
	 ST_FLAG_WHOLE)

struct flight {
	struct stage stage;
	bool split;   /* as the input says; else each step is one segment */
	bool regular; /* so far nothing for which segments may matter */
	bool opened, is_hello;
	uint64_t now;
	uint32_t next[2];
};

struct step {
	struct piece piece;
	uint8_t own[PIECE_MAX];
	uint8_t flags, told, segment;
	uint32_t at; /* sequence number */
};

static void send_event(struct flight *flight, const struct step *step, uint32_t at, size_t n,
		       uint8_t type)
{
	enum hs_side side = step->piece.from;
	const uint8_t *p = step->piece.bytes.p + at;
	struct st_event event = {
		.time = flight->now,
		.flow = 1,
		.key = { .port = { 0x1234, 0xbb01 } },
		.ifindex = 7,
		.seq = step->at + at,
		.ack = flight->next[!side],
		.len = (uint16_t)n,
		.type = type,
		.flags = step->told,
		.sender = (uint8_t)side,
	};

	event.key.addr[0][3] = 1;
	event.key.addr[1][3] = 2;
	if (!flight->opened) {
		event.flags |= ST_FLAG_OPENED;
		/* A flow whose first event was lost is not told of any more (bpf/emit.bpf.h). */
		event.flags &= (uint8_t)~ST_FLAG_LOST;
		flight->is_hello = n >= TLS_SNIFF_BYTES && type == ST_EVENT_DATA &&
				   tls_sniff(p, (uint32_t)n) == TLS_SNIFFED_CLIENT_HELLO;
	}
	flight->opened = true;
	stage_event(&flight->stage, &event, p);
}

static void send_step(struct flight *flight, const struct step *step)
{
	size_t n = step->piece.bytes.n;
	size_t segment = flight->split && step->segment ? step->segment : ST_EVENT_PAYLOAD_MAX;

	if (step->piece.kind == PIECE_FIN || step->piece.kind == PIECE_RST) {
		send_event(flight, step, 0, 0,
			   step->piece.kind == PIECE_FIN ? ST_EVENT_FIN : ST_EVENT_RST);
		return;
	}
	for (size_t at = 0; at < n; at += segment)
		send_event(flight, step, (uint32_t)at, n - at < segment ? n - at : segment,
			   ST_EVENT_DATA);
}

static void take_step(struct flight *flight, struct input *in, struct step *step)
{
	step->piece = *piece_of(input_u8(in) % PIECES);
	step->flags = input_u8(in);
	step->told = 0;
	step->segment = 0;
	if (step->piece.bytes.n)
		memcpy(step->own, step->piece.bytes.p, step->piece.bytes.n);
	step->piece.bytes.p = step->own;
	if (step->flags & STEP_CHANGE) {
		uint16_t at = input_u16(in);
		uint8_t change = input_u8(in);

		if (step->piece.bytes.n)
			step->own[at % step->piece.bytes.n] ^= change;
	}
	if (step->flags & STEP_CUT) {
		size_t left = input_u16(in);

		if (left < step->piece.bytes.n)
			step->piece.bytes.n = left;
	}
	if (step->flags & STEP_TURN)
		step->piece.from = step->piece.from == HS_CLIENT ? HS_SERVER : HS_CLIENT;
	if (step->flags & STEP_SPLIT)
		step->segment = input_u8(in);
	flight->now += MS;
	if (step->flags & STEP_WAIT)
		flight->now += 64 * MS * input_u8(in);
	if (step->flags & STEP_MARK)
		step->told = input_u8(in) & TOLD;
}

/* Where it stands in the stream, and what comes behind it. */
static void place_step(struct flight *flight, struct step *step)
{
	uint32_t *next = &flight->next[step->piece.from];

	step->at = *next;
	*next += (uint32_t)step->piece.bytes.n + step->piece.sealed;
	if (step->piece.kind == PIECE_FIN || step->piece.kind == PIECE_RST)
		++*next;
	/* Marks are of segments; holes and repetitions count segments too. */
	if (step->told || step->flags & (STEP_LATE | STEP_REPEAT))
		flight->regular = false;
}

/* What certificates say of time depends on it: no clock, while they are valid, behind that. */
static uint64_t clock_of(struct input in)
{
	static const uint64_t years[] = { 0, 56, 58, 80 };

	return years[in.n / 2 % 4] * 31557600 * 1000 * MS;
}

static void fly(struct flight *flight, struct input in)
{
	static struct step steps[2];
	const struct step *late = NULL;

	stage_open(&flight->stage, &(struct pipeline_config){ .timeout = TIMEOUT, .max_flows = 2 });
	pipeline_set_wall(flight->stage.pipeline, clock_of(in));
	flight->now = UINT64_C(100000) * MS;
	flight->next[HS_CLIENT] = 1000;
	flight->next[HS_SERVER] = (uint32_t)-100; /* wraps */
	flight->regular = true;
	for (unsigned n = 0; in.n && n < STEPS_MAX; n++) {
		struct step *step = &steps[late == &steps[0]];

		take_step(flight, &in, step);
		place_step(flight, step);
		if (step->flags & STEP_WAIT)
			stage_expire(&flight->stage, flight->now);
		if (step->flags & STEP_LATE && !late) {
			late = step;
			continue;
		}
		send_step(flight, step);
		if (step->flags & STEP_REPEAT)
			send_step(flight, step);
		if (late)
			send_step(flight, late);
		late = NULL;
	}
	MUST(flight->stage.count <= 1);
	stage_finish(&flight->stage, flight->now);
	MUST(flight->stage.count <= 1);
	MUST(flight->stage.count == 1 || !flight->is_hello);
}

/* The same stream in other segments is the same handshake. */
static void check_same(const struct flight *a, const struct flight *b)
{
	const struct stage_record *x = &a->stage.records[0], *y = &b->stage.records[0];

	if (!a->regular || !a->is_hello || !b->is_hello)
		return;
	MUST(a->stage.count == b->stage.count);
	MUST(x->outcome == y->outcome && x->stage == y->stage && x->unknown == y->unknown);
	MUST(x->failure.cause == y->failure.cause && x->failure.side == y->failure.side);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct flight whole, split;
	struct input in = { data, size };

	whole = (struct flight){ .split = false };
	split = (struct flight){ .split = true };
	fly(&whole, in);
	fly(&split, in);
	check_same(&whole, &split);
	stage_close(&whole.stage);
	stage_close(&split.stage);
	return 0;
}
