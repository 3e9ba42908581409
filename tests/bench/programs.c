/* SPDX-License-Identifier: BSD-2-Clause */
#include "programs.h"

#include <err.h>
#include <errno.h>
#include <sys/resource.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#define SERVER_PORT 443

static int on_event(void *ctx, void *data, size_t size)
{
	struct taken *taken = ctx;

	(void)data;
	taken->events++;
	taken->payload += size - sizeof(struct st_event);
	return 0;
}

static void open_floor(struct programs *programs)
{
	struct floor_bpf *floor = floor_bpf__open_and_load();

	programs->floor = floor;
	programs->follower = floor_bpf__open_and_load();
	programs->empty = empty_bpf__open_and_load();
	if (!floor || !programs->follower || !programs->empty)
		err(1, "cannot load the programs to compare with");
	programs->fd[EMPTY] = bpf_program__fd(programs->empty->progs.empty);
	programs->fd[FLOOR] = bpf_program__fd(floor->progs.floor_of);
	programs->fd[FOLLOWER] = bpf_program__fd(programs->follower->progs.follower_of);
	programs->fd[PRICE_CALL] = bpf_program__fd(floor->progs.price_call);
	programs->fd[PRICE_KTIME] = bpf_program__fd(floor->progs.price_ktime);
	programs->fd[PRICE_LOAD] = bpf_program__fd(floor->progs.price_load);
	programs->fd[PRICE_OUTPUT] = bpf_program__fd(floor->progs.price_output);
}

static void open_rings(struct programs *programs)
{
	struct taken *taken = programs->taken;

	programs->ring = ring_buffer__new(bpf_map__fd(programs->skel->maps.events), on_event,
					  &taken[SHAKETAP], NULL);
	if (!programs->ring ||
	    ring_buffer__add(programs->ring, bpf_map__fd(programs->floor->maps.ring), on_event,
			     &taken[FLOOR]) ||
	    ring_buffer__add(programs->ring, bpf_map__fd(programs->follower->maps.ring), on_event,
			     &taken[FOLLOWER]))
		err(1, "cannot map the rings");
}

void programs_open(struct programs *programs, uint32_t flows)
{
	const struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	struct shaketap_bpf *skel = shaketap_bpf__open();
	struct st_bpf_config *config;

	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	if (!skel)
		err(1, "cannot open the programs");
	config = (struct st_bpf_config *)&skel->rodata->config;
	config->tls_ports[SERVER_PORT / 64] |= 1ULL << SERVER_PORT % 64;
	programs->tables.bucket_count = config->buckets = st_buckets(flows);
	programs->tables.syn_count = config->syns;
	for (int i = 0; i < ST_SEEDS; i++)
		programs->tables.seed[i] = config->seed[i];
	bpf_map__set_max_entries(skel->maps.buckets, config->buckets);
	bpf_map__set_max_entries(skel->maps.flows, config->buckets * ST_WAYS);
	programs->skel = skel;
	if (shaketap_bpf__load(skel))
		err(1, "cannot load the programs");
	programs->fd[SHAKETAP] = bpf_program__fd(skel->progs.ingress_ethernet);
	open_floor(programs);
	open_rings(programs);
	if (tables_map(&programs->tables, bpf_map__fd(skel->maps.buckets),
		       bpf_map__fd(skel->maps.flows), bpf_map__fd(skel->maps.syns)))
		err(1, "cannot map what the programs share");
}

void programs_close(struct programs *programs)
{
	tables_unmap(&programs->tables);
	ring_buffer__free(programs->ring);
	empty_bpf__destroy(programs->empty);
	floor_bpf__destroy(programs->floor);
	floor_bpf__destroy(programs->follower);
	shaketap_bpf__destroy(programs->skel);
}

static uint64_t thread_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000ULL + (uint64_t)t.tv_nsec;
}

uint64_t programs_run(const struct programs *programs, enum program which,
		      struct packet_bytes packet, int repeat)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet.p, .data_size_in = packet.n,
		    .repeat = repeat);
	uint64_t before = thread_ns();
	int failed = bpf_prog_test_run_opts(programs->fd[which], &opts);

	if (failed) {
		errno = -failed;
		err(1, "cannot run a packet of %u bytes", packet.n);
	}
	if ((int)opts.retval != -1)
		errx(1, "a program decided about a packet");
	return thread_ns() - before;
}

uint64_t programs_spent(const struct programs *programs, enum program which)
{
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof(info);

	if (bpf_obj_get_info_by_fd(programs->fd[which], &info, &size))
		err(1, "cannot ask about a program");
	return info.run_time_ns;
}

void programs_drain(struct programs *programs)
{
	if (ring_buffer__consume(programs->ring) < 0)
		errx(1, "cannot drain the ring");
}

uint64_t programs_count(const struct programs *programs, enum st_count what)
{
	int cpus = libbpf_num_possible_cpus();
	uint64_t value[cpus > 0 ? cpus : 1], sum = 0;
	uint32_t key = what;

	if (cpus < 1 || bpf_map_lookup_elem(bpf_map__fd(programs->skel->maps.counts), &key, value))
		err(1, "cannot read a counter");
	for (int cpu = 0; cpu < cpus; cpu++)
		sum += value[cpu];
	return sum;
}
