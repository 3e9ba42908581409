/* SPDX-License-Identifier: BSD-2-Clause */
/* How connections are parked and woken: in and out of the tables of those that are awake. */
#include <stdlib.h>

#include "connection_parts.h"

/* It takes the place of the other in the list of deadlines. */
static void change_seats(struct seat_list *list, struct seat *old, struct seat *fresh)
{
	TAILQ_INSERT_BEFORE(old, fresh, due);
	TAILQ_REMOVE(list, old, due);
}

static struct parked *parked_at(struct seat *seat)
{
	return (struct parked *)((char *)seat - offsetof(struct parked, seat));
}

/* False: memory is out. */
static bool park(struct connections *all, struct connection *connection)
{
	struct parked *parked;
	size_t held = connection->held;

	if (connection->tracker.hs.client_hello)
		connection->digest = connection_hello_digest(all, connection);
	if (!all->parking)
		all->parking = parking_new(all->seed);
	parked = all->parking ? parking_put(all->parking, connection) : NULL;
	if (!parked)
		return false;
	all->held += connection->held + parked_size(parked) - held;
	change_seats(&all->waiting, &connection->seat, &parked->seat);
	connection_unlist(all, connection);
	connection_asleep(all, connection);
	connection_spare(all, connection);
	return true;
}

/* Who made progress since it was looked at has earned another turn: so progress costs no list. */
static bool stays_awake(struct connections *all, struct connection *connection)
{
	if (connection->busy == connection->seat.progress)
		return false;
	connection_asleep(all, connection);
	connection_awake(all, connection);
	return true;
}

void connections_park(struct connections *all)
{
	struct connection *connection;

	while (all->awakes > all->awake_max) {
		connection = TAILQ_FIRST(&all->awake);
		if (!stays_awake(all, connection) && !park(all, connection))
			return;
	}
}

void connection_give_up(struct connections *all, struct seat *seat)
{
	struct parked *parked = parked_at(seat);

	all->held -= parked_size(parked) + parking_drop(all->parking, parked);
	TAILQ_REMOVE(&all->waiting, seat, due);
	free(parked);
	all->count--;
	all->lost++;
}

/* False: memory is out. */
static bool enter_tables(struct connections *all, struct connection *connection,
			 uint32_t random_hash)
{
	if (!index_add(&all->by_key, connection->seat.hash, connection))
		return false;
	if (connection->listed_by_random)
		connection_list_random(all, connection, random_hash);
	return true;
}

/* In no table yet. */
static void give_up_awake(struct connections *all, struct connection *connection)
{
	TAILQ_REMOVE(&all->waiting, &connection->seat, due);
	all->held -= connection->held;
	connection_asleep(all, connection);
	connection_release(connection);
	connection_spare(all, connection);
	all->count--;
	all->lost++;
}

struct connection *connection_wake(struct connections *all, struct seat *seat)
{
	struct connection *connection = connection_take_spare(all);
	struct parked *parked = parked_at(seat);
	uint32_t random_hash = parked->random_hash;

	if (!connection || !parking_take(all->parking, parked, connection)) {
		if (connection)
			connection_spare(all, connection);
		connection_give_up(all, seat);
		return NULL;
	}
	connection->seat = (struct seat){ .progress = seat->progress, .hash = seat->hash };
	connection->mark = connection_mark(all, &connection->key);
	change_seats(&all->waiting, seat, &connection->seat);
	connection_awake(all, connection);
	all->held -= parked_size(parked);
	free(parked);
	connection_account(all, connection);
	if (!enter_tables(all, connection, random_hash)) {
		give_up_awake(all, connection);
		return NULL;
	}
	return connection;
}

struct connection *connection_wake_up(struct connections *all, const struct st_flow_key *key,
				      uint32_t hash)
{
	struct parked *parked = parking_find(all->parking, key, hash);

	return parked ? connection_wake(all, &parked->seat) : NULL;
}
