/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which direction may be read first. A packet that acknowledges bytes of the other side
 * was sent after they had come there: it waits until they have come here too. Captures
 * and several receive queues do not keep that order by themselves.
 */
#ifndef SHAKETAP_STREAM_ORDER_H
#define SHAKETAP_STREAM_ORDER_H

#include "connection.h"

/* A packet came; its bytes are in the reassembly. */
void stream_order_note(struct connection *connection, const struct st_event *event);

/* Read what may be read now, of both directions. */
void stream_order_read(struct connection *connection);

/* The same, however long something else should have come first. */
COLD void stream_order_flush(struct connection *connection);

/* Bytes are missing: later ones came, or the other side acknowledges them. */
COLD bool stream_has_gap(const struct connection *connection);
/*
 * The same at the FIN or RST of this sender, just read: what it had not got itself when it left
 * was lost on the way to it, not here.
 */
COLD bool stream_has_gap_for(const struct connection *connection, unsigned sender);

#endif
