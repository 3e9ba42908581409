// SPDX-License-Identifier: BSD-2-Clause
/* What any program costs: the difference to it is what ours does. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tc")
int empty(struct __sk_buff *skb)
{
	(void)skb;
	return -1; /* TCX_NEXT */
}
