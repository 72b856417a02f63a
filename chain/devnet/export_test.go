package devnet

import "time"

// MineIfDue mines a block if one is due, and returns the time until the next may be.
func (d *Devnet) MineIfDue() time.Duration { return d.mineIfDue() }
