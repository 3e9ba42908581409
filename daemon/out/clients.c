/* SPDX-License-Identifier: BSD-2-Clause */
#include "out/clients.h"

#include <netinet/in.h>
#include <string.h>

#include "base/addr.h"

static void fill_network(uint8_t network[16], const struct sockaddr *address)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	uint32_t addr[4];

	if (address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)address;

		memcpy(addr, &in6->sin6_addr, sizeof(addr));
		memcpy(network, addr, addr_is_v4(addr) ? 16 : 8);
	} else if (address->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)address;

		memcpy(network, mapped, sizeof(mapped));
		memcpy(network + sizeof(mapped), &in->sin_addr, sizeof(in->sin_addr));
	}
}

struct client *clients_add(struct clients *clients, int fd, const struct sockaddr *address,
			   uint64_t now)
{
	struct client *client = clients->entry;

	while (client < clients->entry + CLIENTS_ROOM && client->used)
		client++;
	if (client == clients->entry + CLIENTS_ROOM)
		return NULL;
	*client = (struct client){ .used = true, .fd = fd, .deadline = now + CLIENTS_REQUEST_NS };
	fill_network(client->network, address);
	return client;
}

void clients_remove(struct client *client)
{
	client->used = false;
}

void clients_answer(struct client *client, uint64_t now)
{
	client->answering = true;
	client->deadline = now + CLIENTS_ANSWER_NS;
}

void clients_wait(struct client *client, uint64_t now)
{
	client->answering = false;
	client->deadline = now + CLIENTS_IDLE_NS;
}

static bool is_live(const struct client *client)
{
	return client->used && !client->dropped;
}

static bool same_network(const struct client *a, const struct client *b)
{
	return !memcmp(a->network, b->network, sizeof(a->network));
}

/* Of two, the one to drop: one that has not asked yet, then the one that was given more time. */
static struct client *worse(struct client *a, struct client *b)
{
	if (!a || !b)
		return a ? a : b;
	if (a->answering != b->answering)
		return a->answering ? b : a;
	return a->deadline <= b->deadline ? a : b;
}

/* How many there are of this one's address; the worst of them in *worst. */
static unsigned count_network(struct clients *clients, const struct client *one,
			      struct client **worst)
{
	unsigned n = 0;

	*worst = NULL;
	for (struct client *c = clients->entry; c < clients->entry + CLIENTS_ROOM; c++) {
		if (!is_live(c) || !same_network(c, one))
			continue;
		n++;
		*worst = worse(*worst, c);
	}
	return n;
}

struct client *clients_surplus(struct clients *clients)
{
	struct client *worst = NULL, *worst_there;
	unsigned n = 0;

	for (struct client *c = clients->entry; c < clients->entry + CLIENTS_ROOM; c++) {
		if (!is_live(c))
			continue;
		n++;
		worst = worse(worst, c);
	}
	if (n <= CLIENTS_PER_ADDRESS)
		return NULL;
	for (struct client *c = clients->entry; c < clients->entry + CLIENTS_ROOM; c++)
		if (is_live(c) && count_network(clients, c, &worst_there) > CLIENTS_PER_ADDRESS)
			return worst_there;
	return n > CLIENTS_MAX ? worst : NULL;
}

struct client *clients_overdue(struct clients *clients, uint64_t now)
{
	for (struct client *c = clients->entry; c < clients->entry + CLIENTS_ROOM; c++)
		if (is_live(c) && c->deadline <= now)
			return c;
	return NULL;
}

uint64_t clients_due(const struct clients *clients)
{
	uint64_t due = 0;

	for (const struct client *c = clients->entry; c < clients->entry + CLIENTS_ROOM; c++)
		if (is_live(c) && (!due || c->deadline < due))
			due = c->deadline;
	return due;
}
