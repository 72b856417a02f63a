// Command watch follows a launch without paying: it prints each mint as it happens,
// from the launch's live feed (server-sent events), with the order's state and
// transaction. It uses the standard library only.
//
//	go run ./examples/watch http://127.0.0.1:4021/launches/demo
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"
	"time"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: watch URL, such as http://127.0.0.1:4021/launches/demo")
	}
	w := watcher{launch: os.Args[1], states: map[string]string{}}
	for {
		// A feed may end at any time, such as when the server restarts. The next one
		// begins with the whole state, so that no change is missed.
		log.Print(w.follow(), "; connecting again")
		time.Sleep(2 * time.Second)
	}
}

// watcher knows the state of each order that it has printed.
type watcher struct {
	launch string
	states map[string]string // by payment id
}

// follow prints changes until the feed ends, and returns the reason.
func (w *watcher) follow() error {
	response, err := http.Get(w.launch + "/feed")
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the feed answered %s", response.Status)
	}
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		data, found := strings.CutPrefix(lines.Text(), "data: ")
		if !found {
			continue // the event's name, or a sign of life
		}
		var snapshot struct {
			Launch struct {
				Status     string
				Sold, Left int64
			}
			Mints []mint // the newest ones
		}
		if err := json.Unmarshal([]byte(data), &snapshot); err != nil {
			return fmt.Errorf("read an event: %w", err)
		}
		fmt.Printf("%s: %d sold, %d left\n", snapshot.Launch.Status, snapshot.Launch.Sold, snapshot.Launch.Left)
		for _, m := range snapshot.Mints {
			w.print(m)
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return fmt.Errorf("the feed ended")
}

// mint is a payment that was minted. Final means that no reorg can remove it.
type mint struct {
	PaymentID, Payer, Tokens, Symbol, Transaction string
	Final                                         bool
}

// print prints a mint that is new, or that became final.
func (w *watcher) print(m mint) {
	state := "mined"
	if m.Final {
		state = "final"
	}
	if w.states[m.PaymentID] == state {
		return
	}
	w.states[m.PaymentID] = state
	fmt.Printf("%s: %s %s to %s in transaction %s\n", state, m.Tokens, m.Symbol, m.Payer, m.Transaction)
}
