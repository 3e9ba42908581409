/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The least that reading a capture file can be:
 *   scan FILE
 * A pcap file of Ethernet, mapped: the headers of each packet, the headers of the records that
 * begin in it, and one look into a hash table. Says how many connections and record starts it saw.
 */
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <net/ethernet.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_HEADER_LEN 24
#define MAGIC_US 0xa1b2c3d4U /* as this machine writes it */
#define MAGIC_NS 0xa1b23c4dU
#define PLACES (1U << 18)
#define HEADERS_LEN (sizeof(struct ether_header) + sizeof(struct iphdr) + sizeof(struct tcphdr))

struct record_header {
	uint32_t seconds, fraction, captured, length;
};

struct scan {
	uint64_t last[PLACES]; /* by hash: the connection seen there last */
	unsigned long connections, records;
};

static void look_up(struct scan *scan, const struct iphdr *ip, const struct tcphdr *tcp)
{
	uint64_t key = ((uint64_t)(ip->saddr ^ ip->daddr) << 16) ^ (tcp->source ^ tcp->dest);
	uint64_t *place = &scan->last[key * 0x9e3779b97f4a7c15ULL >> 46];

	if (tcp->syn && !tcp->ack)
		scan->connections++;
	*place = key;
}

/* Those whose headers lie in this packet, from its beginning on. */
static unsigned records_of(const uint8_t *p, size_t n)
{
	unsigned records = 0;

	for (size_t at = 0; at + 5 <= n; records++) {
		if (p[at] < 20 || p[at] > 23 || p[at + 1] != 3)
			break;
		at += 5U + (size_t)(p[at + 3] << 8 | p[at + 4]);
	}
	return records;
}

static void scan_packet(struct scan *scan, const uint8_t *p, size_t n)
{
	struct iphdr ip;
	struct tcphdr tcp;
	size_t offset;

	if (n < HEADERS_LEN)
		return;
	memcpy(&ip, p + sizeof(struct ether_header), sizeof(ip));
	memcpy(&tcp, p + sizeof(struct ether_header) + sizeof(ip), sizeof(tcp));
	if (ip.version != 4 || ip.protocol != IPPROTO_TCP)
		return;
	look_up(scan, &ip, &tcp);
	offset = sizeof(struct ether_header) + sizeof(ip) + tcp.doff * 4U;
	if (offset < n)
		scan->records += records_of(p + offset, n - offset);
}

static void scan_file(struct scan *scan, const uint8_t *p, size_t n)
{
	struct record_header header;
	uint32_t magic = 0;

	if (n >= FILE_HEADER_LEN)
		memcpy(&magic, p, sizeof(magic));
	if (magic != MAGIC_US && magic != MAGIC_NS)
		errx(1, "not a pcap file of this machine");
	for (size_t at = FILE_HEADER_LEN; at + sizeof(header) <= n; at += header.captured) {
		memcpy(&header, p + at, sizeof(header));
		at += sizeof(header);
		if (header.captured > n - at)
			errx(1, "the file ends inside a packet");
		scan_packet(scan, p + at, header.captured);
	}
}

int main(int argc, char **argv)
{
	static struct scan scan;
	struct stat stat;
	void *mapped;
	int fd;

	if (argc != 2)
		errx(2, "use: scan FILE");
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &stat))
		err(1, "%s", argv[1]);
	mapped = mmap(NULL, (size_t)stat.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (mapped == MAP_FAILED)
		err(1, "%s", argv[1]);
	madvise(mapped, (size_t)stat.st_size, MADV_SEQUENTIAL);
	scan_file(&scan, mapped, (size_t)stat.st_size);
	printf("connections %lu records %lu\n", scan.connections, scan.records);
	return 0;
}
