/* SPDX-License-Identifier: BSD-2-Clause */
/* What shaketap makes of each packet of a script, measured, becomes the plan of the floor program.
 */
#ifndef SHAKETAP_BENCH_PLAN_H
#define SHAKETAP_BENCH_PLAN_H

#include "pcap/template.h"
#include "programs.h"

/*
 * Sends one connection, of this number, through shaketap's program. At most so many events will
 * the floor program make of such a connection.
 */
unsigned plan_learn(struct programs *programs, const struct template *template, uint64_t number);

#endif
