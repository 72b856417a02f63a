package relays

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"text/tabwriter"

	"github.com/mint402/mint402/facilitator"
)

// maxReadiness is the maximum size of a server's readiness, in bytes.
const maxReadiness = 1 << 20

// Of reads the facilitators of a running server.
func Of(ctx context.Context, server string) ([]facilitator.Status, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(server, "/")+"/readyz", nil)
	if err != nil {
		return nil, fmt.Errorf("--server: %w", err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask the server: %w", err)
	}
	defer res.Body.Close()
	var r struct {
		Facilitators []facilitator.Status `json:"facilitators"`
		Chains       []struct {
			Name         string               `json:"name"`
			Facilitators []facilitator.Status `json:"facilitators"`
		} `json:"chains"` // only if there are several
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, maxReadiness)).Decode(&r); err != nil {
		return nil, fmt.Errorf("%s answered %d to /readyz, which is not that of a mint402 server", server, res.StatusCode)
	}
	for _, on := range r.Chains {
		for _, s := range on.Facilitators {
			s.Name += " on " + on.Name
			r.Facilitators = append(r.Facilitators, s)
		}
	}
	return r.Facilitators, nil
}

// Show prints statuses. As a table, it fails if no facilitator can settle; JSON has a field for that.
func Show(out io.Writer, all []facilitator.Status, asJSON bool) error {
	usable := false
	for _, s := range all {
		usable = usable || s.Usable
	}
	if asJSON {
		return json.NewEncoder(out).Encode(map[string]any{"facilitators": append([]facilitator.Status{}, all...), "usable": usable})
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tUSABLE\tREACHABLE\tVERSION\tKINDS\tBREAKER\tLATENCY\tLAST ERROR")
	for _, s := range all {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\t%d ms\t%s\n", s.Name, yes(s.Usable), yes(s.Reachable), versionOf(s), s.Kinds, s.Breaker, s.LatencyMs, s.LastError)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	switch {
	case len(all) == 0:
		return errors.New("the server uses no facilitators: it settles payments itself")
	case !usable:
		return errors.New("none of these facilitators can settle payments now")
	}
	return nil
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func versionOf(s facilitator.Status) string {
	if s.Version == 0 {
		return "-"
	}
	return fmt.Sprintf("v%d", s.Version)
}
