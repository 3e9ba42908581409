// SPDX-License-Identifier: BSD-2-Clause
// What a dashboard of ours may hold, by Grafana's own types, down to the options of each kind of
// panel (Panel itself leaves those open).
import type { Dashboard, Panel, RowPanel } from "@grafana/schema";
import type * as bargauge from "@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen";
import type * as heatmap from "@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen";
import type * as stat from "@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen";
import type * as table from "@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen";
import type * as timeseries from "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";
import type { PrometheusDataQuery } from "grafana-10/dist/esm/raw/composable/prometheus/dataquery/x/PrometheusDataQuery_types.gen";

// As JSON has it: the value of an enum for its name, and unknown where the types say any.
type Plain<T> = 0 extends 1 & T ? unknown
	: T extends string ? `${T}`
	: T extends number ? (number extends T ? T : `${T}` extends `${infer N extends number}` ? N : never)
	: T extends (infer Item)[] ? Plain<Item>[]
	: T extends object ? { [Key in keyof T]: Plain<T[Key]> }
	: T;

// Grafana fills in what is left out.
type Some<T> = T extends unknown[] ? T : T extends object ? { [Key in keyof T]?: Some<T[Key]> } : T;

type FieldConfig = Plain<NonNullable<Panel["fieldConfig"]>>;

type PanelOf<Kind, Options, Custom> = Omit<Plain<Panel>, "type" | "targets" | "fieldConfig" | "options"> & {
	type: Kind;
	targets: Plain<PrometheusDataQuery>[];
	fieldConfig: Omit<FieldConfig, "defaults"> & {
		defaults: Omit<FieldConfig["defaults"], "custom"> & { custom?: Some<Plain<Custom>> };
	};
	options: Some<Plain<Options>>;
};

type AnyPanel =
	| Plain<RowPanel>
	| PanelOf<"bargauge", bargauge.Options, never>
	| PanelOf<"heatmap", heatmap.Options, heatmap.FieldConfig>
	| PanelOf<"stat", stat.Options, never>
	| PanelOf<"table", table.Options, table.FieldConfig>
	| PanelOf<"timeseries", timeseries.Options, timeseries.FieldConfig>;

export type OurDashboard = Omit<Plain<Dashboard>, "panels"> & { panels: AnyPanel[] };
