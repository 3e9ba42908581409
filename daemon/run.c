/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The daemon: the ring, netlink, timers, signals and HTTP on one loop, handshakes
 * from the pipeline to the printer and the metrics.
 */
#include "run.h"

#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/util.h"
#include "caretaker.h"
#include "clock.h"
#include "drainer.h"
#include "interfaces.h"
#include "loop.h"
#include "out/http.h"
#include "out/listen.h"
#include "out/metrics.h"
#include "pages.h"
#include "pipeline.h"
#include "printer.h"
#include "rights.h"
#include "seed.h"
#include "service.h"

/* After so long without a handshake, tell a person at a terminal where to find some. */
#define HINT_NS (30 * NS_PER_S)

struct run {
	const struct options *options;
	struct log *log;
	struct loop *loop;
	struct loop_timer *hint_timer;
	struct drainer drainer;
	struct kernel *kernel;
	struct interfaces *interfaces;
	struct pipeline *pipeline;
	struct metrics *metrics;
	struct pages pages; /* what http serves */
	struct http *http;
	struct service service;
	struct caretaker caretaker;
	struct printer printer;
	bool seen;   /* a handshake */
	bool failed; /* to go on: the exit code is 1 */
};

static void on_event(void *ctx, const struct st_event *event, const uint8_t *payload)
{
	struct run *run = ctx;

	drainer_event(&run->drainer, event, payload);
}

static void on_concluded(void *ctx, const struct handshake *hs)
{
	struct run *run = ctx;
	uint32_t findings;

	run->seen = true;
	findings = metrics_count(run->metrics, hs, run->drainer.wall_offset);
	pages_count(&run->pages, hs, run->drainer.now);
	if (printer_wants(&run->printer, hs))
		printer_print(&run->printer, hs, interfaces_name(run->interfaces, hs->ifindex),
			      run->drainer.wall_offset, findings);
}

static void forget_flow(void *ctx, const struct st_flow_key *key, uint64_t flow)
{
	struct run *run = ctx;

	kernel_forget(run->kernel, key, flow);
}

static enum flow_state flow_state(void *ctx, const struct st_flow_key *key, uint64_t flow,
				  uint32_t seen[2])
{
	static const enum flow_state states[] = { [KERNEL_FLOW_INTACT] = FLOW_INTACT,
						  [KERNEL_FLOW_LOST] = FLOW_LOST,
						  [KERNEL_FLOW_GONE] = FLOW_GONE };
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

/* True: something still waits for its reader. */
static bool on_drained(void *ctx)
{
	struct run *run = ctx;

	if (!printer_flush(&run->printer)) {
		run->failed |= run->printer.failed;
		loop_stop(run->loop);
	}
	return outlet_waits(&run->printer.out);
}

static void on_ring(void *ctx, uint32_t events)
{
	struct run *run = ctx;

	(void)events;
	drainer_start(&run->drainer);
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
	struct run *run = ctx;

	return drainer_look(&run->drainer) >= 0;
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
	int http = -1, ms, attached;

	if (run->http) {
		http = http_timeout_ms(run->http);
		if (!http)
			http_run(run->http);
	}
	ms = drainer_wait_ms(&run->drainer);
	if (http >= 0 && (ms < 0 || http < ms))
		ms = http;
	attached = caretaker_work(&run->caretaker);
	if (attached < 0)
		fail(run, strerror(-attached));
	return attached ? 0 : ms;
}

static void refresh(void *ctx)
{
	struct run *run = ctx;

	drainer_look(&run->drainer);
}

static int open_outputs(struct run *run)
{
	const struct metrics_limits limits = { .max_server_names = run->options->max_server_names,
					       .patterns = run->options->server_names.p,
					       .seed = seed_random() };

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
		.tls_ports = options->tls_ports,
		.no_certificates = options->no_certificates,
	};
	const struct pipeline_config pipeline = {
		.timeout = options->handshake_timeout,
		.max_flows = options->max_flows,
		.roles = true,
		.seed = seed_random(),
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
	run->drainer = (struct drainer){
		.kernel = run->kernel, .pipeline = run->pipeline, .drained = on_drained, .ctx = run
	};
	run->hint_timer = loop_timer_new(run->loop, on_hint_timer, run);
	if (!run->hint_timer || drainer_open(&run->drainer, run->loop))
		return say(run, "out of file descriptors");
	run->caretaker = (struct caretaker){
		.interfaces = run->interfaces,
		.service = &run->service,
		.view = { run, still_drains, run->interfaces, run->metrics },
		.before_news = refresh,
		.ctx = run,
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
	drainer_close(&run->drainer);
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
	drainer_start(&run.drainer);
	code = loop_run(run.loop, wait_ms, &run) || run.failed ? 1 : 0;
	service_stopping(&run.service);
	/*
	 * Finish what is known: what was in the ring by now counts, what is still open is unknown.
	 * Detaching comes last: from hundreds of interfaces it takes seconds.
	 */
	drainer_finish(&run.drainer);
	pipeline_finish(run.pipeline, clock_ns(CLOCK_MONOTONIC));
	printer_finish(&run.printer);
out:
	close_all(&run);
	return code;
}
