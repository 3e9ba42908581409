/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The least conceivable observer:
 *   drain [-f] [-w SIZE] DEVICE SCRIPT
 * Attaches the floor program (-f: the follower) to both hooks of the device, with a plan for this
 * script, or for any traffic where it is "all"; says "observing". Every 100 ms it takes the events,
 * touching each byte once, until standard input ends. Then says how many there were, and how many
 * one connection should have made. With -w it copies a ready record of SIZE bytes for each
 * connection and writes them to standard output, as many at once as the daemon does.
 */
#include <err.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bench/hooks.h"
#include "bench/plan.h"
#include "load/scripts.h"

#define FLOWS 1024
#define DRAIN_MS 100

/* Events between two writes: KERNEL_DRAIN_MAX in daemon/capture/kernel.h. */
#define EVENTS_AT_ONCE 1024

struct drained {
	uint64_t events, sum;
	unsigned each;	  /* events that a connection makes */
	size_t size;	  /* of a record; 0: none are written */
	uint8_t *record;  /* a ready one */
	uint8_t *records; /* EVENTS_AT_ONCE of them at most */
	size_t n;	  /* bytes of those */
	unsigned behind;  /* events since they were written */
};

static void write_records(struct drained *drained)
{
	ssize_t written;

	for (size_t at = 0; at < drained->n; at += (size_t)written) {
		written = write(STDOUT_FILENO, drained->records + at, drained->n - at);
		if (written < 0)
			err(1, "cannot write");
	}
	drained->n = 0;
	drained->behind = 0;
}

static int on_event(void *ctx, void *data, size_t size)
{
	struct drained *drained = ctx;
	const uint8_t *byte = data;

	for (size_t i = 0; i < size; i++)
		drained->sum += byte[i];
	drained->events++;
	if (!drained->size)
		return 0;
	if (drained->events % drained->each == 0) {
		memcpy(drained->records + drained->n, drained->record, drained->size);
		drained->n += drained->size;
	}
	if (++drained->behind == EVENTS_AT_ONCE)
		write_records(drained);
	return 0;
}

static void drain(struct ring_buffer *ring, struct drained *drained)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	int waiting;

	do {
		waiting = poll(&input, 1, DRAIN_MS);
		if (ring_buffer__consume(ring) < 0)
			errx(1, "cannot drain the ring");
		write_records(drained);
	} while (waiting == 0);
}

static void prepare_records(struct drained *drained, size_t size)
{
	drained->size = size;
	drained->record = malloc(size);
	drained->records = malloc(EVENTS_AT_ONCE * size);
	if (!drained->record || !drained->records)
		errx(1, "memory is out");
	memset(drained->record, '.', size);
}

static _Noreturn void usage(void)
{
	errx(2, "use: drain [-f] [-w SIZE] DEVICE SCRIPT");
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
	const char *device, *name;
	int option;
	bool all;

	while ((option = getopt(argc, argv, "fw:")) != -1) {
		if (option == 'f')
			which = FOLLOWER;
		else if (option == 'w' && atoi(optarg) > 0)
			prepare_records(&drained, (size_t)atoi(optarg));
		else
			usage();
	}
	if (argc != optind + 2)
		usage();
	device = argv[optind];
	name = argv[optind + 1];
	all = !strcmp(name, "all");
	if (all && drained.size) /* how many events a connection makes is not known then */
		usage();
	if (!all && !script_write(&template, name, &script))
		usage();
	programs_open(&programs, FLOWS);
	drained.each = all ? plan_all(&programs) : plan_learn(&programs, &template, 1);
	floor = which == FLOOR ? programs.floor : programs.follower;
	ring = ring_buffer__new(bpf_map__fd(floor->maps.ring), on_event, &drained, NULL);
	if (!ring)
		err(1, "cannot map the ring");
	hooks_attach(programs.fd[which], device);
	fputs("observing\n", stderr);
	drain(ring, &drained);
	fprintf(stderr, "events %llu each %u sum %llu\n", (unsigned long long)drained.events,
		drained.each, (unsigned long long)drained.sum);
	ring_buffer__free(ring);
	free(drained.record);
	free(drained.records);
	programs_close(&programs);
	template_free(&template);
	return 0;
}
