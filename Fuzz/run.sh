#!/bin/sh
# Fuzzes the wire codecs, the text on its way to a voice, and objects and whole sessions of the Realtime API, with
# libFuzzer and AddressSanitizer.
#   Fuzz/run.sh [seconds=60] [seed=1] [target...]
# The seconds are shared by the targets, wire, text, objects and realtime (all of them by default); the seed fixes libFuzzer's
# choices; 0 lets it choose.
# Exit 0: nothing found. Otherwise the input that failed lies in the build directory, which is printed, as crash-*;
# replay it with `<build directory>/NAME-fuzz FILE`, fix the code, and make it a test.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
seconds=${1:-60}
seed=${2:-1}
[ $# -gt 2 ] && shift 2 || set -- wire text objects realtime
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
        sed -E '/^((public|package) )?import Tom[A-Za-z]+$/d' "$file" > "$build/src-$name/$(basename "$file")"
    done
    swiftc -O -swift-version 6 -enable-upcoming-feature ExistentialAny -module-name "$target" -package-name tom \
        -parse-as-library -sanitize=fuzzer,address "$build/src-$name"/*.swift -o "$build/$name-fuzz"
    cd "$build"
    # Swift's own crash handler would hang inside the fuzzer.
    # The length of inputs is not raised bit by bit: a session takes more than a few bytes.
    SWIFT_BACKTRACE=enable=no "./$name-fuzz" -max_total_time="$share" -seed="$seed" -max_len="$length" -len_control=0 -timeout=5 \
        -rss_limit_mb=1024 -dict="$here/$name.dict" -print_final_stats=1 "found-$name" "$here/corpus/$name"
}

share=$((seconds / $#))
for wanted in "$@"; do
    case $wanted in
    wire) fuzz wire WireFuzz 4096 "$sources"/TomErrors/*.swift "$sources"/TomWire/*.swift ;;
    text)
        fuzz text TextFuzz 1024 "$sources"/TomConversation/Sentence*.swift "$sources"/TomEngines/Speech/*.swift \
            "$sources"/TomEngines/Receptionist/SpokenNumber.swift "$sources"/TomEngines/Receptionist/Words.swift \
            "$sources"/TomEngines/Receptionist/EditDistance.swift "$sources"/TomEngines/Agent/Lexicon.swift
        ;;
    objects)
        fuzz objects ObjectFuzz 4096 "$sources"/TomErrors/*.swift "$sources"/TomWire/*.swift \
            "$sources"/TomConversation/*.swift "$sources"/TomRealtime/*.swift
        ;;
    realtime)
        fuzz realtime RealtimeFuzz 2048 "$sources"/TomErrors/*.swift "$sources"/TomWire/*.swift \
            "$sources"/TomConversation/*.swift "$sources"/TomRealtime/*.swift "$here"/Realtime*.swift \
            "$here"/../Tests/TomRealtimeTests/ClientReading.swift
        ;;
    *) echo "there is no target '$wanted'" >&2; exit 64 ;;
    esac
done
