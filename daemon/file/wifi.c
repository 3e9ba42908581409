/* SPDX-License-Identifier: BSD-2-Clause */
#include "file/wifi.h"

#include <pcap/dlt.h>

#define WIFI_TYPE_MASK 0x0f /* version and type */
#define WIFI_TYPE_DATA 0x08
#define WIFI_NO_DATA 0x40 /* subtypes without a body */
#define WIFI_QOS 0x80

/* The second byte of the frame control. */
#define WIFI_BOTH_DS 0x03 /* between access points: a fourth address */
#define WIFI_MORE_FRAGMENTS 0x04
#define WIFI_PROTECTED 0x40
#define WIFI_ORDER 0x80 /* in QoS frames: a field of 4 bytes more */

#define WIFI_HEADER_LEN 24
#define WIFI_ADDRESS_LEN 6
#define WIFI_FRAGMENT_MASK 0x0f /* in the byte at 22, the first of the sequence control */
#define WIFI_QOS_LEN 2
#define WIFI_QOS_AGGREGATE 0x80 /* several frames in one */
#define WIFI_HT_LEN 4

#define RADIOTAP_HEADER_LEN 8
#define RADIOTAP_TIME 0x1u  /* 8 bytes, aligned */
#define RADIOTAP_FLAGS 0x2u /* 1 byte */
#define RADIOTAP_MORE 0x80000000u
#define RADIOTAP_FLAG_PADDED 0x20 /* the body begins at a multiple of 4 */

#define PPI_HEADER_LEN 8

static uint16_t little16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t little32(const uint8_t *p)
{
	return little16(p) | (uint32_t)little16(p + 2) << 16;
}

/* Length of the header whose first 24 bytes are head. */
static size_t header_len(uint8_t kind, uint8_t flags, bool padded)
{
	size_t len = WIFI_HEADER_LEN;

	if ((flags & WIFI_BOTH_DS) == WIFI_BOTH_DS)
		len += WIFI_ADDRESS_LEN;
	if (kind & WIFI_QOS)
		len += WIFI_QOS_LEN + (flags & WIFI_ORDER ? WIFI_HT_LEN : 0);
	return padded ? (len + 3) / 4 * 4 : len;
}

/* swapped: the two bytes of each field have changed places. */
static enum decode_result data_frame(struct walk *walk, bool padded, bool swapped)
{
	struct reader ahead = walk->r;
	struct bytes head, all;
	uint8_t kind, flags;
	size_t qos;

	if (!reader_bytes(&ahead, WIFI_HEADER_LEN, &head))
		return walk_short(walk);
	kind = head.p[swapped];
	flags = head.p[!swapped];
	if ((kind & WIFI_TYPE_MASK) != WIFI_TYPE_DATA || (kind & WIFI_NO_DATA) ||
	    (flags & (WIFI_PROTECTED | WIFI_MORE_FRAGMENTS)) ||
	    (head.p[22 + swapped] & WIFI_FRAGMENT_MASK))
		return DECODE_OTHER;
	if (!reader_bytes(&walk->r, header_len(kind, flags, padded), &all))
		return walk_short(walk);
	qos = header_len(0, flags, false);
	if ((kind & WIFI_QOS) && (all.p[qos + swapped] & WIFI_QOS_AGGREGATE))
		return DECODE_OTHER;
	return walk_next(walk, KEY_LINK, DLT_ATM_RFC1483);
}

enum decode_result take_wifi(struct walk *walk)
{
	return data_frame(walk, false, false);
}

enum decode_result take_wifi_swapped(struct walk *walk)
{
	struct reader ahead = walk->r;
	struct bytes control;
	bool swapped = reader_bytes(&ahead, 2, &control) &&
		       (control.p[0] & WIFI_TYPE_MASK) != WIFI_TYPE_DATA &&
		       (control.p[1] & WIFI_TYPE_MASK) == WIFI_TYPE_DATA;

	return data_frame(walk, false, swapped);
}

/* The flags among the fields of a header of `len` bytes; r is behind its first 8 bytes. */
static uint8_t radiotap_flags(struct reader r, size_t len, uint32_t present)
{
	uint32_t more = present;
	struct bytes word;
	uint8_t flags;

	while (more & RADIOTAP_MORE) {
		if (!reader_bytes(&r, 4, &word))
			return 0;
		more = little32(word.p);
	}
	if (present & RADIOTAP_TIME) {
		size_t at = len - r.n;

		if (!reader_skip(&r, (8 - at % 8) % 8 + 8))
			return 0;
	}
	return present & RADIOTAP_FLAGS && reader_u8(&r, &flags) ? flags : 0;
}

enum decode_result take_radiotap(struct walk *walk)
{
	struct bytes head, fields; /* version, 0, length, which fields are there */
	uint8_t flags;
	size_t len;

	if (!reader_bytes(&walk->r, RADIOTAP_HEADER_LEN, &head))
		return walk_short(walk);
	len = little16(head.p + 2);
	if (head.p[0] || len < RADIOTAP_HEADER_LEN)
		return DECODE_MALFORMED;
	if (!reader_bytes(&walk->r, len - RADIOTAP_HEADER_LEN, &fields))
		return walk_short(walk);
	flags = radiotap_flags(reader_of(fields), len, little32(head.p + 4));
	return data_frame(walk, flags & RADIOTAP_FLAG_PADDED, false);
}

enum decode_result take_ppi(struct walk *walk)
{
	struct bytes head; /* version, flags, length, link type */
	size_t len;

	if (!reader_bytes(&walk->r, PPI_HEADER_LEN, &head))
		return walk_short(walk);
	len = little16(head.p + 2);
	if (head.p[0] || len < PPI_HEADER_LEN)
		return DECODE_MALFORMED;
	if (!reader_skip(&walk->r, len - PPI_HEADER_LEN))
		return walk_short(walk);
	return walk_next(walk, KEY_LINK, little32(head.p + 4));
}
