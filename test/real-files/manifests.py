"""Manifests as teams write them, and the text that a minimal edit makes of each: manifests.py <folder> <kustomize>

For a kustomization the edit is `kustomize edit set image`, compared by what the file says; elsewhere ruamel.yaml sets the
values in the place where they stand and the lines that differ are counted.
"""

import io
import json
import subprocess
import sys
import textwrap
from pathlib import Path

from ruamel.yaml import YAML

folder, kustomize = Path(sys.argv[1]), sys.argv[2]
cases = []
REPOSITORY = "ghcr.io/acme/flights"
TAG = "1.4.0"
DIGEST = "sha256:" + "ab" * 32
REFERENCE = f"{REPOSITORY}:{TAG}@{DIGEST}"
URI = "s3://models/flights/sha256/cafe"
OLD = "sha256:" + "cd" * 32


def load(text):
    """All documents as a reader of YAML 1.2 has them, and in the order of their keys."""
    return json.loads(json.dumps(list(YAML(typ="safe", pure=True).load_all(io.StringIO(text)))))


def put(value, path, new):
    for step in path[:-1]:
        value = value[step]
    value[path[-1]] = new


def keep(name, text, target, changes, document=0):
    """`changes`: what stands where after the edit, by path; nothing else changes."""
    text = textwrap.dedent(text)
    said = load(text)
    for path, new in changes:
        put(said[document], path, new)
    cases.append({"name": name, "text": text, "target": target, "said": said, "lines": len(changes)})


def keep_kustomization(name, text, image, lines):
    text = textwrap.dedent(text)
    place = folder / f"{len(cases):02}"
    place.mkdir()
    (place / "kustomization.yaml").write_text(text)
    value = f"{image}={REFERENCE}"
    subprocess.run([kustomize, "edit", "set", "image", value], cwd=place, check=True, capture_output=True)
    said = load((place / "kustomization.yaml").read_text())
    for entry in said[0]["images"]:
        # kustomize writes the name once more where nothing renames it.
        if entry.get("newName") == entry["name"]:
            del entry["newName"]
    cases.append({"name": name, "text": text, "target": {"image": image}, "said": said, "lines": lines})


POD = ["spec", "template", "spec", "containers"]
keep("a Deployment", f"""\
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: flights   # the model
    spec:
      replicas: 2
      template:
        spec:
          containers:
          - name: server
            image: {REPOSITORY}:1.3.0
            ports: [{{containerPort: 8080}}]
    """, {"kind": "Deployment", "name": "flights"}, [([*POD, 0, "image"], REFERENCE)])
keep("a Deployment with a sidecar first", f"""\
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {{name: flights}}
    spec:
      template:
        spec:
          containers:
            - image: envoyproxy/envoy:v1.31.0
              name: envoy
            - image: "{REPOSITORY}:1.3.0@{OLD}"
              name: server
    """, {"kind": "Deployment", "name": "flights", "container": "server"}, [([*POD, 1, "image"], REFERENCE)])
keep("a Deployment after a Service", f"""\
    apiVersion: v1
    kind: Service
    metadata: {{name: flights}}
    spec: {{ports: [{{port: 80}}]}}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {{name: flights, namespace: prod}}
    spec:
      template:
        spec:
          containers:
            - name: s
              image: '{REPOSITORY}:1.3.0'   # {{"$imagepolicy": "flux-system:flights"}}
    """, {"kind": "Deployment", "name": "flights"}, [([*POD, 0, "image"], REFERENCE)], document=1)
keep("a StatefulSet with block texts", f"""\
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {{name: flights}}
    spec:
      template:
        metadata:
          annotations:
            note: |
              image: {REPOSITORY}:1.3.0
              kept as it is
        spec:
          containers:
            - name: s
              image: {REPOSITORY}:1.3.0
    """, {"kind": "StatefulSet", "name": "flights"}, [([*POD, 0, "image"], REFERENCE)])
keep("an environment variable with the URI", f"""\
    apiVersion: apps/v1
    kind: Deployment
    metadata: {{name: flights}}
    spec:
      template:
        spec:
          containers:
            - name: s
              image: python:3.12
              env:
                - {{name: LOG, value: debug}}
                - name: MODEL_URI
                  value: s3://models/flights/sha256/beef
    """, {"kind": "Deployment", "name": "flights", "env": "MODEL_URI"}, [([*POD, 0, "env", 1, "value"], URI)])
keep("a CronJob", f"""\
    apiVersion: batch/v1
    kind: CronJob
    metadata:
        name: score
    spec:
        schedule: "0 3 * * *"
        jobTemplate:
            spec:
                template:
                    spec:
                        containers:
                            - name: s
                              image: {REPOSITORY}:1.3.0
    """, {"kind": "CronJob", "name": "score"}, [(["spec", "jobTemplate", "spec", "template", "spec", "containers", 0, "image"], REFERENCE)])
for called, model in {"model": ["model", "storageUri"], "sklearn": ["sklearn", "storageUri"], "triton": ["triton", "storageUri"]}.items():
    extra = "modelFormat: {name: onnx}\n        " if called == "model" else ""
    keep(f"an InferenceService of {called}", f"""\
    apiVersion: serving.kserve.io/v1beta1
    kind: InferenceService
    metadata:
      name: flights
      annotations: {{"sidecar.istio.io/inject": "false"}}
    spec:
      predictor:
        {called}:
          {extra.strip()}
          storageUri: "s3://models/flights/sha256/beef"
          resources: {{limits: {{cpu: "1", memory: 2Gi}}}}
    """, {"kind": "InferenceService", "name": "flights"}, [(["spec", "predictor", *model], URI)])
keep("an InferenceService with a container of its own", f"""\
    apiVersion: serving.kserve.io/v1beta1
    kind: InferenceService
    metadata: {{name: flights}}
    spec:
      predictor:
        containers:
          - name: kserve-container
            image: {REPOSITORY}:1.3.0
    """, {"kind": "InferenceService", "name": "flights", "container": "kserve-container"}, [(["spec", "predictor", "containers", 0, "image"], REFERENCE)])

keep_kustomization("a kustomization with newTag", f"""\
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - deployment.yaml
    images:
    - name: flights
      newName: {REPOSITORY}
      newTag: 1.3.0
      digest: {OLD}
    """, "flights", 2)
keep_kustomization("a kustomization of a digest alone", f"""\
    kind: Kustomization
    apiVersion: kustomize.config.k8s.io/v1beta1
    images:
      # the model
      - name: flights
        newName: {REPOSITORY}
        digest: {OLD}
      - name: other
        newTag: "7"
    """, "flights", 2)
keep_kustomization("a kustomization with a name alone", """\
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    namespace: prod
    images:
    - name: flights
    commonLabels: {app: flights}
    """, "flights", 3)
keep_kustomization("a kustomization whose tag is a number", f"""\
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    images:
    - name: {REPOSITORY}
      newTag: "1.10"
      digest: {OLD}
    - {{name: other, newTag: latest}}
    """, REPOSITORY, 2)
keep_kustomization("a Component", f"""\
    apiVersion: kustomize.config.k8s.io/v1alpha1
    kind: Component
    images:
    - name: flights
      newName: registry.example:5000/old/flights
      newTag: v1
      digest: {OLD}
    """, "flights", 3)

keep("Helm values as `helm create` writes them", f"""\
    # Default values for flights.
    replicaCount: 1

    image:
      repository: {REPOSITORY}
      pullPolicy: IfNotPresent
      # Overrides the image tag whose default is the chart appVersion.
      tag: "1.3.0"
    imagePullSecrets: []
    """, {"path": "image"}, [(["image", "tag"], TAG)])
keep("Helm values as Bitnami writes them", f"""\
    image:
      registry: ghcr.io
      repository: acme/flights
      tag: 1.3.0
      digest: "{OLD}"
      pullPolicy: Always
    """, {"path": "image"}, [(["image", "tag"], TAG), (["image", "digest"], DIGEST)])
keep("Helm values of a subchart", f"""\
    global: {{env: prod}}
    flights:
      serving:
        image: {{repository: {REPOSITORY}, tag: '1.3.0', digest: '{OLD}'}}
    """, {"path": "flights.serving.image"}, [(["flights", "serving", "image", "tag"], TAG), (["flights", "serving", "image", "digest"], DIGEST)])
keep("Helm values with one reference", f"""\
    server:
      image: {REPOSITORY}:1.3.0@{OLD}
    """, {"path": "server.image"}, [(["server", "image"], REFERENCE)])
keep("Helm values with a URI", """\
    model:
        uri:   s3://models/flights/sha256/beef    # where it lies
        name: flights
    """, {"path": "model.uri"}, [(["model", "uri"], URI)])
keep("Helm values with a version", """\
    model: {name: flights, version: 1.3.0}
    """, {"path": "model.version", "value": "version"}, [(["model", "version"], TAG)])
keep("Helm values with v before the version", """\
    modelVersion: v1.3.0
    tags: [a, b]
    """, {"path": "modelVersion"}, [(["modelVersion"], f"v{TAG}")])
keep("Helm values with a digest alone", f"""\
    digest: {OLD}
    """, {"path": "digest"}, [(["digest"], DIGEST)])
keep("a list in Helm values", f"""\
    servers:
      - name: a
        image: {{repository: other/x, tag: "1"}}
      - name: flights
        image: {{repository: {REPOSITORY}, tag: 1.3.0, digest: "{OLD}"}}
    """, {"path": "servers[1].image"}, [(["servers", 1, "image", "tag"], TAG), (["servers", 1, "image", "digest"], DIGEST)])
keep("an Argo CD Application with a parameter", f"""\
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {{name: flights, namespace: argocd}}
    spec:
      source:
        repoURL: https://github.com/acme/charts
        helm:
          parameters:
            - {{name: image.repository, value: {REPOSITORY}}}
            - {{name: image.digest, value: '{OLD}'}}
    """, {"kind": "Application", "name": "flights", "parameter": "image.digest"}, [(["spec", "source", "helm", "parameters", 1, "value"], DIGEST)])
keep("an Argo CD Application with an image override", f"""\
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {{name: flights}}
    spec:
      source:
        kustomize:
          images:
          - flights={REPOSITORY}:1.3.0
    """, {"kind": "Application", "name": "flights", "image": "flights"}, [(["spec", "source", "kustomize", "images", 0], f"flights={REFERENCE}")])

keep("Helm parameters of a tag and a digest", f"""\
    kind: ApplicationSet
    metadata: {{name: flights}}
    spec:
      template:
        spec:
          source:
            helm:
              parameters:
              - name: image.tag   # of the digest below
                value: v1.3.0
              - name: sidecar.tag
                value: "2"
              - name: image.digest
                value: "{OLD}"
    """, {"kind": "ApplicationSet", "name": "flights", "parameter": "image.tag"}, [(["spec", "template", "spec", "source", "helm", "parameters", 0, "value"], TAG), (["spec", "template", "spec", "source", "helm", "parameters", 2, "value"], DIGEST)])
keep("Helm values whose path is the repository", f"""\
    image:
      repository: other.example/old
      tag: 1.3.0
    """, {"path": "image.repository"}, [(["image", "repository"], REPOSITORY), (["image", "tag"], TAG)])
keep("Helm values with a tag of their own", """\
    image: ghcr.io/acme/flights
    imageTag: v1.3.0
    sidecarTag: '2'
    """, {"path": "imageTag"}, [(["imageTag"], TAG)])
keep("Helm values whose digest has its @", f"""\
    image: {{repository: {REPOSITORY}, tag: 1.3.0, digest: "@{OLD}"}}
    """, {"path": "image"}, [(["image", "tag"], TAG), (["image", "digest"], "@" + DIGEST)])
keep("Helm values with anchors beside the image", f"""\
    limits: &limits {{cpu: 1}}
    flights: {{image: {{repository: {REPOSITORY}, tag: &now 1.3.0}}, limits: *limits}}
    other: [*limits, {{memory: 1Gi}}]
    """, {"path": "flights.image"}, [(["flights", "image", "tag"], TAG)])
keep("Helm values whose tag was a number", f"""\
    image:
      repository: {REPOSITORY}
      tag: 007
      other: 1e3
    """, {"path": "image"}, [(["image", "tag"], TAG)])
keep("a HelmRelease of Flux", f"""\
    apiVersion: helm.toolkit.fluxcd.io/v2
    kind: HelmRelease
    metadata: {{name: flights, namespace: prod}}
    spec:
      interval: 5m
      values:
        image:
          repository: {REPOSITORY}
          tag: 1.3.0 # {{"$imagepolicy": "flux-system:flights:tag"}}
    """, {"kind": "HelmRelease", "name": "flights", "path": "spec.values.image"}, [(["spec", "values", "image", "tag"], TAG)])
keep("a SeldonDeployment", """\
    apiVersion: machinelearning.seldon.io/v1
    kind: SeldonDeployment
    metadata: {name: flights}
    spec:
      predictors:
      - name: default
        graph: {name: classifier, implementation: SKLEARN_SERVER, modelUri: 's3://models/flights/sha256/beef'}
    """, {"kind": "SeldonDeployment", "name": "flights", "path": "spec.predictors[0].graph.modelUri"}, [(["spec", "predictors", 0, "graph", "modelUri"], URI)])
keep("the same name in two namespaces", f"""\
    kind: Deployment
    metadata: {{name: flights, namespace: staging}}
    spec: {{template: {{spec: {{containers: [{{name: s, image: "{REPOSITORY}:1.3.0"}}]}}}}}}
    ---
    kind: Deployment
    metadata: {{name: flights, namespace: prod}}
    spec: {{template: {{spec: {{containers: [{{name: s, image: "{REPOSITORY}:1.3.0"}}]}}}}}}
    """, {"kind": "Deployment", "name": "flights", "namespace": "prod"}, [([*POD, 0, "image"], REFERENCE)], document=1)
keep("a Deployment in JSON with tabs", json.dumps({"kind": "Deployment", "metadata": {"name": "flights"}, "spec": {"template": {"spec": {"containers": [{"name": "s", "image": REPOSITORY + ":1.3.0"}]}}}}, indent="\t") + "\n",
    {"kind": "Deployment", "name": "flights"}, [([*POD, 0, "image"], REFERENCE)])
keep("a patch by JSON pointers", f"""\
    - op: test
      path: /kind
      value: Deployment
    - op: replace
      path: /spec/template/spec/containers/0/image
      value: {REPOSITORY}:1.3.0   # promoted
    """, {"path": "[1].value"}, [([1, "value"], REFERENCE)])
keep("values of helmCharts in a kustomization", f"""\
    kind: Kustomization
    helmCharts:
    - name: flights
      version: 1.3.0
      valuesInline:
        image: {{registry: ghcr.io, repository: acme/flights, tag: "1.3.0", sha: "{OLD[7:]}"}}
    """, {"kind": "Kustomization", "path": "helmCharts[0].valuesInline.image"}, [(["helmCharts", 0, "valuesInline", "image", "tag"], TAG), (["helmCharts", 0, "valuesInline", "image", "sha"], DIGEST[7:])])
keep("an init container between long lines", f"""\
    kind: StatefulSet
    metadata: {{name: flights}}
    spec:
      template:
        spec:
          initContainers:
          - name: model
            args: ["{"x" * 20_000}"]
            image: {REPOSITORY}   # no tag yet
          containers:
          - name: server
            image: {REPOSITORY}-server:3
    """, {"kind": "StatefulSet", "name": "flights", "container": "model"}, [(["spec", "template", "spec", "initContainers", 0, "image"], REFERENCE)])

(folder / "expected.json").write_text(json.dumps(cases))
print(len(cases))
