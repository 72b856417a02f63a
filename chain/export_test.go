package chain

import "time"

// What the tests ask of a devnet that nobody else does.

func (d *Devnet) Pending() bool            { return d.pending() }
func (d *Devnet) DropPool()                { d.eth.TxPool().Clear() }
func (d *Devnet) MineIfDue() time.Duration { return d.mineIfDue() }

var (
	Create2Runtime  = create2Runtime
	Create2Deployer = create2Deployer
	BatchGas        = batchGas
	Sentence        = sentence
	AsRevert        = asRevert
	Complain        = complain
)

// Blocks is the range of blocks that the client asks for at once.
func (c *Client) Blocks() uint64 { return c.nodes.all[0].blocks.Load() }
