#!/bin/sh
# Regenerates ../bindings from the sources. From a clean clone it needs node, npm's registry and Go. The result depends only
# on the sources, foundry.toml and the lock files.
set -eu
cd "$(dirname "$0")"
[ -d node_modules/solc ] || npm ci --loglevel=error
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
bindings=$(cd .. && pwd)/bindings
node tools/generate.mjs "$bindings" "$scratch"
cd ..
for contract in Launch DeployAndMint TestUSDC Multicall3; do
	out=bindings/$(echo "$contract" | tr '[:upper:]' '[:lower:]').go
	go tool abigen --v2 --pkg bindings --type "$contract" --abi "$scratch/$contract.abi" --bin "$scratch/$contract.bin" --out "$out"
done
gofmt -w bindings/*.go
chmod 644 bindings/*
