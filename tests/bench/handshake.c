/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a handshake costs in the kernel, packet by packet, by test runs in order:
 *   handshake [-r ROUNDS] [-n COUNT] SCRIPT
 * COUNT connections of the script (see load/scripts.c), one after another, once through each
 * program (the empty one, shaketap's, the floor, the follower); ns by the kernel's own count
 * (bpf_stats), whose clock takes its part in both. Lines on standard output: program, number of the
 * packet in its connection, its bytes, ns on the average.
 */
#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "bench/plan.h"
#include "bench/programs.h"
#include "load/scripts.h"
#include "pcap/copies.h"

#define FIRST_ADDRESS 0x0a000000U /* 10.0.0.0 */
#define ADDRESS_BITS 20
#define RATE 100 /* per second of the template's clock: none begins before the last is over */
#define PACKETS_MAX 64
#define FLOWS 65536

static const char *const program_names[COMPARED] = { "empty", "shaketap", "floor", "follower" };

struct bench {
	struct programs programs;
	struct template template;
	uint64_t first; /* connections that have been sent */
	uint32_t bytes[PACKETS_MAX];
	uint64_t spent[PACKETS_MAX];
	uint8_t frame[COPIES_FRAME_MAX];
};

static void run_connections(struct bench *bench, enum program which, uint64_t count)
{
	const struct copies_config config = { .template = &bench->template,
					      .first = bench->first + 1,
					      .count = count,
					      .rate = RATE,
					      .first_address = FIRST_ADDRESS,
					      .address_bits = ADDRESS_BITS };
	struct copies *copies = copies_new(&config);
	size_t each = bench->template.connections[0].count, at = 0;
	uint64_t before = programs_spent(&bench->programs, which), now;
	uint32_t length;

	while ((length = copies_next(copies, bench->frame))) {
		programs_run(&bench->programs, which, (struct packet_bytes){ bench->frame, length },
			     1);
		now = programs_spent(&bench->programs, which);
		bench->spent[at] += now - before;
		bench->bytes[at] = length;
		before = now;
		if (++at == each) {
			programs_drain(&bench->programs);
			at = 0;
		}
	}
	copies_free(copies);
	bench->first += count;
}

static void run_round(struct bench *bench, enum program which, uint64_t count)
{
	size_t each = bench->template.connections[0].count;

	for (size_t i = 0; i < each; i++)
		bench->spent[i] = 0;
	run_connections(bench, which, count);
	for (size_t i = 0; i < each; i++)
		printf("%s\t%zu\t%u\t%.1f\n", program_names[which], i + 1, bench->bytes[i],
		       (double)bench->spent[i] / (double)count);
}

static _Noreturn void usage(void)
{
	errx(2, "use: handshake [-r ROUNDS] [-n COUNT] SCRIPT");
}

int main(int argc, char **argv)
{
	static struct bench bench;
	const struct script_options script = { .port = 443, .segment = 1448 };
	struct taken learned[COMPARED];
	int rounds = 7, count = 2000, option;

	while ((option = getopt(argc, argv, "r:n:")) != -1) {
		if (option == 'r')
			rounds = atoi(optarg);
		else if (option == 'n')
			count = atoi(optarg);
		else
			usage();
	}
	if (argc - optind != 1 || rounds < 1 || count < 1)
		usage();
	if (!script_write(&bench.template, argv[optind], &script) ||
	    bench.template.connections[0].count > PACKETS_MAX)
		usage();
	programs_open(&bench.programs, FLOWS);
	plan_learn(&bench.programs, &bench.template, 1);
	memcpy(learned, bench.programs.taken, sizeof(learned));
	if (bpf_enable_stats(BPF_STATS_RUN_TIME) < 0)
		err(1, "cannot turn on bpf_stats");
	for (int round = 0; round < rounds; round++)
		for (enum program which = EMPTY; which < COMPARED; which++)
			run_round(&bench, which, (uint64_t)count);
	for (enum program which = SHAKETAP; which < COMPARED; which++)
		printf("events\t%s\t%.3f\n", program_names[which],
		       (double)(bench.programs.taken[which].events - learned[which].events) /
			       rounds / count);
	programs_close(&bench.programs);
	template_free(&bench.template);
	return 0;
}
