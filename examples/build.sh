#!/bin/sh
# Builds the examples from their sources with Debian's clang-14 and lld-14, the same bytes each time, in their place or in the
# directory that is named. The built programs are committed, so that nobody needs this but who changes one.
set -eu
to="${1:-}"
cd "$(dirname "$0")"
for source in */*.c; do
	program="${source%.c}"
	[ -z "$to" ] || program="$to/$(basename "$program")"
	clang-14 --target=wasm32 -mcpu=mvp -mno-bulk-memory -O2 -fno-builtin -nostdlib -ffreestanding -Wall -Werror \
		-Wl,--no-entry,--import-memory,--stack-first,-z,stack-size=65536,--strip-all \
		-o "$program.raw" "$source"
	go run ../internal/tools/program -out "$program.wasm" "$program.raw"
	rm "$program.raw"
done
