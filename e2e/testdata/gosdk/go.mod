// The test adds a replacement for the x402 module and the rest of the requirements.
module github.com/mint402/mint402/e2e/testdata/gosdk

go 1.26.0

require (
	github.com/modelcontextprotocol/go-sdk v1.8.0
	github.com/x402-foundation/x402/go v0.0.0
)
