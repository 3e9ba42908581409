/* SPDX-License-Identifier: BSD-2-Clause */
#include "file/bytestream.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/util.h"

/* Read at once: little enough to be in the processor's cache when it is looked at. */
#define CHUNK_SIZE (256 * 1024)
#define BUFFER_SIZE (BYTESTREAM_PEEK_MAX + CHUNK_SIZE)

/* RFC 1952 section 2.3.1: what every gzip member begins with. */
#define GZIP_ID1 0x1f
#define GZIP_ID2 0x8b
/* Adding 16 to the window size has zlib expect the gzip wrapping. */
#define GZIP_WINDOW (15 + 16)

struct bytestream {
	int fd;
	bool gzip;
	bool at_rest; /* a file: nothing has to be waited for */
	bool between; /* gzip: behind a member, where the file may end or the next one begin */
	bool dry;     /* somebody asked for more than will come */
	enum bytestream_state state;
	const char *problem; /* of strerror() or of zlib: a constant text */
	uint64_t raw;	     /* bytes read from fd */
	z_stream z;	     /* gzip only; its input is in `packed` */
	size_t from, to;     /* what of `ready` was not taken yet */
	uint8_t ready[BUFFER_SIZE];
	uint8_t packed[CHUNK_SIZE + 1];
};

static void stop(struct bytestream *stream, enum bytestream_state state, const char *problem)
{
	stream->state = state;
	stream->problem = problem;
}

/* A signal that the caller blocks is looked for so often while nothing comes. */
#define LOOK_MS 200

static bool is_told_to_stop(void)
{
	sigset_t set;

	return !sigpending(&set) && (sigismember(&set, SIGINT) || sigismember(&set, SIGTERM));
}

/* Wait until there is something. False: errno says what came instead; EINTR: a signal. */
static bool wait_readable(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	int ready;

	while (!(ready = poll(&poll_fd, 1, LOOK_MS)))
		if (is_told_to_stop()) {
			errno = EINTR;
			return false;
		}
	return ready > 0;
}

/* What is there, up to n bytes; waits only if there is nothing. 0: none will come. */
static size_t read_raw(struct bytestream *stream, void *out, size_t n)
{
	ssize_t got = -1;

	do {
		if (stream->at_rest || wait_readable(stream->fd))
			got = read(stream->fd, out, n);
	} while (got < 0 && errno == EAGAIN);
	if (got > 0) {
		stream->raw += (uint64_t)got;
		return (size_t)got;
	}
	if (got == 0)
		stop(stream, BYTESTREAM_END, NULL);
	else if (errno == EINTR)
		stop(stream, BYTESTREAM_INTERRUPTED, NULL);
	else
		stop(stream, BYTESTREAM_BAD, strerror(errno));
	return 0;
}

/* Packed bytes for zlib. False: there are no more. */
static bool feed(struct bytestream *stream)
{
	if (stream->z.avail_in)
		return true;
	stream->z.next_in = stream->packed;
	stream->z.avail_in = (uInt)read_raw(stream, stream->packed, sizeof(stream->packed));
	if (!stream->z.avail_in && stream->state == BYTESTREAM_END && !stream->between)
		stop(stream, BYTESTREAM_CUT, NULL);
	return stream->z.avail_in > 0;
}

/*
 * Members may follow each other (RFC 1952 section 2.2), and zeros may fill up the
 * last block of a tape, as gzip(1) allows.
 */
static void begin_member(struct bytestream *stream)
{
	while (stream->z.avail_in && *stream->z.next_in == 0) {
		stream->z.next_in++;
		stream->z.avail_in--;
	}
	if (!stream->z.avail_in)
		return;
	if (*stream->z.next_in != GZIP_ID1) {
		stop(stream, BYTESTREAM_BAD, "other data behind the end of the gzip stream");
		return;
	}
	inflateReset(&stream->z);
	stream->between = false;
}

static void inflate_some(struct bytestream *stream, size_t room)
{
	int result;

	stream->z.next_out = stream->ready + stream->to;
	stream->z.avail_out = (uInt)room;
	result = inflate(&stream->z, Z_NO_FLUSH);
	stream->to += room - stream->z.avail_out;
	if (result == Z_STREAM_END)
		stream->between = true;
	else if (result != Z_OK && result != Z_BUF_ERROR)
		stop(stream, BYTESTREAM_BAD,
		     stream->z.msg ? stream->z.msg : "not what gzip writes");
}

/* More bytes behind stream->to, if need be by waiting. False: none will come. */
static bool fill(struct bytestream *stream)
{
	size_t before;

	if (stream->from == stream->to)
		stream->from = stream->to = 0;
	before = stream->to;
	while (stream->to == before && stream->state == BYTESTREAM_OPEN) {
		size_t room = min_size(sizeof(stream->ready) - stream->to, CHUNK_SIZE);

		if (!stream->gzip)
			stream->to += read_raw(stream, stream->ready + stream->to, room);
		else if (!feed(stream))
			break;
		else if (stream->between)
			begin_member(stream);
		else
			inflate_some(stream, room);
	}
	stream->dry = stream->to == before;
	return !stream->dry;
}

/*
 * What was not taken goes to the beginning, where the processor's cache still has the bytes of the
 * last chunk: but only over bytes that were taken, so that no byte moves often. Rare, and kept
 * apart from bytestream_peek(), which is called for every packet and more.
 */
static __attribute__((noinline)) void peek_on(struct bytestream *stream, size_t n)
{
	size_t left = stream->to - stream->from;

	if (left <= stream->from || sizeof(stream->ready) - stream->from < n) {
		memmove(stream->ready, stream->ready + stream->from, left);
		stream->to = left;
		stream->from = 0;
	}
	while (stream->to - stream->from < n && fill(stream))
		;
}

struct bytes bytestream_peek(struct bytestream *stream, size_t n)
{
	if (stream->to - stream->from < n)
		peek_on(stream, n);
	return (struct bytes){ stream->ready + stream->from,
			       min_size(n, stream->to - stream->from) };
}

void bytestream_skip(struct bytestream *stream, size_t n)
{
	stream->from += n;
}

size_t bytestream_some(struct bytestream *stream, void *out, size_t n)
{
	if (n && stream->from == stream->to && !fill(stream))
		return 0;
	n = min_size(n, stream->to - stream->from);
	memcpy(out, stream->ready + stream->from, n);
	stream->from += n;
	return n;
}

size_t bytestream_read(struct bytestream *stream, void *out, size_t n)
{
	size_t done = 0, got;

	do {
		got = bytestream_some(stream, (uint8_t *)out + done, n - done);
		done += got;
	} while (got && done < n);
	return done;
}

enum bytestream_state bytestream_state(const struct bytestream *stream)
{
	return stream->dry ? stream->state : BYTESTREAM_OPEN;
}

const char *bytestream_problem(const struct bytestream *stream)
{
	return stream->problem;
}

uint64_t bytestream_consumed(const struct bytestream *stream)
{
	return stream->raw - (stream->gzip ? stream->z.avail_in : stream->to - stream->from);
}

static bool is_at_rest(int fd)
{
	struct stat stat;

	return !fstat(fd, &stat) && S_ISREG(stat.st_mode);
}

/* Look at the first bytes; those of gzip become the input of zlib. */
static bool unpack_gzip(struct bytestream *stream)
{
	struct bytes first = bytestream_peek(stream, 2);

	/* One byte may have come alone, and a whole chunk behind it. */
	static_assert(sizeof(stream->packed) > CHUNK_SIZE, "what was read to see two bytes fits");

	if (first.n < 2 || first.p[0] != GZIP_ID1 || first.p[1] != GZIP_ID2)
		return true;
	if (inflateInit2(&stream->z, GZIP_WINDOW) != Z_OK)
		return false;
	memcpy(stream->packed, stream->ready, stream->to);
	stream->z.next_in = stream->packed;
	stream->z.avail_in = (uInt)stream->to;
	stream->to = 0;
	stream->gzip = true;
	return true;
}

struct bytestream *bytestream_new(int fd)
{
	struct bytestream *stream = malloc(sizeof(*stream));

	if (!stream)
		return NULL;
	memset(stream, 0, offsetof(struct bytestream, ready));
	stream->fd = fd;
	stream->at_rest = is_at_rest(fd);
	if (!unpack_gzip(stream)) {
		free(stream);
		return NULL;
	}
	return stream;
}

void bytestream_free(struct bytestream *stream)
{
	if (!stream)
		return;
	if (stream->gzip)
		inflateEnd(&stream->z);
	close(stream->fd);
	free(stream);
}
