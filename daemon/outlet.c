/* SPDX-License-Identifier: BSD-2-Clause */
#include "outlet.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"

/* A reader that sleeps may find so much when it wakes up: the largest record, and as much again. */
#define WAITING_MAX (8 * 1024 * 1024)
/* Patient: written in pieces of that size. */
#define ENOUGH 65536
/* A pipe that polls as writable takes so much without blocking (pipe(7), PIPE_BUF). */
#define PIECE 4096

void outlet_init(struct outlet *outlet, int fd, bool patient)
{
	struct stat status;

	*outlet = (struct outlet){ .fd = fd, .patient = patient, .prompt = isatty(fd) };
	outlet->regular = !fstat(fd, &status) && S_ISREG(status.st_mode);
	text_init(&outlet->waiting, WAITING_MAX);
}

void outlet_free(struct outlet *outlet)
{
	text_free(&outlet->waiting);
}

bool outlet_waits(const struct outlet *outlet)
{
	return outlet->from < outlet->waiting.n;
}

/* What was written goes, when it is at least half: each byte is moved once at most. */
static void make_room(struct outlet *outlet)
{
	struct text *waiting = &outlet->waiting;
	size_t left = waiting->n - outlet->from;

	if (!outlet->from || outlet->from < left)
		return;
	memmove(waiting->p, waiting->p + outlet->from, left);
	text_truncate(waiting, left);
	outlet->from = 0;
}

struct text *outlet_begin(struct outlet *outlet)
{
	if (outlet->error)
		return NULL;
	make_room(outlet);
	outlet->begun = outlet->waiting.n;
	return &outlet->waiting;
}

void outlet_end(struct outlet *outlet)
{
	if (outlet->waiting.cut) {
		text_truncate(&outlet->waiting, outlet->begun);
		outlet->waiting.cut = false;
		outlet->dropped++;
	}
	if (outlet->patient && (outlet->prompt || outlet->waiting.n >= ENOUGH))
		outlet_push(outlet);
}

/* Does the reader take something within the time? Errors show at the write. */
static bool is_ready(const struct outlet *outlet, int ms)
{
	struct pollfd poll_fd = { .fd = outlet->fd, .events = POLLOUT };

	return outlet->regular || poll(&poll_fd, 1, ms) != 0;
}

/* False: no more for now, or an error. */
static bool write_some(struct outlet *outlet)
{
	size_t n = outlet->waiting.n - outlet->from;
	ssize_t written;

	if (!outlet->regular && !outlet->patient)
		n = min_size(n, PIECE);
	written = write(outlet->fd, outlet->waiting.p + outlet->from, n);
	if (written < 0) {
		if (errno != EINTR && errno != EAGAIN)
			outlet->error = errno;
		return errno == EINTR;
	}
	outlet->from += (size_t)written;
	return true;
}

bool outlet_finish(struct outlet *outlet, int patience_ms)
{
	while (!outlet->error && outlet_waits(outlet) &&
	       is_ready(outlet, outlet->patient ? -1 : patience_ms))
		write_some(outlet);
	if (!outlet_waits(outlet)) {
		text_reset(&outlet->waiting);
		outlet->from = 0;
	}
	return !outlet->error;
}

bool outlet_push(struct outlet *outlet)
{
	return outlet_finish(outlet, 0);
}
