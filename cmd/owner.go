package cmd

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

const ownerHelp = `
    --token ADDRESS     the launch contract, or
    --launch SLUG       a launch of the database (default its only one)
    --db FILE           the database (default mint402.db)
    --yes               do not ask
    --json              print the result as JSON` + gasHelp + nodeHelp + keyHelp

// ownerFlags are the flags of verbs that call a launch contract.
type ownerFlags struct {
	node        nodeFlags
	gas         gasFlags
	keys        keyFlags
	token       string
	launch, db  string
	yes, asJSON bool
}

func (f *ownerFlags) add(c *cobra.Command) {
	f.node.add(c)
	f.gas.add(c)
	f.keys.add(c, payerKey)
	c.Flags().StringVar(&f.token, "token", "", "")
	c.Flags().StringVar(&f.launch, "launch", "", "")
	c.Flags().StringVar(&f.db, "db", "mint402.db", "")
	c.Flags().BoolVar(&f.yes, "yes", false, "")
	c.Flags().BoolVar(&f.asJSON, "json", false, "")
}

// contract is a launch on its chain, with the key that calls it.
type contract struct {
	*node
	launch     mint.Launch
	conditions mint.Conditions
	from       common.Address
	store      *store.Store // nil if there is no database
}

func (c *contract) close() {
	c.node.Close()
	if c.store != nil {
		c.store.Close()
	}
}

// contract reads the launch from the chain and the key that calls it.
func (p *Program) contract(ctx context.Context, f *ownerFlags) (*contract, error) {
	if _, err := f.address(); err != nil {
		return nil, err
	}
	key, err := p.key(&f.keys)
	if err != nil {
		return nil, err
	}
	c, err := p.readContract(ctx, f)
	if err != nil {
		return nil, err
	}
	c.from = c.Keys.Add(key)
	return c, nil
}

// address returns the value of --token, or zero without the flag.
func (f *ownerFlags) address() (common.Address, error) {
	if f.token == "" {
		return common.Address{}, nil
	}
	return parseAddress("--token", f.token)
}

// readContract is contract for a verb that only reads.
func (p *Program) readContract(ctx context.Context, f *ownerFlags) (_ *contract, err error) {
	token, err := f.address()
	if err != nil {
		return nil, err
	}
	c := &contract{}
	if c.node, err = f.node.dial(ctx); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			c.close()
		}
	}()
	if err = f.gas.bound(c.node); err != nil {
		return nil, err
	}
	c.store, _ = store.OpenReader(f.db) // only a help to find the launch
	if f.token == "" {
		if c.launch, err = p.registered(ctx, c.store, f.launch); err != nil {
			return nil, err
		}
		token = c.launch.Token
	}
	if c.store != nil && c.launch.Slug == "" {
		if launches, err := c.store.Launches(ctx); err == nil {
			for _, l := range launches {
				if l.Token == token && l.ChainID == c.network.ChainID {
					c.launch = l
				}
			}
		}
	}
	known := c.launch
	if c.launch, err = c.ReadLaunchFrom(ctx, token, known.DeployedAt); err != nil {
		return nil, err
	}
	c.launch.Slug = known.Slug
	if c.conditions, err = c.Conditions(ctx, c.launch, 0); err != nil {
		return nil, err
	}
	return c, nil
}

// registered returns the launch with that slug, or the only one.
func (p *Program) registered(ctx context.Context, s *store.Store, slug string) (mint.Launch, error) {
	if s == nil {
		return mint.Launch{}, &usageError{hint(errors.New("which launch is not clear"), "--token ADDRESS, or --db FILE of the server's database")}
	}
	launches, err := s.Launches(ctx)
	if err != nil {
		return mint.Launch{}, err
	}
	var slugs []string
	for _, l := range launches {
		if l.Slug == slug || slug == "" && len(launches) == 1 {
			return l, nil
		}
		slugs = append(slugs, l.Slug)
	}
	return mint.Launch{}, &usageError{hint(errors.New("which launch is not clear"), "--launch SLUG, of %v; or --token ADDRESS", slugs)}
}

// called is the JSON output of the verbs in this file.
type called struct {
	Token       common.Address `json:"token"`
	Transaction common.Hash    `json:"transaction"`
	Block       uint64         `json:"block"`
	GasUsed     uint64         `json:"gasUsed"`
	Explorer    string         `json:"explorer,omitempty"`
}

// done prints the result of a call.
func (p *Program) done(f *ownerFlags, c *contract, mined chain.Mined, format string, args ...any) error {
	result := called{Token: c.launch.Token, Transaction: mined.Hash, Block: mined.Block, GasUsed: mined.GasUsed, Explorer: c.explorer(mined.Hash)}
	if f.asJSON {
		return p.json(result)
	}
	fmt.Fprintf(p.Out, format+"\n", args...)
	fmt.Fprintf(p.Out, "transaction %s\n", mined.Hash)
	if result.Explorer != "" {
		fmt.Fprintln(p.Out, result.Explorer)
	}
	return nil
}

// agree asks before a call, unless --yes was given.
func (p *Program) agree(ctx context.Context, f *ownerFlags, c *contract, format string, args ...any) error {
	p.say("%s on %s", fmt.Sprintf(format, args...), c.network.Title)
	if f.yes {
		return nil
	}
	return p.ask(ctx, "send it from "+c.from.Hex()+"?")
}
