/* SPDX-License-Identifier: BSD-2-Clause */
/* shaketap read: the same analysis on capture files. */
#ifndef SHAKETAP_READ_H
#define SHAKETAP_READ_H

#include "base/log.h"
#include "options.h"

/* The exit code: 0 done, 1 could not run or write, 2 a file that cannot be read to its end. */
int read_files(const struct options *options, struct log *log);

#endif
