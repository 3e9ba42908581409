/* SPDX-License-Identifier: BSD-2-Clause */
/* Whole handshakes, good and bad, as runs of pieces: what the seeds are made of. */
#ifndef FUZZ_FLIGHTS_H
#define FUZZ_FLIGHTS_H

#include "pieces.h"

/* The longest, with its end. */
#define FLIGHT_MAX 24
#define FLIGHT_END PIECES

#define FLIGHTS 47

extern const uint8_t flights[FLIGHTS][FLIGHT_MAX];

typedef void (*flight_take)(void *ctx, const uint8_t *frame, size_t n);

/* A flight as Ethernet frames, from SYN to its end; each lives for the call of `take`. */
void flight_frames(const uint8_t *flight, uint16_t client_port, flight_take take, void *ctx);

#endif
