/* SPDX-License-Identifier: BSD-2-Clause */
#include "paths_tables.h"

#include <err.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "shaketap_abi.h"

/* More than the programs have. */
#define MAPS_MAX 16
#define KEY_MAX 64

static void clear_hash(int map, uint32_t key_size)
{
	uint8_t key[KEY_MAX];

	if (key_size > sizeof(key))
		errx(1, "a table has keys of %u bytes", key_size);
	while (!bpf_map_get_next_key(map, NULL, key))
		if (bpf_map_delete_elem(map, key))
			err(1, "cannot empty a table");
}

static void clear_gates(int map)
{
	const size_t size = ST_GATE_BUCKETS * sizeof(struct st_gate);
	void *gates = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);

	if (gates == MAP_FAILED)
		err(1, "cannot close the gates");
	memset(gates, 0, size);
	munmap(gates, size);
}

/* True: it was one of ours to clear. */
static bool clear_map(uint32_t id)
{
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info);
	int map = bpf_map_get_fd_by_id(id);
	bool hash, gates;

	if (map < 0 || bpf_obj_get_info_by_fd(map, &info, &size))
		err(1, "cannot find the tables");
	hash = !strcmp(info.name, "flows") || !strcmp(info.name, "syns") ||
	       !strcmp(info.name, "early");
	gates = !strcmp(info.name, "gates");
	if (hash)
		clear_hash(map, info.key_size);
	else if (gates)
		clear_gates(map);
	close(map);
	return hash || gates;
}

void tables_clear(int program)
{
	uint32_t ids[MAPS_MAX];
	struct bpf_prog_info info = { .nr_map_ids = MAPS_MAX, .map_ids = (uintptr_t)ids };
	uint32_t size = sizeof(info);
	unsigned cleared = 0;

	if (bpf_obj_get_info_by_fd(program, &info, &size))
		err(1, "cannot ask for the tables");
	for (uint32_t i = 0; i < info.nr_map_ids && i < MAPS_MAX; i++)
		cleared += clear_map(ids[i]);
	if (cleared != 4)
		errx(1, "flows, syns, early and gates should be there; %u of them are", cleared);
}
