/* SPDX-License-Identifier: BSD-2-Clause */
#include "segments.h"

#include <arpa/inet.h>
#include <err.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "base/seq.h"

#define COMPARED_MAX 100

static void *checked(void *p)
{
	if (!p)
		errx(1, "out of memory");
	return p;
}

static void *grow(void *array, size_t count, size_t size)
{
	if (count & (count - 1)) /* room for the next power of two */
		return array;
	return checked(reallocarray(array, count ? 2 * count : 1, size));
}

/* The lower end first, as in the keys of the kernel programs; the index of a in it. */
static unsigned make_key(struct st_flow_key *key, const uint32_t a[4], uint16_t a_port,
			 const uint32_t b[4], uint16_t b_port)
{
	int order = memcmp(a, b, sizeof(key->addr[0]));
	unsigned index = order > 0 || (!order && a_port > b_port);

	memset(key, 0, sizeof(*key));
	memcpy(key->addr[index], a, sizeof(key->addr[0]));
	memcpy(key->addr[!index], b, sizeof(key->addr[0]));
	key->port[index] = htons(a_port);
	key->port[!index] = htons(b_port);
	return index;
}

struct pcap_connection *segments_connection(const struct segments *segments, const uint32_t a[4],
					    uint16_t a_port, const uint32_t b[4], uint16_t b_port,
					    unsigned *index_of_a)
{
	struct pcap_connection *connection;
	struct st_flow_key key;

	*index_of_a = make_key(&key, a, a_port, b, b_port);
	HASH_FIND(hh, segments->connections, &key, sizeof(key), connection);
	return connection;
}

bool segment_matters(const struct pcap_segment *segment)
{
	return segment->tcp.payload.n || segment->tcp.cut ||
	       segment->tcp.flags & (TH_SYN | TH_FIN | TH_RST);
}

uint32_t segment_end(const struct pcap_segment *segment)
{
	const struct tcp_segment *tcp = &segment->tcp;

	return tcp->seq + (uint32_t)tcp->payload.n + tcp->cut + !!(tcp->flags & TH_SYN) +
	       !!(tcp->flags & TH_FIN);
}

bool segment_acknowledges(const struct pcap_segment *b, const struct pcap_segment *a)
{
	return a->sender != b->sender && b->tcp.flags & TH_ACK &&
	       !seq_before(b->tcp.ack, segment_end(a));
}

static struct pcap_connection *connection_of(struct segments *segments,
					     struct pcap_segment *segment)
{
	const struct tcp_segment *tcp = &segment->tcp;
	struct pcap_connection *connection = segments_connection(
		segments, tcp->addr[0], tcp->port[0], tcp->addr[1], tcp->port[1], &segment->sender);

	if (connection)
		return connection;
	connection = checked(calloc(1, sizeof(*connection)));
	make_key(&connection->key, tcp->addr[0], tcp->port[0], tcp->addr[1], tcp->port[1]);
	connection->number = (unsigned)segments->connection_count++;
	HASH_ADD(hh, segments->connections, key, sizeof(connection->key), connection);
	return connection;
}

static void add(struct segments *segments, struct pcap_segment *segment)
{
	struct pcap_connection *connection = connection_of(segments, segment);
	struct tcp_segment *tcp = &segment->tcp;
	uint8_t *copy = checked(malloc(tcp->payload.n + !tcp->payload.n));

	if (tcp->payload.n)
		memcpy(copy, tcp->payload.p, tcp->payload.n);
	tcp->payload.p = copy;
	tcp->ip = (struct bytes){ 0 };
	if (tcp->payload.n && !connection->length[segment->sender]) {
		connection->first[segment->sender] = tcp->seq + !!(tcp->flags & TH_SYN);
		connection->length[segment->sender] = (uint32_t)tcp->payload.n;
	}
	segment->connection = connection;
	connection->segments =
		grow(connection->segments, connection->count, sizeof(*connection->segments));
	connection->segments[connection->count++] = segments->n;
	segments->p = grow(segments->p, segments->n, sizeof(*segments->p));
	segments->p[segments->n++] = *segment;
}

/* The same sequence numbers, other bytes. */
static bool contradict(const struct pcap_segment *a, const struct pcap_segment *b)
{
	uint32_t at = b->tcp.seq - a->tcp.seq; /* where b begins in a */
	size_t n;

	if (a->sender != b->sender || (a->tcp.flags | b->tcp.flags) & TH_SYN ||
	    at >= a->tcp.payload.n)
		return false;
	n = a->tcp.payload.n - at;
	n = n < b->tcp.payload.n ? n : b->tcp.payload.n;
	return memcmp(a->tcp.payload.p + at, b->tcp.payload.p, n) != 0;
}

/* Looks at the first segments only: there the handshakes are. */
static void find_contradictions(struct segments *segments, struct pcap_connection *connection)
{
	size_t n = connection->count < COMPARED_MAX ? connection->count : COMPARED_MAX;
	const size_t *at = connection->segments;

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			if (contradict(&segments->p[at[i]], &segments->p[at[j]]))
				connection->contradicts = true;
}

bool segments_read(struct segments *segments, const char *path, char *error, size_t size)
{
	struct packets *packets = packets_open(&path, 1, error, size);
	struct decoder *decoder;
	struct file_packet packet;
	struct pcap_segment segment;
	struct pcap_connection *connection;

	*segments = (struct segments){ 0 };
	if (!packets)
		return false;
	decoder = checked(decoder_new());
	while (packets_next(packets, &packet) == PACKETS_OK) {
		if (decode_packet(decoder, &packet, &segment.tcp) != DECODE_TCP)
			continue;
		segment.time = packet.time;
		add(segments, &segment);
	}
	decoder_free(decoder);
	packets_close(packets);
	for (connection = segments->connections; connection; connection = connection->hh.next)
		find_contradictions(segments, connection);
	return true;
}

void segments_free(struct segments *segments)
{
	struct pcap_connection *connection, *next;

	for (size_t i = 0; i < segments->n; i++)
		free((void *)segments->p[i].tcp.payload.p);
	free(segments->p);
	HASH_ITER (hh, segments->connections, connection, next) {
		/* The analyzer does not see that the table goes with its last entry only. */
		// NOLINTNEXTLINE(clang-analyzer-unix.Malloc)
		HASH_DEL(segments->connections, connection);
		free(connection->segments);
		free(connection);
	}
}
