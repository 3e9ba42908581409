/* SPDX-License-Identifier: BSD-2-Clause */
/* What an event of a flow says about its ends, and how a connection begins. */
#ifndef SHAKETAP_OPENING_H
#define SHAKETAP_OPENING_H

#include "connection.h"

/* Addresses, ports and what else a handshake takes from an event; client: index in the key. */
void fill_ends(struct handshake *hs, const struct st_event *event, unsigned client);

/* What the event says about the host its sender is on. */
void note_sender(struct connection *connection, const struct st_event *event);

/*
 * What the event says about the way of the first ClientHello to the server, for hs->delivery. To
 * be called with every event before its bytes are read.
 */
void note_delivery(struct connection *connection, const struct st_event *event);

/* New bytes came with it: it may be one of the segments of the first ClientHello. */
void note_segment(struct connection *connection, const struct st_event *event);

/* The first event of a flow; mark: of its key. NULL: no room for another handshake. */
struct connection *open_connection(struct connections *all, const struct st_event *event,
				   uint64_t mark);

/*
 * When the event counts as seen. What overtook the first segment of a hello is told behind it,
 * with the time at which it passed; by then the hello had not begun.
 */
uint64_t opening_time(const struct connection *connection, const struct st_event *event);

/*
 * A flow may begin with too few bytes to tell a hello from something else: when they are there,
 * note that it is one. To be called with every event.
 */
void opening_settle(struct connection *connection);

#endif
