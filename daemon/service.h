/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The daemon as a service: tells the service manager when it observes, how it is
 * doing, and as long as it works that it does. Without a manager nothing happens,
 * and without a watchdog nothing wakes up.
 */
#ifndef SHAKETAP_SERVICE_H
#define SHAKETAP_SERVICE_H

#include "base/log.h"
#include "interfaces.h"
#include "loop.h"
#include "notify.h"
#include "out/metrics.h"

struct service_view {
	void *ctx;
	/* What the watchdog stands for: false when it cannot be done any more. */
	bool (*work)(void *ctx);
	const struct interfaces *interfaces;
	const struct metrics *metrics;
};

struct service {
	struct notify notify;
	struct log *log;
	struct loop_timer *watchdog;
	struct service_view view;
	size_t told; /* interfaces, in the last status line */
};

/* From the environment; what is wrong there is a warning. */
void service_open(struct service *service, struct log *log);
/* After service_open(), before the loop is freed. */
void service_close(struct service *service);

/* Ready: said to the log and to the manager. From now on watched. 0 or -errno. */
int service_ready(struct service *service, struct loop *loop, const struct service_view *view);
/* The interfaces have changed. */
void service_changed(struct service *service);
/* Why it will not start, for the manager's status line. */
void service_failed(const struct service *service, const char *message);
void service_stopping(const struct service *service);

#endif
