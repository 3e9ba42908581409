/* SPDX-License-Identifier: BSD-2-Clause */
/* `shaketap run`: observe this host until a signal comes. */
#ifndef SHAKETAP_RUN_H
#define SHAKETAP_RUN_H

#include "base/log.h"
#include "options.h"

/* The exit code: 0 done, 1 could not run; the log has said why. */
int run(const struct options *options, struct log *log);

#endif
