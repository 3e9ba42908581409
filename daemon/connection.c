/* SPDX-License-Identifier: BSD-2-Clause */
#include "connection.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "track/certificates.h"

/* Connections kept for reuse; each is about a kilobyte. */
#define SPARES_MAX 1024

void connections_init(struct connections *all, size_t max, uint64_t seed)
{
	*all = (struct connections){ .max = max, .seed = seed };
	TAILQ_INIT(&all->waiting);
	TAILQ_INIT(&all->settling);
	TAILQ_INIT(&all->spare);
}

void connections_free(struct connections *all)
{
	struct connection *connection;

	/* The analyzer does not follow the back pointers of the lists. */
	while ((connection = TAILQ_FIRST(&all->waiting)) ||
	       (connection = TAILQ_FIRST(&all->settling)))
		connection_free(all, connection); // NOLINT(clang-analyzer-unix.Malloc)
	while ((connection = TAILQ_FIRST(&all->spare))) {
		TAILQ_REMOVE(&all->spare, connection, due);
		free(connection);
	}
	certificates_free(all->certificates);
}

struct connection *connection_find(struct connections *all, const struct st_flow_key *key,
				   uint32_t hash)
{
	struct connection *found;

	HASH_FIND_BYHASHVALUE(by_key, all->by_key, key, sizeof(*key), hash, found);
	return found;
}

static struct connection *take_spare(struct connections *all)
{
	struct connection *connection = TAILQ_FIRST(&all->spare);

	if (!connection)
		return calloc(1, sizeof(*connection));
	TAILQ_REMOVE(&all->spare, connection, due);
	all->spares--;
	memset(connection, 0, sizeof(*connection));
	return connection;
}

struct connection *connection_new(struct connections *all, const struct st_flow_key *key,
				  uint32_t hash, uint64_t flow, uint64_t now)
{
	struct connection *connection;

	if (all->count >= all->max)
		return NULL;
	connection = take_spare(all);
	if (!connection)
		return NULL;
	connection->key = *key;
	connection->flow = flow;
	connection->progress = now;
	tracker_init(&connection->tracker);
	connection->tracker.certificates = all->certificates;
	HASH_ADD_BYHASHVALUE(by_key, all->by_key, key, sizeof(connection->key), hash, connection);
	if (!connection->by_key.tbl) {
		free(connection);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&all->waiting, connection, due);
	all->count++;
	return connection;
}

void connection_progress(struct connections *all, struct connection *connection, uint64_t now)
{
	connection->progress = now;
	if (connection->on_settling_list)
		return;
	TAILQ_REMOVE(&all->waiting, connection, due);
	TAILQ_INSERT_TAIL(&all->waiting, connection, due);
}

void connection_settle(struct connections *all, struct connection *connection)
{
	if (connection->on_settling_list)
		return;
	TAILQ_REMOVE(&all->waiting, connection, due);
	TAILQ_INSERT_TAIL(&all->settling, connection, due);
	connection->on_settling_list = true;
}

/* Tells hellos apart that share a random: tools that send a constant one, replayed templates. */
static uint64_t digest_of(const struct tls_client_hello *hello, uint64_t seed)
{
	uint64_t hash = seed ^ hello->length;

	hash = hash_bytes64(hello->server_name.p, hello->server_name.n, hash);
	hash = hash_bytes64(hello->cipher_suites.p, hello->cipher_suites.n, hash);
	return hash_bytes64(hello->extensions.p, hello->extensions.n, hash);
}

bool connection_identify(struct connections *all, struct connection *connection)
{
	const struct tls_client_hello *hello = connection->tracker.hs.client_hello;
	const struct connection_half *client = &connection->half[connection->client];
	const struct connection_half *server = &connection->half[!connection->client];
	uint32_t hash = hash_bytes(hello->random, TLS_RANDOM_LEN, all->seed);
	struct connection *other;

	if (server->reasm.started)
		answers_note(&all->answers,
			     &(struct answer){ server->reasm.pos, client->reasm.pos,
					       connection->key.port[connection->client] });
	connection->digest = digest_of(hello, all->seed);
	HASH_FIND_BYHASHVALUE(by_random, all->by_random, hello->random, TLS_RANDOM_LEN, hash,
			      other);
	if (other)
		return other->digest != connection->digest;
	HASH_ADD_KEYPTR_BYHASHVALUE(by_random, all->by_random, hello->random, TLS_RANDOM_LEN, hash,
				    connection);
	/* Without memory its copies count as handshakes of their own. */
	connection->listed_by_random = connection->by_random.tbl;
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

void connection_free(struct connections *all, struct connection *connection)
{
	all->held -= connection->held;
	if (connection->listed_by_random)
		HASH_DELETE(by_random, all->by_random, connection);
	/* The analyzer does not see that it is in the table. */
	HASH_DELETE(by_key, all->by_key, connection); // NOLINT(clang-analyzer-core.NullDereference)
	TAILQ_REMOVE(connection->on_settling_list ? &all->settling : &all->waiting, connection,
		     due);
	for (int i = 0; i < 2; i++) {
		reasm_free(&connection->half[i].reasm);
		tls_messages_free(&connection->half[i].messages);
	}
	tracker_free(&connection->tracker);
	all->count--;
	if (all->spares >= SPARES_MAX) {
		free(connection);
		return;
	}
	TAILQ_INSERT_HEAD(&all->spare, connection, due);
	all->spares++;
}
