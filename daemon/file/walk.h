/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way through the headers of one frame. Each header is taken by one function, which
 * moves the reader behind it and says what comes next: a key space and a number in it.
 * protocols.c is the table that finds the next function.
 */
#ifndef SHAKETAP_FILE_WALK_H
#define SHAKETAP_FILE_WALK_H

#include "base/reader.h"
#include "file/decode.h"

struct fragments;

/* Who numbers what comes next. */
enum key_space {
	/*
	 * DLT_*. Tunnels use it too: DLT_EN10MB is "an Ethernet frame", DLT_RAW "IP, the first
	 * four bits say which", DLT_PPP "a PPP frame", DLT_ATM_RFC1483 "an LLC header".
	 */
	KEY_LINK,
	KEY_ETHERTYPE,
	KEY_IP_PROTOCOL,
	KEY_UDP_TO,   /* destination port of UDP */
	KEY_UDP_FROM, /* source port, where answers keep it */
	KEY_INNER,    /* next protocol of NSH (RFC 8300 section 2.2) and VXLAN GPE */
	KEY_SPACES
};

struct walk {
	struct reader r; /* behind the headers taken so far, up to the end of the innermost one */
	size_t missing;	 /* bytes behind r that belong to it and that the capture does not hold */
	bool bounded;	 /* a header of this frame has said where its packet ends */
	enum key_space space;
	uint32_t key;
	uint8_t ip_version;   /* of the innermost IP header; 0: none yet */
	const uint8_t *named; /* the byte of that IP packet that says what r begins with */
	uint64_t time;	      /* of the capture, ns */
	struct fragments *fragments;
	struct tcp_segment *segment; /* filled on the way */
};

/* Go on with what the walk says. Every other result ends it. */
#define DECODE_NEXT DECODE_RESULTS

typedef enum decode_result take_fn(struct walk *walk);

static inline enum decode_result walk_next(struct walk *walk, enum key_space space, uint32_t key)
{
	walk->space = space;
	walk->key = key;
	return DECODE_NEXT;
}

/* A header is not all there: is it the capture that ends here, or the packet? */
static inline enum decode_result walk_short(const struct walk *walk)
{
	return walk->missing ? DECODE_CUT : DECODE_MALFORMED;
}

/*
 * From here on the packet has n bytes: what is behind them is padding of those around it. A
 * packet that claims more than the one around it has only as much; but a frame in a tunnel
 * may be a mirror's copy, cut on purpose, and the capture's own length is often lost.
 */
static inline void walk_bound(struct walk *walk, size_t n)
{
	if (walk->bounded && n > walk->r.n + walk->missing)
		return;
	walk->bounded = true;
	walk->missing = n > walk->r.n ? n - walk->r.n : 0;
	if (n < walk->r.n)
		walk->r.n = n;
}

#endif
