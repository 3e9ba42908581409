/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The contract between the kernel programs and the daemon: what an event looks
 * like, which maps both sides touch, and how refusals are counted.
 *
 * Integers are in host byte order except where a comment says "network order".
 * Addresses are 16 bytes, IPv4 in its mapped form ::ffff:a.b.c.d, so that one
 * key serves both families.
 */
#ifndef SHAKETAP_ABI_H
#define SHAKETAP_ABI_H

#include <linux/types.h>

/*
 * The two ends of a TCP connection, the lower (address, port) first, so that
 * both directions give the same key. "direction" below is the index of the
 * sender in this key: 0 or 1.
 */
struct st_flow_key {
	__u32 addr[2][4]; /* network order */
	__u16 port[2];	  /* network order */
};

enum st_event_type {
	ST_EVENT_DATA = 1,    /* bytes of the stream, seq .. seq + len */
	ST_EVENT_FIN,	      /* the sender closed; seq is that of the FIN itself */
	ST_EVENT_RST,	      /* the sender reset the connection */
	ST_EVENT_REFUSED,     /* RST in answer to a SYN to one of the TLS ports */
	ST_EVENT_SYN_REPEATED /* second SYN to one of the TLS ports, no answer yet */
};

enum st_event_flag {
	ST_FLAG_OPENED = 1 << 0, /* first event of this flow; direction tells who sent the hello */
	ST_FLAG_JOINED =
		1 << 1, /* with OPENED: it began with a ServerHello, the client was not seen */
	ST_FLAG_EGRESS = 1 << 2, /* seen on the egress hook, else on ingress */
	ST_FLAG_LOCAL = 1 << 3,	 /* the sender's socket is on this host */
	ST_FLAG_LOST = 1 << 4,	 /* an earlier event of this flow did not fit into the ring */
	ST_FLAG_RAW = 1 << 5,	 /* the walk lost its place: bytes as they came. With FIN: bytes
				  * before it may be still to come, and the entry stays */
	ST_FLAG_SPENT = 1 << 6,	 /* the budget of this direction ends with this event */
	ST_FLAG_WHOLE = 1 << 7	 /* not the kernel's: all data of one packet is in this event */
};

/* Payload bytes one event carries at most; longer ranges take several events. */
#define ST_EVENT_PAYLOAD_MAX 2048

struct st_event {
	__u64 time;	   /* ns, CLOCK_MONOTONIC: when the packet passed */
	__u64 flow;	   /* identity of the flow entry: a reused key has another */
	__u64 syn_time;	   /* ns, as time; 0: not seen. Set on OPENED, REFUSED, SYN_REPEATED */
	__u64 synack_time; /* ns, as time; 0: not seen */
	__u64 cgroup;	   /* cgroup v2 id of the sender's socket, 0: none here */
	struct st_flow_key key;
	__u32 ifindex;
	__u32 seq;     /* TCP sequence number of the first payload byte */
	__u32 ack;     /* acknowledgement number: where the other direction stands; 0: none */
	__u32 seen[2]; /* FIN, RST: by sender, behind the last byte that had passed; 0: none */
	__u16 len;     /* payload bytes that follow this header */
	__u16 vlan;    /* VLAN id, 0: none */
	__u8 type;     /* enum st_event_type */
	__u8 flags;    /* enum st_event_flag */
	__u8 sender;   /* index into key: who sent this packet */
	__u8 spoken;   /* with OPENED: the other end sent bytes before the sender's first one */
};

_Static_assert(sizeof(struct st_flow_key) == 36, "flow key has holes");
_Static_assert(sizeof(struct st_event) == 104, "event header has holes");

/* How one direction of a flow is being followed. */
enum st_walk {
	ST_WALK_NEW,  /* nothing of this direction seen yet */
	ST_WALK_ON,   /* the place of the next record header is known */
	ST_WALK_RAW,  /* place lost: everything is copied */
	ST_WALK_SPENT /* budget used up: nothing more is copied */
};

/* Did the FIN of a direction pass? */
enum st_fin {
	ST_FIN_NONE,
	ST_FIN_AHEAD, /* yes, and bytes before it were still to come, or it is not known */
	ST_FIN_BEHIND /* yes, behind all that matters */
};

/* st_half.owner of a direction that takes several paths: every interface and hook counts. */
#define ST_OWNER_MANY 0xffffffff

struct st_half {
	__u32 need;    /* sequence number of the first byte that matters and was not seen yet */
	__u32 copy_to; /* bytes before this sequence number are copied (clear messages) */
	__u32 next;    /* sequence number of the next record header */
	__u32 owner;   /* interface and hook that show this direction: ifindex << 1 | egress */
	__u32 copied;  /* bytes copied so far */
	__u32 seen;    /* behind the farthest payload byte that passed; meaningless with WALK_NEW */
	__u8 records;  /* encrypted record headers reported so far */
	__u8 walk;     /* enum st_walk */
	__u8 encrypted; /* ChangeCipherSpec passed: handshake records are sealed */
	__u8 fin;	/* enum st_fin */
};

/* The value of the flow table. */
struct st_flow {
	__u64 id;
	struct st_half half[2]; /* by sender */
	__u8 opened;		/* the opening event went out */
	__u8 joined;		/* it began with a ServerHello */
	__u8 lost;		/* an event of this flow was lost */
	__u8 over;    /* RST, FIN of both sides, or it could not be told: stragglers find it */
	__u8 repeats; /* segments sent again that were told */
	__u8 reserved[3];
};

_Static_assert(sizeof(struct st_half) == 28, "st_half has holes");
_Static_assert(sizeof(struct st_flow) == 72, "st_flow has holes");

/* Segments of a hello sent again that are told: TCP gives up after about as many. */
#define ST_REPEATS_MAX 8

/* Encrypted record headers reported per direction: a handshake with tickets needs about ten. */
#define ST_RECORDS_MAX 24

/* The value of the SYN table. */
struct st_syn {
	__u64 syn_time;
	__u64 synack_time; /* 0: no answer yet */
	__u32 seq;	   /* initial sequence number of the client */
	__u32 owner;	   /* as in st_half: copies on other interfaces are no repetition */
	__u32 answer_seq;  /* with synack_time: that of the server */
	__u8 client;	   /* index into the key: who sent the SYN */
	__u8 repeated;	   /* ST_EVENT_SYN_REPEATED went out */
	__u8 early;	   /* parts of the client's stream kept, its beginning is not here yet */
	__u8 reserved;
};

/*
 * A server that spoke first has sent less than this. An acknowledgement farther away, or behind,
 * is of another answer to the SYN than the one that was seen (SYN cookies begin anew).
 */
#define ST_SPOKEN_MAX (1U << 20)

_Static_assert(sizeof(struct st_syn) == 32, "st_syn has holes");

/*
 * The gate: "is a handshake open in this bucket of flows?". count goes up when
 * an entry of the flow table is made and down when its flow is over, by whoever
 * sees to that. An entry that the LRU table dropped leaves the count up: then
 * stamp closes the gate after the configured lifetime without news, and the next
 * entry counts from one. The count wraps like a signed number; 0 and less is closed.
 *
 * expect is where the client's data begins of the connection whose SYN was answered last in
 * this bucket, as long as it did not begin. What comes a little behind that is worth a look
 * (segments may overtake each other); of other connections one packet in 2^18 is.
 */
#define ST_GATE_BUCKETS 65536
#define ST_GATE_TICK_SHIFT 30 /* the stamp counts units of 2^30 ns */

struct st_gate {
	__u32 count;
	__u32 stamp;
	__u32 expect;
	__u32 reserved; /* the map rounds up to 8, and the daemon sees it as an array */
};

/* Symmetric in the two ends; cheap rather than strong: a collision costs one lookup. */
static inline __u32 st_gate_bucket(const struct st_flow_key *key, __u32 seed)
{
	__u32 hash = seed;

	for (int i = 0; i < 4; i++)
		hash = (hash ^ (key->addr[0][i] + key->addr[1][i])) * 0x9e3779b1;
	hash = (hash ^ ((__u32)key->port[0] + key->port[1])) * 0x85ebca6b;
	return (hash >> 16) & (ST_GATE_BUCKETS - 1);
}

/* How the daemon and the programs agree on waking: in .bss, mapped by both. */
struct st_control {
	__u32 asleep; /* the daemon waits for a wake-up; the first event takes it back and wakes */
	__u32 urgent; /* a wake-up for a filling ring is under way */
};

/*
 * Which interfaces show packets at all, in .bss as well: [egress][slot]. The
 * programs set a mark where there is none, the daemon takes all back at each check.
 * Interfaces that share a slot can hide only each other's silence.
 */
#define ST_SHOWN_SLOTS 4096

static inline __u32 st_shown_slot(__u32 ifindex)
{
	return ifindex & (ST_SHOWN_SLOTS - 1);
}

/* Index of the per-CPU counters; every refusal and loss has one. */
enum st_count {
	ST_COUNT_EVENTS,	       /* events written to the ring */
	ST_COUNT_LOST_RING_FULL,       /* events that found no room in the ring */
	ST_COUNT_LOST_HANDSHAKE,       /* handshakes whose first event was one of those */
	ST_COUNT_LOST_TABLE_FULL,      /* handshakes the flow table had no room for */
	ST_COUNT_REFUSED_FRAGMENT,     /* TCP, or a tunnel, in an IP fragment */
	ST_COUNT_REFUSED_VLAN_DEPTH,   /* more VLAN tags than the named bound */
	ST_COUNT_REFUSED_HEADER_CHAIN, /* more IPv6 extension headers than the named bound */
	ST_COUNT_REFUSED_TUNNEL_DEPTH, /* more tunnels in one another than the named bound */
	ST_COUNT_REFUSED_TRUNCATED,    /* headers or payload not in the packet */
	ST_COUNT_REFUSED_MALFORMED,    /* header lengths that contradict each other */
	ST_COUNT_REFUSED_STRAY_RST,    /* RST far from where its direction stands */
	ST_COUNT_REFUSED_WALK_BOUND,   /* more records in one packet than the walk takes */
	ST_COUNT_DUPLICATES,	       /* packets seen before on another interface or hook */
	ST_COUNT_RAW_MODE,	       /* directions that lost their place */
	ST_COUNT_FLOWS_OPENED,
	ST_COUNT_FLOWS_ENDED, /* by the kernel programs: FIN, RST, a new SYN */
	ST_COUNTS
};

#endif
