/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IP datagrams put together from their fragments (RFC 791 section 3.2, RFC 8200 section 4.5),
 * in any order. Where fragments overlap, the bytes that came first stay; where they
 * contradict each other in length, the datagram is given up. Memory is bounded by the
 * product of the limits below, about 17 MB.
 */
#ifndef SHAKETAP_FILE_FRAGMENTS_H
#define SHAKETAP_FILE_FRAGMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/util.h"

/* Datagrams that wait at once; one more, and the one untouched for longest is given up. */
#define FRAGMENTS_DATAGRAMS_MAX 256
/* Bytes of a datagram behind the headers that each fragment repeats. */
#define FRAGMENTS_BYTES_MAX 65535
/* Those headers: IPv6 may have extension headers in front of the fragment's. */
#define FRAGMENTS_HEAD_MAX 256
/* Since the first of its fragments came, in time of the capture (RFC 8200 section 4.5). */
#define FRAGMENTS_TIMEOUT (60 * NS_PER_S)

/* What fragments of one datagram have in common. No padding: compared as memory. */
struct fragment_key {
	uint32_t addr[2][4];
	uint32_t id;
	uint32_t kind; /* whatever else tells datagrams apart */
};

struct fragment {
	struct fragment_key key;
	uint64_t time;	   /* ns */
	struct bytes head; /* headers as they shall stand in the whole; matters with offset 0 */
	struct bytes data;
	uint32_t offset; /* of data in the datagram, bytes */
	bool more;	 /* it is not the last one */
};

/* The datagram: its head, then its data. */
struct fragments_whole {
	uint8_t *p;
	size_t n;
};

enum fragments_result {
	FRAGMENTS_WAITING, /* taken, or known already */
	FRAGMENTS_WHOLE,   /* it was the last one missing */
	FRAGMENTS_BAD	   /* impossible in itself, or of a datagram that was given up */
};

struct fragments;

struct fragments *fragments_new(void); /* NULL: memory is out */
void fragments_free(struct fragments *fragments);

/* With FRAGMENTS_WHOLE, *whole is the caller's to change and valid until the next call. */
enum fragments_result fragments_add(struct fragments *fragments, const struct fragment *piece,
				    struct fragments_whole *whole);

/* Datagrams given up, and those that still wait: at the end of the input they are lost too. */
uint64_t fragments_lost(const struct fragments *fragments);

#endif
