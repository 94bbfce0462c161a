#!/bin/sh
# Fuzzes the wire codecs, and the text on its way to a voice, with libFuzzer and AddressSanitizer.
#   Fuzz/run.sh [seconds=60] [seed=1]      half of the seconds each; the seed fixes libFuzzer's choices; 0 lets it choose
# Exit 0: nothing found. Otherwise the input that failed lies in the build directory, which is printed, as crash-*;
# replay it with `<build directory>/NAME-fuzz FILE`, fix the code, and make it a test.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
seconds=${1:-60}
seed=${2:-1}
build=${FUZZ_BUILD:-$here/.build}
sources=$here/../Sources

# fuzz NAME TARGET LENGTH SOURCE...: builds and runs one target, on inputs of at most LENGTH bytes.
# One module of all sources: imports of the package's own modules go away, everything is instrumented.
fuzz() {
    name=$1 target=$2 length=$3
    shift 3
    rm -rf "$build/src-$name"
    mkdir -p "$build/src-$name" "$build/found-$name" "$here/corpus/$name"
    for file in "$@" "$here/$target.swift"; do
        sed -E '/^(public )?import Tom[A-Za-z]+$/d' "$file" > "$build/src-$name/$(basename "$file")"
    done
    swiftc -O -swift-version 6 -enable-upcoming-feature ExistentialAny -module-name "$target" -parse-as-library \
        -sanitize=fuzzer,address "$build/src-$name"/*.swift -o "$build/$name-fuzz"
    cd "$build"
    # Swift's own crash handler would hang inside the fuzzer.
    SWIFT_BACKTRACE=enable=no "./$name-fuzz" -max_total_time="$((seconds / 2))" -seed="$seed" -max_len="$length" -timeout=5 \
        -rss_limit_mb=1024 -dict="$here/$name.dict" -print_final_stats=1 "found-$name" "$here/corpus/$name"
}

fuzz wire WireFuzz 4096 "$sources"/TomErrors/*.swift "$sources"/TomWire/*.swift
fuzz text TextFuzz 1024 "$sources"/TomConversation/Sentence*.swift "$sources"/TomEngines/Speech/*.swift \
    "$sources"/TomEngines/Receptionist/SpokenNumber.swift "$sources"/TomEngines/Receptionist/Words.swift \
    "$sources"/TomEngines/Receptionist/EditDistance.swift "$sources"/TomEngines/Agent/Lexicon.swift
