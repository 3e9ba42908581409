/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The least conceivable observer:
 *   drain [-f] DEVICE SCRIPT
 * Attaches the floor program (-f: the follower) to both hooks of the device, with a plan for this
 * script, or for any traffic where it is "all"; says "observing". Every 100 ms it takes the events,
 * touching each byte once, until standard input ends. Then says how many there were, and how many
 * one connection should have made.
 */
#include <err.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bench/hooks.h"
#include "bench/plan.h"
#include "load/scripts.h"

#define FLOWS 1024
#define DRAIN_MS 100

struct drained {
	uint64_t events, sum;
};

static int on_event(void *ctx, void *data, size_t size)
{
	struct drained *drained = ctx;
	const uint8_t *byte = data;

	for (size_t i = 0; i < size; i++)
		drained->sum += byte[i];
	drained->events++;
	return 0;
}

static void drain(struct ring_buffer *ring)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };

	while (poll(&input, 1, DRAIN_MS) == 0)
		if (ring_buffer__consume(ring) < 0)
			errx(1, "cannot drain the ring");
	ring_buffer__consume(ring);
}

static _Noreturn void usage(void)
{
	errx(2, "use: drain [-f] DEVICE SCRIPT");
}

int main(int argc, char **argv)
{
	const struct script_options script = { .port = FLOOR_SERVER_PORT, .segment = 1448 };
	static struct programs programs;
	static struct template template;
	struct drained drained = { 0 };
	enum program which = FLOOR;
	struct floor_bpf *floor;
	struct ring_buffer *ring;
	unsigned each;
	bool all;

	if (argc == 4 && !strcmp(argv[1], "-f")) {
		which = FOLLOWER;
		argv++;
	} else if (argc != 3) {
		usage();
	}
	all = !strcmp(argv[2], "all");
	if (!all && !script_write(&template, argv[2], &script))
		usage();
	programs_open(&programs, FLOWS);
	each = all ? plan_all(&programs) : plan_learn(&programs, &template, 1);
	floor = which == FLOOR ? programs.floor : programs.follower;
	ring = ring_buffer__new(bpf_map__fd(floor->maps.ring), on_event, &drained, NULL);
	if (!ring)
		err(1, "cannot map the ring");
	hooks_attach(programs.fd[which], argv[1]);
	fputs("observing\n", stderr);
	drain(ring);
	fprintf(stderr, "events %llu each %u sum %llu\n", (unsigned long long)drained.events, each,
		(unsigned long long)drained.sum);
	ring_buffer__free(ring);
	programs_close(&programs);
	template_free(&template);
	return 0;
}
