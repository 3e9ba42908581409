/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SHAKETAP_SEED_H
#define SHAKETAP_SEED_H

#include <stdint.h>

/* Another number each time, that nobody else can tell. */
uint64_t seed_random(void);

#endif
