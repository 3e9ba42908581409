/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel programs and their maps: loaded with the configuration, their ring
 * drained, their tables asked, their counters read.
 */
#ifndef SHAKETAP_KERNEL_H
#define SHAKETAP_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shaketap_abi.h"

struct kernel;

/* Events handed out in one go: under a flood the caller must come round to its other work. */
#define KERNEL_DRAIN_MAX 1024

struct kernel_config {
	size_t max_flows;
	size_t ring_size;	   /* bytes, power of two */
	const uint64_t *tls_ports; /* ST_PORTS_WORDS words, bit per port */
	bool no_certificates;	   /* do not copy them */
};

struct kernel_ops {
	void *ctx;
	void (*event)(void *ctx, const struct st_event *event, const uint8_t *payload);
};

enum kernel_hook { KERNEL_INGRESS, KERNEL_EGRESS };

/* How the kernel still knows a flow. */
enum kernel_flow { KERNEL_FLOW_INTACT, KERNEL_FLOW_LOST, KERNEL_FLOW_GONE };

/*
 * Load everything. NULL: error holds one line that says what is missing and the mend.
 * libbpf's own messages go to the print function set by the caller.
 */
struct kernel *kernel_open(const struct kernel_config *config, const struct kernel_ops *ops,
			   char *error, size_t room);
void kernel_close(struct kernel *kernel);

/* Programs for an interface: with an Ethernet header or without. [KERNEL_INGRESS], [KERNEL_EGRESS]
 */
void kernel_programs(const struct kernel *kernel, bool ethernet, int programs[2]);

/* Are the tables still answered, with the rights in effect? Before 5.19 that may ask for CAP_BPF.
 */
bool kernel_may_ask(const struct kernel *kernel);

/* Readable when the kernel thinks that waking is worth it. */
int kernel_fd(const struct kernel *kernel);

/* Hand out the events in the ring, up to KERNEL_DRAIN_MAX: then there may be more. Their number,
 * or -errno. */
int kernel_drain(struct kernel *kernel);

/*
 * Before a sleep without end: ask to be woken by the next event. True: the ring is
 * empty and the wake-up is armed; false: there is something to drain.
 */
bool kernel_sleep(struct kernel *kernel);

/* Nothing more of this flow is wanted. */
void kernel_forget(struct kernel *kernel, const struct st_flow_key *key, uint64_t flow);

/* seen: by sender, how far payload has passed; stays as it is where that is not known. */
enum kernel_flow kernel_flow_state(struct kernel *kernel, const struct st_flow_key *key,
				   uint64_t flow, uint32_t seen[2]);

/* The SYN of that time is in the table and has no answer. */
bool kernel_syn_unanswered(struct kernel *kernel, const struct st_flow_key *key, uint64_t syn_time);

/* Marks of the interfaces that showed packets, by slot and hook. */
struct kernel_shown {
	uint8_t mark[ST_SHOWN_SLOTS][2] __attribute__((aligned(8)));
};

/* The marks since the last call, which start anew. */
void kernel_take_shown(struct kernel *kernel, struct kernel_shown *out);
bool kernel_was_shown(const struct kernel_shown *shown, enum kernel_hook hook, unsigned ifindex);

/* Sums over all CPUs, by enum st_count. */
struct kernel_counts {
	uint64_t value[ST_COUNTS];
};

void kernel_counts(struct kernel *kernel, struct kernel_counts *out);

#endif
