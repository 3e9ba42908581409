/* SPDX-License-Identifier: BSD-2-Clause */
/* How many packets the kernel counted on each interface. */
#ifndef SHAKETAP_TRAFFIC_H
#define SHAKETAP_TRAFFIC_H

#include <stdint.h>

#include "capture/dump.h"

typedef void traffic_fn(void *ctx, unsigned ifindex, uint64_t received, uint64_t sent);

/* Calls fn for each interface. 0 or -errno. */
int traffic_read(struct dumper *dumper, traffic_fn *fn, void *ctx);

#endif
