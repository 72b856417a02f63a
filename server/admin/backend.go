package admin

import (
	"context"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
)

// Backend does the dashboard's work that needs the chain or a key, or launches that the
// engine does not know. Every action on the chain is requested by a wallet that signed
// in. Backend never sends a call of a launch contract: the owner's wallet signs and sends
// those.
type Backend interface {
	// Signed reports whether an account's code accepts a signature of a digest (ERC-1271).
	// It returns false if the account has no code.
	Signed(ctx context.Context, account common.Address, digest common.Hash, signature []byte) (bool, error)
	// GasAccounts returns the accounts' balances, in the given order, and how many transactions
	// they pay for at current fees.
	GasAccounts(ctx context.Context, accounts ...common.Address) ([]GasAccount, error)
	// Prepare encodes a call and simulates it as sent by from now. It returns no error if
	// the contract refuses the call; see EncodedTx.
	Prepare(ctx context.Context, token, from common.Address, call OwnerTx) (EncodedTx, error)
	// TxStatus returns the status of a transaction, sent by any account.
	TxStatus(ctx context.Context, hash common.Hash) (TxStatus, error)

	// Preview checks the terms of a launch and returns the cost of deploying it. If a term
	// is invalid, the error is a *LaunchRequestError. On a test network, from is the default for
	// owner and treasury.
	Preview(ctx context.Context, request LaunchRequest, from common.Address) (Preview, error)
	// Deploy deploys a launch with the server's key, waits until it is mined, and puts it
	// on sale. Calls with the same terms deploy it only once. The error is an
	// *UndecidedError if the transaction was sent and is not mined yet.
	Deploy(ctx context.Context, request LaunchRequest, from common.Address) (Deployed, error)
	// Arrange changes the operator's choices about the launches in one write: edit gets the
	// current ones. It fails with the error of edit, and with mint.ErrNotFound for a launch
	// that does not exist.
	Arrange(ctx context.Context, edit func(*mint.Arrangement) error) error
	// Register puts a launch that is already on the chain on sale.
	Register(ctx context.Context, token common.Address, listing Listing) (mint.Launch, error)
}

// GasAccount is an account that pays gas.
type GasAccount struct {
	Address common.Address
	Wei     *big.Int
	Enough  bool     // for a transaction of full size; of the deployer: for a deployment
	Missing *big.Int // wei that it lacks for that; zero if it has enough
	Mints   int64    // number of single mints that it pays for
}

// OwnerTx is a call of a launch contract that the owner's wallet may sign. The verb decides which fields are used.
type OwnerTx struct {
	Verb     string         // withdraw, pause, unpause, setMinter, refund or mintSettled
	Minter   common.Address // of setMinter
	Payer    common.Address
	Nonce    common.Hash // payment nonce; for a plain transfer its reference
	Plain    bool        // the refund is of money without an authorization
	Amount   *big.Int    // of a refund
	Quantity int64       // of a settled mint
	History  []mint.PaymentID
	Seen     mint.Block // of the money, as [mint.SettledCall.Seen]
}

// EncodedTx is an encoded call for a wallet to sign.
type EncodedTx struct {
	Input []byte
	Gas   uint64 // 0 if refused
	// Wei is the most that the gas can cost at the prices of now; nil if they are not known.
	Wei *big.Int
	// Refused is the contract's error and Reason its meaning. Both are empty if the
	// contract would accept the call now.
	Refused, Reason string
}

// TxStatus is the status of a transaction.
type TxStatus struct {
	Mined    bool // it is in a block; if false, it is pending or unknown to the nodes
	Reverted bool
	Block    uint64
	Reason   string
}

// LaunchRequest is a launch as entered in the dashboard's form. Amounts are decimal text.
type LaunchRequest struct {
	Network     string `json:"network"` // its name, CAIP-2 id or chain id; empty: the server's first
	Name        string `json:"name"`
	Symbol      string `json:"symbol"`
	Asset       string `json:"asset"` // address; empty: the default
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

// chain returns the chain of a request. The error is a *LaunchRequestError.
func (f *LaunchRequest) chain(p *api.Presenter) (*api.Chain, error) {
	on, ok := chainNamed(p, f.Network)
	if !ok {
		return nil, &LaunchRequestError{[]FieldError{{"network", "is not served here: expected " + p.Chains.Words()}}}
	}
	return on, nil
}

// Listing is the seller's data about a launch that is not part of its terms.
type Listing struct {
	Slug        string `json:"slug"`
	Description string `json:"description"`
	Image       string `json:"image"`
}

// number is a whole number in JSON, also as a string. "" is 0.
type number string

// UnmarshalJSON takes a number or a string. It does not check the digits; the code that
// uses the form does.
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
	Deployed bool // the launch is already on the chain
	Gas      uint64
	Wei      *big.Int // maximum cost of the gas
	MintWei  *big.Int // for a transaction with one mint
	// MintShare compares the gas of a mint with its price, as text.
	MintShare string
	Terms     []Term
	To        common.Address // the address that the deploying call goes to
	Input     []byte
	// Cannot is the reason why the server's key cannot deploy it; empty if it can.
	Cannot string
}

// Term is one line of the terms as buyers read them.
type Term struct {
	Label string `json:"label"`
	Text  string `json:"text"`
}

// Deployed is the result of a deployment.
type Deployed struct {
	Launch      mint.Launch
	Transaction common.Hash // zero if the launch was already deployed
	Block       uint64
}

// LogRecord is a warning or an error of the log.
type LogRecord struct {
	At      time.Time         `json:"at"`
	Level   string            `json:"level"`
	Message string            `json:"message"`
	Attrs   map[string]string `json:"attrs"`
}

// LaunchRequestError lists the invalid fields of a launch request.
type LaunchRequestError struct{ Fields []FieldError }

// FieldError is the error of one field, with the field's name in the request's JSON.
type FieldError struct{ Field, Message string }

// Error lists the fields.
func (e *LaunchRequestError) Error() string {
	var all []string
	for _, f := range e.Fields {
		all = append(all, fmt.Sprintf("%s %s", f.Field, f.Message))
	}
	return strings.Join(all, "; ")
}

// UndecidedError reports that a transaction was sent and is not mined yet.
type UndecidedError struct{ Transaction common.Hash }

// Error says how to continue.
func (e *UndecidedError) Error() string {
	return "transaction " + e.Transaction.Hex() + " is not mined yet; send the same request again to continue"
}

// RefusedError reports that the chain or the configuration refuses a request. The
// message is for the person who signed in.
type RefusedError struct{ Message string }

// Error returns the message.
func (e *RefusedError) Error() string { return e.Message }
