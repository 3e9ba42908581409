/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What single steps of an event cost in the kernel, by test runs:
 *   price [-r ROUNDS]
 * Lines on standard output: step, ns net of the empty program. In short batches that take turns
 * with the empty program; of each the fastest counts. The ring is emptied after each.
 */
#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/programs.h"

#define FLOWS 1024
#define BATCHES 20
#define REPEAT 20000 /* events of 152 bytes: the ring holds twice as many */
#define PACKET 1514

static const struct step {
	enum program program;
	const char *name;
} steps[] = {
	{ PRICE_CALL, "call" },
	{ PRICE_KTIME, "ktime" },
	{ PRICE_LOAD, "load" },
	{ PRICE_OUTPUT, "output" },
};

#define STEPS (sizeof(steps) / sizeof(steps[0]))

static double batch(struct programs *programs, enum program which)
{
	static const uint8_t packet[PACKET];
	double ns = (double)programs_run(programs, which, (struct packet_bytes){ packet, PACKET },
					 REPEAT) /
		    REPEAT;

	programs_drain(programs);
	return ns;
}

static void run_round(struct programs *programs)
{
	double fastest[PROGRAMS] = { 0 };

	for (int i = 0; i < BATCHES; i++)
		for (enum program which = EMPTY; which < PROGRAMS; which++) {
			double ns;

			if (which == SHAKETAP || which == FLOOR || which == FOLLOWER)
				continue;
			ns = batch(programs, which);
			if (fastest[which] == 0 || ns < fastest[which])
				fastest[which] = ns;
		}
	for (size_t i = 0; i < STEPS; i++)
		printf("%s\t%.2f\n", steps[i].name, fastest[steps[i].program] - fastest[EMPTY]);
}

int main(int argc, char **argv)
{
	static struct programs programs;
	int rounds = 5, option;

	while ((option = getopt(argc, argv, "r:")) != -1) {
		if (option != 'r')
			errx(2, "use: price [-r ROUNDS]");
		rounds = atoi(optarg);
	}
	programs_open(&programs, FLOWS);
	for (int round = 0; round < rounds; round++)
		run_round(&programs);
	if (programs.taken[FLOOR].events != (uint64_t)rounds * BATCHES * REPEAT)
		errx(1, "the ring held %llu events",
		     (unsigned long long)programs.taken[FLOOR].events);
	programs_close(&programs);
	return 0;
}
