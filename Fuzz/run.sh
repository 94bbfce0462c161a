#!/bin/sh
# Fuzzes the wire codecs with libFuzzer and AddressSanitizer.
#   Fuzz/run.sh [seconds=60] [seed=1]      the seed fixes libFuzzer's choices; 0 lets it choose
# Exit 0: nothing found. Otherwise the input that failed lies in the build directory, which is printed, as crash-*;
# replay it with `<build directory>/wire-fuzz FILE`, fix the code, and make it a test.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
seconds=${1:-60}
seed=${2:-1}
build=${FUZZ_BUILD:-$here/.build}
mkdir -p "$build/src" "$build/found"

# One module of all sources: imports of the package's own modules go away, everything is instrumented.
rm -f "$build"/src/*.swift
for file in "$here"/../Sources/TomErrors/*.swift "$here"/../Sources/TomWire/*.swift "$here"/WireFuzz.swift; do
    sed -E '/^(public )?import Tom(Errors|Wire)$/d' "$file" > "$build/src/$(basename "$file")"
done
swiftc -O -swift-version 6 -enable-upcoming-feature ExistentialAny -module-name WireFuzz -parse-as-library \
    -sanitize=fuzzer,address "$build"/src/*.swift -o "$build/wire-fuzz"

# Swift's own crash handler would hang inside the fuzzer.
cd "$build"
SWIFT_BACKTRACE=enable=no exec ./wire-fuzz -max_total_time="$seconds" -seed="$seed" -max_len=4096 -timeout=5 \
    -rss_limit_mb=1024 -dict="$here/wire.dict" -print_final_stats=1 found "$here/corpus"
