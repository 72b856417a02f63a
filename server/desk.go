package server

import (
	"context"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

// Desk does for the owner's dashboard what takes the chain, or keys and launches
// that the engine does not know. Nothing that it does on the chain is decided by
// anybody but a wallet that signed in, and a call of a launch contract is never
// sent by it: the owner's wallet signs that.
type Desk interface {
	// Signed says whether an account's code takes a signature of a digest as its own
	// (ERC-1271); false where there is no code.
	Signed(ctx context.Context, account common.Address, digest common.Hash, signature []byte) (bool, error)
	// Purses says what accounts hold for gas, and what that is good for now, in the
	// order given.
	Purses(ctx context.Context, accounts ...common.Address) ([]Purse, error)
	// Prepare encodes a call and tries it as from would send it now. That the
	// contract refuses it is no error; see Prepared.
	Prepare(ctx context.Context, token, from common.Address, call Call) (Prepared, error)
	// Fate says what became of a transaction, whoever sent it.
	Fate(ctx context.Context, hash common.Hash) (Fate, error)

	// Preview checks the terms of a launch and says what deploying it takes. A
	// *FormError says what is wrong with them. from is who stands for owner and
	// treasury where the form leaves them out, and a test network allows that.
	Preview(ctx context.Context, form Form, from common.Address) (Preview, error)
	// Deploy deploys a launch with the server's key, waits until it is mined, and
	// puts it on sale. Of the same terms it makes one launch, however often it is
	// called. An *UndecidedError: it was sent and not seen to be mined.
	Deploy(ctx context.Context, form Form, from common.Address) (Deployed, error)
	// Register puts a launch that is on the chain on sale.
	Register(ctx context.Context, token common.Address, listing Listing) (mint.Launch, error)
}

// Purse is an account that pays gas.
type Purse struct {
	Address common.Address
	Wei     *big.Int
	Enough  bool  // for a transaction of full size
	Mints   int64 // mints alone that it pays for
}

// Call is a call of a launch contract; which fields count depends on the verb.
type Call struct {
	Verb     string         // withdraw, pause, unpause, setMinter, refund or mintSettled
	Minter   common.Address // of setMinter
	Payer    common.Address
	Nonce    common.Hash // payment nonce; of a plain transfer its reference
	Plain    bool        // a refund of money that came without an authorization
	Amount   *big.Int    // of a refund
	Quantity int64       // of a settled mint
	History  []mint.PaymentID
}

// Prepared is a call that a wallet can sign.
type Prepared struct {
	Input []byte
	Gas   uint64 // 0 if refused
	// Refused is the contract's error and what it means; empty if it would take the
	// call now.
	Refused, Reason string
}

// Fate is what became of a transaction.
type Fate struct {
	Mined    bool // it is in a block; else it waits, or no node knows it
	Reverted bool
	Block    uint64
	Reason   string
}

// Form is a launch as the dashboard's form has it: amounts as people write them.
type Form struct {
	Name        string `json:"name"`
	Symbol      string `json:"symbol"`
	Price       string `json:"price"`
	Allotment   string `json:"allotment"`
	Cap         string `json:"cap"`
	Limit       number `json:"limit"`
	Opens       string `json:"opens"`
	Closes      string `json:"closes"`
	Treasury    string `json:"treasury"`
	Owner       string `json:"owner"`
	Minter      string `json:"minter"`
	ContractURI string `json:"contractURI"`
	Salt        string `json:"salt"`
	Listing
}

// Listing is what a seller chooses about a launch beside its terms.
type Listing struct {
	Slug        string `json:"slug"`
	Description string `json:"description"`
	Image       string `json:"image"`
}

// number is a whole number that a form may hold as text; text "" is 0.
type number string

// UnmarshalJSON takes a number or a string, and leaves it to whoever reads it
// whether it is a number.
func (n *number) UnmarshalJSON(b []byte) error {
	*n = number(strings.Trim(string(b), `"`))
	if *n == "null" {
		*n = ""
	}
	return nil
}

// Preview is a launch before it is deployed.
type Preview struct {
	Token    common.Address
	Slug     string
	Deployed bool // it is there already
	Gas      uint64
	Wei      *big.Int // at most, for the gas
	MintWei  *big.Int // for one mint alone
	// MintShare puts the gas of a mint beside its price, in words.
	MintShare string
	Terms     []Term
	To        common.Address // the call that deploys it
	Input     []byte
	// Cannot says why the server's key cannot deploy it; empty if it can.
	Cannot string
}

// Term is one line of the terms as buyers will read them.
type Term struct {
	Label string `json:"label"`
	Text  string `json:"text"`
}

// Deployed is a launch that was deployed.
type Deployed struct {
	Launch      mint.Launch
	Transaction common.Hash // zero if it was there before
	Block       uint64
}

// Complaint is a warning or an error of the log.
type Complaint struct {
	At      time.Time         `json:"at"`
	Level   string            `json:"level"`
	Message string            `json:"message"`
	Attrs   map[string]string `json:"attrs"`
}

// FormError says what is wrong with a form.
type FormError struct{ Fields []FieldError }

// FieldError is what is wrong with one field, by its name in the form's JSON.
type FieldError struct{ Field, Message string }

func (e *FormError) Error() string {
	var all []string
	for _, f := range e.Fields {
		all = append(all, fmt.Sprintf("%s %s", f.Field, f.Message))
	}
	return strings.Join(all, "; ")
}

// UndecidedError says that a transaction was sent and not seen to be mined.
type UndecidedError struct{ Transaction common.Hash }

func (e *UndecidedError) Error() string {
	return "transaction " + e.Transaction.Hex() + " is not mined yet; the same again goes on from here"
}

// RefusedError is a chain's or the configuration's refusal, in words for whoever
// signed in.
type RefusedError struct{ Message string }

func (e *RefusedError) Error() string { return e.Message }
