/* SPDX-License-Identifier: BSD-2-Clause */
#include "rig.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#define TCX_NEXT (-1)
#define USUAL_HELLO 512

static struct seen *take(struct rig *rig, const struct st_event *event, const uint8_t *payload,
			 uint16_t len)
{
	struct seen *seen = &rig->seen[rig->count];

	assert_true(rig->count < SEEN_MAX);
	seen->event = *event;
	seen->event.len = len;
	memcpy(seen->payload, payload, len);
	rig->count++;
	return seen;
}

/* The first piece opens the flow, the last one says that the direction is spent. */
static void take_pieces(struct rig *rig, const struct st_event *event, const uint8_t *payload)
{
	uint32_t seq = event->seq;
	unsigned sum = 0;

	assert_true(event->pieces > 1 && event->pieces <= ST_PIECES_MAX);
	assert_int_equal(event->piece[0].skip, 0);
	for (unsigned i = 0; i < event->pieces; i++) {
		struct seen *seen = take(rig, event, payload + sum, event->piece[i].len);

		assert_true(event->piece[i].len > 0 && (i == 0 || event->piece[i].skip > 0));
		seq += event->piece[i].skip;
		seen->event.seq = seq;
		seen->event.pieces = 0;
		if (i > 0)
			seen->event.flags &= ~(ST_FLAG_OPENED | ST_FLAG_JOINED);
		if (i + 1U < event->pieces)
			seen->event.flags &= ~ST_FLAG_SPENT;
		seq += event->piece[i].len;
		sum += event->piece[i].len;
	}
	assert_int_equal(sum, event->len);
	assert_int_equal(st_event_span(event), seq - event->seq);
}

static int on_event(void *ctx, void *data, size_t size)
{
	struct rig *rig = ctx;
	struct st_event event;

	assert_true(size >= sizeof(event));
	memcpy(&event, data, sizeof(event));
	/* The ring rounds up to 8 bytes in memory, but tells the length as it was given. */
	assert_int_equal(size, sizeof(event) + event.len);
	assert_true(event.len <= ST_EVENT_PAYLOAD_MAX);
	rig->events++;
	if (event.pieces)
		take_pieces(rig, &event, (uint8_t *)data + sizeof(event));
	else
		take(rig, &event, (uint8_t *)data + sizeof(event), event.len);
	return 0;
}

static void quiet(void)
{
	libbpf_set_print(NULL);
}

static struct bpf_program *program_of(const struct rig *rig, bool by_helper, bool bare, bool egress)
{
	const struct shaketap_bpf *skel = rig->skel;
	struct bpf_program *const programs[2][2][2] = {
		{ { skel->progs.ingress_ethernet, skel->progs.egress_ethernet },
		  { skel->progs.ingress_ip, skel->progs.egress_ip } },
		{ { skel->progs.ingress_ethernet_by_helper, skel->progs.egress_ethernet_by_helper },
		  { skel->progs.ingress_ip_by_helper, skel->progs.egress_ip_by_helper } },
	};

	return programs[by_helper][bare][egress];
}

static void choose_programs(const struct rig *rig)
{
	for (int i = 0; i < 8; i++)
		bpf_program__set_autoload(program_of(rig, i >> 2, i >> 1 & 1, i & 1),
					  rig->by_helper == i >> 2);
}

void rig_open(struct rig *rig, const struct rig_config *config)
{
	const struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	struct st_bpf_config *given;

	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	quiet();
	rig->skel = shaketap_bpf__open();
	assert_non_null(rig->skel);
	given = (struct st_bpf_config *)&rig->skel->rodata->config;
	given->tls_ports[SERVER_PORT / 64] |= 1ULL << SERVER_PORT % 64;
	for (unsigned i = 0; i < ST_SEEDS; i++)
		given->seed[i] += 2 * i + 2; /* others than those they are compiled with */
	if (config->copy_budget)
		given->copy_budget = config->copy_budget;
	given->no_certificates = config->no_certificates;
	if (config->ring_size)
		bpf_map__set_max_entries(rig->skel->maps.events, config->ring_size);
	if (config->flows)
		given->buckets = st_buckets(config->flows);
	bpf_map__set_max_entries(rig->skel->maps.buckets, given->buckets);
	bpf_map__set_max_entries(rig->skel->maps.flows, given->buckets * ST_WAYS);
	rig->by_helper = config->by_helper || getenv("BY_HELPER");
	choose_programs(rig);
	assert_int_equal(shaketap_bpf__load(rig->skel), 0);
	rig->tables = (struct tables){ .bucket_count = given->buckets, .syn_count = given->syns };
	memcpy(rig->tables.seed, given->seed, sizeof(given->seed));
	assert_int_equal(tables_map(&rig->tables, bpf_map__fd(rig->skel->maps.buckets),
				    bpf_map__fd(rig->skel->maps.flows),
				    bpf_map__fd(rig->skel->maps.syns)),
			 0);
	rig->ring = ring_buffer__new(bpf_map__fd(rig->skel->maps.events), on_event, rig, NULL);
	assert_non_null(rig->ring);
	rig->next[CLIENT] = 1000;
	rig->next[SERVER] = 500000;
}

void rig_close(struct rig *rig)
{
	ring_buffer__free(rig->ring);
	tables_unmap(&rig->tables);
	shaketap_bpf__destroy(rig->skel);
}

int rig_setup(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	*state = rig;
	if (!rig)
		return -1;
	rig_open(rig, &(struct rig_config){ 0 });
	return 0;
}

int rig_teardown(void **state)
{
	rig_close(*state);
	free(*state);
	return 0;
}

void rig_bytes(struct rig *rig, bool bare, const uint8_t *bytes, size_t n)
{
	static uint8_t out[FRAME_MAX];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = bytes, .data_size_in = (uint32_t)n,
		    .data_out = out, .data_size_out = sizeof(out), .repeat = 1);
	int program = bpf_program__fd(program_of(rig, rig->by_helper, bare, rig->egress));
	int err = bpf_prog_test_run_opts(program, &opts);

	if (err)
		fail_msg("test run of %zu bytes: %s", n, strerror(-err));
	assert_int_equal((int)opts.retval, TCX_NEXT);
	assert_int_equal(opts.data_size_out, n);
	assert_memory_equal(bytes, out, n);
}

void rig_frame(struct rig *rig, const struct frame *frame)
{
	static uint8_t bytes[FRAME_MAX];

	rig_bytes(rig, frame->bare, bytes, frame_build(frame, bytes));
}

void say(struct rig *rig, int side, const uint8_t *bytes, size_t n)
{
	struct frame frame = rig->base;

	assert_true(n <= PAYLOAD_LIMIT);
	frame.from_server = side == SERVER;
	frame.seq = rig->next[side];
	frame.ack = rig->next[!side];
	frame.flags = PSH | ACK;
	frame.payload = bytes;
	frame.n = n;
	rig->next[side] += (uint32_t)n;
	rig_frame(rig, &frame);
}

void signal_flags(struct rig *rig, int side, uint8_t flags)
{
	struct frame frame = rig->base;

	frame.from_server = side == SERVER;
	frame.seq = rig->next[side];
	frame.ack = flags & ACK ? rig->next[!side] : 0;
	frame.flags = flags;
	rig_frame(rig, &frame);
	if (flags & (SYN | FIN))
		rig->next[side]++;
}

void connect_tcp(struct rig *rig)
{
	signal_flags(rig, CLIENT, SYN);
	signal_flags(rig, SERVER, SYN | ACK);
	signal_flags(rig, CLIENT, ACK);
}

void client_hello(struct rig *rig)
{
	uint8_t bytes[USUAL_HELLO + 9];

	say(rig, CLIENT, bytes, tls_hello(bytes, TLS_HANDSHAKE_CLIENT_HELLO, USUAL_HELLO));
}

void server_hello(struct rig *rig)
{
	uint8_t bytes[128];

	say(rig, SERVER, bytes, tls_hello(bytes, TLS_HANDSHAKE_SERVER_HELLO, 86));
}

void both_hellos(struct rig *rig)
{
	client_hello(rig);
	server_hello(rig);
}

size_t rig_events(struct rig *rig)
{
	rig->count = rig->events = 0;
	assert_true(ring_buffer__consume(rig->ring) >= 0);
	return rig->count;
}

const struct seen *only_event(struct rig *rig, uint8_t type, size_t len)
{
	assert_int_equal(rig_events(rig), 1);
	assert_int_equal(rig->seen[0].event.type, type);
	assert_int_equal(rig->seen[0].event.len, len);
	return &rig->seen[0];
}

void no_events(struct rig *rig)
{
	assert_int_equal(rig_events(rig), 0);
}

size_t payload_of(const struct rig *rig, int side, uint8_t *out)
{
	size_t n = 0;

	for (size_t i = 0; i < rig->count; i++) {
		const struct seen *seen = &rig->seen[i];

		if (seen->event.sender != side)
			continue;
		memcpy(out + n, seen->payload, seen->event.len);
		n += seen->event.len;
	}
	return n;
}

void nothing_sealed(const struct rig *rig)
{
	for (size_t i = 0; i < rig->count; i++)
		assert_null(memchr(rig->seen[i].payload, SEALED_BYTE, rig->seen[i].event.len));
}

uint64_t count_of(const struct rig *rig, enum st_count what)
{
	int cpus = libbpf_num_possible_cpus();
	uint64_t value[cpus > 0 ? cpus : 1], sum = 0;
	uint32_t key = what;

	assert_true(cpus > 0);
	assert_int_equal(bpf_map_lookup_elem(bpf_map__fd(rig->skel->maps.counts), &key, value), 0);
	for (int cpu = 0; cpu < cpus; cpu++)
		sum += value[cpu];
	return sum;
}

struct st_flow *flow_of(const struct rig *rig, const struct st_flow_key *key)
{
	return tables_flow(&rig->tables, key);
}

bool has_flow(const struct rig *rig, const struct st_flow_key *key)
{
	const struct st_flow *flow = flow_of(rig, key);

	/* An entry whose flow is over stays for stragglers. */
	return flow && !st_flow_over(flow);
}

uint32_t seen_of(const struct rig *rig, int side)
{
	struct st_flow_key key = base_key(rig);
	const struct st_flow *flow = flow_of(rig, &key);

	assert_non_null(flow);
	return flow->half[side].seen;
}

size_t flow_count(const struct rig *rig)
{
	size_t n = 0;

	for (uint32_t i = 0; i < rig->tables.bucket_count; i++)
		for (unsigned way = 0; way < ST_WAYS; way++)
			n += rig->tables.buckets[i].tag[way] & ST_TAG_LIVE;
	return n;
}

unsigned open_tags(const struct rig *rig, const struct st_flow_key *key)
{
	const struct st_flow *flow = flow_of(rig, key);

	return flow && *tables_tag(&rig->tables, flow) & ST_TAG_LIVE;
}

void evict(const struct rig *rig, const struct st_flow_key *key)
{
	const struct st_flow *flow = flow_of(rig, key);

	assert_non_null(flow);
	*tables_tag(&rig->tables, flow) = ST_TAG_FREE;
}

struct st_flow_key base_key(const struct rig *rig)
{
	struct st_flow_key key = { 0 };
	const struct frame *base = &rig->base;
	const char *address[2] = { base->ip6 ? "2001:db8:86dd::1" : "::ffff:8.0.0.1",
				   base->ip6 ? "2001:db8:86dd::2" : "::ffff:8.0.0.2" };

	for (int i = 0; i < 2; i++)
		assert_int_equal(inet_pton(AF_INET6, address[i], key.addr[i]), 1);
	key.port[CLIENT] = htons(base->client_port ? base->client_port : CLIENT_PORT);
	key.port[SERVER] = htons(base->server_port ? base->server_port : SERVER_PORT);
	return key;
}
