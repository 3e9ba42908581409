/* SPDX-License-Identifier: BSD-2-Clause */
#include "template.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <err.h>
#include <net/ethernet.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/reader.h"
#include "tls_wire.h"

#define PCAP_PACKET_HEADER_LEN 16
/* How much of the client's stream is searched for hellos. */
#define STREAM_MAX 65536
#define SERVER_NAME_EXTENSION 0

static void *grow(void *array, size_t count, size_t size)
{
	void *more = reallocarray(array, count + 1, size);

	if (!more)
		errx(1, "out of memory");
	return more;
}

/* ---- frames ---------------------------------------------------------------------------------- */

/* Offsets of the headers. False: no TCP over IPv4. */
static bool find_headers(struct template_packet *packet)
{
	const uint8_t *p = packet->frame;
	struct iphdr ip;
	struct tcphdr tcp;

	packet->ip = ETHER_HDR_LEN;
	if (packet->length < packet->ip + sizeof(ip) || p[12] != 8 || p[13] != 0)
		return false;
	memcpy(&ip, p + packet->ip, sizeof(ip));
	packet->tcp = packet->ip + ip.ihl * 4U;
	packet->end = packet->ip + ntohs(ip.tot_len);
	if (ip.protocol != IPPROTO_TCP || ip.ihl < 5)
		return false;
	if (packet->end > packet->length || packet->end < packet->tcp + sizeof(tcp))
		errx(2, "the template holds packets that are not whole");
	memcpy(&tcp, p + packet->tcp, sizeof(tcp));
	packet->payload = packet->tcp + tcp.doff * 4U;
	if (tcp.doff < 5 || packet->payload > packet->end)
		errx(2, "the template holds a malformed TCP header");
	return true;
}

static struct tcphdr tcp_of(const struct template_packet *packet)
{
	struct tcphdr tcp;

	memcpy(&tcp, packet->frame + packet->tcp, sizeof(tcp));
	return tcp;
}

static struct iphdr ip_of(const struct template_packet *packet)
{
	struct iphdr ip;

	memcpy(&ip, packet->frame + packet->ip, sizeof(ip));
	return ip;
}

/* ---- what differs from copy to copy ---------------------------------------------------------- */

static void add_place(struct template_packet *packet, struct place place)
{
	packet->places = grow(packet->places, packet->place_count, sizeof(place));
	packet->places[packet->place_count++] = place;
}

static void add_shifted(struct template_packet *packet, uint32_t offset, enum end end)
{
	add_place(packet, (struct place){ offset, (uint16_t)end, 4, PLACE_SHIFTED });
}

/* The blocks of a SACK option (RFC 2018) speak of the receiver's sequence numbers. */
static void add_sack(struct template_packet *packet)
{
	const uint8_t *p = packet->frame;
	uint32_t at = packet->tcp + sizeof(struct tcphdr);

	while (at + 1 < packet->payload && p[at] != TCPOPT_EOL) {
		uint32_t length = p[at] == TCPOPT_NOP ? 1 : p[at + 1];

		if (!length || at + length > packet->payload)
			return;
		for (uint32_t edge = 2; p[at] == TCPOPT_SACK && edge + 4 <= length; edge += 4)
			add_shifted(packet, at + edge, !packet->sender);
		at += length;
	}
}

static void add_header_places(struct template_packet *packet)
{
	bool from_client = packet->sender == CLIENT;
	uint32_t address = packet->ip + (from_client ? offsetof(struct iphdr, saddr)
						     : offsetof(struct iphdr, daddr));

	add_place(packet, (struct place){ address, 0, 4, PLACE_ADDRESS });
	add_place(packet, (struct place){ packet->tcp + (from_client ? 0 : 2), 0, 2, PLACE_PORT });
	add_shifted(packet, packet->tcp + 4, packet->sender);
	if (tcp_of(packet).ack)
		add_shifted(packet, packet->tcp + 8, !packet->sender);
	add_sack(packet);
}

/* Bytes at..at + length of the client's stream are of this kind: find the packets that carry them.
 */
static void add_stream_places(struct template_connection *connection, size_t at, size_t length,
			      enum place_kind kind)
{
	for (size_t i = 0; i < connection->count; i++) {
		struct template_packet *packet = &connection->packets[i];
		struct tcphdr tcp = tcp_of(packet);
		uint32_t from = ntohl(tcp.seq) + tcp.syn - connection->start;
		uint32_t to = from + packet->end - packet->payload;
		size_t low = at > from ? at : from;
		size_t high = at + length < to ? at + length : to;

		if (packet->sender != CLIENT || from > STREAM_MAX || low >= high)
			continue;
		add_place(packet,
			  (struct place){ packet->payload + (uint32_t)(low - from),
					  (uint16_t)(low - at), (uint16_t)(high - low), kind });
	}
}

/* ---- the ClientHello ------------------------------------------------------------------------- */

static bool read_name(struct template_connection *connection, struct reader *extensions)
{
	struct reader body, list, name;
	uint16_t type;
	uint8_t kind;

	while (reader_u16(extensions, &type) && reader_u16_prefixed(extensions, &body)) {
		if (type != SERVER_NAME_EXTENSION)
			continue;
		if (!reader_u16_prefixed(&body, &list) || !reader_u8(&list, &kind) ||
		    !reader_u16_prefixed(&list, &name) || name.n > NAME_MAX_LEN)
			return false;
		memcpy(connection->name, name.p, name.n);
		return true;
	}
	return false;
}

/* The random and the name of the hello that the stream begins with (RFC 8446 section 4.1.2). */
static bool read_hello(struct template_connection *connection, struct bytes stream)
{
	struct reader all = reader_of(stream), record, hello, skipped, extensions;
	struct bytes head, random;
	uint8_t type;

	return reader_bytes(&all, 3, &head) && head.p[0] == TLS_RECORD_HANDSHAKE &&
	       reader_u16_prefixed(&all, &record) && reader_u8(&record, &type) &&
	       type == TLS_HANDSHAKE_CLIENT_HELLO && reader_u24_prefixed(&record, &hello) &&
	       reader_bytes(&hello, 2, &head) && reader_bytes(&hello, RANDOM_LEN, &random) &&
	       memcpy(connection->random, random.p, RANDOM_LEN) &&
	       reader_u8_prefixed(&hello, &skipped) && reader_u16_prefixed(&hello, &skipped) &&
	       reader_u8_prefixed(&hello, &skipped) && reader_u16_prefixed(&hello, &extensions) &&
	       read_name(connection, &extensions);
}

static void find_digits(struct template_connection *connection)
{
	const char *name = connection->name;

	for (size_t at = 0, n; name[at]; at += n ? n : 1) {
		for (n = 0; isdigit((unsigned char)name[at + n]); n++)
			;
		if (n <= connection->digits)
			continue;
		connection->digits_at = at;
		connection->digits = n;
	}
	if (!connection->digits)
		errx(2, "the server name %s has no digits to count with", name);
}

/* The client's bytes as far as they lie in one piece. */
static size_t join_stream(const struct template_connection *connection, uint8_t *stream)
{
	size_t n = 0;

	for (size_t i = 0; i < connection->count; i++) {
		const struct template_packet *packet = &connection->packets[i];
		struct tcphdr tcp = tcp_of(packet);
		uint32_t at = ntohl(tcp.seq) + tcp.syn - connection->start;
		uint32_t length = packet->end - packet->payload;

		if (packet->sender != CLIENT || at != n || length > STREAM_MAX - n)
			continue;
		memcpy(stream + n, packet->frame + packet->payload, length);
		n += length;
	}
	return n;
}

/* Everywhere: after a HelloRetryRequest both stand in a second hello. */
static void find_all(struct template_connection *connection, struct bytes stream, struct bytes what,
		     enum place_kind kind)
{
	const uint8_t *p = stream.p, *end = stream.p + stream.n;

	while ((p = memmem(p, (size_t)(end - p), what.p, what.n))) {
		add_stream_places(connection, (size_t)(p - stream.p), what.n, kind);
		p += what.n;
	}
}

/* The random and the name of the connection are known: where do they stand? */
static void find_identity(struct template_connection *connection, struct bytes stream)
{
	find_digits(connection);
	find_all(connection, stream, (struct bytes){ connection->random, RANDOM_LEN },
		 PLACE_RANDOM);
	find_all(connection, stream,
		 (struct bytes){ (uint8_t *)connection->name, strlen(connection->name) },
		 PLACE_NAME);
}

static void find_hellos(struct template_connection *connection)
{
	uint8_t *buffer = malloc(STREAM_MAX);
	struct bytes stream = { buffer, 0 };

	if (!buffer)
		errx(1, "out of memory");
	stream.n = join_stream(connection, buffer);
	if (!read_hello(connection, stream))
		errx(2, "port %u of the template: no ClientHello with a server name",
		     ntohs(connection->port[CLIENT]));
	find_identity(connection, stream);
	free(buffer);
}

void template_identify(struct template_connection *connection, const uint8_t random[RANDOM_LEN],
		       const char *name)
{
	uint8_t *buffer = malloc(STREAM_MAX);

	if (!buffer || strlen(name) > NAME_MAX_LEN)
		errx(1, "no room for a hello");
	memcpy(connection->random, random, RANDOM_LEN);
	memcpy(connection->name, name, strlen(name) + 1);
	find_identity(connection, (struct bytes){ buffer, join_stream(connection, buffer) });
	free(buffer);
}

/* ---- the file -------------------------------------------------------------------------------- */

/* Which end of the connection sent it. -1: it is of another one. */
static int sender_of(const struct template_connection *connection,
		     const struct template_packet *packet)
{
	struct tcphdr tcp = tcp_of(packet);
	struct iphdr ip = ip_of(packet);

	for (int end = CLIENT; end <= SERVER; end++)
		if (ip.saddr == connection->address[end] && tcp.source == connection->port[end] &&
		    ip.daddr == connection->address[!end] && tcp.dest == connection->port[!end])
			return end;
	return -1;
}

/* NULL: of a connection whose begin the file does not hold. */
static struct template_connection *connection_of(struct template *template,
						 struct template_packet *packet, uint64_t time)
{
	struct tcphdr tcp = tcp_of(packet);
	struct iphdr ip = ip_of(packet);
	struct template_connection *connection;

	for (size_t i = 0; i < template->count; i++) {
		int sender = sender_of(&template->connections[i], packet);

		packet->sender = (enum end)sender;
		if (sender >= 0)
			return &template->connections[i];
	}
	if (!tcp.syn || tcp.ack)
		return NULL;
	template->connections =
		grow(template->connections, template->count, sizeof(*template->connections));
	connection = &template->connections[template->count++];
	*connection = (struct template_connection){
		.address = { ip.saddr, ip.daddr },
		.port = { tcp.source, tcp.dest },
		.start = ntohl(tcp.seq) + 1,
		.begin = time,
	};
	packet->sender = CLIENT;
	return connection;
}

void template_add(struct template *template, uint64_t time, struct bytes frame)
{
	struct template_packet packet = { .length = (uint32_t)frame.n };
	struct template_connection *connection;

	packet.frame = malloc(frame.n + 1);
	if (!packet.frame)
		errx(1, "out of memory");
	memcpy(packet.frame, frame.p, frame.n);
	connection = find_headers(&packet) ? connection_of(template, &packet, time) : NULL;
	if (!connection) {
		free(packet.frame);
		return;
	}
	packet.time = time - connection->begin;
	add_header_places(&packet);
	connection->bytes += PCAP_PACKET_HEADER_LEN + packet.length;
	connection->packets =
		grow(connection->packets, connection->count, sizeof(*connection->packets));
	connection->packets[connection->count++] = packet;
}

void template_read(struct template *template, const char *path)
{
	char error[PCAP_ERRBUF_SIZE];
	pcap_t *pcap =
		pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, error);
	struct pcap_pkthdr *header;
	const uint8_t *bytes;

	if (!pcap)
		errx(2, "%s", error);
	if (pcap_datalink(pcap) != DLT_EN10MB)
		errx(2, "%s: not recorded from Ethernet", path);
	*template = (struct template){ 0 };
	while (pcap_next_ex(pcap, &header, &bytes) == 1)
		template_add(template,
			     (uint64_t)header->ts.tv_sec * 1000000000 +
				     (uint64_t)header->ts.tv_usec,
			     (struct bytes){ bytes, header->caplen });
	pcap_close(pcap);
	if (!template->count)
		errx(2, "%s: no TCP connection over IPv4 begins in it", path);
	template->begin = template->connections[0].begin;
	for (size_t i = 0; i < template->count; i++)
		find_hellos(&template->connections[i]);
}

void template_free(struct template *template)
{
	for (size_t i = 0; i < template->count; i++) {
		for (size_t j = 0; j < template->connections[i].count; j++) {
			free(template->connections[i].packets[j].frame);
			free(template->connections[i].packets[j].places);
		}
		free(template->connections[i].packets);
	}
	free(template->connections);
}
