package cmd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// listen opens the listener first, so that an address in use is reported before any
// other error.
func listen(ctx context.Context, address string) (net.Listener, error) {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err == nil {
		return ln, nil
	}
	if bad := (*net.AddrError)(nil); errors.As(err, &bad) {
		return nil, usage("--listen %q: expected HOST:PORT, such as 127.0.0.1:4021", address)
	}
	return nil, hint(fmt.Errorf("listen on %s: %w", address, err), "give another address with --listen HOST:PORT; with make: MINT402_LISTEN=HOST:PORT make demo")
}

// address returns a listener, which the caller closes, and the public URL.
func (f *serveFlags) address(ctx context.Context) (net.Listener, string, error) {
	ln, err := listen(ctx, f.listen)
	if err != nil {
		return nil, "", err
	}
	public, err := publicURL(f.publicURL, ln)
	if err != nil {
		ln.Close()
		return nil, "", err
	}
	return ln, public, nil
}

// publicURL returns the origin under which clients reach the server.
func publicURL(given string, ln net.Listener) (string, error) {
	if given == "" {
		host, port, err := net.SplitHostPort(ln.Addr().String())
		if err != nil {
			return "", err
		}
		if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
			return "", &usageError{hint(errors.New("the server listens on all addresses, so its public URL is not known"), "--public-url https://mint.example")}
		}
		return "http://" + net.JoinHostPort(host, port), nil
	}
	u, err := url.Parse(strings.TrimRight(given, "/"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil {
		return "", usage("--public-url %q: expected scheme://host[:port]", given)
	}
	return u.String(), nil
}

// listenMetrics listens on the address for metrics. It returns nil if they are served
// together with everything else.
func (f *accessFlags) listenMetrics(ctx context.Context) (net.Listener, error) {
	if f.metrics == "" {
		return nil, nil
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", f.metrics)
	if err != nil {
		return nil, hint(err, "give another address with --metrics HOST:PORT")
	}
	return ln, nil
}

// serveMetrics serves metrics on a separate listener until ctx is done.
func serveMetrics(ctx context.Context, ln net.Listener, handler http.Handler) {
	s := &http.Server{Handler: handler, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second}
	context.AfterFunc(ctx, func() { _ = s.Close() })
	_ = s.Serve(ln) // returns when it is closed
}
