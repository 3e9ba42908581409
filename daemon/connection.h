/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A TCP connection that shakes hands: both directions, its handshake, its place in the tables.
 * Those that have waited longest are parked, see parking.h, where more wait than are busy on any
 * host in order.
 */
#ifndef SHAKETAP_CONNECTION_H
#define SHAKETAP_CONNECTION_H

#include <sys/queue.h>

#include "answers.h"
#include "base/hash.h"
#include "base/index.h"
#include "role.h"
#include "shaketap_abi.h"
#include "stream/reasm.h"
#include "tls/message.h"
#include "track/tracker.h"

struct connection_half {
	struct reasm reasm;
	struct tls_messages messages;
	bool fin;    /* seen, but bytes before it may still be missing */
	bool closed; /* with fin: and with that of the other side it ends, see fin_closes() */
	uint32_t fin_seq;
	uint64_t fin_time;
	uint64_t time; /* of its newest packet with data or FIN */
	uint32_t ack;  /* how far this side has acknowledged the other */
	bool acked;    /* ack is valid */
	uint32_t seen; /* how far this side is known to have come; sealed bytes are not copied */
	bool passing;  /* seen is valid */
	uint32_t last_ack; /* of its FIN or RST; 0: none */
	uint16_t sealed;   /* length of its last sealed record */
	bool unread;	   /* something came that was not read yet */
	uint8_t waited;	   /* packets since the last one that came in order */
};

/* With one like it of the other side this FIN ends the flow: the source closes its entry. */
static inline bool fin_closes(const struct st_event *event)
{
	return !(event->flags & ST_FLAG_RAW) || event->flags & ST_FLAG_WHOLE;
}

/* Where a connection waits for its deadline, awake or parked. */
struct seat {
	TAILQ_ENTRY(seat) due; /* in the list of its kind of deadline, soonest first */
	uint64_t progress;     /* time of the last new bytes */
	uint32_t hash;	       /* of its key */
	bool parked;	       /* it is the head of a struct parked, else of a struct connection */
};

TAILQ_HEAD(seat_list, seat);

struct connection {
	struct seat seat;
	TAILQ_ENTRY(connection) awake; /* of those that may be parked, or of the spare */
	uint64_t busy;		       /* its progress when it came to the end of that list */
	uint64_t mark;		       /* connection_mark() of the key */

	/* From here on it is parked as it is. */
	struct st_flow_key key;
	uint64_t flow;	 /* st_event.flow */
	uint8_t client;	 /* index of the client in key */
	bool identified; /* its ClientHello was compared with the others */
	bool listed_by_random;
	bool on_settling_list;
	bool ended;	    /* RST, FIN of both sides, all seen: the source has closed its entry */
	bool doubtful;	    /* read on though something before it is missing */
	size_t held;	    /* bytes of memory, as accounted in struct connections */
	uint32_t first_seq; /* of the event it began with */
	uint64_t last_segment; /* time of the last segment of the first ClientHello */
	uint64_t digest;       /* parked: of the ClientHello, beside its random */
	uint32_t random_hash;  /* with listed_by_random: of its random */
	struct role_signs signs;
	struct connection_half half[2]; /* by sender index */
	struct tracker tracker;
};

TAILQ_HEAD(connection_list, connection);

struct connections {
	struct index by_key;	      /* who is awake */
	struct index by_random;	      /* the same, with a ClientHello that has been compared */
	struct seat_list waiting;     /* all wait equally long, so new deadlines go to the end */
	struct seat_list settling;    /* all of them awake */
	struct connection_list awake; /* of the waiting, in the order they are looked at */
	struct connection_list spare; /* kept for reuse: no allocation after warm-up */
	struct parking *parking;      /* own; NULL: nobody was parked so far */
	size_t count, max, spares;
	size_t awakes, awake_max;
	size_t lost;			   /* could not be woken: memory was out */
	size_t held;			   /* by all of them */
	struct answers answers;		   /* to hellos that are open */
	uint64_t seed;			   /* of the hashes */
	struct certificates *certificates; /* own, for their trackers; NULL: none are read */
};

/* Which side the end with this index in the key is. */
static inline enum hs_side connection_side(const struct connection *connection, unsigned sender)
{
	return sender == connection->client ? HS_CLIENT : HS_SERVER;
}

void connections_init(struct connections *all, size_t max, uint64_t seed);
void connections_free(struct connections *all);

/* What stands for a key where the key itself would take too much room. */
static inline uint64_t connection_mark(const struct connections *all, const struct st_flow_key *key)
{
	return hash_bytes64(key, sizeof(*key), all->seed);
}

/* hash: st_event.hash. The one found is awake now. NULL: none. */
struct connection *connection_find(struct connections *all, const struct st_flow_key *key,
				   uint32_t hash);

/* The first deadline, where who waits may be silent for so long; 0: there is none. */
uint64_t connections_due(const struct connections *all, uint64_t timeout);

/* The first whose deadline is due in a list, awake now. NULL: none. */
struct connection *connections_first(struct connections *all, struct seat_list *list);

COLD void connections_park(struct connections *all);

/* Park who was not busy lately, as long as too many are awake. Nobody may hold a pointer to one. */
static inline void connections_rest(struct connections *all)
{
	if (all->awakes > all->awake_max)
		connections_park(all);
}

/* A new one, at the end of the waiting list. NULL: full or out of memory. */
struct connection *connection_new(struct connections *all, const struct st_event *event,
				  uint64_t mark);

/* New bytes came: its deadline moves to the end of the waiting list. */
void connection_progress(struct connections *all, struct connection *connection, uint64_t now);

/* Established: from the waiting to the settling list. */
void connection_settle(struct connections *all, struct connection *connection);

/*
 * Enter the identity of the handshake, once its ClientHello is there: the random, checked
 * by a digest of what else the hello says. False: a live connection already shows it.
 */
bool connection_identify(struct connections *all, struct connection *connection);

/* Bring the sums of held bytes up to date. */
void connection_account(struct connections *all, struct connection *connection);

void connection_free(struct connections *all, struct connection *connection);

#endif
