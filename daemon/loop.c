// SPDX-License-Identifier: BSD-2-Clause
#include "loop.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/util.h"

/* Ready descriptors taken per wait; what is left is reported by the next one. */
#define BATCH 32

struct source {
	struct source *next;
	int fd;
	loop_fn *fn; /* NULL: removed, freed after the batch it may still stand in */
	void *ctx;
};

struct loop {
	int epoll;
	int signals; /* -1: not caught */
	bool stopped;
	struct source *sources;
	struct source *removed;
};

struct loop_timer {
	struct loop *loop;
	int fd;
	loop_timer_fn *fn;
	void *ctx;
};

static void free_sources(struct source **list)
{
	while (*list) {
		struct source *source = *list;

		*list = source->next;
		free(source);
	}
}

static struct source **find(struct loop *loop, int fd)
{
	struct source **link = &loop->sources;

	while (*link && (*link)->fd != fd)
		link = &(*link)->next;
	return link;
}

struct loop *loop_new(void)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	if (!loop)
		return NULL;
	loop->signals = -1;
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll < 0) {
		free(loop);
		return NULL;
	}
	return loop;
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	if (loop->signals >= 0)
		close(loop->signals);
	close(loop->epoll);
	free_sources(&loop->sources);
	free_sources(&loop->removed);
	free(loop);
}

int loop_add(struct loop *loop, int fd, uint32_t events, loop_fn *fn, void *ctx)
{
	struct source *source = calloc(1, sizeof(*source));
	struct epoll_event event = { .events = events, .data.ptr = source };

	if (!source)
		return -ENOMEM;
	if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
		int err = -errno;

		free(source);
		return err;
	}
	source->fd = fd;
	source->fn = fn;
	source->ctx = ctx;
	source->next = loop->sources;
	loop->sources = source;
	return 0;
}

int loop_change(struct loop *loop, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = *find(loop, fd) };

	if (!event.data.ptr)
		return -ENOENT;
	return epoll_ctl(loop->epoll, EPOLL_CTL_MOD, fd, &event) < 0 ? -errno : 0;
}

int loop_del(struct loop *loop, int fd)
{
	struct source **link = find(loop, fd);
	struct source *source = *link;

	if (!source)
		return -ENOENT;
	*link = source->next;
	/* The batch in progress may still point at it: only marked here, freed after the batch. */
	source->fn = NULL;
	source->next = loop->removed;
	loop->removed = source;
	return epoll_ctl(loop->epoll, EPOLL_CTL_DEL, fd, NULL) < 0 ? -errno : 0;
}

static void on_signal(void *ctx, uint32_t events)
{
	struct loop *loop = ctx;
	struct signalfd_siginfo info;

	(void)events;
	if (read(loop->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		loop_stop(loop);
}

int loop_catch_signals(struct loop *loop)
{
	sigset_t set;
	int err;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	/* The terminal went away; under nohup it is ignored and stays so. */
	if (signal(SIGHUP, SIG_IGN) != SIG_IGN)
		sigaddset(&set, SIGHUP);
	signal(SIGHUP, sigismember(&set, SIGHUP) ? SIG_DFL : SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	loop->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (loop->signals < 0)
		return -errno;
	err = loop_add(loop, loop->signals, EPOLLIN, on_signal, loop);
	if (err) {
		close(loop->signals);
		loop->signals = -1;
	}
	return err;
}

int loop_run(struct loop *loop, loop_wait_fn *wait, void *ctx)
{
	struct epoll_event ready[BATCH];
	int err = 0;

	while (!loop->stopped) {
		int timeout = wait ? wait(ctx) : -1;
		int n;

		/* wait() may have stopped the loop and then has nothing to wait for. */
		n = epoll_wait(loop->epoll, ready, BATCH, loop->stopped ? 0 : timeout);
		if (n < 0 && errno != EINTR) {
			err = -errno;
			break;
		}
		for (int i = 0; i < n && !loop->stopped; i++) {
			struct source *source = ready[i].data.ptr;

			if (source->fn)
				source->fn(source->ctx, ready[i].events);
		}
		free_sources(&loop->removed);
	}
	loop->stopped = false;
	return err;
}

void loop_stop(struct loop *loop)
{
	loop->stopped = true;
}

static void on_timer(void *ctx, uint32_t events)
{
	struct loop_timer *timer = ctx;
	uint64_t ticks;

	(void)events;
	/* Nothing to read: it was set anew between the tick and this call. */
	if (read(timer->fd, &ticks, sizeof(ticks)) != (ssize_t)sizeof(ticks))
		return;
	timer->fn(timer->ctx); /* may free the timer */
}

struct loop_timer *loop_timer_new(struct loop *loop, loop_timer_fn *fn, void *ctx)
{
	struct loop_timer *timer = calloc(1, sizeof(*timer));
	int err;

	if (!timer)
		return NULL;
	*timer = (struct loop_timer){ .loop = loop, .fn = fn, .ctx = ctx };
	timer->fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	err = timer->fd < 0 ? -errno : loop_add(loop, timer->fd, EPOLLIN, on_timer, timer);
	if (err) {
		if (timer->fd >= 0)
			close(timer->fd);
		free(timer);
		errno = -err;
		return NULL;
	}
	return timer;
}

static struct timespec to_timespec(uint64_t ns)
{
	return (struct timespec){
		.tv_sec = (time_t)(ns / NS_PER_S),
		.tv_nsec = (long)(ns % NS_PER_S),
	};
}

int loop_timer_set(struct loop_timer *timer, uint64_t first_ns, uint64_t interval_ns)
{
	struct itimerspec spec = {
		.it_value = to_timespec(first_ns),
		.it_interval = to_timespec(interval_ns),
	};

	return timerfd_settime(timer->fd, 0, &spec, NULL) < 0 ? -errno : 0;
}

void loop_timer_free(struct loop_timer *timer)
{
	if (!timer)
		return;
	loop_del(timer->loop, timer->fd);
	close(timer->fd);
	free(timer);
}
