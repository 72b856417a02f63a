package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

const ownerHelp = `
    --token ADDRESS     the launch contract, or
    --launch SLUG       a launch in the database (default its only one)
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

// contract is a launch on its chain, with the key that calls it, for one run of a verb.
type contract struct {
	*node
	p          *Program
	flags      *ownerFlags
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

// open reads the launch from the chain, and the key that calls it. It waits for earlier
// transactions of the key: one of them may be this call, of a run whose answer was lost. The
// caller closes the contract.
func (f *ownerFlags) open(ctx context.Context, p *Program) (*contract, error) {
	if _, err := f.address(); err != nil {
		return nil, err
	}
	key, err := f.keys.account(ctx, p)
	if err != nil {
		return nil, err
	}
	c, err := f.read(ctx, p)
	if err != nil {
		return nil, err
	}
	c.from = key.addTo(&c.Keys)
	if err := c.awaitEarlier(ctx, poolPatience); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// awaitEarlier waits for earlier transactions of the key, and reads the launch's state after
// them. The outcome is undecided if they are in no block after patience: a call sent now would
// have to wait for them, and perhaps do the same once more.
func (c *contract) awaitEarlier(ctx context.Context, patience time.Duration) error {
	e, err := c.awaitSent(ctx, c.p, c.from, patience, "this call of an earlier run")
	switch {
	case err != nil:
		return err
	case e.stuck:
		return undecided.because(hint(fmt.Errorf("a transaction of %s is still not mined, perhaps this call of an earlier run; nothing was sent now", c.from.Hex()),
			"run the same command again when it is mined; if it never is, replace it with your wallet"))
	case e.block == 0:
		return nil
	}
	c.conditions, err = c.Conditions(ctx, c.launch, e.block)
	return err
}

// named takes the slug that an argument names, as --launch does.
func (f *ownerFlags) named(args []string) error {
	if len(args) == 0 {
		return nil
	}
	if f.token != "" || f.launch != "" && f.launch != args[0] {
		return usage("name the launch once: by its slug, --launch or --token")
	}
	f.launch = args[0]
	return nil
}

// address returns the value of --token, or zero without the flag.
func (f *ownerFlags) address() (common.Address, error) {
	if f.token == "" {
		return common.Address{}, nil
	}
	return parseAddress("--token", f.token)
}

// read is open for a verb that only reads: it needs no key.
func (f *ownerFlags) read(ctx context.Context, p *Program) (_ *contract, err error) {
	token, err := f.address()
	if err != nil {
		return nil, err
	}
	if err := f.choose(ctx); err != nil {
		return nil, err
	}
	c := &contract{p: p, flags: f}
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
	if s, err := store.OpenReader(f.db); err == nil { // only a help to find the launch
		c.store = s.On(c.node.ChainID())
	}
	if f.token == "" {
		if c.launch, err = registered(ctx, c.store, f.launch); err != nil {
			return nil, err
		}
		token = c.launch.Token
	}
	if c.launch.Slug == "" {
		c.launch = c.known(ctx, token)
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

// choose selects the chain of the launch, if the database has the launch. Flags that name another
// chain are an error.
func (f *ownerFlags) choose(ctx context.Context) error {
	token, err := f.address()
	if err != nil {
		return err
	}
	s, err := store.OpenReader(f.db)
	if err != nil {
		return nil // the database is only a help
	}
	defer s.Close()
	launches, err := s.Launches(ctx)
	if err != nil {
		return nil
	}
	if token == (common.Address{}) {
		l, err := registered(ctx, s, f.launch)
		if err != nil && f.launch == "" && f.node.chosen() {
			return nil // it may be the only one of the chain
		}
		if err != nil {
			return err
		}
		return f.node.take(l)
	}
	of := slices.DeleteFunc(slices.Clone(launches), func(l mint.Launch) bool { return l.Token != token })
	switch {
	case len(of) == 0 || f.node.chosen():
		return nil // a contract may be on several chains, and need not be in the database
	case len(of) > 1:
		return &usageError{hint(fmt.Errorf("%s is the launch %s on %s, and %s on %s", token, of[0].Slug, titleOf(of[0].ChainID), of[1].Slug, titleOf(of[1].ChainID)), "--network, or --launch SLUG")}
	}
	return f.node.take(of[0])
}

// known returns the launch as the database has it, or a zero one.
func (c *contract) known(ctx context.Context, token common.Address) (found mint.Launch) {
	if c.store == nil {
		return found
	}
	launches, err := c.store.Launches(ctx)
	if err != nil {
		return found
	}
	for _, l := range launches {
		if l.Token == token && l.ChainID == c.network.ChainID {
			found = l
		}
	}
	return found
}

// registered returns the launch with that slug, or the only one.
func registered(ctx context.Context, s *store.Store, slug string) (mint.Launch, error) {
	if s == nil {
		return mint.Launch{}, &usageError{hint(errors.New("name the launch"), "--token ADDRESS, or --db FILE of the server's database")}
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
	return mint.Launch{}, &usageError{hint(errors.New("name the launch"), "--launch SLUG, one of %v; or --token ADDRESS", slugs)}
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
func (c *contract) done(mined chain.Mined, format string, args ...any) error {
	result := called{Token: c.launch.Token, Transaction: mined.Hash, Block: mined.Block, GasUsed: mined.GasUsed, Explorer: c.explorer(mined.Hash)}
	if c.flags.asJSON {
		return c.p.json(result)
	}
	fmt.Fprintf(c.p.Out, format+"\n", args...)
	fmt.Fprintf(c.p.Out, "transaction %s\n", mined.Hash)
	if result.Explorer != "" {
		fmt.Fprintln(c.p.Out, result.Explorer)
	}
	return nil
}

// agree asks before a call, unless --yes was given.
func (c *contract) agree(ctx context.Context, format string, args ...any) error {
	c.p.say("%s on %s", fmt.Sprintf(format, args...), c.network.Title)
	if c.flags.yes {
		return nil
	}
	return c.p.ask(ctx, "send it from "+c.from.Hex()+"?")
}

// needless is printed as JSON when the launch already has the requested state.
type needless struct {
	Token   common.Address `json:"token"`
	Already bool           `json:"already"` // true: no transaction was sent
	Detail  string         `json:"detail"`
}

// already reports that the contract was already as wanted. That is a success: a job that runs
// every hour must be able to tell it from a failure.
func (c *contract) already(format string, args ...any) error {
	detail := fmt.Sprintf(format, args...)
	if c.flags.asJSON {
		return c.p.json(needless{c.launch.Token, true, detail})
	}
	_, err := fmt.Fprintf(c.p.Out, "%s; nothing was sent\n", detail)
	return err
}
