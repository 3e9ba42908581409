/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel holds of BPF, one per line: "program NAME", "map NAME", "link TYPE". Links have
 * numbers only. Asks for CAP_SYS_ADMIN. bpftool would tell more, but it takes seconds in a guest.
 */
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <bpf/bpf.h>

static void programs(void)
{
	for (uint32_t id = 0; !bpf_prog_get_next_id(id, &id);) {
		struct bpf_prog_info info = { 0 };
		uint32_t size = sizeof(info);
		int fd = bpf_prog_get_fd_by_id(id);

		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &size))
			printf("program %s\n", info.name);
		close(fd);
	}
}

static void maps(void)
{
	for (uint32_t id = 0; !bpf_map_get_next_id(id, &id);) {
		struct bpf_map_info info = { 0 };
		uint32_t size = sizeof(info);
		int fd = bpf_map_get_fd_by_id(id);

		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &size))
			printf("map %s\n", info.name);
		close(fd);
	}
}

static void links(void)
{
	for (uint32_t id = 0; !bpf_link_get_next_id(id, &id);) {
		struct bpf_link_info info = { 0 };
		uint32_t size = sizeof(info);
		int fd = bpf_link_get_fd_by_id(id);

		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &size))
			printf("link %u\n", info.type);
		close(fd);
	}
}

int main(void)
{
	programs();
	maps();
	links();
	return 0;
}
