/* SPDX-License-Identifier: BSD-2-Clause */
/* From the bytes of one direction to records, messages and alerts for the tracker. */
#ifndef SHAKETAP_STREAM_READ_H
#define SHAKETAP_STREAM_READ_H

#include "connection.h"

/* Read all whole records of the direction; now: the time of the packet that made them whole. */
void stream_read(struct connection *connection, unsigned sender, uint64_t now);

/*
 * No more of this direction will come: of a record that was cut off, read the messages that are
 * whole.
 */
COLD void stream_read_rest(struct connection *connection, unsigned sender, uint64_t now);

/* A FIN that was seen takes effect when all bytes before it were read. */
void stream_read_fin(struct connection *connection, unsigned sender);

#endif
