/* SPDX-License-Identifier: BSD-2-Clause */
#include "progress.h"

#include <inttypes.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"

#define INTERVAL_NS (200 * NS_PER_MS)
#define MEGABYTE 1000000

void progress_init(struct progress *progress, FILE *out)
{
	*progress = (struct progress){ .out = isatty(fileno(out)) ? out : NULL };
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

void progress_show(struct progress *progress, uint64_t done, uint64_t all)
{
	uint64_t time;

	if (!progress->out || (all && all < PROGRESS_SIZE_MIN) || done < MEGABYTE)
		return;
	time = now();
	if (time - progress->last < INTERVAL_NS)
		return;
	progress->last = time;
	progress->shown = true;
	if (all)
		fprintf(progress->out, "\r%" PRIu64 " of %" PRIu64 " MB, %" PRIu64 "%%\033[K",
			done / MEGABYTE, all / MEGABYTE, done / (all / 100));
	else
		fprintf(progress->out, "\r%" PRIu64 " MB\033[K", done / MEGABYTE);
	fflush(progress->out);
}

void progress_clear(struct progress *progress)
{
	if (!progress->shown)
		return;
	fputs("\r\033[K", progress->out);
	fflush(progress->out);
	progress->shown = false;
}
