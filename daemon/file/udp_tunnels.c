/* SPDX-License-Identifier: BSD-2-Clause */
#include "file/udp_tunnels.h"

#include <pcap/dlt.h>

#include "file/wifi.h"

#define VXLAN_HEADER_LEN 8
#define VXLAN_ID_THERE 0x08
#define GPE_VERSION_MASK 0x30
#define GPE_NEXT_THERE 0x04

#define GENEVE_HEADER_LEN 8
#define GENEVE_VERSION_MASK 0xc0
#define GENEVE_OPTIONS_MASK 0x3f /* words */
#define GENEVE_CONTROL 0x80	 /* options alone, no packet */

#define GTP_HEADER_LEN 8
#define GTP_VERSION_MASK 0xf0
#define GTP_VERSION 0x30 /* version 1, and not GTP' */
#define GTP_OPTIONAL_MASK 0x07
#define GTP_EXTENSION 0x04
#define GTP_PACKET 255

#define TEREDO_ORIGIN 0x0000
#define TEREDO_ORIGIN_LEN 6
#define TEREDO_AUTHENTICATION 0x0001
#define TEREDO_NONCE_LEN 9 /* with the confirmation byte */

#define L2TP_CONTROL 0x8000
#define L2TP_LENGTH 0x4000
#define L2TP_SEQUENCE 0x0800
#define L2TP_OFFSET 0x0200
#define L2TP_VERSION_MASK 0x000f
#define L2TP_VERSION 2

#define CAPWAP_HEADER_LEN 8
#define CAPWAP_LENGTH(word) ((word) >> 19 & 0x1f) /* words; in the first 4 bytes */
#define CAPWAP_BINDING(word) ((word) >> 9 & 0x1f)
#define CAPWAP_NATIVE 0x100u /* not Ethernet */
#define CAPWAP_FRAGMENT 0x080u
#define CAPWAP_KEEP_ALIVE 0x008u
#define CAPWAP_WIFI 1

enum decode_result take_vxlan(struct walk *walk)
{
	struct bytes head; /* flags, reserved or group, network, reserved */

	if (!reader_bytes(&walk->r, VXLAN_HEADER_LEN, &head))
		return walk_short(walk);
	if (!(head.p[0] & VXLAN_ID_THERE))
		return DECODE_OTHER;
	return walk_next(walk, KEY_LINK, DLT_EN10MB);
}

enum decode_result take_vxlan_gpe(struct walk *walk)
{
	struct bytes head; /* flags, reserved (2), next, network, reserved */

	if (!reader_bytes(&walk->r, VXLAN_HEADER_LEN, &head))
		return walk_short(walk);
	if (!(head.p[0] & VXLAN_ID_THERE) || (head.p[0] & GPE_VERSION_MASK))
		return DECODE_OTHER;
	if (head.p[0] & GPE_NEXT_THERE)
		return walk_next(walk, KEY_INNER, head.p[3]);
	return walk_next(walk, KEY_LINK, DLT_EN10MB);
}

enum decode_result take_geneve(struct walk *walk)
{
	struct bytes head; /* version and length of options, flags, type, network, reserved */

	if (!reader_bytes(&walk->r, GENEVE_HEADER_LEN, &head))
		return walk_short(walk);
	if ((head.p[0] & GENEVE_VERSION_MASK) || (head.p[1] & GENEVE_CONTROL))
		return DECODE_OTHER;
	if (!reader_skip(&walk->r, (head.p[0] & GENEVE_OPTIONS_MASK) * 4u))
		return walk_short(walk);
	return walk_next(walk, KEY_ETHERTYPE, bytes_u16(head, 1));
}

/* Extension headers: length in words, contents, and in the last byte the kind of the next. */
static enum decode_result gtp_extensions(struct walk *walk, uint8_t next)
{
	struct bytes rest;
	uint8_t words;

	while (next) {
		if (!reader_u8(&walk->r, &words))
			return walk_short(walk);
		if (!words)
			return DECODE_MALFORMED;
		if (!reader_bytes(&walk->r, words * 4u - 1, &rest))
			return walk_short(walk);
		next = rest.p[rest.n - 1];
	}
	return walk_next(walk, KEY_LINK, DLT_RAW);
}

enum decode_result take_gtp(struct walk *walk)
{
	struct bytes head, more; /* flags, message, length, tunnel; sequence (3), next */

	if (!reader_bytes(&walk->r, GTP_HEADER_LEN, &head))
		return walk_short(walk);
	if ((head.p[0] & GTP_VERSION_MASK) != GTP_VERSION || head.p[1] != GTP_PACKET)
		return DECODE_OTHER;
	walk_bound(walk, bytes_u16(head, 1));
	if (!(head.p[0] & GTP_OPTIONAL_MASK))
		return walk_next(walk, KEY_LINK, DLT_RAW);
	if (!reader_bytes(&walk->r, 4, &more))
		return walk_short(walk);
	return gtp_extensions(walk, head.p[0] & GTP_EXTENSION ? more.p[3] : 0);
}

static bool teredo_authentication(struct reader *r)
{
	struct bytes lengths; /* of the client's name, of the authentication value */

	return reader_bytes(r, 2, &lengths) &&
	       reader_skip(r, (size_t)lengths.p[0] + lengths.p[1] + TEREDO_NONCE_LEN);
}

/* Authentication and origin may come in front of the packet, in this order. */
enum decode_result take_teredo(struct walk *walk)
{
	struct reader ahead = walk->r;
	uint16_t first;

	if (!reader_u16(&ahead, &first))
		return walk_short(walk);
	if (first == TEREDO_AUTHENTICATION) {
		if (!teredo_authentication(&ahead))
			return walk_short(walk);
		walk->r = ahead;
		if (!reader_u16(&ahead, &first))
			return walk_short(walk);
	}
	if (first == TEREDO_ORIGIN) {
		if (!reader_skip(&ahead, TEREDO_ORIGIN_LEN))
			return walk_short(walk);
		walk->r = ahead;
	}
	return walk_next(walk, KEY_LINK, DLT_IPV6);
}

enum decode_result take_l2tp(struct walk *walk)
{
	uint16_t flags, offset;
	size_t ids;

	if (!reader_u16(&walk->r, &flags))
		return walk_short(walk);
	if ((flags & L2TP_CONTROL) || (flags & L2TP_VERSION_MASK) != L2TP_VERSION)
		return DECODE_OTHER;
	ids = 4 + (flags & L2TP_LENGTH ? 2 : 0) + (flags & L2TP_SEQUENCE ? 4 : 0);
	if (!reader_skip(&walk->r, ids))
		return walk_short(walk);
	if ((flags & L2TP_OFFSET) &&
	    (!reader_u16(&walk->r, &offset) || !reader_skip(&walk->r, offset)))
		return walk_short(walk);
	return walk_next(walk, KEY_LINK, DLT_PPP);
}

enum decode_result take_capwap(struct walk *walk)
{
	struct reader ahead = walk->r;
	uint32_t head;
	size_t len;

	if (!reader_u32(&ahead, &head))
		return walk_short(walk);
	if (head >> 24 ||
	    (head & (CAPWAP_FRAGMENT | CAPWAP_KEEP_ALIVE))) /* another kind, or DTLS */
		return DECODE_OTHER;
	len = CAPWAP_LENGTH(head) * 4;
	if (len < CAPWAP_HEADER_LEN)
		return DECODE_MALFORMED;
	if (!reader_skip(&walk->r, len))
		return walk_short(walk);
	if (!(head & CAPWAP_NATIVE))
		return walk_next(walk, KEY_LINK, DLT_EN10MB);
	/* Cisco's access points swap the bytes of what is two bytes long. */
	return CAPWAP_BINDING(head) == CAPWAP_WIFI ? take_wifi_swapped(walk) : DECODE_OTHER;
}
