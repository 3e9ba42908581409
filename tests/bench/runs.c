/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one packet costs in the kernel, by test runs:
 *   runs [-r ROUNDS] [-n REPEAT] FLOWS open|over
 * The flows are known before (see known.h) and are none of those that the packets belong to.
 * Lines on standard output, one per measurement: what is sent, how, through which program, ns.
 *   hot   a packet again and again, REPEAT times in all; processor time of this thread
 *   each  every packet is of another flow and comes once; the kernel's own count (bpf_stats),
 *         whose clock takes its part, in both programs
 */
#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "bench/known.h"
#include "bpf/packets.h"
#include "tls_wire.h"

enum { UDP = 17, ETHERTYPE_ARP = 0x0806 };

#define SEGMENT 1448
#define TIMESTAMPS 12 /* bytes of TCP options, as Linux sends them */
#define HELLO 512
#define FIRST_PORT 10000
/* So many flows are looked at in turn where the state of their gates tells. */
#define FLOWS_HOT 64
#define FLOWS_EACH 4096
#define PACKET_MAX 2048

enum payload { NOTHING, MID_RECORD, RECORD_START, CLIENT_HELLO };

struct kind {
	const char *name;
	struct frame frame;
	enum payload payload;
};

static const struct kind kinds[] = {
	{ "udp", { .protocol = UDP }, MID_RECORD },
	{ "udp6", { .protocol = UDP, .ip6 = true }, MID_RECORD },
	{ "arp", { .ethertype = ETHERTYPE_ARP }, NOTHING },
	{ "ack", { 0 }, NOTHING },
	{ "ack6", { .ip6 = true }, NOTHING },
	{ "bulk", { 0 }, MID_RECORD },
	{ "bulk6", { .ip6 = true }, MID_RECORD },
	{ "bulk-vlan", { .vlans = 1, .vlan = { 7 } }, MID_RECORD },
	{ "record", { 0 }, RECORD_START },
	{ "record6", { .ip6 = true }, RECORD_START },
	{ "record-vlan", { .vlans = 1, .vlan = { 7 } }, RECORD_START },
	/* The last: they leave flows behind. */
	{ "hello", { 0 }, CLIENT_HELLO },
	{ "hello6", { .ip6 = true }, CLIENT_HELLO },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

struct bench {
	struct programs programs;
	int rounds, repeat;
	uint8_t payload[SEGMENT + 16];
	uint8_t bytes[FLOWS_EACH][PACKET_MAX];
	struct packet_bytes packets[FLOWS_EACH];
	unsigned count;
};

static size_t put_payload(struct bench *bench, enum payload payload)
{
	switch (payload) {
	case MID_RECORD:
		memset(bench->payload, SEALED_BYTE, SEGMENT);
		return SEGMENT;
	case RECORD_START:
		tls_sealed(bench->payload, TLS_RECORD_APPLICATION_DATA, SEGMENT - 5);
		return SEGMENT;
	case CLIENT_HELLO:
		return tls_hello(bench->payload, TLS_HANDSHAKE_CLIENT_HELLO, HELLO);
	default:
		return 0;
	}
}

/* The same packet of `count` flows. */
static void prepare(struct bench *bench, const struct kind *kind, unsigned count)
{
	struct frame frame = kind->frame;

	frame.tcp_options = TIMESTAMPS;
	frame.n = put_payload(bench, kind->payload);
	frame.payload = bench->payload;
	for (unsigned i = 0; i < count; i++) {
		frame.client_port = (uint16_t)(FIRST_PORT + i);
		bench->packets[i].p = bench->bytes[i];
		bench->packets[i].n = (uint32_t)frame_build(&frame, bench->bytes[i]);
	}
	bench->count = count;
}

static void tell(const struct kind *kind, const char *how, enum program which, double ns)
{
	printf("%s\t%s\t%s\t%.2f\n", kind->name, how, program_names[which], ns);
}

static void run_hot(struct bench *bench, const struct kind *kind, enum program which)
{
	int each = bench->repeat / (int)bench->count;
	uint64_t spent = 0;

	for (unsigned i = 0; i < bench->count; i++)
		spent += programs_run(&bench->programs, which, bench->packets[i], each);
	tell(kind, "hot", which, (double)spent / each / bench->count);
}

static void run_each(struct bench *bench, const struct kind *kind, enum program which)
{
	uint64_t before = programs_spent(&bench->programs, which);

	for (unsigned i = 0; i < bench->count; i++)
		programs_run(&bench->programs, which, bench->packets[i], 1);
	tell(kind, "each", which,
	     (double)(programs_spent(&bench->programs, which) - before) / bench->count);
}

/* A hello makes a flow, whose gate would be open for the packets that come behind. */
static unsigned flows_hot(const struct kind *kind)
{
	return kind->payload == MID_RECORD || kind->payload == RECORD_START ? FLOWS_HOT : 1;
}

static void measure(struct bench *bench, const struct kind *kind)
{
	int stats;

	known_refresh(&bench->programs);
	prepare(bench, kind, flows_hot(kind));
	for (enum program which = EMPTY; which < PROGRAMS; which++)
		run_hot(bench, kind, which);
	programs_drain(&bench->programs);
	if (kind->payload == CLIENT_HELLO)
		return;
	prepare(bench, kind, FLOWS_EACH);
	stats = bpf_enable_stats(BPF_STATS_RUN_TIME);
	if (stats < 0)
		err(1, "cannot turn on bpf_stats");
	for (enum program which = EMPTY; which < PROGRAMS; which++)
		run_each(bench, kind, which);
	close(stats);
}

static _Noreturn void usage(void)
{
	errx(2, "use: runs [-r ROUNDS] [-n REPEAT] FLOWS open|over");
}

int main(int argc, char **argv)
{
	static struct bench bench = { .rounds = 7, .repeat = 1000000 };
	uint32_t flows;
	int option;

	while ((option = getopt(argc, argv, "r:n:")) != -1) {
		if (option == 'r')
			bench.rounds = atoi(optarg);
		else if (option == 'n')
			bench.repeat = atoi(optarg);
		else
			usage();
	}
	if (argc - optind != 2 || bench.rounds < 1 || bench.repeat < FLOWS_HOT)
		usage();
	flows = (uint32_t)strtoul(argv[optind], NULL, 10);
	programs_open(&bench.programs, flows);
	known_fill(&bench.programs, flows, !strcmp(argv[optind + 1], "open"));
	printf("gates-open\tpercent\t-\t%.1f\n", known_gates_open(&bench.programs));
	for (int round = 0; round < bench.rounds; round++)
		for (size_t i = 0; i < KINDS; i++)
			measure(&bench, &kinds[i]);
	if (programs_count(&bench.programs, ST_COUNT_EVENTS) == 0)
		errx(1, "the programs saw no hello");
	programs_close(&bench.programs);
	return 0;
}
