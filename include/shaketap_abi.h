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
	ST_EVENT_DATA = 1,    /* bytes of the stream from seq on, see st_event_span() */
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

/*
 * What is copied of one packet goes into one event, though it lies apart in the stream: the
 * sealed bodies of records are left out.
 */
struct st_piece {
	__u16 skip; /* bytes of the stream left out before it */
	__u16 len;
};

/* A server's flight in one packet has five. */
#define ST_PIECES_MAX 8

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
	__u8 pieces;   /* of the payload, in order; 0: it is all in one */
	__u8 done;     /* the flow is over with it: application data behind both Finished */
	__u8 reserved[2];
	__u32 hash; /* of the key, with a secret: one for all events of a connection */
	struct st_piece piece[ST_PIECES_MAX];
};

_Static_assert(sizeof(struct st_flow_key) == 36, "flow key has holes");
_Static_assert(sizeof(struct st_event) == 144, "event header has holes");

/* From its first to its last byte in the stream, with what was left out in between. */
static inline __u32 st_event_span(const struct st_event *event)
{
	__u32 span = event->len;

	for (__u32 i = 0; i < event->pieces && i < ST_PIECES_MAX; i++)
		span += event->piece[i].skip;
	return span;
}

/* How one direction of a flow is being followed. */
enum st_walk {
	ST_WALK_NEW,  /* nothing of this direction seen yet */
	ST_WALK_ON,   /* the place of the next record header is known */
	ST_WALK_RAW,  /* place lost: everything is copied */
	ST_WALK_SPENT /* budget used up: nothing more is copied */
};

/* What the records of a direction have told. */
enum st_sign {
	ST_SIGN_CIPHER = 1 << 0,      /* ChangeCipherSpec passed: handshake records are sealed */
	ST_SIGN_DATA = 1 << 1,	      /* a record of application data */
	ST_SIGN_FINISHED = 1 << 2,    /* up to TLS 1.2: its Finished */
	ST_SIGN_FINISHED_13 = 1 << 3, /* TLS 1.3: by its length, the Finished of a client */
	ST_SIGN_CLIENT = 1 << 4,      /* it began with a ClientHello */
	ST_SIGN_SHA256 = 1 << 5,      /* of the suite in the ServerHello, one of TLS 1.3 */
	ST_SIGN_SHA384 = 1 << 6
};

/* Did the FIN of a direction pass? */
enum st_fin {
	ST_FIN_NONE,
	ST_FIN_AHEAD, /* yes, and bytes before it were still to come, or it is not known */
	ST_FIN_BEHIND /* yes, behind all that matters */
};

/*
 * st_half.owner of a direction that takes several paths: every interface and hook counts. And a
 * mark of what came inside a tunnel, which whoever can send UDP can make up: it has no part in a
 * connection that was seen without one.
 */
#define ST_OWNER_MANY 0x7fffffff
#define ST_OWNER_TUNNEL 0x80000000

struct st_half {
	__u32 need;    /* sequence number of the first byte that matters and was not seen yet */
	__u32 copy_to; /* bytes before this sequence number are copied (clear messages) */
	__u32 next;    /* sequence number of the next record header */
	__u32 owner;   /* interface and hook that show this direction: ifindex << 1 | egress */
	__u32 copied;  /* bytes copied so far */
	__u32 seen;    /* behind the farthest payload byte that passed; meaningless with WALK_NEW */
	__u8 records;  /* encrypted record headers reported so far */
	__u8 walk;     /* enum st_walk */
	__u8 signs;    /* enum st_sign */
	__u8 fin;      /* enum st_fin */
};

/* An entry of the flow table. */
struct st_flow {
	__u64 id;
	struct st_flow_key key;
	__u8 opened;  /* the opening event went out */
	__u8 joined;  /* it began with a ServerHello */
	__u8 lost;    /* an event of this flow was lost */
	__u8 repeats; /* segments sent again that were told */
	/*
	 * The id of a flow in this place that is over: RST, FIN of both sides, or nobody wants
	 * more. Who writes it late, when the place is another's, ends nobody.
	 */
	__u64 over;
	struct st_half half[2]; /* by sender */
	__u64 unused[2];	/* two lines of a cache, not three */
};

/* It stays for stragglers until its place is taken. */
static inline int st_flow_over(const struct st_flow *flow)
{
	return flow->over == flow->id;
}

_Static_assert(sizeof(struct st_half) == 28, "st_half has holes");
_Static_assert(sizeof(struct st_flow) == 128, "an entry is two lines of a cache");

/* Segments of a hello sent again that are told: TCP gives up after about as many. */
#define ST_REPEATS_MAX 8

/* Encrypted record headers reported per direction: a handshake with tickets needs about ten. */
#define ST_RECORDS_MAX 24

/*
 * The flow table: an array of entries, shared memory of the programs and the daemon. Each
 * flow may be in one of the ST_WAYS entries of two buckets, and enters the one in which
 * fewer handshakes are open. Where both are full of those, the oldest goes. In front of the
 * entries stands an array of tags, 16 bits for each, which says who may be there: a
 * packet of no open handshake reads two buckets of it and leaves.
 *
 * Nothing is locked (5.10 has no atomic operation that tells what was there). An entry is
 * written before its tag, and whoever made one looks afterwards whether it is still its own.
 */
#define ST_WAYS 8
#define ST_TAG_LIVE 1 /* else the flow is over, and the place may be taken */
#define ST_TAG_FREE 0

#define ST_EXPECTS 4

/*
 * Beside the tags, for those who read them anyway: where connections begin that were answered, see
 * expect.bpf.h.
 */
struct st_bucket {
	__u16 tag[ST_WAYS];
	__u32 expect[ST_EXPECTS];
};

#define ST_BUCKETS_IN_PAGE 128U

_Static_assert(sizeof(struct st_bucket) == 32, "a bucket lies in one line of a cache");
_Static_assert(sizeof(struct st_bucket) * ST_BUCKETS_IN_PAGE == 4096, "the smallest pages");

/* The place of a way of a bucket: with few handshakes open, few pages of the array are in use. */
static inline __u32 st_entry_of(__u32 bucket, __u32 way, __u32 buckets)
{
	return way * buckets + bucket;
}

/*
 * Buckets for this many handshakes open at once: half as many places more, whole pages of them.
 * Then hardly one is evicted: none of 10,000, and at most 10 of a million (tests/bench/known.c).
 */
static inline __u32 st_buckets(__u32 flows)
{
	__u32 pages = (flows / ST_WAYS + flows / ST_WAYS / 2) / ST_BUCKETS_IN_PAGE + 1;

	return pages * ST_BUCKETS_IN_PAGE;
}

/* Random numbers that make the places in the tables unpredictable. */
#define ST_SEEDS 5

/* The third word of an IPv4 address in its mapped form, network order; those before it are 0. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ST_ADDR_MAPPED 0xffff0000U
#else
#define ST_ADDR_MAPPED 0x0000ffffU
#endif

/*
 * One end of a connection: multilinear, so that whoever does not know the seeds finds no two that
 * collide more often than by chance. Of IPv4 the words in front are the same everywhere; no other
 * address may go without them.
 */
static inline __u64 st_hash_end4(const struct st_flow_key *key, int end, const volatile __u64 *seed)
{
	return key->port[end] * seed[4] + key->addr[end][3] * seed[3];
}

static inline __u64 st_hash_end(const struct st_flow_key *key, int end, const volatile __u64 *seed)
{
	const __u32 *addr = key->addr[end];
	__u64 sum = st_hash_end4(key, end, seed);

	if (addr[0] | addr[1] || addr[2] != ST_ADDR_MAPPED)
		for (int i = 0; i < 3; i++)
			sum += addr[i] * seed[i];
	return sum;
}

static inline __u64 st_hash_ends(__u64 a, __u64 b)
{
	__u64 hash;

	a >>= 32;
	b >>= 32;
	hash = (a * a + b * b) * 0x9e3779b97f4a7c15ULL;
	return hash ^ hash >> 29;
}

/*
 * Of a key, in either order of its ends; places in the tables come from it. The seeds are volatile
 * for the programs: the compiler must not take those it sees for those that will be there.
 */
static inline __u64 st_flow_hash(const struct st_flow_key *key, const volatile __u64 *seed)
{
	return st_hash_ends(st_hash_end(key, 0, seed), st_hash_end(key, 1, seed));
}

/* The same for who knows that both ends are of IPv4. */
static inline __u64 st_flow_hash4(const struct st_flow_key *key, const volatile __u64 *seed)
{
	return st_hash_ends(st_hash_end4(key, 0, seed), st_hash_end4(key, 1, seed));
}

/* A number below n of the upper or lower half of the hash. */
static inline __u32 st_place(__u32 hash, __u32 n)
{
	return (__u64)hash * n >> 32;
}

/*
 * The two buckets of a flow, which may be one. They lie in one page: where other work lies between
 * two packets, the way to a page costs as much as what is done there.
 */
static inline __u32 st_bucket_of(__u64 hash, __u32 buckets)
{
	return st_place(hash >> 32, buckets);
}

/* bucket: the first one. */
static inline __u32 st_other_bucket(__u64 hash, __u32 bucket)
{
	return (bucket & ~(ST_BUCKETS_IN_PAGE - 1)) |
	       st_place((__u32)hash * 0x85ebca6b, ST_BUCKETS_IN_PAGE);
}

/* Of a live flow. */
static inline __u16 st_tag(__u64 hash)
{
	return (hash & 0xfffe ? hash & 0xfffe : 2) | ST_TAG_LIVE;
}

/*
 * The SYN table: an array as well, one place for each hash. A collision, or a flood of
 * SYNs, overwrites an entry and with it the times of that connect; and should it fail, there
 * is no report. What two processors wrote at once is seen by the check and counts as nothing.
 */
struct st_syn {
	struct st_flow_key key;
	__u32 seq; /* initial sequence number of the client */
	__u64 syn_time;
	__u32 owner;	    /* as in st_half: copies on other interfaces are no repetition */
	__u32 answer_seq;   /* of the server, once there is an answer */
	__u32 answered;	    /* ns behind syn_time; 0: no answer yet */
	__u8 answered_high; /* its bits 32 to 39: a quarter of an hour */
	__u8 client : 1;    /* index into the key: who sent the SYN */
	__u8 repeated : 1;  /* ST_EVENT_SYN_REPEATED went out */
	__u8 early : 3;	    /* parts of the client's stream kept, its beginning is not here yet */
	__u8 reserved : 3;
	__u16 check; /* written last */
};

_Static_assert(sizeof(struct st_syn) == 64, "an entry is one line of a cache");

/* When the answer came; 0: not yet. */
static inline __u64 st_syn_answer_time(const struct st_syn *syn)
{
	__u64 behind = (__u64)syn->answered_high << 32 | syn->answered;

	return behind ? syn->syn_time + behind : 0;
}

static inline void st_syn_answer(struct st_syn *syn, __u64 now)
{
	__u64 behind = now > syn->syn_time ? now - syn->syn_time : 1;

	syn->answered = behind;
	syn->answered_high = behind >> 32;
}

static inline __u16 st_syn_check(const struct st_syn *syn)
{
	__u64 sum = (syn->syn_time ^ syn->seq) * 0x9e3779b97f4a7c15ULL;

	sum ^= (__u64)(syn->owner ^ (__u32)syn->client) * 0xc2b2ae3d27d4eb4fULL;
	return sum >> 48 | 1; /* an empty entry is none */
}

/*
 * A server that spoke first has sent less than this. An acknowledgement farther away, or behind,
 * is of another answer to the SYN than the one that was seen (SYN cookies begin anew).
 */
#define ST_SPOKEN_MAX (1U << 20)

/* How the daemon and the programs agree on waking: in .bss, mapped by both. */
struct st_control {
	__u32 asleep; /* the daemon waits for a wake-up; the first event takes it back and wakes */
	__u32 urgent; /* a wake-up for a filling ring is under way */
};

/*
 * Which interfaces show packets at all, in .bss as well: [slot][egress]. The
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
	ST_COUNT_FLOWS_ENDED, /* by the kernel programs: FIN, RST, done, a new SYN */
	ST_COUNTS
};

#endif
