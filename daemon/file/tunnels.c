/* SPDX-License-Identifier: BSD-2-Clause */
#include "file/tunnels.h"

#include <pcap/dlt.h>

#include "file/numbers.h"

#define GRE_CHECKSUM 0x8000
#define GRE_ROUTING 0x4000 /* RFC 1701 alone; nobody sends it */
#define GRE_KEY 0x2000
#define GRE_SEQUENCE 0x1000
#define GRE_ACK 0x0080 /* version 1 */
#define GRE_VERSION_MASK 0x0007

#define ERSPAN2_HEADER_LEN 8
#define ERSPAN3_HEADER_LEN 12
#define ERSPAN3_MORE 0x0001 /* in the last word: 8 bytes of the platform follow */
#define ERSPAN3_MORE_LEN 8
#define ERSPAN3_FRAME(word) ((word) >> 10 & 0x1f) /* 0: Ethernet, 2: IP */
#define ERSPAN3_FRAME_IP 2

#define ETHERIP_VERSION 0x30

static size_t optional(uint16_t flags, uint16_t flag)
{
	return flags & flag ? 4 : 0;
}

/* Type II has a header, and a sequence number in the GRE header; type I has neither. */
static enum decode_result erspan(struct walk *walk, uint16_t gre_flags)
{
	if ((gre_flags & GRE_SEQUENCE) && !reader_skip(&walk->r, ERSPAN2_HEADER_LEN))
		return walk_short(walk);
	return walk_next(walk, KEY_LINK, DLT_EN10MB);
}

static enum decode_result pptp(struct walk *walk, uint16_t flags, uint16_t type)
{
	uint16_t len, call;

	if (type != TYPE_PPP)
		return DECODE_OTHER;
	if (!reader_u16(&walk->r, &len) || !reader_u16(&walk->r, &call) ||
	    !reader_skip(&walk->r, optional(flags, GRE_SEQUENCE) + optional(flags, GRE_ACK)))
		return walk_short(walk);
	if (!(flags & GRE_SEQUENCE)) /* an acknowledgement alone */
		return DECODE_OTHER;
	walk_bound(walk, len);
	return walk_next(walk, KEY_LINK, DLT_PPP);
}

enum decode_result take_gre(struct walk *walk)
{
	uint16_t flags, type;

	if (!reader_u16(&walk->r, &flags) || !reader_u16(&walk->r, &type))
		return walk_short(walk);
	if ((flags & GRE_VERSION_MASK) == 1)
		return pptp(walk, flags, type);
	if (flags & (GRE_ROUTING | GRE_VERSION_MASK))
		return DECODE_OTHER;
	if (!reader_skip(&walk->r, optional(flags, GRE_CHECKSUM) + optional(flags, GRE_KEY) +
					   optional(flags, GRE_SEQUENCE)))
		return walk_short(walk);
	if (type == TYPE_ERSPAN)
		return erspan(walk, flags);
	return walk_next(walk, KEY_ETHERTYPE, type);
}

enum decode_result take_erspan3(struct walk *walk)
{
	struct bytes head;
	uint16_t last;

	if (!reader_bytes(&walk->r, ERSPAN3_HEADER_LEN, &head))
		return walk_short(walk);
	last = bytes_u16(head, ERSPAN3_HEADER_LEN / 2 - 1);
	if ((last & ERSPAN3_MORE) && !reader_skip(&walk->r, ERSPAN3_MORE_LEN))
		return walk_short(walk);
	if (ERSPAN3_FRAME(last) == ERSPAN3_FRAME_IP)
		return walk_next(walk, KEY_LINK, DLT_RAW);
	return ERSPAN3_FRAME(last) ? DECODE_OTHER : walk_next(walk, KEY_LINK, DLT_EN10MB);
}

enum decode_result take_etherip(struct walk *walk)
{
	uint8_t version, reserved;

	if (!reader_u8(&walk->r, &version) || !reader_u8(&walk->r, &reserved))
		return walk_short(walk);
	if (version != ETHERIP_VERSION)
		return DECODE_OTHER;
	return walk_next(walk, KEY_LINK, DLT_EN10MB);
}
