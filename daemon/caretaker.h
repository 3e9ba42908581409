/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looks after the interfaces while the loop runs: attaches in slices, takes the kernel's
 * news, checks on a timer, and lets the service manager know.
 */
#ifndef SHAKETAP_CARETAKER_H
#define SHAKETAP_CARETAKER_H

#include <stdbool.h>

#include "interfaces.h"
#include "loop.h"
#include "service.h"

struct caretaker {
	/* Set by the caller; all borrowed. */
	struct interfaces *interfaces;
	struct service *service;
	struct service_view view; /* to be handed to the service */
	/* Called before the interfaces are any other than before. */
	void (*before_news)(void *ctx);
	void *ctx;

	struct loop *loop;
	struct loop_timer *check;
	bool started; /* attached to all that was there, and told so */
	bool changed; /* since the service manager was told */
};

/* 0 or -errno. caretaker_close() takes one that is zero or was not opened, too. */
int caretaker_open(struct caretaker *caretaker, struct loop *loop);
void caretaker_close(struct caretaker *caretaker);

/*
 * Before each wait of the loop: a slice of attaching. 1: more is to be done, so do not wait;
 * 0: all is attached, which was told when it became so; -errno: it could not be told.
 */
int caretaker_work(struct caretaker *caretaker);

#endif
