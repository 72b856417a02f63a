//go:build linux

// Bench measures mint402 on one machine, in one run, and prints tables with the goals:
// answers and paid requests a second next to other servers, mints a second from the
// request to the chain for nodes at several distances, bursts, memory, and the ledger.
//
//	make bench                                  # all rows, five runs
//	make bench BENCH=-help                      # the flags, and the groups of rows
//	make bench BENCH="-alone -groups delay -runs 1 -delay 50ms"
//
// mint402 and every other server have one core to themselves. The load generator has
// the other, together with the node and the facilitators. All servers get the same
// requests from the same generator (load.go), built and signed before the clock starts.
// Runs are interleaved, and each figure is their median.
//
// Other servers are the official npm servers (peers/), a bare Fiber app that sends the
// bytes of our 402 (bare.go), and guests: programs built elsewhere (guest.go). They
// always have less work to do: they store no payments, and they settle without minting.
//
// The node is anvil, directly or behind a proxy that makes each call take longer
// (distance.go), or a costless one: it keeps books instead of running an EVM
// (package costless). The first shows all of it together, the last what mint402
// itself can do.
//
// On a machine with other work, rates mean little. The processor time of an answer or a
// mint, which is printed next to them, changes less.
package main
