/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel programs as shipped and the empty one beside them, loaded and not attached. */
#ifndef SHAKETAP_BENCH_PROGRAMS_H
#define SHAKETAP_BENCH_PROGRAMS_H

#include <stddef.h>
#include <stdint.h>

#include "bench/empty.skel.h"
#include "bench/floor.h"
#include "capture/tables.h"
#include "shaketap_abi.h"
#include "shaketap_config.h"

/* Behind the types they mention. */
#include "bench/floor.skel.h"
#include "shaketap.skel.h"

/* Those that are compared, in the order of a round; and behind them the prices of single steps. */
enum program {
	EMPTY,
	SHAKETAP,
	FLOOR,
	FOLLOWER,
	COMPARED,
	PRICE_CALL = COMPARED,
	PRICE_KTIME,
	PRICE_LOAD,
	PRICE_OUTPUT,
	PROGRAMS
};

/* From a ring so far. */
struct taken {
	uint64_t events, payload;
};

struct programs {
	struct shaketap_bpf *skel;
	struct empty_bpf *empty;
	struct floor_bpf *floor, *follower; /* the same, each with a ring and a plan of its own */
	int fd[PROGRAMS];
	struct ring_buffer *ring; /* of all three */
	struct tables tables;	  /* mapped */
	struct taken taken[COMPARED];
};

struct packet_bytes {
	const uint8_t *p;
	uint32_t n;
};

/* Room for this many flows and what the daemon adds to that. Ends the program on failure. */
void programs_open(struct programs *programs, uint32_t flows);
void programs_close(struct programs *programs);

/* Sends the packet through ingress `repeat` times; ns of this thread's processor time. */
uint64_t programs_run(const struct programs *programs, enum program which,
		      struct packet_bytes packet, int repeat);

/* What the kernel counted of a program while bpf_stats were on. */
uint64_t programs_spent(const struct programs *programs, enum program which);

/* Throw away what is in the ring. */
void programs_drain(struct programs *programs);

uint64_t programs_count(const struct programs *programs, enum st_count what);

#endif
