/* SPDX-License-Identifier: BSD-2-Clause */
/* What shaketap counts about itself, under the names of the contract. */
#ifndef SHAKETAP_SELF_H
#define SHAKETAP_SELF_H

#include "capture/kernel.h"
#include "interfaces.h"
#include "out/observer.h"
#include "outlet.h"
#include "pipeline.h"

struct self {
	struct kernel *kernel;
	const struct pipeline *pipeline;
	const struct interfaces *interfaces;
	const struct outlet *records;
};

/* Fill at most room rows; their number. */
size_t self_collect(const struct self *self, struct metric_row *rows, size_t room);

#endif
