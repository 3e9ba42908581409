/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The daemon: the ring, netlink, timers, signals and HTTP on one loop, handshakes
 * from the pipeline to the printer and the metrics.
 */
#include "run.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/util.h"
#include "caretaker.h"
#include "clock.h"
#include "interfaces.h"
#include "loop.h"
#include "out/http.h"
#include "out/listen.h"
#include "out/metrics.h"
#include "pages.h"
#include "pipeline.h"
#include "printer.h"
#include "rights.h"
#include "service.h"

/*
 * While traffic passes, the ring is drained on a timer: being woken per event costs
 * more than all else. After so many empty drains the daemon sleeps until an event.
 */
#define DRAIN_NS (50 * NS_PER_MS)
#define EMPTY_DRAINS_MAX 20
/* A gate lasts longer than any handshake is waited for. */
#define GATE_LIFETIME_FACTOR 3
#define GATE_LIFETIME_MIN (30 * NS_PER_S)
/* After so long without a handshake, tell a person at a terminal where to find some. */
#define HINT_NS (30 * NS_PER_S)

struct run {
	const struct options *options;
	struct log *log;
	struct loop *loop;
	struct loop_timer *drain_timer, *hint_timer;
	bool draining; /* on the timer; else asleep until the ring wakes us */
	unsigned empty_drains;
	struct kernel *kernel;
	struct interfaces *interfaces;
	struct pipeline *pipeline;
	struct metrics *metrics;
	struct pages pages; /* what http serves */
	struct http *http;
	struct service service;
	struct caretaker caretaker;
	struct printer printer;
	uint64_t now;	      /* CLOCK_MONOTONIC at the last drain */
	uint64_t wall_offset; /* CLOCK_REALTIME - CLOCK_MONOTONIC then */
	bool seen;	      /* a handshake */
	bool failed;	      /* to go on: the exit code is 1 */
};

static void on_event(void *ctx, const struct st_event *event, const uint8_t *payload)
{
	struct run *run = ctx;

	pipeline_event(run->pipeline, event, payload);
}

static void on_concluded(void *ctx, const struct handshake *hs)
{
	struct run *run = ctx;

	run->seen = true;
	metrics_count(run->metrics, hs, run->wall_offset);
	pages_count(&run->pages, hs, run->now);
	printer_print(&run->printer, hs, interfaces_name(run->interfaces, hs->ifindex),
		      run->wall_offset);
}

static void forget_flow(void *ctx, const struct st_flow_key *key, uint64_t flow)
{
	struct run *run = ctx;

	kernel_forget(run->kernel, key, flow);
}

static enum flow_state flow_state(void *ctx, const struct st_flow_key *key, uint64_t flow,
				  uint32_t seen[2])
{
	static const enum flow_state states[] = {
		[KERNEL_FLOW_INTACT] = FLOW_INTACT,
		[KERNEL_FLOW_LOST] = FLOW_LOST,
		[KERNEL_FLOW_GONE] = FLOW_GONE,
	};
	struct run *run = ctx;

	return states[kernel_flow_state(run->kernel, key, flow, seen)];
}

static bool is_unanswered(void *ctx, const struct st_flow_key *key, uint64_t syn_time)
{
	struct run *run = ctx;

	return kernel_syn_unanswered(run->kernel, key, syn_time);
}

static bool is_local(void *ctx, const __u32 addr[4])
{
	struct run *run = ctx;

	return interfaces_is_local(run->interfaces, addr);
}

/* Everything in the ring through the pipeline, and what has become due. The number of events. */
static int drain(struct run *run)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC);
	int n;

	run->now = now;
	run->wall_offset = clock_ns(CLOCK_REALTIME) - now;
	pipeline_set_wall(run->pipeline, run->wall_offset);
	n = kernel_drain(run->kernel);
	pipeline_expire(run->pipeline, now);
	if (!printer_flush(&run->printer)) {
		run->failed |= run->printer.failed;
		loop_stop(run->loop);
	}
	return n;
}

static void start_draining(struct run *run)
{
	run->empty_drains = 0;
	if (run->draining)
		return;
	run->draining = true;
	loop_timer_set(run->drain_timer, DRAIN_NS, DRAIN_NS);
}

/*
 * Asked by somebody other than the ring. An event found now may be the one that was to wake us,
 * and once it is taken the ring has no news for epoll: the timer has to go on.
 */
static int look(struct run *run)
{
	int n = drain(run);

	if (n > 0)
		start_draining(run);
	return n;
}

static void on_ring(void *ctx, uint32_t events)
{
	struct run *run = ctx;

	(void)events;
	drain(run);
	start_draining(run);
}

static void on_drain_timer(void *ctx)
{
	struct run *run = ctx;

	if (drain(run) > 0 || outlet_waits(&run->printer.out)) {
		run->empty_drains = 0;
		return;
	}
	/*
	 * Ask to be woken, and look once more a tick later before the timer stops: an event that
	 * was on its way when we asked may still have come silently.
	 */
	if (++run->empty_drains == EMPTY_DRAINS_MAX && !kernel_sleep(run->kernel))
		run->empty_drains = 0;
	if (run->empty_drains <= EMPTY_DRAINS_MAX)
		return;
	run->draining = false;
	loop_timer_set(run->drain_timer, 0, 0);
}

static void on_http(void *ctx, uint32_t events)
{
	struct run *run = ctx;

	(void)events;
	http_run(run->http);
}

static void on_hint_timer(void *ctx)
{
	struct run *run = ctx;

	if (!run->seen)
		log_info(run->log,
			 "no handshake has passed yet; 'make demo' shows what they look like");
}

static bool still_drains(void *ctx)
{
	return look(ctx) >= 0;
}

static int say(struct run *run, const char *message)
{
	log_error(run->log, "%s", message);
	service_failed(&run->service, message);
	return -1;
}

static void fail(struct run *run, const char *message)
{
	say(run, message);
	run->failed = true;
	loop_stop(run->loop);
}

/* How long the loop may wait: not while there is to attach, else until a timeout is due. */
static int wait_ms(void *ctx)
{
	struct run *run = ctx;
	uint64_t due = pipeline_due(run->pipeline);
	uint64_t now = clock_ns(CLOCK_MONOTONIC);
	int http = -1, ms = -1, attached;

	if (run->http) {
		http = http_timeout_ms(run->http);
		if (!http)
			http_run(run->http);
	}
	if (due && due <= now && !run->draining)
		look(run); /* what the ring still holds may be news of what seems overdue */
	due = pipeline_due(run->pipeline);
	if (due && !run->draining)
		ms = due <= now ? 0 : (int)min_u64((due - now) / NS_PER_MS + 1, 60000);
	if (http >= 0 && (ms < 0 || http < ms))
		ms = http;
	attached = caretaker_work(&run->caretaker);
	if (attached < 0)
		fail(run, strerror(-attached));
	return attached ? 0 : ms;
}

static void refresh(void *ctx)
{
	look(ctx);
}

static int open_outputs(struct run *run)
{
	const struct metrics_limits limits = { .max_server_names = run->options->max_server_names,
					       .patterns = run->options->server_names.p };

	run->metrics = metrics_new(&limits);
	if (!run->metrics)
		return say(run, "out of memory");
	return 0;
}

static int open_http(struct run *run)
{
	char error[256];

	if (!run->options->listening)
		return 0;
	run->pages = (struct pages){ .refresh = refresh,
				     .ctx = run,
				     .metrics = run->metrics,
				     .started = clock_ns(CLOCK_MONOTONIC) };
	run->http = pages_serve(&run->pages, run->options->listen_text, error, sizeof(error));
	return run->http ? 0 : say(run, error);
}

static int open_source(struct run *run)
{
	const struct options *options = run->options;
	const struct kernel_config config = {
		.max_flows = options->max_flows,
		.ring_size = options->ring_buffer,
		.gate_lifetime = max_u64(options->handshake_timeout * GATE_LIFETIME_FACTOR,
					 GATE_LIFETIME_MIN),
		.tls_ports = options->tls_ports,
		.no_certificates = options->no_certificates,
	};
	const struct pipeline_config pipeline = {
		.timeout = options->handshake_timeout,
		.max_flows = options->max_flows,
		.roles = true,
		.no_certificates = options->no_certificates,
	};
	const struct pipeline_ops ops = {
		run, on_concluded, forget_flow, flow_state, is_unanswered, is_local,
	};
	char error[512];

	run->pipeline = pipeline_new(&pipeline, &ops);
	if (!run->pipeline)
		return say(run, "out of memory");
	run->kernel =
		kernel_open(&config, &(struct kernel_ops){ run, on_event }, error, sizeof(error));
	if (!run->kernel)
		return say(run, error);
	run->interfaces =
		interfaces_open(&options->interfaces, run->kernel, run->log, error, sizeof(error));
	return run->interfaces ? 0 : say(run, error);
}

static int open_loop(struct run *run)
{
	int err;

	run->loop = loop_new();
	if (!run->loop)
		return say(run, "out of memory");
	run->drain_timer = loop_timer_new(run->loop, on_drain_timer, run);
	run->hint_timer = loop_timer_new(run->loop, on_hint_timer, run);
	if (!run->drain_timer || !run->hint_timer)
		return say(run, "out of file descriptors");
	run->caretaker = (struct caretaker){
		.interfaces = run->interfaces,
		.service = &run->service,
		.view = { run, still_drains, run->interfaces, run->metrics },
	};
	err = loop_catch_signals(run->loop);
	/* Edge-triggered: while the timer drains, the ring's being non-empty is no news. */
	if (!err)
		err = loop_add(run->loop, kernel_fd(run->kernel), EPOLLIN | EPOLLET, on_ring, run);
	if (!err)
		err = caretaker_open(&run->caretaker, run->loop);
	if (!err && run->http)
		err = loop_add(run->loop, http_fd(run->http), EPOLLIN, on_http, run);
	return err ? say(run, strerror(-err)) : 0;
}

static void tell_metrics(struct run *run)
{
	if (run->http)
		log_info(run->log, "metrics at http://%s/metrics%s", run->options->listen_text,
			 http_listen_is_loopback(&run->options->listen)
				 ? ""
				 : ", for everyone who can reach it");
}

static void close_all(struct run *run)
{
	http_stop(run->http);
	loop_timer_free(run->drain_timer);
	caretaker_close(&run->caretaker);
	loop_timer_free(run->hint_timer);
	service_close(&run->service);
	loop_free(run->loop);
	interfaces_close(run->interfaces);
	kernel_close(run->kernel);
	pipeline_free(run->pipeline);
	metrics_free(run->metrics);
	pages_free(&run->pages);
	printer_free(&run->printer);
}

int run(const struct options *options, struct log *log)
{
	struct run run = { .options = options, .log = log };
	int code = 1;

	rights_raise();
	signal(SIGPIPE, SIG_IGN);
	service_open(&run.service, log);
	printer_init(&run.printer, options, false, log);
	if (open_outputs(&run) || open_http(&run) || open_source(&run) || open_loop(&run))
		goto out;
	run.pages.self =
		(struct self){ run.kernel, run.pipeline, run.interfaces, &run.printer.out };
	rights_give_up(run.kernel, run.interfaces, log);
	tell_metrics(&run);
	if (isatty(STDERR_FILENO))
		loop_timer_set(run.hint_timer, HINT_NS, 0);
	start_draining(&run);
	code = loop_run(run.loop, wait_ms, &run) || run.failed ? 1 : 0;
	service_stopping(&run.service);
	/*
	 * Finish what is known: what is in the ring counts, what is still open is unknown.
	 * Detaching comes last: from hundreds of interfaces it takes seconds.
	 */
	drain(&run);
	pipeline_finish(run.pipeline, clock_ns(CLOCK_MONOTONIC));
	printer_finish(&run.printer);
out:
	close_all(&run);
	return code;
}
