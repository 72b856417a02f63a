package signer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
)

// token returns a token for requests to the service, from the application default credentials.
// These are read with the first request, so that a start does not need them.
func (g *googleKMS) token(ctx context.Context) (string, error) {
	type result struct {
		token string
		err   error
	}
	got := make(chan result, 1)
	go func() { // the library takes no context for a renewal; the client's time limit ends it
		token, err := g.renewed()
		got <- result{token, err}
	}()
	select {
	case <-ctx.Done():
		return "", context.Cause(ctx)
	case r := <-got:
		return r.token, r.err
	}
}

// renewed returns a valid token. Concurrent callers wait for one renewal.
func (g *googleKMS) renewed() (string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.tokens == nil {
		client := newHTTP(nil)
		client.Timeout = defaultTimeout
		found, err := google.FindDefaultCredentials(context.WithValue(context.Background(), oauth2.HTTPClient, client), googleScope)
		if err != nil {
			return "", err
		}
		g.tokens = oauth2.ReuseTokenSource(nil, found.TokenSource)
	}
	token, err := g.tokens.Token()
	if refused := (*oauth2.RetrieveError)(nil); errors.As(err, &refused) && refused.Response != nil {
		return "", fmt.Errorf("no token: the answer is %s %.100s", refused.Response.Status, refused.ErrorCode)
	}
	if err != nil {
		return "", err
	}
	return token.AccessToken, nil
}

// authorized returns a client that sends a token.
func (g *googleKMS) authorized(token string) web {
	w := g.web
	w.bearer = token
	return w
}

// googleError returns the message of an error of the service, or another error as it is.
func googleError(failed *statusError, err error) error {
	var body struct {
		Error struct {
			Status  string `json:"status"`
			Message string `json:"message"`
		} `json:"error"`
	}
	if json.Unmarshal(failed.body, &body) != nil || body.Error.Status == "" {
		return err
	}
	return fmt.Errorf("%.40s: %.200s", body.Error.Status, body.Error.Message)
}
