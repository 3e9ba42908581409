/* SPDX-License-Identifier: BSD-2-Clause */
#include "file/tags.h"

#include <pcap/dlt.h>

#include "file/links.h"
#include "file/numbers.h"
#include "file/protocols.h"

#define VLAN_ID_MASK 0x0fff

#define MPLS_BOTTOM 0x100u /* of the label stack */
#define CONTROL_WORD_LEN 4 /* RFC 4385 section 3 */

#define PPPOE_VERSION_TYPE 0x11

#define CISCO_METADATA_VERSION 1

#define MACSEC_VERSION 0x80
#define MACSEC_SCI 0x20	     /* the channel's name of 8 bytes is there */
#define MACSEC_CHANGED 0x0c  /* encrypted, or changed in some other way */
#define MACSEC_NUMBERS_LEN 5 /* short length, packet number */
#define MACSEC_SCI_LEN 8

#define NSH_VERSION_MASK 0xc000
#define NSH_LENGTH_MASK 0x3f
#define NSH_BASE_LEN 4 /* of the base header; with the service path 8 */

enum decode_result take_vlan(struct walk *walk)
{
	uint16_t tci, type;

	if (!reader_u16(&walk->r, &tci) || !reader_u16(&walk->r, &type))
		return walk_short(walk);
	/* Identifier 0 is a priority alone (IEEE 802.1Q clause 9.6). */
	if (!walk->ip_version && !walk->segment->vlan)
		walk->segment->vlan = tci & VLAN_ID_MASK;
	return links_next(walk, type);
}

/* By a type that is known, behind two addresses. A length would fit much else. */
static bool looks_like_ethernet(struct reader r)
{
	uint16_t type;

	return reader_skip(&r, 12) && reader_u16(&r, &type) && protocol_find(KEY_ETHERTYPE, type);
}

/*
 * Nothing says what a label stack carries but the router that gave the labels. IP shows itself
 * by its version; a pseudowire's control word begins with 0 so that it is not taken for IP.
 */
static enum decode_result behind_labels(struct walk *walk)
{
	struct reader ahead = walk->r;
	uint8_t first;

	if (!reader_u8(&ahead, &first))
		return walk_short(walk);
	if (first >> 4)
		return walk_next(walk, KEY_LINK, DLT_RAW);
	ahead = walk->r;
	if (looks_like_ethernet(ahead))
		return walk_next(walk, KEY_LINK, DLT_EN10MB);
	if (!reader_skip(&ahead, CONTROL_WORD_LEN) || !looks_like_ethernet(ahead))
		return walk->missing ? DECODE_CUT : DECODE_OTHER;
	walk->r = ahead;
	return walk_next(walk, KEY_LINK, DLT_EN10MB);
}

enum decode_result take_mpls(struct walk *walk)
{
	uint32_t label;

	if (!reader_u32(&walk->r, &label))
		return walk_short(walk);
	if (!(label & MPLS_BOTTOM))
		return walk_next(walk, KEY_ETHERTYPE, TYPE_MPLS);
	return behind_labels(walk);
}

enum decode_result take_pppoe(struct walk *walk)
{
	struct bytes head; /* version and type, code, session, length */

	if (!reader_bytes(&walk->r, 6, &head))
		return walk_short(walk);
	if (head.p[0] != PPPOE_VERSION_TYPE || head.p[1])
		return DECODE_OTHER;
	walk_bound(walk, bytes_u16(head, 2));
	return walk_next(walk, KEY_LINK, DLT_PPP);
}

enum decode_result take_cisco_metadata(struct walk *walk)
{
	uint8_t version, options;
	uint16_t type;

	if (!reader_u8(&walk->r, &version) || !reader_u8(&walk->r, &options))
		return walk_short(walk);
	if (version != CISCO_METADATA_VERSION)
		return DECODE_OTHER;
	if (!reader_skip(&walk->r, options * 4u) || !reader_u16(&walk->r, &type))
		return walk_short(walk);
	return links_next(walk, type);
}

enum decode_result take_macsec(struct walk *walk)
{
	uint8_t control;
	uint16_t type;

	if (!reader_u8(&walk->r, &control))
		return walk_short(walk);
	if (control & (MACSEC_VERSION | MACSEC_CHANGED))
		return DECODE_OTHER;
	if (!reader_skip(&walk->r, MACSEC_NUMBERS_LEN) ||
	    ((control & MACSEC_SCI) && !reader_skip(&walk->r, MACSEC_SCI_LEN)) ||
	    !reader_u16(&walk->r, &type))
		return walk_short(walk);
	return links_next(walk, type);
}

static enum decode_result plain_tag(struct walk *walk, size_t len)
{
	uint16_t type;

	if (!reader_skip(&walk->r, len) || !reader_u16(&walk->r, &type))
		return walk_short(walk);
	return links_next(walk, type);
}

enum decode_result take_vn_tag(struct walk *walk)
{
	return plain_tag(walk, 4);
}

enum decode_result take_e_tag(struct walk *walk)
{
	return plain_tag(walk, 6);
}

enum decode_result take_nsh(struct walk *walk)
{
	struct bytes head; /* version, flags, time to live, length in words; type, next */
	size_t len;

	if (!reader_bytes(&walk->r, NSH_BASE_LEN, &head))
		return walk_short(walk);
	if (bytes_u16(head, 0) & NSH_VERSION_MASK)
		return DECODE_OTHER;
	len = (bytes_u16(head, 0) & NSH_LENGTH_MASK) * 4u;
	if (len < 2 * NSH_BASE_LEN)
		return DECODE_MALFORMED;
	if (!reader_skip(&walk->r, len - NSH_BASE_LEN))
		return walk_short(walk);
	return walk_next(walk, KEY_INNER, head.p[3]);
}
