/* SPDX-License-Identifier: BSD-2-Clause */
#include "file/links.h"

#include <net/ethernet.h>
#include <pcap/dlt.h>

#include "file/numbers.h"

#define ETHERNET_ADDRESSES_LEN 12
#define FDDI_HEADER_LEN 13 /* frame control, two addresses */

#define LLC_SNAP 0xaa
#define LLC_IP 0x06 /* IPv4 without SNAP */
#define LLC_UNNUMBERED 0x03
#define OUI_ETHERNET 0x000000
#define OUI_BRIDGE_TUNNEL 0x0000f8 /* IEEE 802.1H: Ethernet types all the same */

#define ARPHRD_NETLINK_SOCKET 824
#define SLL_PROTOCOL_LLC 4

#define PPP_ALL_STATIONS 0xff03 /* address and control, RFC 1662 section 3.1 */
#define PPP_IP 0x0021
#define PPP_IPV6 0x0057
#define PPP_MPLS 0x0281
#define PPP_MPLS_MULTICAST 0x0283

enum decode_result links_next(struct walk *walk, uint16_t type)
{
	if (type > TYPE_LENGTH_MAX)
		return walk_next(walk, KEY_ETHERTYPE, type);
	walk_bound(walk, type);
	return walk_next(walk, KEY_LINK, DLT_ATM_RFC1483);
}

enum decode_result take_ethernet(struct walk *walk)
{
	uint16_t type;

	if (!reader_skip(&walk->r, ETHERNET_ADDRESSES_LEN) || !reader_u16(&walk->r, &type))
		return walk_short(walk);
	walk->bounded = false;
	return links_next(walk, type);
}

enum decode_result take_llc(struct walk *walk)
{
	struct bytes llc;
	uint32_t oui;
	uint16_t type;

	if (!reader_bytes(&walk->r, 3, &llc))
		return walk_short(walk);
	if (llc.p[2] != LLC_UNNUMBERED || llc.p[0] != llc.p[1])
		return DECODE_OTHER;
	if (llc.p[0] == LLC_IP)
		return walk_next(walk, KEY_ETHERTYPE, ETHERTYPE_IP);
	if (llc.p[0] != LLC_SNAP)
		return DECODE_OTHER;
	if (!reader_u24(&walk->r, &oui) || !reader_u16(&walk->r, &type))
		return walk_short(walk);
	if (oui != OUI_ETHERNET && oui != OUI_BRIDGE_TUNNEL)
		return DECODE_OTHER;
	return walk_next(walk, KEY_ETHERTYPE, type);
}

enum decode_result take_raw_ip(struct walk *walk)
{
	struct reader ahead = walk->r;
	uint8_t first;

	if (!reader_u8(&ahead, &first))
		return walk_short(walk);
	switch (first >> 4) {
	case 4:
		return walk_next(walk, KEY_ETHERTYPE, ETHERTYPE_IP);
	case 6:
		return walk_next(walk, KEY_ETHERTYPE, ETHERTYPE_IPV6);
	default:
		return DECODE_OTHER;
	}
}

/* hardware: ARPHRD_* of the interface, which says what kind of number `protocol` is. */
static enum decode_result cooked(struct walk *walk, uint16_t hardware, uint16_t protocol)
{
	if (hardware == ARPHRD_NETLINK_SOCKET)
		return DECODE_OTHER;
	if (protocol == SLL_PROTOCOL_LLC)
		return walk_next(walk, KEY_LINK, DLT_ATM_RFC1483);
	return walk_next(walk, KEY_ETHERTYPE, protocol);
}

enum decode_result take_sll(struct walk *walk)
{
	struct bytes head; /* packet type, hardware, length of address, address[8], protocol */

	if (!reader_bytes(&walk->r, 16, &head))
		return walk_short(walk);
	return cooked(walk, bytes_u16(head, 1), bytes_u16(head, 7));
}

enum decode_result take_sll2(struct walk *walk)
{
	struct bytes head; /* protocol, 0, interface (4), hardware, type, length, address[8] */

	if (!reader_bytes(&walk->r, 20, &head))
		return walk_short(walk);
	return cooked(walk, bytes_u16(head, 4), bytes_u16(head, 0));
}

enum decode_result take_loopback(struct walk *walk)
{
	uint32_t family;

	if (!reader_u32(&walk->r, &family))
		return walk_short(walk);
	if (family > 0xffff) /* written on a little-endian machine */
		family = __builtin_bswap32(family);
	switch (family) {
	case 2:
		return walk_next(walk, KEY_ETHERTYPE, ETHERTYPE_IP);
	case 10: /* AF_INET6 of Linux, */
	case 23: /* Windows, */
	case 24: /* NetBSD and OpenBSD, */
	case 28: /* FreeBSD, */
	case 30: /* Darwin */
		return walk_next(walk, KEY_ETHERTYPE, ETHERTYPE_IPV6);
	default:
		return DECODE_OTHER;
	}
}

/* RFC 1661 section 2: the protocol is odd at its end, and with compression one byte long. */
static bool ppp_protocol(struct reader *r, uint16_t *protocol)
{
	uint8_t byte;

	if (!reader_u8(r, &byte))
		return false;
	*protocol = byte;
	if (byte & 1)
		return true;
	if (!reader_u8(r, &byte))
		return false;
	*protocol = (uint16_t)(*protocol << 8 | byte);
	return true;
}

enum decode_result take_ppp(struct walk *walk)
{
	struct reader ahead = walk->r;
	uint16_t address_control, protocol;

	if (!reader_u16(&ahead, &address_control))
		return walk_short(walk);
	if (address_control == PPP_ALL_STATIONS)
		walk->r = ahead;
	if (!ppp_protocol(&walk->r, &protocol))
		return walk_short(walk);
	switch (protocol) {
	case PPP_IP:
		return walk_next(walk, KEY_ETHERTYPE, ETHERTYPE_IP);
	case PPP_IPV6:
		return walk_next(walk, KEY_ETHERTYPE, ETHERTYPE_IPV6);
	case PPP_MPLS:
	case PPP_MPLS_MULTICAST:
		return walk_next(walk, KEY_ETHERTYPE, TYPE_MPLS);
	default:
		return DECODE_OTHER;
	}
}

enum decode_result take_ppp_with_direction(struct walk *walk)
{
	if (!reader_skip(&walk->r, 1))
		return walk_short(walk);
	return walk_next(walk, KEY_LINK, DLT_PPP);
}

enum decode_result take_cisco_hdlc(struct walk *walk)
{
	struct bytes head; /* address, control, type */

	if (!reader_bytes(&walk->r, 4, &head))
		return walk_short(walk);
	return walk_next(walk, KEY_ETHERTYPE, bytes_u16(head, 1));
}

enum decode_result take_fddi(struct walk *walk)
{
	if (!reader_skip(&walk->r, FDDI_HEADER_LEN))
		return walk_short(walk);
	return walk_next(walk, KEY_LINK, DLT_ATM_RFC1483);
}
