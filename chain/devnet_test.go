package chain_test

import (
	"context"
	"testing"

	"github.com/mint402/mint402/chain"
)

func TestADevnetMines(t *testing.T) {
	d, err := chain.OpenDevnet(context.Background(), chain.DevnetConfig{Manual: true})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	t.Log(d.URL)
	c, err := chain.Dial(context.Background(), d.URL)
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		b, err := d.Mine()
		if err != nil {
			t.Fatal(err)
		}
		l, f, err := c.Head(context.Background())
		t.Log(b, l, f, err)
	}
	b, err := d.Reorg(4, true)
	t.Log(b, err)
}
