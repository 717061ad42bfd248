# What people type. The work is done by Meson (build), tools/test (suites) and tools/install (packages).
#
#   make run    install what is missing, build, start the demo on http://127.0.0.1:8080  (PORT=, SIP=, DATA=)
#   make build  build only                        make check  build, unit tests, lint: seconds
#   make test   everything that must pass         (QUICK=1 leaves out browser, faults, api on PostgreSQL)
#   make asan tsan fuzz bench bench-voice e2e     sanitizers, fuzzers, figures, browser tests alone
#   make clean  remove what was built; var/ (your data) stays

# A compiler of your choice builds in a folder of its own: make build CC_NAME=clang
BUILD ?= build$(addprefix -,$(CC_NAME))
PORT ?= 8080
SIP ?= 127.0.0.1:5060
DATA ?= var
PROFILE ?= demo
FUZZ_SECONDS ?= 60

compiler = $(if $(shell command -v ccache),ccache )$(1)
sites = $(patsubst %/package.json,%,$(wildcard web/*/package.json))
pages = $(if $(shell command -v npm),$(addsuffix /dist/index.html,$(sites)))
page_sources = $(shell find $(1) \( -name node_modules -o -name dist \) -prune -o -type f -print)

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: run build binary install-tests all-binaries check test asan tsan fuzz bench bench-voice e2e clean

# In a step of its own: beside them the binary could be made first, and would be without pages.
build: $(pages)
	@$(MAKE) --no-print-directory binary

binary: $(BUILD)/build.ninja
	@ninja -C $(BUILD) lexline

$(BUILD)/build.ninja:
	CC="$(call compiler,$(or $(CC_NAME),gcc))" meson setup $(BUILD) $(SETUP)

# The pages go into the binary, so they come first. web/shared is what the sites have in common.
.SECONDEXPANSION:
web/%/dist/index.html: $$(call page_sources,web/$$*) $$(call page_sources,web/shared) web/%/node_modules/.package-lock.json
	cd web/$* && npm run build --silent
	@touch $@

%/node_modules/.package-lock.json: %/package-lock.json
	cd $* && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

run:
	@tools/install
	@$(MAKE) --no-print-directory build
	@test -e $(DATA)/lexline.yaml || $(BUILD)/lexline init --data $(DATA) --profile $(PROFILE)
	@echo "staff http://127.0.0.1:$(PORT)/   callers http://127.0.0.1:$(PORT)/portal"
	@exec $(BUILD)/lexline serve --data $(DATA) --listen 127.0.0.1:$(PORT) --sip $(SIP)

check: all-binaries
	@tools/test --build $(BUILD) --fast lint unit

install-tests:
	@tools/install --tests
	@$(MAKE) --no-print-directory tests/node_modules/.package-lock.json

# A folder that was configured before libcmocka was there has no unit tests yet.
all-binaries: install-tests
	@$(MAKE) --no-print-directory build
	@grep -q test_base_arena $(BUILD)/build.ninja || meson setup --reconfigure $(BUILD)
	@ninja -C $(BUILD)

test: all-binaries
	@tools/test --build $(BUILD) $(if $(QUICK),--quick) $(SUITES)

# Each sanitizer has a build of its own and runs what exercises C. ThreadSanitizer needs the address space
# where it expects it, so without randomisation.
asan:
	@$(MAKE) --no-print-directory test QUICK=1 BUILD=build-asan SUITES="unit api" \
		SETUP="-Db_sanitize=address,undefined -Db_lundef=false"

tsan:
	@setarch -R $(MAKE) --no-print-directory test QUICK=1 BUILD=build-tsan SUITES="unit api" \
		SETUP="-Db_sanitize=thread -Db_lundef=false"

fuzz:
	@test -e build-fuzz/build.ninja || CC="$(call compiler,clang)" meson setup build-fuzz -Dfuzz=true \
		-Db_sanitize=address,undefined -Db_lundef=false -Dc_args=-fsanitize=fuzzer-no-link
	@ninja -C build-fuzz
	@FUZZ_SECONDS=$(FUZZ_SECONDS) tools/fuzz build-fuzz

bench: build
	@BUILD=$(BUILD) bench/run

bench-voice: binary
	@BUILD=$(BUILD) node bench/voice.mjs

e2e: install-tests build
	@tools/test --build $(BUILD) browser

clean:
	rm -rf build build-* test-results $(addsuffix /dist,$(sites))
