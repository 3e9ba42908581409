/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A capture of any size out of a small one:
 *   multiply -n COUNT | -s SIZE[K|M|G] [-r PER_SECOND] TEMPLATE.pcap OUT.pcap|-
 * Connection i of the result is a copy of connection i % T of the template (T: how many that
 * holds) and begins i / PER_SECOND seconds after the first. Its server name is that of the
 * template with its longest run of digits replaced by i, its client has an address and a port
 * of its own (RFC 2544's 198.18.0.0/15, ports from 1024 on), its ClientHello another random,
 * and its sequence numbers begin elsewhere. What was made is said on standard error.
 */
#include <arpa/inet.h>
#include <err.h>
#include <getopt.h>
#include <inttypes.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "template.h"

#define NS_PER_S 1000000000ULL
#define FIRST_ADDRESS 0xc6120000U /* 198.18.0.0 */
#define ADDRESS_BITS 17
#define FIRST_PORT 1024
#define COUNT_MAX ((uint64_t)(65536 - FIRST_PORT) << ADDRESS_BITS)
#define PCAP_NANOSECOND_MAGIC 0xa1b23c4d
#define OUT_BUFFER (1 << 20)
#define FRAME_MAX (256 * 1024)

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

struct multiply {
	struct template template;
	uint64_t count, rate;
	uint64_t begun;	    /* copies */
	struct copy **heap; /* those under way, the soonest packet first */
	size_t under_way, room, most;
	FILE *out;
	uint64_t packets, bytes;
	uint64_t last; /* time of the last packet */
	uint8_t frame[FRAME_MAX];
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

static uint64_t begin_of(const struct multiply *multiply, uint64_t number)
{
	return multiply->template.begin + number / multiply->rate * NS_PER_S +
	       number % multiply->rate * NS_PER_S / multiply->rate;
}

static struct copy *copy_new(const struct multiply *multiply, uint64_t number)
{
	const struct template_connection *connection =
		&multiply->template.connections[number % multiply->template.count];
	struct copy *copy = calloc(1, sizeof(*copy));
	uint64_t mixed = mix(number);
	char digits[24];

	if (!copy)
		errx(1, "out of memory");
	copy->connection = connection;
	copy->number = number;
	copy->begin = begin_of(multiply, number);
	copy->address = htonl(FIRST_ADDRESS + (uint32_t)(number & ((1 << ADDRESS_BITS) - 1)));
	copy->port = htons((uint16_t)(FIRST_PORT + (number >> ADDRESS_BITS)));
	copy->shift[CLIENT] = (uint32_t)mixed;
	copy->shift[SERVER] = (uint32_t)(mixed >> 32);
	memcpy(copy->random, connection->random, RANDOM_LEN);
	memcpy(copy->random, &mixed, sizeof(mixed));
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

static void sink(struct multiply *multiply, size_t at)
{
	struct copy **heap = multiply->heap;
	size_t child;

	while ((child = 2 * at + 1) < multiply->under_way) {
		struct copy *held = heap[at];

		if (child + 1 < multiply->under_way &&
		    time_of(heap[child + 1]) < time_of(heap[child]))
			child++;
		if (time_of(held) <= time_of(heap[child]))
			return;
		heap[at] = heap[child];
		heap[child] = held;
		at = child;
	}
}

static void add_copy(struct multiply *multiply, struct copy *copy)
{
	size_t at = multiply->under_way++;

	if (multiply->under_way > multiply->room) {
		multiply->room = 2 * multiply->room + 64;
		multiply->heap =
			reallocarray(multiply->heap, multiply->room,
				     sizeof(*multiply->heap)); // NOLINT(bugprone-sizeof-expression)
		if (!multiply->heap)
			errx(1, "out of memory");
	}
	if (multiply->under_way > multiply->most)
		multiply->most = multiply->under_way;
	for (; at && time_of(copy) < time_of(multiply->heap[(at - 1) / 2]); at = (at - 1) / 2)
		multiply->heap[at] = multiply->heap[(at - 1) / 2];
	multiply->heap[at] = copy;
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

static void put(struct multiply *multiply, const void *p, size_t n)
{
	if (fwrite_unlocked(p, 1, n, multiply->out) != n)
		err(1, "cannot write");
	multiply->bytes += n;
}

/* The next packet of the copy at the top of the heap. */
static void write_packet(struct multiply *multiply)
{
	struct copy *copy = multiply->heap[0];
	const struct template_packet *packet = &copy->connection->packets[copy->next];
	uint32_t header[4] = { 0, 0, packet->length, packet->length };

	multiply->last = time_of(copy);
	header[0] = (uint32_t)(multiply->last / NS_PER_S);
	header[1] = (uint32_t)(multiply->last % NS_PER_S);
	memcpy(multiply->frame, packet->frame, packet->length);
	for (size_t i = 0; i < packet->place_count; i++)
		fill_place(multiply->frame, &packet->places[i], copy);
	fill_checksums(multiply->frame, packet);
	put(multiply, header, sizeof(header));
	put(multiply, multiply->frame, packet->length);
	multiply->packets++;
	if (++copy->next == copy->connection->count) {
		multiply->heap[0] = multiply->heap[--multiply->under_way];
		free(copy);
	}
	sink(multiply, 0);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void write_all(struct multiply *multiply)
{
	const struct pcap_file_header header = {
		.magic = PCAP_NANOSECOND_MAGIC,
		.version_major = PCAP_VERSION_MAJOR,
		.version_minor = PCAP_VERSION_MINOR,
		.snaplen = FRAME_MAX,
		.linktype = DLT_EN10MB,
	};

	put(multiply, &header, sizeof(header));
	while (multiply->begun < multiply->count || multiply->under_way) {
		while (multiply->begun < multiply->count &&
		       (!multiply->under_way ||
			begin_of(multiply, multiply->begun) <= time_of(multiply->heap[0])))
			add_copy(multiply, copy_new(multiply, multiply->begun++));
		write_packet(multiply);
	}
	if (fclose(multiply->out))
		err(1, "cannot write");
}

/* How many connections make a file of at least this size. */
static uint64_t count_for(const struct template *template, uint64_t size)
{
	uint64_t round = 0, count, bytes = sizeof(struct pcap_file_header);

	for (size_t i = 0; i < template->count; i++)
		round += template->connections[i].bytes;
	if (!round)
		errx(2, "the template is empty");
	count = size / round * template->count;
	bytes += size / round * round;
	for (; bytes < size; count++)
		bytes += template->connections[count % template->count].bytes;
	return count;
}

static void check_frames(const struct template *template)
{
	for (size_t i = 0; i < template->count; i++)
		for (size_t j = 0; j < template->connections[i].count; j++)
			if (template->connections[i].packets[j].length > FRAME_MAX)
				errx(2, "the template holds a frame of more than %d bytes",
				     FRAME_MAX);
}

static _Noreturn void usage(void)
{
	errx(2, "use: multiply -n COUNT | -s SIZE[K|M|G] [-r PER_SECOND] TEMPLATE.pcap OUT.pcap|-");
}

static uint64_t number(const char *text)
{
	static const char units[] = "KMG";
	char *end;
	uint64_t value = strtoull(text, &end, 10);
	const char *unit = *end ? strchr(units, *end) : NULL;

	if (unit) {
		value <<= 10 * (unit - units + 1);
		end++;
	}
	if (!value || *end || *text == '-')
		usage();
	return value;
}

static FILE *open_out(const char *path)
{
	FILE *out = strcmp(path, "-") ? fopen(path, "we") : stdout;

	if (!out)
		err(1, "%s", path);
	setvbuf(out, NULL, _IOFBF, OUT_BUFFER);
	return out;
}

int main(int argc, char **argv)
{
	static struct multiply multiply = { .rate = 1000 };
	uint64_t size = 0;
	int option;

	while ((option = getopt(argc, argv, "n:s:r:")) != -1) {
		if (option == 'n')
			multiply.count = number(optarg);
		else if (option == 's')
			size = number(optarg);
		else if (option == 'r')
			multiply.rate = number(optarg);
		else
			usage();
	}
	if (argc - optind != 2 || !multiply.count == !size)
		usage();
	template_read(&multiply.template, argv[optind]);
	check_frames(&multiply.template);
	if (size)
		multiply.count = count_for(&multiply.template, size);
	if (multiply.count > COUNT_MAX)
		errx(2, "at most %" PRIu64 " connections", (uint64_t)COUNT_MAX);
	multiply.out = open_out(argv[optind + 1]);
	write_all(&multiply);
	fprintf(stderr,
		"connections %" PRIu64 " packets %" PRIu64 " bytes %" PRIu64
		" seconds %.3f at_once %zu\n",
		multiply.count, multiply.packets, multiply.bytes,
		(double)(multiply.last - multiply.template.begin) / (double)NS_PER_S,
		multiply.most);
	free(multiply.heap);
	template_free(&multiply.template);
	return 0;
}
