/* SPDX-License-Identifier: BSD-2-Clause */
/* The standard process_* metrics. */
#ifndef SHAKETAP_PROCESS_H
#define SHAKETAP_PROCESS_H

#include "out/expo.h"

/* Reads /proc/self; what cannot be read is left out. */
void process_write(struct expo *e);

#endif
