/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bytes of a file, a pipe or a socket, in order and unpacked where gzip packed
 * them. No call waits for more bytes than it was asked for.
 */
#ifndef SHAKETAP_FILE_BYTESTREAM_H
#define SHAKETAP_FILE_BYTESTREAM_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* How many bytes bytestream_peek() can look ahead: a packet as long as libpcap takes them. */
#define BYTESTREAM_PEEK_MAX (256 * 1024 + 64)

enum bytestream_state {
	BYTESTREAM_OPEN,	/* there may be more */
	BYTESTREAM_END,		/* all was read */
	BYTESTREAM_CUT,		/* the file ends before the end of its gzip stream */
	BYTESTREAM_BAD,		/* it cannot be read on: bytestream_problem() */
	BYTESTREAM_INTERRUPTED, /* a signal came while it waited for bytes */
};

struct bytestream;

/*
 * Takes fd over: bytestream_free() closes it. Waits for the first bytes, to see whether
 * they are gzip's. NULL: memory is out, and fd is still the caller's.
 */
struct bytestream *bytestream_new(int fd);
void bytestream_free(struct bytestream *stream);

/*
 * The next n <= BYTESTREAM_PEEK_MAX bytes without taking them; fewer: it ends there. They stay
 * where they are until the next call that is not bytestream_skip().
 */
struct bytes bytestream_peek(struct bytestream *stream, size_t n);

/* Take n of the bytes that were peeked at. */
void bytestream_skip(struct bytestream *stream, size_t n);

/* Take what is there, at most n bytes; waits only if nothing is. 0: it ends there. */
size_t bytestream_some(struct bytestream *stream, void *out, size_t n);

/* Take n bytes; a smaller result: it ends there, and bytestream_state() says how. */
size_t bytestream_read(struct bytestream *stream, void *out, size_t n);

/* Not BYTESTREAM_OPEN only once a call above could not give all that was asked for. */
enum bytestream_state bytestream_state(const struct bytestream *stream);
const char *bytestream_problem(const struct bytestream *stream);

/* Bytes of the file, as they lie there, behind what was taken so far. */
uint64_t bytestream_consumed(const struct bytestream *stream);

#endif
