/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ring through the pipeline. While traffic passes it is drained on a timer: being woken per
 * event costs more than all else. Under a flood that takes slices, with other work in between.
 */
#ifndef SHAKETAP_DRAINER_H
#define SHAKETAP_DRAINER_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/kernel.h"
#include "loop.h"
#include "pipeline.h"

struct drainer {
	struct kernel *kernel; /* borrowed, like the pipeline */
	struct pipeline *pipeline;
	struct loop_timer *timer; /* own */
	/* Called after each drain. True: do so again soon, events or not. */
	bool (*drained)(void *ctx);
	void *ctx;
	bool on_timer; /* else asleep until the ring wakes us */
	unsigned empty_drains;
	bool behind;	      /* the last drain left something to do */
	bool waits;	      /* what drained() said */
	uint64_t event_time;  /* of the last event */
	uint64_t now;	      /* CLOCK_MONOTONIC at the last drain */
	uint64_t wall_offset; /* CLOCK_REALTIME - CLOCK_MONOTONIC then */
};

/* 0 or -errno. drainer->kernel and the others are set by then. */
int drainer_open(struct drainer *drainer, struct loop *loop);
void drainer_close(struct drainer *drainer);

/* Every event of the ring goes through here. */
void drainer_event(struct drainer *drainer, const struct st_event *event, const uint8_t *payload);

/* The ring has news, or there is no telling: go on with it. */
void drainer_start(struct drainer *drainer);

/* What is in the ring, and what is due, up to a bound, for somebody other than the ring. -errno: it
 * cannot be read. */
int drainer_look(struct drainer *drainer);

/* All that came before now, while more may come. */
void drainer_finish(struct drainer *drainer);

/* How long the loop may wait, having worked on what does not wait. -1: without end. */
int drainer_wait_ms(struct drainer *drainer);

#endif
