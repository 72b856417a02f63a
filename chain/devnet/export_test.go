package devnet

import "time"

// MineIfDue mines a block if one is due, and returns the time until the next may be.
func (d *Devnet) MineIfDue() time.Duration { return d.mineIfDue() }

// StopInsert makes the chain accept no further block.
func (d *Devnet) StopInsert() { d.eth.BlockChain().InterruptInsert(true) }
