/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* All that the programs know of the packet at hand. */
#ifndef SHAKETAP_SCRATCH_BPF_H
#define SHAKETAP_SCRATCH_BPF_H

#include <stddef.h>

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include "maps.bpf.h"
#include "tls_sniff.h"

#define FIRST_BYTES TLS_SNIFF_FIRST_BYTES
/* TCP options of nearly every data segment: two NOPs and the timestamps. */
#define USUAL_OPTIONS_LEN 12

struct packet {
	struct st_flow_key key; /* as sent (source first) until packet_canonical() */
	__u64 hash;		/* st_flow_hash() */
	__u32 seq;		/* of the first payload byte */
	__u32 ack;
	__u32 offset;			  /* in the skb; of the payload once all is parsed */
	__u32 end;			  /* of the IP packet in the skb */
	__u32 limit;			  /* inside a tunnel: of what holds the packet */
	__u32 len;			  /* of the payload */
	__u32 owner;			  /* see st_half, of packets that may matter */
	__u16 sender_port, receiver_port; /* network order */
	__u8 ip4;			  /* the addresses came in a header of IPv4 */
	/* From here on cleared for every packet, see packet_clear(). */
	__u16 vlan __attribute__((aligned(8)));
	__u8 flags;
	__u8 all_here;	   /* headers and first bytes came in one piece */
	__u8 sender;	   /* after packet_canonical(): index of the source in key */
	__u8 sniffed;	   /* enum tls_sniffed */
	__u8 tunnel;	   /* IP protocol at offset that may hold a packet; 0: none */
	__u8 fragment : 1; /* with tunnel: the packet is one */
	__u8 inner : 1;	   /* it came inside a tunnel */
	__u8 first[8];	   /* FIRST_BYTES of the payload; zero behind len */
};

/* What comes before is set for every packet that is looked at any further. */
static __always_inline void packet_clear(struct packet *packet)
{
	__builtin_memset(&packet->vlan, 0, sizeof(*packet) - offsetof(struct packet, vlan));
}

/* Headers of the usual layout in one piece. */
struct tcp_head {
	struct tcphdr tcp;
	__u8 options[USUAL_OPTIONS_LEN];
	__u8 first[8]; /* FIRST_BYTES, rounded up so that no member is misaligned */
};

/* Of both versions TCP lies in one place: two would be two pointers, see verifier.bpf.h. */
struct ip4_head {
	__u8 unused[sizeof(struct ipv6hdr) - sizeof(struct iphdr)];
	struct iphdr ip;
	struct tcp_head rest;
};

struct ip6_head {
	struct ipv6hdr ip;
	struct tcp_head rest;
};

/* Behind UDP: VXLAN and Geneve begin with eight bytes. */
struct udp_tunnel_head {
	struct udphdr udp;
	__u8 flags[2]; /* VXLAN: the first; Geneve: version and words of options, flags */
	__be16 type;   /* Geneve: as Ethernet's */
	__be32 network;
};

/* RFC 2784 and 2890: checksum, key and sequence number may follow, 4 bytes each. */
struct gre_head {
	__be16 flags;
	__be16 type; /* as Ethernet's */
};

/* One segment on its way through the walk, and the state of its direction. */
struct segment {
	__u32 offset; /* of the payload in the skb */
	__u32 seq;    /* of its first byte */
	__u32 len;
	__u32 at;    /* where the walk stands */
	__u32 fill;  /* bytes in scratch->payload */
	__u32 ready; /* bytes from `at` on that are there already, see load_ahead() */
	__u32 apart; /* they lie so far behind `fill`; without any it means nothing */
	__u32 first; /* sequence number of the first of them */
	__u32 end;   /* behind the last of them */
	struct st_half half;
	__u8 opened, joined, lost; /* as in struct st_flow */
	__u8 other;		   /* enum st_sign of the other direction */
	__u8 done;		   /* see done.bpf.h */
	__u8 server_hello;	   /* the record at hand begins with one */
	__u8 telling;		   /* segments sent again are worth an event */
	__u8 told;		   /* this was one */
	__u8 early;		   /* parts that came before it were kept, see early.bpf.h */
};

struct early_key {
	struct st_flow_key flow;
	__u32 index;
};

/*
 * Per CPU, because an event is too large for the stack, because the verifier checks a
 * global function once, whatever its callers, when all it works on is behind a map, and
 * because of what it forbids on the stack (see verifier.bpf.h).
 */
struct scratch {
	struct packet packet;
	union {
		struct ip4_head ip4;
		struct ip6_head ip6;
		struct udp_tunnel_head udp_tunnel;
		struct gre_head gre;
		__be16 type;
	} head;
	struct segment segment;
	struct early_key early;
	__u32 index; /* the key of a look-up in an array */
	__u32 entry; /* place in the flow table */
	__u32 mine;  /* the same, of a new flow */
	__u32 asked; /* events since the program was loaded */
	__u32 fence; /* its value says nothing: an atomic operation orders what is around it */
	/* Event and payload go to the ring in one piece. What is above shares their first page. */
	struct st_event event;
	/* Twice what is filled: a place in it and a length are each bounded by a mask. */
	__u8 payload[2 * ST_EVENT_PAYLOAD_MAX];
};

/* Programs only. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

/* NULL never happens, but the verifier asks. */
static __always_inline struct scratch *get_scratch(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&scratches, &zero);
}

#endif
