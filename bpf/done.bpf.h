/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * When nothing more of a connection matters: the first application data behind the Finished of
 * both sides. The daemon knows it by the same records, but only when it looks; by then a brief
 * connection has closed, and half of its events were for nothing.
 *
 * In doubt the flow goes on, and the daemon says when it has seen enough. Should it see less than
 * these rules do, the outcome is unknown.
 */
#ifndef SHAKETAP_DONE_BPF_H
#define SHAKETAP_DONE_BPF_H

#include "gather.bpf.h"
#include "tls_wire.h"

/* RFC 8446 section 5.2: behind the content come its type and a tag, of 16 bytes in most suites. */
#define SEALED_LEN(content) ((content) + 1 + 16)
#define FINISHED_LEN(hash) SEALED_LEN(TLS_HANDSHAKE_HEADER_LEN + (hash))

/* signs: of the server. */
static __always_inline bool is_finished_sized(__u32 length, __u8 signs)
{
	return (signs & ST_SIGN_SHA256 && length == FINISHED_LEN(32)) ||
	       (signs & ST_SIGN_SHA384 && length == FINISHED_LEN(48));
}

/* In a ServerHello (section 4.1.3) behind its header, version and random. */
#define SESSION_ID_AT (TLS_HANDSHAKE_HEADER_LEN + 2 + TLS_RANDOM_LEN)
#define SUITE_AT(session_id_length) (SESSION_ID_AT + 1 + (session_id_length))

static __always_inline __u32 suite_at(const __u8 *b, __u32 at)
{
	return loaded_here(b[at]) << 8 | loaded_here(b[at + 1]);
}

/*
 * Of the ServerHello whose record's header was gathered last. Session ids have 32 bytes, or none:
 * the verifier lets nobody without CAP_PERFMON look behind one of any length.
 */
__noinline int note_suite(void)
{
	struct scratch *scratch = get_scratch();
	const __u8 *b;
	__u32 length;

	if (!scratch)
		return 0;
	scratch->segment.server_hello = 0;
	if (scratch->segment.ready < SUITE_AT(0) + 2)
		return 0;
	b = ready_place(scratch);
	length = b[SESSION_ID_AT];
	if (length && (length != TLS_SESSION_ID_MAX ||
		       scratch->segment.ready < SUITE_AT(TLS_SESSION_ID_MAX) + 2))
		return 0;
	scratch->segment.half.signs &= ~(ST_SIGN_SHA256 | ST_SIGN_SHA384);
	switch (length ? suite_at(b, SUITE_AT(TLS_SESSION_ID_MAX)) : suite_at(b, SUITE_AT(0))) {
	case TLS_AES_128_GCM_SHA256:
	case TLS_CHACHA20_POLY1305_SHA256:
	case TLS_AES_128_CCM_SHA256:
		scratch->segment.half.signs |= ST_SIGN_SHA256;
		break;
	case TLS_AES_256_GCM_SHA384:
		scratch->segment.half.signs |= ST_SIGN_SHA384;
		break;
	default:
		break;
	}
	return 0;
}

/* TLS 1.2 and older: behind ChangeCipherSpec the first handshake record is the Finished. */
static __always_inline void note_sealed_handshake(struct segment *segment)
{
	segment->half.signs |= ST_SIGN_FINISHED;
}

/*
 * TLS 1.3: a client that sends no certificate answers the server's flight, which is
 * application data to the eye, with its Finished alone; early data would have come before.
 */
static __always_inline void note_application_data(struct segment *segment, __u32 length)
{
	struct st_half *half = &segment->half;
	const __u8 signs = half->signs, other = segment->other;

	half->signs |= ST_SIGN_DATA;
	if (signs & ST_SIGN_FINISHED)
		segment->done = !!(other & ST_SIGN_FINISHED);
	else if (signs & ST_SIGN_FINISHED_13)
		segment->done = length != SEALED_LEN(TLS_ALERT_LEN); /* perhaps close_notify */
	else if ((signs & (ST_SIGN_CLIENT | ST_SIGN_DATA)) == ST_SIGN_CLIENT &&
		 other & ST_SIGN_DATA && is_finished_sized(length, other))
		half->signs |= ST_SIGN_FINISHED_13;
}

#endif
