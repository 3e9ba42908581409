/* SPDX-License-Identifier: BSD-2-Clause */
/* `shaketap check`: can this host run it? */
#ifndef SHAKETAP_CHECK_H
#define SHAKETAP_CHECK_H

#include "base/log.h"
#include "options.h"

/* Prints a line per requirement. The exit code: 0 yes, 1 no. */
int check(const struct options *options, struct log *log);

#endif
