/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one epoll loop. Everything is a file descriptor with a callback: the
 * ring, netlink, timers, signals, HTTP. No threads, no sleeping.
 *
 * A callback may remove or add any descriptor, its own included, free its own
 * or another timer, and stop the loop. Functions that return int give 0 or a
 * negative errno.
 */
#ifndef SHAKETAP_LOOP_H
#define SHAKETAP_LOOP_H

#include <stdint.h>

struct loop;
struct loop_timer;

typedef void loop_fn(void *ctx, uint32_t events);
typedef void loop_timer_fn(void *ctx);
/*
 * Called before each wait: how long to wait at most in ms, -1 for as long as it
 * takes. The place for work that is due without any descriptor saying so.
 */
typedef int loop_wait_fn(void *ctx);

/* NULL with errno set when the kernel refuses. */
struct loop *loop_new(void);
/* Frees the loop, not the descriptors; timers are to be freed before. NULL is fine. */
void loop_free(struct loop *loop);

/* Call fn(ctx, events) whenever fd is ready for events (EPOLLIN...). fd stays the caller's. */
int loop_add(struct loop *loop, int fd, uint32_t events, loop_fn *fn, void *ctx);
/* Wait for other events on fd. */
int loop_change(struct loop *loop, int fd, uint32_t events);
/* To be called before fd is closed. -ENOENT if it was never added. */
int loop_del(struct loop *loop, int fd);

/* Blocks SIGINT, SIGTERM and, unless it is ignored, SIGHUP; takes them as loop_stop(). */
int loop_catch_signals(struct loop *loop);

/* Runs callbacks until loop_stop(). wait may be NULL. */
int loop_run(struct loop *loop, loop_wait_fn *wait, void *ctx);
/* loop_run() returns 0 as soon as the callback in progress is done; before it: at once. */
void loop_stop(struct loop *loop);

/* A timer that is off. NULL with errno set when the kernel refuses. */
struct loop_timer *loop_timer_new(struct loop *loop, loop_timer_fn *fn, void *ctx);
/*
 * Fires after first_ns from now, then every interval_ns (0: once). first_ns 0
 * turns it off. Ticks missed while the loop was busy are one call.
 */
int loop_timer_set(struct loop_timer *timer, uint64_t first_ns, uint64_t interval_ns);
void loop_timer_free(struct loop_timer *timer);

#endif
