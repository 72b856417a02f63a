// Mint402 sells pay-to-mint tokens over HTTP 402.
package main

import (
	"os"

	"github.com/mint402/mint402/cmd"
)

func main() { os.Exit(cmd.Main()) }
