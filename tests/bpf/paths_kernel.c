/* SPDX-License-Identifier: BSD-2-Clause */
#include "paths_kernel.h"

#include <arpa/inet.h>
#include <err.h>
#include <pcap/dlt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/util.h"
#include "capture/attach.h"
#include "capture/kernel.h"
#include "paths_tables.h"
#include "paths_way.h"
#include "pipeline.h"
#include "replay.h"

/* As the daemon's standards. */
#define MAX_FLOWS 65536
#define RING_SIZE (8U << 20)

/* When a packet came in, by the clock of this machine and by that of the capture. */
struct moment {
	uint64_t here, there;
};

struct kernel_path {
	struct kernel_path_config config;
	struct kernel *kernel;
	struct attachment tap, tun;
	struct kernel_counts counts; /* so far */
	/* Of the capture at hand. */
	struct facts *facts;
	struct pipeline *pipeline;
	struct moment *moments; /* ascending by `here` */
	size_t count, room;
	uint64_t waits_since; /* the first packet not drained; 0: none */
	uint64_t last_data;   /* time of the data event at hand before it was translated */
	/* SYN times that the pipeline may ask about. */
	struct moment *syns;
	size_t syn_count;
};

static uint64_t clock_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

/* From the clock of this machine to that of the capture: that of the last packet before. */
static uint64_t translate(const struct kernel_path *path, uint64_t here)
{
	size_t low = 0, high = path->count;

	if (!here) /* not seen */
		return 0;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (path->moments[middle].here <= here)
			low = middle;
		else
			high = middle;
	}
	return path->moments[low].there;
}

static void remember_moment(struct kernel_path *path, uint64_t there)
{
	if (path->count == path->room) {
		path->room = path->room ? 2 * path->room : 1024;
		path->moments = reallocarray(path->moments, path->room, sizeof(*path->moments));
		if (!path->moments)
			errx(1, "out of memory");
	}
	path->moments[path->count++] = (struct moment){ clock_now(), there };
}

static void remember_syn(struct kernel_path *path, uint64_t here)
{
	path->syns = reallocarray(path->syns, path->syn_count + 1, sizeof(*path->syns));
	if (!path->syns)
		errx(1, "out of memory");
	path->syns[path->syn_count++] = (struct moment){ here, translate(path, here) };
}

/*
 * The event as it would have come when the capture was taken. Packets that differ in
 * time here may have one time there: that a packet begins is told by ST_FLAG_WHOLE.
 */
static struct st_event as_recorded(struct kernel_path *path, const struct st_event *event)
{
	struct st_event recorded = *event;

	recorded.time = translate(path, event->time);
	recorded.syn_time = translate(path, event->syn_time);
	recorded.synack_time = translate(path, event->synack_time);
	recorded.ifindex = 0;
	recorded.cgroup = 0;
	recorded.flags &= (__u8)~ST_FLAG_LOCAL;
	if (event->type == ST_EVENT_DATA && event->len && event->time != path->last_data) {
		recorded.flags |= ST_FLAG_WHOLE;
		path->last_data = event->time;
	}
	return recorded;
}

static void on_event(void *ctx, const struct st_event *event, const uint8_t *payload)
{
	struct kernel_path *path = ctx;
	struct st_event recorded = as_recorded(path, event);

	if (event->type == ST_EVENT_SYN_REPEATED)
		remember_syn(path, event->syn_time);
	if (event->flags & ST_FLAG_RAW)
		facts_note_event(path->facts, event, FACT_RAW);
	if (event->flags & ST_FLAG_SPENT)
		facts_note_event(path->facts, event, FACT_SPENT);
	pipeline_event(path->pipeline, &recorded, payload);
}

static void on_concluded(void *ctx, const struct handshake *hs)
{
	const struct kernel_path *path = ctx;

	path->config.concluded(path->config.ctx, hs);
}

static void forget(void *ctx, const struct st_flow_key *key, uint64_t flow)
{
	const struct kernel_path *path = ctx;

	kernel_forget(path->kernel, key, flow);
}

static enum flow_state state(void *ctx, const struct st_flow_key *key, uint64_t flow,
			     uint32_t seen[2])
{
	static const enum flow_state states[] = {
		[KERNEL_FLOW_INTACT] = FLOW_INTACT,
		[KERNEL_FLOW_LOST] = FLOW_LOST,
		[KERNEL_FLOW_GONE] = FLOW_GONE,
	};
	const struct kernel_path *path = ctx;

	return states[kernel_flow_state(path->kernel, key, flow, seen)];
}

static bool unanswered(void *ctx, const struct st_flow_key *key, uint64_t syn_time)
{
	const struct kernel_path *path = ctx;

	for (size_t i = 0; i < path->syn_count; i++)
		if (path->syns[i].there == syn_time &&
		    kernel_syn_unanswered(path->kernel, key, path->syns[i].here))
			return true;
	return false;
}

/* Who recorded a capture is not known: no connect is foreign to it. */
static bool is_local(void *ctx, const __u32 addr[4])
{
	(void)ctx;
	(void)addr;
	return true;
}

static void attach(struct kernel_path *path, struct attachment *attachment,
		   const struct device *device, bool ethernet)
{
	int programs[2], err;

	kernel_programs(path->kernel, ethernet, programs);
	err = attach_interface(attachment, device->index, programs, false);
	if (err)
		err = attach_interface(attachment, device->index, programs, true);
	if (err)
		errx(1, "cannot attach: %s", strerror(-err));
}

struct kernel_path *kernel_path_new(const struct kernel_path_config *config)
{
	const struct kernel_config kernel = { .max_flows = MAX_FLOWS,
					      .ring_size = RING_SIZE,
					      .tls_ports = config->tls_ports };
	struct kernel_path *path = calloc(1, sizeof(*path));
	char error[256];

	if (!path)
		errx(1, "out of memory");
	path->config = *config;
	path->kernel =
		kernel_open(&kernel, &(struct kernel_ops){ path, on_event }, error, sizeof(error));
	if (!path->kernel)
		errx(1, "%s", error);
	attach(path, &path->tap, &config->tap, true);
	attach(path, &path->tun, &config->tun, false);
	return path;
}

void kernel_path_free(struct kernel_path *path)
{
	attach_release(&path->tap, false);
	attach_release(&path->tun, false);
	kernel_close(path->kernel);
	free(path->moments);
	free(path->syns);
	free(path);
}

void kernel_path_begin(struct kernel_path *path, struct facts *facts)
{
	const struct pipeline_config pipeline = { .timeout = path->config.timeout,
						  .max_flows = MAX_FLOWS };
	int programs[2];

	kernel_programs(path->kernel, true, programs);
	tables_clear(programs[KERNEL_INGRESS]);
	path->count = path->syn_count = 0;
	path->last_data = path->waits_since = 0;
	path->facts = facts;
	path->pipeline =
		pipeline_new(&pipeline, &(struct pipeline_ops){ path, on_concluded, forget, state,
								unanswered, is_local });
	if (!path->pipeline)
		errx(1, "out of memory");
	pipeline_set_wall(path->pipeline, -REPLAY_EPOCH);
}

/* Give the segment to the device that would have shown it. */
static void feed_segment(struct kernel_path *path, const struct file_packet *packet,
			 const struct tcp_segment *segment)
{
	struct facts *facts = path->facts;
	int err;

	if (segment->fragmented) {
		facts_note(facts, segment, FACT_FRAGMENTS);
		return;
	}
	if (segment->cut) {
		facts_note(facts, segment, FACT_CUT);
		return;
	}
	if (way_is_followed(packet, segment)) {
		err = device_receive(&path->config.tap, packet->bytes);
	} else {
		err = device_receive(&path->config.tun, segment->ip);
		if (segment->vlan)
			facts_note(facts, segment, FACT_TAG);
	}
	if (err)
		facts_note(facts, segment, FACT_UNFED);
}

/* What the programs counted since the last call. */
static struct kernel_counts count(struct kernel_path *path)
{
	struct kernel_counts before = path->counts, since;

	kernel_counts(path->kernel, &path->counts);
	for (int i = 0; i < ST_COUNTS; i++)
		since.value[i] = path->counts.value[i] - before.value[i];
	return since;
}

static void drain(struct kernel_path *path)
{
	int events;

	do
		events = kernel_drain(path->kernel);
	while (events == KERNEL_DRAIN_MAX);
	if (events < 0)
		errx(1, "cannot read the ring: %s", strerror(-events));
	path->waits_since = 0;
}

/* What has become due until now, as replay.c does it. What waits in the ring may be news of it. */
static void expire(struct kernel_path *path, uint64_t now)
{
	uint64_t due = pipeline_due(path->pipeline);

	if (path->waits_since &&
	    (now - path->waits_since >= path->config.interval || (due && due <= now)))
		drain(path);
	while ((due = pipeline_due(path->pipeline)) && due <= now)
		pipeline_expire(path->pipeline, due);
}

uint64_t kernel_path_packet(struct kernel_path *path, const struct file_packet *packet,
			    enum decode_result result, const struct tcp_segment *segment)
{
	uint64_t now = packet->time + REPLAY_EPOCH;
	struct kernel_counts counts;

	expire(path, now);
	remember_moment(path, now);
	if (result == DECODE_TCP)
		feed_segment(path, packet, segment);
	else if (packet->link == DLT_EN10MB && packet->length == packet->bytes.n)
		device_receive(&path->config.tap, packet->bytes);
	if (!path->config.interval)
		drain(path);
	else if (!path->waits_since)
		path->waits_since = now;
	counts = count(path);
	for (int i = ST_COUNT_REFUSED_FRAGMENT; i <= ST_COUNT_REFUSED_WALK_BOUND; i++)
		if (counts.value[i] && result == DECODE_TCP)
			facts_note(path->facts, segment,
				   (enum fact)(FACT_REFUSED + i - ST_COUNT_REFUSED_FRAGMENT));
	return counts.value[ST_COUNT_EVENTS] + counts.value[ST_COUNT_LOST_RING_FULL];
}

void kernel_path_finish(struct kernel_path *path)
{
	drain(path);
	if (path->count)
		pipeline_finish(path->pipeline, path->moments[path->count - 1].there);
	pipeline_free(path->pipeline);
	path->pipeline = NULL;
}
