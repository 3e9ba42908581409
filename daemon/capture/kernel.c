/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/kernel.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "capture/needs.h"
#include "capture/tables.h"
#include "shaketap_config.h"

#include "shaketap.skel.h" /* uses the config */

/* SYNs that wait for their ClientHello; a fraction of the handshakes that can be open. */
#define SYNS_PER_FLOW 4
#define SYNS_MIN 4096
/* What this part of the ring's size holds is worth waking for. */
#define WAKEUP_SHARE 8
#define CACHE_LINE 64

struct kernel {
	struct shaketap_bpf *skel;
	bool direct; /* which of the two of each program is loaded, see bpf/direct.bpf.h */
	struct ring_buffer *ring;
	struct kernel_ops ops;
	struct tables tables; /* shared with the programs */
	int counts;
	int cpus;
	int drained;	   /* events handed out by the drain at hand */
	uint64_t *per_cpu; /* room for one value of a per-CPU map */
};

static bool pieces_add_up(const struct st_event *event)
{
	unsigned sum = 0;

	if (event->pieces > ST_PIECES_MAX)
		return false;
	for (unsigned i = 0; i < event->pieces; i++)
		sum += event->piece[i].len;
	return !event->pieces || sum == event->len;
}

/*
 * The next event is behind this one, written by another processor: fetch its header while this
 * one is worked on. What is there need not be an event yet, and the ring is mapped twice.
 */
static void expect_next(const void *data, size_t size)
{
	const char *next = (const char *)data + size;

	for (size_t at = 0; at < sizeof(struct st_event) + CACHE_LINE; at += CACHE_LINE)
		__builtin_prefetch(next + at);
}

static int on_sample(void *ctx, void *data, size_t size)
{
	struct kernel *kernel = ctx;
	const struct st_event *event = data;

	if (size < sizeof(*event) || size - sizeof(*event) < event->len || !pieces_add_up(event))
		return 0; /* not of our making */
	expect_next(data, size);
	kernel->ops.event(kernel->ops.ctx, event, (const uint8_t *)(event + 1));
	return ++kernel->drained < KERNEL_DRAIN_MAX ? 0 : -EAGAIN; /* the position is kept */
}

/* Before 5.11 maps count against RLIMIT_MEMLOCK; later this changes nothing. */
static void raise_memlock(void)
{
	const struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };

	setrlimit(RLIMIT_MEMLOCK, &unlimited);
}

/* From the 16 random bytes that the kernel gives each program at its start. */
static void seed_otherwise(uint64_t seed[ST_SEEDS])
{
	uint64_t given[2] = { (uint64_t)getpid(), 0 };
	const void *random = (const void *)getauxval(AT_RANDOM);

	if (random)
		memcpy(given, random, sizeof(given));
	for (uint64_t i = 0; i < ST_SEEDS; i++)
		seed[i] = (given[i % 2] + i) * UINT64_C(0x9e3779b97f4a7c15) ^ given[1] >> i;
}

static void plan_tables(struct kernel *kernel, const struct kernel_config *config)
{
	struct tables *tables = &kernel->tables;
	size_t syns = config->max_flows / SYNS_PER_FLOW;

	/* So early in the boot there may be none: then the loader's, which are as good as random.
	 */
	if (getrandom(tables->seed, sizeof(tables->seed), GRND_NONBLOCK) != sizeof(tables->seed))
		seed_otherwise(tables->seed);
	for (unsigned i = 0; i < ST_SEEDS; i++)
		tables->seed[i] |= 1;
	tables->bucket_count = st_buckets((uint32_t)config->max_flows);
	tables->syn_count = (uint32_t)(syns < SYNS_MIN ? SYNS_MIN : syns);
}

static int configure(struct kernel *kernel, const struct kernel_config *config)
{
	struct shaketap_bpf *skel = kernel->skel;
	const struct tables *tables = &kernel->tables;
	int err;

	plan_tables(kernel, config);
	memcpy(skel->rodata->config.tls_ports, config->tls_ports,
	       sizeof(skel->rodata->config.tls_ports));
	memcpy(skel->rodata->config.seed, tables->seed, sizeof(tables->seed));
	skel->rodata->config.wakeup_fill = config->ring_size / WAKEUP_SHARE;
	skel->rodata->config.buckets = tables->bucket_count;
	skel->rodata->config.syns = tables->syn_count;
	skel->rodata->config.no_certificates = config->no_certificates;
	err = bpf_map__set_max_entries(skel->maps.events, (uint32_t)config->ring_size);
	if (!err)
		err = bpf_map__set_max_entries(skel->maps.buckets, tables->bucket_count);
	if (!err)
		err = bpf_map__set_max_entries(skel->maps.flows, tables->bucket_count * ST_WAYS);
	if (!err)
		err = bpf_map__set_max_entries(skel->maps.syns, tables->syn_count);
	return err;
}

/* By [direct][ethernet][hook]. */
static struct bpf_program *program_of(const struct kernel *kernel, bool direct, bool ethernet,
				      enum kernel_hook hook)
{
	const struct shaketap_bpf *skel = kernel->skel;
	struct bpf_program *const programs[2][2][2] = {
		{ { skel->progs.ingress_ip_by_helper, skel->progs.egress_ip_by_helper },
		  { skel->progs.ingress_ethernet_by_helper,
		    skel->progs.egress_ethernet_by_helper } },
		{ { skel->progs.ingress_ip, skel->progs.egress_ip },
		  { skel->progs.ingress_ethernet, skel->progs.egress_ethernet } },
	};

	return programs[direct][ethernet][hook];
}

static void choose_programs(const struct kernel *kernel)
{
	for (int direct = 0; direct < 2; direct++)
		for (int ethernet = 0; ethernet < 2; ethernet++)
			for (int hook = KERNEL_INGRESS; hook <= KERNEL_EGRESS; hook++)
				bpf_program__set_autoload(program_of(kernel, direct, ethernet,
								     hook),
							  direct == kernel->direct);
}

static int load_programs(struct kernel *kernel, const struct kernel_config *config, bool direct)
{
	int err;

	kernel->direct = direct;
	kernel->skel = shaketap_bpf__open();
	if (!kernel->skel)
		return -errno;
	err = configure(kernel, config);
	choose_programs(kernel);
	return err ? err : shaketap_bpf__load(kernel->skel);
}

/*
 * Those that read packets directly, or where the kernel refuses these, whatever its reason, the
 * others. Only what is said of the last try matters to anybody.
 */
static int load_either(struct kernel *kernel, const struct kernel_config *config)
{
	libbpf_print_fn_t print = libbpf_set_print(NULL);
	int err = load_programs(kernel, config, true);

	libbpf_set_print(print);
	if (!err)
		return 0;
	shaketap_bpf__destroy(kernel->skel);
	return load_programs(kernel, config, false);
}

static int load(struct kernel *kernel, const struct kernel_config *config)
{
	int err;

	raise_memlock();
	kernel->cpus = libbpf_num_possible_cpus();
	if (kernel->cpus < 0)
		return kernel->cpus;
	err = load_either(kernel, config);
	if (err)
		return err;
	kernel->counts = bpf_map__fd(kernel->skel->maps.counts);
	err = tables_map(&kernel->tables, bpf_map__fd(kernel->skel->maps.buckets),
			 bpf_map__fd(kernel->skel->maps.flows),
			 bpf_map__fd(kernel->skel->maps.syns));
	if (err)
		return err;
	kernel->ring =
		ring_buffer__new(bpf_map__fd(kernel->skel->maps.events), on_sample, kernel, NULL);
	if (!kernel->ring)
		return -errno;
	kernel->per_cpu = calloc((size_t)kernel->cpus, sizeof(*kernel->per_cpu));
	return kernel->per_cpu ? 0 : -ENOMEM;
}

/* Of what is missing, the first. */
static void explain_permission(char *why, size_t room)
{
	for (enum need need = 0; need < NEEDS; need++)
		if (!need_met(need, why, room))
			return;
	if (!memlock_limits(why, room))
		snprintf(why, room, "no permission; a security module may forbid it");
}

static void explain(int err, char *error, size_t room)
{
	char why[256];

	switch (err) {
	case -EPERM:
		explain_permission(why, sizeof(why));
		break;
	case -ENOMEM:
		snprintf(why, sizeof(why), "not enough memory; lower --ring-buffer or --max-flows");
		break;
	case -EINVAL:
	case -ENOSYS:
		snprintf(why, sizeof(why), "%s; Linux 5.10 or later with BPF is needed",
			 strerror(-err));
		break;
	case -EACCES:
	case -E2BIG:
		snprintf(
			why, sizeof(why),
			"the verifier of this kernel, or a security module, refuses them (-v shows "
			"its words)");
		break;
	case -ENOENT:
		snprintf(why, sizeof(why), "libbpf does not find what it reads: mount /sys");
		break;
	case -EMFILE:
		snprintf(why, sizeof(why),
			 "too many open files: raise the limit (ulimit -n, "
			 "systemd: LimitNOFILE=)");
		break;
	default:
		snprintf(why, sizeof(why), "%s (-v shows more)", strerror(-err));
	}
	snprintf(error, room, "cannot load the kernel programs: %s", why);
}

struct kernel *kernel_open(const struct kernel_config *config, const struct kernel_ops *ops,
			   char *error, size_t room)
{
	struct kernel *kernel = calloc(1, sizeof(*kernel));
	int err;

	if (!kernel) {
		explain(-ENOMEM, error, room);
		return NULL;
	}
	kernel->ops = *ops;
	err = load(kernel, config);
	if (!err)
		return kernel;
	explain(err, error, room);
	kernel_close(kernel);
	return NULL;
}

void kernel_close(struct kernel *kernel)
{
	if (!kernel)
		return;
	ring_buffer__free(kernel->ring);
	tables_unmap(&kernel->tables);
	shaketap_bpf__destroy(kernel->skel);
	free(kernel->per_cpu);
	free(kernel);
}

void kernel_programs(const struct kernel *kernel, bool ethernet, int programs[2])
{
	for (int hook = KERNEL_INGRESS; hook <= KERNEL_EGRESS; hook++)
		programs[hook] =
			bpf_program__fd(program_of(kernel, kernel->direct, ethernet, hook));
}

bool kernel_may_ask(const struct kernel *kernel)
{
	const uint32_t first = 0;

	return !bpf_map_lookup_elem(kernel->counts, &first, kernel->per_cpu) || errno != EPERM;
}

int kernel_fd(const struct kernel *kernel)
{
	return bpf_map__fd(kernel->skel->maps.events);
}

int kernel_drain(struct kernel *kernel)
{
	struct st_control *control = &kernel->skel->bss->control;
	int err;

	__atomic_store_n(&control->urgent, 0, __ATOMIC_SEQ_CST);
	kernel->drained = 0;
	err = ring_buffer__consume(kernel->ring);
	return err < 0 && err != -EAGAIN ? err : kernel->drained;
}

bool kernel_sleep(struct kernel *kernel)
{
	struct st_control *control = &kernel->skel->bss->control;

	__atomic_store_n(&control->asleep, 1, __ATOMIC_SEQ_CST);
	/* An event that came before the store woke nobody: look once more. */
	if (kernel_drain(kernel) == 0)
		return true;
	__atomic_store_n(&control->asleep, 0, __ATOMIC_SEQ_CST);
	return false;
}

void kernel_forget(struct kernel *kernel, const struct st_flow_key *key, uint64_t flow)
{
	struct st_flow *entry = tables_flow(&kernel->tables, key);

	/* Another flow may have the key by now. */
	if (entry && entry->id == flow && !st_flow_over(entry))
		tables_end(&kernel->tables, entry, key, flow);
}

enum kernel_flow kernel_flow_state(struct kernel *kernel, const struct st_flow_key *key,
				   uint64_t flow, uint32_t seen[2])
{
	const struct st_flow *entry = tables_flow(&kernel->tables, key);

	if (!entry || entry->id != flow)
		return KERNEL_FLOW_GONE;
	for (int i = 0; i < 2; i++)
		if (entry->half[i].walk != ST_WALK_NEW)
			seen[i] = entry->half[i].seen;
	return entry->lost ? KERNEL_FLOW_LOST : KERNEL_FLOW_INTACT;
}

bool kernel_syn_unanswered(struct kernel *kernel, const struct st_flow_key *key, uint64_t syn_time)
{
	struct st_syn entry;

	return tables_syn(&kernel->tables, key, &entry) && entry.syn_time == syn_time &&
	       !st_syn_answer_time(&entry);
}

void kernel_counts(struct kernel *kernel, struct kernel_counts *out)
{
	*out = (struct kernel_counts){ 0 };
	for (uint32_t what = 0; what < ST_COUNTS; what++) {
		if (bpf_map_lookup_elem(kernel->counts, &what, kernel->per_cpu))
			continue;
		for (int cpu = 0; cpu < kernel->cpus; cpu++)
			out->value[what] += kernel->per_cpu[cpu];
	}
}

void kernel_take_shown(struct kernel *kernel, struct kernel_shown *out)
{
	uint64_t *from = (uint64_t *)(void *)kernel->skel->bss->shown;
	uint64_t *to = (uint64_t *)(void *)out->mark;

	static_assert(sizeof(kernel->skel->bss->shown) == sizeof(out->mark), "one mark each");
	for (size_t i = 0; i < sizeof(out->mark) / sizeof(*to); i++)
		to[i] = __atomic_exchange_n(&from[i], 0, __ATOMIC_RELAXED);
}

bool kernel_was_shown(const struct kernel_shown *shown, enum kernel_hook hook, unsigned ifindex)
{
	return shown->mark[st_shown_slot(ifindex)][hook];
}
