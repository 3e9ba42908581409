/* SPDX-License-Identifier: BSD-2-Clause */
#include "paths_way.h"

#include <linux/if_ether.h>
#include <netinet/in.h>
#include <pcap/dlt.h>

#include "base/reader.h"

#define TUNNELS_FOLLOWED 2
#define TYPE_BRIDGED 0x6558

static bool read_type(struct reader *r, uint16_t *type)
{
	if (!reader_skip(r, ETH_HLEN - sizeof(*type)) || !reader_u16(r, type))
		return false;
	while (*type == ETH_P_8021Q || *type == ETH_P_8021AD)
		if (!reader_skip(r, sizeof(*type)) || !reader_u16(r, type))
			return false;
	return true;
}

static bool read_ip6(struct reader *r, uint8_t *protocol)
{
	struct bytes head, extension;
	uint8_t words;

	if (!reader_bytes(r, 40, &head))
		return false;
	*protocol = head.p[6];
	while (*protocol == IPPROTO_HOPOPTS || *protocol == IPPROTO_ROUTING ||
	       *protocol == IPPROTO_DSTOPTS) {
		if (!reader_u8(r, protocol) || !reader_u8(r, &words) ||
		    !reader_bytes(r, words * 8u + 6, &extension))
			return false;
	}
	return true;
}

static bool read_ip(struct reader *r, uint16_t type, uint8_t *protocol)
{
	struct bytes head;

	if (type == ETH_P_IPV6)
		return read_ip6(r, protocol);
	if (type != ETH_P_IP || !reader_bytes(r, 20, &head))
		return false;
	*protocol = head.p[9];
	return reader_skip(r, (head.p[0] & 0x0f) * 4u - 20);
}

static bool read_udp(struct reader *r, uint16_t *type)
{
	struct bytes udp, head;

	if (!reader_bytes(r, 8, &udp) || !reader_bytes(r, 8, &head))
		return false;
	switch (bytes_u16(udp, 1)) {
	case 4789:
	case 8472:
		*type = TYPE_BRIDGED;
		return true;
	case 6081:
		*type = bytes_u16(head, 1);
		return reader_skip(r, (head.p[0] & 0x3f) * 4u);
	default:
		return false;
	}
}

static bool read_gre(struct reader *r, uint16_t *type)
{
	uint16_t flags;

	if (!reader_u16(r, &flags) || !reader_u16(r, type) || flags & 0x4fff)
		return false;
	return reader_skip(r, 4 * (!!(flags & 0x8000) + !!(flags & 0x2000) + !!(flags & 0x1000)));
}

/* Behind the IP header: the type of what the tunnel holds. */
static bool read_tunnel(struct reader *r, uint8_t protocol, uint16_t *type)
{
	switch (protocol) {
	case IPPROTO_UDP:
		return read_udp(r, type);
	case IPPROTO_GRE:
		return read_gre(r, type);
	case IPPROTO_IPIP:
		*type = ETH_P_IP;
		return true;
	case IPPROTO_IPV6:
		*type = ETH_P_IPV6;
		return true;
	default:
		return false;
	}
}

bool way_is_followed(const struct file_packet *packet, const struct tcp_segment *segment)
{
	struct reader r = reader_of(packet->bytes);
	uint16_t type = TYPE_BRIDGED;
	uint8_t protocol;

	if (packet->link != DLT_EN10MB)
		return false;
	for (int tunnels = 0; tunnels <= TUNNELS_FOLLOWED; tunnels++) {
		if (type == TYPE_BRIDGED && !read_type(&r, &type))
			return false;
		if (segment->ip.p == reader_rest(&r).p)
			return true;
		if (!read_ip(&r, type, &protocol) || !read_tunnel(&r, protocol, &type))
			return false;
	}
	return false;
}
