//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"

	"github.com/gofiber/fiber/v2"
)

// The names of the Fiber apps that only answer: one with a body of a few
// bytes, one with the bytes of our 402.
const (
	bareSmall = "bare Fiber"
	bareSame  = "bare Fiber, same bytes"
)

func isBare(name string) bool { return name == bareSmall || name == bareSame }

// bareVariable is the environment variable that makes this program a bare Fiber app. Its
// value is the file with the answer.
const bareVariable = "MINT402_BENCH_BARE"

// bareAnswer is what a bare Fiber app answers.
type bareAnswer struct {
	Listen  string
	Headers [][2]string // names and values
	Body    []byte
}

// serveBare serves the answer in the file at GET /mint, until it is killed.
func serveBare(file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("serve bare Fiber: %w", err)
	}
	var a bareAnswer
	if err := json.Unmarshal(data, &a); err != nil {
		return fmt.Errorf("serve bare Fiber: %w", err)
	}
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Get("/mint", func(c *fiber.Ctx) error {
		for _, h := range a.Headers {
			c.Set(h[0], h[1])
		}
		return c.Status(fiber.StatusPaymentRequired).Send(a.Body)
	})
	return app.Listen(a.Listen)
}

// startBare starts the bare Fiber apps. One answers with the bytes that the shop at the
// port answers.
func (b *bench) startBare(shop int) ([]contender, error) {
	response, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/mint", shop))
	if err != nil {
		return nil, fmt.Errorf("ask for the price: %w", err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("ask for the price: %w", err)
	}
	var headers [][2]string
	for _, name := range sortedKeys(response.Header) {
		if !slices.Contains([]string{"Content-Length", "Date", "Connection"}, name) {
			headers = append(headers, [2]string{name, response.Header.Get(name)})
		}
	}
	var all []contender
	for name, a := range map[string]bareAnswer{bareSmall: {Body: []byte("pay")}, bareSame: {Headers: headers, Body: body}} {
		c, err := b.bare(name, a)
		if err != nil {
			return all, err
		}
		all = append(all, c)
	}
	return all, nil
}

func (b *bench) bare(name string, a bareAnswer) (contender, error) {
	port, err := freePort()
	if err != nil {
		return contender{}, err
	}
	a.Listen = fmt.Sprintf("127.0.0.1:%d", port)
	data, err := json.Marshal(a)
	if err != nil {
		return contender{}, err
	}
	file := filepath.Join(b.dir, fmt.Sprintf("bare-%d.json", port))
	if err := os.WriteFile(file, data, 0o600); err != nil {
		return contender{}, fmt.Errorf("start bare Fiber: %w", err)
	}
	self, err := os.Executable()
	if err != nil {
		return contender{}, err
	}
	p, err := start(b.ctx, b.dir, serverCore, []string{bareVariable + "=" + file, "GOMAXPROCS=1"}, self)
	if err != nil {
		return contender{}, err
	}
	return contender{name: name, process: p, port: port}, p.ready(b.ctx, fmt.Sprintf("http://127.0.0.1:%d/mint", port), 402)
}

// answersBare measures 402s of a bare Fiber app.
func (b *bench) answersBare(c contender) error {
	challenge := func(contender) int { return 402 }
	for _, w := range []work{
		{rowChallenge, 1, challenge, always(get("", ""))},
		{rowChallenge + piped, pipelined, challenge, always(get("", ""))},
	} {
		b.say("  %s: %s", c.name, w.row)
		if err := b.measure(c, w, b.lasting); err != nil {
			return err
		}
	}
	return nil
}
