//go:build linux

// Bench compares mint402 with the official npm servers, on one machine in one run, and
// prints a table: 402 challenges, refusals, paid requests, a burst of distinct
// payments, mints a second from the request to the chain, memory, and transactions and
// gas for a hundred mints.
//
//	make bench
//
// Every server has one core to itself. The load generator has the other, together with
// anvil and the facilitators of the peers. All servers get the same requests from the
// same generator (load.go), built and signed before the clock starts. Runs are
// interleaved, and each figure is their median. The peers always have less work to do:
// they store no payments, and they settle without minting.
package main
