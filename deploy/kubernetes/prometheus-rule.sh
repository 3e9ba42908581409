#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Rule files of Prometheus as objects for its operator, which wants them in a resource of its own:
#   deploy/kubernetes/prometheus-rule.sh deploy/prometheus/*.rules.yml | kubectl apply -f -
set -eu

for file in "$@"; do
	name=$(basename "$file" .yml | tr . -)
	cat <<-END
		---
		apiVersion: monitoring.coreos.com/v1
		kind: PrometheusRule
		metadata:
		  name: $name
		  namespace: shaketap
		  labels:
		    app.kubernetes.io/name: shaketap
		spec:
	END
	sed 's/^/  /' "$file"
done
