// SPDX-License-Identifier: BSD-2-Clause
/*
 * The least that can be done for the same events: no flow table, no walk, no gate. The plan says
 * which packets matter, which no real observer could know. The follower does the same, and has a
 * place for each SYN and for each flow in the kernel's own maps. Behind them the prices of steps.
 */
#include <stdbool.h>
#include <stddef.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/tcp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "floor.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define VERDICT (-1) /* TCX_NEXT */
#define PRICE_LOAD_BYTES 500

/* Written by user space. */
struct floor_plan plan;

struct floor_syn syns[FLOOR_SYNS];

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 * 1024 * 1024);
} ring SEC(".maps");

struct scratch {
	struct st_event event;
	__u8 payload[FLOOR_LENGTHS];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

/* Of a flow, the least: since when, and where its directions stand. Nobody deletes it. */
struct followed {
	__u64 id;
	__u32 need[2];
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, FLOOR_FLOWS);
	__type(key, struct st_flow_key);
	__type(value, struct floor_syn);
} followed_syns SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, FLOOR_FLOWS);
	__type(key, struct st_flow_key);
	__type(value, struct followed);
} followed_flows SEC(".maps");

struct headers {
	struct ethhdr ethernet;
	struct iphdr ip;
	struct tcphdr tcp;
} __attribute__((packed, aligned(2)));

/* The same for both directions. Which end has sent the packet. */
static __always_inline __u32 key_of(const struct headers *headers, struct st_flow_key *key)
{
	__u64 source = (__u64)headers->ip.saddr << 16 | headers->tcp.source;
	__u64 dest = (__u64)headers->ip.daddr << 16 | headers->tcp.dest;
	__u32 sender = source > dest;
	__u64 lower = sender ? dest : source, higher = sender ? source : dest;

	*key = (struct st_flow_key){
		.addr = { [0] = { [3] = lower >> 16 }, [1] = { [3] = higher >> 16 } },
		.port = { lower, higher }
	};
	return sender;
}

static __always_inline void connect_followed(const struct headers *headers)
{
	struct floor_syn fresh = { .time = bpf_ktime_get_ns(), .seq = headers->tcp.seq };
	struct floor_syn *syn;
	struct st_flow_key key;

	key_of(headers, &key);
	if (!headers->tcp.ack) {
		bpf_map_update_elem(&followed_syns, &key, &fresh, BPF_ANY);
		return;
	}
	syn = bpf_map_lookup_elem(&followed_syns, &key);
	if (syn)
		syn->answered = fresh.time - syn->time;
}

static __always_inline void follow(const struct headers *headers, __u64 now, __u32 n)
{
	struct st_flow_key key;
	__u32 sender = key_of(headers, &key), end = bpf_ntohl(headers->tcp.seq) + n;
	struct followed *flow = bpf_map_lookup_elem(&followed_flows, &key);
	struct followed fresh = { .id = now, .need = { end, end } };

	if (flow)
		flow->need[sender & 1] = end;
	else
		bpf_map_update_elem(&followed_flows, &key, &fresh, BPF_ANY);
}

static __always_inline void connect(const struct headers *headers)
{
	__u32 a = headers->ip.saddr, b = headers->ip.daddr;
	__u32 ports = headers->tcp.source ^ headers->tcp.dest;
	struct floor_syn *syn = &syns[((a ^ b ^ ports) * 0x9e3779b1U >> 16) % FLOOR_SYNS];

	if (headers->tcp.ack) {
		syn->answered = bpf_ktime_get_ns() - syn->time;
		return;
	}
	*syn = (struct floor_syn){ .time = bpf_ktime_get_ns(),
				   .addr = { a, b },
				   .seq = headers->tcp.seq };
}

static __always_inline void emit(struct __sk_buff *skb, const struct headers *headers, __u32 offset,
				 __u32 n, bool followed)
{
	__u32 zero = 0;
	struct scratch *scratch = bpf_map_lookup_elem(&scratches, &zero);

	if (!scratch)
		return;
	__builtin_memset(&scratch->event, 0, sizeof(scratch->event));
	scratch->event.time = bpf_ktime_get_ns();
	scratch->event.key.addr[0][3] = headers->ip.saddr;
	scratch->event.key.addr[1][3] = headers->ip.daddr;
	scratch->event.key.port[0] = headers->tcp.source;
	scratch->event.key.port[1] = headers->tcp.dest;
	scratch->event.ifindex = skb->ifindex;
	scratch->event.seq = headers->tcp.seq;
	scratch->event.ack = headers->tcp.ack_seq;
	scratch->event.len = n;
	if (followed)
		follow(headers, scratch->event.time, n);
	if (n &&
	    bpf_skb_load_bytes(skb, offset, scratch->payload, ((n - 1) & (FLOOR_LENGTHS - 1)) + 1))
		return;
	bpf_ringbuf_output(&ring, scratch, sizeof(scratch->event) + (n & (FLOOR_LENGTHS - 1)),
			   BPF_RB_NO_WAKEUP);
}

static __always_inline int observe(struct __sk_buff *skb, bool followed)
{
	const struct headers *here = (const void *)(long)skb->data;
	struct headers copy, *headers = &copy;
	__u32 offset, len, planned;

	if ((const void *)(here + 1) <= (const void *)(long)skb->data_end)
		copy = *here;
	else if (bpf_skb_load_bytes(skb, 0, &copy, sizeof(copy)))
		return VERDICT;
	if (headers->ethernet.h_proto != bpf_htons(ETH_P_IP) || headers->ip.protocol != 6)
		return VERDICT;
	offset = sizeof(headers->ethernet) + sizeof(headers->ip) + headers->tcp.doff * 4;
	len = bpf_ntohs(headers->ip.tot_len) + sizeof(headers->ethernet) - offset;
	if (headers->tcp.syn) {
		if (followed)
			connect_followed(headers);
		else
			connect(headers);
		return VERDICT;
	}
	planned = plan.copy[headers->tcp.source == bpf_htons(FLOOR_SERVER_PORT)]
			   [headers->tcp.fin | headers->tcp.rst][len & (FLOOR_LENGTHS - 1)];
	if (planned)
		emit(skb, headers, offset, planned - 1, followed);
	return VERDICT;
}

SEC("tc")
int floor_of(struct __sk_buff *skb)
{
	return observe(skb, false);
}

SEC("tc")
int follower_of(struct __sk_buff *skb)
{
	return observe(skb, true);
}

/* Prices of single steps. */

__noinline int callee(struct __sk_buff *skb)
{
	/* Or the compiler would leave the call out. */
	asm volatile("" : : "r"(skb));
	return 0;
}

SEC("tc")
int price_call(struct __sk_buff *skb)
{
	callee(skb);
	return VERDICT;
}

SEC("tc")
int price_ktime(struct __sk_buff *skb)
{
	(void)skb;
	bpf_ktime_get_ns();
	return VERDICT;
}

SEC("tc")
int price_load(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct scratch *scratch = bpf_map_lookup_elem(&scratches, &zero);

	if (scratch)
		bpf_skb_load_bytes(skb, 0, scratch->payload, PRICE_LOAD_BYTES);
	return VERDICT;
}

SEC("tc")
int price_output(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct scratch *scratch = bpf_map_lookup_elem(&scratches, &zero);

	(void)skb;
	if (scratch)
		bpf_ringbuf_output(&ring, scratch, sizeof(scratch->event), BPF_RB_NO_WAKEUP);
	return VERDICT;
}
