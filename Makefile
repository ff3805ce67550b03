# One environment file becomes the whole platform. `make help` lists the commands.
# Needs Python 3.10+, Node (any: the project pins its own) and make; `make test` x86-64 Linux, bash and openssl as well.

ENV ?= dev
# 1: deploy, rotate and destroy ask nothing, for scripts.
YES ?=
# 1: deploy makes a new file system, filled from S3, where settings want one.
REPLACE_FILE_SYSTEM ?=
# Minutes that destroy, and that one, wait for files that leave to S3; 0: not at all.
EXPORT_MINUTES ?=
PYTHON ?= python3
JOBS ?= 3

# The pinned Node stands before the machine's: the CDK's jsii runtime and the CDK CLI both use it.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
export PYTHONDONTWRITEBYTECODE := 1

BIN := .venv/bin
CDK := node_modules/.bin/cdk
EXPORTS := $(if $(EXPORT_MINUTES),--export-minutes $(EXPORT_MINUTES))
CONFIRMED := $(if $(filter 1,$(YES)),--yes)
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help machine setup lock synth evidence sbom digests images image doctor connections diff deploy open patch-nodes rotate dags dags-check dags-back backup restore destroy local schema unit rehearse runtime mutants lint test format clean

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: .venv/.complete node_modules/.complete ## Install the pinned Python and Node packages

.venv/.complete: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.10 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 10) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/python $(PIP_INSTALL) --require-hashes -r requirements.lock
	@touch $@

node_modules/.complete: package.json package-lock.json
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

lock: ## Write requirements.lock from requirements*.txt: every package, with its content's hashes, for each Python
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python $(PIP_INSTALL) uv==0.13.9
	{ head -1 requirements.lock; UV_SYSTEM_CERTS=1 .venv-lock/bin/uv pip compile --quiet --universal \
	  --python-version 3.10 --no-annotate --no-header --generate-hashes requirements-dev.txt; } > .venv-lock/new
	mv .venv-lock/new requirements.lock

# Of its own: the emulator pins an AWS client that is not the Lambda runtime's.
.venv-rehearsal/.complete: requirements-rehearsal.txt
	$(PYTHON) -m venv .venv-rehearsal
	.venv-rehearsal/bin/python $(PIP_INSTALL) -r requirements-rehearsal.txt
	@touch $@

synth: setup ## Write the CloudFormation templates of ENV (default dev) to cdk.out
	@$(BIN)/python -m settings $(ENV)
	$(CDK) synth --quiet -c environment=$(ENV) -c evidence=true
	@$(BIN)/python -m operations.evidence $(ENV)
	@echo "cdk.out holds:"; ls cdk.out/*Stack.template.json

evidence: setup ## The security report of ENV over AWS and Kubernetes, in build/evidence; 1 with a finding nobody accepted
	$(CDK) synth --quiet -c environment=$(ENV) -c evidence=true
	@$(BIN)/python -m operations.evidence $(ENV)

sbom: synth ## The bill of materials of ENV, in CycloneDX: build/sbom
	@$(BIN)/python -m operations.sbom $(ENV)

digests: setup ## The digest of ENV's image, to write into airflow.image
	@$(BIN)/python -m operations.digests $(ENV)

images: setup ## Every image of ENV, and what replaces it (COPY_TO=registry/folder: the commands that copy them there)
	@$(BIN)/python -m operations.images $(ENV) $(if $(COPY_TO),--copy-to '$(COPY_TO)')

image: setup ## Build an image with packages of yours and push it to ENV's repository (FROM=folder; default images/airflow)
	@$(BIN)/python -m operations.image $(ENV) $(if $(FROM),--from '$(FROM)')

doctor: setup ## Ask the account and the platform of ENV how they are; nothing is changed (CANARY=dag_id: runs that DAG)
	@$(BIN)/python -m operations.doctor $(ENV) $(if $(CANARY),--canary '$(CANARY)')

connections: setup ## The connections and variables that Airflow of ENV would find in AWS, without their values
	@$(BIN)/python -m operations.connections $(ENV)

diff: setup ## Show what a deployment of ENV would change, and what it would refuse
	$(CDK) diff --all -c environment=$(ENV)
	@$(BIN)/python -m operations.changes $(ENV)

deploy: setup ## Deploy ENV: the doctor first (SKIP_DOCTOR=1: not); asks before permissions get broader (YES=1: never)
	@$(if $(filter 1,$(SKIP_DOCTOR)),true,$(BIN)/python -m operations.doctor $(ENV) --before)
	@$(if $(filter 1,$(REPLACE_FILE_SYSTEM)),$(BIN)/python -m operations.replace $(ENV) --concurrency $(JOBS) $(CONFIRMED) $(EXPORTS),$(BIN)/python -m operations.deploy $(ENV) --concurrency $(JOBS) $(CONFIRMED))

open: setup ## Airflow of ENV in a browser, its user and where the password is (PORT=9090: by that port of this machine)
	@$(BIN)/python -m operations.open $(ENV) $(if $(PORT),--port '$(PORT)')

patch-nodes: setup ## New nodes with the newest image, group by group; asks (YES=1: never)
	@$(BIN)/python -m operations.patch $(ENV) $(CONFIRMED)

rotate: setup ## A new SECRET (fernet, jwt, api, database) for ENV under running tasks, and again to go on; asks (YES=1: never)
	@$(BIN)/python -m operations.rotate $(ENV) $(SECRET) $(CONFIRMED)

# Only Python: this runs where DAG files are kept, on every change of one.
DAGS = $(BIN)/python -m operations.dags $(ENV)
PUBLISHED = $(CONFIRMED) $(if $(filter 1,$(NO_WAIT)),--no-wait)
PARSED = $(if $(SECONDS),--seconds '$(SECONDS)')

dags: .venv/.complete ## Check the DAG files of FROM=folder with the deployed Airflow, publish them, wait until it shows them (NO_WAIT=1)
	@$(DAGS) publish '$(FROM)' $(PARSED) $(PUBLISHED)

dags-check: .venv/.complete ## Only check the DAG files of FROM=folder (SECONDS=10 that a file may take)
	@$(DAGS) check '$(FROM)' $(PARSED)

dags-back: .venv/.complete ## Bring the DAG files of the release before back, exactly
	@$(DAGS) back $(PUBLISHED)

backup: setup ## One dated backup set of ENV, deployed or left by a destroy (TO=s3://bucket/prefix/ or a folder)
	@$(BIN)/python -m operations.backup $(ENV) $(if $(TO),--to '$(TO)') $(EXPORTS)

restore: setup ## What ENV's file must say to be brought up from a backup set (FROM=set; of another account: KEY=, BUCKET=)
	@$(BIN)/python -m operations.restore $(ENV) --from '$(FROM)' $(if $(KEY),--key '$(KEY)') $(if $(BUCKET),--bucket '$(BUCKET)')

destroy: setup ## Remove ENV; asks for its name (YES=1: never), and tells what stays and how to remove it
	@$(BIN)/python -m operations.destroy $(ENV) --concurrency $(JOBS) $(CONFIRMED) $(EXPORTS)

local: setup ## Write dist/airflow-local.k8s.yaml: the same Airflow for any Kubernetes, without AWS
	@$(BIN)/python -m k8s $(if $(filter command line,$(origin ENV)),$(ENV),local)

schema: setup ## Write what is made from tables: environments/schema.json (for editors), docs/settings.md, the page of changes
	$(BIN)/python -m settings.schema
	$(BIN)/python -m settings.reference
	$(BIN)/python -m operations.changes.page

unit: setup ## Unit tests (about two minutes)
	$(BIN)/python -m pytest -q -n 2 --dist loadfile tests/unit

rehearse: setup .venv-rehearsal/.complete ## cdk deploy, update, roll back and destroy against a loopback AWS (minutes; x86-64 Linux, openssl)
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	TMPDIR=$$folder $(BIN)/python -m pytest -q -s -n 3 --dist loadfile tests/deploy

runtime: setup ## Real Airflow and PostgreSQL, started from the rendered manifests (twenty minutes; Linux, bash, openssl)
	$(BIN)/python -m tests.runtime.install
	$(BIN)/python -m pytest -v tests/runtime/test_front_door.py # by itself: it counts requests that fail
	$(BIN)/python -m pytest -v -n 2 --dist loadfile tests/runtime --ignore tests/runtime/test_front_door.py

mutants: setup ## Break the product line by line: a test must notice each (minutes; ONLY=words of some)
	$(BIN)/python -m tests.mutants $(ONLY)

lint: setup ## ruff, mypy, and who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=.:constructs $(BIN)/lint-imports --no-logo --no-cache

format: setup ## Let ruff format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Asked first: on another machine the last part would only tell after a quarter of an hour.
machine:
	@$(PYTHON) -m tests.machine

test: machine lint unit rehearse runtime ## Everything that CI runs (x86-64 Linux with bash and openssl; about 35 minutes)

clean: ## Remove what the commands above made (not the secrets in .local)
	rm -rf .venv .venv-* node_modules cdk.out build dist .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
