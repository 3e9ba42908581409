// SPDX-License-Identifier: BSD-2-Clause
// Objects of Kubernetes against the schemas of its API: node kubernetes.mjs NODE_MODULES <objects.yaml
// One JSON array of the objects on standard output; on standard error a line for each fault, and exit 1.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const require = createRequire(resolve(process.argv[2], "node_modules", "x.js"));
const { parseAllDocuments } = require("yaml");

// Groups of the operator come with another package than those of Kubernetes itself.
function model({ apiVersion, kind }) {
	const operator = apiVersion.startsWith("monitoring.coreos.com/");
	const name = operator ? "@kubernetes-models/prometheus-operator" : "kubernetes-models";
	return require(`${name}/${apiVersion}`)[kind];
}

// The schemas let fields pass that they do not know, the API server warns of them: a misspelt one is
// a wish that nobody hears. What the validator never looks at is unknown. It walks maps (labels,
// data) by their keys, and then knows all of them.
function watch(value, path, watched) {
	if (value === null || typeof value !== "object") return value;
	const keys = new Set(Array.isArray(value) ? [] : Object.keys(value));
	const children = new Map();
	watched.push({ path, keys });
	return new Proxy(value, {
		get(target, key) {
			keys.delete(key);
			if (!Object.hasOwn(target, key) || Array.isArray(target) && key === "length") return target[key];
			if (!children.has(key)) children.set(key, watch(target[key], `${path}/${String(key)}`, watched));
			return children.get(key);
		},
		ownKeys(target) {
			keys.clear();
			return Reflect.ownKeys(target);
		},
	});
}

function* unknown(watched) {
	for (const { path, keys } of watched)
		for (const key of keys) yield `${path}/${key}: no such field`;
}

function* faults(object) {
	const name = `${object.kind} ${object.metadata?.name}`;
	const watched = [];
	try {
		const Model = model(object);
		if (!Model) return yield `${name}: no such kind in ${object.apiVersion}`;
		Model.prototype.validate.call(watch(object, name, watched));
	} catch (error) {
		yield `${name}: ${error.message}`;
	}
	yield* unknown(watched);
}

const documents = parseAllDocuments(readFileSync(0, "utf8"));
const found = documents.flatMap((d) => d.errors.map((e) => e.message));
const objects = documents.map((d) => d.toJS()).filter((o) => o);
for (const object of objects) found.push(...faults(object));
for (const fault of found) console.error(fault);
if (!objects.length) console.error("no object at all");
console.log(JSON.stringify(objects));
process.exit(found.length || !objects.length ? 1 : 0);
