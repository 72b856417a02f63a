// Command gosdk buys with the official Go client of x402: from URL, or from the MCP server
// there if its path is /mcp, which it calls with the official Go SDK of MCP. It prints what
// the scripts in e2e/clients print.
package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"
	"strings"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
	x402 "github.com/x402-foundation/x402/go"
	x402http "github.com/x402-foundation/x402/go/http"
	x402mcp "github.com/x402-foundation/x402/go/mcp"
	exact "github.com/x402-foundation/x402/go/mechanisms/evm/exact/client"
	signers "github.com/x402-foundation/x402/go/signers/evm"
)

func main() {
	url := os.Getenv("URL")
	signer, err := signers.NewClientSignerFromPrivateKey(os.Getenv("KEY"))
	if err != nil {
		log.Fatal(err)
	}
	client := x402.Newx402Client()
	client.Register("eip155:*", exact.NewExactEvmScheme(signer, nil))
	buy := get
	if strings.HasSuffix(url, "/mcp") {
		buy = call
	}
	said, err := buy(client, url)
	if err != nil {
		log.Fatal(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(said); err != nil {
		log.Fatal(err)
	}
}

// get buys over HTTP.
func get(client *x402.X402Client, url string) (any, error) {
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	if purchase := os.Getenv("PURCHASE"); purchase != "" {
		request.Header.Set("Idempotency-Key", purchase)
	}
	paying := x402http.WrapHTTPClientWithPayment(&http.Client{}, x402http.Newx402HTTPClient(client))
	response, err := paying.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	var receipt json.RawMessage
	if header := response.Header.Get("PAYMENT-RESPONSE"); header != "" {
		if receipt, err = base64.StdEncoding.DecodeString(header); err != nil {
			return nil, err
		}
	}
	return map[string]any{"status": response.StatusCode, "receipt": receipt, "body": json.RawMessage(body)}, nil
}

// call buys over MCP.
func call(client *x402.X402Client, url string) (any, error) {
	ctx := context.Background()
	session, err := sdk.NewClient(&sdk.Implementation{Name: "mint402-e2e", Version: "1"}, nil).
		Connect(ctx, &sdk.StreamableClientTransport{Endpoint: url}, nil)
	if err != nil {
		return nil, err
	}
	defer session.Close()
	listed, err := session.ListTools(ctx, nil)
	if err != nil {
		return nil, err
	}
	var tools []string
	for _, t := range listed.Tools {
		tools = append(tools, t.Name)
	}
	result, err := x402mcp.NewX402MCPClient(session, client, x402mcp.Options{}).CallTool(ctx, "mint", map[string]any{"quantity": 1})
	if err != nil {
		return nil, err
	}
	text := ""
	if len(result.Content) > 0 {
		text = result.Content[0].Text
	}
	return map[string]any{"tools": tools, "isError": result.IsError, "text": text, "receipt": result.PaymentResponse}, nil
}
