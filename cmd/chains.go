package cmd

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mint402/mint402/cmd/chainfile"
	"github.com/mint402/mint402/cmd/yamlfile"
)

const chainsHelp = `
several chains
    --chains FILE       sell on several chains, up to 16, with one server and one
                        database. FILE is YAML, or JSON if its name ends with .json:

                        chains:
                          - network: base              # the first is the default
                            rpc: [https://…, wss://…]
                            assets: [EURC]
                          - network: polygon
                            senderKeyFile: polygon.key
                            maxFee: 5000
                          - chain: id=31337,testnet,title=Our chain
                            rpc: [http://127.0.0.1:8545]
                            assets: ["0x5FbD…"]

                        Each chain has a network as --network takes it, or a chain as
                        --chain does; and of these what it needs, each as its flag:
                        rpc, assets (--asset), tokens (--token), senderKeyFile
                        (--key-file), minterKeyFile, deployerKeyFile, relayKeyFile,
                        maxFee, gasBudget, coinPrice, gasShare, inFlight, poll,
                        facilitators (--facilitator), settle. What it leaves out comes
                        from the flags and the keys of the command line, and then from
                        the chain's own defaults. The same keys may serve several
                        chains. See docs/chains.md
`

// chainFlags are the flags about one chain. With --chains each chain of the file has its own.
type chainFlags struct {
	node             nodeFlags
	assets           []string
	keys             keyFlags
	minter, deployer string
	limits           limitFlags
	listing          listingFlags
	facilitators     facilitatorFlags

	file, place string          // the file, and the place in it, such as "chains[1]"; empty: the command line
	given       chainfile.Chain // what the file says of it
}

func (f *chainFlags) add(c *cobra.Command) {
	f.node.addChain(c)
	c.Flags().StringSliceVar(&f.assets, "asset", nil, "")
	f.keys.add(c, senderKey)
	c.Flags().StringVar(&f.minter, "minter-key-file", "", "")
	c.Flags().StringVar(&f.deployer, "deployer-key-file", "", "")
	f.limits.add(c)
	f.listing.add(c)
	f.facilitators.add(c)
	f.facilitators.addSettle(c)
}

// ofOneChain are the flags that a file of chains stands in for.
var ofOneChain = []string{"network", "chain", "chain-id", "rpc", "asset", "token", "slug", "description", "image", "deployed-at"}

// chainsOf returns the flags about each chain: those of the command line, or those of the file of
// --chains.
func chainsOf(c *cobra.Command, path string, only *chainFlags) ([]*chainFlags, error) {
	if path == "" {
		return []*chainFlags{only}, nil
	}
	for _, name := range ofOneChain {
		if c.Flags().Changed(name) {
			return nil, &usageError{hint(fmt.Errorf("--chains and --%s exclude each other", name), "the file of --chains has a field for it in each chain; --%s may also come from %s", name, twin(name))}
		}
	}
	read, err := chainfile.Read(c.Context(), path)
	if wrong := (*yamlfile.Error)(nil); errors.As(err, &wrong) {
		see := "mint402 serve --help shows an example"
		if near := nearest(wrong.Unknown, chainfile.Names()); near != "" {
			see = "did you mean " + near + "? " + see
		}
		return nil, &usageError{hint(err, "%s", see)}
	}
	if err != nil {
		return nil, usage("--chains: %w", err)
	}
	var all []*chainFlags
	for i, given := range read {
		one := &chainFlags{file: path, place: fmt.Sprintf("chains[%d]", i), given: given}
		if err := one.fill(c); err != nil {
			return nil, &usageError{hint(err, "mint402 serve --help shows an example")}
		}
		all = append(all, one)
	}
	return all, nil
}

// fill sets each flag to the value of the file; without one, to that of the command line.
func (f *chainFlags) fill(verb *cobra.Command) (err error) {
	own := &cobra.Command{}
	f.add(own)
	decimals(own)
	own.Flags().VisitAll(func(flag *pflag.Flag) {
		if err != nil || slices.Contains(ofOneChain, flag.Name) {
			return
		}
		if outer := verb.Flags().Lookup(flag.Name); outer != nil && outer.Changed {
			err = setFlag(flag, valuesOf(outer))
		}
	})
	if err != nil {
		return err
	}
	for _, v := range f.given {
		flag := own.Flags().Lookup(v.Flag)
		if setFlag(flag, v.Texts) != nil {
			return wrongValue(f.field(v), flag, strings.Join(v.Texts, ","))
		}
	}
	if f.given.Text("senderKeyFile") != "" {
		f.keys.keystore, f.keys.passphrase = "", ""
	}
	return nil
}

// valuesOf returns the value of a flag, or the values of one that takes a list.
func valuesOf(flag *pflag.Flag) []string {
	if list, ok := flag.Value.(pflag.SliceValue); ok {
		return list.GetSlice()
	}
	return []string{flag.Value.String()}
}

func setFlag(flag *pflag.Flag, values []string) error {
	if list, ok := flag.Value.(pflag.SliceValue); ok {
		return list.Replace(values)
	}
	return flag.Value.Set(values[0])
}

// field returns the place of a field in the file, as errors name it.
func (f *chainFlags) field(v chainfile.Value) string {
	return fmt.Sprintf("%s:%d: %s.%s", f.file, v.Line, f.place, v.Field)
}

// in says in an error which chain it is about, if there are several: by the field of the file
// that has the value, and otherwise by the chain.
func (f *chainFlags) in(err error) error { return f.at("", err) }

// at is as in, for an error that is about a field if the file has it.
func (f *chainFlags) at(field string, err error) error {
	var said *chainError
	if err == nil || f.place == "" || errors.As(err, &said) {
		return err
	}
	return &chainError{f, field, err}
}

// A chainError is an error about one of several chains.
type chainError struct {
	chain *chainFlags
	field string // "": none, or that of the flag that the error begins with
	err   error
}

func (e *chainError) Unwrap() error { return e.err }

func (e *chainError) Error() string {
	text := e.err.Error()
	for _, v := range e.chain.given {
		if v.Field == e.field {
			return e.chain.field(v) + ": " + text
		}
		if rest, ok := strings.CutPrefix(text, "--"+v.Flag); ok && (rest == "" || rest[0] == ' ' || rest[0] == ':') {
			return e.chain.field(v) + rest
		}
	}
	name := e.chain.given.Text("network") + e.chain.given.Text("chain")
	return fmt.Sprintf("%s:%d: %s (%s): %s", e.chain.file, e.chain.given[0].Line, e.chain.place, name, text)
}

// distinct returns an error if two of the chains are one.
func distinct(all []*market) error {
	first := map[uint64]*market{}
	for _, m := range all {
		if other := first[m.network.ChainID]; other != nil {
			field := "network"
			if m.flags.given.Text("chain") != "" {
				field = "chain"
			}
			return m.flags.at(field, usage("%s is %s already", m.network.Title, other.flags.place))
		}
		first[m.network.ChainID] = m
	}
	return nil
}

// namesOf returns the names of networks, for an error.
func namesOf(all []*market) string {
	var names []string
	for _, m := range all {
		names = append(names, m.network.Name)
	}
	return strings.Join(names, ", ")
}
