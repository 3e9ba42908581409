/* SPDX-License-Identifier: BSD-2-Clause */
#include "copies.h"

#include <arpa/inet.h>
#include <err.h>
#include <inttypes.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_S 1000000000ULL
#define FIRST_PORT 1024

/* A copy under way. */
struct copy {
	const struct template_connection *connection;
	uint64_t number;
	uint64_t begin; /* ns since the epoch */
	size_t next;	/* packet to write */
	uint32_t address;
	uint16_t port;
	uint32_t shift[2]; /* by enum end */
	uint8_t random[RANDOM_LEN];
	char name[NAME_MAX_LEN + 1];
};

struct copies {
	struct copies_config config;
	struct copies_made made;
	struct copy **heap; /* those under way, the soonest packet first */
	size_t under_way, room;
};

/* ---- one copy -------------------------------------------------------------------------------- */

/* One to one, and nothing like its argument (the last steps of MurmurHash3). */
static uint64_t mix(uint64_t x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccd;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53;
	return x ^ x >> 33;
}

static uint64_t begin_of(const struct copies *copies, uint64_t number)
{
	uint64_t rate = copies->config.rate;

	number -= copies->config.first;
	return copies->config.template->begin + number / rate * NS_PER_S +
	       number % rate * NS_PER_S / rate;
}

static struct copy *copy_new(const struct copies *copies, uint64_t number)
{
	const struct copies_config *config = &copies->config;
	const struct template_connection *connection =
		&config->template->connections[number % config->template->count];
	struct copy *copy = calloc(1, sizeof(*copy));
	uint64_t mixed = mix(number);
	char digits[24];

	if (!copy)
		errx(1, "out of memory");
	copy->connection = connection;
	copy->number = number;
	copy->begin = begin_of(copies, number);
	copy->address = htonl(config->first_address +
			      (uint32_t)(number & ((1U << config->address_bits) - 1)));
	copy->port = htons((uint16_t)(FIRST_PORT + (number >> config->address_bits)));
	copy->shift[CLIENT] = (uint32_t)mixed;
	copy->shift[SERVER] = (uint32_t)(mixed >> 32);
	memcpy(copy->random, connection->random, RANDOM_LEN);
	memcpy(copy->random, &mixed, sizeof(mixed));
	if (!connection->digits)
		return copy; /* it says no name */
	memcpy(copy->name, connection->name, sizeof(copy->name));
	if ((size_t)snprintf(digits, sizeof(digits), "%0*" PRIu64, (int)connection->digits,
			     number) > connection->digits)
		errx(2, "the server name %s has too few digits for %" PRIu64, connection->name,
		     number);
	memcpy(copy->name + connection->digits_at, digits, connection->digits);
	return copy;
}

static uint64_t time_of(const struct copy *copy)
{
	return copy->begin + copy->connection->packets[copy->next].time;
}

/* ---- copies under way: a binary heap --------------------------------------------------------- */

static void sink(struct copies *copies, size_t at)
{
	struct copy **heap = copies->heap;
	size_t child;

	while ((child = 2 * at + 1) < copies->under_way) {
		struct copy *held = heap[at];

		if (child + 1 < copies->under_way &&
		    time_of(heap[child + 1]) < time_of(heap[child]))
			child++;
		if (time_of(held) <= time_of(heap[child]))
			return;
		heap[at] = heap[child];
		heap[child] = held;
		at = child;
	}
}

static void add_copy(struct copies *copies, struct copy *copy)
{
	size_t at = copies->under_way++;

	if (copies->under_way > copies->room) {
		copies->room = 2 * copies->room + 64;
		copies->heap =
			reallocarray(copies->heap, copies->room,
				     sizeof(*copies->heap)); // NOLINT(bugprone-sizeof-expression)
		if (!copies->heap)
			errx(1, "out of memory");
	}
	if (copies->under_way > copies->made.most)
		copies->made.most = copies->under_way;
	for (; at && time_of(copy) < time_of(copies->heap[(at - 1) / 2]); at = (at - 1) / 2)
		copies->heap[at] = copies->heap[(at - 1) / 2];
	copies->heap[at] = copy;
}

/* ---- one packet ------------------------------------------------------------------------------ */

/* The sum of RFC 1071, in the byte order of the machine, on top of `sum`. */
static uint64_t add_up(const uint8_t *p, size_t n, uint64_t sum)
{
	uint32_t word;
	uint16_t half = 0;

	for (; n >= sizeof(word); p += sizeof(word), n -= sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		sum += word;
	}
	if (n >= sizeof(half)) {
		memcpy(&half, p, sizeof(half));
		sum += half;
		p += sizeof(half);
		n -= sizeof(half);
		half = 0;
	}
	memcpy(&half, p, n);
	return sum + half;
}

static uint16_t checksum(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void fill_checksums(uint8_t *frame, const struct template_packet *packet)
{
	uint8_t *ip = frame + packet->ip, *tcp = frame + packet->tcp;
	uint32_t length = packet->end - packet->tcp;
	uint16_t sum = 0;

	memcpy(ip + offsetof(struct iphdr, check), &sum, sizeof(sum));
	memcpy(tcp + offsetof(struct tcphdr, check), &sum, sizeof(sum));
	sum = checksum(add_up(ip, packet->tcp - packet->ip, 0));
	memcpy(ip + offsetof(struct iphdr, check), &sum, sizeof(sum));
	sum = checksum(add_up(tcp, length,
			      add_up(ip + offsetof(struct iphdr, saddr), 8,
				     htons(IPPROTO_TCP) + (uint64_t)htons((uint16_t)length))));
	memcpy(tcp + offsetof(struct tcphdr, check), &sum, sizeof(sum));
}

static void fill_place(uint8_t *frame, const struct place *place, const struct copy *copy)
{
	uint8_t *p = frame + place->offset;
	uint32_t number;

	switch (place->kind) {
	case PLACE_ADDRESS:
		memcpy(p, &copy->address, sizeof(copy->address));
		break;
	case PLACE_PORT:
		memcpy(p, &copy->port, sizeof(copy->port));
		break;
	case PLACE_SHIFTED:
		memcpy(&number, p, sizeof(number));
		number = htonl(ntohl(number) + copy->shift[place->from]);
		memcpy(p, &number, sizeof(number));
		break;
	case PLACE_RANDOM:
		memcpy(p, copy->random + place->from, place->length);
		break;
	case PLACE_NAME:
		memcpy(p, copy->name + place->from, place->length);
		break;
	}
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void begin_due(struct copies *copies)
{
	const struct copies_config *config = &copies->config;
	uint64_t next;

	for (; copies->made.begun < config->count; copies->made.begun++) {
		next = config->first + copies->made.begun;
		if (copies->under_way && begin_of(copies, next) > time_of(copies->heap[0]))
			return;
		add_copy(copies, copy_new(copies, next));
	}
}

uint32_t copies_next(struct copies *copies, uint8_t *frame)
{
	const struct template_packet *packet;
	struct copy *copy;

	begin_due(copies);
	if (!copies->under_way)
		return 0;
	copy = copies->heap[0];
	packet = &copy->connection->packets[copy->next];
	copies->made.last = time_of(copy);
	copies->made.packets++;
	memcpy(frame, packet->frame, packet->length);
	for (size_t i = 0; i < packet->place_count; i++)
		fill_place(frame, &packet->places[i], copy);
	fill_checksums(frame, packet);
	if (++copy->next == copy->connection->count) {
		copies->heap[0] = copies->heap[--copies->under_way];
		free(copy);
	}
	sink(copies, 0);
	return packet->length;
}

static void check_frames(const struct template *template)
{
	for (size_t i = 0; i < template->count; i++)
		for (size_t j = 0; j < template->connections[i].count; j++)
			if (template->connections[i].packets[j].length > COPIES_FRAME_MAX)
				errx(2, "the template holds a frame of more than %d bytes",
				     COPIES_FRAME_MAX);
}

struct copies *copies_new(const struct copies_config *config)
{
	struct copies *copies = calloc(1, sizeof(*copies));
	uint64_t most = (uint64_t)(65536 - FIRST_PORT) << config->address_bits;

	if (!copies)
		errx(1, "out of memory");
	if (config->first > most || config->count > most - config->first)
		errx(2, "at most %" PRIu64 " connections", most);
	check_frames(config->template);
	copies->config = *config;
	return copies;
}

void copies_free(struct copies *copies)
{
	while (copies->under_way)
		free(copies->heap[--copies->under_way]);
	free(copies->heap);
	free(copies);
}

const struct copies_made *copies_made(const struct copies *copies)
{
	return &copies->made;
}
