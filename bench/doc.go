//go:build linux

// Bench measures mint402 beside the official npm servers, on one machine in one
// run, and prints a table: 402 challenges, refusals, paid requests, a burst of
// distinct payments, mints a second from the request to the chain, memory, and
// transactions and gas a hundred mints.
//
//	make bench
//
// Every server has one core to itself; what loads it has the other, together
// with anvil and the facilitators of the peers. All get the same requests from
// the same generator (load.go), built and signed before the clock starts. Runs
// are interleaved and a figure is their median. What is asked of the peers is
// the lesser thing everywhere: they keep nothing, and they settle without
// minting.
package main
