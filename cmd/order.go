package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// launchesBySlug returns the launches that orders refer to.
func launchesBySlug(ctx context.Context, s *store.Store) (map[string]mint.Launch, error) {
	launches, err := s.Launches(ctx)
	if err != nil {
		return nil, err
	}
	by := make(map[string]mint.Launch, len(launches))
	for _, l := range launches {
		by[l.Slug] = l
	}
	return by, nil
}

// fetchJSON reads a server's answer. For any status except 2xx it returns an error
// with the server's message.
func fetchJSON(ctx context.Context, url string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/json")
	client := http.Client{Timeout: 30 * time.Second}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 8<<20))
	if err != nil {
		return fmt.Errorf("read %s: %w", url, err)
	}
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("read %s: %s", url, describe(res.StatusCode, body))
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("read %s: not the answer of a mint402 server: %w", url, err)
	}
	return nil
}
