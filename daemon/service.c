/* SPDX-License-Identifier: BSD-2-Clause */
#include "service.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define STATUS_MAX 256

static void describe(const struct service *service, char *text, size_t room)
{
	size_t tcx = interfaces_count(service->view.interfaces, ATTACH_TCX);
	size_t clsact = interfaces_count(service->view.interfaces, ATTACH_CLSACT);

	if (tcx + clsact == 0)
		snprintf(text, room, "attached to no interface");
	else
		snprintf(text, room, "observing %zu interfaces by %s", tcx + clsact,
			 tcx ? "TCX" : "clsact");
}

static void status(const struct service *service, const char *first, char *lines, size_t room)
{
	struct metrics_totals totals;
	char what[64];

	describe(service, what, sizeof(what));
	totals = metrics_totals(service->view.metrics);
	snprintf(lines, room,
		 "%sSTATUS=%s; %" PRIu64 " handshakes, %" PRIu64 " failed, %" PRIu64 " unknown",
		 first, what, totals.handshakes, totals.failures, totals.unknown);
}

/* Called by the loop, so the loop turns. */
static void on_watchdog(void *ctx)
{
	const struct service *service = ctx;
	char lines[STATUS_MAX];

	if (!service->view.work(service->view.ctx))
		return;
	status(service, "WATCHDOG=1\n", lines, sizeof(lines));
	notify_try(&service->notify, lines); /* the next one comes before the time is up */
}

void service_open(struct service *service, struct log *log)
{
	char error[256];

	*service = (struct service){ .log = log };
	if (!notify_open(&service->notify, error, sizeof(error)))
		log_warn(log, "%s", error);
	/*
	 * No terminal can go away here. Who sends SIGHUP to a service wants it to read its
	 * configuration again, which is on the command line; ending would surprise them.
	 */
	if (getenv("NOTIFY_SOCKET"))
		signal(SIGHUP, SIG_IGN);
}

void service_close(struct service *service)
{
	loop_timer_free(service->watchdog);
	notify_close(&service->notify);
}

int service_ready(struct service *service, struct loop *loop, const struct service_view *view)
{
	uint64_t interval = service->notify.watchdog / 2;
	char what[64], lines[STATUS_MAX];

	service->view = *view;
	if (interval) {
		service->watchdog = loop_timer_new(loop, on_watchdog, service);
		if (!service->watchdog)
			return -errno;
		loop_timer_set(service->watchdog, interval, interval);
	}
	describe(service, what, sizeof(what));
	log_info(service->log, "%s", what);
	status(service, "READY=1\n", lines, sizeof(lines));
	notify_send(&service->notify, lines);
	return 0;
}

void service_changed(struct service *service)
{
	size_t count = interfaces_count(service->view.interfaces, ATTACH_TCX) +
		       interfaces_count(service->view.interfaces, ATTACH_CLSACT);
	char lines[STATUS_MAX];

	if (service->notify.fd < 0 || count == service->told)
		return;
	service->told = count;
	status(service, "", lines, sizeof(lines));
	notify_try(&service->notify, lines);
}

void service_failed(const struct service *service, const char *message)
{
	char lines[512];

	/* One line is one field: none of the message's bytes may begin another. */
	snprintf(lines, sizeof(lines), "STATUS=%s", message);
	for (char *p = lines; *p; p++)
		if (*p == '\n')
			*p = ' ';
	notify_send(&service->notify, lines);
}

void service_stopping(const struct service *service)
{
	notify_send(&service->notify, "STOPPING=1");
}
