/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the connections share. */
#ifndef SHAKETAP_CONNECTION_PARTS_H
#define SHAKETAP_CONNECTION_PARTS_H

#include "base/util.h"
#include "connection.h"
#include "parking.h"

/* Of a seat that is not parked. */
static inline struct connection *connection_at(struct seat *seat)
{
	return (struct connection *)((char *)seat - offsetof(struct connection, seat));
}

/* Memory for one, not cleared. NULL: memory is out. */
struct connection *connection_take_spare(struct connections *all);
void connection_spare(struct connections *all, struct connection *connection);

/* Into and out of the list of those that may be parked. */
void connection_awake(struct connections *all, struct connection *connection);
void connection_asleep(struct connections *all, struct connection *connection);

/* Of what its ClientHello says beside the random; it has one. */
COLD uint64_t connection_hello_digest(const struct connections *all,
				      const struct connection *connection);

/* By the hash of the random of its ClientHello. */
void connection_list_random(struct connections *all, struct connection *connection, uint32_t hash);
/* Out of the tables that it is in. */
void connection_unlist(struct connections *all, struct connection *connection);

/* What it owns; the tables are not asked. */
void connection_release(struct connection *connection);

/* The one in this seat, which is parked. NULL: memory is out, and it is given up. */
COLD struct connection *connection_wake(struct connections *all, struct seat *seat);
/* The same of a key. NULL also: none is parked. */
COLD struct connection *connection_wake_up(struct connections *all, const struct st_flow_key *key,
					   uint32_t hash);

/* Gone without a word but a count. */
COLD void connection_give_up(struct connections *all, struct seat *seat);

#endif
