/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How far each direction has come, and what it had begun when it ended. Of a sealed record only
 * the header is copied: that its end has passed shows in later sequence numbers of its sender,
 * or in what the other side acknowledges.
 */
#ifndef SHAKETAP_STREAM_TORN_H
#define SHAKETAP_STREAM_TORN_H

#include "connection.h"

/* A packet came. */
void stream_torn_note(struct connection *connection, const struct st_event *event);

/* The source says how far payload of each sender has come; 0 is no news. */
COLD void stream_torn_learn(struct connection *connection, const uint32_t seen[2]);

/* Tell the tracker of sealed records whose end has passed. */
void stream_torn_settle(struct connection *connection);

/* A sealed record is on its way whose end was not seen: the source may know more. */
COLD bool stream_torn_pending(struct connection *connection);

/* The clear handshake record at the read position, as far as it has come; n == 0: none. */
COLD struct bytes stream_torn_record(struct connection *connection, unsigned sender);

/* The connection ends: what is known goes into the handshake, for the sentence. */
COLD void stream_torn_tell(struct connection *connection);
/* The same; this one ended it. */
COLD void stream_torn_tell_left(struct connection *connection, unsigned sender);

#endif
