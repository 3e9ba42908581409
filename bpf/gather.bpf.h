/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What of a segment goes into an event. As a rule its bytes come from the packet in one piece: a
 * call for each record would cost more than what is loaded for nothing. Of those that are sealed
 * none leaves the scratch.
 */
#ifndef SHAKETAP_GATHER_BPF_H
#define SHAKETAP_GATHER_BPF_H

#include "emit.bpf.h"

/* The bytes gathered in the scratch, if there are any, become an event. */
static __always_inline void emit_gathered(struct scratch *scratch)
{
	struct segment *segment = &scratch->segment;

	if (!segment->fill)
		return;
	if (scratch->event.pieces == 1)
		scratch->event.pieces = 0;
	submit_of_flow(ST_EVENT_DATA, segment->first, segment->fill);
	segment->apart += segment->fill;
	segment->fill = 0;
	scratch->event.pieces = 0;
}

static __always_inline void truncated(struct segment *segment)
{
	count(ST_COUNT_REFUSED_TRUNCATED);
	segment->lost = 1;
}

/* Where the next gathered bytes go. Read from memory as in last_piece(). */
static __always_inline __u8 *gathering_place(struct scratch *scratch)
{
	__u32 fill = *(volatile __u32 *)&scratch->segment.fill;

	opaque(fill);
	return &scratch->payload[fill & (ST_EVENT_PAYLOAD_MAX - 1)];
}

/* Load up to n (more than 0) bytes from segment->at on, as many as find room: they are ready. */
static __always_inline bool load_ahead(struct __sk_buff *skb, struct scratch *scratch, __u32 n)
{
	struct segment *segment = &scratch->segment;
	__u32 room = ST_EVENT_PAYLOAD_MAX - segment->fill;

	n = clamp_length(n < room ? n : room, ST_EVENT_PAYLOAD_MAX);
	if (bpf_skb_load_bytes(skb, segment->offset + segment->at, gathering_place(scratch), n)) {
		truncated(segment);
		return false;
	}
	segment->ready = n;
	segment->apart = 0;
	return true;
}

/* Where the first of the bytes that are ready lies. */
static __always_inline __u8 *ready_place(struct scratch *scratch)
{
	__u32 place = *(volatile __u32 *)&scratch->segment.fill + scratch->segment.apart;

	opaque(place);
	return &scratch->payload[place & (ST_EVENT_PAYLOAD_MAX - 1)];
}

/*
 * The piece of the event that was begun last. Its number is read from memory, where the verifier
 * knows nothing of it: half_of() tells why.
 */
static __always_inline struct st_piece *last_piece(struct st_event *event)
{
	__u32 last = *(volatile __u8 *)&event->pieces - 1;

	opaque(last);
	return &event->piece[last & (ST_PIECES_MAX - 1)];
}

/* n bytes that begin at segment->at are at the gathering place: they belong to the event. */
static __always_inline void note_gathered(struct scratch *scratch, __u32 n)
{
	struct segment *segment = &scratch->segment;
	struct st_event *event = &scratch->event;
	__u32 seq = segment->seq + segment->at;

	if (!segment->fill)
		segment->first = segment->end = seq;
	if (!segment->fill || segment->end != seq) {
		event->pieces++;
		*last_piece(event) = (struct st_piece){ .skip = seq - segment->end };
	}
	last_piece(event)->len += n;
	segment->fill += n;
	segment->ready -= n;
	segment->at += n;
	segment->end = seq + n;
	segment->half.copied += n;
}

/* Make room for a piece of n bytes. */
static __always_inline void gather_room(struct scratch *scratch, __u32 n)
{
	const struct segment *segment = &scratch->segment;

	if (segment->fill + n > ST_EVENT_PAYLOAD_MAX ||
	    (scratch->event.pieces == ST_PIECES_MAX && segment->end != segment->seq + segment->at))
		emit_gathered(scratch);
}

/* Gather up to n (more than 0) bytes that begin at segment->at, as many as find room. */
__noinline int gather(struct __sk_buff *skb, __u32 n)
{
	struct scratch *scratch = get_scratch();
	struct segment *segment;

	if (!scratch)
		return 0;
	segment = &scratch->segment;
	gather_room(scratch, 1);
	/* Behind what was left out, these alone: there may be many such pieces. */
	if ((!segment->ready || segment->apart) &&
	    !load_ahead(skb, scratch, segment->ready ? n : segment->len - segment->at))
		return 0;
	note_gathered(scratch, n < segment->ready ? n : segment->ready);
	return 0;
}

#endif
