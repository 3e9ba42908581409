/* SPDX-License-Identifier: BSD-2-Clause */
#include "connection.h"

#include <stdlib.h>
#include <string.h>

#include "base/flow_key.h"
#include "base/hash.h"
#include "connection_parts.h"
#include "track/certificates.h"

/* Connections kept for reuse; each is about a kilobyte. */
#define SPARES_MAX 1024

/*
 * So many may wait awake: more than are on their way at a time on a busy host (10,000 per second
 * that take 200 ms each), so that only who hangs is parked. And no more than a small part of all.
 */
#define AWAKE_MAX 2048
#define AWAKE_SHARE 32

void connections_init(struct connections *all, size_t max, uint64_t seed)
{
	*all = (struct connections){ .max = max, .seed = seed };
	all->awake_max = min_size(max / AWAKE_SHARE, AWAKE_MAX);
	TAILQ_INIT(&all->waiting);
	TAILQ_INIT(&all->settling);
	TAILQ_INIT(&all->awake);
	TAILQ_INIT(&all->spare);
}

static void free_seats(struct connections *all, struct seat_list *list)
{
	struct seat *seat;

	/* The analyzer does not follow the back pointers of the lists. */
	while ((seat = TAILQ_FIRST(list))) {
		if (seat->parked) // NOLINT(clang-analyzer-unix.Malloc)
			connection_give_up(all, seat);
		else
			connection_free(all, connection_at(seat));
	}
}

void connections_free(struct connections *all)
{
	struct connection *connection;

	free_seats(all, &all->waiting);
	free_seats(all, &all->settling);
	while ((connection = TAILQ_FIRST(&all->spare))) {
		TAILQ_REMOVE(&all->spare, connection, awake);
		free(connection);
	}
	index_free(&all->by_key);
	index_free(&all->by_random);
	parking_free(all->parking);
	certificates_free(all->certificates);
}

struct connection *connection_find(struct connections *all, const struct st_flow_key *key,
				   uint32_t hash)
{
	struct connection *connection;
	size_t at = hash;

	while ((connection = index_next(&all->by_key, hash, &at)))
		if (same_key(&connection->key, key))
			return connection;
	return all->parking ? connection_wake_up(all, key, hash) : NULL;
}

uint64_t connections_due(const struct connections *all, uint64_t timeout)
{
	struct seat *settling = TAILQ_FIRST(&all->settling);
	const struct seat *waiting = TAILQ_FIRST(&all->waiting);
	uint64_t due = settling ? connection_at(settling)->tracker.deadline : 0;

	return waiting ? sooner(due, waiting->progress + timeout) : due;
}

struct connection *connections_first(struct connections *all, struct seat_list *list)
{
	struct connection *connection = NULL;
	struct seat *seat;

	/* Who cannot be woken is gone then. */
	while (!connection && (seat = TAILQ_FIRST(list)))
		connection = seat->parked ? connection_wake(all, seat) : connection_at(seat);
	return connection;
}

struct connection *connection_take_spare(struct connections *all)
{
	struct connection *connection = TAILQ_FIRST(&all->spare);

	if (!connection)
		return malloc(sizeof(*connection));
	TAILQ_REMOVE(&all->spare, connection, awake);
	all->spares--;
	return connection;
}

void connection_spare(struct connections *all, struct connection *connection)
{
	if (all->spares >= SPARES_MAX) {
		free(connection);
		return;
	}
	TAILQ_INSERT_HEAD(&all->spare, connection, awake);
	all->spares++;
}

void connection_awake(struct connections *all, struct connection *connection)
{
	TAILQ_INSERT_TAIL(&all->awake, connection, awake);
	connection->busy = connection->seat.progress;
	all->awakes++;
}

void connection_asleep(struct connections *all, struct connection *connection)
{
	TAILQ_REMOVE(&all->awake, connection, awake);
	all->awakes--;
}

struct connection *connection_new(struct connections *all, const struct st_event *event,
				  uint64_t mark)
{
	struct connection *connection;

	if (all->count >= all->max)
		return NULL;
	connection = connection_take_spare(all);
	if (!connection)
		return NULL;
	/* The tracker clears itself. */
	memset(connection, 0, offsetof(struct connection, tracker));
	connection->key = event->key;
	connection->mark = mark;
	connection->flow = event->flow;
	connection->seat.progress = event->time;
	connection->seat.hash = event->hash;
	tracker_init(&connection->tracker);
	connection->tracker.certificates = all->certificates;
	if (!index_add(&all->by_key, event->hash, connection)) {
		connection_spare(all, connection);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&all->waiting, &connection->seat, due);
	connection_awake(all, connection);
	all->count++;
	return connection;
}

void connection_progress(struct connections *all, struct connection *connection, uint64_t now)
{
	connection->seat.progress = now;
	if (connection->on_settling_list)
		return;
	TAILQ_REMOVE(&all->waiting, &connection->seat, due);
	TAILQ_INSERT_TAIL(&all->waiting, &connection->seat, due);
}

void connection_settle(struct connections *all, struct connection *connection)
{
	if (connection->on_settling_list)
		return;
	TAILQ_REMOVE(&all->waiting, &connection->seat, due);
	TAILQ_INSERT_TAIL(&all->settling, &connection->seat, due);
	connection_asleep(all, connection);
	connection->on_settling_list = true;
}

/* Tells hellos apart that share a random: tools that send a constant one, replayed templates. */
uint64_t connection_hello_digest(const struct connections *all, const struct connection *connection)
{
	const struct tls_client_hello *hello = connection->tracker.hs.client_hello;
	uint64_t hash = all->seed ^ hello->length;

	hash = hash_bytes64(hello->server_name.p, hello->server_name.n, hash);
	hash = hash_bytes64(hello->cipher_suites.p, hello->cipher_suites.n, hash);
	return hash_bytes64(hello->extensions.p, hello->extensions.n, hash);
}

void connection_list_random(struct connections *all, struct connection *connection, uint32_t hash)
{
	/* Without memory its copies count as handshakes of their own. */
	connection->listed_by_random = index_add(&all->by_random, hash, connection);
	connection->random_hash = hash;
}

static const struct connection *find_random(const struct connections *all, const uint8_t *random,
					    uint32_t hash)
{
	const struct connection *connection;
	size_t at = hash;

	while ((connection = index_next(&all->by_random, hash, &at)))
		if (!memcmp(connection->tracker.hs.client_hello->random, random, TLS_RANDOM_LEN))
			return connection;
	return NULL;
}

/* Of the one that shows this random already. False: there is none. */
static bool find_marks(const struct connections *all, const uint8_t *random, uint32_t hash,
		       struct hello_marks *marks)
{
	const struct connection *other = find_random(all, random, hash);

	if (!other)
		return all->parking && parking_find_random(all->parking, random, hash, marks);
	*marks = (struct hello_marks){ connection_hello_digest(all, other),
				       other->tracker.hs.hello_retry };
	return true;
}

bool connection_identify(struct connections *all, struct connection *connection)
{
	const struct tls_client_hello *hello = connection->tracker.hs.client_hello;
	const struct connection_half *client = &connection->half[connection->client];
	const struct connection_half *server = &connection->half[!connection->client];
	uint32_t hash = hash_bytes(hello->random, TLS_RANDOM_LEN, all->seed);
	struct hello_marks marks;

	if (server->reasm.started)
		answers_note(&all->answers,
			     &(struct answer){ server->reasm.pos, client->reasm.pos,
					       connection->key.port[connection->client] });
	/* Behind a HelloRetryRequest the hello is said again, changed (RFC 8446 section 4.1.2). */
	if (find_marks(all, hello->random, hash, &marks))
		return marks.digest != connection_hello_digest(all, connection) && !marks.retried;
	connection_list_random(all, connection, hash);
	return true;
}

void connection_account(struct connections *all, struct connection *connection)
{
	const struct handshake *hs = &connection->tracker.hs;
	size_t held = 0;

	for (int i = 0; i < 2; i++)
		held += reasm_memory(&connection->half[i].reasm) +
			connection->half[i].messages.kept_room;
	if (hs->client_hello)
		held += tls_client_hello_size(hs->client_hello);
	held += hs->message_count * sizeof(*hs->messages);
	all->held += held - connection->held;
	connection->held = held;
}

void connection_release(struct connection *connection)
{
	for (int i = 0; i < 2; i++) {
		reasm_free(&connection->half[i].reasm);
		tls_messages_free(&connection->half[i].messages);
	}
	tracker_free(&connection->tracker);
}

void connection_unlist(struct connections *all, struct connection *connection)
{
	if (connection->listed_by_random)
		index_delete(&all->by_random, connection->random_hash, connection);
	index_delete(&all->by_key, connection->seat.hash, connection);
}

void connection_free(struct connections *all, struct connection *connection)
{
	struct seat_list *list = connection->on_settling_list ? &all->settling : &all->waiting;

	all->held -= connection->held;
	connection_unlist(all, connection);
	TAILQ_REMOVE(list, &connection->seat, due);
	if (!connection->on_settling_list)
		connection_asleep(all, connection);
	connection_release(connection);
	all->count--;
	connection_spare(all, connection);
}
