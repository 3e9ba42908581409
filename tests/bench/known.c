/* SPDX-License-Identifier: BSD-2-Clause */
#include "known.h"

#include <arpa/inet.h>
#include <err.h>
#include <time.h>

#include <bpf/bpf.h>

#define CLIENTS 0x0a000000U /* 10.0.0.0 */
#define SERVER 0xc6120001U  /* 198.18.0.1 */
#define SERVER_PORT 443
#define CLIENT_PORT 1024
#define ADDRESSES 65536

static struct st_flow_key key_of(uint32_t number)
{
	struct st_flow_key key = { 0 };
	const uint32_t client = CLIENTS + number % ADDRESSES;

	key.addr[0][2] = key.addr[1][2] = htonl(0xffff);
	key.addr[0][3] = htonl(client);
	key.addr[1][3] = htonl(SERVER);
	key.port[0] = htons((uint16_t)(CLIENT_PORT + number / ADDRESSES));
	key.port[1] = htons(SERVER_PORT);
	return key;
}

static uint32_t stamp_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint32_t)(((uint64_t)t.tv_sec * 1000000000ULL + (uint64_t)t.tv_nsec) >>
			  ST_GATE_TICK_SHIFT);
}

void known_fill(struct programs *programs, uint32_t flows, bool open)
{
	int fd = bpf_map__fd(programs->skel->maps.flows);

	for (uint32_t i = 0; i < flows; i++) {
		struct st_flow_key key = key_of(i);
		struct st_flow flow = { .id = i + 1, .opened = 1, .over = !open };

		flow.half[0].walk = flow.half[1].walk = ST_WALK_ON;
		if (bpf_map_update_elem(fd, &key, &flow, BPF_NOEXIST))
			err(1, "cannot add a flow");
		if (open)
			programs->gates[st_gate_bucket(&key, GATE_SEED)].count++;
	}
	known_refresh(programs);
}

void known_refresh(struct programs *programs)
{
	uint32_t stamp = stamp_now();

	for (uint32_t i = 0; i < ST_GATE_BUCKETS; i++)
		programs->gates[i].stamp = stamp;
}

double known_gates_open(const struct programs *programs)
{
	uint32_t open = 0;

	for (uint32_t i = 0; i < ST_GATE_BUCKETS; i++)
		open += (int32_t)programs->gates[i].count > 0;
	return 100.0 * open / ST_GATE_BUCKETS;
}
