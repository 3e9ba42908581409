/* SPDX-License-Identifier: BSD-2-Clause */
#include "file/transport.h"

#include "file/protocols.h"

#define TCP_HEADER_LEN 20
#define UDP_HEADER_LEN 8

static uint32_t big32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

enum decode_result take_tcp(struct walk *walk)
{
	struct tcp_segment *segment = walk->segment;
	struct bytes head;
	size_t len;

	if (!reader_bytes(&walk->r, TCP_HEADER_LEN, &head))
		return walk_short(walk);
	len = (head.p[12] >> 4) * 4u;
	if (len < TCP_HEADER_LEN)
		return DECODE_MALFORMED;
	if (!reader_skip(&walk->r, len - TCP_HEADER_LEN))
		return walk_short(walk);
	segment->port[0] = bytes_u16(head, 0);
	segment->port[1] = bytes_u16(head, 1);
	segment->seq = big32(head.p + 4);
	segment->ack = big32(head.p + 8);
	segment->flags = head.p[13];
	segment->payload = reader_rest(&walk->r);
	segment->cut = (uint32_t)walk->missing;
	return DECODE_TCP;
}

enum decode_result take_udp(struct walk *walk)
{
	struct bytes head; /* source, destination, length, checksum */
	uint16_t len;

	if (!reader_bytes(&walk->r, UDP_HEADER_LEN, &head))
		return walk_short(walk);
	len = bytes_u16(head, 2);
	if (len) { /* 0: more than the field can say (RFC 2675 section 4) */
		if (len < UDP_HEADER_LEN)
			return DECODE_MALFORMED;
		walk_bound(walk, len - UDP_HEADER_LEN);
	}
	if (protocol_find(KEY_UDP_TO, bytes_u16(head, 1)))
		return walk_next(walk, KEY_UDP_TO, bytes_u16(head, 1));
	return walk_next(walk, KEY_UDP_FROM, bytes_u16(head, 0));
}
