/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What shaketap makes of each packet of a script, measured, becomes the plan of the floor program
 * and of the follower.
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

/*
 * For real handshakes, whose packets are not known before: an event of each packet with payload,
 * FIN or RST, with fewer bytes than a hello has. Returns 0: how many, nobody knows.
 */
unsigned plan_all(struct programs *programs);

#endif
