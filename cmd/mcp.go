package cmd

import (
	"context"
	"log/slog"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mint402/mint402/server/mcp"
)

const mcpHelp = `
mcp offers a server's launches to an agent, as MCP tools over standard input and
output: list_launches, get_launch, mint, get_order and verify_receipt.

usage: mint402 mcp --server URL

    $ mint402 mcp --server https://mint.example

In the configuration of an MCP host:

    {"mcpServers": {"mint": {
      "command": "mint402",
      "args": ["mcp", "--server", "https://mint.example"]}}}

It is for hosts that cannot use an MCP server by its URL: the same tools are at
https://mint.example/mcp. It has no key and signs nothing. It passes each
message on as it is, also a payment that the host's own x402 client made.
Messages for people go to standard error.

flags
    --server URL    the server, or its MCP endpoint
`

func mcpVerb(p *Program) *cobra.Command {
	var server string
	c := &cobra.Command{Use: "mcp", Long: mcpHelp, Args: arguments(0, 0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error { return p.proxyMCP(c.Context(), server) }}
	c.Flags().StringVar(&server, "server", "", "")
	return c
}

// proxyMCP connects standard input and output with a server's MCP endpoint.
func (p *Program) proxyMCP(ctx context.Context, server string) error {
	endpoint, err := mcpEndpoint(server)
	if err != nil {
		return err
	}
	p.say("passing MCP messages on to %s", endpoint)
	log := slog.New(slog.NewTextHandler(p.Err, nil))
	return (&mcp.Proxy{URL: endpoint, In: p.In, Out: p.Out, Log: log}).Run(ctx)
}

// mcpEndpoint returns the URL of the MCP endpoint of a server.
func mcpEndpoint(server string) (string, error) {
	if server == "" {
		return "", usage("--server is missing: the URL of a running server, such as https://mint.example")
	}
	u, err := url.Parse(server)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", usage("--server %q: expected an http or https URL without a password, a query or a fragment", server)
	}
	if u.Path = strings.TrimRight(u.Path, "/"); !strings.HasSuffix(u.Path, mcp.Path) {
		u.Path += mcp.Path
	}
	return u.String(), nil
}
