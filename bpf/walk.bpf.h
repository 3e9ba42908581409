/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The record walk: which bytes of a direction are copied. Of clear handshake
 * messages, alerts and ChangeCipherSpec everything; of encrypted records the
 * header alone. The daemon knows the same rules and does not wait for the rest.
 *
 *     need                copy_to          next
 *      |  to be copied      |  left behind   |  record header, to be copied ...
 *
 * In a clear record copy_to and next are both its end; in an encrypted one
 * copy_to is the end of its header.
 */
#ifndef SHAKETAP_WALK_BPF_H
#define SHAKETAP_WALK_BPF_H

#include "done.bpf.h"
#include "sniff.bpf.h"

/*
 * Steps of the walk in one packet: a record takes one, and one more for each event that a long
 * one fills; a server's flight has six. Beyond it the direction ends as spent, and that is counted.
 */
#define WALK_STEPS_MAX 64
/* 64 KB in events of 2 KB, and one step to find the end: what one GSO packet can hold. */
#define RAW_STEPS_MAX 33

/* A record header and the message header behind it. */
#define PEEK_LEN (TLS_RECORD_HEADER_LEN + TLS_HANDSHAKE_HEADER_LEN)

static __always_inline bool before(__u32 a, __u32 b)
{
	return (__s32)(a - b) < 0; /* sequence numbers wrap */
}

static __always_inline void end_direction(struct scratch *scratch)
{
	scratch->segment.half.walk = ST_WALK_SPENT;
	scratch->event.flags |= ST_FLAG_SPENT;
}

static __always_inline void lose_place(struct scratch *scratch)
{
	scratch->segment.half.walk = ST_WALK_RAW;
	scratch->event.flags |= ST_FLAG_RAW;
	count(ST_COUNT_RAW_MODE);
}

/*
 * After ChangeCipherSpec a handshake record is sealed, except for the hellos that
 * follow a HelloRetryRequest (RFC 8446 appendix D.4). A sealed record looks like
 * one of those with probability 2^-32.
 */
static __always_inline bool is_late_hello(const __u8 *b, __u32 length)
{
	__u32 message = (__u32)b[6] << 16 | (__u32)b[7] << 8 | b[8];

	return (b[5] == TLS_HANDSHAKE_CLIENT_HELLO || b[5] == TLS_HANDSHAKE_SERVER_HELLO) &&
	       message + TLS_HANDSHAKE_HEADER_LEN == length;
}

/*
 * A Certificate that is alone in its record and not empty. Should the bytes continue an
 * earlier message instead, the daemon finds them missing.
 */
static __always_inline bool is_certificate(const __u8 *b, __u32 length)
{
	__u32 message = (__u32)b[6] << 16 | (__u32)b[7] << 8 | b[8];

	return b[5] == TLS_HANDSHAKE_CERTIFICATE && message > TLS_CERTIFICATE_EMPTY_LEN &&
	       message + TLS_HANDSHAKE_HEADER_LEN == length;
}

/* Decide about the record whose header b holds, at sequence number seq. False: this is not TLS. */
static __always_inline bool enter_record(struct segment *segment, const __u8 *b, bool peeked,
					 __u32 seq)
{
	struct st_half *half = &segment->half;
	__u32 length = (__u32)b[3] << 8 | b[4];
	__u32 body = seq + TLS_RECORD_HEADER_LEN;

	half->copy_to = body;
	half->next = body + length;
	if (b[1] != 3 || b[2] > 4 || length > TLS_RECORD_BODY_MAX)
		return false;
	switch (b[0]) {
	case TLS_RECORD_HANDSHAKE:
		if (config.no_certificates && !(half->signs & ST_SIGN_CIPHER) && peeked &&
		    is_certificate(b, length))
			half->copy_to = body + TLS_HANDSHAKE_HEADER_LEN;
		else if (!(half->signs & ST_SIGN_CIPHER) || (peeked && is_late_hello(b, length)))
			half->copy_to = half->next;
		else if (length) /* an empty one holds no message */
			note_sealed_handshake(segment);
		segment->server_hello = peeked && half->copy_to == half->next &&
					!(half->signs & ST_SIGN_CLIENT) &&
					b[5] == TLS_HANDSHAKE_SERVER_HELLO;
		return true;
	case TLS_RECORD_CHANGE_CIPHER_SPEC:
		half->signs |= ST_SIGN_CIPHER;
		if (length == 1)
			half->copy_to = half->next;
		return true;
	case TLS_RECORD_ALERT:
		if (length == TLS_ALERT_LEN)
			half->copy_to = half->next;
		return true;
	case TLS_RECORD_APPLICATION_DATA:
		note_application_data(segment, length);
		return true;
	case TLS_RECORD_HEARTBEAT:
		return true;
	default:
		return false;
	}
}

/* Leave out what is sealed, up to the next record header or the end of the segment. */
static __always_inline void leave_out(struct segment *segment)
{
	__u32 left = segment->len - segment->at;
	__u32 skip = segment->half.next - (segment->seq + segment->at);

	skip = skip < left ? skip : left;
	segment->at += skip;
	segment->apart += skip;
	segment->ready = skip < segment->ready ? segment->ready - skip : 0;
}

/* The next n bytes are clear; they end at copy_to or with the segment. */
static __always_inline int gather_clear(struct __sk_buff *skb, struct segment *segment)
{
	__u32 left = segment->len - segment->at;
	__u32 wanted = segment->half.copy_to - (segment->seq + segment->at);
	__u32 at = segment->at;

	gather(skb, wanted < left ? wanted : left);
	return segment->at == at || segment->at == segment->len; /* not in the packet; at its end */
}

/* Its header is ready at b. */
static __always_inline void gather_header(struct scratch *scratch, const __u8 *b)
{
	__builtin_memmove(gathering_place(scratch), b, TLS_RECORD_HEADER_LEN);
	note_gathered(scratch, TLS_RECORD_HEADER_LEN);
}

/*
 * How much of what is left, a header at least, is worth loading at once: among application data the
 * next header is far.
 */
static __always_inline __u32 worth_loading(const struct scratch *scratch, __u32 left)
{
	const struct segment *segment = &scratch->segment;

	if (left > PEEK_LEN &&
	    (segment->half.signs & ST_SIGN_DATA ||
	     (!segment->at && scratch->packet.first[0] == TLS_RECORD_APPLICATION_DATA)))
		return PEEK_LEN;
	return left;
}

/* A header cut by the border of the segment: its first bytes are needed, the rest comes raw. */
static __always_inline int cut_record(struct __sk_buff *skb, struct scratch *scratch, __u32 left)
{
	gather_room(scratch, left); /* for all of it */
	lose_place(scratch);
	gather(skb, left);
	return 1;
}

/*
 * One step of the walk through the segment in the scratch: a record, or what finds room of it in
 * one event. 0: go on; 1: done with it. Every path moves `at` forward or ends the walk.
 */
static __always_inline int take_step(struct __sk_buff *skb, struct scratch *scratch)
{
	struct segment *segment = &scratch->segment;
	struct st_half *half = &segment->half;
	__u32 left = segment->len - segment->at;
	__u32 seq = segment->seq + segment->at;
	__u8 *b;

	if (!left)
		return 1;
	if (before(seq, half->copy_to))
		return gather_clear(skb, segment);
	if (seq != half->next) {
		leave_out(segment);
		return segment->at == segment->len;
	}
	if (half->copied >= config.copy_budget || half->records >= ST_RECORDS_MAX) {
		end_direction(scratch);
		return 1;
	}
	if (left < TLS_RECORD_HEADER_LEN)
		return cut_record(skb, scratch, left);
	gather_room(scratch, PEEK_LEN);
	if (segment->ready < (left < PEEK_LEN ? left : PEEK_LEN) &&
	    !load_ahead(skb, scratch, worth_loading(scratch, left)))
		return 1;
	b = ready_place(scratch);
	/* Sealed, or a hello behind a HelloRetryRequest? Too few bytes to tell. */
	if (half->signs & ST_SIGN_CIPHER && b[0] == TLS_RECORD_HANDSHAKE && left < PEEK_LEN)
		return cut_record(skb, scratch, left);
	if (!enter_record(segment, b, left >= PEEK_LEN, seq)) {
		/* Five bytes tell the daemon what speaks here; no more of it is ours to see. */
		gather_header(scratch, b);
		half->walk = ST_WALK_SPENT;
		return 1;
	}
	if (half->copy_to != half->next || b[0] != TLS_RECORD_HANDSHAKE)
		half->records++;
	gather_header(scratch, b);
	if (segment->done) {
		scratch->event.done = 1;
		return 1;
	}
	if (segment->server_hello)
		note_suite();
	if (before(seq + TLS_RECORD_HEADER_LEN, half->copy_to))
		return left > TLS_RECORD_HEADER_LEN ? gather_clear(skb, segment) : 1;
	leave_out(segment);
	return segment->at == segment->len;
}

__noinline int walk_step(struct __sk_buff *skb)
{
	struct scratch *scratch = get_scratch();

	return !scratch || take_step(skb, scratch);
}

/*
 * Take steps until one says that it is done. False: the bound was reached. Unrolled, see
 * verifier.bpf.h. The first one, which is often all, without a call.
 */
static __always_inline bool walk_all(struct __sk_buff *skb, struct scratch *scratch)
{
	if (take_step(skb, scratch))
		return true;
#pragma clang loop unroll(full)
	for (int step = 1; step < WALK_STEPS_MAX; step++)
		if (walk_step(skb))
			return true;
	return false;
}

/* Walk the segment from where its direction stands. */
static __always_inline void walk_records(struct __sk_buff *skb, struct scratch *scratch)
{
	struct segment *segment = &scratch->segment;
	struct st_half *half = &segment->half;

	segment->at = half->need - segment->seq;
	if (segment->at) /* what is ready is its beginning */
		segment->ready = 0;
	if (!walk_all(skb, scratch)) {
		count(ST_COUNT_REFUSED_WALK_BOUND);
		end_direction(scratch);
	}
	if (segment->fill)
		emit_gathered(scratch);
	else if (scratch->event.flags & ST_FLAG_SPENT)
		submit_of_flow(ST_EVENT_DATA, segment->seq + segment->at, 0);
	half->need = segment->seq + segment->at;
	if (!before(half->need, half->copy_to))
		half->need = half->next;
}

/* One step of copying the segment as it is, up to the budget. 1: done with it. */
__noinline int raw_step(struct __sk_buff *skb)
{
	struct scratch *scratch = get_scratch();
	struct segment *segment;
	__u32 left, at;

	if (!scratch)
		return 1;
	segment = &scratch->segment;
	at = segment->at;
	left = segment->len - at;
	if (!left || segment->half.walk == ST_WALK_SPENT)
		return 1;
	gather(skb, left);
	if (segment->half.copied >= config.copy_budget)
		end_direction(scratch);
	return segment->at == at;
}

static __always_inline bool copy_all(struct __sk_buff *skb)
{
#pragma clang loop unroll(full)
	for (int step = 0; step < RAW_STEPS_MAX; step++)
		if (raw_step(skb))
			return true;
	return false;
}

static __always_inline void copy_raw(struct __sk_buff *skb, struct scratch *scratch)
{
	scratch->event.flags |= ST_FLAG_RAW;
	scratch->segment.at = 0;
	if (!copy_all(skb)) {
		count(ST_COUNT_REFUSED_WALK_BOUND);
		end_direction(scratch);
	}
	emit_gathered(scratch);
}

/* What ends farther than this before what was seen is somebody's guess. */
#define REPEAT_DISTANCE_MAX (1U << 20)

/*
 * A hello that is sent again did not arrive, or its acknowledgement did not: the daemon
 * should know, while nothing of the other side was seen. Behind a sealed record (early
 * data) what looks like a repetition may be the rest of that record.
 */
static __always_inline void tell_repetition(struct scratch *scratch)
{
	struct segment *segment = &scratch->segment;

	if (!segment->telling || segment->half.records ||
	    segment->half.need - (segment->seq + segment->len) >= REPEAT_DISTANCE_MAX)
		return;
	segment->told = 1;
	submit_of_flow(ST_EVENT_DATA, segment->seq, 0);
}

/* The largest usual windows. */
#define SEEN_DISTANCE_MAX (1U << 24)

/* The segment in the scratch, with payload, of a followed flow. */
__noinline int walk_segment(struct __sk_buff *skb)
{
	struct scratch *scratch = get_scratch();
	struct segment *segment;
	struct st_half *half;

	if (!scratch)
		return 0;
	segment = &scratch->segment;
	half = &segment->half;
	/* Farther ahead than a window reaches it is somebody's guess. */
	if (segment->seq + segment->len - half->seen < SEEN_DISTANCE_MAX)
		half->seen = segment->seq + segment->len;
	switch (half->walk) {
	case ST_WALK_SPENT:
		return 0;
	case ST_WALK_NEW:
		half->need = half->copy_to = half->next = segment->seq;
		half->seen = segment->seq + segment->len;
		half->walk = ST_WALK_ON;
		break;
	case ST_WALK_ON:
		if (!before(half->need, segment->seq + segment->len)) {
			tell_repetition(scratch);
			return 0; /* seen already, or sealed bytes only */
		}
		if (before(half->need, segment->seq))
			lose_place(scratch);
		break;
	default:
		break;
	}
	if (half->walk == ST_WALK_RAW)
		copy_raw(skb, scratch);
	else
		walk_records(skb, scratch);
	return 0;
}

#endif
