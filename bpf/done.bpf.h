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

#include "scratch.bpf.h"
#include "tls_wire.h"

/* RFC 8446 section 5.2: behind the content come its type and a tag, of 16 bytes in most suites. */
#define SEALED_LEN(content) ((content) + 1 + 16)
#define FINISHED_LEN(hash) SEALED_LEN(TLS_HANDSHAKE_HEADER_LEN + (hash))

/* With SHA-256 or SHA-384. */
static __always_inline bool is_finished_sized(__u32 length)
{
	return length == FINISHED_LEN(32) || length == FINISHED_LEN(48);
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
		 other & ST_SIGN_DATA && is_finished_sized(length))
		half->signs |= ST_SIGN_FINISHED_13;
}

#endif
