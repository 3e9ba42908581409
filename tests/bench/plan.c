/* SPDX-License-Identifier: BSD-2-Clause */
#include "plan.h"

#include <arpa/inet.h>
#include <err.h>
#include <net/ethernet.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <string.h>

#include "pcap/copies.h"

#define FIRST_ADDRESS 0x0b000000U /* 11.0.0.0: nobody else's */

static __u16 *place_of(struct floor_plan *plan, const uint8_t *frame)
{
	struct iphdr ip;
	struct tcphdr tcp;
	uint32_t len;

	memcpy(&ip, frame + sizeof(struct ether_header), sizeof(ip));
	memcpy(&tcp, frame + sizeof(struct ether_header) + sizeof(ip), sizeof(tcp));
	len = ntohs(ip.tot_len) - (uint32_t)sizeof(ip) - tcp.doff * 4U;
	return &plan->copy[ntohs(tcp.source) == FLOOR_SERVER_PORT][tcp.fin | tcp.rst]
			  [len % FLOOR_LENGTHS];
}

static __u16 made_of(struct programs *programs, const uint8_t *frame, uint32_t length)
{
	const struct taken before = programs->taken[SHAKETAP];
	const struct taken *now = &programs->taken[SHAKETAP];

	programs_run(programs, SHAKETAP, (struct packet_bytes){ frame, length }, 1);
	programs_drain(programs);
	if (now->events == before.events)
		return 0;
	return (__u16)(1 + now->payload - before.payload);
}

unsigned plan_learn(struct programs *programs, const struct template *template, uint64_t number)
{
	static uint8_t frame[COPIES_FRAME_MAX];
	const struct copies_config config = { .template = template,
					      .first = number,
					      .count = 1,
					      .rate = 1,
					      .first_address = FIRST_ADDRESS,
					      .address_bits = 20 };
	struct copies *copies = copies_new(&config);
	static bool known[sizeof(struct floor_plan) / sizeof(__u16)];
	struct floor_plan *plan = &programs->floor->bss->plan;
	unsigned events = 0;
	uint32_t length;

	memset(known, 0, sizeof(known));
	while ((length = copies_next(copies, frame))) {
		__u16 made = made_of(programs, frame, length), *place = place_of(plan, frame);
		bool *before = &known[place - &plan->copy[0][0][0]];

		/* Two packets alike, only one of which is worth an event: the floor does less. */
		*place = *before && made > *place ? *place : made;
		*before = true;
		events += *place != 0;
	}
	copies_free(copies);
	programs->follower->bss->plan = *plan;
	return events;
}

#define ALL_BYTES_MAX 256

unsigned plan_all(struct programs *programs)
{
	struct floor_plan *plan = &programs->floor->bss->plan;

	for (unsigned side = 0; side < 2; side++) {
		for (unsigned length = 0; length < FLOOR_LENGTHS; length++) {
			unsigned n = length < ALL_BYTES_MAX ? length : ALL_BYTES_MAX;

			plan->copy[side][0][length] = length ? (__u16)(1 + n) : 0;
			plan->copy[side][1][length] = (__u16)(1 + n);
		}
	}
	programs->follower->bss->plan = *plan;
	return 0;
}
