/* SPDX-License-Identifier: BSD-2-Clause */
#include "file/ip.h"

#include <arpa/inet.h>
#include <net/ethernet.h>
#include <string.h>

#include "file/fragments.h"

#define IP4_HEADER_LEN 20
#define IP4_DONT_FRAGMENT 0x40 /* in the byte at 6 */
#define IP4_MORE 0x2000
#define IP4_OFFSET_MASK 0x1fff /* of 8 bytes */

#define IP6_HEADER_LEN 40
#define IP6_FRAGMENT_LEN 8
#define IP6_OFFSET_MASK 0xfff8 /* in bytes */
#define IP6_MORE 0x0001

/* What the length fields of both can say. */
#define IP_LENGTH_MAX 65535

static void put16(uint8_t *p, size_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

/* The length field of the packet put together; false: it does not fit in. */
static bool set_length(uint8_t version, const struct fragments_whole *whole)
{
	size_t length = version == 4 ? whole->n : whole->n - IP6_HEADER_LEN;

	if (length > IP_LENGTH_MAX)
		return false;
	put16(whole->p + (version == 4 ? 2 : 4), length);
	return true;
}

/* Is the fragment whole itself, its length not left open (0)? */
static bool all_there(uint8_t version, struct bytes ip)
{
	size_t length = version == 4 ? bytes_u16(ip, 1) : (size_t)IP6_HEADER_LEN + bytes_u16(ip, 2);

	return ip.n == length;
}

/* piece: all but the time and the key, which are the walk's. */
static enum decode_result add_fragment(struct walk *walk, struct fragment *piece, uint32_t id,
				       uint8_t protocol)
{
	struct fragments_whole whole;

	if (!all_there(walk->ip_version, walk->segment->ip))
		return walk_short(walk);
	piece->time = walk->time;
	memcpy(piece->key.addr, walk->segment->addr, sizeof(piece->key.addr));
	piece->key.id = id;
	piece->key.kind = (uint32_t)walk->segment->vlan << 16 | walk->ip_version << 8 | protocol;
	switch (fragments_add(walk->fragments, piece, &whole)) {
	case FRAGMENTS_WHOLE:
		break;
	case FRAGMENTS_WAITING:
		return DECODE_FRAGMENT;
	default:
		return DECODE_MALFORMED;
	}
	if (!set_length(walk->ip_version, &whole))
		return DECODE_MALFORMED;
	walk->r = reader_of((struct bytes){ whole.p, whole.n });
	walk->segment->fragmented = true;
	return walk_next(walk, KEY_ETHERTYPE,
			 walk->ip_version == 4 ? ETHERTYPE_IP : ETHERTYPE_IPV6);
}

static enum decode_result ip4_fragment(struct walk *walk, struct bytes head, uint16_t place)
{
	uint8_t copy[FRAGMENTS_HEAD_MAX];
	struct fragment piece = { .offset = (place & IP4_OFFSET_MASK) * 8u,
				  .more = place & IP4_MORE,
				  .head = { copy, head.n },
				  .data = reader_rest(&walk->r) };

	_Static_assert(FRAGMENTS_HEAD_MAX >= 60, "the longest IPv4 header");
	memcpy(copy, head.p, head.n);
	put16(copy + 6, (size_t)(copy[6] & IP4_DONT_FRAGMENT) << 8);
	return add_fragment(walk, &piece, bytes_u16(head, 2), head.p[9]);
}

static void ip4_addresses(struct walk *walk, struct bytes head)
{
	for (int i = 0; i < 2; i++) {
		uint32_t *addr = walk->segment->addr[i];

		addr[0] = addr[1] = 0;
		addr[2] = htonl(0xffff);
		memcpy(&addr[3], head.p + 12 + (size_t)4 * i, 4);
	}
}

enum decode_result take_ip4(struct walk *walk)
{
	struct reader ahead = walk->r;
	const uint8_t *start = walk->r.p;
	struct bytes head;
	size_t len, total;
	uint16_t place;

	if (!reader_bytes(&ahead, IP4_HEADER_LEN, &head))
		return walk_short(walk);
	len = (head.p[0] & 0x0f) * 4u;
	total = bytes_u16(head, 1);
	place = bytes_u16(head, 3) & (IP4_MORE | IP4_OFFSET_MASK);
	if (head.p[0] >> 4 != 4 || len < IP4_HEADER_LEN || (total && total < len))
		return DECODE_MALFORMED;
	if (total) /* 0: left to the network card, or more than the field can say */
		walk_bound(walk, total);
	if (!reader_bytes(&walk->r, len, &head))
		return walk_short(walk);
	walk->ip_version = 4;
	walk->named = head.p + 9;
	ip4_addresses(walk, head);
	walk->segment->ip = (struct bytes){ start, len + walk->r.n };
	if (place)
		return ip4_fragment(walk, head, place);
	return walk_next(walk, KEY_IP_PROTOCOL, head.p[9]);
}

enum decode_result take_ip6(struct walk *walk)
{
	const uint8_t *start = walk->r.p;
	struct bytes head;
	size_t len;

	if (!reader_bytes(&walk->r, IP6_HEADER_LEN, &head))
		return walk_short(walk);
	if (head.p[0] >> 4 != 6)
		return DECODE_MALFORMED;
	len = bytes_u16(head, 2);
	if (len) /* 0: a jumbogram, which is how large offloads look */
		walk_bound(walk, len);
	walk->ip_version = 6;
	walk->named = head.p + 6;
	memcpy(walk->segment->addr, head.p + 8, sizeof(walk->segment->addr));
	walk->segment->ip = (struct bytes){ start, IP6_HEADER_LEN + walk->r.n };
	return walk_next(walk, KEY_IP_PROTOCOL, head.p[6]);
}

/* A header of `unit` * (its length field + `extra`) bytes, whose first byte names what follows. */
static enum decode_result extension(struct walk *walk, size_t unit, size_t extra)
{
	struct reader ahead = walk->r;
	struct bytes head, all;

	if (!reader_bytes(&ahead, 2, &head) ||
	    !reader_bytes(&walk->r, unit * (head.p[1] + extra), &all))
		return walk_short(walk);
	walk->named = all.p;
	return walk_next(walk, KEY_IP_PROTOCOL, all.p[0]);
}

enum decode_result take_ip6_extension(struct walk *walk)
{
	return walk->ip_version == 6 ? extension(walk, 8, 1) : DECODE_OTHER;
}

enum decode_result take_ah(struct walk *walk)
{
	return extension(walk, 4, 2);
}

enum decode_result take_ip6_fragment(struct walk *walk)
{
	struct bytes ip = walk->segment->ip;
	uint8_t copy[FRAGMENTS_HEAD_MAX];
	struct fragment piece;
	struct bytes head; /* next, reserved, place, identification (4) */
	size_t before;	   /* the fragment header, in the packet */
	uint16_t place;

	if (walk->ip_version != 6)
		return DECODE_OTHER;
	before = ip.n - walk->r.n;
	if (!reader_bytes(&walk->r, IP6_FRAGMENT_LEN, &head))
		return walk_short(walk);
	place = bytes_u16(head, 1) & (IP6_OFFSET_MASK | IP6_MORE);
	if (!place) { /* the only fragment (RFC 6946) */
		walk->named = head.p;
		return walk_next(walk, KEY_IP_PROTOCOL, head.p[0]);
	}
	if (before > sizeof(copy))
		return DECODE_MALFORMED;
	memcpy(copy, ip.p, before);
	copy[walk->named - ip.p] = head.p[0];
	piece = (struct fragment){ .offset = place & IP6_OFFSET_MASK,
				   .more = place & IP6_MORE,
				   .head = { copy, before },
				   .data = reader_rest(&walk->r) };
	return add_fragment(walk, &piece, (uint32_t)bytes_u16(head, 2) << 16 | bytes_u16(head, 3),
			    0);
}
