/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes capture files for tests, byte by byte from their specifications:
 * draft-ietf-opsawg-pcap and draft-ietf-opsawg-pcapng.
 */
#ifndef SHAKETAP_TEST_CAPTURE_FILE_H
#define SHAKETAP_TEST_CAPTURE_FILE_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "file/packets.h"

#define PCAP_US 0xa1b2c3d4
#define PCAP_NS 0xa1b23c4d
#define PCAP_KUZNETZOV 0xa1b2cd34 /* eight more bytes in each record head */

/* Not assert(): these do something. */
static inline void must(bool done)
{
	if (!done)
		abort();
}

struct capture {
	uint8_t p[1 << 17];
	size_t n;
	bool big;     /* the byte order of what is added */
	size_t block; /* where the open block begins */
};

static inline void put(struct capture *c, uint64_t value, size_t size)
{
	must(c->n + size <= sizeof(c->p));
	for (size_t i = 0; i < size; i++)
		c->p[c->n++] = (uint8_t)(value >> 8 * (c->big ? size - 1 - i : i));
}

static inline void put_bytes(struct capture *c, const void *p, size_t n)
{
	must(c->n + n <= sizeof(c->p));
	memcpy(c->p + c->n, p, n);
	c->n += n;
}

static inline void pcap_head(struct capture *c, uint32_t magic, uint32_t snaplen, uint32_t link)
{
	put(c, magic, 4);
	put(c, 2, 2); /* version 2.4 */
	put(c, 4, 2);
	put(c, 0, 8); /* reserved, once time zone and accuracy */
	put(c, snaplen, 4);
	put(c, link, 4);
}

static inline void pcap_record(struct capture *c, uint32_t seconds, uint32_t fraction,
			       const char *data, uint32_t length)
{
	put(c, seconds, 4);
	put(c, fraction, 4);
	put(c, strlen(data), 4);
	put(c, length, 4);
	put_bytes(c, data, strlen(data));
}

static inline void block_begin(struct capture *c, uint32_t type)
{
	c->block = c->n;
	put(c, type, 4);
	put(c, 0, 4);
}

/* Closes the block as one of `length` bytes; 0: as long as it is. */
static inline void block_end(struct capture *c, uint32_t length)
{
	size_t end;

	while (c->n % 4)
		put(c, 0, 1);
	if (!length)
		length = (uint32_t)(c->n - c->block + 4);
	put(c, length, 4);
	end = c->n;
	c->n = c->block + 4;
	put(c, length, 4);
	c->n = end;
}

static inline void section(struct capture *c, uint16_t major)
{
	block_begin(c, 0x0a0d0d0a);
	put(c, 0x1a2b3c4d, 4);
	put(c, major, 2);
	put(c, 0, 2);
	put(c, UINT64_MAX, 8); /* length not given */
	block_end(c, 0);
}

static inline void option(struct capture *c, uint16_t code, const void *p, uint16_t n)
{
	put(c, code, 2);
	put(c, n, 2);
	put_bytes(c, p, n);
	while (c->n % 4)
		put(c, 0, 1);
}

/* name NULL, resolution -1: the file says nothing. */
static inline void interface(struct capture *c, uint16_t link, uint32_t snaplen, const char *name,
			     int resolution)
{
	uint8_t value = (uint8_t)resolution;

	block_begin(c, 1);
	put(c, link, 2);
	put(c, 0, 2);
	put(c, snaplen, 4);
	if (name)
		option(c, 2, name, (uint16_t)strlen(name));
	if (resolution >= 0)
		option(c, 9, &value, 1);
	option(c, 0, "", 0);
	block_end(c, 0);
}

/* Left open, so that options may follow. */
static inline void enhanced_begin(struct capture *c, uint32_t interface_id, uint64_t ticks,
				  const char *data, uint32_t length)
{
	block_begin(c, 6);
	put(c, interface_id, 4);
	put(c, ticks >> 32, 4);
	put(c, (uint32_t)ticks, 4);
	put(c, strlen(data), 4);
	put(c, length, 4);
	put_bytes(c, data, strlen(data));
	while (c->n % 4)
		put(c, 0, 1);
}

static inline void enhanced(struct capture *c, uint32_t interface_id, uint64_t ticks,
			    const char *data)
{
	enhanced_begin(c, interface_id, ticks, data, (uint32_t)strlen(data));
	block_end(c, 0);
}

static inline void simple(struct capture *c, uint32_t length, const char *data)
{
	block_begin(c, 3);
	put(c, length, 4);
	put_bytes(c, data, strlen(data));
	block_end(c, 0);
}

/* `in` as one gzip member behind what `out` holds, by zlib. */
static inline void gzip_onto(struct capture *out, const struct capture *in)
{
	z_stream z = { 0 };

	must(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
	z.next_in = (Bytef *)in->p;
	z.avail_in = (uInt)in->n;
	z.next_out = out->p + out->n;
	z.avail_out = (uInt)(sizeof(out->p) - out->n);
	must(deflate(&z, Z_FINISH) == Z_STREAM_END);
	out->n += z.total_out;
	deflateEnd(&z);
}

/* A file of the first n bytes, in a folder of its own below the current one. */
static inline const char *stored(const char *path, const void *p, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	must(fd >= 0 && write(fd, p, n) == (ssize_t)n);
	close(fd);
	return path;
}

/* Work in an empty folder, and leave none behind. */
static inline int folder_enter(void **state)
{
	char path[] = "/tmp/shaketap-test-XXXXXX";

	if (!mkdtemp(path) || chdir(path) < 0)
		return -1;
	*state = strdup(path);
	return *state ? 0 : -1;
}

static inline int folder_leave(void **state)
{
	char command[64];
	int result;

	snprintf(command, sizeof(command), "rm -r '%s'", (char *)*state);
	result = chdir("/") < 0 ? -1 : system(command);
	free(*state);
	return result;
}

#endif
