/* SPDX-License-Identifier: BSD-2-Clause */
#include "drainer.h"

#include <errno.h>

#include "base/util.h"
#include "clock.h"

#define DRAIN_NS (100 * NS_PER_MS)
/* After so many empty drains the daemon sleeps until an event: each finds all caches cold. */
#define EMPTY_DRAINS_MAX 3
#define WAIT_MS_MAX 60000

void drainer_event(struct drainer *drainer, const struct st_event *event, const uint8_t *payload)
{
	drainer->event_time = event->time;
	pipeline_event(drainer->pipeline, event, payload);
}

/* The number of events. */
static int drain(struct drainer *drainer)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC);
	int n;

	drainer->now = now;
	drainer->wall_offset = clock_ns(CLOCK_REALTIME) - now;
	pipeline_set_wall(drainer->pipeline, drainer->wall_offset);
	n = kernel_drain(drainer->kernel);
	/* What is still in the ring came in time, however late we are to look. */
	if (n == KERNEL_DRAIN_MAX)
		now = min_u64(now, drainer->event_time);
	pipeline_expire(drainer->pipeline, now);
	drainer->behind = n == KERNEL_DRAIN_MAX || pipeline_is_due(drainer->pipeline, now);
	drainer->waits = drainer->drained(drainer->ctx);
	return n;
}

static void go_on(struct drainer *drainer)
{
	drainer->empty_drains = 0;
	if (drainer->on_timer)
		return;
	drainer->on_timer = true;
	loop_timer_set(drainer->timer, DRAIN_NS, DRAIN_NS);
}

void drainer_start(struct drainer *drainer)
{
	drain(drainer);
	go_on(drainer);
}

/*
 * An event found now may be the one that was to wake us, and once it is taken the ring has no
 * news for epoll: the timer has to go on.
 */
int drainer_look(struct drainer *drainer)
{
	int n = drain(drainer);

	if (n > 0)
		go_on(drainer);
	return n;
}

static void on_timer(void *ctx)
{
	struct drainer *drainer = ctx;

	if (drain(drainer) > 0 || drainer->waits) {
		drainer->empty_drains = 0;
		return;
	}
	/*
	 * Ask to be woken, and look once more a tick later before the timer stops: an event that
	 * was on its way when we asked may still have come silently.
	 */
	if (++drainer->empty_drains == EMPTY_DRAINS_MAX && !kernel_sleep(drainer->kernel))
		drainer->empty_drains = 0;
	if (drainer->empty_drains <= EMPTY_DRAINS_MAX)
		return;
	drainer->on_timer = false;
	loop_timer_set(drainer->timer, 0, 0);
}

void drainer_finish(struct drainer *drainer)
{
	uint64_t end = clock_ns(CLOCK_MONOTONIC);

	do
		drain(drainer);
	while (drainer->behind && drainer->event_time < end);
}

int drainer_wait_ms(struct drainer *drainer)
{
	uint64_t due, now = clock_ns(CLOCK_MONOTONIC);

	/* What the ring still holds may be news of what seems overdue. */
	if (drainer->behind || (!drainer->on_timer && pipeline_is_due(drainer->pipeline, now)))
		drainer_look(drainer);
	if (drainer->behind)
		return 0;
	due = pipeline_due(drainer->pipeline);
	if (!due || drainer->on_timer)
		return -1;
	return due <= now ? 0 : (int)min_u64((due - now) / NS_PER_MS + 1, WAIT_MS_MAX);
}

int drainer_open(struct drainer *drainer, struct loop *loop)
{
	drainer->timer = loop_timer_new(loop, on_timer, drainer);
	return drainer->timer ? 0 : -errno;
}

void drainer_close(struct drainer *drainer)
{
	loop_timer_free(drainer->timer);
}
