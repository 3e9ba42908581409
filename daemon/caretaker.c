/* SPDX-License-Identifier: BSD-2-Clause */
#include "caretaker.h"

#include <errno.h>
#include <sys/epoll.h>

static void on_links(void *ctx, uint32_t events)
{
	struct caretaker *caretaker = ctx;

	(void)events;
	/* What passed on an interface that is gone is older than this news: it is read first. */
	caretaker->before_news(caretaker->ctx);
	interfaces_read(caretaker->interfaces);
	caretaker->changed = true;
}

static void on_check(void *ctx)
{
	const struct caretaker *caretaker = ctx;

	interfaces_check(caretaker->interfaces);
}

int caretaker_open(struct caretaker *caretaker, struct loop *loop)
{
	caretaker->loop = loop;
	caretaker->check = loop_timer_new(loop, on_check, caretaker);
	if (!caretaker->check)
		return -errno;
	loop_timer_set(caretaker->check, INTERFACES_CHECK_NS, INTERFACES_CHECK_NS);
	return loop_add(loop, interfaces_fd(caretaker->interfaces), EPOLLIN, on_links, caretaker);
}

void caretaker_close(struct caretaker *caretaker)
{
	loop_timer_free(caretaker->check);
}

int caretaker_work(struct caretaker *caretaker)
{
	int err = 0;

	if (interfaces_work(caretaker->interfaces))
		return 1;
	if (!caretaker->started)
		err = service_ready(caretaker->service, caretaker->loop, &caretaker->view);
	else if (caretaker->changed)
		service_changed(caretaker->service);
	caretaker->started = true;
	caretaker->changed = false;
	return err;
}
