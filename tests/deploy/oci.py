# SPDX-License-Identifier: BSD-2-Clause
"""A container as the kubelet asks containerd or CRI-O for it, from the manifest.

oci.py ROOT SECCOMP ARGUMENT... <daemonset.yaml >config.json: user, capabilities, privileges and
read-only root are those of the first container. Its capabilities go into three sets; Kubernetes
gives no ambient ones. The arguments are the caller's.
"""
import json
import sys

import yaml


def main():
    root, seccomp, *arguments = sys.argv[1:]
    context = yaml.safe_load(sys.stdin)["spec"]["template"]["spec"]["containers"][0]["securityContext"]
    capabilities = ["CAP_" + name for name in context["capabilities"]["add"]]
    config = {
        "ociVersion": "1.0.2",
        "process": {
            "user": {"uid": context["runAsUser"], "gid": context["runAsGroup"]},
            "args": ["/shaketap", *arguments],
            "cwd": "/",
            "env": ["PATH=/"],
            "capabilities": {k: capabilities for k in ("bounding", "effective", "permitted")},
            "noNewPrivileges": not context["allowPrivilegeEscalation"],
        },
        "root": {"path": root, "readonly": context["readOnlyRootFilesystem"]},
        "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc"},
            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]},
            {"destination": "/sys", "type": "bind", "source": "/sys", "options": ["rbind", "ro"]},
        ],
        "linux": {
            "namespaces": [{"type": t} for t in ("pid", "ipc", "uts", "mount")],
            "maskedPaths": ["/proc/kcore", "/proc/keys", "/sys/firmware"],
            "readonlyPaths": ["/proc/sys"],
            "seccomp": json.load(open(seccomp, encoding="utf-8")),
        },
    }
    json.dump(config, sys.stdout)


main()
