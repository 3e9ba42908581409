/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One direction of a stream against a model: a byte and a flag for each place of a window. The
 * input is a list of steps: what u8 | numbers.
 */
#include <errno.h>
#include <string.h>

#include "input.h"
#include "must.h"
#include "stream/reasm.h"

#define WINDOW (1U << 18)
#define STEPS_MAX 512
/* Of it the tail stays free, so that steps need no check. */
#define PLACES (WINDOW - (1U << 17))

struct model {
	struct reasm reasm;
	uint32_t base;	 /* sequence number of place 0 */
	uint32_t pos;	 /* place of the read position */
	uint32_t used;	 /* places beyond are all unknown */
	uint32_t stored; /* places known from pos on */
	bool known[WINDOW];
	uint8_t byte[WINDOW];
};

static void check(struct model *m, size_t want)
{
	struct bytes got = reasm_peek(&m->reasm, want);
	uint32_t end = m->pos;

	for (uint32_t i = 0; i < got.n; i++)
		MUST(m->known[m->pos + i] && m->byte[m->pos + i] == got.p[i]);
	while (m->known[end])
		end++;
	MUST(got.n <= end - m->pos);
	MUST(got.n >= want || got.n == end - m->pos);
	MUST(reasm_end(&m->reasm) == m->base + end);
	/* A chunk that was read in part is still there whole. */
	MUST(m->reasm.stored + m->reasm.lent.n >= m->stored);
	MUST(!m->reasm.stored == !m->reasm.count);
	MUST(reasm_has_gap(&m->reasm) == (m->stored > end - m->pos));
	MUST(m->reasm.stored <= REASM_STORED_MAX && m->reasm.count <= REASM_CHUNKS_MAX);
	MUST(reasm_memory(&m->reasm) >= m->reasm.stored);
}

/* False: a limit was met, and how much of the segment was taken is nobody's promise. */
static bool add(struct model *m, uint32_t place, struct bytes segment, uint32_t skip)
{
	uint8_t *own = own_copy(segment);
	int err = reasm_add(&m->reasm, m->base + place, (struct bytes){ own, segment.n });

	for (uint32_t i = 0; !err && i < segment.n; i++) {
		if (place + i < m->pos || m->known[place + i])
			continue;
		m->known[place + i] = true;
		m->stored++;
		m->byte[place + i] = segment.p[i];
	}
	if (m->used < place + segment.n)
		m->used = place + (uint32_t)segment.n;
	if (!err) {
		check(m, skip);
		if (m->pos + skip < PLACES) {
			reasm_skip(&m->reasm, skip);
			for (; skip; skip--)
				m->stored -= m->known[m->pos++];
		}
		err = reasm_settle(&m->reasm);
	}
	MUST(!err || err == -ENOBUFS);
	free(own);
	return !err;
}

static bool step(struct model *m, struct input *in)
{
	uint8_t what = input_u8(in);
	uint32_t place = m->pos;
	static uint8_t filler[4096];
	struct bytes segment;

	if (what & 1)
		place += input_u8(in);
	if (what & 2)
		place += input_u16(in);
	if (what & 4)
		place -= place > 64 ? input_u8(in) % 64 : 0;
	if (what & 8) {
		memset(filler, what, sizeof(filler));
		segment = (struct bytes){ filler, input_u16(in) % sizeof(filler) };
	} else {
		segment = input_bytes(in, input_u8(in));
	}
	return place >= PLACES || add(m, place, segment, what & 16 ? input_u8(in) : 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct model m;
	struct input in = { data, size };

	memset(m.known, 0, m.used);
	m.reasm = (struct reasm){ 0 };
	m.pos = m.used = m.stored = 0;
	m.base = input_u32(&in);
	reasm_start(&m.reasm, m.base);
	for (int i = 0; in.n && i < STEPS_MAX; i++) {
		if (!step(&m, &in))
			break;
		check(&m, input_u8(&in));
	}
	reasm_free(&m.reasm);
	MUST(reasm_memory(&m.reasm) == 0 && !m.reasm.started);
	return 0;
}
