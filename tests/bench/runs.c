/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one packet costs in the kernel, by test runs:
 *   runs [-r ROUNDS] [-n REPEAT] FLOWS:open|FLOWS:over...
 * So many flows are known before (see known.h); they are none of those that the packets belong
 * to. Each set of them has programs and tables of its own, and the sets take turns. Lines on
 * standard output, one per measurement: what is sent, how, which set (or "empty", or "floor"), ns.
 *   hot   a packet again and again, REPEAT times in all; processor time of this thread. In short
 *         batches, one program after the other, in several passes of a round: of each flow the
 *         fastest batch counts, since what is else on the machine only ever makes one slower
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
/* A hello leaves an open flow behind, which none of the others may belong to in the next pass. */
#define HELLO_PORT 9999
/* So many flows are looked at in turn where the state of their tags tells. */
#define FLOWS_HOT 64
#define FLOWS_EACH 4096
#define PACKET_MAX 2048
#define SETS_MAX 8
/* Of the hot figures, in a round: seconds lie between the first and the last. */
#define PASSES 8

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
	{ "hello", { 0 }, CLIENT_HELLO },
	{ "hello6", { .ip6 = true }, CLIENT_HELLO },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* Programs with the flows that they know. */
struct set {
	struct programs programs;
	const char *name;
};

/* A program that takes its turn: the empty one, the floor, ours with each set. */
struct runner {
	const char *name;
	struct programs *programs;
	enum program which;
};

#define RUNNERS_MAX (2 + SETS_MAX)

/* ns of the fastest batch of each flow. */
struct fastest {
	double ns[RUNNERS_MAX][FLOWS_HOT];
};

struct bench {
	struct set sets[SETS_MAX];
	struct fastest fastest[KINDS];
	int set_count;
	struct runner runners[RUNNERS_MAX];
	int runner_count;
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
		frame.client_port =
			kind->payload == CLIENT_HELLO ? HELLO_PORT : (uint16_t)(FIRST_PORT + i);
		bench->packets[i].p = bench->bytes[i];
		bench->packets[i].n = (uint32_t)frame_build(&frame, bench->bytes[i]);
	}
	bench->count = count;
}

static void tell(const struct kind *kind, const char *how, const struct runner *runner, double ns)
{
	printf("%s\t%s\t%s\t%.2f\n", kind->name, how, runner->name, ns);
}

static void run_batch(const struct bench *bench, const struct runner *runner, unsigned flow,
		      double *fastest)
{
	int each = bench->repeat / (int)bench->count / PASSES;
	double ns =
		(double)programs_run(runner->programs, runner->which, bench->packets[flow], each) /
		each;

	if (*fastest == 0 || ns < *fastest)
		*fastest = ns;
}

/* One pass: the programs take turns with each flow. */
static void run_hot(struct bench *bench, struct fastest *fastest)
{
	for (unsigned flow = 0; flow < bench->count; flow++)
		for (int i = 0; i < bench->runner_count; i++)
			run_batch(bench, &bench->runners[i], flow, &fastest->ns[i][flow]);
	for (int i = 0; i < bench->set_count; i++)
		programs_drain(&bench->sets[i].programs);
}

static void tell_hot(const struct bench *bench, const struct kind *kind,
		     const struct fastest *fastest, unsigned flows)
{
	for (int i = 0; i < bench->runner_count; i++) {
		double sum = 0;

		for (unsigned flow = 0; flow < flows; flow++)
			sum += fastest->ns[i][flow];
		tell(kind, "hot", &bench->runners[i], sum / flows);
	}
}

static void run_each(const struct bench *bench, const struct kind *kind,
		     const struct runner *runner)
{
	uint64_t before = programs_spent(runner->programs, runner->which);

	for (unsigned i = 0; i < bench->count; i++)
		programs_run(runner->programs, runner->which, bench->packets[i], 1);
	tell(kind, "each", runner,
	     (double)(programs_spent(runner->programs, runner->which) - before) / bench->count);
}

/* Sent again: all of a hello but the first is of a flow that is known. */
static unsigned flows_hot(const struct kind *kind)
{
	return kind->payload == MID_RECORD || kind->payload == RECORD_START ? FLOWS_HOT : 1;
}

static void measure_hot(struct bench *bench)
{
	memset(bench->fastest, 0, sizeof(bench->fastest));
	for (int pass = 0; pass < PASSES; pass++)
		for (size_t i = 0; i < KINDS; i++) {
			prepare(bench, &kinds[i], flows_hot(&kinds[i]));
			run_hot(bench, &bench->fastest[i]);
		}
	for (size_t i = 0; i < KINDS; i++)
		tell_hot(bench, &kinds[i], &bench->fastest[i], flows_hot(&kinds[i]));
}

static void measure_each(struct bench *bench, const struct kind *kind)
{
	int stats;

	if (kind->payload == CLIENT_HELLO)
		return;
	prepare(bench, kind, FLOWS_EACH);
	stats = bpf_enable_stats(BPF_STATS_RUN_TIME);
	if (stats < 0)
		err(1, "cannot turn on bpf_stats");
	for (int i = 0; i < bench->runner_count; i++)
		run_each(bench, kind, &bench->runners[i]);
	close(stats);
}

static _Noreturn void usage(void)
{
	errx(2, "use: runs [-r ROUNDS] [-n REPEAT] FLOWS:open|FLOWS:over...");
}

static void open_set(struct set *set, const char *name)
{
	char *state;
	uint32_t flows = (uint32_t)strtoul(name, &state, 10);

	if (strcmp(state, ":open") && strcmp(state, ":over"))
		usage();
	set->name = name;
	programs_open(&set->programs, flows);
	known_fill(&set->programs, flows, !strcmp(state, ":open"));
	printf("gates-open\tpercent\t%s\t%.1f\n", name, known_tags_open(&set->programs));
}

/* The empty program and the floor, which know no flows, are those of the first set. */
static void line_up(struct bench *bench)
{
	struct programs *first = &bench->sets[0].programs;
	int n = 0;

	bench->runners[n++] = (struct runner){ "empty", first, EMPTY };
	bench->runners[n++] = (struct runner){ "floor", first, FLOOR };
	for (int i = 0; i < bench->set_count; i++)
		bench->runners[n++] =
			(struct runner){ bench->sets[i].name, &bench->sets[i].programs, SHAKETAP };
	bench->runner_count = n;
}

static void close_set(struct set *set)
{
	if (programs_count(&set->programs, ST_COUNT_EVENTS) == 0)
		errx(1, "the programs saw no hello");
	programs_close(&set->programs);
}

int main(int argc, char **argv)
{
	static struct bench bench = { .rounds = 7, .repeat = 1000000 };
	int option;

	while ((option = getopt(argc, argv, "r:n:")) != -1) {
		if (option == 'r')
			bench.rounds = atoi(optarg);
		else if (option == 'n')
			bench.repeat = atoi(optarg);
		else
			usage();
	}
	if (optind == argc || argc - optind > SETS_MAX || bench.rounds < 1 ||
	    bench.repeat < FLOWS_HOT * PASSES)
		usage();
	for (; optind < argc; optind++)
		open_set(&bench.sets[bench.set_count++], argv[optind]);
	line_up(&bench);
	for (int round = 0; round < bench.rounds; round++) {
		measure_hot(&bench);
		for (size_t i = 0; i < KINDS; i++)
			measure_each(&bench, &kinds[i]);
	}
	for (int i = 0; i < bench.set_count; i++)
		close_set(&bench.sets[i]);
	return 0;
}
