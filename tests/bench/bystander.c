/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An observer that does nothing, for comparison:
 *   bystander [-s] [DEVICE...]
 * Attaches the empty program to both hooks of each device (TCX) and turns on bpf_stats (-s). Says
 * "ready", and holds all that until standard input ends. bpf_stats go off with it.
 */
#include <err.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bench/empty.skel.h"
#include "bench/hooks.h"

int main(int argc, char **argv)
{
	struct empty_bpf *skel = NULL;
	bool stats = false;
	char byte;
	int option;

	while ((option = getopt(argc, argv, "s")) != -1) {
		if (option != 's')
			errx(2, "use: bystander [-s] [DEVICE...]");
		stats = true;
	}
	if (stats && bpf_enable_stats(BPF_STATS_RUN_TIME) < 0)
		err(1, "cannot turn on bpf_stats");
	if (optind < argc) {
		skel = empty_bpf__open_and_load();
		if (!skel)
			err(1, "cannot load the program");
	}
	for (; optind < argc; optind++)
		hooks_attach(bpf_program__fd(skel->progs.empty), argv[optind]);
	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	empty_bpf__destroy(skel);
	return 0;
}
