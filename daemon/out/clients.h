/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who is connected to the HTTP server, and for how long yet. There is always room for one more
 * client: where there would be too many, the one that has been waited for the longest goes, of
 * the same address if that has its share. So whoever holds places open, from how many
 * connections ever, keeps nobody else out. Every request and every answer has a time limit that
 * a byte now and then does not extend. Pure: who has to go is said here, the caller does it.
 */
#ifndef SHAKETAP_CLIENTS_H
#define SHAKETAP_CLIENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define CLIENTS_MAX 128
#define CLIENTS_PER_ADDRESS 64
/* Connections that were dropped take a place until they are closed. */
#define CLIENTS_ROOM (2 * CLIENTS_MAX)

/* From the connect until the first request is whole. */
#define CLIENTS_REQUEST_NS (10 * UINT64_C(1000000000))
/* From an answer until the next request is whole: longer than a scrape interval of a minute. */
#define CLIENTS_IDLE_NS (75 * UINT64_C(1000000000))
/* For taking the answer. */
#define CLIENTS_ANSWER_NS (30 * UINT64_C(1000000000))

struct client {
	bool used;
	bool dropped;
	bool answering;	     /* else its request is waited for */
	bool loopback;	     /* reached over an address of the host itself */
	int fd;		     /* not owned */
	uint8_t network[16]; /* its address; of IPv6 the first half, which one client has whole */
	uint64_t deadline;   /* ns */
};

/* All zero: nobody is connected. */
struct clients {
	struct client entry[CLIENTS_ROOM];
};

/* NULL: CLIENTS_ROOM of them are there already. */
struct client *clients_add(struct clients *clients, int fd, const struct sockaddr *address,
			   uint64_t now);
void clients_remove(struct client *client);

/* The request of this client is there. */
void clients_answer(struct client *client, uint64_t now);
/* It was answered; perhaps another one comes. */
void clients_wait(struct client *client, uint64_t now);

/* Whom to drop because there are too many: until this is NULL. */
struct client *clients_surplus(struct clients *clients);
/* Whom to drop because time is over: until this is NULL. */
struct client *clients_overdue(struct clients *clients, uint64_t now);
/* When clients_overdue() has something to say; 0: never. */
uint64_t clients_due(const struct clients *clients);

#endif
