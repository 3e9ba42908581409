/* SPDX-License-Identifier: BSD-2-Clause */
#include "progress.h"

#include <inttypes.h>
#include <unistd.h>

#include "base/util.h"
#include "clock.h"

#define INTERVAL_NS (200 * NS_PER_MS)
#define MEGABYTE 1000000

void progress_init(struct progress *progress, FILE *out)
{
	*progress = (struct progress){ .out = isatty(fileno(out)) ? out : NULL };
}

void progress_show(struct progress *progress, uint64_t done, uint64_t all)
{
	uint64_t time;

	if (!progress->out || (all && all < PROGRESS_SIZE_MIN) || done < MEGABYTE)
		return;
	time = clock_ns(CLOCK_MONOTONIC);
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
